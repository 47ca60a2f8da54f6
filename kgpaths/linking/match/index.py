"""All names of a graph, in memory-mapped arrays, found by their words in whole batches of texts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from kgpaths.files import new_folder
from kgpaths.graph.tables import SCOPES
from kgpaths.linking.match.batches import ADJECTIVE, MOST_PIECES, Batch, Cutter, Ints
from kgpaths.linking.match.trigrams import Trigrams
from kgpaths.linking.match.windows import Owners, WindowTable
from kgpaths.linking.values.spans import Span
from kgpaths.linking.words.normalisation import loose_form
from kgpaths.linking.words.plain_text import plain
from kgpaths.linking.words.tokenizer import COLON, NONE, SOFT

MAX_NAME = 16
"""Longest name kept, in words; those longer than a window match whole strings only."""
_MOST_SKIPPED = 3
"""Articles and prepositions that may stand between two words of a name."""
_AT_ONCE = 50_000
"""Names cut in one batch."""
_UNKNOWN, _LEFT_OUT, _UNSEEN = -1, -2, -3


class Hits(NamedTuple):
    """Windows of a batch whose words are those of names, by text and position; parallel lists.

    Positions count words of the window's own text.
    """

    bounds: list[int]
    """The windows of text t are those from `bounds[t]` to `bounds[t + 1]`."""
    first: list[int]
    last: list[int]
    key: list[int]
    """The same words have the same key, in any order."""
    rows_at: list[int]
    """Rows of window w: `rows[rows_at[w]:rows_at[w + 1]]`."""
    rows: list[int]
    """Rows of names."""
    in_order: list[bool]
    """Whether the words stand in the order of the row's name."""
    crosses_comma: list[bool]
    """Whether a comma stands inside the window."""
    cut_short: list[bool]
    """Whether it ends in an adjective whose noun follows: "jugular venous" before "distension"."""

    def owners(self, window: int) -> Owners:
        """Return the name rows of a window, each with whether the words stand in its order."""
        span = slice(self.rows_at[window], self.rows_at[window + 1])
        return tuple(zip(self.rows[span], self.in_order[span], strict=True))


class NameIndex:
    """Names of a graph, looked up by their words.

    >>> names = [(0, "Chest pain", "label"), (1, "Pneumonia", "label"), (0, "Pain in the chest", "exact")]
    >>> index = NameIndex.build(names)
    >>> hits = index.find(index.cut(["Pains in the chest with pneumonia"]))
    >>> [(hits.first[w], hits.last[w], [index.text(row) for row, _ in hits.owners(w)]) for w in range(2)]
    [(0, 3, ['Chest pain', 'Pain in the chest']), (5, 5, ['Pneumonia'])]
    """

    def __init__(self, arrays: dict[str, Ints], words: list[str]) -> None:
        self._arrays = arrays
        self.words = {word: number for number, word in enumerate(words)}
        self.nodes: npt.NDArray[np.int32] = arrays["node"]
        self.scopes: npt.NDArray[np.uint8] = arrays["scope"]
        self._blob: npt.NDArray[np.uint8] = arrays["text"]
        self._text_at: npt.NDArray[np.int32] = arrays["text_at"]
        self._strict, self._loose = (
            WindowTable({key.removeprefix(kind): array for key, array in arrays.items() if key.startswith(kind)})
            for kind in ("strict_", "loose_")
        )
        self.trigrams = Trigrams(
            {key.removeprefix("trigram_"): array for key, array in arrays.items() if key.startswith("trigram_")}
        )
        self._forget()

    def __len__(self) -> int:
        """Number of names."""
        return len(self.nodes)

    @classmethod
    def build(cls, names: Iterable[tuple[int, str, str]]) -> Self:
        """Index (node, name, scope) triples; names of no words or of more than `MAX_NAME` are left out."""
        cutter = Cutter()
        best = _distinct(names, cutter)
        order = sorted(best)
        lengths = np.array([len(words) for *_, words in order], np.int64)
        cut = np.fromiter(chain.from_iterable(words for *_, words in order), np.int64)
        vocabulary = sorted(cutter.words[number] for number in np.flatnonzero(np.bincount(cut)).tolist())
        known = set(vocabulary)
        loose = {word: loose_form(word, known) for word in vocabulary}
        everything = sorted(known.union(loose.values()) - {""})
        ids = {word: number for number, word in enumerate(everything)}
        strict_id = np.array([ids.get(word, _UNKNOWN) for word in cutter.words], np.int32)
        loose_id = np.array([ids.get(loose.get(word, ""), _LEFT_OUT) for word in cutter.words], np.int32)
        strict = WindowTable.build(strict_id[cut], lengths, np.arange(len(order)))
        owner = np.repeat(np.arange(len(order)), lengths)
        kept = loose_id[cut] != _LEFT_OUT
        n_loose = np.bincount(owner[kept], minlength=len(order))
        kept &= n_loose[owner] > 1
        rows = np.flatnonzero(n_loose > 1)
        loosely = WindowTable.build(loose_id[cut[kept]], n_loose[rows], rows)
        trigrams = Trigrams.build(everything, *strict.distinct())
        texts = [text.encode() for _, _, text, _ in order]
        arrays: dict[str, Ints] = {
            "node": np.array([row[0] for row in order], np.int32),
            "scope": np.array([row[1] for row in order], np.uint8),
            "text": np.frombuffer(b"".join(texts), np.uint8),
            "text_at": np.cumsum([0, *map(len, texts)], dtype=np.int32),
        }
        arrays |= {f"strict_{name}": array for name, array in strict.arrays.items()}
        arrays |= {f"loose_{name}": array for name, array in loosely.arrays.items()}
        arrays |= {f"trigram_{name}": array for name, array in trigrams.arrays.items()}
        return cls(arrays, everything)

    def save(self, folder: Path) -> None:
        """Write the index as a folder of arrays: whole or not at all, also when two processes write the same."""
        with new_folder(folder) as part:
            for name, array in self._arrays.items():
                np.save(part / f"{name}.npy", array)
            (part / "words.json").write_text(json.dumps(list(self.words)), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a saved index; the arrays are mapped, not read."""
        words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        # np.asarray: the same mapped pages without the memmap class, whose indexing is ten times slower
        arrays = {path.stem: np.asarray(np.load(path, mmap_mode="r")) for path in sorted(folder.glob("*.npy"))}
        return cls(arrays, words)

    def text(self, row: int) -> str:
        """Return a name as the graph writes it, in plain characters."""
        return self._blob[self._text_at[row] : self._text_at[row + 1]].tobytes().decode()

    def cut(self, texts: Sequence[str], masked: Sequence[Span] = ()) -> Batch:
        """Cut texts into words for `find`; a word inside a masked span, as of `find_values`, is part of no name."""
        if len(self._cutter) > MOST_PIECES:
            self._forget()
        return self._cutter.cut(texts, masked)

    def find(self, batch: Batch) -> Hits:
        """Return the windows of a batch, cut by this index, that are names."""
        return self._find(batch, self._strict, self._known(0, batch))

    def find_loosely(self, batch: Batch) -> Hits:
        """Return the windows of two words or more that are names in their loose form (`normalisation`)."""
        return self._find(batch, self._loose, self._known(1, batch))

    def whole(self, words: Sequence[str], *, loosely: bool = False) -> Owners:
        """Return the rows of names that consist of exactly these words, or of their loose forms."""
        if loosely:
            ids = [number for word in words if (number := self._loose_id(word)) != _LEFT_OUT]
        else:
            ids = [self.words.get(word, _UNKNOWN) for word in words]
        if len(ids) < (2 if loosely else 1) or _UNKNOWN in ids:
            return ()
        return (self._loose if loosely else self._strict).whole(ids)

    def _forget(self) -> None:
        self._cutter = Cutter()
        self._ids = [np.zeros(0, np.int32), np.zeros(0, np.int32)]
        """Word ids by the cutter's number, strictly and loosely."""
        self._loose_ids: dict[str, int] = {}

    def _known(self, loosely: int, batch: Batch) -> Ints:
        """Return the id of every word that the cutter of a batch has met."""
        known = self._ids[loosely]
        if len(known) < len(batch.vocabulary):
            new = batch.vocabulary[len(known) :]
            more = map(self._loose_id, new) if loosely else (self.words.get(word, _UNKNOWN) for word in new)
            known = self._ids[loosely] = np.append(known, np.fromiter(more, np.int32, len(new)))
        return known

    def _loose_id(self, word: str) -> int:
        known = self._loose_ids.get(word)
        if known is None:
            form = loose_form(word, self.words)
            known = self.words.get(form, _UNKNOWN) if form else _UNKNOWN if word == "" else _LEFT_OUT
            self._loose_ids[word] = known
        return known

    def _find(self, batch: Batch, table: WindowTable, ids: Ints) -> Hits:
        """Cut the content words into segments that no name reaches over, and search them."""
        at = batch.content
        word = ids[batch.word[at]]
        breaks = np.cumsum(batch.gap >= COLON)[at]
        apart = np.ones(len(at), np.bool_)
        apart[1:] = (np.diff(breaks) > 0) | (np.diff(at) > _MOST_SKIPPED + 1)
        segment = np.cumsum(apart | (word == _UNKNOWN))
        kept = word >= 0
        at, segment = at[kept], segment[kept]
        found = table.search(word[kept], segment)
        new = np.ones(len(found.at), np.bool_)
        new[1:] = (np.diff(found.at) > 0) | (np.diff(found.length) > 0)
        window = np.flatnonzero(new)
        first, last = at[found.at[window]], at[(found.at + found.length - 1)[window]]
        text = batch.owner[first]
        base = batch.bounds[text]
        commas = np.cumsum(batch.gap >= SOFT)
        adjective = batch.kind[batch.word[last]] & ADJECTIVE > 0
        return Hits(
            np.searchsorted(text, np.arange(len(batch.texts) + 1)).tolist(),
            (first - base).tolist(),
            (last - base).tolist(),
            found.row[window].tolist(),
            [*window.tolist(), len(found.at)],
            found.owner.tolist(),
            found.in_order.tolist(),
            (commas[first] < commas[last]).tolist(),
            (adjective & (batch.next_gap[last] == NONE)).tolist(),
        )


def _distinct(names: Iterable[tuple[int, str, str]], cutter: Cutter) -> list[tuple[int, int, str, tuple[int, ...]]]:
    """Return (node, rank of the scope, name, words) of names, one for each node and folded wording."""
    rank = {scope: number for number, scope in enumerate(SCOPES)}
    best: dict[tuple[int, tuple[int, ...], str], tuple[int, str]] = {}
    stream = iter(names)
    while some := list(islice(stream, _AT_ONCE)):
        some = [(node, plain(text).text, scope) for node, text, scope in some]
        batch = cutter.cut([text for _, text, _ in some])
        numbers = batch.word[batch.content].tolist()
        bounds = np.searchsorted(batch.content, batch.bounds).tolist()
        for (node, text, scope), low, high in zip(some, bounds, bounds[1:], strict=False):
            if 1 <= high - low <= MAX_NAME:
                key = (node, tuple(numbers[low:high]), text.casefold())
                entry = (rank[scope], text)
                if key not in best or entry < best[key]:
                    best[key] = entry
    short = {number for number, word in enumerate(cutter.words) if len(word) == 1 or word.isdigit()}
    return [(node, *entry, words) for (node, words, _), entry in best.items() if not short.issuperset(words)]
