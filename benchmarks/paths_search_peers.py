"""igraph, rustworkx and scipy on the pairs of `paths_search.py`: the extra `bench` brings them; what is absent says so.

None of them has the question: igraph and scipy have Yen's k best weighted paths without a bound on hops, rustworkx
returns no k best paths at all, so its rows are all unweighted shortest paths, and one weighted path.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from kgpaths.paths.search_graph import SearchGraph

ONE_PAIR, MORE_PAIRS = 1, 5
Row = tuple[str, float, int]


def peer_rows(arcs: SearchGraph, items: Sequence[Any]) -> Iterator[Row]:
    """Yield rows of what is installed: name, seconds a pair, how many pairs."""
    pairs = [(int(starts[0]), int(ends[0])) for starts, ends in items[:MORE_PAIRS]]
    for peer in (_scipy, _igraph, _rustworkx):
        try:
            for name, ask, count in peer(arcs):
                started = time.perf_counter()
                for u, v in pairs[:count]:
                    ask(u, v)
                yield name, (time.perf_counter() - started) / count, count
        except ImportError as error:
            print(f"{peer.__name__[1:]} is left out: {error}; pip install 'kgpaths[bench]'")


Peer = Iterator[tuple[str, Callable[[int, int], object], int]]


def _scipy(arcs: SearchGraph) -> Peer:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import yen

    parts = (arcs.cost.astype(np.float64), arcs.indices, arcs.indptr.astype(np.int32))
    matrix = csr_array(parts, shape=(arcs.n_nodes, arcs.n_nodes))
    yield "scipy yen, K = 10, weighted", lambda u, v: yen(matrix, u, v, 10, directed=True), ONE_PAIR


def _igraph(arcs: SearchGraph) -> Peer:
    import igraph

    ends, once = _edges(arcs)
    graph, weights = igraph.Graph(arcs.n_nodes, ends), arcs.cost[once].tolist()
    yield (
        "igraph get_k_shortest_paths, k = 10, weighted",
        lambda u, v: graph.get_k_shortest_paths(u, v, k=10, weights=weights),
        ONE_PAIR,
    )


def _rustworkx(arcs: SearchGraph) -> Peer:
    import rustworkx

    ends, once = _edges(arcs)
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(arcs.n_nodes))
    graph.add_edges_from([(u, v, cost) for (u, v), cost in zip(ends.tolist(), arcs.cost[once].tolist(), strict=True)])
    yield "rustworkx all_shortest_paths", lambda u, v: rustworkx.all_shortest_paths(graph, u, v), ONE_PAIR
    yield (
        "rustworkx dijkstra, one path, weighted",
        lambda u, v: rustworkx.dijkstra_shortest_paths(graph, u, v, weight_fn=float),
        MORE_PAIRS,
    )


def _edges(arcs: SearchGraph) -> tuple[Any, Any]:
    tails = np.repeat(np.arange(arcs.n_nodes), np.diff(arcs.indptr))
    once = tails < arcs.indices
    return np.stack([tails[once], arcs.indices[once]], axis=1), once
