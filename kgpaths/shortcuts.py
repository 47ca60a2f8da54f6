"""What a notebook asks for in one line, without opening anything: `kg.link` and `kg.paths`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.linking import EntityLinker
    from kgpaths.paths import PathFinder
    from kgpaths.records import Mention, ReasoningPath


@cache
def _graph(spec: str) -> KnowledgeGraph:
    from kgpaths.graph import KnowledgeGraph

    return KnowledgeGraph.open(spec)


@cache
def _linker(spec: str) -> EntityLinker:
    from kgpaths.linking import EntityLinker

    return EntityLinker(_graph(spec))


@cache
def _finder(spec: str) -> PathFinder:
    from kgpaths.paths import PathFinder

    return PathFinder(_graph(spec))


def link(text: str, *, graph: str = "default") -> list[Mention]:
    """Return what a text names, with status and offsets; graph and linker stay open for the next call.

    Args:
        text: running text.
        graph: `default`, or a snapshot folder.

    Raises:
        GraphError: the graph cannot be opened.
    """
    return _linker(graph).link(text)


def paths(start: str, end: str, *, graph: str = "default", k: int = 5, max_hops: int = 4) -> list[ReasoningPath]:
    """Return the k cheapest paths between two nodes, cheapest first.

    Args:
        start: id or name of a node, as ``"aspirin"``.
        end: id or name of another.
        graph: `default`, or a snapshot folder.
        k: paths, at least 1.
        max_hops: longest path in edges, 1 to 6.

    Raises:
        UnknownNode: no node has this id or name; the message names the nearest.
    """
    from kgpaths.graph.lookup import resolve

    opened = _graph(graph)
    ends = [resolve(opened, node) for node in (start, end)]
    return _finder(graph).find(question=ends[:1], answer=ends[1:], k=k, max_hops=max_hops)
