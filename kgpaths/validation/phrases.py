"""The names and relation phrases of a sentence.

Names are replaced by tokens, so that a sentence becomes a row of nodes and relation phrases: "Fever and cough can be
symptoms of pneumonia" is <1> and <2> can be symptoms of <3>.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from kgpaths.language.english import agree, agree_object, folded, plain
from kgpaths.vocabulary.relations import relations


class Token(NamedTuple):
    """A name in a text, and what it can stand for."""

    name: str
    nodes: frozenset[str]
    at: int
    """Its first character in the masked text."""


def mask(text: str, names: Mapping[str, frozenset[str]], own: Collection[str] = ()) -> tuple[str, list[Token]]:
    """Replace names by a token; return the masked text and the tokens in order.

    Names of the nodes in `own` are looked for first, the longest at each place; then relation phrases, which stay;
    then all names in what is left. So "can help to diagnose" is a phrase even where "diagnose" is a concept, and
    "nausea and vomiting" is two findings in a step about two, and one in a step about one.

    >>> names = {"fever": frozenset("a"), "flu": frozenset("b")}
    >>> masked, (fever, flu) = mask("Fever can be a symptom of the flu.", names)
    >>> masked, fever.at, flu.at
    ('▪ can be a symptom of the ▪', 0, 26)
    """
    words = plain(text).split()
    wanted = set(own)
    taken: dict[int, int] = {}
    _scan(words, {name for name, nodes in names.items() if nodes & wanted}, taken)
    stated = dict(taken)
    _scan(words, set(phrases()), stated)
    everything = dict(stated)
    _scan(words, names.keys(), everything)
    taken |= {start: length for start, length in everything.items() if start not in stated}
    masked: list[str] = []
    tokens: list[Token] = []
    at = place = 0
    while place < len(words):
        length = taken.get(place, 0)
        name = " ".join(words[place : place + max(length, 1)])
        if length:
            nodes = names[name] & wanted or names[name]
            tokens.append(Token(name, nodes, at))
        masked.append("▪" if length else name)
        at += len(masked[-1]) + 1
        place += max(length, 1)
    return " ".join(masked), tokens


def _scan(words: Sequence[str], names: Collection[str], taken: dict[int, int]) -> None:
    """Find names among words that are not taken yet, the longest at each place; `taken` maps places to lengths."""
    longest = max((name.count(" ") + 1 for name in names), default=0)
    used = {place for start, length in taken.items() for place in range(start, start + length)}
    place = 0
    while place < len(words):
        for length in range(min(longest, len(words) - place), 0, -1):
            if " ".join(words[place : place + length]) in names and used.isdisjoint(range(place, place + length)):
                taken[place] = length
                place += length
                break
        else:
            place += 1


def stated_ties(masked: str, tokens: Sequence[Token]) -> Iterator[tuple[str, Token, Token]]:
    """Yield every relation phrase of a masked text with the names next to it, left and right."""
    for match in any_phrase().finditer(masked):
        left = [token for token in tokens if token.at < match.start()][-1:]
        right = [token for token in tokens if token.at >= match.end()][:1]
        yield from ((match.group(), a, b) for a in left for b in right)


@cache
def phrases() -> tuple[str, ...]:
    """Return every relation phrase in both directions and numbers, longest first."""
    found = {
        phrase for predicate in relations() for forward in (True, False) for phrase in phrases_of(predicate, forward)
    }
    return tuple(sorted(found, key=lambda phrase: (-len(phrase), phrase)))


@cache
def any_phrase() -> re.Pattern[str]:
    """Return what matches any relation phrase in a masked text."""
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases()))})\b")


@cache
def phrases_of(predicate: str, forward: bool) -> tuple[str, ...]:
    """Return the phrases of one predicate, from subject to object or back, in all numbers."""
    relation = relations()[predicate]
    phrase = relation.phrase if forward else relation.inverse_phrase
    subjects = (agree(phrase, False), agree(phrase, True), agree(phrase, True, several=False))
    return tuple(dict.fromkeys(folded(agree_object(text, many)) for text in subjects for many in (False, True)))
