"""What a model is offered of a question: what has a path, and what has none."""

from __future__ import annotations

import pytest

from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.linking import EntityLinker
from kgpaths.paths import PathFinder
from kgpaths.records import Option, QAItem
from kgpaths.verbalization.recipes.prompt_material import Material, gather
from kgpaths.verbalization.recipes.recipe import Shown

NODES = [
    ("HP:1", "Fever", "phenotype"), ("HP:2", "Rash", "phenotype"), ("HP:3", "Cough", "phenotype"),
    ("DOID:1", "measles", "disease"), ("DOID:2", "gout", "disease"), ("DR:1", "metformin", "drug"),
    ("T:1", "chest x-ray", "test"),
]  # fmt: skip
QUESTION = (
    "A 9-year-old girl who takes metformin has a fever and a rash, and no cough. A chest x-ray is taken. "
    "Sodium is 110 mEq/L (N = 136-145). Which of the following is the most likely diagnosis?"
)


@pytest.fixture(scope="module")
def material() -> Material:
    edge = EdgeRecord("DOID:1", "has_symptom", "HP:1", "doid", "2025", "CC0-1.0")
    nodes = [NodeRecord(*node, "doid") for node in NODES]
    nodes += [NodeRecord(f"DOID:9{number:05}", f"bystander {number}", "disease", "doid") for number in range(500)]
    graph = KnowledgeGraph.from_records(nodes, [edge])
    options = (Option(key="A", text="Measles"), Option(key="B", text="Gout"))
    item = QAItem(id="q", dataset="d", split="train", question=QUESTION, options=options, answer="Measles",
                  answer_key="A", licence="CC0-1.0")  # fmt: skip
    mentions = EntityLinker(graph).link_item(item)
    return gather(graph, item, mentions, PathFinder(graph).find_item(item, mentions), Shown(), show_answer=True)


def test_findings_without_a_path_may_be_cited_behind_those_with_one(material: Material) -> None:
    said = [(one["label"], one["quote"]) for one in material.inputs["findings"]]
    assert said == [("Q1", "fever"), ("Q2", "metformin"), ("Q3", "rash")]
    assert [(one["label"], one["quote"]) for one in material.inputs["absent"]] == [("Q4", "cough")]


def test_all_that_is_stated_is_offered_and_nothing_that_is_merely_named(material: Material) -> None:
    said = [
        tuple(one[field] for field in ("label", "quote", "kind", "said", "direction"))
        for one in material.inputs["stated"]
    ]
    assert said == [
        ("", "9-year-old girl", "context", "present", ""),
        ("Q2", "metformin", "context", "present", ""),
        ("Q1", "fever", "finding", "present", ""),
        ("Q3", "rash", "finding", "present", ""),
        ("Q4", "cough", "finding", "absent", ""),
        ("", "Sodium is 110 mEq/L", "finding", "present", "low"),
    ]
    assert [one["concept"] for one in material.inputs["stated"][1:3]] == ["metformin", "fever"]
