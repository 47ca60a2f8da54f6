"""Search for the paths that a chain of reasoning walks: costs, exact search, selection."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

from kgpaths.paths.finder import PathFinder

if TYPE_CHECKING:
    from kgpaths.records import ReasoningPath

__all__ = ["PathFinder"]


class _Room(ModuleType):
    """`kgpaths.paths` is this room and, called, the paths between two nodes: `kg.paths("aspirin", "fever")`."""

    def __call__(
        self, start: str, end: str, *, graph: str = "default", k: int = 5, max_hops: int = 4
    ) -> list[ReasoningPath]:
        """Return the k cheapest paths between two nodes, given by id or name; see `kgpaths.shortcuts.paths`."""
        from kgpaths.shortcuts import paths

        return paths(start, end, graph=graph, k=k, max_hops=max_hops)


sys.modules[__name__].__class__ = _Room
