"""The graph as the search sees it: undirected, one arc per pair of neighbours, an integer cost on each.

A knowledge graph is a directed multigraph; reasoning walks its statements in both directions. Of parallel edges the
cheapest stands for the pair (ties: lowest edge hash); the others are found again through the knowledge graph.
An arc takes 4 bytes of index, 2 of cost, 1 of relation and half a byte of view: 7.5; a node takes 10.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

INFINITE = 2**30
"""Distance of a node from which a target is not reached; above any path cost."""
ANY, UNUSED = -1, -2
"""Marks in a barred sequence: a node of any type; a place before the first."""


@dataclass(frozen=True)
class SearchGraph:
    """Symmetric adjacency in compressed sparse rows; read-only arrays, shared between threads and processes."""

    indptr: NDArray[np.int64]
    """Shape (N + 1,): arcs of node v stand at ``indptr[v]:indptr[v + 1]``."""
    indices: NDArray[np.int32]
    """Shape (A,): the neighbour, ascending within a node."""
    cost: NDArray[np.uint16]
    """Shape (A,): milli-nats, at least 1; the same in both directions."""
    relation: NDArray[np.unsignedinteger]
    """Shape (A,): twice the predicate code, plus 1 where the node is the edge's subject."""
    cheapest: NDArray[np.uint16]
    """Shape (N,): cost of the node's cheapest arc, 0 for a node without arcs."""
    inside: NDArray[np.bool_]
    """Shape (E,): whether an edge of the knowledge graph is in the view."""
    kinds: NDArray[np.uint16]
    """Shape (P,), by predicate code: twice its family, plus 1 if the family is strict; see `merely_shared`."""

    def __post_init__(self) -> None:
        for field in fields(self):  # one kind of array, mapped or in memory: the kernel is compiled once
            getattr(self, field.name).setflags(write=False)

    @classmethod
    def from_edges(
        cls,
        n_nodes: int,
        subject: NDArray[np.integer],
        object: NDArray[np.integer],
        edge_cost: NDArray[np.uint16],
        *,
        predicate: NDArray[np.integer] | None = None,
        edge_hash: NDArray[np.uint64] | None = None,
        kinds: NDArray[np.uint16] | None = None,
    ) -> Self:
        """Collapse edges into arcs; edges of cost 0 and self-loops are left out.

        Args:
            n_nodes: number of nodes; indices are below it.
            subject: shape (E,).
            object: shape (E,).
            edge_cost: milli-nats, shape (E,); 0 marks an edge outside the view.
            predicate: code of every edge's predicate, shape (E,); by default all have the same.
            edge_hash: decides between parallel edges of equal cost, shape (E,); by default their order does.
            kinds: family of every predicate code; by default every predicate is its own.

        >>> graph = SearchGraph.from_edges(3, np.array([0, 1, 1]), np.array([1, 0, 2]), np.array([9, 5, 7], np.uint16))
        >>> graph.indices.tolist(), graph.cost.tolist(), graph.degree(1)
        ([1, 0, 2, 1], [5, 5, 7, 7], 2)
        >>> graph.relation.tolist()
        [0, 1, 1, 0]
        """
        predicate = np.zeros(len(subject), dtype=np.int64) if predicate is None else predicate
        edge_hash = np.arange(len(subject)).astype(np.uint64) if edge_hash is None else edge_hash
        if kinds is None:
            kinds = 2 * np.arange(int(predicate.max(initial=0)) + 1, dtype=np.uint16)
        keep = np.flatnonzero((edge_cost > 0) & (subject != object))
        keep = keep[np.lexsort((edge_hash[keep], edge_cost[keep]))]
        s, o, p = (array[keep].astype(np.int64) for array in (subject, object, predicate))
        # Both directions of an edge side by side, best edge first: the first of equal keys is the one that stands.
        keys = np.stack([s * n_nodes + o, o * n_nodes + s], axis=1).ravel()
        pairs, first = np.unique(keys, return_index=True)
        relation = np.stack([2 * p + 1, 2 * p], axis=1).ravel()[first]
        cost = np.repeat(edge_cost[keep].astype(np.uint16), 2)[first]
        indptr = np.zeros(n_nodes + 1, dtype=np.int64)
        np.cumsum(np.bincount(pairs // n_nodes, minlength=n_nodes), out=indptr[1:])
        cheapest = np.zeros(n_nodes, dtype=np.uint16)
        linked = np.flatnonzero(np.diff(indptr))
        if len(linked):
            cheapest[linked] = np.minimum.reduceat(cost, indptr[:-1][linked])
        narrow = np.uint8 if len(relation) == 0 or relation.max() < 256 else np.uint16
        indices = (pairs % n_nodes).astype(np.int32)
        return cls(indptr, indices, cost, relation.astype(narrow), cheapest, edge_cost > 0, kinds)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Map the arrays that `save` wrote; nothing is read before it is used."""
        mapped = (np.load(folder / f"{field.name}.npy", mmap_mode="r") for field in fields(cls))
        return cls(*(array.view(np.ndarray) for array in mapped))  # numpy's own memmap type is slow to slice

    def save(self, folder: Path) -> None:
        """Write the arrays into an existing folder."""
        for field in fields(self):
            np.save(folder / f"{field.name}.npy", getattr(self, field.name))

    @property
    def n_nodes(self) -> int:
        """Number of nodes, those without arcs included."""
        return len(self.indptr) - 1

    def degree(self, node: int) -> int:
        """Number of distinct neighbours within the view."""
        return int(self.indptr[node + 1] - self.indptr[node])

    def neighbours(self, node: int) -> NDArray[np.int32]:
        """Neighbours within the view, ascending."""
        return self.indices[self.indptr[node] : self.indptr[node + 1]]

    def arc(self, u: int, v: int) -> int:
        """Return the number of the arc from `u` to its neighbour `v`.

        Raises:
            KeyError: the view has no edge between them.
        """
        around = self.neighbours(u)
        place = int(np.searchsorted(around, np.int32(v)))
        if place == len(around) or around[place] != v:
            raise KeyError(f"nodes {u} and {v} are no neighbours")
        return int(self.indptr[u]) + place

    def arc_cost(self, u: int, v: int) -> int:
        """Cost of the arc between two neighbours, milli-nats; `KeyError` where there is none."""
        return int(self.cost[self.arc(u, v)])

    def merely_shared(self, left: int, shared: int, right: int) -> bool:
        """Say whether two neighbours have no more to do with each other than that both have, are or treat a third.

        That is, both edges are of one family of relations (two diseases that present with the same symptom) and
        `shared` is the object of both; in a strict family (two diseases that the same drug treats) or the subject.
        """
        one, other = int(self.relation[self.arc(left, shared)]), int(self.relation[self.arc(right, shared)])
        kind = self.kinds[one // 2]
        return bool(kind == self.kinds[other // 2] and one % 2 == other % 2 and (one % 2 == 1 or kind % 2 == 1))

    def edge(self, graph: KnowledgeGraph, u: int, v: int) -> int:
        """Return the number of the edge that the arc between two neighbours stands for."""
        predicate, forward = divmod(int(self.relation[self.arc(u, v)]), 2)
        subject = u if forward else v
        parallel = (
            number
            for number in graph.numbers_between(u, v)
            if self.inside[number] and graph.predicate[number] == predicate and graph.subject[number] == subject
        )
        return min(parallel, key=lambda number: int(graph.edge_hash[number]))


class Barred(NamedTuple):
    """Sequences of node types that no path holds."""

    node_type: NDArray[np.uint8]
    """Type code of every node, shape (N,)."""
    sequences: NDArray[np.int16]
    """Type codes, one sequence a row, flush right: `ANY` for any type, `UNUSED` before the first."""

    @classmethod
    def none(cls) -> Self:
        """Bar nothing."""
        return cls(np.zeros(0, dtype=np.uint8), np.zeros((0, 3), dtype=np.int16))

    def holds(self, nodes: Sequence[int]) -> bool:
        """True when a path over the nodes holds a barred sequence."""
        rows = self.sequences.tolist()
        return any(ends_barred(nodes[:end], self.node_type, rows) for end in range(3, len(nodes) + 1))


def ends_barred(nodes: Sequence[int], node_type: NDArray[np.uint8], barred: Iterable[Sequence[int]]) -> bool:
    """True when the types of the last nodes are one of the sequences of `Barred`."""
    for sequence in barred:
        types = [kind for kind in sequence if kind != UNUSED]
        last = nodes[-len(types) :]
        if len(last) == len(types) and all(
            kind in (ANY, node_type[node]) for kind, node in zip(types, last, strict=True)
        ):
            return True
    return False
