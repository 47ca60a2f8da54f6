"""Words of a text with their offsets, and what stands between them.

Offsets count code points of the text that is cut, a plain one (`plain_text`). Between two words stands a
*gap*: nothing that matters, a comma (a name may cross it only in its own word order), a colon or bracket (no name
crosses it), or the end of a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from kgpaths.linking.words.normalisation import canonical
from kgpaths.linking.words.plain_text import plain

NONE, SOFT, COLON, SENTENCE = 0, 1, 2, 3

_PREFIXES = (
    "pre|post|anti|micro|macro|hyper|hypo|multi|semi|intra|inter|extra|peri|sub|supra|infra|trans|poly|co|re|de"
    "|pseudo|brady|tachy|auto|bi|tri|uni"
)
# A prefix before a hyphen belongs to its word ("pre-eclampsia" = "preeclampsia"); other hyphens separate.
_WORD = re.compile(
    rf"(?:(?i:{_PREFIXES})-(?=[^\W\d_]{{3}})|(?i:non)-(?=[^\W\d_]{{2}}))?"
    r"[^\W_][\w\u0300-\u036f]*(?:['’][sS](?![^\W_]))?"
)
_CLOSING = re.compile(r"[:;()\[\]{}|•]")
STOPS = frozenset({"of", "the", "in", "a", "an", "at", "on", "to", "for"})
POSSESSIVES = frozenset({"his", "her", "their", "its", "my", "your", "our"})
"""Stop words too, unless written with a capital: "pain in his eye", but "bundle of His", "HER 2", "Her disease"."""
NUMBERED = frozenset({"type", "stage", "grade", "class", "group", "factor", "nerve", "phase", "degree", "cn"})
ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6", "VII": "7", "VIII": "8", "IX": "9",
         "X": "10", "XI": "11", "XII": "12", "XIII": "13"}  # fmt: skip
LONGEST_SHORT = 10
"""Characters of the longest word that may be an abbreviation."""
_POINTED = frozenset(
    {"dr", "mr", "mrs", "ms", "vs", "st", "approx", "spp", "sp", "fig", "e.g", "i.e", "g", "e", "resp"}
)


class Tokens(NamedTuple):
    """The words of one text, as parallel lists."""

    text: str
    words: list[str]
    """Canonical forms."""
    starts: list[int]
    ends: list[int]
    gaps: list[int]
    """What stands before each word: NONE, SOFT, COLON or SENTENCE."""
    content: list[int]
    """Positions of the words that names are matched by; articles and weak prepositions are left out."""
    capital: list[int]
    """Positions of short words with a capital letter: what may be an abbreviation."""


def tokenize(text: str, masked: Sequence[tuple[int, int]] = ()) -> Tokens:
    """Cut a text into words; a word inside a masked span has the canonical form "".

    >>> found = tokenize("Pain in the calves; pre-eclampsia, type II diabetes.")
    >>> [found.words[i] for i in found.content], [found.gaps[i] for i in found.content]
    (['pain', 'calf', 'preeclampsia', 'type', '2', 'diabetes'], [3, 0, 2, 1, 0, 0])
    >>> [[found.words[i] for i in found.content] for found in map(tokenize, ("pain in her eye", "bundle of His"))]
    [['pain', 'eye'], ['bundle', 'his']]
    """
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    gaps: list[int] = []
    capital: list[int] = []
    known_gaps: dict[str, int] = {}
    for match in _WORD.finditer(text):
        start, end = match.span()
        gap = gap_between(text, starts[-1], ends[-1], start, known_gaps) if words else SENTENCE
        raw = match.group()
        word = canonical(raw)
        if raw in ROMAN and gap == NONE and words[-1] in NUMBERED:
            word = ROMAN[raw]
        if end - start <= LONGEST_SHORT and raw.lower() != raw:
            capital.append(len(words))
        words.append(word)
        starts.append(start)
        ends.append(end)
        gaps.append(gap)
    _mask(words, starts, ends, masked)
    capitals = set(capital)
    content = [
        i
        for i, word in enumerate(words)
        if (word not in STOPS or _is_letter(text, words, starts, gaps, i))
        and (word not in POSSESSIVES or i in capitals)
    ]
    return Tokens(text, words, starts, ends, gaps, content, capital)


@lru_cache(maxsize=1 << 14)
def content_words(text: str) -> tuple[str, ...]:
    """Return the canonical words of a string that names are matched by.

    >>> content_words("Pain in the calves")
    ('pain', 'calf')
    """
    found = tokenize(plain(text).text)
    return tuple(found.words[i] for i in found.content)


def gap_between(text: str, start: int, end: int, following: int, known: dict[str, int]) -> int:
    """Return the gap between the word [start, end) of a text and the next one, which begins at `following`.

    Args:
        known: gaps by separator, of those that depend on nothing else; it is filled here.
    """
    between = text[end:following]
    gap = known.get(between)
    if gap is None:
        gap, settled = _gap(between, text[start:end], text[following])
        if settled:
            known[between] = gap
    return gap


def is_pointed(word: str) -> bool:
    """Tell whether a word is written with a point after it: "Dr", "e.g"."""
    return word.lower() in _POINTED


def _mask(words: list[str], starts: list[int], ends: list[int], masked: Sequence[tuple[int, int]]) -> None:
    spans = iter(masked)
    span = next(spans, None)
    for i, start in enumerate(starts):
        while span is not None and span[1] <= start:
            span = next(spans, None)
        if span is None:
            return
        if ends[i] > span[0]:
            words[i] = ""


def _is_letter(text: str, words: list[str], starts: list[int], gaps: list[int], i: int) -> bool:
    """Tell the letter of "hepatitis A" from the article."""
    if words[i] != "a":
        return False
    last = i + 1 == len(words) or gaps[i + 1] != NONE
    return gaps[i] == NONE and (text[starts[i]] == "A" or last)


def _gap(between: str, previous: str, following: str) -> tuple[int, bool]:
    """Return the gap and whether it depends on the separator alone."""
    if "." in between or "?" in between or "!" in between:
        if not between.startswith("."):
            return SENTENCE, "." not in between
        if between == ".":
            inside = previous[-1:].isdigit() and following.isdigit()
            return (NONE if inside else SENTENCE if following.isupper() and len(previous) > 1 else SOFT), False
        initial = len(previous) == 1 and following.islower()
        return (NONE if initial or is_pointed(previous) else SENTENCE), False
    if "\n" in between:
        wrapped = between.strip() == "" and between.count("\n") == 1 and following.islower()
        return (NONE if wrapped else SENTENCE), False
    if _CLOSING.search(between):
        return COLON, True
    return (NONE if between.strip(" -'’\t\"“”®™") == "" else SOFT), True
