"""Read one cell of a row: a text, a whole number or nothing; and tell when two texts are the same.

Rows have often been through spreadsheets and data frames, which write "nothing" as a word, whole numbers with a point,
and quotation marks around a text or, cut off from their fellow, at one end of it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from kgpaths.language.control_tokens import without_tokens
from kgpaths.sources.source_faults import Record, Unusable

# What pandas writes for a missing value and reads as one. `NA` and `Null` are left out: sodium, a null hypothesis.
_NOTHING = frozenset({"nan", "NaN", "-nan", "-NaN", "None", "null", "NULL", "NaT", "<NA>", "N/A", "n/a", "#N/A"})
_PLAIN = str.maketrans({**dict.fromkeys("‘’ʼ`´", "'"), **dict.fromkeys("“”„«»", '"'), **dict.fromkeys("‐‑–—−", "-")})
# AaBb, tt, mM: a genotype or unit, in which case is meaning.
_PAIRED_LETTERS = re.compile(r"(?:([a-z])\1)+", re.IGNORECASE)


def is_nothing(value: Any) -> bool:
    """Say whether a cell is empty, or holds what data frames write for that.

    >>> [is_nothing(value) for value in (None, float("nan"), " ", "nan", "None", 0, "none", "Na")]
    [True, True, True, True, True, False, False, False]
    """
    if isinstance(value, str):
        return not value.strip() or value.strip() in _NOTHING
    return value is None or (isinstance(value, float) and value != value)


def text_of(fields: Record, name: str) -> str:
    """Return a cell as text; empty where it holds nothing.

    Raises:
        Unusable: it holds a list, an object, or true or false.
    """
    text = as_written(fields.get(name), name)
    return "" if is_nothing(text) else text


def as_written(value: Any, name: str) -> str:
    """Return a value of the field `name` as text, whatever words it holds, without a model's control tokens.

    Raises:
        Unusable: it is a list, an object, or true or false.
    """
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unusable("malformed_input", f"field {name!r} is {kind_of(value)}, not text")
    return without_tokens(str(value))


def whole_number(value: Any) -> int | None:
    """Return the whole number in a cell, which data frames may have made a float; None where there is none.

    >>> whole_number(2), whole_number("2"), whole_number(2.0), whole_number("B"), whole_number(True)
    (2, 2, 2, None, None)
    """
    if isinstance(value, str):
        return int(float(value)) if re.fullmatch(r"\s*-?[0-9]{1,9}(?:\.0+)?\s*", value) else None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def unquoted(text: str) -> str:
    r"""Return a text without space and stray quotation marks around it; what somebody says keeps its own.

    >>> unquoted('Coccidioides\n"'), unquoted('"Myasthenia gravis"'), unquoted('"Prominent ""a"" wave"')
    ('Coccidioides', 'Myasthenia gravis', 'Prominent "a" wave')
    >>> unquoted('"How are you?"'), unquoted('Height of 5"'), unquoted("Graves'"), unquoted('"B" and "C"')
    ('"How are you?"', 'Height of 5"', "Graves'", '"B" and "C"')
    """
    before, now = "", text.strip()
    while now != before:
        before, now = now, _once_unquoted(now)
    return now


def _once_unquoted(text: str) -> str:
    marks = [mark for mark in text if mark in '"“”']
    quoted = re.fullmatch(r'"((?:[^"]|"")*|"[^"]+")"', text) or re.fullmatch(r"“([^“”]*)”", text)
    if quoted and (not re.search(r"[.?!…]$", quoted[1].rstrip()) or '""' in quoted[1]):
        return quoted[1].replace('""', '"').strip()  # as CSV writes a text that holds quotation marks
    if len(marks) % 2:
        return re.sub(r'^["“”]\s*|(?<![0-9])\s*["“”]$', "", text, count=1)
    # A ' between letters is an apostrophe, after a digit a prime, after an s at the end a genitive: Graves'.
    single = re.findall(r"(?<![^\W_])['‘’]|['‘’](?![^\W_])", text)
    if len(single) == 2 and (wrapped := re.fullmatch(r"['‘](.*[^.?!])['’]", text, re.DOTALL)):
        return wrapped[1].strip()
    if len(single) == 1:
        return re.sub(r"^['‘’]\s*|(?<![0-9sS])\s*['‘’]$", "", text, count=1)
    return text


def same_text(text: str) -> str:
    """Return what texts have in common that read the same: space, case, a point at the end and typography aside.

    >>> same_text("Crohn’s  Disease."), same_text("Tt") == same_text("tt")
    ("crohn's disease", False)
    """
    visible = "".join(mark for mark in unicodedata.normalize("NFC", text) if unicodedata.category(mark) != "Cf")
    words = unquoted(visible.translate(_PLAIN)).rstrip(" .,;:").split()
    if sum(map(len, words)) <= 2:
        return " ".join(words)  # Co is cobalt, CO a gas
    return " ".join(word if _PAIRED_LETTERS.fullmatch(word) else word.casefold() for word in words)


def shown(text: object) -> str:
    """Return a value for a message, cut where it is long."""
    written = text if isinstance(text, str) else str(text)
    return repr(written if len(written) <= 60 else written[:57] + "…")


def kind_of(value: object) -> str:
    """Name the kind of a value in plain words."""
    names = {bool: "true or false", int: "a number", float: "a number", dict: "an object", list: "a list"}
    return names.get(type(value), type(value).__name__)
