"""The blunt look at questions that are turned around."""

from __future__ import annotations

from typing import Any

import pytest

from kgpaths.graph import KnowledgeGraph
from kgpaths.records import Verdict
from kgpaths.validation import Validator
from kgpaths.verbalization import TemplateVerbalizer


def verdicts(graph: KnowledgeGraph, case: Any, question: str) -> list[Verdict]:
    """Return what the check says of a chain that was written for another question than the one it stands beside."""
    chain, _ = TemplateVerbalizer(graph).verbalize(*case)
    item = case.item.model_copy(update={"question": question})
    found = Validator(graph).validate(item, case.mentions, case.path_set, chain)
    return [verdict for verdict in found if verdict.check == "question_not_turned"]


@pytest.mark.parametrize(
    "asks",
    [
        "Which of these drugs is contraindicated in gout?",
        "All of these are used in gout EXCEPT",
        "A man has gout. Which isn’t used?",
        "Wrong about the treatment of gout is",
        "Which of these should be avoided in gout",
    ],
)
def test_a_negative_is_not_answered_by_what_speaks_for_it(graph: KnowledgeGraph, cases: Any, asks: str) -> None:
    (verdict,) = verdicts(graph, cases["gout"], asks)
    assert (verdict.outcome, verdict.reason) == ("fail", "polarity_violated")


@pytest.mark.parametrize(
    "asks",
    ["He does not smoke. Which drug is best in gout?", "He never had fever and avoids meat. Which drug helps in gout?"],
)
def test_what_is_told_before_counts_for_nothing(graph: KnowledgeGraph, cases: Any, asks: str) -> None:
    (verdict,) = verdicts(graph, cases["gout"], asks)
    assert verdict.outcome == "pass"
