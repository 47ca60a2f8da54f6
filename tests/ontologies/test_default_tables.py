"""The embedded default graph: what it holds, and that it keeps to the vocabulary and the licences."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from kgpaths.graph.default import kept_apart
from kgpaths.graph.readers.own import beside
from kgpaths.graph.spec import GraphSpec
from kgpaths.graph.tables import EdgeRecord, NodeRecord, read_edges, read_nodes, write_tables
from kgpaths.graph.text_edges import read_text_edges
from kgpaths.resources import resource
from kgpaths.vocabulary.licences import licences
from kgpaths.vocabulary.node_types import node_types
from kgpaths.vocabulary.relations import relations

DEFAULT = resource("ontologies", "default")
EMBEDDABLE = {"CC0-1.0", "MIT", "CC-BY-3.0", "CC-BY-4.0", "LicenseRef-NLM"}
ELSEWHERE = {"HP": {"phenotype", "onset"}, "OMIM": {"disease"}, "ORPHA": {"disease"}, "NCBIGene": {"gene"}}


@pytest.fixture(scope="module")
def nodes() -> dict[str, NodeRecord]:
    return {node.id: node for node in read_nodes(DEFAULT)}


@pytest.fixture(scope="module")
def edges() -> list[EdgeRecord]:
    return list(read_edges(DEFAULT, licences()))


@pytest.fixture(scope="module")
def from_texts() -> list[EdgeRecord]:
    return list(read_text_edges(DEFAULT, licences()))


def test_the_files_are_those_that_were_written() -> None:
    for line in (DEFAULT / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split()
        assert hashlib.sha256((DEFAULT / name).read_bytes()).hexdigest() == digest


def test_all_that_its_specification_names_is_there() -> None:
    spec = GraphSpec.load(resource("ontologies", "default.yaml"))
    assert all(beside(spec.folder, source.reader) for source in spec.sources if source.reader)
    assert callable(beside(spec.folder, spec.finish))
    assert spec.apart() == kept_apart()


def test_it_is_small_enough_to_travel() -> None:
    assert sum(path.stat().st_size for path in DEFAULT.glob("*.xz")) < 8_000_000


def test_counts_are_those_of_the_counts_table(
    nodes: dict[str, NodeRecord], edges: list[EdgeRecord], from_texts: list[EdgeRecord]
) -> None:
    rows = [line.split("\t") for line in (DEFAULT / "COUNTS.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    totals = {what: int(count) for what, source, _, count in rows if source == "all"}
    assert totals == {
        "nodes": len(nodes),
        "edges": len(edges) + len(from_texts),
        "sentences": sum(len(edge.evidence) for edge in from_texts),
        "names": sum(1 + len(node.names) for node in nodes.values()),
    }
    assert totals["nodes"] >= 65_000
    assert totals["edges"] >= 220_000
    assert totals["names"] >= 300_000


def test_every_node_has_a_known_type_a_name_and_a_source_that_may_be_embedded(nodes: dict[str, NodeRecord]) -> None:
    for node in nodes.values():
        assert node.type in node_types()
        assert node.name.strip() == node.name != ""
        assert licences()[node.source].licence in EMBEDDABLE
        assert licences()[node.source].redistributable
        assert licences()[node.source].alterable


def test_every_edge_is_of_the_vocabulary_and_its_ends_fit(
    nodes: dict[str, NodeRecord], edges: list[EdgeRecord]
) -> None:
    for edge in edges:
        relation = relations()[edge.predicate]
        for end, types in ((edge.subject, relation.subject_types), (edge.object, relation.object_types)):
            known = {nodes[end].type} if end in nodes else ELSEWHERE[end.partition(":")[0]]
            assert known & set(types), edge
        assert edge.subject != edge.object
        assert not relation.symmetric or edge.subject < edge.object
        assert 0 < edge.strength <= 1
        assert edge.licence in EMBEDDABLE


def test_an_edge_is_there_once(edges: list[EdgeRecord]) -> None:
    counts = Counter((edge.subject, edge.predicate, edge.object, edge.source) for edge in edges)
    assert max(counts.values()) == 1


def test_no_term_of_hpo_is_embedded(nodes: dict[str, NodeRecord]) -> None:
    assert not [node_id for node_id in nodes if node_id.startswith("HP:")]


def test_names_are_worth_linking(nodes: dict[str, NodeRecord]) -> None:
    for node in nodes.values():
        for text, scope in node.names:
            assert 1 < len(text) <= 100
            assert text != node.name
            assert text.isprintable()
            assert scope in {"exact", "abbreviation", "lay", "narrow", "broad", "related"}
            assert not text.startswith("obsolete")
            assert not text.endswith((", NOS", "(disorder)"))


def test_names_are_spoken_not_catalogued(nodes: dict[str, NodeRecord]) -> None:
    arthritis = nodes["MESH:D001172"]
    assert arthritis.name == "Rheumatoid Arthritis"
    assert "Arthritis, Rheumatoid" in {name.text for name in arthritis.names}
    assert nodes["MESH:D012772"].name == "Septic Shock"


def test_types_follow_the_trees(nodes: dict[str, NodeRecord]) -> None:
    types = {
        "MESH:D009203": "disease",  # myocardial infarction, also a pathological process
        "MESH:D005334": "symptom",  # fever
        "MESH:D001921": "anatomy",  # brain
        "MESH:D000894": "drug_class",  # non-steroidal anti-inflammatory agents
        "MESH:D001241": "drug",  # aspirin
        "MESH:D001794": "physiology",  # blood pressure
        "MESH:D014463": "test",  # ultrasonography
        "MESH:D001049": "symptom",  # apnoea
        "MESH:D003863": "symptom",  # depression, among behaviours
        "MESH:D001523": "disease",  # mental disorders
        "MESH:D009369": "disease",  # neoplasms, a top heading
    }
    assert {key: nodes[key].type for key in types} == types


FACTS = [
    ("DOID:5844", "has_symptom", "HP:0002094"),  # myocardial infarction, dyspnoea
    ("DOID:5844", "has_risk_factor", "DOID:10763"),  # hypertension
    ("DOID:552", "has_symptom", "HP:0001945"),  # pneumonia, fever
    ("DOID:2841", "has_symptom", "HP:0030828"),  # asthma, wheezing
    ("DOID:6000", "has_symptom", "HP:0012764"),  # heart failure, orthopnoea
    ("NCBITaxon:1773", "causes", "DOID:399"),  # tuberculosis
    ("DRUGBANK:DB00331", "indicated_for", "DOID:9352"),  # metformin, type 2 diabetes
    ("DRUGBANK:DB00945", "has_action", "MESH:D000894"),  # aspirin
    ("DRUGBANK:DB00945", "treats", "DOID:3393"),
    ("DOID:5844", "is_a", "DOID:3393"),
]


@pytest.mark.parametrize(("subject", "predicate", "object_"), FACTS)
def test_everyday_medicine_is_there(edges: list[EdgeRecord], subject: str, predicate: str, object_: str) -> None:
    assert any((edge.subject, edge.predicate, edge.object) == (subject, predicate, object_) for edge in edges)


@pytest.mark.parametrize(
    ("subject", "object_"),
    [("DRUGCENTRAL:4186", "DOID:2841"), ("DRUGBANK:DB00515", "DOID:4166")],  # thiram for asthma, cisplatin for syphilis
)
def test_known_slips_of_drugcentral_are_left_out(edges: list[EdgeRecord], subject: str, object_: str) -> None:
    assert not any((edge.subject, edge.predicate, edge.object) == (subject, "indicated_for", object_) for edge in edges)


def test_what_is_not_indicated_is_said_to_be_so(edges: list[EdgeRecord]) -> None:
    denied = {(edge.subject, edge.object) for edge in edges if edge.predicate == "not_indicated_for"}
    assert len(denied) > 200
    stated = {
        (edge.subject, edge.object)
        for edge in edges
        if edge.source == "pharmacotherapydb" and edge.predicate in ("treats", "palliates")
    }
    assert not denied & stated


def test_a_cross_reference_belongs_to_one_node_of_a_source(nodes: dict[str, NodeRecord]) -> None:
    owners = Counter((node.source, xref) for node in nodes.values() for xref in node.xrefs if xref.startswith("MESH:D"))
    assert max(owners.values()) == 1


def test_writing_the_same_records_in_another_order_gives_the_same_bytes(
    tmp_path: Path, nodes: dict[str, NodeRecord], edges: list[EdgeRecord]
) -> None:
    some_nodes, some_edges = list(nodes.values())[:3000], edges[:5000]
    first = write_tables(tmp_path / "one", some_nodes, some_edges)
    second = write_tables(tmp_path / "two", reversed(some_nodes), reversed(some_edges))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_the_mapping_of_ddxplus_decides_every_question() -> None:
    path = resource("ontologies", "ddxplus_mapping.tsv")
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    header, *rows = (line.split("\t") for line in lines)
    entries = [dict(zip(header, row, strict=True)) for row in rows]
    assert sum(entry["kind"] == "evidence" for entry in entries) == 223
    assert len({entry["key"] for entry in entries if entry["kind"] == "condition"}) == 49
    for entry in entries:
        assert entry["how"] in {"exact", "broader", "related", "none"}
        assert bool(entry["target"]) == (entry["how"] != "none")
        assert entry["target"] or entry["note"], "what is left out needs a reason"
        assert not entry["predicate"] or entry["predicate"] in relations()


def test_every_edge_from_a_text_quotes_it(from_texts: list[EdgeRecord]) -> None:
    for edge in from_texts:
        assert edge.source in ("medquad", "openstax")
        assert edge.licence in EMBEDDABLE
        assert (edge.tier == "text") == bool(edge.evidence)
        for said in edge.evidence:
            assert said.end - said.start == len(said.sentence) <= 300
            assert said.reference
            assert said.url.startswith("http")
            assert said.rule
            assert 0.5 < (said.score or 0) < 1


def test_what_a_text_states_fits_the_vocabulary(from_texts: list[EdgeRecord]) -> None:
    assert {edge.predicate for edge in from_texts} <= set(relations())
    assert sum(edge.tier == "text" for edge in from_texts) >= 20_000
    assert not any("Human Phenotype Ontology" in said.sentence for edge in from_texts for said in edge.evidence)
