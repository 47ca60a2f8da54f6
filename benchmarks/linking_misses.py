"""Where the links stand that do not count on NCBI Disease: by what the gold has at their place.

    python benchmarks/linking_misses.py ncbi_disease_dev.jsonl [--graph default]

Counts the links that are no annotated span with its concept: the very span is annotated with another concept of the
graph; with one that the graph lacks; an annotated span overlaps it; nothing is annotated there.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

from linking_gold import DISEASES

from kgpaths.graph import KnowledgeGraph
from kgpaths.linking import EntityLinker

CASES = ("another concept on the span", "a concept that the graph lacks", "overlaps an annotation", "nothing annotated")


def cases(path: Path, graph: KnowledgeGraph) -> Counter[str]:
    """Return how many links do not count, by case."""
    rows = [json.loads(line) for line in path.open(encoding="utf-8")]
    counts: Counter[str] = Counter()
    for row, mentions in zip(rows, EntityLinker(graph, DISEASES).link_batch(row["text"] for row in rows), strict=True):
        gold: dict[tuple[int, int], set[str]] = {}
        for annotated in row["mentions"]:
            ids = [one if ":" in one else f"MESH:{one}" for one in annotated["ids"]]
            gold[annotated["start"], annotated["end"]] = {graph.canonical(one) for one in ids if one in graph}
        for mention in mentions:
            span = (mention.start, mention.end)
            if mention.node_id in gold.get(span, ()):
                continue
            if span in gold:
                case = 0 if gold[span] else 1
            else:
                case = 2 if any(start < mention.end and mention.start < end for start, end in gold) else 3
            counts[CASES[case]] += 1
    return counts


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gold", type=Path)
    parser.add_argument("--graph", default="default")
    options = parser.parse_args()
    counts = cases(options.gold, KnowledgeGraph.open(options.graph))
    print(f"{counts.total()} links do not count: " + ", ".join(f"{case} {counts[case]}" for case in CASES))


if __name__ == "__main__":
    main()
