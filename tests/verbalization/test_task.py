"""What questions ask for."""

from __future__ import annotations

import pytest

from kgpaths.records import QAItem
from kgpaths.verbalization.task import asked_for, is_negated, is_treatment, is_vignette, person


def item(question: str) -> QAItem:
    return QAItem(id="q", dataset="d", split="train", question=question, answer="x", licence="CC0-1.0")


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("A man coughs. Which of the following is the most likely diagnosis?", "most likely diagnosis"),
        ("Which of the following is the best next step in management?", "best next step in management"),
        ("What is the most likely causal organism?", "most likely causal organism"),
        (
            "Which of the following is the most likely underlying mechanism of this finding?",
            "most likely underlying mechanism",
        ),
        ("Which of the following is the most appropriate pharmacotherapy?", "most appropriate pharmacotherapy"),
        ("What is the drug of choice?", "drug of choice"),
        ("Which drug should be given?", "right drug"),
        ("Which nerve was injured?", "best answer"),
        ("Which of the following is the most appropriate initial step?", "most appropriate initial step"),
        ("Which of the following enzymes is inhibited by this medication?", "best answer"),
        ("Which procedure is most appropriate for the treatment of this patient?", "best answer"),
        ("Which of these drugs should be given?", "right drug"),
        ("All of the following are causes EXCEPT:", "exception"),
        ("Which of the following is the least likely cause?", "best answer"),
        ("", "best answer"),
    ],
)
def test_asked_for(question: str, wanted: str) -> None:
    assert asked_for(item(question)) == wanted


def test_a_sentence_fills_no_noun_phrase() -> None:
    asked = item("What is the most likely diagnosis and the next step?")
    told = asked.model_copy(update={"answer": "The most likely diagnosis is gout and colchicine should be started"})
    assert asked_for(told) == "best answer"
    assert asked_for(asked.model_copy(update={"answer": "The cauda equina syndrome"})) == "most likely diagnosis"


def test_negated_questions_are_seen() -> None:
    assert is_negated(item("Which of these is NOT a sign of gout?"))
    assert not is_negated(item("He does not smoke. Which is the most likely cause?"))


def test_vignettes_are_seen() -> None:
    assert is_vignette(item("A 3-month-old infant cries."))
    assert not is_vignette(item("What are the treatments for gout?"))


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Fever:\nBlood test results show:\nHb 13 g/dL\nWhat is the most likely diagnosis?", "most likely diagnosis"),
        ("A drug that blocks the test reaction was given. What is the most likely mechanism?", "most likely mechanism"),
        ("Which of the following tests should confirm this?", "right test"),
    ],
)
def test_only_the_question_itself_is_asked(question: str, wanted: str) -> None:
    assert asked_for(item(question)) == wanted


@pytest.mark.parametrize(
    ("question", "negated"),
    [
        ("All of the following are signs EXCEPT:", True),
        ("Which of the following is not a sign of gout?", True),
        ("Which of the following is the least likely cause?", True),
        ("Which of the following explains pain that is not relieved by rest?", False),
        ("Which drug was not tolerated in a woman who does not smoke?", False),
        ("Everything was normal except for a rash. What is the diagnosis?", False),
    ],
)
def test_questions_for_what_does_not_hold(question: str, negated: bool) -> None:
    assert is_negated(item(question)) is negated


def test_only_treatments_are_contraindicated() -> None:
    assert is_treatment(item("Which of the following is the most appropriate pharmacotherapy?"))
    assert is_treatment(item("What is the next best step in management?"))
    assert not is_treatment(item("Which drug is responsible for this adverse effect?"))
    assert not is_treatment(item("What is the most likely diagnosis?"))


def test_a_mother_is_not_the_patient() -> None:
    assert person(item("A 35-year-old woman gives birth. The newborn vomits.")) is None
    assert person(item("A 35-year-old woman and a 40-year-old man cough.")) is None
    assert person(item("A 35-year-old woman coughs.")) == (2, 19)
