"""What a question asks for, read from its last sentences: a diagnosis, a treatment, a mechanism, ...

The type decides what relation between findings and options counts. Rules are few and in order; the first that fits
wins. A question that asks which option does *not* fit turns the evidence around.
"""

from __future__ import annotations

import re
from typing import Literal, get_args

QuestionType = Literal["treatment", "test", "next_step", "risk_factor", "mechanism", "complication", "organism",
                       "finding", "diagnosis", "other"]  # fmt: skip
QUESTION_TYPES: tuple[QuestionType, ...] = get_args(QuestionType)

_RULES: tuple[tuple[QuestionType, str], ...] = (
    ("risk_factor", r"risk factors?|predispos|increased risk|at risk of|most at risk|greatest risk"),
    ("complication", r"complications?\b|sequela|at increased risk|most likely to develop"),
    ("organism", r"organisms?\b|pathogens?\b|bacteri|virus|causative agent|microorganism|vector\b"),
    ("next_step", r"next (best )?step|next in (the )?management|most appropriate (initial )?(action|step)"),
    ("treatment", r"treatments?\b|therap|pharmaco|drugs?\b|medications?|antibiotics?|manage(ment|d)|prophyla|antidote"
                  r"|administer|prescri|vaccin|surg(ery|ical)"),
    ("test", r"diagnostic|investigations?|confirm|tests?\b|imaging|study|studies|screening|gold standard|biopsy"),
    ("mechanism", r"mechanism|pathogenesis|pathophysiolog|underlying cause|due to|explains?\b|deficien|mutation"
                  r"|enzymes?|receptors?|inhibit|defect|mediate|responsible for"),
    ("finding", r"findings?\b|symptoms?\b|signs?\b|features?\b|characteri[sz]|expected|manifest|present with|likely to"
                r" (show|reveal|find)|associated with"),
    ("diagnosis", r"diagnos|most likely (cause|etiology|condition)|suffering from|disease\b|disorder|syndrome|cause of"
                  r"|aetiology|etiology"),
)  # fmt: skip
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _RULES)
_NEGATED = re.compile(
    r"\b(except|not|least|incorrect|false|untrue|never|unlikely|contraindicated|contra-indicated|all but)\b"
)
_HARM = re.compile(
    r"\bcaus|adverse|side[- ]effect|toxic|contraindicat|avoid|discontinu|stop|complicat|due to|risk|effects? of"
)
_DIAGNOSIS = re.compile(r"most likely diagnos|\bdiagnosis\??$|what is the diagnosis|diagnosis is\b")


def asked(stem: str) -> str:
    """Return the part of a stem that asks, folded: its last sentence that ends in a question mark, else its last.

    >>> asked("A man has a fever. Which drug helps? He is 60.")
    'which drug helps?'
    >>> asked("Drug of choice in gout is:")
    'drug of choice in gout is:'
    """
    parts = [part.strip() for part in re.split(r"(?<=[.?!])\s+|\n+", stem.casefold()) if part.strip()]
    questions = [part for part in parts if part.endswith("?")]
    return (questions or parts or [""])[-1]


def question_type(stem: str) -> QuestionType:
    """Return what a question asks for.

    >>> [question_type(text) for text in ("Which is the most likely diagnosis?", "Drug of choice in gout is:",
    ...                                   "Which enzyme is deficient?", "2 + 2 = ?")]
    ['diagnosis', 'treatment', 'mechanism', 'other']
    """
    text = asked(stem)
    if _DIAGNOSIS.search(text):
        return "diagnosis"
    return next((kind for kind, pattern in _PATTERNS if pattern.search(text)), "other")


def asks_for_the_exception(stem: str) -> bool:
    """Return True where the right option is the one that does not fit.

    >>> asks_for_the_exception("All are features of gout except:"), asks_for_the_exception("Which is a sign of gout?")
    (True, False)
    """
    return bool(_NEGATED.search(asked(stem)))


def asks_for_a_remedy(stem: str) -> bool:
    """Return True where the right option is what helps: what a remedy does harm with is beside the point.

    >>> asks_for_a_remedy("Drug of choice in gout is:"), asks_for_a_remedy("Which drug is the most likely cause?")
    (True, False)
    """
    wanted = question_type(stem) in ("treatment", "next_step")
    return wanted and not asks_for_the_exception(stem) and not _HARM.search(asked(stem))
