"""Which nodes are of one line: the same thing, or one a kind of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

_UP = 3
"""Steps up the hierarchy in which a thing says nothing new of another."""


class Hierarchy:
    """The `is_a` edges of a graph, looked at from below.

    >>> from kgpaths.graph import KnowledgeGraph
    >>> from kgpaths.graph.tables import EdgeRecord, NodeRecord
    >>> lungs = [NodeRecord("DOID:850", "lung disease", "disease", "doid"),
    ...          NodeRecord("DOID:552", "pneumonia", "disease", "doid")]
    >>> below = [EdgeRecord("DOID:552", "is_a", "DOID:850", "doid", "1", "CC0-1.0")]
    >>> hierarchy = Hierarchy(KnowledgeGraph.from_records(lungs, below))
    >>> hierarchy.same_line("DOID:850", "DOID:552"), hierarchy.is_kind("DOID:850", "DOID:552")
    (True, False)
    """

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self._is_a = graph.predicates.index("is_a") if "is_a" in graph.predicates else -1
        self._above: dict[str, frozenset[str]] = {}

    def same_line(self, one: str, other: str) -> bool:
        """Tell whether two nodes are one, or one is a kind of the other, by the hierarchy or by their names."""
        if one == other or self.is_kind(one, other) or self.is_kind(other, one):
            return True
        ours, theirs = (set(self._graph.name(node).casefold().replace("-", " ").split()) for node in (one, other))
        return min(len(ours), len(theirs)) > 1 and (ours <= theirs or theirs <= ours)

    def is_kind(self, node: str, of: str) -> bool:
        """Tell whether a node stands below another, at most three steps."""
        return of in self._ancestors(node)

    def _ancestors(self, node: str) -> frozenset[str]:
        known = self._above.get(node)
        if known is None:
            graph = self._graph
            level, found = {graph.index(node)}, set[int]()
            for _ in range(_UP):
                above: set[int] = set()
                for here in level:
                    edges = graph.arcs[graph.indptr[here] : graph.indptr[here + 1]]
                    up = edges[(graph.predicate[edges] == self._is_a) & (graph.subject[edges] == here)]
                    above.update(graph.object[up].tolist())
                level = above - found
                found |= above
            known = self._above[node] = frozenset(map(graph.id, found))
        return known
