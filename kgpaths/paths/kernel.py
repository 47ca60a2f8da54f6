"""The exact search over arrays, compiled when it is first used."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kgpaths.errors import UsageError
from kgpaths.paths.search_graph import Barred, SearchGraph
from kgpaths.resources import cache_dir

DEEPEST, USUAL = 6, 4
"""Longest path that can be asked for, in edges; and where neither a call nor a configuration says how long."""
_UNBOUNDED = 2**62
_KEPT = 4
"""Sets of scratch arrays that are kept for the next search; each takes 8 bytes a node and row."""


class FoundPath(NamedTuple):
    """A simple path over node indices; tuples sort in canonical order."""

    cost: int
    hops: int
    nodes: tuple[int, ...]


class SearchResult(NamedTuple):
    """Paths of all pairs in canonical order."""

    paths: list[FoundPath]
    truncated: bool
    """True when the work budget cut the search: paths are genuine, but better ones may be missing."""
    arcs: int
    """Arcs touched."""


class Kernel:
    """Exact k-best simple paths over one search graph.

    >>> graph = SearchGraph.from_edges(4, np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3]),
    ...                                np.array([5, 1, 5, 1], np.uint16))
    >>> Kernel(graph).search([0], [3], k=2, max_hops=2).paths
    [FoundPath(cost=2, hops=2, nodes=(0, 2, 3)), FoundPath(cost=10, hops=2, nodes=(0, 1, 3))]
    """

    def __init__(self, graph: SearchGraph, *, barred: Barred | None = None) -> None:
        """Take what is searched, and the sequences of node types that no path may hold."""
        self.graph = graph
        self.barred = barred or Barred.none()
        self._compiled = _compiled()
        self._capped: dict[int, NDArray[np.int64]] = {}
        self._free: dict[int, deque[Any]] = {}

    def search(
        self,
        sources: NDArray[np.integer] | list[int],
        targets: NDArray[np.integer] | list[int],
        *,
        k: int,
        max_hops: int,
        min_hops: int = 1,
        per_length: Sequence[int] = (),
        degree_cap: int = _UNBOUNDED,
        budget: int = _UNBOUNDED,
    ) -> SearchResult:
        """Return the k best simple paths of every pair (source, target), all pairs merged in canonical order.

        Args:
            sources: node indices; duplicates count once.
            targets: node indices; a pair of equal nodes has no path.
            k: paths kept for each pair.
            max_hops: longest path, 1 to 6.
            min_hops: shortest path; 2 leaves out the direct edge.
            per_length: of a pair's k paths at most so many of 1, 2, ... hops; lengths not named have no quota.
            degree_cap: nodes with more neighbours are never in the middle; they may be ends.
            budget: arcs that may be touched in all.
        """
        starts, ends = np.unique(np.asarray(sources, dtype=np.int64)), np.unique(np.asarray(targets, dtype=np.int64))
        rounds = _rounds(k, min_hops, max_hops, per_length)
        if not len(rounds):
            return SearchResult([], False, 0)
        room = int(rounds[:, 0].sum()) * len(starts) * len(ends)
        cost, hops = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
        nodes = np.empty((room, int(rounds[:, 2].max()) + 1), dtype=np.int32)
        with self._barrier(max(int(rounds[:, 2].max()), 3)) as barrier:
            count, arcs = self._compiled.search(
                self._arcs(degree_cap), self._hubs(degree_cap), barrier, *self.barred, starts, ends, rounds, budget,
                cost, hops, nodes,
            )  # fmt: skip
        rows = zip(cost[:count].tolist(), hops[:count].tolist(), nodes[:count].tolist(), strict=True)
        paths = sorted(FoundPath(c, h, tuple(path[: h + 1])) for c, h, path in rows)
        return SearchResult(_best_of_each_pair(paths, k) if len(rounds) > 1 else paths, arcs > budget, arcs)

    def reach(
        self, targets: NDArray[np.int64], places: NDArray[np.int64], *, hops: int, degree_cap: int = _UNBOUNDED
    ) -> NDArray[np.int32]:
        """Return the least cost of a walk of exactly h hops from every place to every target.

        Walks over what both ends merely share (`SearchGraph.merely_shared`) do not count.

        Args:
            targets: node indices, shape (T,).
            places: node indices, shape (P,).
            hops: 1 or 2.
            degree_cap: as in `search`.

        Returns:
            Shape (T, hops, P), milli-nats; `INFINITE` where there is none.
        """
        out = np.empty((len(targets), hops, len(places)), dtype=np.int32)
        with self._barrier(3) as barrier:
            self._compiled.reach(self._arcs(degree_cap), barrier, targets, places, hops, out)
        return out

    @contextmanager
    def _barrier(self, rows: int) -> Iterator[Any]:
        """Lend scratch arrays, those of an earlier search if no other thread has them."""
        free = self._free.setdefault(rows, deque(maxlen=_KEPT))
        try:
            barrier = free.pop()
        except IndexError:
            barrier = self._compiled.new_barrier(self.graph.n_nodes, rows)
        yield barrier
        free.append(barrier)  # not after an exception: who knows how it was left

    def _hubs(self, degree_cap: int) -> NDArray[np.int64]:
        """Nodes with more neighbours than the cap."""
        if degree_cap not in self._capped:
            self._capped[degree_cap] = np.flatnonzero(np.diff(self.graph.indptr) > degree_cap)
        return self._capped[degree_cap]

    def _arcs(self, degree_cap: int) -> Any:
        graph = self.graph
        return self._compiled.Arcs(
            graph.indptr,
            graph.indices,
            graph.cost,
            graph.relation,
            graph.kinds,
            graph.cheapest,
            degree_cap,
        )


def _rounds(k: int, min_hops: int, max_hops: int, per_length: Sequence[int]) -> NDArray[np.int64]:
    """Rows (k, fewest hops, most hops): one for each length that has a quota, and one for the lengths beyond."""
    rows = [
        (min(k, quota), hops, hops)
        for hops, quota in enumerate(per_length, start=1)
        if min_hops <= hops <= max_hops and quota > 0
    ]
    if (beyond := max(min_hops, len(per_length) + 1)) <= max_hops:
        rows.append((k, beyond, max_hops))
    return np.array(rows, dtype=np.int64).reshape(-1, 3)


def _best_of_each_pair(paths: Sequence[FoundPath], k: int) -> list[FoundPath]:
    kept: list[FoundPath] = []
    counts: Counter[tuple[int, int]] = Counter()
    for path in paths:
        pair = path.nodes[0], path.nodes[-1]
        counts[pair] += 1
        if counts[pair] <= k:
            kept.append(path)
    return kept


@cache
def _compiled() -> ModuleType:
    """Import the compiled search; its code is kept in `__pycache__`, or in our cache folder if that is read-only."""
    import numba

    settings: Any = numba.config
    if not settings.CACHE_DIR and not os.access(Path(__file__).parent, os.W_OK):
        settings.CACHE_DIR = str(cache_dir() / "numba")
    try:
        from kgpaths.paths import kernel_numba
    except RuntimeError as error:  # numba finds no folder at all where it may keep machine code
        raise UsageError(
            f"the search cannot be compiled ({error}); set KGPATHS_CACHE to a folder that can be written"
        ) from error
    return kernel_numba
