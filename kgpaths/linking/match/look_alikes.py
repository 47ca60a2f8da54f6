"""What may never be taken for the same: look-alikes that differ in meaning.

String distance calls "increased" and "decreased prothrombin time" 92 % alike. So a near spelling is accepted only if
it is a slip of the pen in a word that no name of the graph has, and if both strings agree in polarity, side, number
and grade. The tables lie in `ontologies/linking/look_alikes.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from kgpaths.resources import resource

_ROMAN = re.compile(r"(?=[ivx])(?:x{0,2})(?:ix|iv|v?i{0,3})")
_SHORTEST = 8
"""Letters; shorter words have too many neighbours that mean something else."""
_SHORT = 6
"""Letters of a word that may have a slip of any kind, where the rest of its string was compared too."""
_STEM = 5
_FORMS = ("al", "ial", "eal", "ar", "ic", "ous", "us", "um", "a", "e", "i", "is", "ed", "ing")
"""Endings that make another form of a word."""


class _LookAlikes(NamedTuple):
    poles: dict[str, tuple[int, int]]
    """Word -> (axis, pole)."""
    prefixes: tuple[str, ...]
    endings: tuple[str, ...]
    stems: tuple[tuple[str, ...], ...]


@cache
def _look_alikes() -> _LookAlikes:
    import yaml

    table: dict[str, Any] = yaml.safe_load(resource("ontologies", "linking", "look_alikes.yaml").read_text("utf-8"))
    poles = {
        word: (axis, pole)
        for axis, named in enumerate(table["axes"])
        for pole, words in enumerate(named)
        for word in words.split()
    }
    return _LookAlikes(
        poles,
        tuple(table["prefixes"].split()),
        tuple(table["endings"].split()),
        tuple(tuple(stems) for stems in table["stems"]),
    )


def same_meaning(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether two strings, as canonical words, agree in polarity, side, number, grade and prefixes.

    >>> same_meaning(["increased", "prothrombin", "time"], ["decreased", "prothrombin", "time"])
    False
    >>> same_meaning(["acalculous", "cholecystitis"], ["calculous", "cholecystitis"])
    False
    >>> same_meaning(["cholecystitis", "acute"], ["acute", "cholecystitis"])
    True
    """
    if _signature(one) != _signature(other):
        return False
    left = _without(one, other)
    right = _without(other, one)
    return not any(_opposed(a, b) for a in left for b in right)


def turns(word: str) -> bool:
    """Tell whether a canonical word is a pole of an axis: "increased", "without", "venous".

    >>> turns("without"), turns("cough")
    (True, False)
    """
    return word in _look_alikes().poles


def is_slip(written: str, known: str, *, edits: int = 0) -> bool:
    """Tell whether a word that no name has is a slip of the pen for one that names have.

    One letter too many or too few, two exchanged, or i for y; never in the first three or last three letters, never in
    short words, never between words whose endings or prefixes mean something.

    Args:
        edits: so many edits of any kind are allowed, save in the first and the last two letters. For strings whose
            other words were compared too.

    >>> is_slip("hydrochlorthiazide", "hydrochlorothiazide"), is_slip("arteritis", "arthritis")
    (True, False)
    >>> is_slip("freidrich", "friedreich"), is_slip("freidrich", "friedreich", edits=2)
    (False, True)
    """
    if not (written.isalpha() and known.isalpha()):
        return False
    if edits:
        return _edited(written, known, edits)
    if min(len(written), len(known)) < _SHORTEST:
        return False
    if written[:3] != known[:3] or written[-3:] != known[-3:] or _ending(written) != _ending(known):
        return False
    return _one_slip(written, known) and not _opposed(written, known)


def is_variant(one: str, other: str) -> bool:
    """Tell whether two words are forms of one word by their Latin endings: "ethmoidal" and "ethmoid".

    >>> is_variant("ethmoidal", "ethmoid"), is_variant("bronchial", "bronchus"), is_variant("systolic", "systole")
    (True, True, True)
    >>> is_variant("cardiac", "carditis"), is_variant("thymine", "thymidine")
    (False, False)
    """
    return one != other and not _stems(one).isdisjoint(_stems(other))


def variants(word: str) -> Iterator[str]:
    """Yield what may be a variant of a word, each once; few are words.

    >>> {"bronchus", "bronchial"} <= set(variants("bronchi"))
    True
    """
    forms = {stem + end for stem in _stems(word) for end in ("", *_FORMS)}
    yield from sorted(forms - {word})


def _stems(word: str) -> set[str]:
    """Return what a word may be formed from by a Latin ending, itself included, if that is long enough."""
    stems = {word, *(word.removesuffix(end) for end in _FORMS if word.endswith(end))}
    return {stem for stem in stems if len(stem) >= _STEM}


def _edited(written: str, known: str, edits: int) -> bool:
    """Tell whether so few letters differ, not the first, not the last two, and none of a meaningful part."""
    from rapidfuzz.distance import DamerauLevenshtein

    if min(len(written), len(known)) < _SHORT or _ending(written) != _ending(known):
        return False
    if written[0] != known[0] or written[-2:] != known[-2:] or _opposed(written, known):
        return False
    if any(_stem_of(written, stems) != _stem_of(known, stems) for stems in _look_alikes().stems):
        return False
    return DamerauLevenshtein.distance(written, known, score_cutoff=edits) <= edits


def _stem_of(word: str, stems: Sequence[str]) -> str:
    return next((stem for stem in stems if stem in word), "")


def _one_slip(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if len(one) == len(other):
        if {one[at], other[at]} == {"i", "y"} and one[at + 1 :] == other[at + 1 :]:
            return True
        swapped = one[at : at + 2] == other[at : at + 2][::-1]
        return swapped and one[at + 2 :] == other[at + 2 :]
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return longer[at + 1 :] == shorter[at:]


def _ending(word: str) -> str:
    return max((ending for ending in _look_alikes().endings if word.endswith(ending)), key=len, default="")


def _signature(words: Sequence[str]) -> tuple[list[tuple[int, int]], list[str]]:
    known = _look_alikes().poles
    poles = sorted({known[word] for word in words if word in known})
    numbers = sorted(
        word for word in words if any(c.isdigit() for c in word) or _ROMAN.fullmatch(word) or len(word) == 1
    )
    return poles, numbers


def _without(words: Sequence[str], others: Sequence[str]) -> list[str]:
    rest = list(words)
    for word in others:
        if word in rest:
            rest.remove(word)
    return rest


def _opposed(one: str, other: str) -> bool:
    """Tell whether two words share a stem under different prefixes, or one has a prefix that the other lacks."""
    if one == other:
        return False
    prefixes = ("", *_look_alikes().prefixes)
    stems = [(one.removeprefix(prefix), prefix) for prefix in prefixes if one.startswith(prefix)]
    others = [(other.removeprefix(prefix), prefix) for prefix in prefixes if other.startswith(prefix)]
    return any(len(a) >= 4 and p != q and _like(a, b) for a, p in stems for b, q in others)


def _like(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) >= 6 and _one_slip(one, other))
