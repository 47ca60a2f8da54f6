"""How many files of the room one question walks through: what a reader opens to follow `PathFinder.find_item`.

    python benchmarks/paths_files.py [COUNT]

COUNT questions of the bundled MedQA sample (10), on the default graph. A file counts when a function of it is called,
for one question and for all of them together; the first question opens what is opened once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import kgpaths
from kgpaths import EntityLinker, KnowledgeGraph, PathFinder
from kgpaths.records import QAItem
from kgpaths.sources import open_source

ROOM = Path(kgpaths.__file__).parent / "paths"


def main(count: int) -> None:
    graph = KnowledgeGraph.open("default")
    linker, finder = EntityLinker(graph), PathFinder(graph)
    everything: set[str] = set()
    for item in open_source("medqa", limit=count):
        if isinstance(item, QAItem):
            mentions, entered = linker.link_item(item), set[str]()

            def called(frame: FrameType, event: str, _: Any, entered: set[str] = entered) -> None:
                if event == "call" and (file := Path(frame.f_code.co_filename)).is_relative_to(ROOM):
                    entered.add(file.name)

            sys.setprofile(called)
            finder.find_item(item, mentions)
            sys.setprofile(None)
            everything |= entered
            print(f"{item.id}: {len(entered)} files")
    print(f"all together: {len(everything)} files: {', '.join(sorted(everything))}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
