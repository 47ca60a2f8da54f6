"""What a candidate intermediate node of a path looks like in the graph, and how likely an expert would name it.

An *intermediate node* is a node between the findings of a question and an option: a finding speaks for it, or lies two
hops off, and the option is one or two hops further. It has a few numbers, the same for every item and all close to
0..1. Which of hundreds a clinician would think of is learned from explanations that experts wrote: the log-odds that
one names a node are a weighted sum of its features (logistic regression; Cox 1958), the weights in a text file. Few
weights keep it readable and keep it from learning the training questions by heart; a trial with boosted trees was no
better.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from kgpaths.errors import UsageError
from kgpaths.graph.ids import folded
from kgpaths.paths.evidence import DIRECT, ITSELF, UPWARD, EvidenceModel, ItemEvidence
from kgpaths.paths.kernel import Kernel
from kgpaths.paths.passages import Passages
from kgpaths.paths.search_graph import INFINITE
from kgpaths.resources import resource
from kgpaths.vocabulary.node_types import node_types

_GROUPS = ("condition", "substance", "gene_product", "living_thing", "circumstance", "process", "care", "structure")
FEATURES: dict[str, str] = {
    "share": "share of the present findings that speak for it",
    "worth": "ln(1 + joint evidence in nats), see `kgpaths.paths.evidence`",
    "best_worth": "the most telling finding, tens of nats",
    "two_hops": "1 if no finding speaks for it, and one lies two hops off",
    "option_cost": "cheapest way on to the option, tens of nats",
    "adamic_adar": "ln(1 + sum over neighbours shared with the option of 1 / ln(1 + degree)), of the item's greatest",
    "adamic_findings": "the same for neighbours shared with the present findings",
    "told": "how much more often the passages closest to findings and options name it than others do, tens of nats",
    "kin_told": "ln(1 + how often those name its direct classes and kinds, of 1 / 500), tens",
    "degree": "ln(1 + degree), tens",
    "kinds": "ln(1 + its kinds, theirs included), tens: how general it is",
    "hierarchy": "ln(1 + its direct classes and kinds), tens",
    "names": "ln(1 + number of names), tens: what has many names is often spoken of",
    "catalogued": "1 for a disease that only catalogues of rare diseases have",
    "class_of_option": "1 if the option is one of its kinds",
    "kind_of_option": "1 if it is a kind of the option",
    "sibling_of_option": "1 if both are kinds of a third",
    "class_of_finding": "1 if a finding is one of its kinds",
    "kind_of_finding": "1 if it is a kind of a finding",
    "type_of_option": "1 if it has the option's type",
    "name_in_stem": "share of the words of its name that the stem has",
    **{f"is_{group}": f"1 for a {group.replace('_', ' ')}" for group in _GROUPS[1:]},
}
"""Name and meaning, in the order of the columns."""

_SELDOM = 0.002
"""Share of passages, added to both sides of a ratio: what is named seldom tells little."""

_TOLD = 3
"""Features that an explanation names."""


class Ranker(NamedTuple):
    """Weights of features: of intermediate nodes, or of options (`kgpaths.paths.options`).

    >>> ranker = shipped_ranker()
    >>> values = np.zeros((1, len(FEATURES)))
    >>> len(ranker.weight) == len(FEATURES), ranker.log_odds(values).shape
    (True, (1,))
    """

    features: tuple[str, ...]
    """Names of the features; F is their number."""
    bias: float
    weight: NDArray[np.float64]
    """Shape (F,), in nats per unit of the feature."""
    mean: NDArray[np.float64]
    """Shape (F,): the average intermediate node; explanations say in what a node differs from it."""

    def log_odds(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the log-odds of every row of features in milli-nats, shape (M,)."""
        odds: NDArray[np.float64] = 1000 * (self.bias + (values * self.weight).sum(axis=1))
        return odds.round().astype(np.int64)

    def explain(self, row: NDArray[np.float64]) -> str:
        """Return the features that move a node's log-odds most against the average intermediate node's, in nats."""
        share = self.weight * (row - self.mean)
        order = np.lexsort((np.arange(len(share)), -np.abs(share)))[:_TOLD]
        names = self.features
        return ", ".join(f"{names[place]} {share[place]:+.2f}" for place in order if round(share[place], 2))

    @classmethod
    def read(cls, path: Path, features: Iterable[str]) -> Self:
        """Read a weights file.

        Raises:
            UsageError: a line that is no feature with two numbers, or a feature that is missing.
        """
        names = tuple(features)
        found: dict[str, tuple[float, float]] = {}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            name, *rest = line.split("\t")
            if (name not in names and name != "bias") or len(rest) != 2:
                raise UsageError(f"{path.name}:{number}: {line!r} is no feature with its weight and its mean")
            try:
                found[name] = (float(rest[0]), float(rest[1]))
            except ValueError as error:
                raise UsageError(f"{path.name}:{number}: {error}") from error
        missing = [name for name in ("bias", *names) if name not in found]
        if missing:
            raise UsageError(f"{path.name} lacks {', '.join(missing)}; make it again with kgpaths paths learn-ranker")
        weight, mean = np.array([found[name] for name in names]).T
        return cls(names, found["bias"][0], weight, mean)

    def text(self, remarks: Sequence[str]) -> str:
        """Return the weights file's content, with remarks at its head."""
        lines = [f"# {remark}" for remark in remarks] + ["# feature\tweight\tmean", f"bias\t{self.bias:.4f}\t1.0000"]
        rows = zip(self.features, self.weight.tolist(), self.mean.tolist(), strict=True)
        return "\n".join(lines + [f"{name}\t{weight:.4f}\t{mean:.4f}" for name, weight, mean in rows]) + "\n"


@cache
def shipped_ranker() -> Ranker:
    """Return the ranker that comes with the library."""
    return Ranker.read(resource("ontologies", "paths", "ranker.txt"), FEATURES)


class IntermediateNodes(NamedTuple):
    """Candidate intermediate nodes of one option node and what they look like."""

    nodes: NDArray[np.int64]
    """Shape (M,), ascending."""
    values: NDArray[np.float64]
    """Shape (M, F), columns as in `FEATURES`."""


class FeatureModel:
    """Features over one graph; what does not depend on the item is computed once."""

    def __init__(self, kernel: Kernel, model: EvidenceModel, passages: Passages) -> None:
        self.kernel, self.model, self.graph, self.passages = kernel, model, model.graph, passages
        graph, number = self.graph, self.graph.n_nodes
        groups = [known.group if (known := node_types().get(kind)) else "" for kind in graph.node_types]
        numbers = [_GROUPS.index(group) if group in _GROUPS else len(_GROUPS) for group in groups]
        self.group = np.array(numbers, dtype=np.int64)[graph.node_type]
        """Shape (N,): place in `_GROUPS`; its length for a type that the vocabulary does not have."""
        hierarchy = model.classifies[graph.predicate]
        self.log_related = np.bincount(graph.subject[hierarchy], minlength=number)
        self.log_related = np.log1p(self.log_related + np.bincount(graph.object[hierarchy], minlength=number)) / 10
        read = np.array([tier != "curated" for tier in graph.tiers], dtype=bool)[graph.tier]
        self.text_degree = np.bincount(graph.subject[read], minlength=number)
        self.text_degree = self.text_degree + np.bincount(graph.object[read], minlength=number)
        self.log_degree = np.log1p(model.degree) / 10
        self.log_kinds = np.log1p(model.kinds) / 10
        is_a = (hierarchy & model.search_graph.inside) & (graph.subject != graph.object)
        is_a &= np.array([name == "is_a" for name in graph.predicates], dtype=bool)[graph.predicate]
        self._is_a = np.unique(np.sort(np.stack([graph.subject[is_a], graph.object[is_a]], axis=1), axis=1), axis=0)
        self.log_names = np.log1p(np.diff(graph.name_indptr)) / 10
        self.words = lru_cache(maxsize=65_536)(self._words)
        self.texts = lru_cache(maxsize=8192)(self._texts)
        self.related_classes = lru_cache(maxsize=65_536)(self._related_classes)
        # Questions share findings and answers; what is kept for the next one is bounded, whatever their number.
        self.adamic_adar = lru_cache(maxsize=1024)(self._adamic_adar)
        self.reach = lru_cache(maxsize=32)(self._reach)

    def _words(self, node: int) -> tuple[str, ...]:
        return tuple(words(self.graph.name(node)))

    def _related_classes(self, node: int) -> tuple[list[int], list[int]]:
        """Classes and kinds of a node, ascending."""
        graph = self.graph
        edges = np.asarray(graph.arcs[graph.indptr[node] : graph.indptr[node + 1]])
        edges = edges[self.model.classifies[graph.predicate[edges]]]
        subject, object = graph.subject[edges], graph.object[edges]
        above, below = object[(subject == node) & (object != node)], subject[(object == node) & (subject != node)]
        return sorted(set(above.tolist())), sorted(set(below.tolist()))

    def siblings(self, node: int) -> list[int]:
        """Nodes that are kinds of what a node is a kind of, ascending."""
        return sorted(
            {other for above in self.related_classes(node)[0] for other in self.related_classes(above)[1]} - {node}
        )

    def told(self, weights: Mapping[int, float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the columns `told` and `kin_told` of all nodes, shape (N,) each, for weighted nodes of an item."""
        relevance, passages = self.passages.relevance(weights), self.passages
        usual = passages.count / max(passages.number, 1)
        related = np.bincount(self._is_a[:, 0], weights=relevance[self._is_a[:, 1]], minlength=self.graph.n_nodes)
        related += np.bincount(self._is_a[:, 1], weights=relevance[self._is_a[:, 0]], minlength=self.graph.n_nodes)
        return np.log((relevance + _SELDOM) / (usual + _SELDOM)) / 10, np.log1p(related / _SELDOM) / 10

    def _texts(self, node: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Neighbours by edges read in texts, ascending, and the strongest such edge's strength."""
        graph = self.graph
        edges = np.asarray(graph.arcs[graph.indptr[node] : graph.indptr[node + 1]])
        edges = edges[np.array([tier != "curated" for tier in graph.tiers], dtype=bool)[graph.tier[edges]]]
        others = graph.subject[edges].astype(np.int64) + graph.object[edges] - node
        strength = graph.strength[edges].astype(np.float64)
        order = np.lexsort((-strength, others))
        others, strength = others[order], strength[order]
        first = np.ones(len(others), dtype=bool)
        first[1:] = others[1:] != others[:-1]
        return others[first], strength[first]

    def add_adamic_adar(self, node: int, total: NDArray[np.float64], *, degree_cap: int) -> None:
        """Add Adamic and Adar's index (2003, doi:10.1016/S0378-8733(03)00009-1) of a node with every other, (N,)."""
        others, values = self.adamic_adar(node, degree_cap)
        total[others] += values

    def _adamic_adar(self, node: int, degree_cap: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        arcs = self.kernel.graph
        around = [arcs.neighbours(intermediate) for intermediate in arcs.neighbours(node).tolist()]
        around = [nodes for nodes in around if 1 < len(nodes) <= degree_cap]
        if not around:
            return np.zeros(0, dtype=np.int32), np.zeros(0)
        worth = np.repeat([1 / np.log1p(len(nodes)) for nodes in around], [len(nodes) for nodes in around])
        others, place = np.unique(np.concatenate(around), return_inverse=True)
        return others, np.bincount(place, weights=worth).astype(np.float64)

    def _reach(self, option: int, hops: int, degree_cap: int) -> NDArray[np.int32]:
        """Cheapest way of one hop and, if asked for, two from everywhere to a node, shape (hops, N)."""
        everywhere = np.arange(self.graph.n_nodes, dtype=np.int64)
        found = self.kernel.reach(np.array([option]), everywhere, hops=hops, degree_cap=degree_cap)
        ways: NDArray[np.int32] = found[0]
        return ways


class ItemFeatures:
    """Features of the intermediate nodes of one item."""

    def __init__(
        self, model: FeatureModel, evidence: ItemEvidence, stem: str, options: Collection[int], *, degree_cap: int
    ) -> None:
        """Take the item's findings, the text of its stem, and the nodes of all its options."""
        self.model, self.evidence, self.degree_cap = model, evidence, degree_cap
        number, present = model.graph.n_nodes, evidence.findings.present
        self.stem = frozenset(words(stem))
        self.starts = np.array(sorted(present), dtype=np.int64)
        self.count, self.best = np.zeros(number), np.zeros(number)
        self.class_of_finding, self.kind_of_finding = np.zeros(number, dtype=bool), np.zeros(number, dtype=bool)
        self.adamic = np.zeros(number)
        for finding, scale in present.items():
            support = model.model.support(finding)
            speaks = (support.through >= 0) | (support.through == DIRECT) | (support.through == ITSELF)
            self.count[support.nodes[speaks]] += 1
            self.class_of_finding[support.nodes[support.through == UPWARD]] = True
            self.kind_of_finding[model.related_classes(finding)[1]] = True
            self.best[support.nodes[speaks]] = np.maximum(
                self.best[support.nodes[speaks]], support.worth[speaks] * scale / 10_000
            )
            model.add_adamic_adar(finding, self.adamic, degree_cap=degree_cap)
        asked = dict.fromkeys(options, len(present) ** 0.5 / 2)
        self.told, self.kin_told = model.told({**present, **asked})
        self._far: NDArray[np.int32] | None = None

    def _distance(self) -> NDArray[np.int32]:
        """Cheapest two hops from any finding to every node, shape (N,)."""
        if self._far is None:
            everywhere = np.arange(self.model.graph.n_nodes, dtype=np.int64)
            cap = self.degree_cap
            self._far = np.full(len(everywhere), INFINITE, dtype=np.int32)
            for start in self.starts:
                reach = self.model.kernel.reach(np.array([start]), everywhere, hops=2, degree_cap=cap)
                self._far = np.minimum(self._far, reach[0, 1])
        return self._far

    def intermediate_nodes(
        self, option: int, joint: NDArray[np.int64], barred: Sequence[int], *, hops: int
    ) -> IntermediateNodes:
        """Return the intermediate nodes on ways of at most `hops` edges to an option node, and their features.

        Args:
            option: the option's node.
            joint: the joint evidence, shape (N,), from `ItemEvidence.joint`.
            barred: nodes that are no intermediate nodes.
            hops: longest path in edges.
        """
        model = self.model
        allowed = (model.model.degree <= self.degree_cap) & (model.model.degree > 0)
        allowed[list(barred)] = False
        allowed[option] = False
        if hops < 2 or not len(self.starts):
            return IntermediateNodes(np.zeros(0, dtype=np.int64), np.zeros((0, len(FEATURES))))
        reach = model.reach(option, 2 if hops > 2 else 1, self.degree_cap)
        near = reach[0] < INFINITE
        far = reach[1] < INFINITE if hops > 2 else np.zeros_like(near)
        spoken = self.count > 0
        candidates = spoken & (near | far)
        if hops > 2:
            candidates |= near & (self._distance() < INFINITE)
        return self.describe(option, joint, np.flatnonzero(candidates & allowed), hops=hops)

    def describe(
        self, option: int, joint: NDArray[np.int64], places: NDArray[np.int64], *, hops: int
    ) -> IntermediateNodes:
        """Return the features of some nodes, ascending, as intermediate nodes on the way to an option node."""
        model = self.model
        graph = model.graph
        reach = model.reach(option, 2 if hops > 2 else 1, self.degree_cap)
        adjacent, speaks = reach[0, places] < INFINITE, self.count[places] > 0
        onward = np.where(adjacent, reach[0, places], reach[-1, places]).astype(np.float64)
        shared = np.zeros(graph.n_nodes)
        model.add_adamic_adar(option, shared, degree_cap=self.degree_cap)
        above, below = model.related_classes(option)
        columns = [
            self.count[places] / len(self.starts),
            np.log1p(np.maximum(joint[places], 0) / 1000),
            self.best[places],
            (~speaks).astype(np.float64),
            np.minimum(onward, 20_000) / 10_000,
            _of_greatest(np.log1p(shared[places])),
            _of_greatest(np.log1p(self.adamic[places])),
            self.told[places],
            self.kin_told[places],
            model.log_degree[places],
            model.log_kinds[places],
            model.log_related[places],
            model.log_names[places],
            (model.model.intermediate_cost[places] > model.model.degree_cost[places]).astype(np.float64),
            np.isin(places, above),
            np.isin(places, below),
            np.isin(places, model.siblings(option)),
            self.class_of_finding[places],
            self.kind_of_finding[places],
            graph.node_type[places] == graph.node_type[option],
            np.array([self._overlap(node) for node in places.tolist()]),
            *(model.group[places] == number for number in range(1, len(_GROUPS))),
        ]
        return IntermediateNodes(places, np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1))

    def own_texts(self, node: int, without: Sequence[int]) -> tuple[float, int]:
        """Return summed strength and number of a node's edges read in texts to present findings."""
        others, strength = self.model.texts(node)
        kept = np.isin(others, self.starts) & ~np.isin(others, list(without))
        return float(strength[kept].sum()), int(kept.sum())

    def _overlap(self, node: int) -> float:
        name = self.model.words(node)
        return sum(word in self.stem for word in name) / len(name) if name else 0.0


def _of_greatest(values: NDArray[np.float64]) -> NDArray[np.float64]:
    greatest = values.max(initial=0.0)
    return values / greatest if greatest > 0 else values


def words(text: str) -> list[str]:
    """Return the folded words of a name or a stem.

    >>> words("Crohn's disease, ileal")
    ['crohn', 's', 'disease', 'ileal']
    """
    return "".join(letter if letter.isalnum() else " " for letter in folded(text)).split()
