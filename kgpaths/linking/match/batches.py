"""Whole batches of texts, cut into words at once.

Between two spaces stands a *piece*: "pain,", "pre-eclampsia", "(COPD)". Pieces repeat themselves, so each is cut only
once, by `tokenize`, and remembered as rows of arrays. A batch is then a row of piece numbers, and words, offsets and
gaps follow by array arithmetic. `tokenize` is the slow twin that gives the same words for a single text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kgpaths.linking.values.spans import Span
from kgpaths.linking.words.tokenizer import (
    NONE,
    NUMBERED,
    POSSESSIVES,
    ROMAN,
    SENTENCE,
    STOPS,
    Tokens,
    gap_between,
    is_pointed,
    tokenize,
)

Ints = npt.NDArray[Any]
STOP, LETTER, NUMBERED_BY, ADJECTIVE, POSSESSIVE = 1, 2, 4, 8, 16
"""Kinds of words: left out of names, the letter a, followed by a number, an adjective by its ending."""
MOST_PIECES = 1 << 18
"""Different pieces that are remembered; past it the memory is emptied."""
_ADJECTIVE_ENDINGS = ("al", "ic", "ous", "ar", "ary")
_WORD, _START, _END, _GAP, _ROMAN, _CAPITAL, _LETTER = range(7)
"""Columns of the table of words in pieces."""
_FIRST, _COUNT, _LENGTH, _LEAD, _TRAIL = range(5)
"""Columns of the table of pieces: row in the other table, words, characters, numbers of how they begin and end."""


class Batch(NamedTuple):
    """The words of many texts, one after another, as parallel arrays."""

    texts: Sequence[str]
    bounds: Ints
    """Word k of text t is word `bounds[t] + k` of the batch."""
    owner: Ints
    """Number of the text that a word stands in."""
    word: Ints
    """Number of the canonical word with the cutter."""
    start: Ints
    end: Ints
    gap: Ints
    next_gap: Ints
    """What stands after a word: the gap of the next one, the end of a sentence at the end of a text."""
    content: Ints
    """Positions of the words that names are matched by."""
    capital: Ints
    """Positions of short words with a capital letter: what may be an abbreviation."""
    vocabulary: Sequence[str]
    """Canonical words by number."""
    kind: Ints
    """Of every canonical word, by number: a sum of STOP, LETTER, NUMBERED_BY, ADJECTIVE and POSSESSIVE."""

    def tokens(self) -> Iterator[Tokens]:
        """Yield the words of every text, exactly as `tokenize` gives them."""
        words = list(map(self.vocabulary.__getitem__, self.word.tolist()))
        starts, ends, gaps, bounds = (column.tolist() for column in (self.start, self.end, self.gap, self.bounds))
        base = self.bounds[self.owner]
        content, capital = ((at - base[at]).tolist() for at in (self.content, self.capital))
        content_at, capital_at = (np.searchsorted(at, self.bounds).tolist() for at in (self.content, self.capital))
        for t, text in enumerate(self.texts):
            own = slice(bounds[t], bounds[t + 1])
            yield Tokens(
                text, words[own], starts[own], ends[own], gaps[own],
                content[content_at[t] : content_at[t + 1]], capital[capital_at[t] : capital_at[t + 1]],
            )  # fmt: skip


class Cutter(dict[str, int]):
    """Cuts batches; maps every piece it has met to its number.

    >>> cutter = Cutter()
    >>> batch = cutter.cut(["Pain in the calves; type II diabetes.", "Fever"])
    >>> next(batch.tokens()) == tokenize("Pain in the calves; type II diabetes.")
    True
    """

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        """Canonical words by number."""
        self._numbers: dict[str, int] = {}
        self._kind = np.zeros(1 << 10, np.uint8)
        self._pieces = np.zeros((1 << 10, 5), np.int32)
        self._rows = np.zeros((1 << 10, 7), np.int32)
        self._n_rows = 0
        self._leads: dict[tuple[str, bool], int] = {("", False): 0, ("", True): 1}
        self._trails: dict[tuple[str, bool, bool], int] = {}
        self._gaps: dict[int, int] = {}
        """Gaps between two pieces by how the one ends and the other begins."""
        self._separators: dict[str, int] = {}
        self._nothing = self.number("")

    def __missing__(self, piece: str) -> int:
        """Cut a piece that was never met before."""
        found, number = tokenize(piece), len(self)
        count = len(found.words)
        self._pieces = _room(self._pieces, number + 1)
        self._rows = _room(self._rows, self._n_rows + count)
        self._pieces[number] = (self._n_rows, count, len(piece), *(self._edges(found) if count else (0, 0)))
        for i, word in enumerate(found.words):
            raw = piece[found.starts[i] : found.ends[i]]
            roman = self.number(ROMAN[raw]) if raw in ROMAN else -1
            self._rows[self._n_rows + i] = (
                self.number(word),
                found.starts[i],
                found.ends[i],
                found.gaps[i],
                roman,
                i in found.capital,
                raw == "A",
            )
        self._n_rows += count
        self[piece] = number
        return number

    def _edges(self, piece: Tokens) -> tuple[int, int]:
        """Return numbers for how a piece begins and ends, as far as a gap beside it depends on that.

        0 and 1 begin with a word, 0 ends with one. What more `gap_between` asks of the words around a space is whether
        the one before a point is a letter or an abbreviation, and whether the next begins with a small letter.
        """
        text, first, last = piece.text, piece.starts[0], piece.ends[-1]
        lead = (text[:first], text[first].islower())
        begins = self._leads.setdefault(lead, len(self._leads))
        word = text[piece.starts[-1] : last]
        trail = (text[last:], len(word) == 1, is_pointed(word))
        return begins, self._trails.setdefault(trail, len(self._trails) + 1) if trail[0] else 0

    def number(self, word: str) -> int:
        """Return the number of a canonical word."""
        number = self._numbers.get(word)
        if number is None:
            number = self._numbers[word] = len(self.words)
            self.words.append(word)
            self._kind = _room(self._kind, number + 1)
            self._kind[number] = (
                STOP * (word in STOPS)
                + LETTER * (word == "a")
                + NUMBERED_BY * (word in NUMBERED)
                + ADJECTIVE * word.endswith(_ADJECTIVE_ENDINGS)
                + POSSESSIVE * (word in POSSESSIVES)
            )
        return number

    def cut(self, texts: Sequence[str], masked: Sequence[Span] = ()) -> Batch:
        """Return the words of texts; a word inside a masked span has the canonical form "".

        Args:
            texts: the texts.
            masked: spans in order, as `find_values` gives them for these texts.
        """
        text = " ".join(texts)
        pieces = text.split(" ") if texts else []
        piece = np.fromiter(map(self.__getitem__, pieces), np.int64, len(pieces))
        text_at = _offsets(np.fromiter((1 + one.count(" ") for one in texts), np.int64, len(texts)))
        table = self._pieces.take(piece, axis=0)
        at, first_word = _offsets(table[:, _LENGTH] + 1), _offsets(table[:, _COUNT])
        in_piece = np.repeat(np.arange(len(piece)), table[:, _COUNT])
        row = self._rows.take((table[:, _FIRST] - first_word[:-1])[in_piece] + np.arange(len(in_piece)), axis=0)
        bounds = first_word[text_at]
        owner = np.repeat(np.arange(len(texts)), np.diff(bounds))
        start, end = row[:, _START] + at[in_piece], row[:, _END] + at[in_piece]
        gaps = np.append(row[:, _GAP], SENTENCE)
        gap, next_gap, word = gaps[:-1], gaps[1:], row[:, _WORD].copy()
        self._join(text, table, in_piece, start, end, gap)
        gaps[bounds] = SENTENCE
        self._count_in_roman(word, row, gap)
        if masked:
            word[_covered(start, end, masked)] = self._nothing
        kind = self._kind[word]
        stop = (kind & STOP) > 0
        letter = np.flatnonzero(kind & LETTER)  # that of "hepatitis A", not the article
        stop |= ((kind & POSSESSIVE) > 0) & (row[:, _CAPITAL] == 0)
        stop[letter] = (gap[letter] != NONE) | ((row[letter, _LETTER] == 0) & (next_gap[letter] == NONE))
        base = at[text_at[:-1]][owner]
        return Batch(
            texts, bounds, owner, word, start - base, end - base, gap, next_gap, np.flatnonzero(~stop),
            np.flatnonzero(row[:, _CAPITAL]), self.words, self._kind,
        )  # fmt: skip

    def _join(self, text: str, table: Ints, in_piece: Ints, start: Ints, end: Ints, gap: Ints) -> None:
        """Fill in the gaps before the first words of pieces; a space alone is none."""
        first = np.flatnonzero(np.diff(in_piece)) + 1
        left, right = in_piece[first - 1], in_piece[first]
        edges = (table[left, _TRAIL].astype(np.int64) << 32) | table[right, _LEAD]
        edges[left + 1 < right] = -1  # marks alone stand between
        gap[first] = NONE
        marked = (edges < 0) | (edges > 1)
        known = self._gaps
        at, edge = first[marked], edges[marked].tolist()
        found = [known.get(one, -1) for one in edge]
        for i in [i for i, one in enumerate(found) if one < 0]:
            word = int(at[i])
            found[i] = gap_between(text, int(start[word - 1]), int(end[word - 1]), int(start[word]), self._separators)
            if edge[i] >= 0:
                known[edge[i]] = found[i]
        gap[at] = found

    def _count_in_roman(self, word: Ints, row: Ints, gap: Ints) -> None:
        roman = np.flatnonzero((row[:, _ROMAN] >= 0) & (gap == NONE))
        roman = roman[(self._kind[word[roman - 1]] & NUMBERED_BY) > 0]
        word[roman] = row[roman, _ROMAN]


def _room(table: Ints, size: int) -> Ints:
    if size <= len(table):
        return table
    larger = np.zeros((max(size, 2 * len(table)), *table.shape[1:]), table.dtype)
    larger[: len(table)] = table
    return larger


def _offsets(counts: Ints) -> Ints:
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def _covered(start: Ints, end: Ints, masked: Sequence[Span]) -> Ints:
    """Return whether words overlap masked spans that do not overlap each other."""
    begins, ends = np.array(masked, np.int64).T
    change = np.zeros(len(start) + 1, np.int64)
    np.add.at(change, np.searchsorted(end, begins, side="right"), 1)
    np.add.at(change, np.searchsorted(start, ends, side="left"), -1)
    return np.cumsum(change)[:-1] > 0
