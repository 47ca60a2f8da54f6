"""What the graph and texts hold of a claim."""

from __future__ import annotations

import pytest

from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeName, NodeRecord
from kgpaths.grounding import ClaimSearch
from kgpaths.linking import EntityLinker
from kgpaths.records import Claim, Mention, Option, QAItem
from kgpaths.texts import SentenceIndex
from kgpaths.texts.index import Passage

NODES = [
    NodeRecord("DOID:552", "pneumonia", "disease", "doid", names=(NodeName("lung inflammation", "exact"),)),
    NodeRecord("DOID:1", "respiratory disease", "disease", "doid"),
    NodeRecord("DOID:3", "bacterial pneumonia", "disease", "doid"),
    NodeRecord("HP:1", "Fever", "phenotype", "hpo"),
    NodeRecord("HP:2", "Cough", "phenotype", "hpo"),
    NodeRecord("DRUGBANK:1", "Azithromycin", "drug", "drugcentral"),
    NodeRecord("DRUGBANK:2", "Propranolol", "drug", "drugcentral"),
    NodeRecord("DOID:2", "asthma", "disease", "doid"),
]


def edge(subject: str, predicate: str, object_: str) -> EdgeRecord:
    return EdgeRecord(subject, predicate, object_, "doid", "2025", "CC0-1.0")


EDGES = [
    edge("DOID:552", "has_symptom", "HP:1"),
    edge("DOID:3", "has_symptom", "HP:2"),
    edge("DOID:552", "is_a", "DOID:1"),
    edge("DOID:3", "is_a", "DOID:552"),
    edge("DRUGBANK:1", "treats", "DOID:552"),
    edge("DRUGBANK:2", "contraindicated_for", "DOID:2"),
]


@pytest.fixture(scope="module")
def search() -> ClaimSearch:
    graph = KnowledgeGraph.from_records(NODES, EDGES)
    texts = SentenceIndex.of(
        [
            Passage("t", "Lung inflammations often begin with a cough at night.", "local", "CC0-1.0"),
            Passage("u", "Azithromycin is given for pneumonia in most patients.", "local", "CC0-1.0"),
            Passage(
                "w", "Antibiotics such as azithromycin do not help against asthma in most children.", "local", "MIT"
            ),
            Passage("v", "The drug is seldom given for asthma.", "local", "CC0-1.0", topics=("Azithromycin",)),
        ]
    )
    return ClaimSearch(graph, EntityLinker(graph), texts)


def said(subject: str, object_: str) -> Claim:
    return Claim(subject=subject, relation="is tied to", object=object_)


def test_direct_edges_come_first_in_either_direction(search: ClaimSearch) -> None:
    for claim in (said("pneumonia", "fever"), said("Fever", "Pneumonia")):
        assert [one.predicate for one in search.claim(claim).edges] == ["has_symptom"]


def test_edges_of_a_class_or_an_example_are_found_and_no_mere_hierarchy(search: ClaimSearch) -> None:
    (found,) = search.claim(said("pneumonia", "cough")).edges
    assert found.subject == "DOID:3"
    assert search.claim(said("respiratory disease", "cough")).edges == ()  # two steps away


def test_what_denies_stands_apart(search: ClaimSearch) -> None:
    found = search.claim(said("propranolol", "asthma"))
    assert found.edges == ()
    assert [one.predicate for one in found.against] == ["contraindicated_for"]


def test_a_sentence_that_denies_stands_apart_unless_the_claim_does(search: ClaimSearch) -> None:
    found = search.claim(said("azithromycin", "asthma"))
    assert [one.text_id for one in found.sentences_against] == ["w"]
    assert [one.text_id for one in found.sentences] == ["v"]
    denied = search.claim(Claim(subject="azithromycin", relation="does not help against", object="asthma"))
    assert "w" in [one.text_id for one in denied.sentences]
    assert denied.sentences_against == ()


def test_sentences_are_found_by_other_names(search: ClaimSearch) -> None:
    (sentence,) = search.claim(said("pneumonia", "cough")).sentences
    assert sentence.text.startswith("Lung inflammations")


def test_what_links_to_nothing_has_no_edges(search: ClaimSearch) -> None:
    found = search.claim(said("the moon", "fever"))
    assert (found.subject_id, found.edges, found.found) == ("", (), False)


def test_paths_lead_from_a_finding_over_a_concept_to_the_answer(search: ClaimSearch) -> None:
    item = QAItem(
        id="q",
        dataset="d",
        split="train",
        question="A man has fever. What helps?",
        options=(Option(key="A", text="Azithromycin"), Option(key="B", text="Propranolol")),
        answer="Azithromycin",
        answer_key="A",
        licence="local",
    )

    def mention(node: str, role: str, assertion: str = "present") -> Mention:
        return Mention(start=0, end=1, text="x", node_id=node, score=1, tier="label", role=role, assertion=assertion)  # type: ignore[arg-type]

    mentions = [mention("HP:1", "question"), mention("HP:2", "question", "absent"), mention("DRUGBANK:1", "answer")]
    grounded = search(item, mentions, [said("azithromycin", "pneumonia")], ["pneumonia", "asthma"])
    assert [path.node_ids for path in grounded.paths] == [("HP:1", "DOID:552", "DRUGBANK:1")]
    assert [one.found for one in grounded.claims] == [True]
    assert [one.text_id for one in grounded.claims[0].sentences] == ["u"]
    # where the condition meets the answer was told with the claim; the further concept meets the answer elsewhere
    assert [one.text_id for one in grounded.sentences] == ["w"]


def test_what_a_claim_denies_is_not_named(search: ClaimSearch) -> None:
    assert search.claim(said("a high fever", "pneumonia")).subject_id == "HP:1"
    assert search.claim(said("without fever", "pneumonia")).subject_id == ""
