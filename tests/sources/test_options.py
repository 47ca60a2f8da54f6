"""Options and answers in every shape that files have them in: read rightly, or refused with what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kgpaths.errors import SourceError
from kgpaths.records import QAItem
from kgpaths.sources import SourceFault, open_source

ILLS = ["Myasthenia gravis", "Polymyositis", "Stroke", "Gout"]
KEYED = dict(zip("ABCD", ILLS, strict=True))


def read(tmp_path: Path, *rows: Any, name: str = "jsonl", file: str = "q.jsonl") -> list[QAItem | SourceFault]:
    lines = [
        row if isinstance(row, str) else json.dumps({"id": str(n), "question": "Why?"} | row)
        for n, row in enumerate(rows)
    ]
    (tmp_path / file).write_text("\n".join(lines), encoding="utf-8")
    return list(open_source(f"{name}:{tmp_path / file}"))


def item(tmp_path: Path, **row: Any) -> QAItem:
    (found,) = read(tmp_path, row)
    assert isinstance(found, QAItem), found
    return found


def fault(tmp_path: Path, **row: Any) -> SourceFault:
    (found,) = read(tmp_path, row)
    assert isinstance(found, SourceFault), found
    assert found.message
    return found


def objects(key: str, text: str) -> list[dict[str, str]]:
    return [{key: letter, text: ill} for letter, ill in KEYED.items()]


SHAPES: dict[str, Any] = {
    "object": KEYED,
    "list": ILLS,
    "key and text": objects("key", "text"),
    "key and value": objects("key", "value"),
    "label and text": objects("label", "text"),
    "label and value": objects("label", "value"),
    "value and label": objects("value", "label"),
    "letter and content": objects("letter", "content"),
    "option and text": objects("option", "text"),
    "id and answer": objects("id", "answer"),
    "in another order": objects("key", "text")[::-1],
    "with more fields": [one | {"explanation": "…", "score": 0.5} for one in objects("key", "value")],
    "text only": [{"text": ill} for ill in ILLS],
    "one pair each": [{letter: ill} for letter, ill in KEYED.items()],
    "lists of two": [[letter, ill] for letter, ill in KEYED.items()],
    "parallel lists": {"text": ILLS, "label": list("ABCD")},
    "parallel lists, key and value": {"key": list("ABCD"), "value": ILLS},
    "objects by key": {letter: {"text": ill} for letter, ill in KEYED.items()},
    "turned round": {ill: letter for letter, ill in KEYED.items()},
    "printed keys": {f"({letter})": ill for letter, ill in KEYED.items()},
    "named keys": {f"Option {letter}": ill for letter, ill in KEYED.items()},
    "printed before the text": [f"{letter}. {ill}" for letter, ill in KEYED.items()],
    "printed in another order": [f"({letter}) {ill}" for letter, ill in KEYED.items()][::-1],
    "printed and keyed": {letter: f"{letter}) {ill}" for letter, ill in KEYED.items()},
    "as text": json.dumps(KEYED),
    "objects as text": json.dumps(objects("key", "value")),
}


@pytest.mark.parametrize("column", ["options", "choices"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_options(shape: str, column: str, tmp_path: Path) -> None:
    for answer in ({"answer_idx": "B"}, {"answer": "polymyositis."}, {"answer": "B"}, {"answerKey": "b"}):
        found = item(tmp_path, **{column: SHAPES[shape]}, **answer)
        assert {option.key: option.text for option in found.options} == KEYED
        assert (found.answer_key, found.answer) == ("B", "Polymyositis")


@pytest.mark.parametrize(
    "answer", [1, "1", 1.0, "B", "b", "(B)", "B.", "Option B", "B. Polymyositis", "POLYMYOSITIS", '"Polymyositis"']
)
def test_the_answer_to_a_list_of_choices(answer: Any, tmp_path: Path) -> None:
    assert item(tmp_path, choices=ILLS, answer=answer).answer_key == "B"


@pytest.mark.parametrize("flag", ["is_correct", "correct", "isCorrect"])
def test_an_option_that_is_marked_as_right(flag: str, tmp_path: Path) -> None:
    marked = [{"text": ill, flag: ill == "Stroke"} for ill in ILLS]
    assert item(tmp_path, options=marked).answer_key == "C"
    assert item(tmp_path, options=marked, answer="Stroke").answer_key == "C"
    assert fault(tmp_path, options=marked, answer="Gout").reason == "answer_not_in_options"
    assert "both marked" in fault(tmp_path, options=[one | {flag: one["text"] != "Gout"} for one in marked]).message
    assert fault(tmp_path, options=[one | {flag: False} for one in marked]).reason == "no_answer"
    assert "neither true nor false" in fault(tmp_path, options=[one | {flag: "perhaps"} for one in marked]).message


@pytest.mark.parametrize(
    ("row", "reason", "says"),
    [
        ({"options": [{"ill": "Gout"}, {"ill": "Stroke"}]}, "malformed_input", "give each a 'key' and a 'text'"),
        ({"options": [{"key": "A", "text": "Gout"}, {"text": "Stroke"}]}, "malformed_input", "without its 'key'"),
        ({"options": {"Gout": "yes, always", "Stroke": "no, never"}}, "malformed_input", "for the key of an option"),
        ({"options": {"Gout": True, "Stroke": False}}, "malformed_input", "true or false"),
        ({"options": {"text": ["Gout", "Stroke"], "label": ["A"]}}, "malformed_input", "unequal length"),
        ({"options": {"A": "B. Gout", "B": "A. Stroke"}}, "malformed_input", "prints another"),
        ({"options": "{'A': 'Gout', 'B': 'Stroke'}"}, "malformed_input", 'write {"A": "…"'),
        ({"options": {"A": "Gout", "a": "Stroke"}}, "malformed_input", "same key"),
        ({"options": {"A": "Gout"}, "choices": ["Stroke"]}, "malformed_input", "keep one"),
        ({"answer_choices": ["Gout", "Stroke"]}, "no_options", "'answer_choices' look like options"),
        ({"Options": ["Gout", "Stroke"]}, "no_options", "'Options' look like options"),
        ({"option_a": "Gout", "option_b": "Stroke"}, "no_options", "'option_a', 'option_b' look like"),
        ({"opa": "Gout", "opb": "Stroke", "cop": 1}, "no_options", "'opa', 'opb' look like"),
        ({"A": "Gout", "B": "Stroke"}, "no_options", "'A', 'B' look like"),
        ({"ending0": "Gout", "ending1": "Stroke"}, "no_options", "look like"),
        ({"answer_idx": "A"}, "no_options", "there are no options"),
        ({"answer": "B"}, "no_options", "the answer is only 'B'"),
        ({"options": [None, None], "answer": "(b)"}, "no_options", "only '(b)'"),
    ],
)  # fmt: skip
def test_options_that_cannot_be_read_never_make_an_open_question(
    row: dict[str, Any], reason: str, says: str, tmp_path: Path
) -> None:
    found = fault(tmp_path, **{"answer": "Gout"} | row)
    assert found.reason == reason
    assert says in found.message


@pytest.mark.parametrize("answer", ["Gout", "4", "AB", "Vitamin C", "O"])
def test_open_questions_stay(answer: str, tmp_path: Path) -> None:
    found = item(tmp_path, answer=answer, options=None, choice_type="single", topic="A")
    assert (found.options, found.answer) == ((), answer)


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        ({"A": "O", "B": "A", "C": "B", "D": "AB"}, "B"),
        ({"A": "O", "B": "A", "C": "B", "D": "AB"}, "A"),
        (["Vitamin B", "A", "B", "K"], "B"),
        ({"A": "x", "B": "a"}, "a"),
        ({"1": "2", "2": "4", "3": "6"}, "2"),
        ({"1": "2", "2": "4", "3": "6"}, 2),
        (["2", "4", "6"], 2),
        (["2", "4", "6"], "2"),
        ([{"key": "A", "value": "C"}, {"key": "B", "value": "D"}, {"key": "C", "value": "E"}], "C"),
    ],
)
def test_an_answer_that_is_a_key_and_the_text_of_another_option(options: Any, answer: Any, tmp_path: Path) -> None:
    found = fault(tmp_path, options=options, answer=answer)
    assert found.reason == "answer_not_in_options"
    assert "give the key of the one that is meant as 'answer_key'" in found.message


def test_another_field_decides_between_key_and_text(tmp_path: Path) -> None:
    blood = {"A": "O", "B": "A", "C": "B", "D": "AB"}
    assert item(tmp_path, options=blood, answer="B", answer_key="C").answer == "B"
    assert item(tmp_path, options=blood, answer="B", answer_idx="B").answer == "A"
    assert item(tmp_path, options=blood, answer="AB").answer_key == "D"
    assert item(tmp_path, options=blood, answer="D").answer_key == "D"
    assert item(tmp_path, options=blood, answer_key="A").answer == "O"
    assert item(tmp_path, options={"A": "A", "B": "B"}, answer="B").answer_key == "B"
    assert item(tmp_path, options={"A": "1", "B": "2", "C": "3"}, answer="2").answer_key == "B"
    assert item(tmp_path, options=["0", "1", "2"], answer="2").answer_key == "C"
    assert fault(tmp_path, options=blood, answer="B", answer_key="D").reason == "answer_not_in_options"


@pytest.mark.parametrize(
    "said",
    [
        {"answer_key": "A", "answer_idx": "B"},
        {"answer_key": "A", "answer": "Polymyositis"},
        {"answer_idx": 1, "answer_key": "A"},
        {"answer": "B. Myasthenia gravis"},
        {"answer": "Myasthenia", "answer_key": "A"},
    ],
)
def test_fields_that_name_different_options(said: dict[str, Any], tmp_path: Path) -> None:
    assert fault(tmp_path, options=KEYED, **said).reason == "answer_not_in_options"


@pytest.mark.parametrize(
    "again",
    [
        "Myasthenia gravis",
        "myasthenia  GRAVIS ",
        "Myasthenia gravis.",
        "Myasthenia\u00a0gravis",
        "Myas\u00adthenia gravis",
        '"Myasthenia gravis"',
    ],
)
def test_the_right_option_twice(again: str, tmp_path: Path) -> None:
    twice = KEYED | {"C": again}
    for said in ({"answer_idx": "A"}, {"answer_idx": "C"}, {"answer": "Myasthenia gravis"}):
        found = fault(tmp_path, options=twice, **said)
        assert found.reason == "answer_not_in_options"
        assert "A and C are both the answer" in found.message
    kept = item(tmp_path, options=twice, answer="Gout")
    assert [option.key for option in kept.options] == ["A", "B", "D"]


@pytest.mark.parametrize(
    "texts",
    [
        ["TT", "Tt", "tt"],
        ["AaBb", "AABB", "aabb"],
        ["CO", "Co", "Cobalt"],
        ["5 mM", "5 mm", "5 MM"],
        ["Na+", "Na-", "Na"],
        ["1.5", "15", "1,5"],
        ["T3", "T4", "T 3"],
        ["10²", "102", "10"],
        ["Gout", "Gout and stroke", "Stroke"],
    ],
)
def test_options_that_only_look_alike_all_stay(texts: list[str], tmp_path: Path) -> None:
    for right in texts:
        found = item(tmp_path, options=texts, answer_key="ABC"[texts.index(right)])
        assert [option.text for option in found.options] == texts
        assert found.answer == right


@pytest.mark.parametrize("nothing", ["nan", "NaN", "None", "null", "<NA>", "N/A", "", " ", None, float("nan")])
def test_what_data_frames_write_for_no_option(nothing: Any, tmp_path: Path) -> None:
    padded = KEYED | {"E": nothing}
    for options in (padded, list(padded.values()), [{"key": k, "value": v} for k, v in padded.items()]):
        found = item(tmp_path, options=options, answer_idx="B", answer=nothing, explanation=nothing, split=nothing)
        assert [option.key for option in found.options] == ["A", "B", "C", "D"]
        assert (found.explanation, found.split) == ("", "train")
    right = fault(tmp_path, options=padded, answer_idx="E")
    assert right.message == "option E is said to be the answer and holds no text"
    assert item(tmp_path, options=padded, answer_key=nothing, answer="Gout").answer_key == "D"
    assert fault(tmp_path, options=padded, answer=nothing).reason == "no_answer"
    assert fault(tmp_path, answer=nothing).reason == "no_answer"
    assert fault(tmp_path, question=nothing, answer="Gout").reason == "empty_question"
    assert item(tmp_path, options=[nothing, *ILLS], answer_idx=2).answer == "Polymyositis"  # places count them


def test_words_that_only_look_like_nothing_stay(tmp_path: Path) -> None:
    texts = ["Na", "None of the above", "Nandrolone", "none", "Null hypothesis"]
    assert [option.text for option in item(tmp_path, options=texts, answer_idx="A").options] == texts


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ('Coccidioides\n"', "Coccidioides"),
        ('"Coccidioides', "Coccidioides"),
        ('"Coccidioides"', "Coccidioides"),
        ('""Coccidioides""', "Coccidioides"),
        ("“Coccidioides”", "Coccidioides"),
        ("'Coccidioides'", "Coccidioides"),
        ("'Coccidioides", "Coccidioides"),
        ("Coccidioide'", "Coccidioide"),
        (" Coccidioides \n", "Coccidioides"),
        ('"Prominent ""a"" wave"', 'Prominent "a" wave'),
        ('"""Are you aware of it?"""', '"Are you aware of it?"'),
        # what belongs to the text
        ('"Are you aware of it?"', '"Are you aware of it?"'),
        ("“I cannot help you.”", "“I cannot help you.”"),
        ('"B" symptoms', '"B" symptoms'),
        ('"Cold" and "hot"', '"Cold" and "hot"'),
        ("‘Popcorn’ pattern", "‘Popcorn’ pattern"),
        ("5' to 3'", "5' to 3'"),
        ("5’ – GCAT – 3’", "5’ – GCAT – 3’"),
        ('Waist of 40"', 'Waist of 40"'),
        ("Graves'", "Graves'"),
        ("Crohn's disease", "Crohn's disease"),
    ],
)
def test_stray_quotation_marks(printed: str, text: str, tmp_path: Path) -> None:
    for said in ({"answer": printed}, {"answer": text}, {"answer_idx": "A"}):
        found = item(tmp_path, options={"A": printed, "B": "Gout"}, **said)
        assert (found.answer_key, found.answer, found.options[0].text) == ("A", text, text)


def test_genera_are_no_printed_keys(tmp_path: Path) -> None:
    texts = ["E. coli", "S. aureus", "K. pneumoniae", "P. mirabilis"]
    assert [option.text for option in item(tmp_path, options=texts, answer="S. aureus").options] == texts
    doses = ["1.5 mg", "2.5 mg"]
    assert [option.text for option in item(tmp_path, options=doses, answer="2.5 mg").options] == doses


@pytest.mark.parametrize("column", ["answer_idx", "answer_key", "answer"])
@pytest.mark.parametrize("name", ["jsonl", "medqa"])
def test_a_file_whose_numbers_count_from_one_is_refused(column: str, name: str, tmp_path: Path) -> None:
    def rows(*numbers: int) -> list[dict[str, Any]]:
        return [{"choices": ILLS, column: number} for number in numbers]

    with pytest.raises(SourceError, match=r"count from 1: one is 4 of 4 .* write the letters"):
        read(tmp_path, *rows(1, 4, 2), name=name)
    found = read(tmp_path, *rows(0, 3, 2), name=name)
    assert [getattr(one, "answer_key", None) for one in found] == ["A", "D", "C"]
    found = read(tmp_path, *rows(0, 4, 2), name=name)
    assert [getattr(one, "answer_key", None) for one in found] == ["A", None, "C"]


def test_numbers_that_are_keys_do_not_count(tmp_path: Path) -> None:
    numbered = dict(zip("1234", ILLS, strict=True))
    found = read(tmp_path, *({"options": numbered, "answer_idx": number} for number in (1, 4, 0)))
    assert [getattr(one, "answer_key", None) for one in found] == ["1", "4", None]
    found = read(tmp_path, {"options": ["2", "4", "6", "8"], "answer": 4, "answer_key": "B"})
    assert getattr(found[0], "answer", None) == "4"


def test_a_field_that_numbers_the_options_is_their_key(tmp_path: Path) -> None:
    numbered = [{"order": number, "text": ill} for number, ill in enumerate(ILLS, 1)]
    assert item(tmp_path, options=numbered, answer=1).answer == "Myasthenia gravis"
    assert item(tmp_path, options=numbered[::-1], answer_idx="4").answer == "Gout"
    assert fault(tmp_path, options=numbered, answer_idx="B").reason == "answer_not_in_options"
