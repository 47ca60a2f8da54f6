"""Questions that only certain statements answer: the exception, what must not be done, what harms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.paths import PathFinder
from kgpaths.pipeline import Pipeline
from kgpaths.records import Mention, Option, PathSet, QAItem

TYPES = {"DOID": "disease", "HP": "phenotype", "DRUG": "drug"}
NAMES = {
    "DOID:1": "asthma", "DOID:2": "hypothyroidism", "DOID:3": "tuberculosis", "HP:1": "wheezing", "HP:2": "dyspnea",
    "HP:3": "constipation", "HP:4": "diarrhea", "HP:5": "bradycardia", "HP:6": "weight gain", "HP:7": "jaundice",
    "DRUG:1": "propranolol", "DRUG:2": "salbutamol", "DRUG:3": "isoniazid", "DRUG:4": "amiodarone",
}  # fmt: skip
CONTRAINDICATED = ("DRUG:1", "contraindicated_for", "DOID:1")
SIGNS = [("DOID:1", "has_symptom", "HP:1"), ("DOID:1", "has_symptom", "HP:2")]


def graph_of(edges: Sequence[tuple[str, str, str]]) -> KnowledgeGraph:
    nodes = [NodeRecord(node, name, TYPES[node.split(":")[0]], "doid") for node, name in NAMES.items()]
    nodes += [NodeRecord(f"DOID:9{number:03}", f"bystander {number}", "disease", "doid") for number in range(300)]
    return KnowledgeGraph.from_records(nodes, [EdgeRecord(*edge, "doid", "1", "CC0-1.0") for edge in edges])


def item_of(stem: str, options: Sequence[str]) -> QAItem:
    """Return a question whose first option is the right one."""
    made = tuple(Option(key="ABCDE"[n], text=NAMES[node]) for n, node in enumerate(options))
    return QAItem(id="q", dataset="d", split="train", question=stem, options=made, answer=made[0].text, answer_key="A",
                  licence="CC0-1.0")  # fmt: skip


def find(
    edges: Sequence[tuple[str, str, str]], stem: str, present: Mapping[str, str], options: Sequence[str]
) -> PathSet:
    """Return the paths of a question; `present` gives the words of the stem that stand for a node."""
    item = item_of(stem, options)
    mentions = [
        Mention(start=(at := stem.index(words)), end=at + len(words), text=words, node_id=node, score=1.0, tier="label")
        for node, words in present.items()
    ]
    mentions += [
        Mention(section=f"option:{option.key}", start=0, end=len(option.text), text=option.text, node_id=node,
                score=1.0, tier="label", role="answer" if option.key == "A" else "option")
        for option, node in zip(item.options, options, strict=True)
    ]  # fmt: skip
    return PathFinder(graph_of(edges)).find_item(item, mentions)


def steps(found: PathSet) -> set[tuple[str, ...]]:
    return {tuple(hop.predicate for hop in path.hops) for path in found.paths if path.kind == "selected"}


ASTHMA = {"DOID:1": "asthma"}
DRUGS = ("DRUG:1", "DRUG:2")


def test_a_contraindication_answers_what_must_not_be_given() -> None:
    found = find(
        [CONTRAINDICATED, ("DRUG:1", "treats", "DOID:1")], "Which drug is contraindicated in asthma?", ASTHMA, DRUGS
    )
    assert steps(found) == {("contraindicated_for",)}
    assert found.no_path is None


@pytest.mark.parametrize("edge", [("DRUG:1", "treats", "DOID:1"), ("DRUG:1", "palliates", "DOID:1")])
def test_a_treatment_never_answers_it(edge: tuple[str, str, str]) -> None:
    found = find([edge], "Which drug is contraindicated in asthma?", ASTHMA, DRUGS)
    assert (found.paths, found.no_path) == ((), "no_path")
    assert "must not be done" in found.detail


def test_a_contraindication_is_no_reason_to_give_a_drug() -> None:
    found = find([CONTRAINDICATED], "Which drug is used in asthma?", ASTHMA, DRUGS)
    assert found.no_path == "no_path"


def test_what_the_drug_causes_forbids_it_and_what_causes_the_drug_does_not() -> None:
    asked = "Which drug should be avoided in asthma?"
    assert steps(find([("DRUG:1", "causes", "DOID:1")], asked, ASTHMA, DRUGS)) == {("causes",)}
    assert find([("DOID:1", "causes", "DRUG:1")], asked, ASTHMA, DRUGS).no_path == "no_path"


def test_harm_is_answered_from_either_side() -> None:
    edge = ("DRUG:3", "has_side_effect", "HP:7")
    drug = find([edge], "Which drug causes jaundice?", {"HP:7": "jaundice"}, ("DRUG:3", "DRUG:2"))
    harm = find([edge], "A side effect of isoniazid is", {"DRUG:3": "isoniazid"}, ("HP:7", "HP:4"))
    assert steps(drug) == steps(harm) == {("has_side_effect",)}
    none = find(
        [("DRUG:3", "treats", "HP:7")], "Which drug causes jaundice?", {"HP:7": "jaundice"}, ("DRUG:3", "DRUG:2")
    )
    assert none.no_path == "no_path"


def test_a_condition_in_between_needs_two_signs() -> None:
    stem = "A man has wheezing and dyspnea. Which drug should be avoided?"
    both = {"HP:1": "wheezing", "HP:2": "dyspnea"}
    assert steps(find([CONTRAINDICATED, *SIGNS], stem, both, DRUGS)) == {("has_symptom", "contraindicated_for")}
    assert find([CONTRAINDICATED, *SIGNS[:1]], stem, both, DRUGS).no_path == "no_path"


EXCEPT = "All are features of hypothyroidism except"
FEATURES = [("DOID:2", "has_symptom", node) for node in ("HP:3", "HP:5", "HP:6")]
OPTIONS = ("HP:4", "HP:3", "HP:5", "HP:6")


def test_what_does_not_hold_needs_a_statement_that_it_does_not() -> None:
    thyroid = {"DOID:2": "hypothyroidism"}
    assert find(FEATURES, EXCEPT, thyroid, OPTIONS).no_path == "asks_exception"
    assert find([*FEATURES, ("DOID:2", "has_symptom", "HP:4")], EXCEPT, thyroid, OPTIONS).no_path == "asks_exception"
    found = find([*FEATURES, ("DOID:2", "lacks_phenotype", "HP:4")], EXCEPT, thyroid, OPTIONS)
    assert steps(found) == {("lacks_phenotype",)}
    assert {path.option_key for path in found.paths if path.kind == "contrast"} == {"B", "C", "D"}


def test_the_opposite_of_what_three_others_do_is_an_exception() -> None:
    stem, asthma = "All are used to treat asthma except", {"DOID:1": "asthma"}
    drugs = [(drug, "treats", "DOID:1") for drug in ("DRUG:2", "DRUG:3", "DRUG:4")]
    options = ("DRUG:1", "DRUG:2", "DRUG:3", "DRUG:4")
    assert steps(find([*drugs, ("DRUG:1", "causes", "DOID:1")], stem, asthma, options)) == {("causes",)}
    assert find([*drugs[:2], ("DRUG:1", "causes", "DOID:1")], stem, asthma, options).no_path == "asks_exception"


def test_a_chain_argues_by_exclusion_and_says_so() -> None:
    graph = graph_of([*FEATURES, ("DOID:2", "lacks_phenotype", "HP:4")])
    row = Pipeline(graph).row(item_of(EXCEPT, OPTIONS))
    assert row.status == "accepted", (row.reasons, row.verdicts)
    assert row.chain is not None
    told = [step.text for step in row.chain.steps]
    assert told[1] == "Hypothyroidism can present with constipation, bradycardia, and weight gain."
    assert told[2] == "Hypothyroidism does not show diarrhea."
    assert [step.kind for step in row.chain.steps] == ["findings", "distractor", "link", "conclusion"]
    assert "exception is" in row.chain.steps[-1].text


def test_a_question_for_the_exception_that_nothing_answers_is_rejected() -> None:
    row = Pipeline(graph_of([*FEATURES, ("DOID:2", "has_symptom", "HP:4")])).row(item_of(EXCEPT, OPTIONS))
    assert (row.status, row.reasons, row.chain) == ("rejected", ("asks_exception",), None)
    assert "does not hold" in row.detail
