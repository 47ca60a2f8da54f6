"""Numbers as a text writes them: one or two, a comparison, a unit.

"<0.5 ng/mL", "120/80 mm Hg", "60–80 mg/dL", "4.5 × 10^9/L", "1.2 million/mm3", "5 ft 4 in", "45-year-old". What is
measured is not told here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kgpaths.records import Comparison

# A pattern that begins with a character set is searched many times as fast: hence the first digit before what looks
# behind it.
_REST = r"(?:\d{0,2}(?:,\d{3})+(?!\d)|\d*)(?:\.\d+)?"
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
TIME = r"(?:second|minute|hour|day|night|week|month|year|decade)s?"
_SHORT_TIME = r"(?:secs?|mins?|hrs?|h|wks?|mos?|yrs?)"
_PER = (
    r"(?:minute|min|hpf|HPF|high[- ]power(?:ed)?\s(?:field|microscopy)|dL|dl|mL|ml|cu\s?mm|mm\s?\^?[3³]|[µμu]L|mcL|L|l"
    r"|kg\s?H2O|kg|24[- ]?h(?:ours?|rs?)?|hour|hr|h|day|d|week|mol|mmol|g|mg|cell|m\^?[2²]|1\.73\s?m\^?[2²]|sec|s)"
)
_UNIT = (
    rf"(?:{TIME}|{_SHORT_TIME}|y)(?:[-\s]old|/o|\.o\.)\b"
    rf"|{TIME}\b|{_SHORT_TIME}\b(?!\.?[\w/])"
    r"|℃|℉|(?:°|º|˚|degrees?\b|deg\b\.?)(?:\s?(?:[CF]\b|[Cc]elsius\b|[Ff]ahrenheit\b))?|[CF]\b(?![-'’]\w)"
    r"|%|percent\b|mm\s?Hg\b|[cm]m\s?(?:of\s)?(?:H2O|H₂O|water)\b|kg\s?/\s?m\^?[2²]|[Kk](?=\s?/\s?[µμu]L)"
    r"|pack[- ]years?\b|(?:foot|feet|ft)\b\.?|pounds?\b|lbs?\b|ounces?\b|oz\b|inch(?:es)?\b"
    r"|bpm\b|dB\b|Hz\b|k?cal(?:ories)?\b"
    r"|(?:[mkcdnpfµμu]|mc)?(?:g|L|l|mol|Eq|[Oo]sm(?:ol)?|IU|U|Ci|Gy)\b(?!\+)|[mnµμu]M\b|units?(?=\s?/)"
    r"|[mckµμu]?m(?:\^?[23²³]|\b)"
    r"|(?:(?:(?:(?:red|white)\s(?:blood\s)?)?cells?|copies|beats?|breaths?|leukocytes|erythrocytes|colonies|IU|episodes)\s?)?"
    rf"(?=(?:/|per\s)\s?{_PER}\b)"
    r"|beats?\b|breaths?\b"
)
_POWER = (
    r"(?:\s?[×xX*·]\s?10\s?(?:\^|\*\*|e)?\(?(?P<power>\d{1,2}|[⁰¹²³⁴⁵⁶⁷⁸⁹]+)\)?"
    r"|\s(?P<scale>million|thousand|billion)\b)"
)
_QUANTITY = re.compile(
    rf"\d(?<!\w\d)(?<!\d[.,]\d)(?<![A-Za-z]-\d)(?P<first>{_REST})(?P<titer>:\d{{1,5}}\b)?"
    rf"(?:(?P<joint>%?\s?(?:[-–−]|to\b|/|[x×](?!\s?10[\d^*e⁰¹²³⁴-⁹(]))\s?)(?P<second>{_NUMBER}))?{_POWER}?"
    rf"(?:\s{{0,2}}-?\s?(?P<unit>(?:{_UNIT})(?:\s?(?:/|per\s)\s?{_PER}\b)*))?"
)
_INCHES = re.compile(r"\s?(\d{1,2})\s?(?:in\b\.?|inch(?:es)?\b|\")")
_ENDS = re.compile(r"(?!\w)(?!/\d)(?!-\w)")
_COMPARISON = re.compile(
    r"(?:(?P<le><=|≤|⩽|no more than|at most|up to)|(?P<ge>>=|≥|⩾|at least)|(?P<lt><|(?:less|fewer|lower) than)"
    r"|(?P<gt>>|(?:more|greater|higher) than))\s?$"
)
_SIGNS = frozenset("<>=≤≥⩽⩾")
_SPACED = frozenset(f"{sign} " for sign in _SIGNS)
_LAST_LETTERS = frozenset({"than ", "east ", "most ", "p to "})
"""What a comparison ends with, so that few places are searched for one."""
_COMPARISONS: dict[str, Comparison] = {"le": "<=", "ge": ">=", "lt": "<", "gt": ">"}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SCALES = {"thousand": 3, "million": 6, "billion": 9}
_FOLDED = str.maketrans({"µ": "u", "μ": "u", "³": "3", "²": "2", "^": None, " ": None, "\u00a0": None, ".": None})
_SAME_UNIT = {
    "℃": "c", "℉": "f", "°c": "c", "ºc": "c", "˚c": "c", "degreec": "c", "degreesc": "c", "degc": "c",
    "celsius": "c", "degreescelsius": "c",
    "°f": "f", "ºf": "f", "˚f": "f", "degreef": "f", "degreesf": "f", "degf": "f", "degreesfahrenheit": "f",
    "um3": "fl", "bpm": "/min", "beats/min": "/min", "breaths/min": "/min", "beats": "/min", "breaths": "/min",
    "beatsperminute": "/min", "breathsperminute": "/min", "mm3": "/ul", "/minute": "/min",
    "beats/minute": "/min", "breaths/minute": "/min", "/mm3": "/ul", "/cumm": "/ul", "/mcl": "/ul",
    "cells/mm3": "/ul", "cells/ul": "/ul", "cells/mcl": "/ul", "leukocytes/mm3": "/ul", "erythrocytes/mm3": "/ul",
    "second": "s", "seconds": "s", "sec": "s", "secs": "s", "minutes": "min", "minute": "min", "mins": "min",
    "mm/hr": "mm/h", "mm/hour": "mm/h", "mosmol/kgh2o": "mosm/kg", "mosm/kgh2o": "mosm/kg", "mosmol/kg": "mosm/kg",
    "iu/l": "u/l", "units/l": "u/l", "uiu/ml": "uu/ml", "miu/l": "mu/l", "miu/ml": "mu/ml", "units/ml": "u/ml",
    "ml/min/173m2": "ml/min/1.73", "pound": "lb", "pounds": "lb", "lbs": "lb",
}  # fmt: skip


class Quantity(NamedTuple):
    """A number in a text, or two that belong together."""

    start: int
    """First character of the number, or of its comparison."""
    end: int
    numbers: tuple[float, ...]
    comparison: Comparison
    paired: bool
    """Whether a slash stands between the two numbers."""
    unit: str
    """As it is written; empty for a bare number."""
    key: str
    """The unit, folded."""


def quantities(text: str) -> Iterator[Quantity]:
    """Yield the numbers of a text, with or without a unit, in order.

    >>> for q in quantities("WBC 12,500/mm3, BP 120/80 mm Hg, troponin < 0.01 ng/mL; 5 ft 4 in; vitamin B12."):
    ...     print(q.numbers, q.comparison, q.unit, q.key)
    (12500.0,)  /mm3 /ul
    (120.0, 80.0)  mm Hg mmhg
    (0.01,) < ng/mL ng/ml
    (5.0, 4.0)  ft in ftin
    """
    end = 0
    for match in _QUANTITY.finditer(text):
        if match.start() < end:
            continue
        start, end = match.span()
        unit = match["unit"] or ""
        if not unit and not _ENDS.match(text, end):
            continue
        first = _number(text[start] + match["first"])
        numbers: tuple[float, ...] = (first,) if match["second"] is None else (first, _number(match["second"]))
        if match["titer"]:
            numbers, unit = (float(match["titer"][1:]),), "titer"
        power = int(match["power"].translate(_SUPERSCRIPTS)) if match["power"] else _SCALES.get(match["scale"] or "", 0)
        if unit in ("K", "k") or unit.startswith(("K/", "k/", "K /", "k /")):
            power, unit = 3, unit[1:].strip()
        if power:
            numbers = tuple(round(number * 10.0**power, 6) for number in numbers)
        if unit.startswith(("ft", "feet", "foot")) and (inches := _INCHES.match(text, end)):
            numbers, end, unit = (*numbers, float(inches[1])), inches.end(), "ft in"
        comparison: Comparison = ""
        if (
            text[start - 1 : start] in _SIGNS
            or text[start - 5 : start] in _LAST_LETTERS
            or text[start - 2 : start] in _SPACED
        ):
            compared = _COMPARISON.search(text, max(0, start - 14), start)
            if compared and compared.lastgroup:
                comparison, start = _COMPARISONS[compared.lastgroup], compared.start()
        paired = match["joint"] is not None and "/" in match["joint"]
        yield Quantity(start, end, numbers, comparison, paired, unit, unit_key(unit) if unit else "")


def unit_key(unit: str) -> str:
    """Return a unit without the differences that mean nothing.

    >>> unit_key("/mm^3"), unit_key("cells/µL"), unit_key("° C"), unit_key("mcg/dL"), unit_key("IU/L")
    ('/ul', '/ul', 'c', 'ug/dl', 'u/l')
    """
    folded = unit.translate(_FOLDED).lower().removeprefix("-").replace("mcg", "ug")
    folded = folded.replace("per", "/") if folded != "percent" else "%"
    return _SAME_UNIT.get(folded, folded)


def _number(digits: str) -> float:
    return float(digits.replace(",", ""))
