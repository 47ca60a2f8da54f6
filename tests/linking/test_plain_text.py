"""Text as it is copied: dashes for hyphens, characters that show nothing, all widths of blanks; offsets stay."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.tables import NodeName, NodeRecord
from kgpaths.linking import EntityLinker
from kgpaths.linking.words.plain_text import plain

NODES = [
    NodeRecord("D:1", "Hodgkin lymphoma", "disease", "t"),
    NodeRecord("D:2", "non-Hodgkin lymphoma", "disease", "t"),
    NodeRecord("D:3", "non–small cell carcinoma", "disease", "t"),
    NodeRecord("D:4", "small cell carcinoma", "disease", "t"),
    NodeRecord("D:5", "pneumonia", "disease", "t"),
    NodeRecord("D:6", "chest pain", "symptom", "t"),
    NodeRecord("D:7", "Guillain-Barré syndrome", "disease", "t", names=(NodeName("Barre syndrome", "related"),)),
    NodeRecord("D:8", "eclampsia", "disease", "t"),
    NodeRecord("D:9", "pre-eclampsia", "disease", "t"),
    NodeRecord("HP:0002153", "Hyperkalemia", "phenotype", "t"),
    NodeRecord("D:10", "ST elevation", "phenotype", "t"),
    NodeRecord("D:11", "fever", "symptom", "t"),
]


@pytest.fixture(scope="module")
def linker() -> EntityLinker:
    return EntityLinker(KnowledgeGraph.from_records(NODES, []))


HYPHENS = [*"-\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "\u00ad-", "-\u200b", "\u2060\u2011"]


@pytest.mark.parametrize("hyphen", HYPHENS)
@pytest.mark.parametrize(
    ("name", "node_id"),
    [
        ("non-Hodgkin lymphoma", "D:2"),
        ("Non-small-cell carcinoma", "D:3"),
        ("Guillain-Barré syndrome", "D:7"),
        ("pre-eclampsia", "D:9"),
    ],
)
def test_any_hyphen_is_a_hyphen(linker: EntityLinker, hyphen: str, name: str, node_id: str) -> None:
    written = name.replace("-", hyphen)
    text = f"He has {written}, he says."
    for found in (linker.link(text), linker.link_string(written)):
        assert [(m.text, m.node_id) for m in found] == [(written, node_id)]


@pytest.mark.parametrize(
    "written",
    [
        "non Hodgkin", "non- Hodgkin", "non -Hodgkin", "non\u00a0Hodgkin", "non\u2014Hodgkin", "non--Hodgkin",
        "non-\nHodgkin", "NON HODGKIN", "Non\u2009\u2013\u2009Hodgkin", "non\u00adHodgkin", "non-\u00ad\n  Hodgkin",
    ],
)  # fmt: skip
def test_non_belongs_to_its_word_however_it_is_joined(linker: EntityLinker, written: str) -> None:
    (found,) = linker.link(f"It is {written} lymphoma.")
    assert (found.text, found.node_id) == (f"{written} lymphoma", "D:2")


@pytest.mark.parametrize("text", ["non-ST elevation", "a non ST elevation", "non−ST elevation", "non-pneumonia cases"])
def test_what_is_non_is_not_linked_as_what_it_is_not(linker: EntityLinker, text: str) -> None:
    assert linker.link(text) == []


@pytest.mark.parametrize("text", ["Non- or mild pneumonia", "Is it non? Pneumonia it is", "xenon pneumonia"])
def test_other_names_stay(linker: EntityLinker, text: str) -> None:
    assert [m.node_id for m in linker.link(text)] == ["D:5"]


@pytest.mark.parametrize("unseen", ["\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u200e"])
def test_what_shows_nothing_is_nothing(linker: EntityLinker, unseen: str) -> None:
    text = f"{unseen}He de{unseen}nies pneu{unseen}monia{unseen} and chest{unseen} pain; K+ 6{unseen}.1 mEq/L{unseen}."
    found = linker.link(text)
    assert [(m.node_id, m.assertion) for m in found] == [
        ("D:5", "absent"), ("D:6", "absent"), ("HP:0002153", "present"),
    ]  # fmt: skip
    assert found[0].text == f"pneu{unseen}monia"
    assert found[1].text == f"chest{unseen} pain"
    assert all(text[m.start : m.end] == m.text for m in found)
    (value,) = linker.values(text)
    assert value.text == text[value.start : value.end] == f"K+ 6{unseen}.1 mEq/L"
    assert found[2].value is not None
    assert (found[2].value.start, found[2].value.end, found[2].value.text) == (value.start, value.end, value.text)


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u2009", "\u202f", "\u3000", "\u00a0 "])
def test_any_blank_is_a_blank(linker: EntityLinker, blank: str) -> None:
    (found,) = linker.link(f"No{blank}chest{blank}pain.")
    assert (found.text, found.assertion) == (f"chest{blank}pain", "absent")


def test_a_word_that_a_soft_hyphen_parts_at_the_end_of_a_line_is_one(linker: EntityLinker) -> None:
    (found,) = linker.link("He has pneu\u00ad\n  monia.")
    assert found.text == "pneu\u00ad\n  monia"


def test_accents_may_be_characters_of_their_own(linker: EntityLinker) -> None:
    (found,) = linker.link("Guillain\u2011Barre\u0301 syndrome")
    assert (found.node_id, found.end) == ("D:7", 24)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["non", *"-\u2212\u00ad\n \u200b\ufeff,", "Fever"]), max_size=12))
def test_every_plain_character_has_its_place(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = plain(text)
    places = [found.span(i, i + 1)[0] for i in range(len(found.text))]
    assert places == sorted(set(places))
    same = [i for i, place in enumerate(places) if text[place].isalpha() or found.text[i].isalpha()]
    assert all(found.text[i] == text[places[i]] for i in same)
    assert sum(c.isalpha() for c in text) == sum(c.isalpha() for c in found.text)
