"""An item's options: where they stand in the graph, and how strongly what the question says speaks for each.

The score of an option is a weighted sum of its features (`OPTION_FEATURES`), the weights learned from
answered training questions: log-odds in nats against the average linked option of the same question. So scores may
be negative, and say nothing across questions; an option that is not linked has 0, for nothing is known of it. The
*margin* is the right option's score minus the best other linked one's: above 0 the evidence is strongest for the right
option, and 0.7 means two to one. Where the question asks for what does not fit, evidence counts against an option.

Beside the findings' direct evidence there are two stages, as a clinician takes them: first which conditions the
findings suggest (a softmax over joint evidence), then which options those conditions have to do with, by the relations
that the question's type asks for. Passages of reference texts (`kgpaths.paths.passages`) say what is spoken of
together, where no sentence states an edge. What is much written about is met with anything: degrees take that off.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kgpaths.graph import KnowledgeGraph
from kgpaths.language import read_question
from kgpaths.linking.assertion.stated import PRESENT
from kgpaths.paths.evidence import ItemEvidence
from kgpaths.paths.features import ItemFeatures, Ranker, words
from kgpaths.paths.findings import findings_of, starting, stated
from kgpaths.paths.opened import Opened
from kgpaths.paths.passages import Passages
from kgpaths.paths.selection import Intermediate, OptionNodes, Selector
from kgpaths.records import Mention, QAItem
from kgpaths.resources import resource
from kgpaths.vocabulary.node_types import node_types
from kgpaths.vocabulary.relations import relations

OPTION_FEATURES: dict[str, str] = {
    "direct": "ln(1 + joint evidence for it in nats)",
    "intermediate_node": "evidence of its best intermediate node, tens of nats, see `kgpaths.paths.selection`",
    "text_share": "share of the present findings that a text joins with it",
    "passages": "mean log-likelihood ratio of the present findings in passages that name it, nats",
    "diagnosis": "share of the suggested conditions that it is, or is a kind or class of",
    "asked_relation": "share of the suggested conditions that a relation of the question's type joins with it",
    "any_relation": "share of the suggested conditions that are its neighbours",
    "contradicted": "share of the findings that it contradicts: contraindications, excluded phenotypes",
    "denied": "share of the denied findings that speak for it",
    "degree": "ln(1 + degree), tens",
    "text_degree": "ln(1 + neighbours by edges read in texts), tens",
    "in_stem": "share of its words that the stem has",
}
"""Name and meaning, in the order of the columns; of several nodes the greatest value counts."""

OF_THE_OPTION = frozenset({"degree", "text_degree", "in_stem"})
"""Features that are no evidence: they say the same of an option whether what fits is asked for or the exception."""

_SUGGESTED = 20
"""Conditions that are weighed against each other."""


class Suggested(NamedTuple):
    """Conditions that the findings suggest."""

    nodes: NDArray[np.int64]
    share: NDArray[np.float64]
    """Sums to 1 where there is any."""


class OptionTable:
    """Features of all options of one item."""

    def __init__(self, features: ItemFeatures, passages: Passages, asked: Collection[str]) -> None:
        """Take an item's features, the texts, and the relations that answer it (`Question.relations`)."""
        self.features, self.passages = features, passages
        self.evidence, self.model = features.evidence, features.model.model
        graph = self.model.graph
        types, known = node_types(), relations()
        groups = np.array([name in types and types[name].group == "condition" for name in graph.node_types], dtype=bool)
        self.condition = groups[graph.node_type]
        self.contradicts = np.array(
            [name in known and known[name].polarity == "contradicts" for name in graph.predicates], dtype=bool
        )
        self.asked = np.array([name in asked for name in graph.predicates], dtype=bool)

    def suggested(self, joint: NDArray[np.int64]) -> Suggested:
        """Return the conditions that the joint evidence suggests most, and their shares."""
        places = np.flatnonzero(self.condition & (joint > 0))
        value = joint[places] - self.model.intermediate_cost[places]
        best = np.lexsort((places, -value))[:_SUGGESTED]
        order, value = places[best], value[best]
        share = np.exp((value - value[0]) / 1000) if len(order) else np.zeros(0)
        return Suggested(order, share / max(share.sum(), 1e-12))

    def row(self, option: OptionNodes, intermediates: Sequence[Intermediate], text: str) -> NDArray[np.float64]:
        """Return the features of one option that is linked, shape (F,)."""
        joint = self.evidence.joint(option.nodes)
        suggested = self.suggested(joint)
        told = words(text)
        in_stem = sum(word in self.features.stem for word in told) / max(len(told), 1)
        rows = [
            [*self._node(node, doubt, option, joint, suggested, intermediates), in_stem]
            for node, doubt in zip(option.nodes, option.doubt, strict=True)
        ]
        row: NDArray[np.float64] = np.max(rows, axis=0)
        return row

    def _node(
        self,
        node: int,
        doubt: int,
        option: OptionNodes,
        joint: NDArray[np.int64],
        suggested: Suggested,
        intermediates: Sequence[Intermediate],
    ) -> list[float]:
        graph, features = self.model.graph, self.features
        # An option that stands literally in the question must not speak for itself.
        findings = [finding for finding in self.evidence.findings.present if finding not in option.nodes]
        number = max(len(findings), 1)
        best = max((-one.loss for one in intermediates if one.answer == node), default=0) + doubt
        edges = np.asarray(graph.arcs[graph.indptr[node] : graph.indptr[node + 1]])
        others = graph.subject[edges].astype(np.int64) + graph.object[edges] - node
        shares = dict(zip(suggested.nodes.tolist(), suggested.share.tolist(), strict=True))

        def joined(chosen: NDArray[np.bool_]) -> float:
            return float(sum(shares.get(other, 0.0) for other in sorted(set(others[chosen].tolist()))))

        against = set(others[self.contradicts[graph.predicate[edges]]].tolist())
        denied = self.evidence.findings.absent
        return [
            float(np.log1p(max(self.evidence.for_answer(node, joint, option.nodes), 0) / 1000)),
            float(np.clip(best, -10_000, 30_000)) / 10_000,
            features.own_texts(node, option.nodes)[1] / number,
            float(self.passages.ratio(node, findings).mean()) if findings else 0.0,
            shares.get(node, 0.0) + joined(self.model.classifies[graph.predicate[edges]]),
            joined(self.asked[graph.predicate[edges]]),
            joined(np.ones(len(edges), dtype=bool)),
            sum(finding in against for finding in findings) / number,
            sum(self.model.support(other).at(node)[0] > 0 for other in denied) / max(len(denied), 1),
            float(features.model.log_degree[node]),
            float(np.log1p(features.model.text_degree[node])) / 10,
        ]


@cache
def shipped_option_ranker() -> Ranker:
    """Return the weights of an option's features that come with the library."""
    return Ranker.read(resource("ontologies", "paths", "options.txt"), OPTION_FEATURES)


class Weighing:
    """What one item's findings say of its options; the path stage goes on with the same parts."""

    def __init__(self, opened: Opened, item: QAItem, mentions: Sequence[Mention]) -> None:
        self.opened, self.item = opened, item
        self.options = options_of(opened.graph, item, mentions)
        self.right = next(option for option in self.options if option.key == item.answer_key)
        model = opened.evidence
        self.question = read_question(item)
        said = stated(opened.graph, item, self.question, mentions)
        self.findings = findings_of(item, said, mentions)
        self.evidence = ItemEvidence(model, model.findings(starting(self.question, said)))
        told = {opened.graph.index(mention.node_id) for mention, _ in said if mention.assertion in PRESENT}
        self.selector = Selector(opened.kernel, opened.config, self.evidence, told)
        self.intermediates = self.selector.intermediates(self.options)
        stem = f"{item.question} {item.context}"
        self.features = ItemFeatures(
            opened.features,
            self.evidence,
            stem,
            {node for option in self.options for node in option.nodes},
            degree_cap=opened.config.degree_cap,
        )

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """Features of every option as differences from the average linked one, shape (options, F).

        Evidence is turned around where the exception is asked for.
        """
        table = OptionTable(self.features, self.opened.passages, self.question.relations)
        values = np.zeros((len(self.options), len(OPTION_FEATURES)))
        linked = np.array([bool(option.nodes) for option in self.options])
        for place in np.flatnonzero(linked):
            option = self.options[place]
            text = self.item.section("answer" if option.key is None else f"option:{option.key}")
            values[place] = table.row(option, self.intermediates[place], text)
        if linked.any():
            values[linked] -= values[linked].mean(axis=0)
        turned = np.array([1 if name in OF_THE_OPTION else -1 for name in OPTION_FEATURES])
        return values * (turned if self.question.polarity == "exception" else 1)

    @cached_property
    def scores(self) -> list[float]:
        """Evidence score of every option, in nats, see the module."""
        ranker = self.opened.option_ranker or shipped_option_ranker()
        return [odds / 1000 for odds in ranker.log_odds(self.values).tolist()]

    @property
    def margin(self) -> float | None:
        """Score of the right option minus the best other linked one's; None where nothing can be compared."""
        others = [
            score
            for option, score in zip(self.options, self.scores, strict=True)
            if option.nodes and option is not self.right
        ]
        if not self.right.nodes or not others:
            return None
        return round(self.scores[self.options.index(self.right)] - max(others), 6)


def options_of(graph: KnowledgeGraph, item: QAItem, mentions: Sequence[Mention]) -> list[OptionNodes]:
    """Where every option stands; the answer alone for an open question.

    What two options have in common says nothing of which is right: a node that both are linked to counts for neither,
    and a name that is linked in part of an option does not count where it stands in another one too.
    """
    texts = {option.key: option.text.casefold() for option in item.options}
    keys: list[str | None] = [option.key for option in item.options] or [None]
    linked: dict[str | None, dict[int, int]] = {key: {} for key in keys}
    for mention in mentions:
        if mention.role in ("option", "answer"):
            key = mention.section.removeprefix("option:") if mention.section != "answer" else item.answer_key
            name = mention.text.casefold() if mention.tier == "partial" else None
            if name and any(name in text for other, text in texts.items() if other != key):
                continue
            node = graph.index(mention.node_id)
            doubt = round(-1000 * math.log(max(mention.score, 0.01)))
            linked[key][node] = min(doubt, linked[key].get(node, doubt))
    shared = Counter(node for nodes in linked.values() for node in nodes)
    options = []
    for key, nodes in linked.items():
        own = sorted(node for node in nodes if shared[node] == 1)
        options.append(OptionNodes(key, tuple(own), tuple(nodes[node] for node in own)))
    return options
