"""What the numbers of a text measure, and whether they are high or low.

A number is named by the words before it ("serum sodium level is 128 mEq/L"), by its unit ("39.2°C") or by the number
it follows ("120/80 mm Hg lying and 100/60 mm Hg standing"). A range that the text gives beside it judges it; else the
ranges of `ontologies/linking/reference_ranges.yaml`, which are adults' where that matters: they are not used in a text
about a child. Clear departures are findings: "platelets 50,000/mm3" is thrombocytopenia.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from kgpaths.linking.analytes import LONGEST_NAME, OPEN, Analyte, Range, analytes, names
from kgpaths.linking.quantities import TIME, Quantity, quantities, unit_key
from kgpaths.records import Direction, Value, ValueKind

_WINDOW = 80
"""Characters before a number that may name it."""
_BETWEEN = 7
"""Words between a name and its number."""
_NEAR = 45
"""Characters from one number to another that is measured with it."""
_WORD = re.compile(r"[^\W_][\w'’]*")
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
    "stool": "stool", "fecal": "stool", "vaginal": "vaginal fluid",
}  # fmt: skip
_HEADING = re.compile(
    r"(?im)^[ \t]*(?:(urine|urinalysis|csf|cerebrospinal|pleural|synovial|ascitic|peritoneal|stool|sweat)\b"
    r"[^\n\d]{0,24}$|(?:serum|blood|plasma|hematology|arterial)\b[^\n\d]{0,24}$)"
    r"|\b(urine|urinalysis|csf|cerebrospinal|pleural|synovial|ascitic|peritoneal|lumbar puncture)\b[^\n.;]{0,70}?"
    r"(?::|\bshows?\b|\breveals?\b|\bdemonstrates?\b|\bcontains?\b)"
)
_GIVEN = re.compile(
    r"[^()\[\]\n\d]{0,12}[(\[]?\s?(?:N|nl|[Nn]ormal|NORMAL|[Rr]ef(?:erence)?)\b[^()\[\]\d<>≤≥;\n]{0,30}"
    r"(?:(?P<low>\d[\d,]*(?:\.\d+)?)\s?%?\s?(?:[-–−]|to)\s?(?P<high>\d[\d,]*(?:\.\d+)?)"
    r"|(?:<|≤|<=|less than|up to)\s?=?(?P<most>\d[\d,]*(?:\.\d+)?)"
    r"|(?:>|≥|>=|greater than|more than)\s?=?(?P<least>\d[\d,]*(?:\.\d+)?))"
    r"(?:\s?(?!\s*\n)[^\s\d)\];,]+(?:\s(?:Hg|H2O))?)?"
)
_UNIT_BEFORE = re.compile(r"\(([A-Za-zµμ%/]{1,10}3?)\)[ \t:]{1,2}$")
_BRACKETED = re.compile(
    r"\s{0,2}[(\[]\s?(?:(?P<low>\d[\d,]*(?:\.\d+)?)\s?[-–−]\s?(?P<high>\d[\d,]*(?:\.\d+)?)|[<≤]\s?(?P<most>\d[\d,]*(?:\.\d+)?)"
    r"|[>≥]\s?(?P<least>\d[\d,]*(?:\.\d+)?))\s?(?P<unit>[^\s\d)\];,][^)\];,]{0,12})?[)\]]"
)
_ROW = re.compile(r"(?:^|\n)[ \t]*([A-Za-z][^\n\d:;.<>]{1,40}?)[ \t:=]*$")
_NEWBORN = re.compile(r"(?:\s?\([^()\n]{0,20}\))?\s(?:male|female|newborn|infant|boy|girl|baby)\b")
_CHILD = re.compile(
    r"\b(?:\d+[- ](?:day|week|month)s?[- ]old|(?:[1-9]|1[0-5])[- ]years?[- ]old|newborn|neonate|infant)\b"
)
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
_HIGH_DIASTOLIC = 90


class Measurement(NamedTuple):
    """A number of a text with what it means."""

    start: int
    """First character, of the name where there is one."""
    quantity: Quantity
    kind: ValueKind
    what: str
    reference: Range
    """The range that the text gives beside it."""
    direction: Direction
    judged_by: Literal["", "text", "adult_range"]
    findings: tuple[str, ...]
    """Names of the finding that it amounts to, the closest first; empty unless it is clearly abnormal."""

    @property
    def end(self) -> int:
        """One past the last character."""
        return self.quantity.end

    def record(self, text: str, section: str, node_id: str = "") -> Value:
        """Return it as a record.

        Args:
            text: the text that it stands in.
            section: name of that text.
            node_id: the finding that it amounts to, in some graph.
        """
        return Value(
            section=section,
            start=self.start,
            end=self.end,
            text=text[self.start : self.end],
            kind=self.kind,
            what=self.what,
            numbers=self.quantity.numbers,
            unit=self.quantity.unit,
            comparison=self.quantity.comparison,
            reference_low=self.reference[0],
            reference_high=self.reference[1],
            direction=self.direction,
            judged_by=self.judged_by,
            node_id=node_id,
        )


class _Named(NamedTuple):
    """What a number measures."""

    start: int
    kind: ValueKind
    what: str
    analyte: Analyte | None = None
    """Where the table has ranges for it."""
    finding: bool = False
    """Whether a finding is named beside it."""


def measurements(text: str) -> list[Measurement]:
    """Return what the numbers of a text measure, in order of position. O(characters).

    Ages, durations, vital signs and laboratory values, and other numbers that have a unit of measure. Bare numbers
    count only behind the name of something that is written so ("pH 7.3", "BP 120/80").

    >>> text = "A 54-year-old man: temperature 39.2°C, BP 90/60 mm Hg, Na+ 128 mEq/L, ferritin 9 ng/mL (N = 15-200)."
    >>> for m in measurements(text):
    ...     print(m.kind, m.what, m.quantity.numbers, m.direction or "-", m.judged_by or "-")
    age age (54.0,) - -
    vital_sign temperature (39.2,) high adult_range
    vital_sign blood pressure (90.0, 60.0) normal adult_range
    laboratory sodium (128.0,) low adult_range
    laboratory ferritin (9.0,) low text
    """
    found: list[Measurement] = []
    child: bool | None = None
    after = 0
    """End of the last reference range; its numbers are no values."""
    for quantity in quantities(text):
        if quantity.start < after:
            continue
        previous = found[-1] if found else None
        if not quantity.unit and (tabled := _in_table(text, quantity, previous)):
            quantity, named = tabled
        else:
            named = _name(text, quantity, previous)
        if named is None:
            continue
        start, kind, what, analyte, finding = named
        reference, usual, limits = OPEN, OPEN, OPEN
        if quantity.unit and kind not in ("age", "duration") and (given := _given(text, quantity)):
            after = given.end()
            kind = "laboratory" if kind == "quantity" else kind
            reference = usual = limits = _range(given)
        elif analyte is not None:
            if child is None:
                child = _CHILD.search(text) is not None
            unit = analyte.unit(quantity)
            if unit is not None and not (child and analyte.adults):
                usual, limits = analyte.units.get(unit, OPEN), analyte.limits.get(unit, OPEN)
        direction = _direction(quantity, usual)
        findings: tuple[str, ...] = ()
        if analyte is not None and not finding:
            outside = _direction(quantity, limits)
            findings = analyte.is_low if outside == "low" else analyte.is_high if outside == "high" else ()
        judged_by: Literal["", "text", "adult_range"] = ""
        if direction:
            judged_by = "text" if reference != OPEN else "adult_range"
        found.append(Measurement(start, quantity, kind, what, reference, direction, judged_by, findings))
    return found


def _name(text: str, quantity: Quantity, previous: Measurement | None) -> _Named | None:
    """Return what a number measures; None for a number that is no measurement."""
    start, end, unit = quantity.start, quantity.end, quantity.unit
    if (
        _OLD.search(unit)
        or _AGE_AFTER.match(text, end)
        or ("ge" in text[max(0, start - 12) : start].lower() and _AGE_BEFORE.search(text, max(0, start - 12), start))
    ):
        return _Named(start, "age", "age")
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
        return _Named(start, "duration", "gestational age" if _GESTATION.match(text, end) else "")
    return _by_unit(text, quantity, previous)


def _in_table(text: str, quantity: Quantity, previous: Measurement | None) -> tuple[Quantity, _Named | None] | None:
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
            return measured, _Named(start, previous.kind, previous.what, analytes()[previous.what])
    return None


def _given(text: str, quantity: Quantity) -> re.Match[str] | None:
    """Return the reference range beside a number: "(normal 12-16)", "(12-16 g/dL)"."""
    if given := _GIVEN.match(text, quantity.end):
        return given
    given = _BRACKETED.match(text, quantity.end)
    return given if given and (not given["unit"] or unit_key(given["unit"].strip()) == quantity.key) else None


def _is_joining(words: str) -> bool:
    return all(word.group().lower() in _JOINING for word in _WORD.finditer(words))


def _by_words(text: str, low: int, start: int, quantity: Quantity, *, listed: bool = False) -> _Named | None:
    """Return what the words in [low, start) name, if nothing but joining words stands between.

    Args:
        text: the text.
        low: where the words may begin.
        start: where the number begins.
        quantity: the number.
        listed: whether its unit must be one that the table has for it.
    """
    words = list(_WORD.finditer(text, low, start))
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
) -> _Named:
    """Return the name that begins at word `first`, of serum unless another specimen is named before it."""
    start = number if finding else words[first].start()
    if analyte.kind == "laboratory":
        for at in range(first - 1, max(-1, first - 4), -1):
            if lowered[at] in _SPECIMENS:
                return _Named(
                    number if finding else words[at].start(), analyte.kind, f"{_SPECIMENS[lowered[at]]} {analyte.what}"
                )
            if lowered[at] not in ("fluid", "spinal", "spot"):
                break
        if specimen := _under_heading(text, number):
            return _Named(start, analyte.kind, f"{specimen} {analyte.what}")
    return _Named(start, analyte.kind, analyte.what, analyte, finding)


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
    return list(_HEADING.finditer(text))


def _by_unit(text: str, quantity: Quantity, previous: Measurement | None) -> _Named | None:
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
        return _Named(start, analytes()[what].kind, what, analytes()[what], again)
    if not unit or unit in ("C", "F", "titer"):
        return None
    if (key.endswith(_CONCENTRATIONS) or key == "%") and (row := _ROW.search(text, max(0, start - _WINDOW), start)):
        return _Named(row.start(1), "laboratory", row[1].strip())
    return _Named(start, "laboratory" if key.endswith(_CONCENTRATIONS) else "quantity", "")


def _by_words_after(text: str, start: int, end: int) -> _Named | None:
    """Return what the words after a share name: "85% segmented neutrophils"."""
    words = [word.group().lower() for word in _WORD.finditer(text, end, end + _NEAR)][:3]
    for last in range(len(words), 0, -1):
        for name in names()[0].get(tuple(words[:last]), ()):
            if "%" in name.analyte.units and not name.written and text[end : end + 1] == " ":
                return _Named(start, name.analyte.kind, name.analyte.what, name.analyte, finding=True)
    return None


def _is_pressure(numbers: tuple[float, ...]) -> bool:
    systolic, diastolic = numbers
    return systolic >= _LEAST_SYSTOLIC and _LEAST_DIASTOLIC <= diastolic <= min(systolic, _MOST_DIASTOLIC)


def _range(given: re.Match[str]) -> Range:
    return tuple(
        None if digits is None else float(digits.replace(",", ""))
        for digits in (given["low"] or given["least"], given["high"] or given["most"])
    )  # type: ignore[return-value]


def _direction(quantity: Quantity, limits: Range) -> Direction:
    """Return where the numbers lie; "" where that is open."""
    low, high = limits
    first, last = quantity.numbers[0], quantity.numbers[-1]
    if limits == OPEN:
        return ""
    if quantity.paired and quantity.key in ("mmhg", ""):  # systolic over diastolic pressure
        if low is not None and first < low:
            return "low"
        return "high" if (high is not None and first > high) or last >= _HIGH_DIASTOLIC else "normal"
    below, above = quantity.comparison.startswith("<"), quantity.comparison.startswith(">")
    if low is not None and not above and (last < low or (below and last <= low)):
        return "low"
    if high is not None and not below and (first > high or (above and first >= high)):
        return "high"
    within = (low is None or (first >= low and not below)) and (high is None or (last <= high and not above))
    return "normal" if within else ""
