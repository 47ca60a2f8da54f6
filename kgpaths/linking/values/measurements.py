"""What the numbers of a text measure, and whether they are high or low.

A number is named by the words before it ("serum sodium level is 128 mEq/L"), by its unit ("39.2°C") or by the number
it follows ("120/80 mm Hg lying and 100/60 mm Hg standing"). A range that the text gives beside it judges it; else the
ranges of `ontologies/linking/reference_ranges.yaml`, which are adults' where that matters: they are not used in a text
about a child. Clear departures are findings: "platelets 50,000/mm3" is thrombocytopenia.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from kgpaths.linking.values.quantities import Quantity, quantities, unit_key
from kgpaths.linking.values.reference_ranges import OPEN, Range
from kgpaths.linking.values.what_is_measured import name, name_in_table
from kgpaths.records import Direction, Value, ValueKind

_GIVEN = re.compile(
    r"[^()\[\]\n\d]{0,12}[(\[]?\s?(?:N|nl|[Nn]ormal|NORMAL|[Rr]ef(?:erence)?)\b[^()\[\]\d<>≤≥;\n]{0,30}"
    r"(?:(?P<low>\d[\d,]*(?:\.\d+)?)\s?%?\s?(?:[-–−]|to)\s?(?P<high>\d[\d,]*(?:\.\d+)?)"
    r"|(?:<|≤|<=|less than|up to)\s?=?(?P<most>\d[\d,]*(?:\.\d+)?)"
    r"|(?:>|≥|>=|greater than|more than)\s?=?(?P<least>\d[\d,]*(?:\.\d+)?))"
    r"(?:\s?(?!\s*\n)[^\s\d)\];,]+(?:\s(?:Hg|H2O))?)?"
)
_BRACKETED = re.compile(
    r"\s{0,2}[(\[]\s?(?:(?P<low>\d[\d,]*(?:\.\d+)?)\s?[-–−]\s?(?P<high>\d[\d,]*(?:\.\d+)?)|[<≤]\s?(?P<most>\d[\d,]*(?:\.\d+)?)"
    r"|[>≥]\s?(?P<least>\d[\d,]*(?:\.\d+)?))\s?(?P<unit>[^\s\d)\];,][^)\];,]{0,12})?[)\]]"
)
_CHILD = re.compile(
    r"\b(?:\d+[- ](?:day|week|month)s?[- ]old|(?:[1-9]|1[0-5])[- ]years?[- ]old|newborn|neonate|infant)\b"
)
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
        if not quantity.unit and (tabled := name_in_table(text, quantity, previous)):
            quantity, named = tabled
        else:
            named = name(text, quantity, previous)
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


def _given(text: str, quantity: Quantity) -> re.Match[str] | None:
    """Return the reference range beside a number: "(normal 12-16)", "(12-16 g/dL)"."""
    if given := _GIVEN.match(text, quantity.end):
        return given
    given = _BRACKETED.match(text, quantity.end)
    return given if given and (not given["unit"] or unit_key(given["unit"].strip()) == quantity.key) else None


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
