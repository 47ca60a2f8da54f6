"""Near spellings of whole strings: which names a string may be a slip of the pen for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from kgpaths.linking.guards import is_slip, is_variant, same_meaning
from kgpaths.linking.index import NameIndex
from kgpaths.linking.tokens import tokenize

_LOST, _SHORTEST_LOSS = "rt", 3
"""Letters that a widely used question set has lost, and letters of the shortest word that is completed."""
_MOST_SLIPS = 2
"""Misspelt words in one string."""
_LONG, _LONG_ALONE = 9, 13
"""Letters of a word that may have two slips, beside words that are right and alone."""
_MOST_NEAR = 24
"""Names with like letters that are looked at."""
CLEAR = 3.0
"""Points of similarity by which the nearest name must lead those that mean something else."""


class NearNames:
    """Finds names whose spelling is near a string and whose meaning is the same.

    Candidates come from the words: one that no name has is replaced by the words it may be a slip for; all others must
    stand as they are. So "decreased" never becomes "increased": both are words of names.
    """

    def __init__(self, index: NameIndex) -> None:
        self._index = index
        self._neighbours: dict[tuple[str, str], list[str]] = {}
        for word in index.words:
            if len(word) > 7 and word.isalpha():
                self._neighbours.setdefault((word[:3], word[-3:]), []).append(word)

    def near(self, words: Sequence[str], threshold: int) -> Iterator[tuple[int, float]]:
        """Yield (name row, similarity 0..100) of names at least `threshold` alike, in row order."""
        from rapidfuzz.fuzz import ratio, token_sort_ratio

        unknown = [i for i, word in enumerate(words) if word not in self._index.words]
        if not 1 <= len(unknown) <= _MOST_SLIPS:
            return
        choices = [
            [known for known in self._near(words[i]) if is_slip(words[i], known)] or self._regained(words[i])
            for i in unknown
        ]
        found: dict[int, float] = {}
        for repair in product(*choices):
            repaired = list(words)
            for i, word in zip(unknown, repair, strict=True):
                repaired[i] = word
            written, meant = " ".join(words), " ".join(repaired)
            score = max(ratio(written, meant), token_sort_ratio(written, meant))
            regained = all(_lost(words[i], repaired[i]) for i in unknown)
            if regained or (score >= threshold and same_meaning(words, repaired)):
                found |= {row: score for row, in_order in self._index.whole(repaired) if in_order}
        yield from sorted(found.items())

    def alike(self, words: Sequence[str], threshold: int) -> list[tuple[tuple[str, ...], float]]:
        """Return (words of a name, similarity) of the names with like letters that mean the same, the nearest first.

        Every word that the string and the name do not share must be explained: as one word cut in two or two run
        together, as a slip in a word that no name has, or as another form of the same word ("ethmoidal", "ethmoid").
        """
        from rapidfuzz.fuzz import ratio, token_sort_ratio

        written, squeezed = " ".join(words), "".join(words)
        found: dict[tuple[str, ...], float] = {}
        for row in self._index.trigrams.nearest(written, _MOST_NEAR):
            cut = tokenize(self._index.text(row))
            name = tuple(cut.words[i] for i in cut.content)
            score = max(token_sort_ratio(written, " ".join(name)), ratio(squeezed, "".join(name)))
            if score >= threshold and self._explained(words, name):
                found[name] = score
        return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))

    def _explained(self, words: Sequence[str], name: Sequence[str]) -> bool:
        if "".join(words) == "".join(name):
            return True
        left, right = list(words), list(name)
        for word in name:
            if word in left:
                left.remove(word)
                right.remove(word)
        if not same_meaning(words, name) or not left or len(left) != len(right) or len(left) > _MOST_SLIPS:
            return False
        alone = len(words) == 1
        sure = _LONG_ALONE if alone else _LONG
        return all(
            not alone and is_variant(a, b) if a in self._index.words else is_slip(a, b, edits=1 + (len(a) >= sure))
            for a, b in zip(left, right, strict=True)
        )

    def _regained(self, word: str) -> list[str]:
        """Return the one known word that a word without its "rt" must be: "Losaan", "aery"; [] where there are several.

        MedMCQA's text has lost these two letters in most places.
        """
        if len(word) < _SHORTEST_LOSS or not word.isalpha():
            return []
        forms = {word[:at] + _LOST + word[at:] for at in range(1, len(word) + 1)}
        known = sorted(form for form in forms if form in self._index.words)
        return known if len(known) == 1 else []

    def _near(self, word: str) -> list[str]:
        return self._neighbours.get((word[:3], word[-3:]), [])


def _lost(written: str, known: str) -> bool:
    return len(known) == len(written) + len(_LOST) and any(
        known[:at] + known[at + len(_LOST) :] == written and known[at:].startswith(_LOST) for at in range(1, len(known))
    )
