"""Which concepts stand together in passages of reference texts: evidence of the text beside that of single edges.

An edge needs a sentence that states it; that two things are spoken of on the same page is weaker, and there is far
more of it. For a node b and a finding f this is the log-likelihood ratio of a passage that names b naming f too::

    ratio(f, b) = ln P(f | b) / P(f),   P(f | b) = (together(f, b) + 3 P(f)) / (passages(b) + 3)

smoothed as if three passages had been seen in which f is as frequent as anywhere (Dirichlet prior; Zhai and Lafferty,
SIGIR 2001). It is below 0 where two well-known things are never met together. No path walks here.

What several nodes together are about is read from the passages that name most of them, the rare ones above all: how
often those passages name a node is its *relevance* (relevance model; Lavrenko and Croft, SIGIR 2001).

`ontologies/paths/passages/SOURCE.tsv.xz` (made by `ontologies/build_passages.py`) names the concepts of each passage. A
graph has the passages of the sources that it has edges of: who leaves a source out leaves its passages out.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from kgpaths.errors import GraphError, UnknownNode
from kgpaths.resources import resource

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

_PRIOR = 3.0
"""Passages of the smoothing."""
_CLOSEST, _SHARPNESS = 200, 4
"""Passages that relevance is read from, and the power of a passage's score that it counts with."""
_HEAD = "node\tgaps"


class Passages:
    """Passages as sets of nodes of one graph.

    >>> passages = Passages(4, [[0, 1], [0, 1], [2, 3], [2]])
    >>> passages.ratio(0, [1, 3]).round(2).tolist()
    [0.34, -0.51]
    """

    def __init__(self, n_nodes: int, passages: Iterable[Sequence[int]]) -> None:
        """Take the number of the graph's nodes, and the nodes of every passage."""
        rows = list(passages)
        numbers = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        self._fill(n_nodes, len(rows), np.array([*chain(*rows)], dtype=np.int64), numbers)

    def _fill(self, n_nodes: int, number: int, nodes: NDArray[np.int64], passage: NDArray[np.int64]) -> None:
        self.number = number
        pairs = np.sort(passage * n_nodes + nodes)
        pairs = pairs[np.diff(pairs, prepend=-1) > 0]  # of several ids of one node, one
        by_passage, self.nodes = pairs // n_nodes, (pairs % n_nodes).astype(np.int32)
        self.indptr = np.concatenate(([0], np.cumsum(np.bincount(by_passage, minlength=number))))
        """Shape (P + 1,): nodes of passage p stand at ``nodes[indptr[p]:indptr[p + 1]]``."""
        self.count = np.bincount(self.nodes, minlength=n_nodes)
        """Shape (N,): passages that name a node."""
        self._first = np.concatenate(([0], np.cumsum(self.count)))
        self._passage = by_passage[np.argsort(self.nodes, kind="stable")]
        self._beside = lru_cache(maxsize=4096)(self._count_beside)

    @classmethod
    def of(cls, graph: KnowledgeGraph) -> Self:
        """Return the shipped passages of the sources that a graph has, as far as it has their concepts."""
        nodes, passage, number = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], 0
        for path in sorted(resource("ontologies", "paths", "passages").glob("*.tsv.xz")):
            if path.name.partition(".")[0] in graph.sources:
                more, places = _read(path)
                for name, where in places.items():
                    with suppress(UnknownNode):
                        nodes.append(np.full(len(where), graph.index(name)))
                        passage.append(where + number)
                number += more
        passages = cls(graph.n_nodes, [])
        passages._fill(graph.n_nodes, number, np.concatenate(nodes), np.concatenate(passage))
        return passages

    def together(self, node: int, others: Sequence[int]) -> NDArray[np.int64]:
        """Return in how many passages other nodes stand with a node, shape (len(others),).

        O(passages of the node) at first, then O(log) for each.
        """
        nodes, counts = self._beside(node)
        places = np.asarray(others, dtype=np.int64)
        if not len(nodes):
            return np.zeros(len(places), dtype=np.int64)
        at = np.minimum(np.searchsorted(nodes, places), len(nodes) - 1)
        return np.where(nodes[at] == places, counts[at], 0)

    def ratio(self, node: int, findings: Sequence[int]) -> NDArray[np.float64]:
        """Return the log-likelihood ratio of each finding given a node, in nats, shape (len(findings),).

        It is 0 where no passage names one of the two.
        """
        places = np.asarray(findings, dtype=np.int64)
        share = self.count[places] / max(self.number, 1)
        known = (share > 0) & (self.count[node] > 0)
        given = (self.together(node, findings) + _PRIOR * share) / (self.count[node] + _PRIOR)
        ratio: NDArray[np.float64] = np.log(np.where(known, given, 1.0) / np.where(known, share, 1.0))
        return ratio

    def relevance(self, weights: Mapping[int, float]) -> NDArray[np.float64]:
        """Return the share of the passages closest to some nodes that names each node, shape (N,), 0..1.

        A passage is the closer the more of the nodes it names, by weight times ln(passages / passages that name it),
        over the root of its length. O(passages of the nodes).

        >>> passages = Passages(4, [[0, 1], [0, 1, 2], [2, 3], [3]])
        >>> passages.relevance({0: 1.0, 1: 1.0}).round(2).tolist()
        [1.0, 1.0, 0.36, 0.0]
        """
        score = np.zeros(self.number)
        for node, weight in sorted(weights.items()):
            own = self._passage[self._first[node] : self._first[node + 1]]
            if len(own):
                score[own] += weight * np.log(self.number / len(own))
        met = np.flatnonzero(score > 0)
        sizes = np.diff(self.indptr)
        closeness = score[met] / np.sqrt(1 + sizes[met])
        best = np.argsort(-closeness, kind="stable")[:_CLOSEST]
        met, closeness = met[best], closeness[best]
        if not len(met):
            return np.zeros(len(self.count))
        counts = (closeness / closeness[0]) ** _SHARPNESS
        starts = np.repeat(self.indptr[met] - np.concatenate(([0], np.cumsum(sizes[met])[:-1])), sizes[met])
        named = self.nodes[starts + np.arange(sizes[met].sum())]
        share = np.bincount(named, weights=np.repeat(counts, sizes[met]), minlength=len(self.count))
        relevance: NDArray[np.float64] = share / counts.sum()
        return relevance

    def _count_beside(self, node: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Nodes that share a passage with a node, ascending, and how many."""
        own = self._passage[self._first[node] : self._first[node + 1]]
        sizes = np.diff(self.indptr)[own]
        starts = np.repeat(self.indptr[own] - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes)
        nodes, together = np.unique(self.nodes[starts + np.arange(sizes.sum())], return_counts=True)
        return nodes.astype(np.int32), together


def write_passages(path: Path, passages: Sequence[Sequence[str]]) -> None:
    """Write the concepts of passages; the same passages give the same bytes.

    A line for every node: the numbers of its passages as gaps. The line without a node gives their number.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "medquad.tsv.xz"
    >>> write_passages(path, [["DOID:1", "HP:2"], [], ["HP:2"]])
    >>> read_passages(path)
    [['DOID:1', 'HP:2'], [], ['HP:2']]
    """
    places: dict[str, list[int]] = {}
    for number, row in enumerate(passages):
        for name in row:
            places.setdefault(name, []).append(number)
    lines = [_HEAD, f"\t{len(passages)}"]
    lines += [f"{name}\t{' '.join(map(str, np.diff(places[name], prepend=0)))}" for name in sorted(places)]
    text = "\n".join(lines) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lzma.compress(text.encode(), check=lzma.CHECK_CRC64, preset=9 | lzma.PRESET_EXTREME))


def read_passages(path: Path) -> list[list[str]]:
    """Return the concepts of passages.

    Raises:
        GraphError: the file cannot be read or is none of passages.
    """
    number, places = _read(path)
    found: list[list[str]] = [[] for _ in range(number)]
    for name, where in places.items():
        for place in where.tolist():
            found[place].append(name)
    return found


def _read(path: Path) -> tuple[int, dict[str, NDArray[np.int64]]]:
    """Return the number of passages and those that name each concept."""
    try:
        head, total, *lines = lzma.decompress(path.read_bytes()).decode().splitlines()
        if head != _HEAD:
            raise ValueError(f"its columns are {head!r}")
        number, places = int(total), {}
        for line in lines:
            name, gaps = line.split("\t")
            places[name] = where = np.cumsum(np.array(gaps.split(" "), dtype=np.int64))
            if where[-1] >= number or where[0] < 0:
                raise ValueError(f"{name} stands in passage {where[-1]} of {number}")
    except (OSError, lzma.LZMAError, ValueError) as error:
        raise GraphError(f"{path} cannot be read as passages ({error}); install kgpaths again") from None
    return number, places
