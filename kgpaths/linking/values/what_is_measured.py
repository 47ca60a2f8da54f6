"""What a number measures: by the words before it, by its unit, or by the number that it follows."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from kgpaths.language.words import WRITTEN
from kgpaths.linking.values.quantities import TIME, Quantity, unit_key
from kgpaths.linking.values.reference_ranges import LONGEST_NAME, Analyte, analytes, names
from kgpaths.records import ValueKind

if TYPE_CHECKING:
    from kgpaths.linking.values.measurements import Measurement

_WINDOW = 80
"""Characters before a number that may name it."""
_BETWEEN = 7
"""Words between a name and its number."""
_NEAR = 45
"""Characters from one number to another that is measured with it."""
_BREAK = re.compile(r"[.;?!](?:\s|$)|\n")
_JOINING = frozenset({
    "is", "was", "are", "were", "be", "been", "of", "at", "a", "an", "the", "to", "as", "has", "had", "by", "now",
    "only",
    "level", "levels", "count", "counts", "concentration", "concentrations", "value", "values", "reading", "readings",
    "result", "measured", "measures", "measurement", "measurements", "recorded", "estimated", "calculated", "about",
    "approximately", "around", "roughly", "ranges", "ranging", "between", "from", "elevated", "increased", "decreased",
    "reduced", "raised", "low", "high", "normal", "found", "shows", "showed", "reveals", "reads", "currently", "today",
    "still", "remains", "drops", "dropped", "fell", "rose", "than", "less", "more", "greater", "least", "over", "under",
    "above", "below", "total", "serum", "that", "which", "her", "his", "noted", "range", "averages", "content",
    "activity", "percentage", "up", "fasting", "on", "in", "room", "air", "ambient", "ra", "while", "breathing", "last",
    "previous", "prior", "week", "month", "visit", "visits", "initial", "admission", "arrival", "morning", "peak",
    "activated",
})  # fmt: skip
_SPECIMENS = {
    "urine": "urine", "urinary": "urine", "urinalysis": "urine", "csf": "CSF", "cerebrospinal": "CSF",
    "lumbar puncture": "CSF",
    "pleural": "pleural fluid", "synovial": "synovial fluid", "joint": "synovial fluid", "ascitic": "ascitic fluid",
    "peritoneal": "peritoneal fluid", "amniotic": "amniotic fluid", "gastric": "gastric fluid", "sweat": "sweat",
    "stool": "stool", "fecal": "stool", "vaginal": "vaginal fluid", "thoracentesis": "pleural fluid",
    "thoracocentesis": "pleural fluid", "arthrocentesis": "synovial fluid", "paracentesis": "ascitic fluid",
}  # fmt: skip
_SPECIMEN_STEMS = ("urin", "csf", "cerebrospinal", "pleural", "synovial", "ascitic", "peritoneal", "stool", "sweat",
                   "lumbar puncture", "centesis")  # fmt: skip
"""What a heading that names another specimen contains; to look for these is much faster than to look for headings."""
_HEADING = re.compile(
    r"(?im)^[ \t]*(?:(urine|urinalysis|csf|cerebrospinal|pleural|synovial|ascitic|peritoneal|stool|sweat)\b"
    r"[^\n\d]{0,24}$|(?:serum|blood|plasma|hematology|arterial)\b[^\n\d]{0,24}$)"
    r"|\b(urine|urinalysis|csf|cerebrospinal|pleural|synovial|ascitic|peritoneal|lumbar puncture|thora(?:co)?centesis|"
    r"arthrocentesis|paracentesis)\b[^\n.;]{0,70}?"
    r"(?::|\b(?:show(?:s|ed)?|reveal(?:s|ed)?|demonstrate[sd]?|contain(?:s|ed)?|yield(?:s|ed)?|fluid with)\b)"
)
_FLUIDS = frozenset({"csf", "cerebrospinal", "pleural", "synovial", "ascitic", "peritoneal", "amniotic"})
"""Canonical words of a question about what is no blood, and is seldom examined beside it."""
_UNIT_BEFORE = re.compile(r"\(([A-Za-zµμ%/]{1,10}3?)\)[ \t:]{1,2}$")
_ROW = re.compile(r"(?:^|\n)[ \t]*([A-Za-z][^\n\d:;.<>]{1,40}?)[ \t:=]*$")
_NEWBORN = re.compile(r"(?:\s?\([^()\n]{0,20}\))?\s(?:male|female|newborn|infant|boy|girl|baby)\b")
_OLD = re.compile(r"old$|/o$|\.o\.$")
_AGE_BEFORE = re.compile(r"\b(?:[Aa]ged?|AGE|[Aa]ges)(?:\s(?:of|is|was|at))?:?\s?$")
_AGE_AFTER = re.compile(r"\sof age\b")
_TIME = re.compile(rf"{TIME}|(?:sec|min|hr|h|wk|mo|yr)s?")
_GESTATION = re.compile(r"['’]?\s(?:of\s)?(?:gestation|pregnan|EGA|GA\b)")
_TALL = re.compile(r"(?:\s?\([^()\n]{0,20}\))?\s?(?:tall|in height|in length)\b")
_ROOM_AIR = re.compile(r"\s(?:on|while breathing|in)\s(?:room|ambient|RA\b|\d|supplemental)")
_CONTINUES = re.compile(r"[\s(,/-]*(?:(?:and|or|to|then|from|increasing to|decreasing to|→|->)\s)?[\s(]*")
_OPENING = ("(", "[")
_CONCENTRATIONS = ("g/dl", "mol/l", "eq/l", "g/ml", "g/l", "u/l", "u/ml", "/ul", "/hpf", "g/ml/h", "osm/kg")
_LEAST_SYSTOLIC, _LEAST_DIASTOLIC, _MOST_DIASTOLIC = 70, 30, 160


class Named(NamedTuple):
    """What a number measures."""

    start: int
    kind: ValueKind
    what: str
    analyte: Analyte | None = None
    """Where the table has ranges for it."""
    finding: bool = False
    """Whether a finding is named beside it."""


def name(text: str, quantity: Quantity, previous: Measurement | None) -> Named | None:
    """Return what a number measures; None for a number that is no measurement."""
    start, end, unit = quantity.start, quantity.end, quantity.unit
    if (
        _OLD.search(unit)
        or _AGE_AFTER.match(text, end)
        or ("ge" in text[max(0, start - 12) : start].lower() and _AGE_BEFORE.search(text, max(0, start - 12), start))
    ):
        return Named(start, "age", "age")
    lasting = bool(unit) and _TIME.fullmatch(unit) is not None
    if not lasting or quantity.key in ("s", "min"):
        earliest = low = max(0, start - _WINDOW, previous.end if previous else 0)
        for broken in _BREAK.finditer(text, low, start):
            low = broken.end()
        named = _by_words(text, low, start, quantity)
        if named is None and unit and text[low - 1 : low] == "\n" and _is_joining(text[low:start]):
            before = text.rfind("\n", earliest, low - 1) + 1  # the name stands on the line above
            named = _by_words(text, max(earliest, before), start, quantity, listed=True)
        if named is not None:
            return named
    if lasting:
        return Named(start, "duration", "gestational age" if _GESTATION.match(text, end) else "")
    return _by_unit(text, quantity, previous)


def name_in_table(text: str, quantity: Quantity, previous: Measurement | None) -> tuple[Quantity, Named | None] | None:
    """Return a bare number with the unit that stands behind its name, "Potassium (mEq/L) 3.5 2.7", and what it is."""
    start = quantity.start
    if ")" in text[max(0, start - 3) : start] and (unit := _UNIT_BEFORE.search(text, max(0, start - 16), start)):
        measured = quantity._replace(unit=unit[1], key=unit_key(unit[1]))
        low = max(text.rfind("\n", 0, start) + 1, start - _WINDOW)
        return measured, _by_words(text, low, unit.start(), measured)
    if previous and previous.quantity.unit and text[previous.end - 1].isdigit() and previous.what in analytes():
        between = text[previous.end : start]
        if between.isspace() and "\n" not in between:
            measured = quantity._replace(unit=previous.quantity.unit, key=previous.quantity.key)
            return measured, Named(start, previous.kind, previous.what, analytes()[previous.what])
    return None


def examines_fluid(asked: Collection[str]) -> bool:
    """Tell whether canonical words of a question name a fluid that values without a specimen may be of.

    >>> examines_fluid({"pleural", "fluid", "finding"}), examines_fluid({"serum", "sodium"})
    (True, False)
    """
    return not _FLUIDS.isdisjoint(asked)


def _is_joining(words: str) -> bool:
    return all(word.group().lower() in _JOINING for word in WRITTEN.finditer(words))


def _by_words(text: str, low: int, start: int, quantity: Quantity, *, listed: bool = False) -> Named | None:
    """Return what the words in [low, start) name, if nothing but joining words stands between.

    Args:
        text: the text.
        low: where the words may begin.
        start: where the number begins.
        quantity: the number.
        listed: whether its unit must be one that the table has for it.
    """
    words = list(WRITTEN.finditer(text, low, start))
    known, ends = names()
    lowered = [word.group().lower() for word in words]
    for last in range(len(words) - 1, max(-1, len(words) - 2 - _BETWEEN), -1):
        firsts = range(max(0, last + 1 - LONGEST_NAME), last + 1) if lowered[last] in ends else ()
        for first in firsts:
            for name in known.get(tuple(lowered[first : last + 1]), ()):
                if name.written and text[words[first].start() : words[last].end()] not in name.written:
                    continue
                unit = name.analyte.unit(quantity)
                if (
                    unit is None
                    or (listed and unit not in name.analyte.units)
                    or (not quantity.unit and "," in text[words[-1].end() : start])
                ):
                    continue
                if text[words[first].start() - 1 : words[first].start()] in _OPENING:
                    first = _long_form(lowered, first, name.analyte)
                return _specimen(text, words, lowered, first, name.analyte, name.finding, start)
        if lowered[last] not in _JOINING:
            return None
    return None


def _long_form(lowered: list[str], first: int, analyte: Analyte) -> int:
    """Return where the name begins that stands before its abbreviation in brackets."""
    for longer in range(max(0, first - LONGEST_NAME), first):
        if any(name.analyte is analyte for name in names()[0].get(tuple(lowered[longer:first]), ())):
            return longer
    return first


def _specimen(
    text: str, words: list[re.Match[str]], lowered: list[str], first: int, analyte: Analyte, finding: bool, number: int
) -> Named:
    """Return the name that begins at word `first`, of serum unless another specimen is named before it."""
    start = number if finding else words[first].start()
    if analyte.kind == "laboratory":
        for at in range(first - 1, max(-1, first - 4), -1):
            if lowered[at] in _SPECIMENS:
                return Named(
                    number if finding else words[at].start(), analyte.kind, f"{_SPECIMENS[lowered[at]]} {analyte.what}"
                )
            if lowered[at] not in ("fluid", "spinal", "spot"):
                break
        if specimen := _under_heading(text, number):
            return Named(start, analyte.kind, f"{specimen} {analyte.what}")
    return Named(start, analyte.kind, analyte.what, analyte, finding)


def _under_heading(text: str, place: int) -> str:
    """Return the specimen whose results stand at a place of a text; "" for blood."""
    specimen = ""
    for heading in _headings(text):
        if heading.start() > place:
            break
        named = heading[1] or heading[2] or ""
        inline = heading[2] is not None and text[heading.end() : heading.end() + 1] != "\n"
        if not (inline and _BREAK.search(text, heading.end(), place)):
            specimen = _SPECIMENS.get(named.lower(), "")
    return specimen


@lru_cache(maxsize=8)
def _headings(text: str) -> list[re.Match[str]]:
    lowered = text.lower()
    if not any(stem in lowered for stem in _SPECIMEN_STEMS):
        return []  # nothing but blood, which needs no heading
    return list(_HEADING.finditer(text))


def _by_unit(text: str, quantity: Quantity, previous: Measurement | None) -> Named | None:
    """Return what a number measures by its unit, or by the number before it."""
    start, end, unit, key = quantity.start, quantity.end, quantity.unit, quantity.key
    what = ""
    gap = text[previous.end : start] if previous else ""
    goes_on = previous is not None and _CONTINUES.fullmatch(gap) is not None
    if key in ("c", "f") and analytes()["temperature"].unit(quantity._replace(unit="", key="")) == key:
        what = "temperature"  # of a body; others are colder or hotter
    elif quantity.paired and (key == "mmhg" or (not unit and _is_pressure(quantity.numbers))):
        what = "blood pressure"
    elif key == "kg/m2":
        what = "body mass index"
    elif key == "%" and _ROOM_AIR.match(text, end):
        what = "oxygen saturation"
    elif unit.startswith(("beat", "bpm")):
        what = "heart rate"
    elif unit.startswith("breath"):
        what = "respiratory rate"
    elif unit and _TALL.match(text, end):
        what = "body height"
    elif unit in ("g", "kg", "lb", "pound") and _NEWBORN.match(text, end):
        what = "body weight"
    elif key == "%" and (named := _by_words_after(text, start, end)):
        return named
    elif unit and previous and previous.what in analytes() and key in analytes()[previous.what].units:
        alike = "/" in key or previous.kind == "vital_sign"
        near = key == previous.quantity.key and alike and len(gap) <= _NEAR
        if goes_on or (near and not _BREAK.search(gap) and ";" not in gap):
            what = previous.what
    if what:
        again = goes_on and previous is not None and previous.what == what  # in another unit
        return Named(start, analytes()[what].kind, what, analytes()[what], again)
    if not unit or unit in ("C", "F", "titer"):
        return None
    if (key.endswith(_CONCENTRATIONS) or key == "%") and (row := _ROW.search(text, max(0, start - _WINDOW), start)):
        return Named(row.start(1), "laboratory", row[1].strip())
    return Named(start, "laboratory" if key.endswith(_CONCENTRATIONS) else "quantity", "")


def _by_words_after(text: str, start: int, end: int) -> Named | None:
    """Return what the words after a share name: "85% segmented neutrophils"."""
    words = [word.group().lower() for word in WRITTEN.finditer(text, end, end + _NEAR)][:3]
    for last in range(len(words), 0, -1):
        for name in names()[0].get(tuple(words[:last]), ()):
            if "%" in name.analyte.units and not name.written and text[end : end + 1] == " ":
                return Named(start, name.analyte.kind, name.analyte.what, name.analyte, finding=True)
    return None


def _is_pressure(numbers: tuple[float, ...]) -> bool:
    systolic, diastolic = numbers
    return systolic >= _LEAST_SYSTOLIC and _LEAST_DIASTOLIC <= diastolic <= min(systolic, _MOST_DIASTOLIC)
