"""Names by the letters they are written with: candidates for strings that no look-up of words reaches.

Every distinct name is kept as its trigrams of letters, blanks left out, in an inverted list of arrays: "Cytomegalo
virus", "Vasapraevia" and "Friedrich ataxia" share most trigrams with what they mean. The alphabet has 28 signs
(letters, a digit, anything else), so a trigram is a number of 16 bits and the lists are made by one radix sort.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[Any]
_SIGNS = 28
_SHORTEST, _LONGEST = 5, 60
"""Letters of a name that is kept."""
_LEAST_ALIKE = 0.45
"""Dice coefficient of the trigrams below which a name is no candidate."""
_CODE = np.full(256, _SIGNS - 1, np.uint16)
_CODE[ord("a") : ord("z") + 1] = np.arange(26)
_CODE[ord("0") : ord("9") + 1] = 26


class Trigrams:
    """Names by their trigrams.

    >>> words = ["cytomegalovirus", "vasa", "previa"]
    >>> names = Trigrams.build(words, cut=[0, 1, 2], lengths=[1, 2], rows=[7, 8])
    >>> names.nearest("cytomegalo virus", 5), names.nearest("vasapravia", 5)
    ([7], [8])
    """

    def __init__(self, arrays: Mapping[str, Ints]) -> None:
        self.arrays = arrays
        self._row: npt.NDArray[np.int32] = arrays["row"]
        self._size: npt.NDArray[np.uint8] = arrays["size"]
        self._posting: npt.NDArray[np.int32] = arrays["posting"]
        self._posting_at: npt.NDArray[np.int32] = arrays["posting_at"]

    @classmethod
    def build(cls, words: Sequence[str], cut: npt.ArrayLike, lengths: npt.ArrayLike, rows: npt.ArrayLike) -> Self:
        """Index names, given as words by number.

        Args:
            words: words by number.
            cut: the numbers of all names' words, one name after another.
            lengths: words of every name.
            rows: what `nearest` returns for every name.
        """
        numbers, sizes = np.asarray(cut, np.int64), np.asarray(lengths, np.int64)
        encoded = [word.encode("ascii", "replace") for word in words]
        blob = _CODE[np.frombuffer(b"".join(encoded), np.uint8)]
        word_size = np.array([len(word) for word in encoded], np.int64)
        word_at = np.cumsum(word_size) - word_size
        letters = word_size[numbers]
        ends = np.cumsum(letters)
        signs = blob[
            np.repeat(word_at[numbers] - (ends - letters), letters) + np.arange(int(ends[-1]) if len(ends) else 0)
        ]
        name_end = np.append(0, ends)[np.cumsum(sizes)]
        name_size = np.diff(name_end, prepend=0)
        kept = (name_size >= _SHORTEST) & (name_size <= _LONGEST)
        owner = np.repeat(np.arange(len(sizes)), name_size)
        at = np.flatnonzero(owner[2:] == owner[:-2])
        at = at[kept[owner[at]]]
        code = (signs[at] * np.uint16(_SIGNS) + signs[at + 1]) * np.uint16(_SIGNS) + signs[at + 2]
        new_number = np.cumsum(kept) - 1
        order = np.argsort(code, kind="stable")
        return cls(
            {
                "row": np.asarray(rows, np.int32)[kept],
                "size": (name_size[kept] - 2).astype(np.uint8),
                "posting": new_number[owner[at]].astype(np.int32)[order],
                "posting_at": np.searchsorted(code[order], np.arange(_SIGNS**3 + 1)).astype(np.int32),
            }
        )

    def nearest(self, text: str, most: int) -> list[int]:
        """Return the rows of the names most alike in trigrams, the most alike first, ties in row order.

        O(postings of the text's trigrams).
        """
        written = _trigrams(text)
        if not len(written) or not len(self._row):
            return []
        codes = np.unique(written)
        shared = np.concatenate([self._posting[self._posting_at[c] : self._posting_at[c + 1]] for c in codes])
        counts = np.bincount(shared, minlength=len(self._row))
        some = np.flatnonzero(counts >= _LEAST_ALIKE / 2 * len(codes))
        alike = 2 * counts[some] / (self._size[some] + float(len(written)))
        order = np.lexsort((self._row[some], -alike))[:most]
        best = some[order[alike[order] >= _LEAST_ALIKE]]
        return [int(row) for row in self._row[best]]

    def may_hold(self, text: str) -> bool:
        """Tell whether some name has as many letters as a text and all its trigrams; one with the same letters has."""
        codes = _trigrams(text)
        if not len(codes) or not len(self._row):
            return False
        at, end = self._posting_at[codes], self._posting_at[codes + 1]
        names: Ints | None = None
        for code in np.argsort(end - at).tolist():  # the rarest first
            held = self._posting[at[code] : end[code]]
            if names is None:
                names = held[self._size[held] == len(codes)]
            else:
                names = names[held[np.minimum(np.searchsorted(held, names), len(held) - 1)] == names]
            if not len(names):
                return False
        return True


def _trigrams(text: str) -> Ints:
    """Return the trigrams of a text; none of one that is too short or too long."""
    signs = _CODE[np.frombuffer("".join(text.split()).encode("ascii", "replace"), np.uint8)].astype(np.int64)
    if not _SHORTEST <= len(signs) <= _LONGEST:
        return np.zeros(0, np.int64)
    codes: Ints = (signs[:-2] * _SIGNS + signs[1:-1]) * _SIGNS + signs[2:]
    return codes
