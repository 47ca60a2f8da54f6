"""Sets of word tuples, found in running text in one vectorised pass.

Every word has a fixed 64-bit number; a tuple's key is the sum of its words' numbers modulo 2^64, so it does not depend
on word order. The keys of all windows of a batch are differences of one prefix sum, and all are looked up at once: time
and memory are linear in the text. A bit table turns most windows away; the others are looked up by the first bits of
their keys, and every hit is verified against the tuple itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

MAX_WINDOW = 8
"""Longest tuple looked up inside running text, in words."""
_FILTER_BITS = 24
_64_BITS = (1 << 64) - 1
_LEAST_BUCKETS = 4
"""Bits of the fewest buckets; there are as many buckets as tuples or up to twice as many."""
Owners = tuple[tuple[int, bool], ...]
"""Owners of the tuples that a window equals, each with whether the order is the tuple's own."""
Ints = npt.NDArray[Any]


class Windows(NamedTuple):
    """Windows that equal tuples, by position and length, as parallel arrays; one that equals several is there as often.

    The tuples of one window come in the order that they were built in.
    """

    at: Ints
    """Position of the first word."""
    length: Ints
    row: Ints
    """Row of the tuple in the table."""
    owner: Ints
    in_order: Ints


class WindowTable:
    """Word tuples with an owner each.

    >>> table = WindowTable.build(pool=[3, 1, 2], lengths=[2, 1], owners=[10, 20])
    >>> found = table.search([1, 3, 2], segments=[0, 0, 1])
    >>> [(int(w.at), int(w.length), int(w.owner), bool(w.in_order)) for w in map(Windows._make, zip(*found))]
    [(0, 2, 10, False), (2, 1, 20, True)]
    """

    def __init__(self, arrays: Mapping[str, Ints]) -> None:
        self.arrays = arrays
        self._keys: npt.NDArray[np.uint64] = arrays["key"]
        self._filter: npt.NDArray[np.uint8] = arrays["filter"]
        self._bucket_at: npt.NDArray[np.int32] = arrays["bucket_at"]
        self._bucket_shift = np.uint64(64 - (len(self._bucket_at) - 1).bit_length() + 1)
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
        marked[key >> np.uint64(64 - _FILTER_BITS)] = True
        bits = max(_LEAST_BUCKETS, len(key).bit_length())
        bucket = (key >> np.uint64(64 - bits)).astype(np.int64)
        bucket_at = np.zeros((1 << bits) + 1, np.int32)
        np.cumsum(np.bincount(bucket, minlength=1 << bits), out=bucket_at[1:])
        return cls(
            {
                "key": key,
                "filter": np.packbits(marked, bitorder="little"),
                "bucket_at": bucket_at,
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
        """Return the windows that equal a tuple; no window leaves its segment."""
        words, segment = np.asarray(ids, np.int64), np.asarray(segments, np.int64)
        sums = _prefix_sums(words)
        passed = np.zeros((len(words), MAX_WINDOW), np.bool_)
        for size in range(1, min(MAX_WINDOW, len(words)) + 1):
            fits = np.flatnonzero(segment[size - 1 :] == segment[: len(words) - size + 1])
            if not len(fits):
                break  # no longer window fits into a segment either
            slot = (sums[fits + size] - sums[fits]) >> np.uint64(64 - _FILTER_BITS)
            bit = self._filter[slot >> np.uint64(3)] >> (slot & np.uint64(7)).astype(np.uint8)
            passed[fits, size - 1] = bit & 1
        at, length = np.divmod(np.flatnonzero(passed), MAX_WINDOW)
        return self._verified(at, length + 1, sums, words)

    def _verified(self, at: Ints, length: Ints, sums: Ints, words: Ints) -> Windows:
        """Return those of some windows that equal tuples, word by word."""
        key = sums[at + length] - sums[at]
        bucket = key >> self._bucket_shift
        low = self._bucket_at[bucket]
        size = self._bucket_at[bucket + np.uint64(1)] - low
        which, step = _runs(size)
        row = low[which] + step
        same = (self._keys[row] == key[which]) & (self._pool_at[row + 1] - self._pool_at[row] == length[which])
        which, row = which[same], row[same]
        at, length = at[which], length[which]
        pair, step = _runs(length)
        window, stored = words[at[pair] + step], self._pool[self._pool_at[row][pair] + step]
        differs = np.bincount(pair[window != stored], minlength=len(row)) > 0
        # the others are the same words in another order, or a key that several tuples happen to have
        other = differs[pair]
        window, stored, pair = window[other], stored[other], pair[other]
        unequal = pair[window[np.lexsort((window, pair))] != stored[np.lexsort((stored, pair))]]
        equal = np.ones(len(row), np.bool_)
        equal[unequal] = False
        return Windows(at[equal], length[equal], row[equal], self._owner[row[equal]], ~differs[equal])

    def whole(self, ids: Sequence[int]) -> Owners:
        """Return the owners of the tuples that consist of exactly these words."""
        key = sum(map(_number, ids)) & _64_BITS
        slot = key >> (64 - _FILTER_BITS)
        if not self._filter[slot >> 3] >> (slot & 7) & 1:
            return ()
        bucket, ordered = key >> int(self._bucket_shift), sorted(ids)
        found = []
        for row in range(int(self._bucket_at[bucket]), int(self._bucket_at[bucket + 1])):
            if int(self._keys[row]) == key:
                words = self._pool[self._pool_at[row] : self._pool_at[row + 1]].tolist()
                if sorted(words) == ordered:
                    found.append((int(self._owner[row]), words == list(ids)))
        return tuple(found)


def _runs(sizes: Ints) -> tuple[Ints, Ints]:
    """Return for runs of some sizes, one after another, which run every place is of and its place there."""
    which = np.repeat(np.arange(len(sizes)), sizes)
    return which, np.arange(len(which)) - (np.cumsum(sizes) - sizes)[which]


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


@lru_cache(maxsize=1 << 17)
def _number(word: int) -> int:
    """Return the number of one word id."""
    return int(_numbers(np.array([word]))[0])
