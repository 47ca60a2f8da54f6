"""Names, number and lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgpaths.graph.vocabulary import relations
from kgpaths.verbalization.english import (
    agree,
    capitalised,
    in_sentence,
    is_plural,
    listing,
    natural_order,
    same_words,
)


@pytest.mark.parametrize(
    ("name", "kind", "wanted"),
    [
        ("Fever", "phenotype", "fever"),
        ("Myocardial Infarction", "disease", "myocardial infarction"),
        ("Crohn's disease", "disease", "Crohn's disease"),
        ("Crohn Disease", "disease", "Crohn disease"),
        ("Parkinson Disease", "disease", "Parkinson disease"),
        ("HIV Infections", "disease", "HIV infections"),
        ("Hypertension, Pulmonary", "disease", "pulmonary hypertension"),
        ("Diabetes Mellitus, Type 2", "disease", "type 2 diabetes mellitus"),
        ("Hepatitis B", "disease", "hepatitis B"),
        ("Carcinoma, Non-Small-Cell Lung", "disease", "non-small-cell lung carcinoma"),
        ("X-Rays", "test", "X-rays"),
        ("Aspirin", "drug", "aspirin"),
        ("IgA Deficiency", "disease", "IgA deficiency"),
        ("CFTR", "gene", "CFTR"),
        ("Streptococcus pneumoniae", "organism", "Streptococcus pneumoniae"),
        ("Staphylococcus Infections", "disease", "Staphylococcus infections"),
        ("Raynaud phenomenon", "phenotype", "Raynaud phenomenon"),
        ("Arthralgia", "phenotype", "arthralgia"),
        ("cold (disease)", "disease", "cold"),
        ("Alzheimer's disease", "disease", "Alzheimer's disease"),
        ("Vitamin K", "chemical", "vitamin K"),
        ("pH", "physiology", "pH"),
    ],
)
def test_names_inside_a_sentence(name: str, kind: str, wanted: str) -> None:
    assert in_sentence(name, kind) == wanted


def test_a_comma_that_belongs_to_the_name_stays() -> None:
    assert natural_order("pneumonia, organism unspecified") == "pneumonia, organism unspecified"


@given(st.lists(st.text(alphabet="abcdef ", min_size=1, max_size=8), min_size=1, max_size=6))
def test_a_list_holds_its_items_in_order(items: list[str]) -> None:
    text = listing(items)
    place = 0
    for item in items:
        place = text.index(item, place) + len(item)
    assert text.count("and") >= (len(items) > 1)


@given(st.text(max_size=40))
def test_a_capital_changes_the_first_letter_only(text: str) -> None:
    assert capitalised(text)[1:] == text[1:]
    assert capitalised(text).lower() == text.lower()


@given(st.text(max_size=30))
def test_case_and_order_are_all_that_a_sentence_changes(name: str) -> None:
    assert in_sentence(name, "organism").casefold().replace(" ", "").__len__() <= len(name.casefold())


@pytest.mark.parametrize("predicate", sorted(relations()))
def test_every_relation_has_a_plural(predicate: str) -> None:
    relation = relations()[predicate]
    for phrase in (relation.phrase, relation.inverse_phrase):
        first = agree(phrase, True).split()[0]
        assert first not in ("is", "has", "does", "goes", "acts", "causes", "treats", "eases", "includes")
        assert agree(phrase, False).split()[0] not in ("are", "have", "include")


@pytest.mark.parametrize(
    ("name", "plural"),
    [("seizures", True), ("gout", False), ("pertussis", False), ("mumps", False), ("lymphocytes", True)],
)
def test_number(name: str, plural: bool) -> None:
    assert is_plural(name) is plural


def test_same_words() -> None:
    assert same_words("Infarction, Myocardial", "myocardial infarctions")
    assert not same_words("shortness of breath", "dyspnea")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Niemann-Pick Disease, Type C", "type C Niemann-Pick disease"),
        ("Ampulla of Vater", "ampulla of Vater"),
        ("Guillain-Barré Syndrome", "Guillain-Barré syndrome"),
        ("Bone and Bones", "bones"),
        ("Wounds and Injuries", "wounds and injuries"),
    ],
)
def test_eponyms_and_catalogue_names(name: str, wanted: str) -> None:
    assert in_sentence(name) == wanted


def test_spellings_are_the_same_words() -> None:
    assert same_words("Sertoli-Leydig cell tumour", "Sertoli-Leydig cell tumor")
    assert same_words("haemolytic anaemia", "hemolytic anemia")
