"""Find where the graph knows little: findings and answers of questions with few informative edges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from kgpaths.graph import KnowledgeGraph
from kgpaths.linking.assertion.stated import PRESENT
from kgpaths.records import QAItem
from kgpaths.vocabulary.node_types import node_types
from kgpaths.vocabulary.relations import relations

_GROUPS = frozenset({"condition", "substance", "care", "living_thing", "gene_product", "circumstance"})
"""Groups of node types of which a reference text could say more."""
_DEAREST = 1000
"""Milli-nats: a relation with a greater prior says little of a node."""


class Gap(NamedTuple):
    """A concept of which the graph says little."""

    node_id: str
    name: str
    type: str
    edges: int
    """Informative edges that it has."""
    as_answer: int
    """Questions it would open as their answer: little is known of any concept that the answer names."""
    as_finding: int
    """Questions it would open as a finding: little is known of any that they state."""

    @property
    def opens(self) -> int:
        """Questions that a text on it would open, in all."""
        return self.as_answer + self.as_finding


class GapReport(NamedTuple):
    """What a source asks of and the graph does not tell."""

    questions: int
    linked_answer: int
    blind: int
    """Questions whose answer is linked to such concepts only."""
    mute: int
    """Questions that state findings, but only such concepts."""
    gaps: tuple[Gap, ...]
    """Those that would open a question, by how many."""
    unlinked: tuple[tuple[str, int], ...]
    """Answers that are linked to nothing, and how often they are given."""


def find_gaps(graph: KnowledgeGraph, items: Iterable[object], *, fewest: int = 5) -> GapReport:
    """Return the concepts of questions that have fewer than `fewest` informative edges.

    An edge is informative when its relation is a step of reasoning that speaks for something (a symptom, a cause, a
    treatment), and not one more place in a classification. A concept counts where it stands in the way: haemoglobin in
    a question with ten findings that are known well opens nothing.

    >>> from kgpaths.graph.tables import NodeRecord
    >>> from kgpaths.records import Option
    >>> small = KnowledgeGraph.from_records([NodeRecord("DOID:13189", "gout", "disease", "doid")], [])
    >>> item = QAItem(id="1", dataset="d", split="train", question="A swollen toe?", answer="Gout", licence="CC0-1.0")
    >>> [(gap.name, gap.as_answer) for gap in find_gaps(small, [item]).gaps]
    [('gout', 1)]
    """
    from kgpaths.linking import EntityLinker

    linker = EntityLinker(graph)
    informative = _informative(graph)
    answers: Counter[str] = Counter()
    findings: Counter[str] = Counter()
    unlinked: Counter[str] = Counter()
    questions = linked_answer = blind = mute = 0
    for item in items:
        if not isinstance(item, QAItem):
            continue
        questions += 1
        mentions = linker.link_item(item)
        named = {m.node_id for m in mentions if m.role == "answer"}
        stated = {m.node_id for m in mentions if m.role == "question" and m.assertion in PRESENT}
        linked_answer += bool(named)
        if named and _little_is_known(graph, named, informative, fewest):
            blind += 1
            answers.update(named)
        if stated and _little_is_known(graph, stated, informative, fewest):
            mute += 1
            findings.update(stated)
        if not named:
            unlinked[" ".join(item.answer.split())[:80]] += 1
    found = [
        Gap(
            node, graph.name(node), graph.type(node), int(informative[graph.index(node)]), answers[node], findings[node]
        )
        for node in {*answers, *findings}
        if node_types()[graph.type(node)].group in _GROUPS
    ]
    found.sort(key=lambda gap: (-gap.opens, gap.node_id))
    often = sorted(unlinked.items(), key=lambda entry: (-entry[1], entry[0]))
    return GapReport(questions, linked_answer, blind, mute, tuple(found), tuple(often))


def _little_is_known(
    graph: KnowledgeGraph, nodes: Iterable[str], informative: np.ndarray[tuple[int], np.dtype[np.int64]], fewest: int
) -> bool:
    return all(informative[graph.index(node)] < fewest for node in nodes)


def _informative(graph: KnowledgeGraph) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    telling = [
        (relation := relations()[name]).in_paths
        and relation.polarity == "supports"
        and relation.cost_millinats <= _DEAREST
        for name in graph.predicates
    ]
    stated = np.array([tier != "associated_in_text" for tier in graph.tiers], bool)
    kept = np.array(telling, bool)[graph.predicate] & stated[graph.tier]
    ends = np.concatenate((graph.subject[kept], graph.object[kept]))
    return np.bincount(ends, minlength=graph.n_nodes).astype(np.int64)
