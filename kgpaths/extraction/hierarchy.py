"""Tell which nodes are the same thing, or one a kind of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

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
        is_a = graph.predicates.index("is_a") if "is_a" in graph.predicates else -1
        edges = np.flatnonzero(graph.predicate == is_a)
        edges = edges[np.argsort(graph.subject[edges], kind="stable")]
        self._parents = graph.object[edges]
        self._first = np.searchsorted(graph.subject[edges], np.arange(graph.n_nodes + 1))
        """Parents of node k are those from `_first[k]` up to `_first[k + 1]`."""
        self._above: dict[str, frozenset[str]] = {}
        self._words: dict[str, frozenset[str]] = {}

    def same_line(self, one: str, other: str) -> bool:
        """Tell whether two nodes are one, or one is a kind of the other, by the hierarchy or by their names."""
        if one == other or self.is_kind(one, other) or self.is_kind(other, one):
            return True
        ours, theirs = self._words_of(one), self._words_of(other)
        return min(len(ours), len(theirs)) > 1 and (ours <= theirs or theirs <= ours)

    def is_kind(self, node: str, of: str) -> bool:
        """Tell whether a node stands below another, at most three steps."""
        above = self._above.get(node)
        return of in (self._ancestors(node) if above is None else above)

    def _words_of(self, node: str) -> frozenset[str]:
        known = self._words.get(node)
        if known is None:
            words = self._graph.name(node).casefold().replace("-", " ").split()
            known = self._words[node] = frozenset(words)
        return known

    def _ancestors(self, node: str) -> frozenset[str]:
        level, found = [self._graph.index(node)], set[int]()
        for _ in range(_UP):
            level = [parent for here in level for parent in self._parents_of(here) if parent not in found]
            found.update(level)
        known = self._above[node] = frozenset(map(self._graph.id, found))
        return known

    def _parents_of(self, node: int) -> list[int]:
        parents: list[int] = self._parents[self._first[node] : self._first[node + 1]].tolist()
        return parents
