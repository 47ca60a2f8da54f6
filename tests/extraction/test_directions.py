"""A page's own symptom does not cause what the page is about; and whom a sentence or a title speaks of."""

from __future__ import annotations

import pytest

from kgpaths.extraction import ReferenceText, extract
from kgpaths.extraction.edge_tables import read_edges


@pytest.fixture
def drawn(extractor, tmp_path):  # type: ignore[no-untyped-def]
    """Return the edges of texts (section, text) on gout, on one page or on a page each, as names."""
    graph = extractor._graph

    def run(*texts: tuple[str, str], one_page: bool = True) -> set[tuple[str, str, str]]:
        given = [
            ReferenceText(str(n), text, ("Gout",), section, licence="CC0-1.0", url="page" if one_page else f"page{n}")
            for n, (section, text) in enumerate(texts)
        ]
        extract(given, tmp_path / "out", graph=graph, extractor=extractor)
        stated = (edge for edge in read_edges(tmp_path / "out") if edge.tier == "text")
        return {(graph.name(edge.subject), edge.predicate, graph.name(edge.object)) for edge in stated}

    return run


SHOWS, CAUSES = ("gout", "has_symptom", "Fever"), ("Fever", "causes", "gout")


@pytest.mark.parametrize("causes", ["Causes of gout include fever.", "Causes include:\n\n- fever"])
def test_a_symptom_of_the_page_does_not_cause_what_the_page_is_about(drawn, causes: str) -> None:
    assert drawn(("symptoms", "Symptoms of gout include fever."), ("causes", causes)) == {SHOWS}


def test_on_another_page_it_may(drawn) -> None:
    texts = ("symptoms", "Symptoms of gout include fever."), ("causes", "Causes of gout include fever.")
    assert drawn(*texts, one_page=False) == {SHOWS, CAUSES}


def test_what_a_cue_says_stands_against_what_a_section_alone_says(drawn) -> None:
    texts = ("symptoms", "Pneumonia may come early."), ("causes", "Gout is caused by pneumonia.")
    assert drawn(*texts) == {("pneumonia", "causes", "gout")}


def test_a_disease_may_be_both_where_cues_say_so(drawn) -> None:
    texts = ("symptoms", "Symptoms of gout include diabetes."), ("causes", "Gout is caused by diabetes.")
    name = "type 2 diabetes mellitus"
    assert drawn(*texts) == {("gout", "has_symptom", name), (name, "causes", "gout")}


@pytest.mark.parametrize(
    ("text", "focus", "expected"),
    [
        # What goes on behind a cause is no cause.
        ("Gout, which is caused by smoking, is found with fever.", "Gout", {("Smoking", "causes", "gout")}),
        ("Gout is an inflammation caused by smoking that results in fever.", "Gout", {("Smoking", "causes", "gout")}),
        ("One thing that gout can cause is fever.", "Gout", set()),
        ("This fever is caused by smoking.", "Gout", {("Smoking", "causes", "Fever")}),
        # The words must be such as the focus can be called by.
        ("These medications can cause vomiting.", "Gout", set()),
        ("These bacteria can cause vomiting.", "Colchicine", set()),
        ("This disease can cause vomiting.", "Gout", {("gout", "causes", "Vomiting")}),
        ("These medications can cause vomiting.", "Antibiotics", {("Antibiotics", "causes", "Vomiting")}),
        # A part of a longer name is not what is meant.
        ("People with gout with pneumonia have fever.", "Influenza", set()),
        ("People with gout type 31 have fever.", "Influenza", set()),
        ("People with gout have fever.", "Influenza", {SHOWS}),
        ("People with gout have an increased risk of pneumonia.", "Gout", set()),
        ("People with gout who have pneumonia have fever.", "Gout", set()),
    ],
)
def test_whom_a_sentence_speaks_of(said, text: str, focus: str, expected: set[tuple[str, str, str]]) -> None:
    assert said(text, focus) == expected


def test_other_titles_of_a_fact_sheet_name_its_focus(extractor, said) -> None:
    text = ReferenceText("t", "People with GTX syndrome have fever.", ("Gout", "GTX syndrome"), licence="CC0-1.0")
    graph = extractor._graph
    found = {(graph.name(s.subject), graph.name(s.object)) for s in next(extractor.read([text])).statements}
    assert found == {("gout", "Fever")}


def test_a_title_that_is_an_abbreviation_alone_does_not_say_what_the_page_is_about(extractor) -> None:
    def focus(*titles: str) -> str | None:
        return next(extractor.read([ReferenceText("t", "It causes fever.", titles)])).focus

    assert focus("Late-onset chorea of Huntington", "LCH") is None
    assert focus("Histiocytosis of Langerhans, chronic", "LCH") is None
    assert focus("LCH") == "OMIM:1"


def test_words_that_lost_a_letter_are_whole_in_other_names_too(extractor, said) -> None:
    assert said("Symptoms include fever.", "Mnire disease") == {("Ménière disease", "has_symptom", "Fever")}
