"""What is measured in patients: names, units, ranges, from `ontologies/linking/reference_ranges.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from kgpaths.language.words import WRITTEN
from kgpaths.linking.values.quantities import Quantity
from kgpaths.records import ValueKind
from kgpaths.resources import resource

Range = tuple[float | None, float | None]
"""Lowest and highest value that is within it; None where it is open."""
OPEN: Range = (None, None)
LONGEST_NAME = 7
"""Words of the longest name."""
_SHORT = 3
"""Letters up to which a name counts only as it is written: "T", "Na", "PT"."""
_DOSED = ("/day", "/d", "/kg", "/week", "/hour", "/h", "/hr")
"""Ends of units that are no concentrations."""
_CELSIUS_UP_TO = 50
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


class Analyte(NamedTuple):
    """A row of the table."""

    what: str
    kind: ValueKind
    units: Mapping[str, Range]
    """Folded unit -> range of healthy adults."""
    limits: Mapping[str, Range]
    """Folded unit -> what lies outside is a finding."""
    bare: Range
    """Numbers that are believed without a unit; open if none is."""
    is_low: tuple[str, ...]
    is_high: tuple[str, ...]
    adults: bool
    """Whether the ranges are wrong for children."""

    def unit(self, quantity: Quantity) -> str | None:
        """Return the folded unit of a quantity if it may be one of this; that of a bare number is supplied."""
        if not quantity.unit:
            low, high = self.bare
            if low is None or high is None or not all(low <= number <= high for number in quantity.numbers):
                return None
            if "c" in self.units:
                return "c" if quantity.numbers[0] < _CELSIUS_UP_TO else "f"
            return next(iter(self.units))
        key = quantity.key
        if key in ("c", "f", "°") and "c" in self.units:
            return "c" if quantity.numbers[0] < _CELSIUS_UP_TO else "f"
        if key in self.units:
            return key
        dense = ("/" in key and not key.endswith(_DOSED)) or key in ("titer", "%")
        return key if dense and self.kind == "laboratory" else None


class Name(NamedTuple):
    """A name of what is measured."""

    analyte: Analyte
    written: tuple[str, ...]
    """How a short name must be written; empty for others."""
    finding: bool
    """Whether it names a finding, which is linked by itself: "fever of 39°C"."""


@cache
def names() -> tuple[Mapping[tuple[str, ...], tuple[Name, ...]], frozenset[str]]:
    """Return the names by their words in lower case, and the words that names end with.

    >>> [name.analyte.what for name in names()[0]["blood", "urea", "nitrogen"]]
    ['urea nitrogen']
    """
    import yaml

    table: dict[ValueKind, list[dict[str, Any]]] = yaml.safe_load(
        resource("ontologies", "linking", "reference_ranges.yaml").read_text(encoding="utf-8")
    )
    found: dict[tuple[str, ...], tuple[Name, ...]] = {}
    for kind, rows in table.items():
        for row in rows:
            is_low, is_high = tuple(row.get("is_low", ())), tuple(row.get("is_high", ()))
            analyte = Analyte(
                row["what"], kind, _ranges(row["units"]), _ranges(row.get("limits", {})), tuple(row.get("bare", OPEN)),
                is_low, is_high, row.get("adults", False),
            )  # fmt: skip
            for said, finding in ((row["says"], False), ((*is_low, *is_high), True)):
                for name in map(str, said):
                    key = words_of(name)
                    short = sum(c.isalpha() for c in name) <= _SHORT
                    found[key] = (*found.get(key, ()), Name(analyte, (name,) if short else (), finding))
    return found, frozenset(key[-1] for key in found)


@cache
def analytes() -> Mapping[str, Analyte]:
    """Return the rows of the table by what they measure."""
    return {name.analyte.what: name.analyte for same in names()[0].values() for name in same}


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case; hyphens and signs separate.

    >>> words_of("C-reactive protein"), words_of("HCO₃⁻")
    (('c', 'reactive', 'protein'), ('hco3',))
    """
    return tuple(match.group().lower() for match in WRITTEN.finditer(name.translate(_SUBSCRIPTS)))


def _ranges(rows: Mapping[str, Sequence[float | None]]) -> dict[str, Range]:
    return {unit: (low, high) for unit, (low, high) in rows.items()}
