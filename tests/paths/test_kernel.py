"""The search against brute force, and against the same search in plain numpy."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgpaths.paths.kernel import FoundPath, Kernel
from kgpaths.paths.search_graph import ANY, INFINITE, UNUSED, Barred, SearchGraph

_SPEC = spec_from_file_location("kernel_numpy", Path(__file__).parent / "kernel_numpy.py")
assert _SPEC is not None
assert _SPEC.loader is not None
_MODULE = module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MODULE)
NumpyKernel: Any = _MODULE.NumpyKernel
KERNELS = (Kernel, NumpyKernel)

Edges = list[tuple[int, int, int]]


def make(n_nodes: int, edges: Edges) -> SearchGraph:
    table = np.array(edges, dtype=np.int64).reshape(-1, 3)
    predicate = table.sum(axis=1) % 4  # any relations: two of one family, one of a strict one, one of its own
    kinds = np.array([0, 0, 3, 4], dtype=np.uint16)
    costs = table[:, 2].astype(np.uint16)
    return SearchGraph.from_edges(n_nodes, table[:, 0], table[:, 1], costs, predicate=predicate, kinds=kinds)


def brute_force(
    n_nodes: int,
    edges: Edges,
    sources: list[int],
    targets: list[int],
    k: int,
    max_hops: int,
    cap: int,
    *,
    min_hops: int = 1,
    per_length: Sequence[int] = (),
    forbidden: Sequence[Sequence[int]] = (),
) -> list[FoundPath]:
    """All simple paths over the multigraph, the cheapest of those over the same nodes, k of each pair, sorted.

    A forbidden sequence is of node types, of which a node has its number modulo 3; -1 is any.
    """
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(n_nodes))
    for u, v, cost in edges:
        if u != v:
            graph.add_edge(u, v, cost=cost)
    expected: list[FoundPath] = []
    for source in set(sources):
        for target in set(targets) - {source}:
            cheapest: dict[tuple[int, ...], int] = {}
            for walk in nx.all_simple_edge_paths(graph, source, target, cutoff=max_hops):
                nodes = (source, *(edge[1] for edge in walk))
                if len(walk) < min_hops or any(len(graph[inner]) > cap for inner in nodes[1:-1]):
                    continue
                kinds = [node % 3 for node in nodes]
                if any(
                    all(wanted in (-1, kind) for wanted, kind in zip(sequence, kinds[at:], strict=False))
                    for sequence in forbidden
                    for at in range(len(kinds) - len(sequence) + 1)
                ):
                    continue
                cost = sum(graph.edges[edge]["cost"] for edge in walk)
                cheapest[nodes] = min(cheapest.get(nodes, cost), cost)
            paths = sorted(FoundPath(cost, len(nodes) - 1, nodes) for nodes, cost in cheapest.items())
            taken: Counter[int] = Counter()
            for path in paths:
                taken[path.hops] += 1
                if path.hops > len(per_length) or taken[path.hops] <= per_length[path.hops - 1]:
                    k_left = k - sum(1 for other in expected if (other.nodes[0], other.nodes[-1]) == (source, target))
                    expected += [path] * (k_left > 0)
    return sorted(expected)


@st.composite
def problems(draw: st.DrawFn) -> tuple[int, Edges, list[int], list[int], int]:
    n_nodes = draw(st.integers(2, 9))
    node = st.integers(0, n_nodes - 1)
    # Few distinct costs make ties the rule; few nodes make parallel edges and self-loops common.
    cost = st.integers(1, draw(st.sampled_from([1, 2, 60_000])))
    edges = draw(st.lists(st.tuples(node, node, cost), max_size=22))
    ends = st.lists(node, min_size=1, max_size=3)
    return n_nodes, edges, draw(ends), draw(ends), draw(st.sampled_from([2, 3, 4, 99]))


@pytest.mark.parametrize("kind", KERNELS)
@pytest.mark.parametrize("k", [1, 3, 10])
@given(problem=problems(), max_hops=st.integers(1, 5))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_search_equals_brute_force(
    kind: Any, k: int, problem: tuple[int, Edges, list[int], list[int], int], max_hops: int
) -> None:
    n_nodes, edges, sources, targets, cap = problem
    found = kind(make(n_nodes, edges)).search(sources, targets, k=k, max_hops=max_hops, degree_cap=cap)
    assert not found.truncated
    assert found.paths == brute_force(n_nodes, edges, sources, targets, k, max_hops, cap)


def barring(n_nodes: int, forbidden: Sequence[Sequence[int]]) -> Barred:
    width = max((len(sequence) for sequence in forbidden), default=3)
    table = [[UNUSED] * (width - len(sequence)) + list(sequence) for sequence in forbidden]
    return Barred((np.arange(n_nodes) % 3).astype(np.uint8), np.array(table, dtype=np.int16).reshape(-1, width))


@given(
    problem=problems(),
    k=st.integers(1, 8),
    min_hops=st.integers(1, 3),
    max_hops=st.integers(1, 5),
    per_length=st.lists(st.integers(0, 3), max_size=5),
    forbidden=st.lists(st.lists(st.integers(ANY, 2), min_size=3, max_size=4), max_size=3),
)
@settings(max_examples=700, deadline=None, derandomize=True)
def test_quotas_shortest_lengths_and_forbidden_sequences_equal_brute_force(
    problem: tuple[int, Edges, list[int], list[int], int],
    k: int,
    min_hops: int,
    max_hops: int,
    per_length: list[int],
    forbidden: list[list[int]],
) -> None:
    n_nodes, edges, sources, targets, cap = problem
    graph, barred = make(n_nodes, edges), barring(n_nodes, forbidden)
    found = [
        kind(graph, barred=barred).search(
            sources, targets, k=k, min_hops=min_hops, max_hops=max_hops, per_length=per_length, degree_cap=cap
        )
        for kind in KERNELS
    ]
    assert found[0] == found[1]
    limits = {"min_hops": min_hops, "per_length": per_length, "forbidden": forbidden}
    assert found[0].paths == brute_force(n_nodes, edges, sources, targets, k, max_hops, cap, **limits)
    assert not any(barred.holds(path.nodes) for path in found[0].paths)


@given(problem=problems(), max_hops=st.integers(1, 6), k=st.integers(1, 5), budget=st.integers(1, 150))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_both_are_cut_at_the_same_place(
    problem: tuple[int, Edges, list[int], list[int], int], max_hops: int, k: int, budget: int
) -> None:
    n_nodes, edges, sources, targets, cap = problem
    graph = make(n_nodes, edges)
    cut = [
        kind(graph).search(sources, targets, k=k, max_hops=max_hops, degree_cap=cap, budget=budget) for kind in KERNELS
    ]
    assert cut[0].paths == cut[1].paths
    assert cut[0].truncated == cut[1].truncated
    whole = Kernel(graph).search(sources, targets, k=k, max_hops=max_hops, degree_cap=cap)
    assert cut[0].truncated == (whole.arcs > budget)
    for path in cut[0].paths:
        assert path.cost == sum(arc_cost(graph, u, v) for u, v in pairwise(path.nodes))


def test_both_agree_on_a_larger_graph_six_hops_deep() -> None:
    rng = np.random.default_rng(20)
    hubs = np.minimum(rng.integers(0, 400, 900), rng.integers(0, 400, 900))
    edges = [
        (int(u), int(v), int(c))
        for u, v, c in zip(hubs, rng.integers(0, 400, 900), rng.integers(1, 900, 900), strict=True)
    ]
    graph = make(400, edges)
    for max_hops in (3, 4, 6):
        fast, slow = (
            kind(graph).search([1, 7, 90, 300], [5, 200], k=10, max_hops=max_hops, degree_cap=60) for kind in KERNELS
        )
        assert fast == slow
        assert fast.paths


@pytest.mark.parametrize("kind", KERNELS)
def test_cheap_hubs_beyond_the_cap_take_no_place_from_dearer_nodes(kind: Any) -> None:
    # 0 and 1 are the ends; 2 to 21 are hubs, cheap; 22 to 26 are dear and allowed.
    hubs = [(hub, leaf, 1) for hub in range(2, 22) for leaf in (0, 1, *range(30, 40))]
    dear = [(middle, end, 500 + middle) for middle in range(22, 27) for end in (0, 1)]
    graph = make(40, hubs + dear)
    found = kind(graph).search([0], [1], k=3, max_hops=3, degree_cap=8)
    assert [path.nodes for path in found.paths] == [(0, 22, 1), (0, 23, 1), (0, 24, 1)]


@given(problem=problems(), budgets=st.lists(st.integers(1, 200), min_size=2, max_size=5), max_hops=st.integers(1, 6))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_a_search_leaves_nothing_behind_for_the_next(
    problem: tuple[int, Edges, list[int], list[int], int], budgets: list[int], max_hops: int
) -> None:
    n_nodes, edges, sources, targets, cap = problem
    graph = make(n_nodes, edges)
    used = Kernel(graph)
    for budget in budgets:
        for ends, longest in ((targets, max_hops), (sources, 7 - max_hops)):
            limits = {"k": 3, "max_hops": longest, "degree_cap": cap, "budget": budget}
            assert used.search(sources, ends, **limits) == Kernel(graph).search(sources, ends, **limits)
        reached = used.reach(np.array(targets), np.arange(n_nodes), hops=2, degree_cap=cap)
        assert (reached == Kernel(graph).reach(np.array(targets), np.arange(n_nodes), hops=2, degree_cap=cap)).all()


@given(problem=problems())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_reach_is_the_cheapest_walk_of_exactly_so_many_hops(
    problem: tuple[int, Edges, list[int], list[int], int],
) -> None:
    n_nodes, edges, _, targets, cap = problem
    graph = make(n_nodes, edges)
    places = np.arange(n_nodes)
    expected = np.full((len(targets), 2, n_nodes), INFINITE)
    for number, target in enumerate(targets):
        for near in graph.neighbours(target).tolist():
            expected[number, 0, near] = arc_cost(graph, near, target)
            for far in graph.neighbours(near).tolist():
                if far != target and graph.degree(near) <= cap and not graph.merely_shared(far, near, target):
                    cost = arc_cost(graph, far, near) + arc_cost(graph, near, target)
                    expected[number, 1, far] = min(expected[number, 1, far], cost)
    for kind in KERNELS:
        kernel = kind(graph)
        assert (kernel.reach(np.array(targets), places, hops=2, degree_cap=cap) == expected).all()


def test_importing_the_room_loads_no_compiler() -> None:
    code = "import sys, kgpaths.paths; assert not {'numba', 'networkx', 'llvmlite'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def arc_cost(graph: SearchGraph, u: int, v: int) -> int:
    return int(graph.cost[graph.indptr[u] + int(np.searchsorted(graph.neighbours(u), v))])
