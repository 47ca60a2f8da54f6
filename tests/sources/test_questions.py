"""From columns to a question: what is understood, and what each unusable row is refused with."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgpaths.records import QAItem
from kgpaths.sources.questions import to_item
from kgpaths.sources.source_faults import SourceFault

GOOD: dict[str, Any] = {"id": "q", "question": "Why?", "options": {"A": "Pneumonia", "B": "Gout"}, "answer": "Gout"}


def parse(needs_options: bool = False, **changes: Any) -> QAItem | SourceFault:
    return to_item(GOOD | changes, "f:1", dataset="d", licence="local", needs_options=needs_options)


@pytest.mark.parametrize(
    ("changes", "key", "answer"),
    [
        ({}, "B", "Gout"),
        ({"answer": "gout "}, "B", "Gout"),
        ({"answer": "B"}, "B", "Gout"),
        ({"answer": None, "answer_idx": "A"}, "A", "Pneumonia"),
        ({"answer": "", "answer_key": 0}, "A", "Pneumonia"),
        ({"answer": None, "answer_idx": 1.0}, "B", "Gout"),
        ({"answer": None, "answer_idx": "1"}, "B", "Gout"),
        ({"options": ["Pneumonia", "Gout"], "answer_idx": 1}, "B", "Gout"),
        ({"options": [None, "Gout"], "answer": None, "answer_idx": 1}, "B", "Gout"),
        ({"options": [{"key": "x", "text": "Gout"}, {"key": "y", "text": "Flu"}]}, "x", "Gout"),
        ({"options": '{"A": "Gout"}'}, "A", "Gout"),
        ({"options": {"A": 5, "B": 7}, "answer": 7}, "B", "7"),
        ({"options": {"1": "Flu", "2": "Gout"}, "answer": None, "answer_idx": 2}, "2", "Gout"),
        ({"options": None}, None, "Gout"),
        ({"options": "", "answer": "Rest."}, None, "Rest."),
    ],
)
def test_what_is_understood(changes: dict[str, Any], key: str | None, answer: str) -> None:
    item = parse(**changes)
    assert isinstance(item, QAItem), item
    assert (item.answer_key, item.answer) == (key, answer)


@pytest.mark.parametrize(
    ("changes", "reason", "says"),
    [
        ({"question": ""}, "empty_question", "is empty"),
        ({"question": " \n\t"}, "empty_question", "is empty"),
        ({"question": None}, "empty_question", "is empty"),
        ({"answer": None}, "no_answer", "no answer"),
        ({"answer": "  "}, "no_answer", "no answer"),
        ({"options": None, "answer": ""}, "no_answer", "no answer"),
        ({"options": None, "needs_options": True}, "no_options", "needs options"),
        ({"options": {}, "needs_options": True}, "no_options", "needs options"),
        ({"answer": "Flu"}, "answer_not_in_options", "'Flu' is none of the options"),
        ({"answer_idx": "C"}, "answer_not_in_options", "'C' is none of 'A', 'B'"),
        ({"answer_idx": 2}, "answer_not_in_options", "none of"),
        ({"answer_idx": -1}, "answer_not_in_options", "none of"),
        ({"answer_idx": "A"}, "answer_not_in_options", "'answer_idx' means option A, 'answer' means option B"),
        ({"options": ["Gout", "Gout"]}, "answer_not_in_options", "A and B are both the answer"),
        ({"options": "Gout or flu"}, "malformed_input", "not a JSON object or list"),
        ({"options": 3}, "malformed_input", "'options' is a number"),
        ({"options": [["Gout"]]}, "malformed_input", "'options' is a list"),
        ({"options": [{"key": "x", "text": "a"}, {"key": "x", "text": "b"}]}, "malformed_input", "same key"),
        ({"question": ["Why?"]}, "malformed_input", "'question' is a list, not text"),
        ({"question": True}, "malformed_input", "'question' is true or false"),
        ({"split": "holiday"}, "malformed_input", "'holiday' is none of train, validation, test"),
        ({"answer": {"text": "Gout"}}, "malformed_input", "'answer' is an object"),
        ({"question": "\ud800"}, "malformed_input", "surrogate"),
        ({"id": "\udfff"}, "malformed_input", "surrogate"),
    ],
)
def test_what_is_refused(changes: dict[str, Any], reason: str, says: str) -> None:
    fault = parse(**changes)
    assert isinstance(fault, SourceFault)
    assert (fault.where, fault.reason) == ("f:1", reason)
    assert says in fault.message
    f"{fault}".encode()


def test_the_fields_that_were_there_are_named() -> None:
    fault = to_item({"Frage": "Warum?"}, "f:1", dataset="d", licence="local")
    assert isinstance(fault, SourceFault)
    assert fault.message == "there is no field 'question'; the fields are 'Frage'"


def test_ids_made_from_content_are_stable() -> None:
    first, again, other = (parse(id=None), parse(id=""), parse(id=None, question="How?"))
    assert isinstance(first, QAItem)
    assert isinstance(again, QAItem)
    assert isinstance(other, QAItem)
    assert first.id == again.id == "d-1d2e782b0fc03a3b"
    assert other.id != first.id


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
COLUMNS = ["id", "question", "options", "answer", "answer_key", "answer_idx", "split", "context", "url"]


@given(st.dictionaries(st.sampled_from(COLUMNS), json_values))
def test_no_row_ever_raises(fields: dict[str, Any]) -> None:
    found = to_item(GOOD | fields, "f:1", dataset="d", licence="local")
    if isinstance(found, SourceFault):
        assert found.message
        f"{found}".encode()
    else:
        assert found.question.strip()
        assert found.answer.strip()
        found.model_dump_json()
