"""What a sentence says, and what it does not say."""

from __future__ import annotations

import pytest

from kgpaths.extraction import ReferenceText, extract
from kgpaths.extraction.edge_tables import read_edges
from kgpaths.extraction.texts import Cell

PNEUMONIA_FEVER = ("pneumonia", "has_symptom", "Fever")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Symptoms of pneumonia include fever and cough.", {PNEUMONIA_FEVER, ("pneumonia", "has_symptom", "Cough")}),
        ("Pneumonia is characterized by fever.", {PNEUMONIA_FEVER}),
        ("Fever is a common symptom of pneumonia.", {PNEUMONIA_FEVER}),
        ("People with pneumonia may have shortness of breath.", {("pneumonia", "has_symptom", "Dyspnea")}),
        ("It can cause shortness of breath.", {("pneumonia", "causes", "Dyspnea")}),
        ("Flu can lead to pneumonia.", {("influenza", "causes", "pneumonia")}),
        ("It is often caused by Streptococcus pneumoniae.", {("Streptococcus pneumoniae", "causes", "pneumonia")}),
        ("Bacterial pneumonia is treated with penicillin.", {("penicillin", "treats", "pneumonia")}),
        ("Colchicine is used to treat gout.", {("colchicine", "treats", "gout")}),
        ("Smoking increases the risk of pneumonia.", {("pneumonia", "has_risk_factor", "Smoking")}),
        ("Risk factors for gout include diabetes.", {("gout", "has_risk_factor", "type 2 diabetes mellitus")}),
        ("It is diagnosed with a chest x-ray.", {("pneumonia", "diagnosed_by", "Radiography, Thoracic")}),
        ("Side effects of colchicine include vomiting.", {("colchicine", "has_side_effect", "Vomiting")}),
        ("Colchicine is contraindicated in clients with gout.", {("colchicine", "contraindicated_for", "gout")}),
        ("Mutations in the CFTR gene cause cystic fibrosis.", set()),
    ],
)
def test_a_cue_says_how_two_things_relate(said, text: str, expected: set[tuple[str, str, str]]) -> None:
    assert said(text) >= expected
    if not expected:
        assert said(text, "Cystic fibrosis", "genetic changes") == {("CFTR", "gene_associated_with", "cystic fibrosis")}


@pytest.mark.parametrize(
    "text",
    [
        "Symptoms do not include fever.",
        "There is no fever.",
        "Unlike flu, fever is rare.",
        "Call your doctor if you have fever.",
        "Researchers study whether it causes fever.",
        "The cause of fever is unknown.",
        "Infants fail to gain weight.",
        "Which symptoms include fever?",
        "Pneumonia vaccines can cause fever.",
    ],
)
def test_what_is_denied_or_advised_is_no_statement(said, text: str) -> None:
    assert said(text, section="symptoms") == set()


def test_a_section_speaks_for_its_sentences_and_its_lists(said) -> None:
    assert said("High fever may come early.", section="symptoms") == {PNEUMONIA_FEVER}
    assert said("High fever may come early.", section="considerations") == set()
    listed = said("You may have\n\n- a high fever\n- cough that lasts", section="symptoms")
    assert listed == {PNEUMONIA_FEVER, ("pneumonia", "has_symptom", "Cough")}


def test_items_of_a_list_take_the_relation_of_its_lead(said) -> None:
    text = (
        "Pneumonia is common. Other symptoms may include:\n\n- fever\n- shortness of breath\n\nRest helps with cough."
    )
    assert said(text) == {PNEUMONIA_FEVER, ("pneumonia", "has_symptom", "Dyspnea")}
    assert said("Avoid the following:\n\n- fever", section="information") == set()


def test_a_heading_inside_a_text_changes_its_section(said) -> None:
    assert said("Overview\n\nIt is common.\n\nTreatment\n\nPenicillin is given.") == {
        ("penicillin", "treats", "pneumonia")
    }


def test_the_focus_stands_in_for_what_a_sentence_leaves_out(said) -> None:
    assert said("Symptoms include fever.", "What I need to know about Pneumonia") == {PNEUMONIA_FEVER}
    assert said("Symptoms include fever.", "Pneumonia (lung infection)") == {PNEUMONIA_FEVER}
    assert said("Symptoms include fever.", "Wellness") == set()
    assert said("Symptoms of flu include fever.", "Wellness") == {("influenza", "has_symptom", "Fever")}


def test_an_abbreviation_of_the_title_is_the_focus(said) -> None:
    assert said("Signs of LCH include fever.", "Langerhans Cell Histiocytosis", "symptoms") == {
        ("Langerhans-cell histiocytosis", "has_symptom", "Fever")
    }


def test_a_kind_of_the_focus_is_no_news(said) -> None:
    assert said("Lung disease can cause pneumonia.", section="causes") == set()


def test_headings_of_a_textbook_speak_for_lists_but_not_for_loose_sentences(said) -> None:
    assert said("High fever may come early.", section="symptoms", strict_focus=False) == set()
    assert said("fever", section="symptoms", strict_focus=False, kind="item", lead="Symptoms include:") == {
        PNEUMONIA_FEVER
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Smoking and having diabetes raise the risk.", {"Smoking", "type 2 diabetes mellitus"}),
        ("You're more likely to get pneumonia if you have another disease. Examples include gout.", {"gout"}),
        (
            "Certain things put you at higher risk for pneumonia. These include:\n\n- gout\n- smoking",
            {"gout", "Smoking"},
        ),
        ("People who are at increased risk of pneumonia are those with\n\n- gout", {"gout"}),
        ("People with pneumonia are at higher risk for gout.", set()),
        ("There is no evidence that smoking raises the risk.", set()),
        ("Pneumonia is named after the lung.", set()),
    ],
)
def test_paragraphs_on_risk_name_what_makes_it_likely(said, text: str, expected: set[str]) -> None:
    assert said(text, section="susceptibility") == {("pneumonia", "has_risk_factor", name) for name in expected}


def test_a_question_inside_a_text_changes_its_section_too(said) -> None:
    text = "It is common.\n\nHow is pneumonia treated?\n\nPenicillin is given."
    assert said(text) == {("penicillin", "treats", "pneumonia")}


def test_paragraphs_behind_a_colon_are_its_list_though_their_bullets_are_lost(said) -> None:
    text = "Complications include:\n\nGout. It hurts.\n\nVomiting (being sick).\n\nIt may be long. See below."
    assert said(text) == {("pneumonia", "has_complication", "gout"), ("pneumonia", "has_complication", "Vomiting")}


def test_what_a_treatment_is_for_does_not_end_its_list(said) -> None:
    text = "Treatment may include colchicine to reduce fever or penicillin to kill germs."
    assert said(text) >= {("colchicine", "treats", "pneumonia"), ("penicillin", "treats", "pneumonia")}


def test_a_kind_of_the_focus_is_what_its_sentence_is_about(said) -> None:
    treated = said("If you have pneumonia, your doctor may give you penicillin.", "Lung disease", "treatment")
    assert treated == {("penicillin", "treats", "pneumonia")}


def test_letters_that_a_title_lost_are_found_again(said) -> None:
    assert said("Symptoms include fever.", "Mnire's disease") == {("Ménière disease", "has_symptom", "Fever")}


def test_the_sentence_that_can_be_read_alone_comes_first(extractor, tmp_path) -> None:
    texts = [
        ReferenceText("a", "Its symptoms include fever.", ("Pneumonia",), licence="CC0-1.0"),
        ReferenceText("b", "The symptoms of pneumonia include a cough and a fever.", ("Gout",), licence="CC0-1.0"),
    ]
    extract(texts, tmp_path / "out", graph=extractor._graph, extractor=extractor)
    best = [edge.evidence[0].reference for edge in read_edges(tmp_path / "out") if edge.object == "HP:0001945"]
    assert best == ["b", "a"]


def test_a_wide_heading_of_a_textbook_is_not_what_it_speaks_of_under_a_kind_of_it(said) -> None:
    text = "Lung disease is common. Pneumonia is one. Symptoms include fever."
    assert said(text, "Lung disease", strict_focus=False) == set()
    assert said(text.replace("Pneumonia", "Asthma"), "Lung disease", strict_focus=False) == {
        ("lung disease", "has_symptom", "Fever")
    }


def test_only_what_looks_tells_what_a_disease_is(said) -> None:
    assert said("An enema may be given. A chest x-ray is done.", section="diagnosis") == {
        ("pneumonia", "diagnosed_by", "Radiography, Thoracic")
    }
    assert said("Tests include bronchoscopy and an enema.") == {("pneumonia", "diagnosed_by", "bronchoscopy")}


def test_a_name_that_says_nothing_is_no_focus(said) -> None:
    assert said("Symptoms include fever.", "Disease") == set()


def test_what_runs_from_one_line_of_a_cell_into_the_next_is_no_name(extractor) -> None:
    text = "Fever Cough Vomiting"
    cells = (Cell("Adverse Effects", 0, len(text)),)
    row = ReferenceText("t", text, ("Penicillin",), kind="table_row", cells=cells, licence="CC0-1.0")
    graph = extractor._graph
    found = {graph.name(one.object) for one in next(extractor.read([row])).statements}
    assert found == {"Vomiting"}
