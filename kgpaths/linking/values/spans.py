"""Numbers that are measurements: ages, vital signs, laboratory values, doses, durations.

They are masked before names are looked up: "120/80 mm Hg" is no mercury, "12 g/dL" no gram, "54-year-old" no age group.
Bare numbers stay ("type 2 diabetes", "CD4", "trisomy 21"). What they measure is told by `what_is_measured`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

Span = tuple[int, int]
"""First character, and one past the last."""

_TIME = r"(?:second|minute|hour|day|night|week|month|year|decade)"
_UNIT = (
    r"(?:%|percent\b|°\s?[CF]?\b|degrees?\b"
    r"|(?:[mkcdµμnp]|mc)?(?:g|L|l|mol|Eq|osm|Osm|U|IU|Ci|Gy|M)"
    r"(?:/(?:d|m|µ|μ|mc)?(?:L|l|g|kg|day|min|h|hr|hour|mol|mm3|dl))*(?:/(?:day|min|h|hr|kg|1\.73))*\b"
    r"|mm\s?Hg\b|cm\s?H2O\b|[mckµμ]?m(?:[2²3³]|\^[23])?(?:/(?:s|sec|h|hr|min))?\b"
    r"|/\s?(?:min(?:ute)?|hpf|HPF|mm\^?[3³]?|[µμ]L|mcL|L|h|hr|day|cu)\b"
    r"|beats?\b|breaths?\b|bpm\b|(?:thousand|million)\b|lbs?\b|pounds?\b|kcal\b|inch(?:es)?\b|f[lL]\b|Hz\b|dB\b"
    r"|pack[- ]years?\b|packs?\b|units?\b|doses?\b|cells?\s?/|copies\b|cc\b|drops?\b|tablets?\b|times\b)"
)
# A number is read once and never given back, (?>...), since nothing that may follow one begins with a digit. A pattern
# that begins with a character set or with letters is searched many times as fast: hence the first digit, and the
# letters of "age", before what looks behind them.
_NUMBER = r"(?>\d{1,3}(?:,\d{3})+|\d+)(?>(?:\.\d+)?)"
_REST = r"(?>\d{0,2}(?:,\d{3})+|\d*)(?>(?:\.\d+)?)"
_REST_RANGE = rf"(?>{_REST}(?:\s?(?:-|–|to|x|×)\s?{_NUMBER}){{0,3}})"
_AGE_OR_DURATION = (
    rf"[-\s]?(?:(?:{_TIME}s?|yr|y/?o|wk|mo)[-\s]?old\b"
    r"(?:\s(?:man|woman|boy|girl|male|female|infant|child|baby|neonate|newborn)\b)?"
    rf"|{_TIME}s?\b(?:'?\s+(?:of\s+)?gestation\b)?)"
)
_VALUE = re.compile(
    rf"\d(?<!\w\d)(?:(?<=\.\d){_REST_RANGE}{_AGE_OR_DURATION}|(?<!\.\d)(?:"
    rf"{_REST_RANGE}(?:{_AGE_OR_DURATION}|\s?-?{_UNIT})"
    r"|\d{1,2}/\d{2,3}\b(?:\s?mm\s?Hg\b)?"
    rf"|{_REST}\s?[×x]\s?10\^?\d+(?:\s?/\s?\w+)?"
    r"|(?<!-\d)\d*\.\d+\b(?!\.\d)))"
)
_AGED = re.compile(rf"ge(?<=([aG])ge)(?<!\w[aG]ge)d?\s{_NUMBER}\b")
_BEARING = re.compile(rf"P(?:(?<=([aG])\dP)(?<!\w[aG]\dP)|(?<=([aG])\d\sP)(?<!\w[aG]\d\sP))\d\w*\s{_NUMBER}\b")


def find_values(texts: Sequence[str]) -> list[Span]:
    """Return the spans of the measurements of texts, in order, not overlapping. O(characters).

    Args:
        texts: they are read as one, with a single character between two of them, and so are the spans.

    >>> text = "A 54-year-old man, 120/80 mm Hg, glucose 250 mg/dL for 3 days, type 2 diabetes."
    >>> [text[start:end] for start, end in find_values([text])]
    ['54-year-old man', '120/80 mm Hg', '250 mg/dL', '3 days']
    >>> find_values(["age 7", "G2P1 9 kg"]), find_values(["Fever", "for 2 days"])
    ([(0, 5), (6, 12)], [(10, 16)])
    """
    text = "\0".join(texts)  # no pattern matches it, and it ends words as the end of a text does
    found = [match.span() for match in _VALUE.finditer(text)]
    ages = [
        (match.start(match.lastindex or 0), match.end())
        for pattern in (_AGED, _BEARING)
        for match in pattern.finditer(text)
    ]
    if not ages:
        return found
    kept: list[Span] = []
    end = 0
    for span in sorted(found + ages):
        if span[0] >= end:
            kept.append(span)
            end = span[1]
    return kept
