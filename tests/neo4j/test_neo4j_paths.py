"""The path query inside the database gives the very lists of the kernel."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise, product
from typing import Any

import pytest

from kgpaths.config import PathConfig
from kgpaths.errors import UnknownNode, UsageError
from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.neo4j import Neo4jGraph, push
from kgpaths.paths import PathFinder

Maker = Callable[..., KnowledgeGraph]
GRAPHS = (
    # seed, nodes, edges, predicates, degree cap
    (1, 40, 90, 4, 2000),
    (2, 80, 300, 8, 12),
    (3, 150, 400, 6, 9),
    (4, 300, 900, 10, 2000),
    (5, 300, 1500, 12, 14),
    (6, 25, 300, 2, 2000),
)


def test_random_pairs_have_the_lists_of_the_kernel(neo4j_server: Any, multigraph: Maker) -> None:
    compared = answered = 0
    for seed, nodes, edges, predicates, cap in GRAPHS:
        graph, config = multigraph(seed, nodes=nodes, edges=edges, predicates=predicates), PathConfig(degree_cap=cap)
        push(graph, neo4j_server.url, replace=True)
        finder, draw = PathFinder(graph, config), random.Random(seed)
        with Neo4jGraph(neo4j_server.url, config) as inside:
            for _ in range(50):
                start, end = (graph.id(draw.randrange(nodes)) for _ in range(2))
                how = {"k": draw.choice((1, 3, 10)), "max_hops": draw.choice((1, 3, 4, 4))}
                expected = finder.find(question=[start], answer=[end], **how)
                assert inside.find(question=[start], answer=[end], **how) == expected, (seed, start, end, how)
                compared, answered = compared + 1, answered + bool(expected)
    assert compared >= 200
    assert answered >= 150


def test_quotas_by_length_and_the_direct_edge(neo4j_server: Any, multigraph: Maker) -> None:
    graph = multigraph(21, nodes=40, edges=220)
    push(graph, neo4j_server.url)
    ids = [node.id for node in graph.nodes()]
    for config in (PathConfig(exclude_direct=True), PathConfig(per_length=(1, 0, 2)), PathConfig(per_length=(0, 3))):
        how = {"question": ids[:6], "answer": ids[20:23], "k": 4, "max_hops": 4}
        expected = PathFinder(graph, config).find(**how)
        assert expected
        assert expected != PathFinder(graph).find(**how)
        assert Neo4jGraph(neo4j_server.url, config).find(**how) == expected
    with pytest.raises(UsageError, match="sequences of types"):
        Neo4jGraph(neo4j_server.url, PathConfig(forbidden=("drug>gene>drug",)))


def test_many_nodes_on_both_sides_are_merged_into_one_order(neo4j_server: Any, multigraph: Maker) -> None:
    graph = multigraph(11, nodes=60, edges=240)
    push(graph, neo4j_server.url)
    ids = random.Random(11).sample([node.id for node in graph.nodes()], 10)
    question, answer = [*ids[:6], ids[0]], ids[4:]
    expected = PathFinder(graph).find(question=question, answer=answer, k=4, max_hops=3)
    assert len(expected) > 40
    assert Neo4jGraph(neo4j_server.url).find(question=question[::-1], answer=answer, k=4, max_hops=3) == expected


def test_ties_are_broken_by_hops_and_then_by_nodes(neo4j_server: Any) -> None:
    """Two layers of nine nodes between the ends, every cost the same; ten or more nodes show number order, not text."""
    left, right = [f"L:{number}" for number in range(9)], [f"R:{number}" for number in range(9)]
    pairs = [("A:start", node) for node in left] + list(product(left, right)) + [(node, "Z:end") for node in right]
    graph = KnowledgeGraph.from_records(
        [NodeRecord(node, node, "disease", "doid") for node in ("A:start", *left, *right, "Z:end")],
        [EdgeRecord(low, "is_a", high, "doid", "1", "CC0-1.0") for low, high in pairs],
    )
    push(graph, neo4j_server.url)
    for k in (5, 50, 200):
        expected = PathFinder(graph).find(question=["A:start"], answer=["Z:end"], k=k, max_hops=5)
        assert len({path.cost_millinats for path in expected}) < len(expected)
        assert Neo4jGraph(neo4j_server.url).find(question=["A:start"], answer=["Z:end"], k=k, max_hops=5) == expected


def test_six_hops_and_the_cap_on_inner_nodes(neo4j_server: Any) -> None:
    chain = [f"C:{number}" for number in range(7)]
    spokes = [f"S:{number}" for number in range(6)]
    edges = [*pairwise(chain), *(("C:3", spoke) for spoke in spokes)]
    graph = KnowledgeGraph.from_records(
        [NodeRecord(node, node, "disease", "doid") for node in (*chain, *spokes)],
        [EdgeRecord(low, "is_a", high, "doid", "1", "CC0-1.0") for low, high in edges],
    )
    push(graph, neo4j_server.url)
    for cap, max_hops, expected in ((8, 6, 1), (7, 6, 0), (8, 5, 0)):
        inside = Neo4jGraph(neo4j_server.url, PathConfig(degree_cap=cap))
        assert len(inside.find(question=["C:0"], answer=["C:6"], max_hops=max_hops)) == expected
    capped = Neo4jGraph(neo4j_server.url, PathConfig(degree_cap=2))
    assert len(capped.find(question=["C:0"], answer=["C:3"])) == 1, "the ends of a path may be hubs"


def test_cross_references_stand_for_their_node(neo4j_server: Any) -> None:
    graph = KnowledgeGraph.from_records(
        [
            NodeRecord("A:1", "one", "disease", "doid", ("X:1", "X:both", "A:2")),
            NodeRecord("A:2", "two", "disease", "doid", ("X:2", "X:both")),
        ],
        [EdgeRecord("A:1", "is_a", "A:2", "doid", "1", "CC0-1.0")],
    )
    push(graph, neo4j_server.url)
    inside, finder = Neo4jGraph(neo4j_server.url), PathFinder(graph)
    for start in ("A:1", "X:1"):
        for end in ("A:2", "X:2"):
            [path] = inside.find(question=[start], answer=[end])
            assert [path] == finder.find(question=[start], answer=[end])
    assert inside.find(question=["A:1"], answer=["X:1"]) == []
    with pytest.raises(UnknownNode, match=r"2 nodes: A:1 .one., A:2 .two."):
        inside.find(question=["X:both"], answer=["A:2"])
    with pytest.raises(UnknownNode, match=r"'}..'"):
        inside.find(question=["A:1"], answer=["}) "])


@pytest.mark.parametrize(("k", "max_hops"), [(0, 3), (3, 0), (3, 7)])
def test_what_cannot_be_asked_is_refused_before_anything_is_contacted(k: int, max_hops: int) -> None:
    with pytest.raises(UsageError, match="max_hops"):
        Neo4jGraph("neo4j://127.0.0.1:1/neo4j").find(question=["A:1"], answer=["A:2"], k=k, max_hops=max_hops)
