"""Ids of merged nodes by vocabulary, and what lies below a term of one of them."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from pathlib import Path

import pytest

from kgpaths.errors import UnknownNode, UsageError
from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord, build_snapshot
from kgpaths.graph.concept_ids import below
from kgpaths.graph.merge import merge_concepts, merged_edges, merged_nodes
from kgpaths.graph.tables import read_nodes, write_tables
from kgpaths.neo4j.rows import node_record, node_row

NODES = [
    NodeRecord("HP:0000118", "Phenotypic abnormality", "phenotype", "hpo"),
    NodeRecord("HP:0000005", "Mode of inheritance", "inheritance", "hpo"),
    NodeRecord("HP:0000900", "cleft palate", "phenotype", "hpo", ("HP:0000003", "HP:0000999", "UMLS:C1", "UMLS:C2")),
    NodeRecord("HP:0000901", "Cleft soft palate", "phenotype", "hpo"),
    NodeRecord("HP:0000300", "Head cold", "phenotype", "hpo"),
    NodeRecord("DOID:4", "disease", "disease", "doid"),
    NodeRecord("DOID:674", "cleft palate", "disease", "doid", ("UMLS:C3", "ICD10:Q35")),
    NodeRecord("DOID:9", "head cold", "disease", "doid"),
    NodeRecord("MESH:D002972", "Cleft Palate", "disease", "mesh"),
    NodeRecord("MESH:C000001", "Cleft Palate", "disease", "mesh"),
    NodeRecord("MESH:D001241", "Aspirin", "drug", "mesh"),
]
EDGES = [
    EdgeRecord(child, "is_a", parent, source, "1", "CC0-1.0")
    for child, parent, source in [
        ("HP:0000900", "HP:0000118", "hpo"),
        ("HP:0000901", "HP:0000900", "hpo"),
        ("DOID:674", "DOID:4", "doid"),
        ("DOID:9", "DOID:674", "doid"),  # HP says no such thing
    ]
]


def _merged() -> tuple[list[NodeRecord], list[EdgeRecord]]:
    mapping, _ = merge_concepts(NODES)
    return merged_nodes(NODES, mapping), list(merged_edges(EDGES, mapping, Counter()))


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph.from_records(*_merged())


def _below(graph: KnowledgeGraph, root: str) -> set[str]:
    return {graph.id(int(node)) for node in below(graph, root).nonzero()[0]}


def test_an_id_that_was_given_up_is_never_the_id(graph: KnowledgeGraph) -> None:
    assert graph.canonical("HP:0000003") == "DOID:674"
    for asked in ("DOID:674", "HP:0000900", "HP:0000003", graph.index("DOID:674")):
        assert graph.id_in(asked, "HP") == "HP:0000900"
    assert graph.id_in("DOID:674", "MESH") == "MESH:D002972"  # before the supplementary record


def test_vocabularies_are_tried_in_order(graph: KnowledgeGraph) -> None:
    assert [graph.id_in("HP:0000900", *asked) for asked in permutations(("HP", "DOID"))] == ["HP:0000900", "DOID:674"]
    assert graph.id_in("HP:0000901", "MESH", "DOID", "HP") == "HP:0000901"
    assert graph.id_in("HP:0000901", "MESH") is None
    assert graph.id_in("HP:0000901") is None
    assert graph.id_in("HP:0000901", "H") is None  # a vocabulary is a whole prefix


def test_who_refers_to_several_of_a_foreign_vocabulary_is_none_of_them(graph: KnowledgeGraph) -> None:
    assert graph.id_in("DOID:674", "UMLS") is None
    assert graph.id_in("DOID:674", "UMLS", "ICD10") == "ICD10:Q35"


def test_a_hierarchy_is_that_of_the_vocabulary(graph: KnowledgeGraph) -> None:
    assert _below(graph, "HP:0000118") == {"HP:0000118", "DOID:674", "HP:0000901"}
    assert _below(graph, "HP:0000003") == {"DOID:674", "HP:0000901"}
    assert _below(graph, "DOID:674") == {"DOID:674", "DOID:9"}
    assert _below(graph, "DOID:4") == {"DOID:4", "DOID:674", "DOID:9"}
    assert _below(graph, "MESH:D002972") == {"DOID:674"}


def test_where_the_sources_of_a_vocabulary_have_no_hierarchy_that_of_others_counts() -> None:
    graph = KnowledgeGraph.from_records(NODES[:4], [edge._replace(source="mine") for edge in EDGES[:2]])
    assert _below(graph, "HP:0000118") == {"HP:0000118", "HP:0000900", "HP:0000901"}


def test_roots_that_are_none(graph: KnowledgeGraph) -> None:
    with pytest.raises(UnknownNode, match="HP:0009999"):
        below(graph, "HP:0009999")
    plain = KnowledgeGraph.from_records([NodeRecord("pain", "pain", "phenotype", "t")], [])
    with pytest.raises(UsageError, match="no prefix"):
        below(plain, "pain")


def test_every_way_to_keep_a_graph_keeps_which_id_is_the_first(graph: KnowledgeGraph, tmp_path: Path) -> None:
    nodes, edges = _merged()
    assert list(graph.nodes()) == nodes
    write_tables(tmp_path, nodes, [])
    assert list(read_nodes(tmp_path)) == nodes
    assert [node_record(node_row(node)) for node in nodes] == nodes
    assert KnowledgeGraph.from_networkx(graph.to_networkx()).hash == graph.hash
    again, _ = merge_concepts(nodes)
    assert merged_nodes(nodes, again) == nodes
    turned = build_snapshot(reversed(nodes), reversed(edges), tmp_path / "graph", name="t")
    assert turned.content_hash == graph.hash


def test_the_default_graph_knows_the_terms_of_each_vocabulary() -> None:
    graph = KnowledgeGraph.open()
    assert graph.id_in("DOID:674", "HP") == "HP:0000175"
    assert graph.id_in("DOID:0050581", "HP") == "HP:0001156"
    nodes = below(graph, "HP:0000118").nonzero()[0].tolist()
    found = {graph.id_in(node, "HP") for node in nodes}
    assert len(found) == len(nodes) > 17_000
    assert None not in found
    assert graph.id_in("HP:0000005", "HP") not in found
