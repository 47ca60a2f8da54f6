"""Whose finding it is: persons other than the patient, and what they are said to have.

"Her husband has influenza" tells of the husband; "his wife noticed jaundice" tells of the patient, and so does "her
mother reports that her daughter has had seizures".
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple

from kgpaths.linking.assertion.cues import table, words_of
from kgpaths.linking.words.cue_words import Wording
from kgpaths.linking.words.phrase_tree import Phrases
from kgpaths.linking.words.tokenizer import NONE, SENTENCE, SOFT

_BETWEEN = 8
"""Words between a person and his verb: "a coworker of his from the night shift has"."""
_BEFORE = 4
"""Words before a person in which his attributes lie, or "brought by"."""
_OWNERS = frozenset({"his", "her", "their", "my", "whose", "patient's", "woman's", "man's", "mother's", "father's"})
_ELSE = frozenset({"other", "older", "younger", "elder", "eldest", "second", "another"})
"""Makes another child of "her son" than the one that she speaks for."""
_ATTRIBUTES = _OWNERS | _ELSE | {
    "the", "a", "an", "one", "both", "maternal", "paternal", "first", "late", "sexual",
}  # fmt: skip
_AUXILIARIES = frozenset({"has", "had", "have", "having", "is", "are", "was", "were", "been", "be", "being"})
_HAVING = (["has"], ["have"], ["had"])
_PREPOSITIONS = frozenset({"of", "at", "in", "from", "on"})
_BRINGING = frozenset({"brings", "bring", "brought"})
_YOUNG = frozenset({"boy", "girl", "child", "infant", "newborn", "baby", "toddler", "neonate"})
_LABELS = re.compile(r"\s*(?::|=|[-–—]\s)")
_LABELLED = re.compile(r"[(:=\[]|\s[-–—]\s")


class Told(NamedTuple):
    """Words that say whose finding it is, up to `after`, and where the finding stands."""

    after: int
    where: Literal["behind", "before", "next"]
    """`next`: the noun that follows at once, "her husband's influenza"."""


@cache
def _groups() -> dict[str, str]:
    """Return the group of every word for a person, also in the possessive."""
    return {
        form: group
        for group, words in table().rows["persons"].items()
        for word in words
        for form in (word, f"{word}'s")
    }


@cache
def _forms(group: str) -> frozenset[str]:
    return frozenset(word for word, own in _groups().items() if own == group)


@cache
def _telling() -> Phrases[bool]:
    found = Phrases[bool](words_of("adverbs"))
    for phrase in table().rows["telling"]:
        found.add(table().expand(phrase), True)
    return found


@cache
def _linking() -> frozenset[str]:
    return words_of("linking") | words_of("adverbs") | _AUXILIARIES


@cache
def _person_words() -> frozenset[str]:
    return frozenset(_groups()) | words_of("crowd")


def persons(wording: Wording) -> dict[int, Told]:
    """Return what is told of persons who are not the patient, by the word where that begins. O(words).

    >>> from kgpaths.linking.words.tokenizer import tokenize
    >>> from kgpaths.linking.words.cue_words import wording
    >>> read = wording(tokenize("Her husband has influenza. Her mother noticed jaundice. Gout in his father."))
    >>> [(at, where) for at, (_, where) in persons(read).items()]
    [(1, 'behind'), (10, 'before')]
    """
    groups, words = _groups(), wording.words
    named = _person_words().intersection(words)
    if not named:
        return {}
    places = [i for i, word in enumerate(words) if word in named and (word in groups or _is_other(words, i))]
    if not places:
        return {}
    patient = _patient(wording, places)
    told: dict[int, Told] = {}
    for i in places:
        previous = words[i - 1] if i else ""
        if (words[i] in patient and previous not in _ELSE) or previous == "your":
            continue
        start = i
        while start and wording.gaps[start] == NONE and i - start < _BEFORE and _is_attribute(words[start - 1]):
            start -= 1
        owned = words[i].startswith(("son", "daughter")) or any(map(_is_owner, words[start:i]))
        if groups.get(words[i]) == "children" and not owned and not _is_other(words, i):
            continue
        if one := _told(wording, start, i):
            told[start if one.where == "before" else i] = one
    return told


def _is_owner(word: str) -> bool:
    return word in _OWNERS or word.endswith("'s")


def _is_attribute(word: str) -> bool:
    return word in _ATTRIBUTES or word.endswith("'s")


def _is_other(words: list[str], i: int) -> bool:
    return i > 0 and words[i - 1] in words_of("other")


def _patient(wording: Wording, places: list[int]) -> frozenset[str]:
    """Return the words for persons who are the patient, since a counterpart speaks for him."""
    groups, counterparts, words = _groups(), table().rows["counterparts"], wording.words
    spoken_for: set[str] = set()
    tellers = set()
    for i in places:
        group = groups.get(words[i], "")
        if group == "children" and not _BRINGING.isdisjoint(words[max(0, i - 2 * _BEFORE) : i]):
            spoken_for.add(group)
        elif group in counterparts and words[i] not in _YOUNG and (_speaks(wording, i) or _escorts(words, i)):
            tellers.add(words[i])
            spoken_for.add(counterparts[group])
    old: set[str] = set()
    if "old" in words:
        at = words.index("old")  # the first in a text is the patient's age
        if _OWNERS.isdisjoint(words[max(0, at - _BEFORE) : at]):
            old.update(words[at + 1 : at + 3])
    if not _YOUNG.isdisjoint(old):
        spoken_for.add("children")
    return frozenset((old & groups.keys()).union(*map(_forms, spoken_for)) - tellers)


def _speaks(wording: Wording, i: int) -> bool:
    words, n = wording.words, len(wording.words)
    at = i + 1
    while at < n and words[at] in words_of("adverbs"):
        at += 1
    if at >= n or wording.gaps[at] == SENTENCE:
        return False
    return words[at] in words_of("tells") or (words[at] in _AUXILIARIES and _tells_after(wording, at + 1))


def _escorts(words: list[str], i: int) -> bool:
    """Tell whether a person is one whom the patient is "brought by"."""
    for at in range(i - 1, max(-1, i - 2 * _BEFORE), -1):
        if words[at] == "by":
            return not words_of("escorting").isdisjoint(words[max(0, at - 3 * _BEFORE) : at])
    return False


def _tells_after(wording: Wording, at: int) -> bool:
    """Tell whether words after "has" or "is" say that a person speaks or acts for the patient."""
    words, n = wording.words, len(wording.words)
    while at < n and words[at] in words_of("adverbs"):
        at += 1
    if at + 1 < n and words[at] == "found" and words[at + 1] in ("to", "with"):
        return False  # what he was found to have
    return at < n and _telling().match(words, at, n) is not None


def _told(wording: Wording, start: int, i: int) -> Told | None:
    """Return what is told of the person at word i, whose attributes begin at word `start`."""
    words, n = wording.words, len(wording.words)
    last = i + 1 == n or wording.gaps[i + 1] != NONE
    if words[i].endswith("'s"):
        taken = not words_of("borrowing").isdisjoint(words[max(0, start - 2) : start])
        return None if last or taken or words[i + 1] in words_of("belongings") else Told(i + 1, "next")
    if (
        words[i] in _groups()
        and start
        and wording.gaps[start] != SENTENCE
        and (
            (words[start - 1] == "in" and wording.gaps[start] == NONE and words[i + 1 : i + 2] not in _HAVING)
            or (last and _LABELLED.search(wording.before(start)))
        )
    ):
        return Told(i + 1, "before")
    if (after := _predicate(wording, start, i)) is not None:
        return Told(after, "behind")
    if i + 1 < n and wording.gaps[i + 1] != SENTENCE and _LABELS.match(wording.before(i + 1)):
        return Told(i + 1, "behind")
    if i + 1 < n and wording.before(i + 1).strip() == "(":
        return Told(i + 1, "behind")
    return None


def _predicate(wording: Wording, start: int, i: int) -> int | None:
    """Return the word after the verb that says what a person has; None where he tells or does something else."""
    words, gaps = wording.words, wording.gaps
    escorts = _escorts(words, i)
    subject = start == 0 or gaps[start] >= SOFT
    aside = relative = False
    at = i + 1
    while at < min(len(words), i + 1 + _BETWEEN) and gaps[at] != SENTENCE:
        word = words[at]
        if gaps[at] >= SOFT:
            if ";" in wording.before(at) or ":" in wording.before(at):
                return None
            aside = subject and (word not in _AUXILIARIES or aside)
        if word == "who":
            relative = True
        elif word in words_of("holding"):
            if word in ("is", "are") and words[i] not in _groups():
                return None
            if (escorts or (gaps[at] >= SOFT and not aside)) and not relative:
                return None
            if word in _AUXILIARIES and _tells_after(wording, at + 1):
                return None
            at += 1
            while at < len(words) and gaps[at] == NONE and words[at] in _linking():
                at += 1
            return at
        elif word == "with" and at == i + 1:
            follows = words[at + 1 : at + 2]
            return at + 1 if not escorts and follows and follows[0] not in _OWNERS | _groups().keys() else None
        elif word in words_of("tells"):
            return None
        elif word in ("and", "or"):
            other = next((k for k in range(at + 1, min(len(words), at + 4)) if words[k] in _groups()), None)
            if other is None:
                return None
            at = other
        elif word in _PREPOSITIONS:
            aside = True
        elif not aside and not relative and word not in words_of("adverbs"):
            return None
        at += 1
    return None
