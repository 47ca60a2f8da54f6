"""One concept, one node: what is joined, what is kept apart, and that order never matters."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeName, NodeRecord
from kgpaths.graph.merge import RULES, canonical_id, merge_concepts, merged_edges, merged_nodes, normal_name, vocabulary
from kgpaths.vocabulary.node_types import node_types

_PREFIXES = ("DOID", "HP", "SYMP", "MESH", "OMIM")
_ids = st.builds("{}:{}".format, st.sampled_from(_PREFIXES), st.integers(1, 3))
_words = st.sampled_from(["fever", "Fevers", "chest pain", "Crohn's disease", "crohn disease", "rash", "a cold"])
_nodes = st.lists(
    st.builds(
        lambda *values: NodeRecord(*values),
        _ids,
        _words,
        st.sampled_from(["disease", "symptom", "phenotype", "drug"]),
        st.just("s"),
        st.lists(st.one_of(_ids, st.sampled_from(["UMLS:1", "UMLS:2", "ICD10:1"])), max_size=3).map(tuple),
        st.lists(st.builds(NodeName, _words, st.sampled_from(["exact", "related"])), max_size=2).map(tuple),
    ),
    max_size=10,
    unique_by=lambda node: node.id,
)


def vomiting() -> list[NodeRecord]:
    return [
        NodeRecord("SYMP:0019145", "vomiting", "symptom", "symp", names=(NodeName("emesis", "exact"),)),
        NodeRecord("HP:0002013", "Vomiting", "phenotype", "hpo", ("UMLS:C0042963",), (NodeName("Throwing up", "lay"),)),
        NodeRecord("MESH:D014839", "Vomiting", "disease", "mesh"),
    ]


def test_vomiting_exists_once() -> None:
    mapping, report = merge_concepts(vomiting())
    assert mapping == {"SYMP:0019145": "HP:0002013", "MESH:D014839": "HP:0002013"}
    assert (report.clusters, report.merged, sum(report.by_rule.values()), report.conflicts) == (1, 2, 2, ())
    graph = KnowledgeGraph.from_records(merged_nodes(vomiting(), mapping), [])
    assert graph.search("vomiting") == graph.search("EMESIS") == graph.search("throwing up") == ["HP:0002013"]
    for node_id in ("SYMP:0019145", "MESH:D014839", "UMLS:C0042963"):
        assert graph.canonical(node_id) == "HP:0002013"
    # A symptom by the sources that say what it is, not the disease that MeSH's tree makes of it.
    assert graph.type("HP:0002013") == "symptom"


@pytest.mark.parametrize(
    ("nodes", "rule"),
    [
        ([("DOID:1", "gout", ("OMIM:9",)), ("OMIM:9", "uric acid disease", ())], "cross_reference"),
        ([("DOID:1", "gout", ("MIM:9",)), ("OMIM:9", "uric acid disease", ())], "cross_reference"),
        ([("DOID:1", "Gouts", ()), ("MESH:1", "gout", ())], "same_label"),
        ([("DOID:1", "gout", (), "podagra"), ("MESH:1", "Podagra", ())], "label_is_exact_name"),
        ([("DOID:1", "gout", ("MESH:1",), "podagra"), ("MESH:1", "Podagra", ())], "cross_reference_and_name"),
        ([("DOID:1", "gout", ("UMLS:1",), "tophi"), ("HP:1", "x", ("UMLS:1",), "tophi")], "shared_reference_and_name"),
    ],
)
def test_each_rule(nodes: list[tuple[str, str, tuple[str, ...]]], rule: str) -> None:
    _, report = merge_concepts(map(_disease, nodes))
    assert {key: count for key, count in report.by_rule.items() if count} == {rule: 1}


@pytest.mark.parametrize(
    ("nodes", "why"),
    [
        # one disease with two numbers in the same vocabulary is neither
        ([("DOID:1", "deafness", ("OMIM:1", "OMIM:2")), ("OMIM:1", "a", ()), ("OMIM:2", "b", ())], "one_to_many"),
        # a chain would bring two ids of one vocabulary together
        (
            [
                ("DOID:1", "gout", ("OMIM:1",)),
                ("OMIM:1", "a b", ("ORPHA:1",)),
                ("ORPHA:1", "c", ("DOID:2",)),
                ("DOID:2", "d", ()),
            ],
            "same_vocabulary",
        ),
        # a disease refers to the symptom it is known by
        ([("DOID:1", "visual epilepsy", ("MESH:1",)), ("MESH:1", "Seizures", ())], "names_differ"),
    ],
)
def test_what_is_kept_apart_is_reported(nodes: list[tuple[str, str, tuple[str, ...]]], why: str) -> None:
    _, report = merge_concepts(map(_disease, nodes))
    assert {conflict.why for conflict in report.conflicts} == {why}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (NodeRecord("DOID:1", "cold", "disease", "s"), NodeRecord("X:1", "cold", "exposure", "s")),
        (NodeRecord("MESH:1", "penicillins", "drug_class", "s"), NodeRecord("CHEBI:1", "penicillin", "drug", "s")),
        (NodeRecord("CHEBI:1", "(+)-menthol", "chemical", "s"), NodeRecord("MESH:1", "(-)-menthol", "chemical", "s")),
        (NodeRecord("DOID:1", "gout", "disease", "s"), NodeRecord("DOID:2", "gout", "disease", "s")),
        (
            NodeRecord("DOID:1", "gout", "disease", "s", ("ICD10:M10",)),
            NodeRecord("HP:1", "x", "phenotype", "s", ("ICD10:M10",)),
        ),
        (NodeRecord("X:1", "thing", "gadget", "s"), NodeRecord("Y:1", "thing", "widget", "s")),
    ],
)
def test_nodes_that_are_no_one_concept(left: NodeRecord, right: NodeRecord) -> None:
    assert merge_concepts([left, right])[0] == {}


def test_a_drug_its_class_record_and_both_mesh_records_are_one() -> None:
    nodes = [
        NodeRecord("DRUGBANK:DB1", "nicotine", "drug", "s", ("MESH:C2",)),
        NodeRecord("MESH:D1", "Nicotine", "chemical", "s"),
        NodeRecord("MESH:C2", "nicotine", "chemical", "s"),
        NodeRecord("NDFRT:N1", "Nicotine", "drug_class", "s"),
    ]
    mapping, _ = merge_concepts(nodes)
    assert mapping == dict.fromkeys(("MESH:C2", "MESH:D1", "NDFRT:N1"), "DRUGBANK:DB1")
    assert [node.type for node in merged_nodes(nodes, mapping)] == ["drug"]


def test_a_name_decides_among_several_references() -> None:
    nodes = [
        ("DOID:1", "lupus", ("OMIM:1", "OMIM:2")),
        ("OMIM:1", "Lupus", ()),
        ("OMIM:2", "susceptibility to it", ()),
    ]
    assert merge_concepts(map(_disease, nodes))[0] == {"OMIM:1": "DOID:1"}


@pytest.mark.parametrize(
    ("ids", "kind", "chosen"),
    [
        (["MESH:1", "MONDO:1", "DOID:1", "HP:1"], "disease", "DOID:1"),
        (["MESH:1", "SYMP:1", "HP:1"], "symptom", "HP:1"),
        (["MESH:1", "DRUGCENTRAL:1", "DRUGBANK:DB1"], "drug", "DRUGBANK:DB1"),
        (["MESH:1", "UBERON:1"], "anatomy", "UBERON:1"),
        (["ZZZ:1", "MESH:1"], "anatomy", "MESH:1"),
        (["ZZZ:1", "YYY:1"], "gadget", "YYY:1"),
    ],
)
def test_which_id_a_concept_carries(ids: list[str], kind: str, chosen: str) -> None:
    members = [NodeRecord(node_id, "x", kind, "s") for node_id in ids]
    assert canonical_id(members) == canonical_id(members[::-1]) == chosen


def test_edges_follow_their_nodes() -> None:
    def edge(subject: str, object_: str) -> EdgeRecord:
        return EdgeRecord(subject, "is_a", object_, "s", "1", "MIT")

    skipped: Counter[str] = Counter()
    edges = [edge("a:1", "c:1"), edge("a:1", "b:1"), edge("c:1", "c:1"), edge("c:1", "d:1")]
    assert list(merged_edges(edges, {"a:1": "b:1"}, skipped)) == [
        edge("b:1", "c:1"),
        edge("c:1", "c:1"),
        edge("c:1", "d:1"),
    ]
    assert skipped == {"edge_within_a_concept": 1}


def test_a_reference_to_another_concept_is_dropped() -> None:
    nodes = [
        _disease(("DOID:1", "gout", ("OMIM:1", "OMIM:2"))),
        _disease(("OMIM:1", "a", ())),
        _disease(("OMIM:2", "b", ())),
    ]
    graph = KnowledgeGraph.from_records(merged_nodes(nodes, merge_concepts(nodes)[0]), [])
    assert graph.canonical("OMIM:1") == "OMIM:1"
    assert graph.node("DOID:1").xrefs == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [("Crohn's Disease", "crohn disease"), ("Seizures", "seizure"), ("X-linked", "x linked"), ("FIEVRE", "fievre")],
)
def test_names_that_are_compared_as_equal(one: str, other: str) -> None:
    assert normal_name(one) == normal_name(other)


@pytest.mark.parametrize(
    ("one", "other"), [("virus", "viru"), ("sepsis", "sepsi"), ("gas", "ga"), ("type 1", "type 2")]
)
def test_names_that_are_not(one: str, other: str) -> None:
    assert normal_name(one) != normal_name(other)


@settings(max_examples=200, deadline=None)
@given(_nodes, st.randoms(use_true_random=False))
def test_clusters_keep_the_rules_in_any_order(nodes: list[NodeRecord], random: object) -> None:
    mapping, report = merge_concepts(nodes)
    shuffled = [*nodes]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merge_concepts(shuffled) == (mapping, report)
    clusters: dict[str, list[NodeRecord]] = defaultdict(list)
    for node in nodes:
        clusters[mapping.get(node.id, node.id)].append(node)
    for chosen, members in clusters.items():
        assert chosen in {node.id for node in members}
        assert len({vocabulary(node.id) for node in members}) == len(members)
        assert len({node_types()[node.type].group for node in members}) == 1
    assert report.merged == len(nodes) - len(clusters) == sum(report.by_rule.values())
    assert set(report.by_rule) == set(RULES)
    names = {
        (mapping.get(node.id, node.id), name) for node in nodes for name in (node.name, *(n.text for n in node.names))
    }
    merged = merged_nodes(nodes, mapping)
    assert {(node.id, name) for node in merged for name in (node.name, *(n.text for n in node.names))} == names
    graph = KnowledgeGraph.from_records(merged, [])
    for node in nodes:
        assert graph.canonical(node.id) == mapping.get(node.id, node.id)


def _disease(row: tuple[str, str, tuple[str, ...]] | tuple[str, str, tuple[str, ...], str]) -> NodeRecord:
    node_id, name, xrefs, *exact = row
    return NodeRecord(node_id, name, "disease", "s", xrefs, tuple(NodeName(text, "exact") for text in exact))


def test_one_kind_of_a_thing_is_not_the_thing() -> None:
    nodes = [
        NodeRecord("DOID:4844", "benign ependymoma", "disease", "doid", ("MESH:D004806",)),
        NodeRecord("MESH:D004806", "Ependymoma", "disease", "mesh"),
        NodeRecord("DOID:6000", "congestive heart failure", "disease", "doid", ("MESH:D006333",)),
        NodeRecord("MESH:D006333", "Heart Failure", "disease", "mesh"),
    ]
    mapping, report = merge_concepts(nodes)
    assert mapping == {"MESH:D006333": "DOID:6000"}
    assert [conflict.why for conflict in report.conflicts] == ["one_kind"]


def test_what_was_reviewed_stays_apart_by_whatever_way_it_is_linked() -> None:
    reviewed = [frozenset({"DOID:1", "MESH:1"})]
    nodes = [
        NodeRecord("DOID:1", "toxic shock", "disease", "doid", ("HP:1",)),
        NodeRecord("HP:1", "Septic shock", "phenotype", "hpo", ("MESH:1",)),
        NodeRecord("MESH:1", "Shock, Septic", "disease", "mesh", (), (NodeName("Septic shock", "exact"),)),
    ]
    mapping, report = merge_concepts(nodes, apart=reviewed)
    assert mapping.get("DOID:1", "DOID:1") != mapping.get("MESH:1", "MESH:1")
    assert "reviewed" in {conflict.why for conflict in report.conflicts}


def test_a_class_of_drugs_is_one_in_singular_and_plural() -> None:
    nodes = [
        NodeRecord("NDFRT:1", "Barbiturate", "drug_class", "drugcentral"),
        NodeRecord("MESH:D001463", "Barbiturates", "chemical", "mesh"),
        NodeRecord("CHEBI:2", "gout suppressant", "drug_class", "drugcentral"),
        NodeRecord("MESH:D006074", "Gout Suppressants", "drug_class", "mesh"),
        NodeRecord("DRUGBANK:DB00759", "tetracycline", "drug", "drugcentral"),  # one of several
        NodeRecord("MESH:D013754", "Tetracyclines", "drug", "mesh"),
    ]
    mapping, report = merge_concepts(nodes)
    assert {frozenset(pair) for pair in mapping.items()} == {
        frozenset(("NDFRT:1", "MESH:D001463")),
        frozenset(("CHEBI:2", "MESH:D006074")),
    }
    assert report.by_rule["same_label"] == 2


def test_a_class_gives_way_to_the_drug_of_its_name() -> None:
    nodes = [
        NodeRecord("DRUGBANK:DB00627", "nicotinic acid", "drug", "drugcentral", ("MESH:D009525",)),
        NodeRecord("MESH:D009525", "Niacin", "drug", "mesh", names=(NodeName("nicotinic acid", "exact"),)),
        NodeRecord("MESH:D009539", "Nicotinic Acids", "drug", "mesh"),
        NodeRecord("NDFRT:1", "Nicotinic Acid", "drug_class", "drugcentral"),
    ]
    mapping, _ = merge_concepts(nodes)
    assert "MESH:D009539" not in {*mapping, *mapping.values()}
    assert mapping["MESH:D009525"] == mapping["NDFRT:1"] == "DRUGBANK:DB00627"
