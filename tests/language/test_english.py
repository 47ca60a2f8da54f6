"""Names, number and lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgpaths.language.english import (
    agree,
    capitalised,
    in_sentence,
    is_plural,
    listing,
    natural_order,
    same_words,
    with_article,
)
from kgpaths.vocabulary.relations import relations


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
        ("atrial fibrillation, familial, 9", "disease", "familial atrial fibrillation 9"),
        ("protoporphyria, erythropoietic, X-linked", "disease", "X-linked erythropoietic protoporphyria"),
        ("Biliary atresia, extrahepatic", "disease", "extrahepatic biliary atresia"),
        ("malaria, mild, susceptibility to", "disease", "susceptibility to mild malaria"),
        ("Hidrotic ectodermal dysplasia, Halal type", "disease", "hidrotic ectodermal dysplasia of the Halal type"),
        ("Meckel syndrome, type 1", "disease", "Meckel syndrome type 1"),
        ("Microtia, second degree", "phenotype", "second degree microtia"),
        ("High, narrow palate", "phenotype", "high, narrow palate"),
        ("Atrophic, patchy alopecia", "phenotype", "atrophic, patchy alopecia"),
        (
            "Absence of CD4-positive, CD25-positive regulatory T cells",
            "phenotype",
            "absence of CD4-positive, CD25-positive regulatory T cells",
        ),
        (
            "Brachial amelia, cleft lip, and holoprosencephaly",
            "disease",
            "brachial amelia, cleft lip, and holoprosencephaly",
        ),
        ("Piperacillin, Tazobactam Drug Combination", "drug", "piperacillin and tazobactam"),
        ("Antibodies, Monoclonal, Humanized", "drug_class", "humanized monoclonal antibodies"),
        ("Chromosomes, Human, Pair 15", "cellular_component", "human chromosomes pair 15"),
        ("Clinical Trials, Phase I as Topic", "procedure", "phase I clinical trials"),
        (
            "Complete atrioventricular canal-tetralogy of Fallot syndrome",
            "disease",
            "complete atrioventricular canal-tetralogy of Fallot syndrome",
        ),
        ("Blocked Eustachian tube", "phenotype", "blocked Eustachian tube"),
        ("Merkel Cells", "cell", "Merkel cells"),
        ("Ogilvie Syndrome", "disease", "Ogilvie syndrome"),
        ("Sweet syndrome", "disease", "Sweet syndrome"),
        ("Still Disease", "disease", "Still disease"),
        ("Best practice", "disease", "best practice"),
        ("Cow's milk protein allergy", "disease", "cow's milk protein allergy"),
        ("Nephrotic Syndrome", "disease", "nephrotic syndrome"),
        ("Heart Disease", "disease", "heart disease"),
        ("Escherichia coli Infections", "disease", "Escherichia coli infections"),
        ("Human immunodeficiency virus", "organism", "human immunodeficiency virus"),
        ("Eczematoid dermatitis", "disease", "eczematoid dermatitis"),
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
    [
        *(
            (name, True)
            for name in (
                "seizures",
                "lymphocytes",
                "opioid analgesics",
                "diuretics",
                "abdominal cramps",
                "hiccups",
                "nasal polyps",
                "lymphomas",
                "hernias",
                "metastases",
                "varices",
                "petechiae",
                "bronchi",
                "data",
                "nausea and vomiting",
                "abnormalities of the eye",
                "HIV infections",
                "Merkel cells",
                "drugs that lower potassium",
            )
        ),
        *(
            (name, False)
            for name in (
                "gout",
                "pertussis",
                "mumps",
                "genetics",
                "hemodynamics",
                "pancreas",
                "Pseudomonas",
                "erysipelas",
                "biceps",
                "exophthalmos",
                "asbestos",
                "ascites",
                "diabetes insipidus",
                "tinnitus",
                "Saccharomyces",
                "hydrops fetalis",
                "loss of teeth",
                "pain in the legs",
                "absence of kidneys",
                "having nightmares",
                "trouble seeing lights",
                "Corynebacterium diphtheriae",
                "Candida albicans",
                "analysis",
                "abscess",
                "gas",
                "rickets",
                "lens",
            )
        ),
    ],
)
def test_number(name: str, plural: bool) -> None:
    assert is_plural(name) is plural


@pytest.mark.parametrize(
    ("article", "names"),
    [
        ("an", "hour honest ulcer umbilical unusual uninhibited urgent urticaria echo MRI X-ray ECG NSAID SSRI LDL HIV "
               "S-shaped mRNA HbA1c IgA 8-mm 11-deoxy 18-gauge 80-mg open ileal iron"),
        ("a", "uterine urinary ureteral unilateral uniform European eunuch one-stage HIDA FAST U-shaped T-cell pH tRNA "
              "17-hydroxy 1-mm ubiquitin uveal useful hot CT B-cell Ukrainian"),
    ],
)  # fmt: skip
def test_articles_follow_the_sound(article: str, names: str) -> None:
    for name in names.split():
        assert with_article(name) == f"{article} {name}"


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
