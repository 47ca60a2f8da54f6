"""Read the qualifiers of a Biolink statement: they give another predicate, the same one, or nothing we can express.

Model: https://biolink.github.io/biolink-model/ (qualifiers and their value sets).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from kgpaths.graph.frequency import frequency, share
from kgpaths.graph.readers.values import as_list, as_text
from kgpaths.vocabulary.relations import relations

_DIRECTION = {"increased": 0, "upregulated": 0, "decreased": 1, "downregulated": 1}
_LEVEL = ("increases_abundance_of", "decreases_abundance_of")
_ASPECT = {  # of what is affected: our predicate for more and for less of it
    "activity": ("increases_activity_of", "decreases_activity_of"),
    "abundance": _LEVEL,
    "expression": _LEVEL,
    "synthesis": _LEVEL,
    "stability": _LEVEL,
    "degradation": _LEVEL[::-1],
    "activity_or_abundance": ("positively_regulates", "negatively_regulates"),
    "": ("positively_regulates", "negatively_regulates"),
}
_VERBS = frozenset({"causes", "affects", "regulates", "contributes_to"})
"""Predicates of Biolink, also as `qualified_predicate`, of which aspect and direction tell the effect."""
_FREE = frozenset(
    {
        "qualified_predicate",
        "causal_mechanism_qualifier",
        "severity_qualifier",
        "onset_qualifier",
        "sex_qualifier",
        "stage_qualifier",
        "temporal_context_qualifier",
        "anatomical_context_qualifier",
    }
)
"""Qualifiers that narrow down where or how a statement is true; "can show" and "affects" are true without them."""
_OTHER = ("qualified_predicate", "qualifier", "qualifiers")
_NOT = frozenset({"not", "excluded"})
_ROUNDING = 0.0101
"""Largest difference between a share and the same one in whole per cent."""
_HUMAN = frozenset({"ncbitaxon:9606", "homo sapiens", "human", "humans"})


class Qualified(NamedTuple):
    """What a statement says with its qualifiers."""

    predicate: str
    """Ours; empty where none says it."""
    without: tuple[str, ...] = ()
    """Qualifiers for which an edge has no place, and without which the statement is true."""
    why: str = ""
    """Where there is no predicate: what we cannot say."""


def qualifiers(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the qualifiers of a record that have a value, but for its frequency and for a mere NOT.

    >>> list(qualifiers({"object_aspect_qualifier": "activity", "sex_qualifier": "", "qualifier": "NOT", "id": "1"}))
    [('object_aspect_qualifier', 'activity')]
    """
    for key, value in record.items():
        if key in _OTHER or (key.endswith("_qualifier") and key != "frequency_qualifier"):
            text = "|".join(str(item) for item in as_list(value)).strip()
            if not _is_empty(text) and not (key in _OTHER and text.lower() in _NOT):
                yield key, text


def is_denied(record: Mapping[str, Any]) -> bool:
    """Say whether a record denies its statement, by one of the fields in which that is written.

    Raises:
        ValueError: such a field is neither true nor false.

    >>> is_denied({"negated": "True"}), is_denied({"qualifier": "NOT"}), is_denied({"negated": ""})
    (True, True, False)
    """
    words = {str(item).strip().lower() for key in _OTHER for item in as_list(record.get(key))}
    return is_true(record, "negated") or is_true(record, "excluded") or bool(words & _NOT)


def qualified(predicate: str, given: Mapping[str, str], *, swapped: bool = False) -> Qualified:
    """Return what a statement says with its qualifiers.

    Args:
        predicate: ours, for the statement without qualifiers.
        given: qualifiers by name.
        swapped: the subject of the record is the object of `predicate`.

    >>> qualified("regulates", {"object_aspect_qualifier": "activity", "object_direction_qualifier": "decreased"})
    Qualified(predicate='decreases_activity_of', without=(), why='')
    >>> qualified("has_phenotype", {"onset_qualifier": "HP:0003577"}).without
    ('onset_qualifier',)
    >>> qualified("regulates", {"species_context_qualifier": "NCBITaxon:10090"})
    Qualified(predicate='', without=(), why='species_context_qualifier')
    """
    rest = {name: text for name, text in given.items() if not _is_human(name, text)}
    affected = "subject" if swapped else "object"
    aspect, direction = (rest.pop(f"{affected}_{what}_qualifier", "") for what in ("aspect", "direction"))
    noted: tuple[str, ...] = ()
    if direction:
        verb = rest.pop("qualified_predicate", "causes").removeprefix("biolink:")
        more_or_less = _ASPECT.get(_plain(aspect)) if {verb, predicate} <= _VERBS else None
        if more_or_less is None or _plain(direction) not in _DIRECTION or (not aspect and predicate != "regulates"):
            return Qualified("", why=f"{predicate}, {aspect} {direction}")
        predicate = more_or_less[_DIRECTION[_plain(direction)]]
    elif aspect and (predicate != "regulates" or _plain(aspect) not in _ASPECT):
        return Qualified("", why=f"{predicate}, {aspect}")
    elif aspect:
        noted = (f"{affected}_aspect_qualifier",)  # to regulate the activity of a thing is to regulate it
    absolute = relations()[predicate].polarity == "contradicts"
    conditions = sorted(name for name in rest if absolute or name not in _FREE)
    return Qualified("", why=", ".join(conditions)) if conditions else Qualified(predicate, (*noted, *sorted(rest)))


def is_true(record: Mapping[str, Any], key: str) -> bool:
    """Say whether a field of a record is true; a field that is not there, or empty, is not.

    Raises:
        ValueError: it is neither true nor false.

    >>> is_true({"negated": "True"}, "negated"), is_true({"negated": 0.0}, "negated"), is_true({}, "negated")
    (True, False, False)
    """
    value = record.get(key)
    text = str(value).strip().lower()
    if text in ("true", "1", "1.0", "t", "yes", "y"):
        return True
    if _is_empty(text) or text in ("false", "0", "0.0", "f", "no", "n"):
        return False
    raise ValueError(f"{key} is neither true nor false but {value!r}")


def observed_share(record: Mapping[str, Any]) -> float | None:
    """Return the share of patients, 0..1, that a statement was seen in; None where the record does not say.

    The counts come first, then quotient and percentage, then `frequency_qualifier`, a term of HPO or a text.

    Raises:
        ValueError: a field is no number, the share is impossible, or two fields contradict each other.

    >>> observed_share({"has_count": "1", "has_total": "10", "has_percentage": 10.0})
    0.1
    >>> observed_share({"frequency_qualifier": "HP:0040285"}), observed_share({"has_total": ""})
    (0.0, None)
    """
    count, total, quotient, percentage = (
        _number(record, key) for key in ("has_count", "has_total", "has_quotient", "has_percentage")
    )
    if count == 0 and total is None:
        raise ValueError("has_count is 0, and has_total does not say of how many")
    found = [] if count is None or total is None else [share(count, total)]
    found += [] if quotient is None else [share(quotient, 1)]
    found += [] if percentage is None else [share(percentage, 100)]
    if found and max(found) - min(found) > _ROUNDING:
        raise ValueError("has_count and has_total, has_quotient, has_percentage are not the same share")
    return found[0] if found else frequency(as_text(record.get("frequency_qualifier")) or "")


def _number(record: Mapping[str, Any], key: str) -> float | None:
    text = (as_text(record.get(key)) or "").strip()
    if _is_empty(text):
        return None
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{key} is no number: {text!r}") from None


def _is_empty(text: str) -> bool:
    return text.lower() in ("", "nan", "none", "null")


def _is_human(name: str, text: str) -> bool:
    return name == "species_context_qualifier" and text.lower() in _HUMAN


def _plain(text: str) -> str:
    return "_".join(text.removeprefix("biolink:").lower().split())
