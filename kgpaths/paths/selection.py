"""Which paths go into an item's chain, chosen together and not one by one.

A single cheap path explains little; a good intermediate node explains several findings at once. So these are ranked
first::

    J(x, a) = sum of worth(finding, x) - half the worth of denied ones - ln(degree(x)) / 2 - rarity(x) - cost(x .. a)

where x is the answer node a itself or at most two hops from it; then the paths through the best intermediate nodes are
taken: from a finding to the intermediate node (directly, or by way of the finding's is_a parent), and on to the answer
by the cheapest way. No way leads over what two nodes merely share (`SearchGraph.merely_shared`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from kgpaths.config import PathConfig
from kgpaths.paths.evidence import DIRECT, ITSELF, UPWARD, ItemEvidence
from kgpaths.paths.inference import follows
from kgpaths.paths.kernel import FoundPath, Kernel
from kgpaths.paths.search_graph import INFINITE, SearchGraph
from kgpaths.paths.telling import alike

_INTERMEDIATES = 16
"""Intermediate nodes that paths are sought through."""
_SLACK = 5000
"""Milli-nats: an intermediate node that explains so much less than the best one is left out."""
_LEAST_WORTH = 500
"""Milli-nats: a finding that says less than this for an intermediate node is no step of reasoning."""
_DETOUR = 4000
"""Milli-nats added to a way of two hops from intermediate node to answer: a mechanism, but more often a coincidence."""
_TAILS = 4
"""Ways from an intermediate node to an answer node that are tried."""


class OptionNodes(NamedTuple):
    """Where an option stands in the graph."""

    key: str | None
    nodes: tuple[int, ...]
    """Ascending."""
    doubt: tuple[int, ...]
    """Milli-nats to be taken off for every node, from the linker's score."""


class Intermediate(NamedTuple):
    """An intermediate node, or the answer itself, and what it explains; sorts best first."""

    loss: int
    """Minus J, milli-nats."""
    node: int
    answer: int


class Selector:
    """Chooses paths for one item."""

    def __init__(
        self,
        kernel: Kernel,
        config: PathConfig,
        evidence: ItemEvidence,
        told: Collection[int] = frozenset(),
        *,
        to_say: bool = True,
    ) -> None:
        """Take the item's parts.

        Args:
            kernel: what searches.
            config: what is sought.
            evidence: what the findings say.
            told: what the case tells of the patient beside its findings (a drug that is taken).
            to_say: whether a path has to hold as a chain of sentences; not where one only learns which nodes matter.
        """
        self._to_say = to_say
        self.kernel, self.config, self.evidence = kernel, config, evidence
        self.told = frozenset({*told, *evidence.findings.present})
        self.arcs_left = config.work_budget
        self.truncated = False
        self._steps: dict[tuple[int, int, int], list[int]] = {}

    def intermediates(self, options: Sequence[OptionNodes]) -> list[list[Intermediate]]:
        """Return every option's best intermediate nodes, best first; one list for each option, empty where nothing is
        reached.

        Nodes that the text denies and nodes of the other options are no intermediate nodes.
        """
        model, hops = self.evidence.model, min(self.config.max_hops - 1, 2)
        everything = {node for option in options for node in option.nodes}
        ranked: list[list[Intermediate]] = []
        for option in options:
            joint = self.evidence.joint(option.nodes)
            places = np.flatnonzero((joint > 0) & (model.degree <= self.config.degree_cap))
            barred = sorted(self.evidence.findings.absent | everything)
            places = places[~np.isin(places, barred)]
            value = joint[places] - model.intermediate_cost[places]
            found: list[Intermediate] = []
            targets = np.array(option.nodes, dtype=np.int64)
            if len(targets) and len(places) and hops:
                reach = self.kernel.reach(targets, places, hops=hops, degree_cap=self.config.degree_cap)
                reach[:, 1:] += _DETOUR
                reach = reach.min(axis=1)
                for number, (answer, doubt) in enumerate(zip(option.nodes, option.doubt, strict=True)):
                    there = np.flatnonzero(reach[number] < INFINITE)
                    total = value[there] - reach[number][there] - doubt
                    best = np.lexsort((places[there], -total))[:_INTERMEDIATES]
                    found += [Intermediate(-int(total[at]), int(places[there[at]]), answer) for at in best]
            for answer, doubt in zip(option.nodes, option.doubt, strict=True):
                stated = self.evidence.for_answer(answer, joint, option.nodes)
                if stated > 0:
                    found.append(Intermediate(-(stated - int(model.intermediate_cost[answer]) - doubt), answer, answer))
            ranked.append(sorted(found)[:_INTERMEDIATES])
        return ranked

    def search(
        self,
        kernel: Kernel,
        starts: Sequence[int],
        ends: Sequence[int],
        *,
        k: int,
        max_hops: int,
        degree_cap: int | None = None,
    ) -> list[FoundPath]:
        """Search with what is left of the item's work budget; `truncated` says when it was not enough."""
        cap = self.config.degree_cap if degree_cap is None else degree_cap
        budget = max(self.arcs_left, 0)
        found = kernel.search(list(starts), list(ends), k=k, max_hops=max_hops, degree_cap=cap, budget=budget)
        self.arcs_left -= found.arcs
        self.truncated |= found.truncated
        return found.paths

    def pay(self, arcs: int) -> bool:
        """Take arcs from the item's work budget; False, and `truncated`, when it is spent."""
        self.arcs_left -= arcs
        self.truncated |= self.arcs_left < 0
        return self.arcs_left >= 0

    def admits(self, hops: int, lengths: Mapping[int, int]) -> bool:
        """Say whether one more path of a length may be taken, by the configuration's quotas.

        Args:
            hops: the path's length.
            lengths: how many of every length were taken.
        """
        quota = self.config.per_length
        wanted = hops > 1 or not self.config.exclude_direct
        return wanted and (hops > len(quota) or lengths.get(hops, 0) < quota[hops - 1])

    def paths(
        self,
        option: OptionNodes,
        intermediates: Sequence[Intermediate],
        *,
        barred: Collection[int],
        limit: int,
        per_question_node: int,
        preferred: Collection[int] = (),
    ) -> list[FoundPath]:
        """Return at most `limit` paths to an option through its intermediate nodes, best first.

        Args:
            option: where the paths end.
            intermediates: from `intermediates`, best first.
            barred: nodes that no path may touch, besides the denied ones.
            limit: how many.
            per_question_node: how many may start at the same finding.
            preferred: findings that are taken before the others.
        """
        intermediates = [one for one in intermediates if one.loss <= intermediates[0].loss + _SLACK]
        tails = self._tails(option, intermediates)
        offers: list[list[FoundPath]] = []
        closed = {*barred, *self.evidence.findings.absent}
        for intermediate in intermediates:
            supporters = self.evidence.supporters(intermediate.node, option.nodes)
            supporters.sort(key=lambda entry: entry[1] not in preferred)
            approaches = [
                self.approach(*entry[1:], intermediate.node) for entry in supporters if entry[0] >= _LEAST_WORTH
            ]
            offers.append([path for start in approaches if (path := self.joined(start, tails[intermediate], closed))])
        chosen: list[FoundPath] = []
        starts: Counter[int] = Counter()
        lengths: Counter[int] = Counter()
        # First round: the best one gets half of the places, every other two; second round: whoever is left.
        for shares in ([(limit + 1) // 2] + [2] * len(offers), [limit] * len(offers)):
            for offer, share in zip(offers, shares, strict=False):
                for path in offer:
                    if len(chosen) == limit or share == 0:
                        break
                    fits = path not in chosen and starts[path.nodes[0]] < per_question_node
                    if fits and self.admits(path.hops, lengths) and self.argues(path.nodes):
                        chosen.append(path)
                        starts[path.nodes[0]] += 1
                        lengths[path.hops] += 1
                        share -= 1
        return chosen

    def _tails(
        self, option: OptionNodes, intermediates: Sequence[Intermediate]
    ) -> dict[Intermediate, list[tuple[int, ...]]]:
        tails: dict[Intermediate, list[tuple[int, ...]]] = {
            one: [(one.node,)] if one.node == one.answer else [] for one in intermediates
        }
        nodes = sorted({one.node for one in intermediates if one.node != one.answer})
        if nodes and self.config.max_hops > 1:
            for path in self.search(
                self.kernel, nodes, option.nodes, k=_TAILS, max_hops=min(self.config.max_hops - 1, 2)
            ):
                for intermediate in intermediates:
                    if (intermediate.node, intermediate.answer) == (path.nodes[0], path.nodes[-1]):
                        tails[intermediate].append(path.nodes)
        return tails

    def argues(self, nodes: Sequence[int], kernel: Kernel | None = None) -> bool:
        """Return False for a path over what proves nothing.

        That is what two nodes merely share (both are kinds of it, or have it, or treat it), and what does not follow
        from the case (`kgpaths.paths.inference`).
        """
        triples = zip(nodes, nodes[1:], nodes[2:], strict=False)
        kernel = kernel or self.kernel
        if kernel.barred.holds(nodes) or any(kernel.graph.merely_shared(*triple) for triple in triples):
            return False
        if not self._to_say:
            return True
        step = partial(self._said, kernel.graph)
        return self.says(nodes, kernel) and follows(self.evidence.model.graph, nodes, self.told, step)

    def says(self, nodes: Sequence[int], kernel: Kernel | None = None) -> bool:
        """Return True for a path whose every step is a statement that a chain may say, see `kgpaths.graph.unsaid`."""
        view = (kernel or self.kernel).graph
        return all(self._said(view, u, v) for u, v in pairwise(nodes))

    def _said(self, view: SearchGraph, u: int, v: int) -> list[int]:
        """Return the edges that the arc between two neighbours stands for and that a chain may state."""
        graph, key = self.evidence.model.graph, (id(view), u, v)
        if key not in self._steps:
            self._steps[key] = [number for number in alike(graph, view, u, v) if graph.may_say(number)]
        return self._steps[key]

    @staticmethod
    def approach(finding: int, through: int, intermediate: int) -> tuple[int, ...]:
        """Return the way from a finding to what it speaks for."""
        if through == ITSELF:
            return (finding,)
        return (finding, intermediate) if through in (DIRECT, UPWARD) else (finding, through, intermediate)

    def joined(
        self, approach: tuple[int, ...], tails: Sequence[tuple[int, ...]], closed: Collection[int]
    ) -> FoundPath | None:
        """Return the first way on that makes a simple, short enough path off the closed nodes."""
        for tail in tails:
            nodes = approach + tail[1:]
            short = 2 <= len(nodes) <= self.config.max_hops + 1
            if short and len(set(nodes)) == len(nodes) and not any(node in closed for node in nodes):
                cost = sum(self.kernel.graph.arc_cost(u, v) for u, v in pairwise(nodes))
                return FoundPath(cost, len(nodes) - 1, nodes)
        return None
