"""Where sentences end, in vignettes, labels and web pages as they are written."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgpaths.language.sentences import clauses, sentences


def cut(text: str, *, lines: bool = True) -> list[str]:
    return [text[start:end] for start, end in sentences(text, lines=lines)]


@pytest.mark.parametrize(
    "text",
    [
        "Blood pressure is 150/80 mm Hg.| 2+ radial pulses are felt.",
        "Antibiotics were started.| 48 hours later, her urine output fell.",
        "His temperature is 37.2 °C (98.9 F), heart rate is 104/min and regular.",
        "T 38.7 C, HR 88.| She has pain.",
        "The EKG of a star player, Mr. P, is striking.| Mr. P states that he will play.",
        "It can prevent hepatitis A and B.| Autoimmune hepatitis cannot be prevented.",
        "It is rich in vitamin D.| Physical activity helps.",
        "Photo: work by Dr. J. Lee.| It shows E. coli and S. typhi.",
        "She asks about fatigue (e.g. in the evening).| What now?| (Choose one.)",
        "It is the main sign of heart failure.12 | The other is edema.",
        "He has dullness on percussion.|What is the diagnosis?",
        "Symptoms are relieved (1.1) |1.1 Hypertension Amlodipine is indicated.",
        "1. Fever is common.| 2. Cough is not.",
        "Is it “gout?” |she asks.",
        "One line\n|Another, \n\n|and a third",
    ],
)
def test_cut(text: str) -> None:
    assert cut(text.replace("|", "")) == [part.strip() for part in text.split("|")]


def test_lines_of_running_text_are_wrapped() -> None:
    assert cut("Fever is\ncommon. Cough is not.", lines=False) == ["Fever is\ncommon.", "Cough is not."]


@given(st.text(alphabet='aB1.?! \n();"”'), st.booleans())
def test_nothing_but_blanks_is_left_out(text: str, lines: bool) -> None:
    spans = list(sentences(text, lines=lines))
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert "".join("".join(cut(text, lines=lines)).split()) == "".join(text.split())
    assert "".join("".join(clauses(text)).split()) == "".join(text.split())
