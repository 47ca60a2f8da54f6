"""Names and text meet in one form; what differs in meaning does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgpaths.linking.values.spans import find_values
from kgpaths.linking.words.normalisation import canonical
from kgpaths.linking.words.tokenizer import tokenize


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Haemorrhages", "hemorrhage"), ("oesophageal", "esophageal"), ("tumours", "Tumor"), ("Sjögren's", "sjogren"),
        ("diagnoses", "diagnosis"), ("carcinomata", "carcinoma"), ("vertebrae", "vertebra"), ("bronchi", "bronchus"),
        ("α", "Alpha"), ("non-Hodgkin", "nonhodgkin"), ("biopsies", "biopsy"), ("leucocytes", "leukocyte"),
        ("diarrhoea", "diarrhea"), ("ischaemia", "ischemia"), ("anaemias", "anemia"), ("feet", "foot"),
    ],
)  # fmt: skip
def test_spellings_meet(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("diabetes", "diabetic"), ("pus", "pu"), ("herpes", "herpe"), ("facies", "facy"), ("aids", "aid"), ("T3", "T4")],
)
def test_words_that_differ_stay_apart(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@given(st.text(max_size=200))
def test_tokens_lie_in_the_text(text: str) -> None:
    tokens = tokenize(text)
    assert tokens.starts == sorted(tokens.starts)
    assert all(0 <= a < b <= len(text) for a, b in zip(tokens.starts, tokens.ends, strict=True))
    assert all(b <= a for b, a in zip(tokens.ends, tokens.starts[1:], strict=False))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Dr. Smith sees E. coli at 37.5 degrees. It grows.", 2),
        ("Fever.Cough follows! Why? Because", 4),
        ("Glucose 250 mg/dL. Sodium is low.", 2),
        ("wrapped\nline\n\nNew paragraph", 2),
    ],
)
def test_sentences(text: str, sentences: int) -> None:
    assert sum(gap == 3 for gap in tokenize(text).gaps) == sentences


@pytest.mark.parametrize(
    "text",
    ["54-year-old man", "3 days", "2-week", "120/80 mm Hg", "98.6°F", "250 mg/dL", "88/min", "12 g/dL", "5,000/mm3",
     "95%", "10 pack-years", "1.2", "160 cm", "37 weeks' gestation", "20-30 mg", "4.5 x 10^9/L"],
)  # fmt: skip
def test_measurements_are_values(text: str) -> None:
    ((start, end),) = find_values([f"With {text}, it is."])
    assert f"With {text}, it is."[start:end].strip() == text


@pytest.mark.parametrize("text", ["type 2 diabetes", "CD4", "trisomy 21", "vitamin B12", "factor 8", "22q11"])
def test_numbers_of_names_are_none(text: str) -> None:
    assert find_values([text]) == []
