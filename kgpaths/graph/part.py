"""Open a graph without some of its edges, in place: nodes and names stay, and nothing is written."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from kgpaths.errors import UsageError, nearest
from kgpaths.graph.knowledge_graph import KnowledgeGraph
from kgpaths.graph.tables import TIERS
from kgpaths.records import EdgeTier

if TYPE_CHECKING:
    from kgpaths.graph.snapshot import Strings


_COLUMNS = ("subject", "object", "predicate", "source", "licence", "tier", "strength", "edge_hash")


def known_tiers(names: Iterable[str]) -> tuple[EdgeTier, ...]:
    """Return the tiers that were named, each once, surest first; none means all.

    Raises:
        UsageError: there is no such tier; the nearest is named.

    >>> known_tiers(["text", "curated", "text"])
    ('curated', 'text')
    """
    wanted = set(names)
    for name in sorted(wanted - set(TIERS)):
        raise UsageError(f"no tier {name!r}; {nearest(name, TIERS)}")
    return tuple(cast(EdgeTier, tier) for tier in TIERS if tier in wanted)


class GraphPart(KnowledgeGraph):
    """The edges of some tiers; ids, names and node numbers are those of the whole, edge numbers and hash its own.

    >>> from kgpaths.graph import EdgeRecord, NodeRecord
    >>> nodes = [NodeRecord(f"a:{n}", f"node {n}", "disease", "s") for n in range(3)]
    >>> edges = [EdgeRecord("a:1", "is_a", "a:0", "s", "1", "MIT"),
    ...          EdgeRecord("a:2", "causes", "a:0", "s", "1", "MIT", "text")]
    >>> whole = KnowledgeGraph.from_records(nodes, edges)
    >>> part = whole.only(["text"])
    >>> part.n_nodes, [edge.predicate for edge in part.edges()], part.degree("a:0")
    (3, ['causes'], 1)
    """

    def __init__(self, folder: Path, tiers: Collection[EdgeTier]) -> None:
        super().__init__(folder)
        self._wanted = tuple(tiers)
        keep = np.isin(np.array(self.tiers, dtype=object), np.array(list(tiers), dtype=object))[self.tier]
        kept = np.flatnonzero(keep)
        renumbered = np.cumsum(keep, dtype=np.int32) - np.int32(1)
        arcs = keep[self.arcs]
        owners = np.repeat(np.arange(self.n_nodes, dtype=np.int32), np.diff(self.indptr))[arcs]
        self.arcs = _frozen(renumbered[self.arcs[arcs]])
        self._edge_order = _frozen(renumbered[self._edge_order[keep[self._edge_order]]])
        for name in (*_COLUMNS, "_version"):
            setattr(self, name, _frozen(getattr(self, name)[kept]))
        self._evidence = cast("Strings", _Chosen(self._evidence, kept))
        self.n_edges = len(kept)
        self.indptr = _frozen(np.concatenate(([0], np.cumsum(np.bincount(owners, minlength=self.n_nodes)))))
        self.degrees = _frozen(_degrees(self, owners))
        named = ", ".join(self._wanted)
        self.meta = self.meta.model_copy(update={"name": f"{self.meta.name} ({named})", "edges": self.n_edges})
        self.hash = hashlib.sha256(f"{self.meta.content_hash} tiers {named}".encode()).hexdigest()

    @property
    def only_tiers(self) -> tuple[str, ...]:
        """The tiers that were asked for."""
        return self._wanted

    def __reduce__(self) -> tuple[Any, ...]:
        return GraphPart, (self.folder, self._wanted)


class _Chosen:
    """Some rows of a table of strings."""

    def __init__(self, table: Strings, rows: npt.NDArray[np.int64]) -> None:
        self._table, self._rows = table, rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, row: int) -> str:
        return self._table[int(self._rows[row])]


def _degrees(graph: KnowledgeGraph, owners: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Return the number of distinct neighbours of every node: int32[N]; a node's arcs lie by neighbour."""
    others = graph.subject[graph.arcs] + graph.object[graph.arcs] - owners
    fresh = np.ones(len(owners), bool)
    fresh[1:] = (owners[1:] != owners[:-1]) | (others[1:] != others[:-1])
    return np.bincount(owners[fresh & (others != owners)], minlength=graph.n_nodes).astype(np.int32)


def _frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    array.flags.writeable = False
    return array
