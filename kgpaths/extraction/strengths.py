"""Rate edges from texts: statements by how often and how surely they are made, associations by NPMI."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from itertools import combinations

MOST_TOGETHER = 12
"""Concepts of one sentence; more are an enumeration that says nothing of any two of them."""


def stated(scores: Iterable[float]) -> float:
    """Return the chance that at least one of several independent sentences is right, at most 0.99.

    >>> stated([0.9]), stated([0.9, 0.8])
    (0.9, 0.98)
    """
    wrong = 1.0
    for score in scores:
        wrong *= 1.0 - score
    return round(min(1.0 - wrong, 0.99), 4)


class Together:
    """Counts which concepts stand together in a sentence.

    >>> counts = Together()
    >>> for names in (("fever", "flu"), ("fever", "flu"), ("cough",), ("gout",)): counts.add(names)
    >>> counts.sentences, counts.pairs[("fever", "flu")], round(counts.npmi(("fever", "flu")), 2)
    (4, 2, 1.0)
    """

    def __init__(self) -> None:
        self.sentences = 0
        self.concepts: Counter[str] = Counter()
        self.pairs: Counter[tuple[str, str]] = Counter()

    def add(self, named: tuple[str, ...]) -> None:
        """Count one sentence by the concepts it names, sorted and each once."""
        self.sentences += 1
        self.concepts.update(named)
        if len(named) <= MOST_TOGETHER:
            self.pairs.update(combinations(named, 2))

    def update(self, sentences: int, concepts: dict[str, int], pairs: Iterable[tuple[str, str, int]]) -> None:
        """Add counts made before."""
        self.sentences += sentences
        self.concepts.update(concepts)
        for one, other, count in pairs:
            self.pairs[one, other] += count

    def npmi(self, pair: tuple[str, str]) -> float:
        """Return the normalised pointwise mutual information of two concepts in sentences, -1..1.

        0 is chance, 1 means that they never stand apart (Bouma, GSCL 2009).
        """
        together = self.pairs[pair]
        if not together or together == self.sentences:
            return 1.0 if together else -1.0
        one, other = (self.concepts[node] / self.sentences for node in pair)
        share = together / self.sentences
        return math.log(share / (one * other)) / -math.log(share)
