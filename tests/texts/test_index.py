"""Sentences are found by the names that they hold, with where they stand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kgpaths.errors import UsageError
from kgpaths.texts import Passage, SentenceIndex, texts_fingerprint

GOUT = "Gout is caused by crystals of uric acid. It hurts at night, above all in the big toe."
CARE = "Allopurinol lowers urate. Diabetic patients with gout need care with thiazides, Dr. Lee says."
TEXTS = [
    Passage("a", GOUT, "openstax", "CC-BY-4.0", "v1", "u"),
    Passage("b", CARE, "medquad", "CC-BY-4.0"),
    Passage("c", "Gout.", "medquad", "CC-BY-4.0"),
    Passage("d", "Allopurinol lowers urate. Something else is said here of nothing at all.", "medquad", "CC-BY-4.0"),
]


@pytest.fixture(scope="module")
def index() -> SentenceIndex:
    return SentenceIndex.of(TEXTS)


def test_a_sentence_stands_where_it_says(index: SentenceIndex) -> None:
    (found,) = index.holding([["gout"], ["uric acid", "urate"]])
    text = TEXTS[0].text
    assert text[found.start : found.end] == found.text == "Gout is caused by crystals of uric acid."
    assert (found.source, found.licence, found.version, found.url, found.text_id) == (
        "openstax",
        "CC-BY-4.0",
        "v1",
        "u",
        "a",
    )


def test_every_group_has_to_be_there_and_forms_of_words_count(index: SentenceIndex) -> None:
    assert index.holding([["gout"], ["fever"]]) == []
    assert [one.text_id for one in index.holding([["patient"], ["thiazide"]])] == ["b"]
    assert index.holding([["gout"], ["acid uric"]]) == []  # a name is a phrase


def test_a_sentence_that_stands_twice_is_found_once(index: SentenceIndex) -> None:
    assert len(index.holding([["allopurinol"]], limit=5)) == 1


def test_what_is_too_short_to_cite_is_not_found(index: SentenceIndex) -> None:
    assert all(one.text_id != "c" for one in index.holding([["gout"]], limit=9))


@pytest.mark.parametrize("names", [[], [""], ['"'], ["*"], ["NOT"], ["a OR b"], ['x" OR "gout'], ["(", ")"]])
def test_no_name_is_a_query(index: SentenceIndex, names: list[str]) -> None:
    assert index.holding([names]) == []


def test_things_without_a_name_are_found_by_their_words(index: SentenceIndex) -> None:
    (found,) = index.near("crystals of uric acid in joints", "gout")
    assert found.text_id == "a"
    assert index.near("crystals of uric acid", "meningitis") == []
    assert index.near("of the", "gout") == []


def test_a_name_may_stand_in_the_topic_when_the_sentence_holds_the_other() -> None:
    text = "They itch and come and go. Nobody knows why this one is here."
    index = SentenceIndex.of([Passage("h", text, "local", "CC0-1.0", topics=("Hives", "Urticaria"))])
    for names in (["hives"], ["urticaria"]):
        (found,) = index.holding([names, ["itch"]])
        assert (found.text, found.topic) == ("They itch and come and go.", "Hives")
    assert index.holding([["hives"], ["urticaria"]]) == []  # both in the topic alone: no sentence says anything of them


def test_a_question_states_nothing() -> None:
    index = SentenceIndex.of([Passage("q", "Does gout run in the families of patients?", "local", "CC0-1.0")])
    assert index.holding([["gout"]]) == []


def test_the_shipped_texts() -> None:
    index = SentenceIndex.open()
    for source, names in [
        ("medquad", [["achondroplasia"], ["FGFR3"]]),
        ("openstax", [["vitamin K"], ["clotting factors"]]),
        ("medlineplus", [["stomach flu"], ["gastroenteritis"]]),
        ("dailymed", [["palivizumab", "motegrity"], ["constipation"]]),
        ("doid", [["cataract"], ["lens"]]),
        ("ordo", [["Denys-Drash syndrome"], ["nephroblastoma"]]),
    ]:
        found = [one for one in index.holding(names, limit=40) if one.source == source]
        assert found, source
        assert all(one.licence and one.text_id and one.end - one.start == len(one.text) for one in found)


def test_a_users_texts_keep_what_they_say_of_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KGPATHS_CACHE", str(tmp_path / "cache"))
    (tmp_path / "notes").mkdir()
    rows = [
        {"id": "n1", "focus": "Gout", "text": "It begins in the big toe at night.", "source": "clinic",
         "licence": "CC-BY-4.0", "url": "http://here"},
        {"id": "n2", "focus": ["Gout", "Podagra"], "text": "Beer raises urate in the blood."},
    ]  # fmt: skip
    lines = [json.dumps(row) for row in rows]
    (tmp_path / "notes" / "a.jsonl").write_text("\n".join([lines[0], '{"id": ', lines[1]]))
    index = SentenceIndex.open([tmp_path / "notes"])
    (first,) = index.holding([["gout"], ["big toe"]])
    assert (first.source, first.licence, first.url, first.text_id) == ("clinic", "CC-BY-4.0", "http://here", "n1")
    (second,) = index.holding([["podagra"], ["urate"]])
    assert (second.source, second.licence, second.topic) == ("local", "LicenseRef-unknown", "Gout")
    assert len(list((tmp_path / "cache").iterdir())) == 1
    assert texts_fingerprint([tmp_path / "notes"]) == texts_fingerprint([str(tmp_path / "notes")])
    (tmp_path / "notes" / "a.jsonl").write_text(lines[0])
    assert SentenceIndex.open([tmp_path / "notes"]).holding([["gout"], ["urate"]]) == []


def test_texts_that_are_not_there(tmp_path: Path) -> None:
    for wrong, said in [(tmp_path / "none.jsonl", "does not exist"), (tmp_path, "holds no texts")]:
        with pytest.raises(UsageError, match=said):
            SentenceIndex.open([wrong])
