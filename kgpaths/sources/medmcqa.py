"""MedMCQA: questions of Indian medical entrance examinations (Pal et al., CHIL 2022)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any

from kgpaths.errors import SourceError
from kgpaths.sources.cells import is_nothing, same_text, whole_number
from kgpaths.sources.datasets import Columns, HubLocation, QADataset
from kgpaths.sources.source_faults import Record

_ANSWER = re.compile(
    r"\A\W*([a-d])\b\W{0,3}\si\.?\s?e\b|"  # "C i.e., Gout"
    r"(?:\A\W*(?:the\s+)?(?:(?:correct|right|best)\s+)?ans(?:wer)?|\b(?:correct|right)\s+(?:answer|option|choice))"
    r"\b[\s.:;=–-]*(?:(?:is|are)\b[\s.:;=–-]*)?(?:option\s+)?"
    # Quoted or in brackets, or followed by what no word is: "Ans. A fracture" names no letter.
    r"(?:['\"‘’“”(\[`]\s*([a-d])\s*['\"‘’“”)\]`]|([a-d])(?=\s*(?:[.:,;)]|i\.?\s?e\b|\Z)))"
    r"(?!\W*(?:,|&|/|and\b|or\b)\W*[a-d]\b)",
    re.IGNORECASE,
)
# Of the 1,019 explanations in the validation split that name a letter, none names another than the right one.
_MOST_AGAINST = 0.02


def columns(fields: Record, *, first: int = 0) -> Record:
    """Read opa … opd and cop, the position of the right option counted from `first`, or its letter.

    >>> row = {"id": "7", "question": "Q?", "opa": "a", "opb": "b", "opc": "c", "opd": "d", "cop": 2, "exp": None}
    >>> columns(row, first=1)["answer_key"], columns(row, first=0)["answer_key"]
    ('B', 'C')
    """
    if "opa" not in fields:
        return fields
    cop = fields.get("cop")
    number = whole_number(cop)
    key = cop if number is None else None if number < 0 else "ABCD"[number - first : number - first + 1]
    read: dict[str, Any] = {
        "id": None if is_nothing(fields.get("id")) else f"medmcqa-{fields['id']}",
        "question": fields.get("question"),
        "options": {key: fields.get(f"op{key.lower()}") for key in "ABCD"},
        "answer_key": f"cop {number}" if key == "" else key,
        # Where the explanation names a letter, it has to be the same.
        "answer": stated_letter(fields.get("exp")) if is_nothing(fields.get("answer")) else fields["answer"],
        "explanation": fields.get("exp"),
        "subject": fields.get("subject_name"),
        "split": fields.get("split"),
    }
    return read


def survey(rows: Iterable[Record], place: str) -> Columns:
    """Find out from all rows whether `cop` counts from 1, as in the original files, or from 0, as on the Hub.

    A row with 0 or 4 decides, and so does one that gives the answer, or whose explanation names its letter.

    Raises:
        SourceError: no row decides, or some say the one and some the other.

    >>> rows = [{"cop": 2, "opc": "Myasthenia gravis", "opa": "Gout", "exp": "Ans. is 'c' i.e., Myasthenia gravis"}]
    >>> survey(rows, "rows.jsonl")(rows[0])["answer_key"]
    'C'
    """
    votes: Counter[int] = Counter()
    undecided = 0
    for row in rows:
        cop = whole_number(row.get("cop"))
        if "opa" not in row or cop is None or not 0 <= cop <= 4:
            continue
        letter = _named(row) or stated_letter(row.get("exp"))
        if cop in (0, 4):
            votes[0 if cop == 0 else 1] += 1
        elif letter and (first := cop - "ABCD".index(letter)) in (0, 1):
            votes[first] += 1
        else:
            undecided += 1
    mend = "write the letter of the right option (A to D) as 'cop', or read the Hub's own rows with medmcqa@hub"
    if not votes and undecided:
        raise SourceError(
            f"nothing in {place} says whether 'cop' counts from 0, as on the Hub, or from 1, as in the original files; "
            f"{mend}"
        )
    if min(votes[0], votes[1]) > _MOST_AGAINST * votes.total():
        raise SourceError(
            f"'cop' counts from 0 in {votes[0]} rows of {place} and from 1 in {votes[1]}; read each kind from a "
            f"file of its own, or {mend}"
        )
    return partial(columns, first=1 if votes[1] >= votes[0] else 0)


def _named(row: Record) -> str | None:
    """Return the letter of the option that a row's own column `answer` gives."""
    answer = row.get("answer")
    found = [key for key in "ABCD" if isinstance(answer, str) and same_text(answer) in _texts(row, key)]
    return found[0] if len(found) == 1 else None


def _texts(row: Record, key: str) -> tuple[str, ...]:
    text = row.get(f"op{key.lower()}")
    return (same_text(key), same_text(text)) if isinstance(text, str) else ()


def stated_letter(explanation: Any) -> str | None:
    """Return the letter that an explanation says is right; None where it names none or more than one.

    >>> [stated_letter(said) for said in ("Ans. is 'c' i.e., Gout", "Ans is (b) Gout", "Ans. A fracture", "Gout", None)]
    ['C', 'B', None, None, None]
    """
    found = {"".join(one).upper() for one in _ANSWER.findall(explanation)} if isinstance(explanation, str) else set()
    return found.pop() if len(found) == 1 else None


MEDMCQA = QADataset(
    name="medmcqa",
    title="MedMCQA",
    description="short questions of Indian medical entrance examinations, four options",
    sample="medmcqa.jsonl.gz",
    sample_rows=300,
    hub=HubLocation("openlifescienceai/medmcqa", held_out_split="validation"),
    columns=columns,
    # The answers of the test split are secret, so models are compared on the validation split.
    held_out=frozenset({"validation", "test"}),
    survey=survey,
)
