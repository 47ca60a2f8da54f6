"""What the conclusion calls the answer: no noun for a thing that cannot be one."""

from __future__ import annotations

import pytest

from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.language import read_question
from kgpaths.records import Hop, Mention, Option, PathSet, QAItem, ReasoningPath
from kgpaths.verbalization import TemplateVerbalizer
from kgpaths.vocabulary.node_types import node_types

_CONDITIONS = {"disease", "symptom", "phenotype", "finding"}
_REMEDIES = {"drug", "drug_class", "chemical", "food"}
_ALLOWED = {
    "most likely diagnosis": _CONDITIONS,
    "most likely causal organism": {"organism"},
    "best diagnostic test": {"test", "procedure"},
    "most appropriate pharmacotherapy": _REMEDIES,
    "drug of choice": _REMEDIES,
    "most appropriate treatment": {*_REMEDIES, "procedure", "device"},
    "best next step in management": {*_REMEDIES, "procedure", "device", "test"},
    "most likely location": {"anatomy", "cell", "cellular_component"},
}
"""Types that can be what a question asks for."""
_NEVER = {
    "most likely cause": {"test", "procedure", "device", "anatomy", "cell"},
    "strongest risk factor": {"test", "anatomy"},
}
"""Types that cannot."""


def _conclusion(kind: str, noun: str) -> str:
    """Return the conclusion of a chain whose answer is a node of a type."""
    nodes = [NodeRecord("P:1", "fever", "phenotype", "t"), NodeRecord("X:1", "quux", kind, "t")]
    graph = KnowledgeGraph.from_records(nodes, [EdgeRecord("X:1", "causes", "P:1", "t", "2025", "CC0-1.0")])
    (edge,) = graph.edges_of("X:1")
    question = f"A man has fever. Which of the following is the {noun}?"
    item = QAItem(
        id="q", dataset="d", split="train", question=question, answer="quux", answer_key="A",
        options=(Option(key="A", text="quux"),), licence="CC0-1.0",
    )  # fmt: skip
    mention = Mention(start=10, end=15, text="fever", node_id="P:1", score=1, tier="label")
    hop = Hop(
        edge_id=edge.id, subject="X:1", predicate="causes", object="P:1", forward=False, source="t", licence="CC0-1.0"
    )
    path = ReasoningPath(hops=(hop,), cost_millinats=1, option_key="A")
    chain, _ = TemplateVerbalizer(graph).verbalize(
        item, [mention], PathSet(paths=(path,), question=read_question(item))
    )
    return chain.steps[-1].text


@pytest.mark.parametrize("noun", _ALLOWED)
def test_a_noun_names_only_what_its_type_can_be(noun: str) -> None:
    called = {kind for kind in node_types() if noun in _conclusion(kind, noun)}
    assert called == _ALLOWED[noun]


@pytest.mark.parametrize("noun", _NEVER)
def test_what_can_be_no_cause_is_called_the_best_answer(noun: str) -> None:
    assert all("best answer" in _conclusion(kind, noun) for kind in _NEVER[noun])
    assert noun in _conclusion("disease", noun)
