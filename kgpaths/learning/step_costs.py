"""Costs of steps (``TYPE>PREDICATE>TYPE``) learned from sets of nodes that good paths run through.

An example is a start, an end, and the nodes that a curator put between them; its wish is that the cheapest path has
the best node F1. Costs are additive, so the search with the learned costs stays exact. The expected F1 under
``p(path) ~ exp(-cost / T)`` over the cheapest paths so far is raised by gradient steps (minimum risk training; Smith &
Eisner 2006, https://aclanthology.org/P06-2101), then the paths are searched anew with the new costs, and so on.

A gradient step costs O(hops of all candidates).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kgpaths.config import PathConfig
from kgpaths.graph import KnowledgeGraph
from kgpaths.paths.costs import MAX_COST, edge_costs
from kgpaths.paths.kernel import Kernel
from kgpaths.paths.priors import steps
from kgpaths.paths.search_graph import SearchGraph
from kgpaths.paths.views import view_costs
from kgpaths.vocabulary.node_types import node_types
from kgpaths.vocabulary.relations import relations

_CANDIDATES, _TEMPERATURE, _PULL = 100, 500.0, 0.05
"""Paths of an example in a round; T in milli-nats; how strongly costs are held at where they begin."""
_DEAREST = 12_000
_DETOUR = 7000
"""Least cost of a step from a substance to another or to a condition: what else is given, or what it is given for, is
near in every graph of drugs, and says nothing of how the drug acts."""


class Example(NamedTuple):
    """What a path should run through; node indices."""

    start: int
    end: int
    nodes: frozenset[int]
    """Start and end included."""


def node_f1(path: Collection[int], nodes: Collection[int]) -> float:
    """Return the harmonic mean of precision and recall of a path's nodes.

    >>> node_f1((1, 2, 9), {1, 2, 3, 9})
    0.8571428571428571
    """
    return 2 * len({*path} & {*nodes}) / (len(path) + len(nodes))


@dataclass
class _Pool:
    """The candidates of one graph's examples, as arrays over (candidate, hop)."""

    graph: KnowledgeGraph
    examples: Sequence[Example]
    config: PathConfig
    names: NDArray[np.int64]
    """Shape (own steps,): place of each of the graph's steps among those of all graphs."""
    step: NDArray[np.int64]
    found: dict[tuple[int, ...], int] = field(default_factory=dict)
    hop: dict[tuple[int, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        graph = self.graph
        symmetric = [name in relations() and relations()[name].symmetric for name in graph.predicates]
        self.fixed = edge_costs(
            graph.subject,
            graph.object,
            graph.predicate,
            prior_millinats=np.zeros(graph.n_edges, dtype=np.int64),
            symmetric=np.array(symmetric),
            weight=self.config.degree_weight,
            hop_millinats=self.config.hop_millinats,
        ).astype(np.int64)
        self.inside = view_costs(graph, self.config) > 0
        self.owner: list[int] = []
        self.gain: list[float] = []
        self.rows: list[int] = []
        self.hops: list[int] = []
        self.edges: list[NDArray[np.int64]] = []

    def search(self, costs: NDArray[np.float64], max_hops: int) -> None:
        """Add the cheapest paths under the costs of all steps."""
        graph, config = self.graph, self.config
        total = np.rint(self.fixed + costs[self.names][self.step])
        arcs = SearchGraph.from_edges(
            graph.n_nodes,
            graph.subject,
            graph.object,
            np.where(self.inside, total.clip(1, MAX_COST), 0).astype(np.uint16),
            predicate=graph.predicate,
            edge_hash=graph.edge_hash,
        )
        kernel = Kernel(arcs)
        for number, example in enumerate(self.examples):
            best = kernel.search(
                [example.start],
                [example.end],
                k=_CANDIDATES,
                max_hops=max_hops,
                min_hops=2,
                degree_cap=config.degree_cap,
                budget=config.work_budget,
            )
            for path in best.paths:
                if path.nodes not in self.found:
                    row = self.found[path.nodes] = len(self.gain)
                    self.owner.append(number)
                    self.gain.append(node_f1(path.nodes, example.nodes))
                    for pair in pairwise(path.nodes):
                        self.rows.append(row)
                        self.hops.append(self._hop(min(pair), max(pair)))

    def _hop(self, u: int, v: int) -> int:
        if (u, v) not in self.hop:
            self.hop[u, v] = len(self.edges)
            parallel = np.array(self.graph.numbers_between(u, v), dtype=np.int64)
            self.edges.append(parallel[self.inside[parallel]])
        return self.hop[u, v]

    def freeze(self) -> None:
        """Turn what was collected into arrays."""
        self.flat = np.concatenate(self.edges)
        self.begin = np.cumsum([0, *(len(edges) for edges in self.edges[:-1])])
        self.flat_step, self.flat_fixed = self.names[self.step[self.flat]], self.fixed[self.flat]
        self.of_hop = np.repeat(np.arange(len(self.edges)), [len(edges) for edges in self.edges])
        self.row_array, self.hop_array = np.array(self.rows), np.array(self.hops)
        self.owner_array, self.gain_array = np.array(self.owner), np.array(self.gain)

    def gradient(self, costs: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Return the sum of expected F1 and its slope by the cost of every step."""
        edge = np.maximum(self.flat_fixed + costs[self.flat_step], 1.0)
        cheapest = np.minimum.reduceat(edge, self.begin)
        tied = np.flatnonzero(edge == cheapest[self.of_hop])
        first = np.flatnonzero(np.diff(self.of_hop[tied], prepend=-1))
        chosen = self.flat_step[tied[first]]
        total = np.bincount(self.row_array, cheapest[self.hop_array], len(self.gain_array))
        owner, size = self.owner_array, len(self.examples)
        least = np.full(size, np.inf)
        np.minimum.at(least, owner, total)
        weight = np.exp((least[owner] - total) / _TEMPERATURE)
        chance = weight / np.bincount(owner, weight, size)[owner]
        expected = np.bincount(owner, chance * self.gain_array, size)
        slope = -chance * (self.gain_array - expected[owner]) / _TEMPERATURE
        by_hop = np.bincount(self.hop_array, slope[self.row_array], len(self.edges))
        return float(expected.sum()), np.bincount(chosen, by_hop, len(costs)).astype(np.float64)


def learn_step_costs(
    tasks: Sequence[tuple[KnowledgeGraph, Sequence[Example]]],
    *,
    config: PathConfig | None = None,
    rounds: int = 3,
    updates: int = 120,
) -> dict[str, int]:
    """Return the learned cost in milli-nats of every kind of step that candidates take, by ``TYPE>PREDICATE>TYPE``.

    Args:
        tasks: graphs, each with examples whose nodes it has.
        config: degree weight, hop cost, cap and longest path; its priors are not used.
        rounds: searches.
        updates: gradient steps after each search.
    """
    config = config or PathConfig.mechanism()
    by_graph = [steps(graph) for graph, _ in tasks]
    names = sorted({name for found, _ in by_graph for name in found})
    place = {name: number for number, name in enumerate(names)}
    pools = [
        _Pool(graph, examples, config.model_copy(update={"priors": ""}), np.array([place[n] for n in found]), step)
        for (graph, examples), (found, step) in zip(tasks, by_graph, strict=True)
    ]
    begin = np.array([_begin(name) for name in names], dtype=np.float64)
    least = np.array([_DETOUR * _is_detour(name) for name in names], dtype=np.float64)
    costs, first, second = begin.copy(), np.zeros(len(names)), np.zeros(len(names))
    for _ in range(rounds):
        for pool in pools:
            pool.search(costs, config.max_hops)
            pool.freeze()
        first[:], second[:] = 0, 0
        for update in range(1, updates + 1):
            slope = sum(pool.gradient(costs)[1] for pool in pools) * 1000 - _PULL * (costs - begin) / 1000
            first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
            pace = 30.0 if update < 0.75 * updates else 10.0
            costs += pace * (first / (1 - 0.9**update)) / (np.sqrt(second / (1 - 0.999**update)) + 1e-8)
            costs = costs.clip(least, _DEAREST)
    taken = np.unique(np.concatenate([pool.flat_step for pool in pools]))
    return {names[number]: round(float(costs[number])) for number in taken.tolist()}


def _is_detour(step: str) -> bool:
    groups = [node_types()[kind].group for kind in step.split(">")[::2] if kind in node_types()]
    return len(groups) == 2 and "substance" in groups and set(groups) <= {"substance", "condition"}


def _begin(step: str) -> float:
    predicate = step.split(">")[1]
    own = relations()[predicate].cost_millinats if predicate in relations() else _DEAREST
    return own + _DETOUR * _is_detour(step)


def costs_text(costs: Mapping[str, int], remarks: Sequence[str]) -> str:
    """Return the content of a priors file (`kgpaths.paths.priors`), with remarks at its head.

    >>> print(costs_text({"drug>targets>gene": 0, "drug>binds>gene": 1200}, ["Costs in milli-nats."]), end="")
    # Costs in milli-nats.
    drug>binds>gene: 1200
    drug>targets>gene: 0
    """
    return "".join([*(f"# {remark}\n" for remark in remarks), *(f"{name}: {costs[name]}\n" for name in sorted(costs))])
