"""Near spellings of whole strings: which names a string may be a slip of the pen for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import combinations, product

from kgpaths.linking.match.index import NameIndex
from kgpaths.linking.match.look_alikes import is_slip, is_variant, same_meaning, variants
from kgpaths.linking.words.tokenizer import content_words

_LOST, _SHORTEST_LOSS = "rt", 3
"""Letters that a widely used question set has lost, and letters of the shortest word that is completed."""
_MOST_SLIPS = 2
"""Misspelt words in one string."""
_LONG, _LONG_ALONE = 9, 13
"""Letters of a word that may have two slips, beside words that are right and alone."""
_MOST_NEAR = 24
"""Names with like letters that are looked at."""
_REMEMBERED = 1 << 14
"""Words whose near words are kept."""
CLEAR = 3.0
"""Points of similarity by which the nearest name must lead those that mean something else."""


class NearNames:
    """Finds names whose spelling is near a string and whose meaning is the same.

    Candidates come from the words: one that no name has is replaced by the words it may be a slip for; all others must
    stand as they are. So "decreased" never becomes "increased": both are words of names.
    """

    def __init__(self, index: NameIndex) -> None:
        self._index = index
        self._others: Callable[[str, bool], tuple[str, ...]] = lru_cache(maxsize=_REMEMBERED)(self._explaining)

    @cached_property
    def _by_ends(self) -> dict[tuple[str, str], list[str]]:
        """Words of names by their first letter and the last two."""
        by_ends: dict[tuple[str, str], list[str]] = {}
        for word in self._index.words:
            if word.isalpha():
                by_ends.setdefault((word[0], word[-2:]), []).append(word)
        return by_ends

    def near(self, words: Sequence[str], threshold: int) -> Iterator[tuple[int, float]]:
        """Yield (name row, similarity 0..100) of names at least `threshold` alike, in row order."""
        from rapidfuzz.fuzz import ratio, token_sort_ratio

        unknown = [i for i, word in enumerate(words) if word not in self._index.words]
        if not 1 <= len(unknown) <= _MOST_SLIPS:
            return
        choices = [
            [known for known in self._near(words[i], 3) if is_slip(words[i], known)] or self._regained(words[i])
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
        if not (self._index.trigrams.may_hold(squeezed) or self._may_be_explained(words)):
            return []
        found: dict[tuple[str, ...], float] = {}
        for row in self._index.trigrams.nearest(written, _MOST_NEAR):
            name = content_words(self._index.text(row))
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
        return all(
            not alone and is_variant(a, b) if a in self._index.words else is_slip(a, b, edits=_edits(a, alone))
            for a, b in zip(left, right, strict=True)
        )

    def _may_be_explained(self, words: Sequence[str]) -> bool:
        """Tell whether some name differs from a string in one or two words that `_explained` may explain.

        Most strings have none, and are spared a look at the names with like letters.
        """
        alone = len(words) == 1
        unknown = {i for i, word in enumerate(words) if word not in self._index.words}
        if len(unknown) > _MOST_SLIPS or not all(self._others(words[i], alone) for i in unknown):
            return False
        for number in range(max(1, len(unknown)), min(len(words), _MOST_SLIPS) + 1):
            for places in combinations(range(len(words)), number):
                if unknown.issubset(places):
                    for others in product(*(self._others(words[i], alone) for i in places)):
                        name = list(words)
                        for i, other in zip(places, others, strict=True):
                            name[i] = other
                        if self._index.whole(name):
                            return True
        return False

    def _explaining(self, word: str, alone: bool) -> tuple[str, ...]:
        """Return the words of names that a word of a string may stand for, in `_explained`."""
        from rapidfuzz.distance import DamerauLevenshtein
        from rapidfuzz.process import extract

        if word in self._index.words:
            return () if alone else tuple(other for other in variants(word) if other in self._index.words)
        edits = _edits(word, alone)
        near = extract(word, self._near(word), scorer=DamerauLevenshtein.distance, score_cutoff=edits, limit=None)
        return tuple(other for other, *_ in near if is_slip(word, other, edits=edits))

    def _regained(self, word: str) -> list[str]:
        """Return the one known word that a word without its "rt" must be: "Losaan", "aery"; [] where there are several.

        MedMCQA's text has lost these two letters in most places.
        """
        if len(word) < _SHORTEST_LOSS or not word.isalpha():
            return []
        forms = {word[:at] + _LOST + word[at:] for at in range(1, len(word) + 1)}
        known = sorted(form for form in forms if form in self._index.words)
        return known if len(known) == 1 else []

    def _near(self, word: str, same: int = 2) -> Sequence[str]:
        """Return the words of names with the same first letter and last two; with so many first and last, if more."""
        near = self._by_ends.get((word[:1], word[-2:]), ())
        first, last = word[:same], word[-same:]
        return [known for known in near if known.startswith(first) and known.endswith(last)] if same > 2 else near


def _edits(word: str, alone: bool) -> int:
    """Return how many slips a word may have."""
    return 1 + (len(word) >= (_LONG_ALONE if alone else _LONG))


def _lost(written: str, known: str) -> bool:
    return len(known) == len(written) + len(_LOST) and any(
        known[:at] + known[at + len(_LOST) :] == written and known[at:].startswith(_LOST) for at in range(1, len(known))
    )
