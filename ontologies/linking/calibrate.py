"""Fit the scores of links to gold annotations; writes `calibration.tsv` beside this file.

    python ontologies/linking/calibrate.py DATA [--graph default]

DATA is the folder of `benchmarks/linking_gold.py`. A link counts where the gold annotates the very same span (what the
gold leaves out says nothing, it is never complete), and is right if it has the gold's concept or its direct parent or
child (NCBI's annotators chose MeSH's grain). The raw scores are ranks of how a name was matched; isotonic regression by
pooling adjacent violators (Ayer et al. 1955, doi:10.1214/aoms/1177728423) makes them shares of right links.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "benchmarks"))

from linking_gold import DISEASES, PHENOTYPES, EntityLinker, KnowledgeGraph, linked, phenotypes, read  # noqa: E402

from kgpaths.linking.match.candidates import CALIBRATED, MEASURED_TIERS  # noqa: E402


def count(linker: EntityLinker, files: Iterable[Path], current: Callable[[str], str | None]) -> dict[float, list[int]]:
    """Return raw score -> [right, all] of links on annotated spans."""
    counts: dict[float, list[int]] = defaultdict(lambda: [0, 0])
    for path in files:
        documents = read(path, current)
        for found, document in zip(linked(linker, documents), documents, strict=True):
            gold = {(start, end): ids for start, end, ids in document.spans}
            for mention in found:
                ids = gold.get((mention.start, mention.end))
                if ids and mention.tier in MEASURED_TIERS:
                    edges = (
                        edge for other in sorted(ids) for edge in linker.graph.edges_between(mention.node_id, other)
                    )
                    right = mention.node_id in ids or any(edge.predicate == "is_a" for edge in edges)
                    counts[round(mention.score, 2)][0] += right
                    counts[round(mention.score, 2)][1] += 1
    return counts


def isotonic(counts: Mapping[float, list[int]]) -> dict[float, float]:
    """Return the share of right links by raw score, never falling: adjacent violators are pooled.

    >>> isotonic({0.8: [1, 2], 0.9: [9, 10], 0.95: [7, 10], 0.99: [10, 10]})
    {0.8: 0.5, 0.9: 0.8, 0.95: 0.8, 0.99: 1.0}
    """
    pools: list[tuple[int, int, list[float]]] = []
    for score in sorted(counts):
        right, total, members = counts[score][0], counts[score][1], [score]
        while pools and pools[-1][0] * total >= right * pools[-1][1]:
            before, all_before, earlier = pools.pop()
            right, total, members = right + before, total + all_before, earlier + members
        pools.append((right, total, members))
    return {score: round(right / total, 3) for right, total, members in pools for score in members}


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--graph", default="default")
    options = parser.parse_args()
    CALIBRATED.clear()  # raw scores
    graph = KnowledgeGraph.open(options.graph)

    def merged(gold: str) -> str | None:
        node_id = gold if ":" in gold else f"MESH:{gold}"
        return graph.canonical(node_id) if node_id in graph else None

    hpo, current = phenotypes()
    known = {record.id for record in hpo.nodes()}

    def now(gold: str) -> str | None:
        return current.get(gold, gold) if current.get(gold, gold) in known else None

    nested = DISEASES.model_copy(update={"overlap": "nested"})
    ncbi = [options.data / f"ncbi_disease_{name}.jsonl" for name in ("train", "dev")]
    counts = count(EntityLinker(graph, nested), ncbi, merged)
    for score, (right, total) in count(
        EntityLinker(hpo, PHENOTYPES), [options.data / "gscplus_dev.jsonl"], now
    ).items():
        counts[score][0] += right
        counts[score][1] += total
    fitted = isotonic({score: pair for score, pair in counts.items() if pair[1] >= 5})
    lines = ["# Raw score, share of right links (by calibrate.py on GSC+ dev, NCBI Disease train and dev), right, all."]
    lines += [f"{score}\t{share}\t{counts[score][0]}\t{counts[score][1]}" for score, share in fitted.items()]
    (HERE / "calibration.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
