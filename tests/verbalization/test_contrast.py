"""What is said against an option: contraindications, absent findings and denials, each with its edge; else nothing."""

from __future__ import annotations

from typing import Any

import pytest

from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.pipeline import Pipeline
from kgpaths.records import Evidence, Option, QAItem, Row

NODES = {
    "disease": {"D:1": "ambrosia fever", "D:2": "brine lung", "D:3": "cedar palsy", "D:4": "palsy", "D:5": "emberitis"},
    "phenotype": {"P:1": "Hiccups", "P:2": "Yawning", "P:3": "Fever", "P:4": "High fever", "P:5": "Sneezing"},
    "drug": {"R:1": "Rosolin", "R:2": "Sapoxine", "R:3": "Tulipam"},
}
DIAGNOSIS = "A man has hiccups and yawning. There is no fever. What is the most likely diagnosis?"
DISEASES = ("Ambrosia fever", "Brine lung", "Cedar palsy")
TREATMENT = "A woman with emberitis and hiccups has ambrosia fever. Which drug is the best treatment?"
DRUGS = ("Rosolin", "Sapoxine", "Tulipam")


def edge(subject: str, predicate: str, object_: str, strength: float = 1.0, share: float | None = None) -> EdgeRecord:
    """An edge; `share` is a frequency that the source gives."""
    evidence = (Evidence(reference="PMID:1", score=share),) if share is not None else ()
    strength = strength if share is None else share
    return EdgeRecord(subject, predicate, object_, "hpoa", "1", "CC0-1.0", strength=strength, evidence=evidence)


def row(question: str, options: tuple[str, ...], *more: EdgeRecord, tier: str = "") -> Row:
    """The row of a question whose first option is right."""
    nodes = [NodeRecord(node, name, kind, "s") for kind, some in NODES.items() for node, name in some.items()]
    edges = [
        edge("D:1", "has_phenotype", "P:1"),
        edge("D:1", "has_phenotype", "P:2"),
        edge("R:1", "treats", "D:1"),
        edge("P:4", "is_a", "P:3"),
        edge("D:3", "is_a", "D:4"),
        *(one._replace(tier=tier) if tier else one for one in more),
    ]
    item = QAItem(
        id="q", dataset="d", split="train", question=question, answer=options[0], answer_key="A", licence="local",
        options=tuple(Option(key=key, text=text) for key, text in zip("ABCDE", options, strict=False)),
    )  # fmt: skip
    made = Pipeline(KnowledgeGraph.from_records(nodes, edges)).row(item)
    assert made.status == "accepted", (made.reasons, made.chain)
    return made


def text(*given: Any, **more: Any) -> str:
    chain = row(*given, **more).chain
    assert chain is not None
    return chain.text.lower()


def test_an_option_of_which_nothing_is_known_is_not_mentioned() -> None:
    said = text(DIAGNOSIS, DISEASES)
    assert "brine lung" not in said
    assert "cedar palsy" not in said


def test_an_option_that_shares_some_findings_is_not_set_aside_by_those_it_has_no_edge_to() -> None:
    assert "brine lung" not in text(DIAGNOSIS, DISEASES, edge("D:2", "has_phenotype", "P:1"))


def test_a_usual_finding_that_is_absent_makes_an_option_less_likely() -> None:
    made = row(DIAGNOSIS, DISEASES, edge("D:2", "has_phenotype", "P:3", share=0.9))
    assert made.chain is not None
    (step,) = [step for step in made.chain.steps if step.kind == "distractor"]
    assert "most patients with brine lung have fever, which is absent here" in step.text.lower()
    assert "less likely" in step.text
    assert len(step.edge_ids) == 1


@pytest.mark.parametrize(
    "expected",
    [
        edge("D:2", "has_symptom", "P:3"),
        edge("D:2", "has_phenotype", "P:3", strength=0.9),
        edge("D:2", "has_phenotype", "P:3", share=0.6),
    ],
)
def test_an_absent_finding_that_is_not_known_to_be_usual_is_told_without_an_inference(expected: EdgeRecord) -> None:
    said = text(DIAGNOSIS, DISEASES, expected)
    assert "brine lung can" in said
    assert "less likely" not in said


@pytest.mark.parametrize("weak", [{"share": 0.2}, {"strength": 0.5}])
def test_an_absent_finding_that_is_rare_or_unsure_says_nothing(weak: dict[str, float]) -> None:
    said = text(DIAGNOSIS, DISEASES, edge("D:2", "has_phenotype", "P:3", **weak))
    assert "brine lung" not in said
    assert "“fever”" in said


def test_what_a_text_says_is_no_expectation() -> None:
    assert "brine lung" not in text(DIAGNOSIS, DISEASES, edge("D:2", "has_symptom", "P:3", 0.95), tier="text")


@pytest.mark.parametrize(
    "brought",
    [
        [edge("D:1", "has_phenotype", "P:3", share=0.1)],
        [edge("D:1", "has_symptom", "P:4")],
        [edge("D:1", "is_a", "D:4"), edge("D:4", "has_symptom", "P:3")],
    ],
)
def test_what_the_answer_brings_too_speaks_against_nobody(brought: list[EdgeRecord]) -> None:
    assert "brine lung" not in text(DIAGNOSIS, DISEASES, edge("D:2", "has_phenotype", "P:3", share=0.9), *brought)


def test_a_class_of_what_is_there_is_not_called_absent() -> None:
    question = DIAGNOSIS.replace("yawning", "high fever")
    said = text(question, DISEASES, edge("D:1", "has_symptom", "P:4"), edge("D:2", "has_symptom", "P:3"))
    assert "absent" not in said
    assert "there is no" not in said
    assert "brine lung" not in said


def test_a_finding_that_a_source_denies_of_an_option_counts_where_the_answer_shows_it() -> None:
    made = row(DIAGNOSIS, DISEASES, edge("D:2", "lacks_phenotype", "P:1"), edge("D:3", "lacks_phenotype", "P:3"))
    assert made.chain is not None
    (step,) = [step for step in made.chain.steps if step.kind == "distractor"]
    assert "ambrosia fever can show hiccups, whereas brine lung does not show hiccups" in step.text.lower()
    assert len(step.edge_ids) == 2


def test_where_sources_disagree_about_an_option_nothing_is_said() -> None:
    denied = edge("D:2", "lacks_phenotype", "P:1")
    assert "brine lung" not in text(DIAGNOSIS, DISEASES, denied, edge("D:2", "has_phenotype", "P:1", share=0.1))


def test_a_denial_of_what_the_answer_reaches_through_others_only_is_no_contrast() -> None:
    question = "A man has sneezing and yawning. What is the most likely diagnosis?"
    bridge = edge("P:5", "is_a", "P:2")
    assert "brine lung" not in text(question, DISEASES, bridge, edge("D:2", "lacks_phenotype", "P:5"))


def test_a_contraindication_counts_against_a_treatment() -> None:
    said = text(TREATMENT, DRUGS, edge("R:2", "contraindicated_for", "D:5"), edge("R:3", "not_indicated_for", "D:1"))
    assert "sapoxine is contraindicated in emberitis" in said
    assert "tulipam is not a treatment of ambrosia fever" in said


def test_a_contraindication_of_the_answer_too_counts_against_nobody() -> None:
    forbidden = [edge(drug, "contraindicated_for", "D:5") for drug in ("R:1", "R:2")]
    assert "sapoxine" not in text(TREATMENT, DRUGS, *forbidden)


@pytest.mark.parametrize("option", ["Stop sapoxine", "Sapoxine and tulipam", "Avoid sapoxine in future"])
def test_an_option_that_says_more_than_its_concept_is_not_set_aside_by_it(option: str) -> None:
    options = ("Rosolin", option, "Tulipam")
    assert "contraindicated" not in text(TREATMENT, options, edge("R:2", "contraindicated_for", "D:5"))


@pytest.mark.parametrize(
    "question",
    [
        "A woman with hiccups and emberitis takes drugs. Which drug is the most likely cause of her adverse effect?",
        "A man has hiccups and no fever. Which complication is most likely to develop?",
    ],
)
def test_other_questions_are_not_decided_by_contraindications_or_absent_findings(question: str) -> None:
    more = (edge("R:2", "contraindicated_for", "D:5"), edge("D:2", "has_phenotype", "P:3", share=0.9))
    if "drug" in question:
        said = text(question, DRUGS, edge("R:1", "has_side_effect", "P:1"), *more)
    else:
        said = text(question, DISEASES, edge("P:1", "has_complication", "D:1"), *more)
    assert "contraindicated" not in said
    assert "brine lung" not in said
