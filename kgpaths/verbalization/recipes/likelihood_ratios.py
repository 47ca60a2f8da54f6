"""This module checks that likelihood ratios in a reply follow from the frequencies that the prompt showed.

A ratio compares how often two conditions show the same finding. A post-test probability follows from a pre-test
probability by Bayes' theorem in odds: odds after = odds before × likelihood ratio (Deeks & Altman, BMJ 2004; 329:168).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, permutations
from math import prod
from typing import NamedTuple

from kgpaths.language.sentences import clauses
from kgpaths.records import Edge
from kgpaths.verbalization.contrast import frequency
from kgpaths.verbalization.recipes.reply_parsing import Unit

_LABEL = re.compile(r"[\[【⟦(][EQ]+\s?\d[^\]】⟧)]*[\]】⟧)]", re.IGNORECASE)
_RATIO = re.compile(r"\blikelihood ratios?\b|\bLR(?=\s?[+−–-]?\s?(?:=|:|≈|~|of\b|is\b|was\b|about\b))", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?<![\w.:])(\d+(?:\.\d+)?)(?:\s?:\s?(\d+(?:\.\d+)?))?(?!\w|\.\d|\s?%)(?!\s?(?:percent|years?|months?|days?|m?L|cc|mg)\b)"
)
_REACH = 60
"""Characters behind the words "likelihood ratio" within which a number is the ratio."""
_BEFORE = re.compile(r"(?<![\w.:])(\d+(?:\.\d+)?)(?:[- ]?fold)?\s+$")
_CHANCE = re.compile(
    r"\b(?P<when>pre|post)[-‐–\s]?test\s+(?P<what>probabilit(?:y|ies)|odds|chance)\b[^\d;]{0,40}?"
    r"(?P<number>\d+(?:\.\d+)?)(?:\s?(?P<percent>%|percent\b)|\s?(?::|to)\s?(?P<against>\d+(?:\.\d+)?))?",
    re.IGNORECASE,
)
_PRIOR = re.compile(r"\b(prior|posterior)\s+(?=probabilit|odds|chance)", re.IGNORECASE)
_ROUNDING, _POINT = 0.06, 0.01
"""Ratios and odds are written with two digits; probabilities as whole percents."""
_CERTAIN = 0.9999
_MOST_RATIOS = 6


class _Stated(NamedTuple):
    when: str
    odds: float
    text: str


def unfounded_ratios(units: Iterable[Unit], edges: Mapping[str, Edge]) -> list[str]:
    """Return what is wrong with the likelihood ratios and post-test probabilities of a reply, in words for a repair.

    Args:
        units: what the reply says.
        edges: the statements it was shown, by label; as far as it gives their frequencies.

    >>> from kgpaths.records import Evidence
    >>> def shows(disease, share):
    ...     return Edge(id="0" * 16, subject=disease, predicate="has_symptom", object="S:1", source="hpoa",
    ...                 source_version="1", licence="CC0-1.0", strength=share, evidence=(Evidence(score=share),))
    >>> edges = {"E1": shows("D:1", 0.9), "E2": shows("D:2", 0.1)}
    >>> unfounded_ratios([Unit("", "Hiccups favour it, with a likelihood ratio of 9 [E1, E2].", ("E1", "E2"))], edges)
    []
    >>> unfounded_ratios([Unit("", "Hiccups favour it, with a likelihood ratio of 12 [E2].", ("E2",))], edges)
    ['step 1 states a likelihood ratio of 12; what it cites gives 9 or 0.11']
    """
    wrong: list[str] = []
    founded: list[float] = []
    chances: list[_Stated] = []
    for number, unit in enumerate(units, 1):
        text = _LABEL.sub("", unit.text)
        known = list(_known(unit.labels, edges))
        for said in _stated_ratios(text):
            if any(_close(said, ratio) for ratio in known):
                founded.append(said)
            else:
                gives = " or ".join(dict.fromkeys(f"{ratio:.2g}" for ratio in known)) or "none"
                wrong.append(f"step {number} states a likelihood ratio of {said:g}; what it cites gives {gives}")
        chances += [stated._replace(text=f"step {number} {stated.text}") for stated in _stated_chances(text)]
    before = [stated.odds for stated in chances if stated.when == "pre"]
    for after in (stated for stated in chances if stated.when == "post"):
        if not any(_close(after.odds, odds) or _near(after.odds, odds) for odds in _reachable(before, founded)):
            wrong.append(f"{after.text}, which follows from no pre-test value and likelihood ratio that it states")
    return wrong


def _known(labels: Sequence[str], edges: Mapping[str, Edge]) -> Iterator[float]:
    """Yield the ratios of all pairs of frequencies of one finding of which at least one is cited."""
    shares = {label: edge for label, edge in edges.items() if 0 < (frequency(edge) or 0) < 1}
    for one, other in permutations(shares, 2):
        if shares[one].object == shares[other].object and {one, other} & set(labels):
            yield shares[one].strength / shares[other].strength


def _stated_ratios(text: str) -> Iterator[float]:
    for clause in clauses(text):
        # what a clause says of chances before and after is read apart
        sentence = _CHANCE.sub("", _tested(clause))
        for match in _RATIO.finditer(sentence):
            behind = sentence[match.end() : match.end() + _REACH]
            if found := _NUMBER.search(behind):
                against = float(found[2] or 1)
                yield float(found[1]) / against if against else 0.0
            elif found := _BEFORE.search(sentence[: match.start()]):
                yield float(found[1])


def _stated_chances(text: str) -> Iterator[_Stated]:
    for match in _CHANCE.finditer(_tested(text)):
        value, when = float(match["number"]), match["when"].lower()
        if match["against"]:
            odds = value / float(match["against"]) if float(match["against"]) else 0.0
        elif match["what"].lower() == "odds":
            odds = value
        else:
            share = min(value / 100 if match["percent"] or value > 1 else value, _CERTAIN)
            odds = share / (1 - share)
        yield _Stated(
            when, odds, f"states a {when}-test {match['what'].lower()} of {match['number']}{match['percent'] or ''}"
        )


def _tested(text: str) -> str:
    return _PRIOR.sub(lambda match: "pre-test " if match.group(1).lower() == "prior" else "post-test ", text)


def _reachable(before: Iterable[float], ratios: Sequence[float]) -> Iterator[float]:
    """Yield the odds after some of the ratios, at least one."""
    some = ratios[:_MOST_RATIOS]
    for odds in before:
        for size in range(1, len(some) + 1):
            for chosen in combinations(some, size):
                yield odds * prod(chosen)


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= _ROUNDING * max(one, other)


def _near(one: float, other: float) -> bool:
    return abs(one / (1 + one) - other / (1 + other)) <= _POINT
