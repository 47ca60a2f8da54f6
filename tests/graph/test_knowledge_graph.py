"""Ids, names, edges and neighbours, compared with networkx where it knows the answer."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgpaths.errors import GraphError, UnknownEdge, UnknownNode
from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeName, NodeRecord, edge_id
from kgpaths.graph.tables import TIERS
from kgpaths.records import Evidence

Records = tuple[list[NodeRecord], list[EdgeRecord]]

_ids = st.integers(0, 9).map("n:{}".format)
_names = st.text(st.sampled_from("aBß é"), min_size=1, max_size=4).filter(str.strip)
_nodes = st.dictionaries(
    _ids,
    st.tuples(_names, st.sampled_from(["disease", "symptom"]), st.sampled_from(["s1", "s2"])),
    min_size=1,
).map(lambda found: [NodeRecord(node_id, *rest) for node_id, rest in found.items()])
_evidence = st.builds(Evidence, reference=_names, score=st.none() | st.floats(0, 1), sentence=_names)
_edges = st.lists(
    st.tuples(
        _ids,
        st.sampled_from(["is_a", "causes"]),
        _ids,
        st.sampled_from(["s1", "s2"]),
        st.sampled_from(["1", "2"]),
        st.just("MIT"),
        st.sampled_from(TIERS),
        st.floats(0, 1, width=32),
        st.lists(_evidence, max_size=2).map(tuple),
    ).map(lambda values: EdgeRecord(*values)),
    max_size=30,
)


@pytest.fixture
def graph(clinic: Records) -> KnowledgeGraph:
    return KnowledgeGraph.from_records(*clinic)


def test_ids_names_and_types(graph: KnowledgeGraph) -> None:
    assert [graph.index(graph.id(index)) for index in range(graph.n_nodes)] == list(range(graph.n_nodes))
    assert (graph.name("DOID:552"), graph.type("DOID:552")) == ("pneumonia", "disease")
    assert graph.name(graph.index("HP:0001945")) == "Fever"


def test_cross_references_lead_to_their_node(graph: KnowledgeGraph) -> None:
    assert graph.canonical("MESH:D011014") == "DOID:552"
    assert "MESH:D011014" in graph
    assert "MESH:D0" not in graph
    with pytest.raises(UnknownNode, match="X:4"):
        graph.index("SYMP:2")  # of two nodes
    assert "SYMP:2" not in graph


@pytest.mark.parametrize("bad", ["", "HP:", "zzz", "HP:00019455"])
def test_unknown_ids(graph: KnowledgeGraph, bad: str) -> None:
    with pytest.raises(UnknownNode):
        graph.index(bad)


@pytest.mark.parametrize("bad", [-1, 5])
def test_indices_outside_are_refused(graph: KnowledgeGraph, bad: int) -> None:
    with pytest.raises(UnknownNode):
        graph.name(bad)


def test_same_named_nodes_of_different_types_stay_apart(graph: KnowledgeGraph) -> None:
    assert graph.search(" COLD ") == ["DOID:4", "X:4"]
    assert {graph.type(node) for node in graph.search("cold")} == {"disease", "exposure"}
    assert graph.search("lungenENTZÜNDUNG") == ["DOID:552"]
    assert graph.search("") == []


def test_names_come_by_node_preferred_first(graph: KnowledgeGraph) -> None:
    names = list(graph.names())
    assert len(names) == graph.n_names == 7
    assert [graph.id(index) for index, _ in names] == sorted(graph.id(index) for index, _ in names)
    assert names[1:3] == [
        (graph.index("DOID:552"), NodeName("pneumonia", "label")),
        (graph.index("DOID:552"), NodeName("Lungenentzündung", "lay")),
    ]


def test_parallel_edges_stay_apart(graph: KnowledgeGraph) -> None:
    between = graph.edges_between("HP:0001945", "DOID:552")
    assert [(edge.subject, edge.predicate, edge.source) for edge in between] == [
        ("DOID:552", "has_symptom", "doid"),
        ("DOID:552", "has_symptom", "hpoa"),
        ("HP:0001945", "associated_with", "doid"),
    ]
    assert between == graph.edges_between("DOID:552", "HP:0001945")
    assert [edge.predicate for edge in graph.edges_between("X:4", "X:4")] == ["resembles"]
    assert graph.edges_between("X:5", "X:4") == []


def test_edges_by_id(graph: KnowledgeGraph) -> None:
    for number, edge in enumerate(graph.edges()):
        assert graph.edge(edge.id) == edge
        assert graph.edge_number(edge.id) == number
        assert int(graph.edge_hash[number]) == int(edge.id, 16)
    for bad in ("", "0" * 16, "f" * 16, "F" * 16, "xyz", "g" * 16, " " * 16):
        assert not graph.has_edge(bad)
        with pytest.raises(UnknownEdge):
            graph.edge(bad)


def test_edge_ids_are_the_same_in_every_build() -> None:
    assert edge_id("DOID:552", "has_symptom", "HP:0001945", "doid") == "37a44ad5caf42883"


def test_arrays_cannot_be_written(graph: KnowledgeGraph) -> None:
    with pytest.raises(ValueError, match="read-only"):
        graph.subject[0] = 1


@settings(max_examples=60, deadline=None)
@given(_nodes, _edges)
def test_arrays_agree_with_networkx(nodes: list[NodeRecord], edges: list[EdgeRecord]) -> None:
    graph = KnowledgeGraph.from_records(nodes, edges)
    oracle = nx.MultiDiGraph()
    oracle.add_nodes_from(node.id for node in nodes)
    for edge in edges:
        if edge.subject in oracle and edge.object in oracle:
            oracle.add_edge(edge.subject, edge.object, key=edge_id(*edge[:4]))
    assert (graph.n_nodes, graph.n_edges) == (oracle.number_of_nodes(), oracle.number_of_edges())
    assert [graph.id(index) for index in range(graph.n_nodes)] == sorted(oracle)
    order = np.lexsort((graph.source, graph.predicate, graph.object, graph.subject))
    assert order.tolist() == list(range(graph.n_edges))
    both = oracle.to_undirected()
    assert graph.indptr.tolist() == [0, *np.cumsum([oracle.degree(node) for node in sorted(oracle)]).tolist()]
    for index, node in enumerate(sorted(oracle)):
        assert graph.degree(node) == len(set(both[node]) - {node})
        numbers = graph.arcs[graph.indptr[index] : graph.indptr[index + 1]].tolist()
        others = [int(graph.subject[e]) + int(graph.object[e]) - index for e in numbers]
        assert others == sorted(others)
        touching = [*oracle.out_edges(node, keys=True), *oracle.in_edges(node, keys=True)]
        assert sorted(graph.edge_id_at(e) for e in numbers) == sorted(key for _, _, key in touching)
        assert {edge.id for edge in graph.edges_of(node)} == {key for _, _, key in touching}
        for other in oracle:
            expected = {
                key for u, v in ((node, other), (other, node)) for key in oracle.get_edge_data(u, v, default={})
            }
            assert {edge.id for edge in graph.edges_between(node, other)} == expected


@settings(max_examples=30, deadline=None)
@given(_nodes, _edges)
def test_networkx_and_back_is_the_same_graph(nodes: list[NodeRecord], edges: list[EdgeRecord]) -> None:
    graph = KnowledgeGraph.from_records(nodes, edges)
    assert KnowledgeGraph.from_networkx(graph.to_networkx()).hash == graph.hash


def test_networkx_keeps_all_attributes(graph: KnowledgeGraph) -> None:
    copy = graph.to_networkx()
    assert KnowledgeGraph.from_networkx(copy).hash == graph.hash
    edge = graph.edges_between("DOID:552", "HP:0001945")[1]
    held = copy.edges["DOID:552", "HP:0001945", edge.id]
    assert (held["tier"], held["evidence"], held["licence"]) == ("text", edge.evidence, "LicenseRef-HPO")
    assert copy.nodes["X:5"]["xrefs"] == ("SYMP:2",)


def test_a_networkx_graph_without_types_is_refused() -> None:
    foreign = nx.MultiDiGraph()
    foreign.add_node("a", name="a", source="s")
    with pytest.raises(GraphError, match="'type'"):
        KnowledgeGraph.from_networkx(foreign)


def test_info_counts_what_is_there(graph: KnowledgeGraph) -> None:
    info = graph.info(hubs=2)
    assert info.nodes_by_type == {"disease": 2, "exposure": 2, "phenotype": 1}
    assert info.edges_by_tier == {"curated": 4, "associated_in_text": 1, "text": 1}
    assert (info.nodes, info.edges, info.names, info.xrefs) == (5, 6, 7, 4)
    assert [(hub.node_id, hub.degree) for hub in info.hubs] == [("DOID:4", 2), ("HP:0001945", 2)]
    assert (info.degrees["isolated"], info.degrees["max"]) == (1, 2)
    assert sum(info.edges_by_source.values()) == sum(info.edges_by_licence.values()) == info.edges
