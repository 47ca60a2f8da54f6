"""How strongly what a question says speaks for a node of the graph.

Everything is an integer number of milli-nats, so that sums do not depend on their order. A finding f speaks for a
neighbour x with::

    worth(f, x) = scale(f) * (specificity(f) - prior(edge) - ln(1 / strength(edge)))
    specificity(f) = ln(N / generality(f)),  generality = max(neighbours, descendants by is_a)

which is the log-likelihood ratio of seeing f when x is true, with the graph's degrees in the place of frequencies
(inverse document frequency; Spärck Jones 1972). A finding also implies its is_a parents ("crushing chest pain" is
chest pain), which speak with their own, lower specificity. A node that is itself stated speaks for itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kgpaths.graph import KnowledgeGraph
from kgpaths.linking.assertion.stated import PRESENT
from kgpaths.paths.search_graph import SearchGraph
from kgpaths.records import Mention
from kgpaths.vocabulary.node_types import node_types
from kgpaths.vocabulary.relations import relations, relations_of

DIRECT, ITSELF, UPWARD = -1, -2, -3
"""Values of `Support.through` that are no node."""

_SCALE_BY_GROUP = {
    "condition": 1.0,
    "substance": 0.6,
    "gene_product": 0.8,
    "living_thing": 0.8,
    "circumstance": 0.8,
    "process": 0.6,
    "care": 0.4,
    "structure": 0.4,
}
"""How much a stated node of a group tells: findings tell most; that a test was done or a body part named, little."""
_HISTORICAL = 0.5
"""Scale of what the text says of the past: a risk, not a finding of today."""
_CATALOGUES = ("OMIM:", "ORPHA:")
"""Prefixes of diseases that only catalogues of rare diseases have."""
_RARITY, _ORPHANET_RARITY = 3000, 1500
"""How many milli-nats less likely a disease of a catalogue is beforehand, and one that Orphanet describes among others.

Hand-set; Orphanet lists what at most 1 in 2,000 have.
"""
_NEUTRAL = 1000
"""Added to the prior of relations without polarity: the order of concepts is no evidence by itself."""
_WEAKEST_STRENGTH = 0.02


class Support(NamedTuple):
    """What one stated node speaks for."""

    nodes: NDArray[np.int64]
    """Shape (M,), ascending."""
    worth: NDArray[np.int64]
    """Shape (M,): milli-nats at scale 1, above 0."""
    through: NDArray[np.int64]
    """Shape (M,): the is_a parent that speaks for the finding, else `DIRECT`, `ITSELF` or `UPWARD`.

    `UPWARD` are the finding's own classes. They are answers ("which class is it?") but no intermediate nodes: what else
    is in the class has nothing to do with the finding.
    """

    def at(self, node: int) -> tuple[int, int]:
        """Return (worth, through) of one node; worth 0 when nothing is said of it."""
        place = int(np.searchsorted(self.nodes, node))
        if place == len(self.nodes) or self.nodes[place] != node:
            return 0, DIRECT
        return int(self.worth[place]), int(self.through[place])


class Findings(NamedTuple):
    """The stated nodes of an item, by what the text says of them."""

    present: Mapping[int, float]
    """Node to scale in 0..1; paths start here. Historical ones count half; ascending by node."""
    absent: frozenset[int]
    """Denied nodes: they count against what they speak for, and no path touches them."""


class EvidenceModel:
    """Evidence over one graph; what a node speaks for is computed once and kept for the next items."""

    def __init__(self, graph: KnowledgeGraph, search_graph: SearchGraph, *, degree_cap: int) -> None:
        self.graph, self.search_graph, self.degree_cap = graph, search_graph, degree_cap
        self.degree = np.diff(search_graph.indptr)
        # A predicate that the vocabulary does not have is outside every view, so that its penalty is never read.
        self._penalty = np.array(
            [
                relation.cost_millinats + (_NEUTRAL if relation.polarity == "neutral" else 0) if relation else 0
                for relation in map(relations().get, graph.predicates)
            ],
            dtype=np.int64,
        )
        hierarchy = relations_of("hierarchy")
        self.classifies = np.array([predicate in hierarchy for predicate in graph.predicates], dtype=bool)
        self._is_a = graph.predicates.index("is_a") if "is_a" in graph.predicates else -1
        self.kinds = self._descendants()
        """Shape (N,): nodes below it by is_a."""
        generality = np.maximum(np.maximum(self.degree, self.kinds), 1)
        self.specificity = np.rint(1000 * np.log(max(graph.n_nodes, 2) / generality)).astype(np.int64).clip(min=0)
        """Shape (N,): milli-nats; low for hubs and for general terms."""
        self.degree_cost = np.rint(500 * np.log(np.maximum(self.degree, 1))).astype(np.int64)
        """Shape (N,): half the log degree."""
        self.intermediate_cost = self.degree_cost + self._rarity()
        """Shape (N,): half the log degree, and the rarity of a disease: what a good intermediate node must outweigh."""
        self.support = lru_cache(maxsize=8192)(self._support)

    def _descendants(self, depth: int = 16) -> NDArray[np.int64]:
        """Count descendants by is_a, each once per way down; capped, so that cycles do no harm."""
        graph = self.graph
        count = np.zeros(graph.n_nodes, dtype=np.int64)
        chosen = np.flatnonzero(graph.predicate == self._is_a)
        if not len(chosen):
            return count
        child, parent = graph.subject[chosen], graph.object[chosen]
        for _ in range(depth):
            below = np.bincount(parent, weights=count[child] + 1.0, minlength=graph.n_nodes)
            deeper = np.minimum(below, graph.n_nodes).astype(np.int64)
            if (deeper == count).all():
                break
            count = deeper
        return count

    def _rarity(self) -> NDArray[np.int64]:
        graph = self.graph
        rarity = np.zeros(graph.n_nodes, dtype=np.int64)
        if "ordo" in graph.sources:
            rarity[graph.subject[graph.source == graph.sources.index("ordo")]] = _ORPHANET_RARITY
        catalogued = [graph.id(node).startswith(_CATALOGUES) for node in range(graph.n_nodes)]
        rarity[np.array(catalogued, dtype=bool)] = _RARITY
        return rarity

    def findings(self, mentions: Sequence[Mention]) -> Findings:
        """Read the stated nodes of question and context.

        A node that is present anywhere is present; what is only hypothetical or of the family is left out, and so is
        a node of a type that the vocabulary does not have: nothing is known of what it tells.
        """
        present: dict[int, float] = {}
        absent: set[int] = set()
        scale_of = {name: _SCALE_BY_GROUP.get(kind.group, 0.0) for name, kind in node_types().items()}
        for mention in mentions:
            if mention.role not in ("question", "context"):
                continue
            node = self.graph.index(mention.node_id)
            if mention.assertion in PRESENT:
                scale = scale_of.get(self.graph.type(node), 0.0) * mention.score
                scale *= 1.0 if mention.assertion == "present" else _HISTORICAL
                if scale > 0:
                    present[node] = max(scale, present.get(node, 0.0))
            elif mention.assertion == "absent":
                absent.add(node)
        return Findings(dict(sorted(present.items())), frozenset(absent - set(present)))

    def relatives(self, node: int) -> list[int]:
        """Return the is_a parents and children of a node within the view, ascending."""
        graph = self.graph
        edges = np.asarray(graph.arcs[graph.indptr[node] : graph.indptr[node + 1]])
        edges = edges[(graph.predicate[edges] == self._is_a) & self.search_graph.inside[edges]]
        return sorted({*graph.subject[edges].tolist(), *graph.object[edges].tolist()} - {node})

    def _support(self, node: int) -> Support:
        stated = int(self.specificity[node])
        parts = [(np.array([node]), np.array([stated]), ITSELF)]
        others, penalty, upward, parents = self._neighbours(node)
        parts += [(others[~upward], (stated - penalty)[~upward], DIRECT)]
        parts += [(others[upward], (stated - penalty)[upward], UPWARD)]
        for parent in parents:
            if self.degree[parent] <= self.degree_cap:
                around, further, onward, _ = self._neighbours(parent)
                implied = min(stated, int(self.specificity[parent])) - int(self._penalty[self._is_a])
                kept = (around != node) & ~onward
                parts.append((around[kept], implied - further[kept], parent))
        nodes = np.concatenate([part[0] for part in parts]).astype(np.int64)
        worth = np.concatenate([part[1] for part in parts])
        through = np.concatenate([np.full(len(part[0]), part[2], dtype=np.int64) for part in parts])
        # Best first within a node; at equal worth the lowest `through`: itself, direct, then parents by index.
        order = np.lexsort((through, -worth, nodes))
        order = order[worth[order] > 0]
        first = np.ones(len(order), dtype=bool)
        first[1:] = nodes[order][1:] != nodes[order][:-1]
        kept = order[first]
        return Support(nodes[kept], worth[kept], through[kept])

    def _neighbours(self, node: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_], list[int]]:
        """Neighbours within the view, what their edges cost as evidence, which are classes, and the is_a parents."""
        graph = self.graph
        edges = np.asarray(graph.arcs[graph.indptr[node] : graph.indptr[node + 1]])
        subject, object = graph.subject[edges].astype(np.int64), graph.object[edges].astype(np.int64)
        inside = (self.search_graph.inside[edges]) & (subject != object)
        edges, subject, object = edges[inside], subject[inside], object[inside]
        strength = np.maximum(graph.strength[edges].astype(np.float64), _WEAKEST_STRENGTH)
        predicate = graph.predicate[edges]
        penalty = self._penalty[predicate] - np.rint(1000 * np.log(strength)).astype(np.int64)
        parents = sorted(set(object[(predicate == self._is_a) & (subject == node)].tolist()))
        upward = self.classifies[predicate] & (subject == node)
        return subject + object - node, penalty, upward, parents


class ItemEvidence:
    """The joint evidence of one item's findings over all nodes."""

    def __init__(self, model: EvidenceModel, findings: Findings) -> None:
        self.model, self.findings = model, findings
        self._joint = np.zeros(model.graph.n_nodes, dtype=np.int64)
        for node in findings.present:
            self._add(self._joint, node, 1)
        for node in sorted(findings.absent):
            support = model.support(node)
            self._joint[support.nodes] -= support.worth // 2

    def _add(self, joint: NDArray[np.int64], node: int, sign: int) -> None:
        support = self.model.support(node)
        joint[support.nodes] += sign * self._scaled(node, np.where(support.through == UPWARD, 0, support.worth))

    def _scaled(self, node: int, worth: NDArray[np.int64]) -> NDArray[np.int64]:
        return worth * round(1000 * self.findings.present[node]) // 1000

    def joint(self, without: Collection[int]) -> NDArray[np.int64]:
        """Return the evidence for every node, shape (N,), leaving out what some stated nodes say.

        An option that stands literally in the question must not speak for itself.
        """
        own = sorted(set(without) & set(self.findings.present))
        if not own:
            return self._joint
        joint = self._joint.copy()
        for node in own:
            self._add(joint, node, -1)
        return joint

    def for_answer(self, answer: int, joint: NDArray[np.int64], without: Collection[int]) -> int:
        """Return the joint evidence for an answer node, what findings say of their own classes included."""
        supporters = self.supporters(answer, without)
        return int(joint[answer]) + sum(worth for worth, _, through in supporters if through == UPWARD)

    def supporters(self, node: int, without: Collection[int]) -> list[tuple[int, int, int]]:
        """Return (worth, finding, through) of the findings that speak for a node, strongest first."""
        found = []
        for finding in self.findings.present:
            worth, through = self.model.support(finding).at(node)
            worth = worth * round(1000 * self.findings.present[finding]) // 1000
            if worth > 0 and finding not in without and through not in self.findings.present:
                found.append((worth, finding, through))
        return sorted(found, key=lambda entry: (-entry[0], entry[1]))
