"""Subgraphs drawn from the graph itself, for questions that nobody has asked yet.

Four shapes, each of edges of the graph: *walks* (k hops at random, what was used before or is well connected the less
likely, after the inverse-use sampling of Dedhia et al. 2025), *chains* (the longest simple path found around a rare
node), *stars* (a condition with what is known of it, one relation after the other) and *pairs* (two conditions with
findings in common, and what tells them apart). Draws go round the disease areas of ``ontologies/paths/areas.yaml``.

Randomness is Python's Mersenne Twister over integers, seeded by the caller: the same seed gives the same samples on
every machine.
"""

from __future__ import annotations

import math
import random
from collections import Counter, deque
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Literal, get_args

import numpy as np

from kgpaths.config import PathConfig
from kgpaths.errors import UsageError, nearest
from kgpaths.graph import KnowledgeGraph
from kgpaths.paths.search_graph import SearchGraph
from kgpaths.paths.views import search_graph
from kgpaths.records import Edge, Record
from kgpaths.resources import resource
from kgpaths.vocabulary.node_types import node_types
from kgpaths.vocabulary.relations import relations_of

Shape = Literal["walk", "chain", "star", "pair"]
SHAPES: tuple[Shape, ...] = get_args(Shape)

_RARE = (2, 30)
"""Least and most neighbours of a node that chains start at: enough to say, and not spoken of everywhere."""
_BEAM = 64
_SHARED, _APART = 4, 3
"""Findings in common, and findings of each condition alone, that a pair holds."""
_TRIES = 50
"""Starts tried in an area before it counts as exhausted."""


class Sample(Record):
    """A subgraph."""

    shape: Shape
    area: str
    """Name of the disease area that it was drawn from; empty outside all."""
    node_ids: tuple[str, ...]
    """In the order of the walk or chain; centre or the two conditions first in stars and pairs."""
    edges: tuple[Edge, ...]


class Sampler:
    """Draws subgraphs of one graph.

    >>> from kgpaths.graph import EdgeRecord, NodeRecord
    >>> nodes = [NodeRecord(f"DOID:{n}", f"disease {n}", "disease", "doid") for n in range(4)]
    >>> edges = [EdgeRecord(f"DOID:{n}", "causes", f"DOID:{n + 1}", "doid", "1", "CC0-1.0") for n in range(3)]
    >>> graph = KnowledgeGraph.from_records(nodes, edges)
    >>> [sample] = Sampler(graph, seed=1).draw("chain", 1, hops=3)
    >>> len(sample.edges)
    3
    """

    def __init__(self, graph: KnowledgeGraph, *, seed: int = 0, config: PathConfig | None = None) -> None:
        self.graph = graph
        self.config = config or PathConfig()
        self.arcs: SearchGraph = search_graph(graph, self.config)
        self.random = random.Random(seed)
        self.used: Counter[int] = Counter()

    def draw(self, shape: Shape, count: int, *, hops: int = 3, area: str | None = None) -> list[Sample]:
        """Return up to `count` samples of a shape, going round the areas; fewer where the graph has no more.

        Args:
            shape: walk, chain, star or pair.
            count: how many.
            hops: length of walks, longest length of chains, edges of a star.
            area: draw from this area alone.

        Raises:
            UsageError: an unknown shape or area; the nearest is named.
        """
        if shape not in SHAPES:
            raise UsageError(f"unknown shape {shape!r}; {nearest(shape, SHAPES)}")
        pools = {name: pool for name, pool in self.pools.items() if area in (None, name)}
        if not pools:
            raise UsageError(f"unknown area {area!r}; {nearest(area or '', [name for name in self.pools if name])}")
        draws: dict[Shape, Callable[[int, int], list[int] | None]] = {
            "walk": self._walk,
            "chain": self._chain,
            "star": self._star,
            "pair": self._pair,
        }
        found: list[Sample] = []
        turns = deque(pools)
        while turns and len(found) < count:
            name = turns.popleft()
            tries = (draws[shape](self._one_of(pools[name]), hops) for _ in range(_TRIES))
            if nodes := next((each for each in tries if each), None):  # else the area has no more
                turns.append(name)
                self.used.update(nodes)
                found.append(self._sample(shape, name, nodes))
        return found

    @cached_property
    def pools(self) -> dict[str, list[int]]:
        """Conditions of every area that edges lead to, ascending; those outside all areas under the empty name."""
        import yaml

        named = yaml.safe_load(resource("ontologies", "paths", "areas.yaml").read_text(encoding="utf-8"))
        graph = self.graph
        groups = np.array([node_types()[name].group == "condition" for name in graph.node_types])
        left = np.flatnonzero(groups[graph.node_type] & (np.diff(self.arcs.indptr) > 0)).tolist()
        above = self._parents()
        tops = {graph.index(node): name for node, name in named.items() if node in graph}
        order = {top: place for place, top in enumerate(tops)}
        pools: dict[str, list[int]] = {name: [] for name in (*tops.values(), "")}
        for node in left:
            seen, edge = {node}, [node]
            while edge:
                edge = [parent for child in edge for parent in above.get(child, ()) if parent not in seen]
                seen.update(edge)
            first = min((top for top in seen if top in order), key=order.__getitem__, default=None)
            pools["" if first is None else tops[first]].append(node)
        return {name: pool for name, pool in pools.items() if pool}

    def _parents(self) -> dict[int, list[int]]:
        graph = self.graph
        if "is_a" not in graph.predicates:
            return {}
        chosen = np.flatnonzero(graph.predicate == graph.predicates.index("is_a"))
        above: dict[int, list[int]] = {}
        for child, parent in zip(graph.subject[chosen].tolist(), graph.object[chosen].tolist(), strict=True):
            above.setdefault(child, []).append(parent)
        return above

    def _weight(self, node: int) -> int:
        """Chance of a node, as an integer: less for what was used, and for what is well connected."""
        return 1 + 1_000_000 // ((1 + self.used[node]) ** 2 * (1 + math.isqrt(self.arcs.degree(node))))

    def _one_of(self, nodes: list[int]) -> int:
        """Draw one node; of a long list the best of eight, so that a draw costs the same however long it is."""
        if len(nodes) > 8:
            nodes = [nodes[self.random.randrange(len(nodes))] for _ in range(8)]
        weights = [self._weight(node) for node in nodes]
        place = self.random.randrange(sum(weights))
        return next(node for node, upto in zip(nodes, accumulate(weights), strict=True) if place < upto)

    def _onward(self, path: list[int]) -> Iterator[int]:
        """Neighbours that a path may go on to: not on it, no hub, and not over what two nodes merely share."""
        for node in self.arcs.neighbours(path[-1]).tolist():
            if node in path or self.arcs.degree(node) > self.config.degree_cap:
                continue
            if len(path) < 2 or not self.arcs.merely_shared(path[-2], path[-1], node):
                yield node

    def _walk(self, start: int, hops: int) -> list[int] | None:
        path = [start]
        while len(path) <= hops:
            if not (options := list(self._onward(path))):
                return None
            path.append(self._one_of(options))
        return path

    def _chain(self, start: int, hops: int) -> list[int] | None:
        """The longest simple path from a rare node that a beam finds; of equally long ones the cheapest."""
        if not _RARE[0] <= self.arcs.degree(start) <= _RARE[1] and self.graph.n_nodes > _RARE[1]:
            return None
        beam, best = [(0, [start])], [start]
        for _ in range(hops):
            beam = sorted(
                (cost + self.arcs.arc_cost(path[-1], node) + 500 * self.used[node], [*path, node])
                for cost, path in beam
                for node in self._onward(path)
            )[:_BEAM]
            if not beam:
                break
            best = beam[0][1]
        return best if len(best) > 2 else None

    def _star(self, centre: int, hops: int) -> list[int] | None:
        """A node with neighbours, one of each relation in turn, the rarely used ones first."""
        by_relation: dict[int, list[int]] = {}
        for node in self.arcs.neighbours(centre).tolist():
            by_relation.setdefault(int(self.arcs.relation[self.arcs.arc(centre, node)]), []).append(node)
        for around in by_relation.values():
            around.sort(key=lambda node: (-self._weight(node), node))
        most = max((len(around) for around in by_relation.values()), default=0)
        turns = [
            around[turn] for turn in range(most) for _, around in sorted(by_relation.items()) if turn < len(around)
        ]
        return [centre, *turns[:hops]] if len(turns) >= 2 else None

    def _pair(self, first: int, _hops: int) -> list[int] | None:
        """Two conditions with the most telling findings in common, and findings that only one of them has."""
        mine = self._findings(first)
        shared: Counter[int] = Counter()
        for finding in sorted(mine):
            if self.arcs.degree(finding) <= self.config.degree_cap:
                rarity = round(1000 * math.log(self.graph.n_nodes / self.arcs.degree(finding)))
                for other in sorted(self._having(finding) - {first}):
                    shared[other] += rarity
        if not shared:
            return None
        second = min(shared, key=lambda node: (self.used[node], -shared[node], node))
        theirs = self._findings(second)

        def rarest(nodes: set[int], count: int) -> list[int]:
            return sorted(nodes, key=lambda node: (self.arcs.degree(node), node))[:count]

        common = rarest(mine & theirs, _SHARED)
        apart = rarest(mine - theirs, _APART) + rarest(theirs - mine, _APART)
        return [first, second, *common, *apart] if len(common) >= 2 and apart else None

    def _findings(self, node: int) -> set[int]:
        return {other for other in self.arcs.neighbours(node).tolist() if self._joins(node, other)}

    def _having(self, finding: int) -> set[int]:
        return {other for other in self.arcs.neighbours(finding).tolist() if self._joins(other, finding)}

    def _joins(self, condition: int, finding: int) -> bool:
        predicate, forward = divmod(int(self.arcs.relation[self.arcs.arc(condition, finding)]), 2)
        return bool(forward) and self.graph.predicates[predicate] in relations_of("manifestation")

    def _sample(self, shape: Shape, area: str, nodes: list[int]) -> Sample:
        graph = self.graph
        if shape in ("walk", "chain"):
            joined = list(pairwise(nodes))
        elif shape == "star":
            joined = [(nodes[0], node) for node in nodes[1:]]
        else:
            joined = [(one, node) for one in nodes[:2] for node in nodes[2:] if node in self._findings(one)]
        edges = tuple(graph.edge_at(self.arcs.edge(graph, u, v)) for u, v in joined)
        return Sample(shape=shape, area=area, node_ids=tuple(graph.id(node) for node in nodes), edges=edges)
