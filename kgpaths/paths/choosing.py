"""The paths that go into a chain: over the few intermediate nodes that an expert would most likely name.

Every candidate intermediate node gets log-odds from the learned ranker, and a tenth of its joint evidence (the J of
`kgpaths.paths.selection` without the way on) beside: what a patient's findings say together outweighs what is usual.
Paths lead from a finding that speaks for the intermediate node (or lies two hops off) over it to the answer. A path is
worth the mean over its inner nodes, less for each hop beyond two.

Half of the places are for findings that speak for the answer itself. The others are filled one by one with the path
that is worth most, where a finding that was not used counts for it and an intermediate node that was not used against
it; `PathConfig.intermediate_nodes` carry all of them, and what is worth much less than the best is left out. So a chain
stays short: several findings, few thoughts. At most one of them is a class or a kind of the answer: where the answer is
a class of drugs, its drugs explain nothing. Where a remedy is asked for, no path has a step by which one does harm and
no good: what a drug is bad for is no reason to give it. Where a cause is asked for, none has one by which it only
helps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kgpaths.paths.evidence import UPWARD
from kgpaths.paths.features import IntermediateNodes, ItemFeatures, Ranker
from kgpaths.paths.kernel import FoundPath
from kgpaths.paths.selection import OptionNodes, Selector
from kgpaths.records import Question
from kgpaths.vocabulary.node_types import node_types
from kgpaths.vocabulary.relations import relations_of

_CANDIDATES = 24
"""Best intermediate nodes that paths are sought over; those that no way leads over do not count."""
_APPROACHES, _WAYS = 4, 6
"""Findings an intermediate node is approached from; ways of two hops from or to one that are looked at."""
_LEAST_WORTH = 500
"""Milli-nats: a finding that says less than this for a node is no step of reasoning."""
_HOP = 300
"""Milli-nats that a hop beyond two costs."""
_SLACK = 600
"""Milli-nats: a path that is worth so much less than the best one is left out."""
_DOUBTFUL, _DOUBTED = -2000, 2
"""Milli-nats that the best path is hardly worth showing below, and how many are shown then."""
_NEW_FINDING, _NEW_NODE = 600, 300
"""Milli-nats that a finding counts which no chosen path starts at, and that a node costs which none leads over."""
_RELATED = 1
"""Intermediate nodes that may be a class or a kind of the answer."""
_EVIDENCE = 10
"""Nats of joint evidence that count as one of log-odds."""
_MOST_EVIDENCE, _LEAST_EVIDENCE = 20_000, -5000
"""Milli-nats: more joint evidence, or less, does not count."""
_OF_HARM = frozenset({"cause", "harm", "mechanism", "complication", "risk_factor"})
"""Kinds of questions that what a remedy is good for does not answer."""
_NOTHING: frozenset[str] = frozenset()
_REMEDIES = frozenset({"substance", "care"})
_UNRANKED = -3000
"""Milli-nats: worth of an inner node that is no candidate intermediate node itself."""


class RankedPath(NamedTuple):
    """A path, what it is worth, and why."""

    found: FoundPath
    worth: int
    """Milli-nats; comparable within an item."""
    explanation: str


Table = tuple[dict[int, int], dict[int, NDArray[np.float64]]]
"""Worth in milli-nats and features of nodes."""


class PathChooser:
    """Ranks intermediate nodes and chooses paths for one item."""

    def __init__(self, selector: Selector, features: ItemFeatures, ranker: Ranker, question: Question) -> None:
        """Take the item's parts, and what is asked."""
        self.selector, self.features, self.ranker = selector, features, ranker
        self.wrong, self.saved_by = _NOTHING, _NOTHING
        helping, harming = relations_of("treatment"), relations_of("etiology", "harm")
        if question.wants_remedy:
            self.wrong, self.saved_by = harming, helping
        elif question.kind in _OF_HARM:
            self.wrong, self.saved_by = helping, harming

    def intermediate_nodes(self, option: OptionNodes, closed: Collection[int]) -> dict[int, Table]:
        """Return worth and features of every candidate intermediate node, by the option's node that it leads to."""
        evidence = self.selector.evidence
        joint = evidence.joint(option.nodes)
        barred = sorted({*closed, *option.nodes, *evidence.findings.present})
        return {
            answer: self._table(
                self.features.intermediate_nodes(answer, joint, barred, hops=self.selector.config.max_hops),
                joint,
                doubt,
            )
            for answer, doubt in zip(option.nodes, option.doubt, strict=True)
        }

    def _table(self, found: IntermediateNodes, joint: NDArray[np.int64], doubt: int) -> Table:
        nodes = found.nodes.tolist()
        evidence = joint[found.nodes] - self.selector.evidence.model.intermediate_cost[found.nodes]
        evidence = evidence.clip(_LEAST_EVIDENCE, _MOST_EVIDENCE) // _EVIDENCE
        worth = (self.ranker.log_odds(found.values) + evidence - doubt).tolist()
        return dict(zip(nodes, worth, strict=True)), dict(zip(nodes, found.values, strict=True))

    def paths(
        self, option: OptionNodes, *, barred: Collection[int], limit: int, per_question_node: int
    ) -> list[RankedPath]:
        """Return at most `limit` paths to an option, direct ones first, then as they were chosen.

        Args:
            option: where the paths end.
            barred: nodes that no path may touch, besides the denied ones.
            limit: how many.
            per_question_node: how many may start at the same finding.
        """
        closed = {*barred, *self.selector.evidence.findings.absent}
        config = self.selector.config
        direct, offers = self._direct(option, closed), self.offers(option, closed)
        chosen: list[RankedPath] = []
        starts: Counter[int] = Counter()
        lengths: Counter[int] = Counter()
        used: set[int] = set()
        model = self.features.model
        related = {node for answer in option.nodes for side in model.related_classes(answer) for node in side}

        def fits(offer: RankedPath) -> bool:
            nodes, hops = offer.found.nodes, offer.found.hops
            new = starts[nodes[0]] == 0 or not used.issuperset(nodes[1:-1])
            new &= all(offer.found != path.found for path in chosen)
            over = used.union(nodes[1:-1])
            few = (
                starts[nodes[0]] < per_question_node
                and len(over) <= config.intermediate_nodes
                and len(over & related) <= _RELATED
            )
            return new and few and self.selector.admits(hops, lengths)

        def take(offer: RankedPath) -> None:
            chosen.append(offer)
            starts[offer.found.nodes[0]] += 1
            lengths[offer.found.hops] += 1
            used.update(offer.found.nodes[1:-1])

        def gain(offer: RankedPath) -> int:
            new = len(set(offer.found.nodes[1:-1]) - used)
            return offer.worth + _NEW_FINDING * (starts[offer.found.nodes[0]] == 0) - _NEW_NODE * new

        for offer in direct:
            if len(chosen) < -(-limit // 2) and starts[offer.found.nodes[0]] == 0 and fits(offer):
                take(offer)
        offers = [offer for offer in offers if offer.worth >= offers[0].worth - _SLACK]
        doubtful = bool(offers) and offers[0].worth < _DOUBTFUL
        room = min(limit, len(chosen) + _DOUBTED) if doubtful else limit
        while len(chosen) < room and (left := [offer for offer in offers if fits(offer)]):
            take(min(left, key=lambda offer: (-gain(offer), offer.found)))
        for offer in direct:
            if len(chosen) < limit and starts[offer.found.nodes[0]] == 0 and fits(offer):
                take(offer)
        return chosen

    def rank(self, option: OptionNodes, found: Sequence[FoundPath]) -> list[RankedPath]:
        """Return paths to an option that were found otherwise, best first."""
        joint = self.selector.evidence.joint(option.nodes)
        ranked = []
        for answer in sorted({path.nodes[-1] for path in found}):
            paths = [path for path in found if path.nodes[-1] == answer]
            inner = np.array(sorted({node for path in paths for node in path.nodes[1:-1]}), dtype=np.int64)
            described = self.features.describe(answer, joint, inner, hops=self.selector.config.max_hops)
            ranked += [self._ranked(path, *self._table(described, joint, 0)) for path in paths]
        return self._worthy(ranked)

    def _direct(self, option: OptionNodes, closed: Collection[int]) -> list[RankedPath]:
        selector, found = self.selector, []
        for answer in option.nodes:
            for worth, finding, through in selector.evidence.supporters(answer, option.nodes):
                path = selector.joined(selector.approach(finding, through, answer), [(answer,)], closed)
                tells = path and (path.hops == 1 or worth >= _LEAST_WORTH)
                if path and tells and selector.argues(path.nodes) and not self._argues_wrong(path):
                    found.append(RankedPath(path, worth, f"the finding speaks for it with {worth / 1000:.2f} nats"))
        return sorted(found, key=lambda offer: (-offer.worth, offer.found))

    def offers(self, option: OptionNodes, closed: Collection[int], *, most: int = _CANDIDATES) -> list[RankedPath]:
        """Return paths over the `most` best intermediate nodes that ways lead over, best first."""
        ranked = self.intermediate_nodes(option, closed)
        best = sorted((-odds, node, answer) for answer, (table, _) in ranked.items() for node, odds in table.items())
        selector = self.selector
        starts = [node for node in selector.evidence.findings.present if node not in option.nodes]
        offers: dict[FoundPath, RankedPath] = {}
        for _, node, answer in best:
            if not most or selector.truncated:
                break
            table, rows = ranked[answer]
            supporters = selector.evidence.supporters(node, option.nodes)
            approaches = [
                selector.approach(finding, through, node)
                for worth, finding, through in supporters[:_APPROACHES]
                if worth >= _LEAST_WORTH and through != UPWARD
            ]
            onward = self._ways(node, answer, table)
            if (node, answer) in onward:
                for start in starts:
                    approaches += self._ways(start, node, table)[:_WAYS]
            leads = False
            for start_way in dict.fromkeys(approaches):
                for tail in onward:
                    found = selector.joined(start_way, [tail], closed)
                    if found and found not in offers and selector.argues(found.nodes):
                        offers[found] = self._ranked(found, table, rows)
                        leads = True
            most -= leads
        return self._worthy(offers.values())

    def _worthy(self, offers: Iterable[RankedPath]) -> list[RankedPath]:
        least = self.selector.config.min_worth
        kept = (offer for offer in offers if least is None or offer.worth >= 1000 * least)
        kept = (offer for offer in kept if not self._argues_wrong(offer.found))
        return sorted(kept, key=lambda offer: (-offer.worth, offer.found))

    def _ways(self, start: int, end: int, odds: Mapping[int, int]) -> list[tuple[int, ...]]:
        """Return the ways of one hop and of two, over the neighbours in common that an expert would rather name."""
        arcs = self.selector.kernel.graph
        near, far = arcs.neighbours(start), arcs.neighbours(end)
        if not self.selector.pay(len(near) + len(far)):
            return []
        direct = [(start, end)] if end in near else []
        shared = np.intersect1d(near, far, assume_unique=True).tolist()
        shared = sorted((node for node in shared if node in odds), key=lambda node: (-odds[node], node))
        return direct + [(start, node, end) for node in shared[:_WAYS]]

    def _ranked(
        self, found: FoundPath, table: Mapping[int, int], rows: Mapping[int, NDArray[np.float64]]
    ) -> RankedPath:
        inner = found.nodes[1:-1]
        odds = [table.get(node, _UNRANKED) for node in inner] or [0]
        worth = sum(odds) // len(odds) - _HOP * (found.hops - 2)
        graph = self.selector.evidence.model.graph
        told = [
            f"{graph.name(node)} {table[node] / 1000:+.2f} ({self.ranker.explain(rows[node])})"
            for node in inner
            if node in rows
        ]
        return RankedPath(found, worth, "; ".join(told))

    def _argues_wrong(self, found: FoundPath) -> bool:
        """Say whether a remedy does in a step what speaks against the answer that is asked for, and nothing else."""
        return bool(self.wrong) and any(self._wrong_step(u, v) for u, v in pairwise(found.nodes))

    def _wrong_step(self, u: int, v: int) -> bool:
        graph, groups = self.selector.evidence.model.graph, node_types()
        wrong = False
        for number in graph.numbers_between(u, v):
            known = groups.get(graph.type(int(graph.subject[number])))
            if known and known.group in _REMEDIES:
                predicate = graph.predicates[graph.predicate[number]]
                if predicate in self.saved_by:
                    return False
                wrong |= predicate in self.wrong
        return wrong
