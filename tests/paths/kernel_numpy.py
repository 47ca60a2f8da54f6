"""The search of `kgpaths.paths.kernel_numba` in plain numpy, recursive and slow: what the compiled one is held against.

The same lists, and the same count of arcs touched, so that a work budget cuts both at the same place.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from kgpaths.paths.kernel import FoundPath, SearchResult, _best_of_each_pair, _rounds
from kgpaths.paths.search_graph import INFINITE, Barred, SearchGraph, ends_barred

UNBOUNDED = 2**62
Path = tuple[int, int, tuple[int, ...]]
"""(cost, hops, nodes): sorts in canonical order."""


class WorkBudgetSpent(Exception):
    """Control flow within this module: the next scan would touch more arcs than allowed."""


class _Search:
    def __init__(self, graph: SearchGraph, barred: Barred, *, degree_cap: int, budget: int) -> None:
        indptr = graph.indptr
        self.indptr, self.indices, self.cost, self.cheapest = indptr, graph.indices, graph.cost, graph.cheapest
        self.k, self.degree_cap, self.budget = 0, degree_cap, budget
        self.node_type, self.barred = barred.node_type, barred.sequences.tolist()
        self.degree = np.diff(indptr)
        self.work = 0
        self.target = -1
        self.distance: list[NDArray[np.int32]] = []
        self.deep: dict[tuple[int, int], int] = {}

    def pay(self, arcs: int) -> None:
        self.work += int(arcs)
        if self.work > self.budget:
            raise WorkBudgetSpent

    def arcs(self, node: int) -> slice:
        return slice(int(self.indptr[node]), int(self.indptr[node + 1]))

    def inner(self, nodes: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which of the nodes may stand in the middle of a path."""
        allowed: NDArray[np.bool_] = (nodes != self.target) & (self.degree[nodes] <= self.degree_cap)
        return allowed

    def aim(
        self,
        target: int,
        levels: int,
        relation: NDArray[np.unsignedinteger] | None = None,
        kinds: NDArray[np.uint16] | None = None,
    ) -> None:
        """Fill the distances of levels 1 and, if asked for, 2.

        With the arcs' relations and kinds, walks of two hops over what both ends merely share are left out.
        """
        self.target, self.deep = target, {}
        near = self.arcs(target)
        expanded = self.indices[near][self.degree[self.indices[near]] <= self.degree_cap]
        self.pay(self.degree[target] + (int(self.degree[expanded].sum()) if levels >= 2 else 0))
        empty = np.full(len(self.degree), INFINITE, dtype=np.int32)
        self.distance = [empty, empty.copy(), empty.copy()]
        self.distance[1][self.indices[near]] = self.cost[near]
        if levels >= 2:
            for middle in expanded:
                around = self.arcs(middle)
                far = self.indices[around]
                through = self.cost[around].astype(np.int32) + self.distance[1][middle]
                if relation is not None and kinds is not None:
                    here = int(relation[near][np.searchsorted(self.indices[near], middle)])
                    if here % 2 == 1 or kinds[here // 2] % 2 == 1:
                        onward = relation[around]
                        through[(kinds[onward // 2] == kinds[here // 2]) & (onward % 2 != here % 2)] = INFINITE
                self.distance[2][far] = np.minimum(self.distance[2][far], through)
            self.distance[2][target] = INFINITE
            if relation is None:  # a search asks this row of inner nodes alone, and need not look again
                self.distance[2][self.degree > self.degree_cap] = INFINITE

    def bound(self, hops: int, node: int) -> int:
        """Least cost of a walk of exactly `hops` hops from `node` to the target."""
        if hops <= 2:
            return int(self.distance[hops][node])
        if (hops, node) not in self.deep:
            self.pay(self.degree[node])
            arcs = self.arcs(node)
            middles, costs = self.indices[arcs], self.cost[arcs]
            if hops == 3:
                least = (self.distance[2][middles] + costs).min(initial=INFINITE)
            else:
                inner = self.inner(middles)
                rest = np.array([self.bound(hops - 1, int(middle)) for middle in middles[inner]], dtype=np.int64)
                least = (rest + costs[inner]).min(initial=INFINITE)
            self.deep[hops, node] = int(least)
        return self.deep[hops, node]

    def limit(self, best: list[Path], hops: int) -> int:
        """Largest cost with which a path of so many hops still enters the list."""
        if len(best) < self.k:
            return INFINITE - 1
        return best[-1][0] if best[-1][1] >= hops else best[-1][0] - 1

    def hopeless(self, spent: int, node: int, hops: int, limit: int) -> bool:
        """True when even the cheapest arcs at both ends are too dear; spares the scan that `bound` needs."""
        return hops >= 3 and spent + int(self.cheapest[node]) + int(self.cheapest[self.target]) + hops - 2 > limit

    def paths(self, source: int, min_hops: int, max_hops: int) -> list[Path]:
        """Return the k best paths; on a spent budget those found so far."""
        best: list[Path] = []
        try:
            if min_hops == 1 and (direct := self.bound(1, source)) < INFINITE:
                self.keep(best, (direct, 1, (source, self.target)))
            for hops in range(max(min_hops, 2), max_hops + 1):
                self.pay(self.degree[source])
                openings = []
                for node, spent in self.steps((source,), 0, hops - 1, self.limit(best, hops)):
                    limit = self.limit(best, hops)
                    if self.hopeless(spent, node, hops - 1, limit):
                        continue
                    if (total := spent + self.bound(hops - 1, node)) <= limit:
                        openings.append((total, node, spent))
                for total, node, spent in sorted(openings):
                    if total > self.limit(best, hops):
                        break
                    self.extend(best, (source, node), spent, hops)
        except WorkBudgetSpent:
            pass  # reported by the caller: work > budget
        return best

    def extend(self, best: list[Path], path: tuple[int, ...], spent: int, hops: int) -> None:
        rest = hops - len(path) + 1
        if rest == 1:
            if not self.ends_barred((*path, self.target)):
                self.keep(best, (spent + self.bound(1, path[-1]), hops, (*path, self.target)))
            return
        self.pay(self.degree[path[-1]])
        for node, total in self.steps(path, spent, rest - 1, self.limit(best, hops)):
            limit = self.limit(best, hops)
            if not self.hopeless(total, node, rest - 1, limit) and total + self.bound(rest - 1, node) <= limit:
                self.extend(best, (*path, node), total, hops)

    def steps(self, path: tuple[int, ...], spent: int, rest: int, limit: int) -> Iterator[tuple[int, int]]:
        """Yield (next node, cost so far) for nodes off the path that may lead to the target within `limit`."""
        arcs = self.arcs(path[-1])
        nodes, costs = self.indices[arcs], self.cost[arcs]
        if rest <= 2:
            total = self.distance[rest][nodes] + costs
            near = np.flatnonzero(total <= limit - spent)
            near = near[self.inner(nodes[near])]
            if rest == 1 and not self.barred:  # every one of them completes a path, and the list has room for k
                near = near[np.argsort(total[near], kind="stable")[: self.k + len(path)]]
        else:
            near = np.flatnonzero(self.inner(nodes))
        for node, cost in zip(nodes[near].tolist(), costs[near].tolist(), strict=True):
            if node not in path and not self.ends_barred((*path, node)):
                yield node, spent + cost

    def ends_barred(self, nodes: tuple[int, ...]) -> bool:
        """True when the types of the last nodes are a barred sequence."""
        return bool(self.barred) and ends_barred(nodes, self.node_type, self.barred)

    def keep(self, best: list[Path], path: Path) -> None:
        insort(best, path)
        del best[self.k :]


class NumpyKernel:
    """Answers as `kgpaths.paths.kernel.Kernel` does."""

    def __init__(self, graph: SearchGraph, *, barred: Barred | None = None) -> None:
        self.graph, self.barred = graph, barred or Barred.none()

    def search(
        self,
        sources: Sequence[int],
        targets: Sequence[int],
        *,
        k: int,
        max_hops: int,
        min_hops: int = 1,
        per_length: Sequence[int] = (),
        degree_cap: int = UNBOUNDED,
        budget: int = UNBOUNDED,
    ) -> SearchResult:
        rounds = _rounds(k, min_hops, max_hops, per_length)
        if not len(rounds):
            return SearchResult([], False, 0)
        run = _Search(self.graph, self.barred, degree_cap=degree_cap, budget=budget)
        found: list[Path] = []
        for target in sorted(set(targets)):
            if run.work > budget:
                break
            try:
                run.aim(target, int(rounds[:, 2].max()) - 1)
            except WorkBudgetSpent:
                break
            for source in sorted(set(sources)):
                for best, fewest, most in rounds.tolist():
                    if source != target and run.work <= budget:
                        run.k = best
                        found += run.paths(source, fewest, most)
        paths = sorted(FoundPath(*path) for path in found)
        return SearchResult(_best_of_each_pair(paths, k) if len(rounds) > 1 else paths, run.work > budget, run.work)

    def reach(
        self, targets: NDArray[np.int64], places: NDArray[np.int64], *, hops: int, degree_cap: int = UNBOUNDED
    ) -> NDArray[np.int32]:
        run = _Search(self.graph, self.barred, degree_cap=degree_cap, budget=UNBOUNDED)
        out = np.full((len(targets), hops, len(places)), INFINITE, dtype=np.int32)
        for number, target in enumerate(targets.tolist()):
            run.aim(target, hops, self.graph.relation, self.graph.kinds)
            for level in range(1, hops + 1):
                out[number, level - 1] = run.distance[level][places]
        return out
