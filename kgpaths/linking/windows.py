"""Sets of word tuples, found in running text in one vectorised pass.

Every word has a fixed 64-bit number; a tuple's key is the sum of its words' numbers modulo 2^64, so it does not depend
on word order. The keys of all windows of a batch are differences of one prefix sum, and all are looked up at once: time
and memory are linear in the text. A bit table turns most windows away before the search; every hit is verified against
the tuple itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

MAX_WINDOW = 8
"""Longest tuple looked up inside running text, in words."""
_FILTER_BITS = 24
Owners = tuple[tuple[int, bool], ...]
"""Owners of the tuples that a window equals, each with whether the order is the tuple's own."""
Ints = npt.NDArray[Any]


class Windows(NamedTuple):
    """Windows that equal tuples, as parallel arrays; a window that equals several stands there several times."""

    at: Ints
    """Position of the first word."""
    length: Ints
    key: Ints
    owner: Ints
    in_order: Ints


class WindowTable:
    """Word tuples with an owner each.

    >>> table = WindowTable.build(pool=[3, 1, 2], lengths=[2, 1], owners=[10, 20])
    >>> found = table.search([1, 3, 2], segments=[0, 0, 1])
    >>> [(int(w.at), int(w.length), int(w.owner), bool(w.in_order)) for w in map(Windows._make, zip(*found))]
    [(2, 1, 20, True), (0, 2, 10, False)]
    """

    def __init__(self, arrays: Mapping[str, Ints]) -> None:
        self.arrays = arrays
        self._keys: npt.NDArray[np.uint64] = arrays["key"]
        self._filter: npt.NDArray[np.uint8] = arrays["filter"]
        self._owner: npt.NDArray[np.int32] = arrays["owner"]
        self._pool: npt.NDArray[np.int32] = arrays["pool"]
        self._pool_at: npt.NDArray[np.int32] = arrays["pool_at"]

    @classmethod
    def build(cls, pool: npt.ArrayLike, lengths: npt.ArrayLike, owners: npt.ArrayLike) -> Self:
        """Sort tuples by key.

        Args:
            pool: the word ids of all tuples, one tuple after another.
            lengths: words of every tuple, one at least.
            owners: owner of every tuple.
        """
        words, sizes = np.asarray(pool, np.int32), np.asarray(lengths, np.int64)
        sums, ends = _prefix_sums(words), np.cumsum(sizes)
        key = sums[ends] - sums[ends - sizes]
        order = np.argsort(key, kind="stable")
        key = key[order]
        at = np.zeros(len(sizes) + 1, np.int64)
        np.cumsum(sizes[order], out=at[1:])
        from_pool = np.repeat((ends - sizes)[order] - at[:-1], sizes[order]) + np.arange(len(words))
        marked = np.zeros(1 << _FILTER_BITS, np.bool_)
        marked[(key >> np.uint64(64 - _FILTER_BITS)).astype(np.int64)] = True
        return cls(
            {
                "key": key,
                "filter": np.packbits(marked, bitorder="little"),
                "owner": np.asarray(owners, np.int32)[order],
                "pool": words[from_pool],
                "pool_at": at.astype(np.int32),
            }
        )

    def distinct(self) -> tuple[Ints, Ints, Ints]:
        """Return word ids, lengths and owners with one tuple for each bag of words: that of the first owner."""
        key, lengths = self._keys, np.diff(self._pool_at)
        first = np.append(True, key[1:] != key[:-1]) if len(key) else np.zeros(0, np.bool_)
        return self._pool[np.repeat(first, lengths)], lengths[first], self._owner[first]

    def search(self, ids: npt.ArrayLike, segments: npt.ArrayLike) -> Windows:
        """Return the windows that equal a tuple, by length and position; no window leaves its segment."""
        words, segment = np.asarray(ids, np.int64), np.asarray(segments, np.int64)
        sums = _prefix_sums(words)
        found: list[tuple[Ints, ...]] = []
        for length in range(1, min(MAX_WINDOW, len(words)) + 1) if len(self._keys) else ():
            at = np.flatnonzero(segment[length - 1 :] == segment[: len(words) - length + 1])
            if not len(at):
                break  # no longer window fits into a segment either
            key = sums[at + length] - sums[at]
            slot = key >> np.uint64(64 - _FILTER_BITS)
            passed = (self._filter[slot >> np.uint64(3)] >> (slot & np.uint64(7)).astype(np.uint8)) & 1 == 1
            at, key = at[passed], key[passed]
            found.append(self._verified(at, length, key, words))
        if not found:
            nothing = np.zeros(0, np.int64)
            return Windows(nothing, nothing, nothing.astype(np.uint64), nothing, nothing.astype(np.bool_))
        return Windows(*map(np.concatenate, zip(*found, strict=True)))

    def _verified(self, at: Ints, length: int, key: Ints, words: Ints) -> tuple[Ints, ...]:
        """Return the fields of `Windows` for the windows of one length that equal tuples, word by word."""
        low = np.searchsorted(self._keys, key)
        # one step right of each row that holds the key; most keys are in the table once
        size = np.zeros(len(at), np.int64)
        going = np.flatnonzero(low < len(self._keys))
        while len(going):
            going = going[low[going] + size[going] < len(self._keys)]
            going = going[self._keys[low[going] + size[going]] == key[going]]
            size[going] += 1
        which = np.repeat(np.arange(len(at)), size)
        starts = np.cumsum(size) - size
        row = low[which] + np.arange(len(which)) - starts[which]
        first = self._pool_at[row]
        right = np.flatnonzero(self._pool_at[row + 1] - first == length)
        which, row, first = which[right], row[right], first[right]
        steps = np.arange(length)
        window = words[at[which][:, None] + steps]
        stored = self._pool[first[:, None] + steps]
        in_order = (window == stored).all(axis=1)
        other = np.flatnonzero(~in_order)
        equal = in_order.copy()
        equal[other] = (np.sort(window[other], axis=1) == np.sort(stored[other], axis=1)).all(axis=1)
        which, row = which[equal], row[equal]
        return at[which], np.full(len(which), length), key[which], self._owner[row], in_order[equal]

    def whole(self, ids: Sequence[int]) -> Owners:
        """Return the owners of the tuples that consist of exactly these words."""
        key = int(_prefix_sums(np.array(ids, np.int64))[-1])
        row, found, ordered = int(np.searchsorted(self._keys, np.uint64(key))), [], sorted(ids)
        while row < len(self._keys) and int(self._keys[row]) == key:
            words = self._pool[self._pool_at[row] : self._pool_at[row + 1]].tolist()
            if sorted(words) == ordered:
                found.append((int(self._owner[row]), words == list(ids)))
            row += 1
        return tuple(found)


def _prefix_sums(ids: Ints) -> npt.NDArray[np.uint64]:
    sums = np.zeros(len(ids) + 1, np.uint64)
    np.cumsum(_numbers(ids), out=sums[1:])
    return sums


def _numbers(ids: Ints) -> npt.NDArray[np.uint64]:
    """Return the fixed pseudo-random number of every word id (SplitMix64, Steele et al. 2014)."""
    z = (ids.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
