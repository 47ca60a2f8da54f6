"""What `find_items` saves: the same questions one by one, each with nothing known before, and in batches.

    python benchmarks/paths_batch.py [SOURCE [COUNT]]       # medqa 300; linking is not timed

The results are compared and must be the same.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable

from kgpaths import KnowledgeGraph
from kgpaths.linking import EntityLinker
from kgpaths.paths import PathFinder
from kgpaths.records import PathSet, QAItem
from kgpaths.sources import open_source


def main(source: str = "medqa", count: str = "300") -> None:
    graph = KnowledgeGraph.open("default")
    linker = EntityLinker(graph)
    items = [item for item in open_source(source, limit=int(count)) if isinstance(item, QAItem)]
    asked = [(item, linker.link_item(item)) for item in items]
    answers = {tuple(sorted(one.node_id for one in mentions if one.role == "answer")) for _, mentions in asked}
    print(f"{source}: {len(asked)} questions, {len(answers)} different answers")
    warm = PathFinder(graph)
    warm.find_item(*asked[0])  # compile, open

    def fresh() -> PathFinder:
        finder = PathFinder(graph)
        finder.opened.__dict__.update(kernel=warm.opened.kernel, full_kernel=warm.opened.full_kernel)
        return finder

    def alone() -> Iterable[PathSet]:
        for one in asked:
            yield fresh().find_item(*one)

    def in_turn() -> Iterable[PathSet]:
        finder = fresh()
        for one in asked:
            yield finder.find_item(*one)

    expected, base = None, 0.0
    for name, ways in (
        ("a finder for each question", alone),
        ("one finder, one by one", in_turn),
        ("find_items, windows of 32", lambda: fresh().find_items(asked, window=32)),
        ("find_items, one window", lambda: fresh().find_items(asked, window=len(asked))),
    ):
        started = time.perf_counter()
        found = list(ways())
        seconds = time.perf_counter() - started
        base = base or seconds
        if expected not in (None, found):
            sys.exit(f"{name}: other results")
        expected = found
        print(f"{name:30}{seconds:8.2f} s {1e3 * seconds / len(asked):8.1f} ms a question   x{base / seconds:.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
