"""How many questions of a run have a path, to what of the answer, and what the paths cover.

    kgpaths build --source medqa --out RUN
    python benchmarks/paths_coverage.py RUN

A question counts as *whole* when some mention of its answer is of another tier than `partial`. *Findings* are the nodes
that the selected paths start at, *intermediate nodes* the nodes between; *fallback step* says how many
needed one, or certain statements.
"""

from __future__ import annotations

import sys
from statistics import mean, median

from kgpaths.corpus import Corpus


def main(run: str) -> None:
    corpus = Corpus.open(run)
    rows = [row for config in ("structured", "rejected") for row in corpus.rows(config)]
    findings, intermediate_nodes, paths, whole, fallback = [], [], [], 0, 0
    for row in rows:
        chosen = [path for path in row.path_set.paths if path.kind == "selected"] if row.path_set else []
        if not chosen:
            continue
        paths.append(len(chosen))
        findings.append(len({path.node_ids[0] for path in chosen}))
        intermediate_nodes.append(len({node for path in chosen for node in path.node_ids[1:-1]}))
        whole += any(mention.role == "answer" and mention.tier != "partial" for mention in row.mentions)
        fallback += any(path.fallback_step for path in chosen)
    print(f"{len(rows):,} questions, {len(paths):,} with a path ({len(paths) / len(rows):.1%}): "
          f"{whole} to a whole answer, {len(paths) - whole} to a part; {fallback} by a fallback step")  # fmt: skip
    for name, counts in (("paths", paths), ("findings", findings), ("inner nodes", intermediate_nodes)):
        print(f"{name:9} median {median(counts):g}, mean {mean(counts):.1f}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
