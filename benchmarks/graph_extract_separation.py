"""What edges from texts add to the separation of right and wrong options.

    python benchmarks/graph_extract_separation.py DATA [GRAPH]

The questions, the points and the rows NPMI and BM25 are those of `paths_separation.py`. The graph is seen twice: its
curated edges alone, and with the edges from texts. *Direct*: evidence next to the option; *two-hop*: the best way of
two hops; *intermediate node*: the best intermediate node. Nothing is learned here. Measured on the questions that have
two linked options; the interval is a paired bootstrap of "with texts" minus "curated alone".
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from paths_separation import MEASURED_ON, Question, best_passages, interval, mean_npmi, point, questions, two_hops

from kgpaths import EntityLinker, KnowledgeGraph
from kgpaths.graph import GraphView
from kgpaths.paths.opened import Opened
from kgpaths.paths.options import OPTION_FEATURES
from kgpaths.records import EdgeTier

SEEN: dict[str, tuple[EdgeTier, ...]] = {
    "curated": ("curated",),
    "with texts": ("curated", "text", "associated_in_text"),
}
_DIRECT = list(OPTION_FEATURES).index("direct")


def main(data: Path, spec: str) -> None:
    """Print one table for each set of questions."""
    graph = KnowledgeGraph.open(spec)
    search = best_passages(data)
    print(graph)
    with tempfile.TemporaryDirectory() as folder:
        both_opened = {seen: Opened(part(graph, tiers, Path(folder) / seen)) for seen, tiers in SEEN.items()}
        for name, place in MEASURED_ON.items():
            asked = {
                seen: {one.item.id: one for one in questions(opened, EntityLinker(opened.graph), data, place)}
                for seen, opened in both_opened.items()
            }
            both = sorted(asked["curated"].keys() & asked["with texts"].keys())
            print(f"\n{name}: {len(both)} questions with two linked options")
            last = [asked["with texts"][item_id] for item_id in both]
            passages = both_opened["with texts"].passages
            alone: dict[str, Callable[[Question], NDArray[np.float64]]] = {
                "chance": lambda one: np.zeros(len(one.options)),
                "NPMI in passages": lambda one: mean_npmi(passages, one) * one.turned,  # noqa: B023
                "BM25 over the texts": lambda one: search(one) * one.turned,
            }
            for row, score in alone.items():
                print(f"  {row:24s}{np.mean([point(score(one), one.right) for one in last]):7.3f}")
            print(f"  {'':24s}{'curated':>9s}{'with texts':>12s}{'gain':>28s}")
            for row in rows(both_opened["curated"]):
                before, after = (
                    [
                        point(rows(both_opened[seen])[row](asked[seen][item_id]), asked[seen][item_id].right)
                        for item_id in both
                    ]
                    for seen in SEEN
                )
                print(f"  {row:24s}{np.mean(before):9.3f}{np.mean(after):12.3f}{interval(after, before):>28s}")


def part(graph: KnowledgeGraph, tiers: tuple[EdgeTier, ...], folder: Path) -> KnowledgeGraph:
    """Return the graph of some tiers."""
    GraphView(graph, tiers=tiers).save(folder)
    return KnowledgeGraph.open(folder)


def rows(opened: Opened) -> dict[str, Callable[[Question], NDArray[np.float64]]]:
    """Return the scores that a graph gives to options."""
    return {
        "direct idf": lambda one: one.values[:, _DIRECT],
        "two-hop": lambda one: two_hops(opened, one) * one.turned,
        "best intermediate node": lambda one: np.array(one.intermediate) * one.turned,
    }


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "default")
