"""What questions ask for."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from kgpaths.language import read_question
from kgpaths.records import QAItem
from kgpaths.sources import open_source

READ = Path(__file__).parents[2] / "benchmarks" / "data"


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
        ("Which of the following would suggest a diagnosis of Crohn disease?", "best answer"),
        ("Which of these findings would give the most likely diagnosis?", "right finding"),
        ("Suggest the most likely diagnosis.", "most likely diagnosis"),
        ("All this suggests the most probable diagnosis of:", "most probable diagnosis"),
        ("Aplastic anemia is the adverse effect of:", "best answer"),
        ("Deficiency in globin synthesis", "best answer"),
        ("The treatment of choice is:", "treatment of choice"),
        ("All of the following are causes EXCEPT:", "exception"),
        ("Which of the following is the least likely cause?", "least likely cause"),
        ("", "best answer"),
    ],
)
def test_asked_for(question: str, wanted: str) -> None:
    assert read_question(item(question)).asks_for == wanted


def test_a_sentence_fills_no_noun_phrase() -> None:
    asked = item("What is the most likely diagnosis and the next step?")
    told = asked.model_copy(update={"answer": "The most likely diagnosis is gout and colchicine should be started"})
    assert read_question(told).asks_for == "best answer"
    named = asked.model_copy(update={"answer": "The cauda equina syndrome"})
    assert read_question(named).asks_for == "most likely diagnosis"


def test_vignettes_are_seen() -> None:
    assert read_question(item("A 3-month-old infant cries.")).vignette
    assert not read_question(item("What are the treatments for gout?")).vignette


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Fever:\nBlood test results show:\nHb 13 g/dL\nWhat is the most likely diagnosis?", "most likely diagnosis"),
        ("A drug that blocks the test reaction was given. What is the most likely mechanism?", "most likely mechanism"),
        ("Which of the following tests should confirm this?", "right test"),
    ],
)
def test_only_the_question_itself_is_asked(question: str, wanted: str) -> None:
    assert read_question(item(question)).asks_for == wanted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Which of the following is the most appropriate pharmacotherapy?", True),
        ("What is the next best step in management?", True),
        ("A drug with which of these mechanisms of action is most appropriate?", True),
        ("Administration of which of the following would have prevented this condition?", True),
        ("Which of the following is the most appropriate next step in diagnosis?", False),
        ("Which of the following is the mechanism of action of this drug?", False),
        ("Which drug is responsible for this adverse effect?", False),
        ("What is the most likely diagnosis?", False),
        ("Which treatment would NOT be indicated?", False),
        ("Which treatment is contraindicated?", False),
    ],
)
def test_a_remedy_is_what_is_to_help(question: str, wanted: bool) -> None:
    assert read_question(item(question)).wants_remedy is wanted


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("A man has a cough. What is the most likely diagnosis?", "diagnosis"),
        ("Which of the following is the most appropriate next step in management?", "next_step"),
        ("Which of the following drugs should be given?", "treatment"),
        ("Which vaccine should she receive?", "prevention"),
        ("Which test confirms it?", "test"),
        ("Which of the following screening tests is recommended by the Preventive Services Task Force?", "test"),
        ("Which is the strongest risk factor for this condition?", "risk_factor"),
        ("Which organism is most likely responsible?", "organism"),
        ("Which mechanism explains her condition?", "mechanism"),
        ("Which of the following enzymes is inhibited by the medication?", "mechanism"),
        ("She is at increased risk of which complication?", "complication"),
        ("If left untreated, which of the following is likely to develop?", "complication"),
        ("Which sign would be expected?", "finding"),
        ("Which nerve is injured?", "anatomy"),
        ("Which drug causes gingival hyperplasia?", "harm"),
        ("Hello", "other"),
    ],
)
def test_kinds(question: str, kind: str) -> None:
    assert read_question(item(question)).kind == kind


@pytest.mark.parametrize(
    ("stem", "asking"),
    [
        ("He does not smoke. Which drug helps?", "Which drug helps?"),
        ("Which drug helps? He is 60 years old.", "Which drug helps?"),
        ("A patient who has dyspnea for 6 months. The treatment of choice is:", "The treatment of choice is:"),
        ("All are signs of gout.\nEXCEPT", "All are signs of gout.\nEXCEPT"),
        ("", ""),
    ],
)
def test_the_sentence_that_asks(stem: str, asking: str) -> None:
    read = read_question(item(stem)).asking
    assert read.text == asking == stem[read.start : read.end]


@pytest.mark.parametrize(
    ("question", "not_asked_for"),
    [
        ("Gingival hyperplasia is a side effect of:", "side effect"),
        ("The side effect is most commonly seen with", "side effect"),
        ("Which drug causes this side effect?", "side effect"),
        ("What is the medication in question?", ""),
    ],
)
def test_a_noun_that_the_answer_does_not_fill_is_not_asked_for(question: str, not_asked_for: str) -> None:
    asked = read_question(item(question)).asks_for
    assert not_asked_for not in asked or not not_asked_for


def test_one_of_several_diagnoses_is_a_diagnosis() -> None:
    assert read_question(item("Which of the following diagnoses is most likely?")).asks_for == "diagnosis"


def test_relations_that_are_named_come_first() -> None:
    assert read_question(item("Which drug is best for prophylaxis?")).relations[0] == "prevents"
    assert "treats" not in read_question(item("Which drug is contraindicated in asthma?")).relations
    assert "contraindicated_for" not in read_question(item("Which drug causes a cough?")).relations


def test_a_mother_is_not_the_patient() -> None:
    assert read_question(item("A 35-year-old woman gives birth. The newborn vomits.")).patient is None
    assert read_question(item("A 35-year-old woman and a 40-year-old man cough.")).patient is None
    who = read_question(item("A 35-year-old woman coughs.")).patient
    assert who is not None
    assert (who.start, who.end, who.text) == (2, 19, "35-year-old woman")


SPENT = {"medqa_train_5opt-00036"}
"""The stem asks what would have prevented the disease; only the options say that it is an antibody and no measure."""


def test_the_questions_on_which_two_earlier_readers_disagreed() -> None:
    items = {
        one.id: one
        for name in ("medqa", "medmcqa", "casimedicos")
        for one in open_source(name)
        if isinstance(one, QAItem)
    }
    with (READ / "question_readers_disagree.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) == 123
    wrong = []
    for row in rows:
        asked = read_question(items[row["id"]])
        right = (asked.polarity == "exception", asked.wants_remedy) == (
            row["exception"] == "yes",
            row["remedy"] == "yes",
        )
        wrong += [] if right else [row["id"]]
    assert set(wrong) <= SPENT
