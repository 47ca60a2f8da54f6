"""CasiMedicos: Spanish residency examinations with doctors' explanations, in English (Agerri et al. 2023)."""

from __future__ import annotations

from typing import Any

from kgpaths.sources.cells import is_nothing, whole_number
from kgpaths.sources.datasets import HubLocation, QADataset
from kgpaths.sources.source_faults import Record


def columns(fields: Record) -> Record:
    """Read full_question, options "1" to "5" (the last may be null) and correct_option, a key counted from 1.

    >>> read = columns({"id": 4, "full_question": "Q?", "options": {"1": "a", "2": "b"}, "correct_option": 2})
    >>> read["id"], read["options"]["B"], read["answer_key"]
    ('casimedicos-4', 'b', 'B')
    """
    if "full_question" not in fields:
        return fields
    options: Any = fields.get("options")
    letters = dict(zip("12345", "ABCDE", strict=True))
    if isinstance(options, dict):
        options = {letters.get(str(key), str(key)): text for key, text in options.items()}
    # Never a place in the list: that would count from 0.
    correct = fields.get("correct_option")
    number = whole_number(correct)
    key = correct if number is None else letters.get(str(number), f"correct_option {number}")
    return {
        "id": None if is_nothing(fields.get("id")) else f"casimedicos-{fields['id']}",
        "question": fields.get("full_question"),
        "options": options,
        "answer_key": key,
        "explanation": fields.get("full_answer"),
        "subject": fields.get("type"),
        "split": fields.get("split"),
    }


CASIMEDICOS = QADataset(
    name="casimedicos",
    title="CasiMedicos",
    description="clinical cases of the Spanish residency examination with doctors' explanations, English",
    sample="casimedicos.jsonl.gz",
    sample_rows=300,
    hub=HubLocation("HiTZ/casimedicos-exp", config="en"),
    columns=columns,
)
