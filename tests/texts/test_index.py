"""Sentences are found by the names that they hold, with where they stand."""

from __future__ import annotations

import pytest

from kgpaths.texts import SentenceIndex
from kgpaths.texts.index import Passage

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
    found = index.holding([["achondroplasia"], ["FGFR3"]], limit=12)
    assert {"medquad", "ordo"} <= {one.source for one in found}
    assert all(one.licence and one.text_id and one.url for one in found)
