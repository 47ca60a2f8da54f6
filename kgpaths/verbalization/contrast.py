"""This module collects what speaks against a wrong option. It uses what an edge says, never that an edge is missing.

A graph is open: what it does not state may hold all the same. So an option is set aside by a statement about it (it is
contraindicated in what is there; one would look for a finding that the question denies; it does not show a finding
that the answer shows), or nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kgpaths.language.spoken_names import Names
from kgpaths.records import Edge, Mention, PathSet, QAItem
from kgpaths.vocabulary.relations import relations_of

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

USUAL, EXPECTED = 0.8, 0.5
"""Frequencies: where a finding that is this usual is absent, its disease is less likely; and worth a word at all."""
SURE = 0.8
"""Strength at least, where the source gives no frequency, for a finding to be worth a word."""


@dataclass(frozen=True)
class Distractor:
    """A wrong option that some statement speaks against."""

    key: str | None
    node_ids: tuple[str, ...]
    """The concepts that its whole text is a name of."""
    against: tuple[Edge, ...] = ()
    """Of a treatment: what is there and forbids it, or is not treated with it."""
    missed: tuple[Edge, ...] = ()
    """Of a disease: findings that one would look for, and that the question denies."""
    lacking: tuple[tuple[Edge, Edge], ...] = ()
    """Of a disease: that it does not show a finding that is there, each with how the answer shows it."""


def frequency(edge: Edge) -> float | None:
    """Return the share of patients who have a finding, 0..1; None where the source gives none.

    The strength of other edges is how sure their source is, which is another thing.
    """
    known = edge.tier == "curated" and any(one.score is not None for one in edge.evidence)
    return edge.strength if known and edge.predicate in relations_of(role="sign") else None


def contrast(
    graph: KnowledgeGraph,
    item: QAItem,
    path_set: PathSet,
    answers: Sequence[str],
    *,
    present: Mapping[str, Mention],
    absent: Iterable[str],
    asks: str,
) -> tuple[Distractor, ...]:
    """Return the wrong options that a statement speaks against, in the order of the options.

    Args:
        graph: where statements are looked up.
        item: the question; an option counts where its whole text is a name of a concept.
        path_set: what the options link to.
        answers: nodes that the chain reaches; an option that links to the same nodes is none to argue about.
        present: what is or was there; what was forbids a treatment, but is no finding of today.
        absent: pertinent negatives: what the question denies.
        asks: "treatment" (contraindications count), "condition" (findings count), or anything else (nothing does).
    """
    names = Names(graph)
    texts = {option.key: option.text for option in item.options}
    result = []
    for option in path_set.option_evidence:
        if option.key == item.answer_key or option.key not in texts:
            continue
        nodes = tuple(n for n in option.node_ids if n not in answers and names.is_named(n, texts[option.key]))
        entry = Distractor(option.key, nodes)
        if asks == "treatment":
            entry = Distractor(option.key, nodes, against=_against(graph, nodes, answers, present))
        elif asks == "condition":
            current = [node for node, mention in present.items() if mention.assertion == "present"]
            missed, lacking = _missed(graph, nodes, answers, absent), _lacking(graph, nodes, answers, current)
            entry = Distractor(option.key, nodes, missed=missed, lacking=lacking)
        if entry.against or entry.missed or entry.lacking:
            result.append(entry)
    return tuple(result)


def _between(graph: KnowledgeGraph, nodes: Iterable[str], others: Iterable[str]) -> list[Edge]:
    others = tuple(others)
    return [edge for node in nodes for other in others for edge in graph.edges_between(node, other)]


def _may_say(graph: KnowledgeGraph, edge: Edge) -> bool:
    return graph.may_say(graph.edge_number(edge.id))


def _against(
    graph: KnowledgeGraph, nodes: Sequence[str], answers: Sequence[str], present: Iterable[str]
) -> tuple[Edge, ...]:
    """Return what forbids a treatment, and what it is no treatment of though the answer is.

    Nothing where something forbids the answer too.
    """
    there = tuple(present)
    treated = {edge.object for edge in _between(graph, answers, there) if edge.predicate in relations_of("treatment")}

    def opposing(some: Sequence[str]) -> tuple[Edge, ...]:
        found = (edge for edge in _between(graph, some, there) if edge.subject in some)
        return tuple(
            edge
            for edge in found
            if edge.predicate in relations_of(role="contraindication")
            or (edge.predicate == "not_indicated_for" and edge.object in treated)
        )

    return () if opposing(answers) else tuple(edge for edge in opposing(nodes) if _may_say(graph, edge))


def _missed(
    graph: KnowledgeGraph, nodes: Sequence[str], answers: Sequence[str], absent: Iterable[str]
) -> tuple[Edge, ...]:
    """Return what one would look for in a disease and the question denies, where the answer does not bring it too."""
    signs = relations_of(role="sign")
    found = [
        edge
        for edge in _between(graph, nodes, absent)
        if edge.predicate in signs and edge.subject in nodes and _expected(edge) and _may_say(graph, edge)
    ]
    if not found:
        return ()
    brought = _brought(graph, answers)
    kept = {(edge.subject, edge.object): edge for edge in found if edge.object not in brought}
    return tuple(kept.values())


def _expected(edge: Edge) -> bool:
    share = frequency(edge)
    return edge.tier == "curated" and (edge.strength >= SURE if share is None else share >= EXPECTED)


def _lacking(
    graph: KnowledgeGraph, nodes: Sequence[str], answers: Sequence[str], present: Iterable[str]
) -> tuple[tuple[Edge, Edge], ...]:
    """Return the findings that a source says a disease does not show, and that the answer shows."""
    pairs, signs = [], relations_of(role="sign")
    for finding in present:
        lacks = [edge for edge in _between(graph, nodes, [finding]) if edge.subject in nodes]
        shows = [edge for edge in _between(graph, answers, [finding]) if edge.subject in answers]
        ours = [edge for edge in shows if edge.predicate in signs and edge.tier == "curated"]
        # Where sources disagree about a disease, nothing is said.
        pair = (*lacks[:1], *ours[:1])
        if len(pair) < 2 or not all(_may_say(graph, edge) for edge in pair):
            continue
        if {edge.predicate for edge in lacks} == {"lacks_phenotype"} and len(ours) == len(shows):
            pairs.append((lacks[0], ours[0]))
    return tuple(pairs)


def _brought(graph: KnowledgeGraph, answers: Iterable[str]) -> frozenset[str]:
    """Return all that an answer, its kinds or its classes are stated to bring, with the classes of that."""
    kin = {*classes(graph, answers), *(node for answer in answers for node in _neighbours(graph, answer, "is_a", 0))}
    signs = relations_of(role="sign")
    shown = (n for node in kin for predicate in signs for n in _neighbours(graph, node, predicate, 1))
    return classes(graph, shown) | kin


def classes(graph: KnowledgeGraph, nodes: Iterable[str]) -> frozenset[str]:
    """Return the nodes and everything that they are a kind of."""
    seen = set(nodes)
    front = sorted(seen)
    while front:
        fresh = {parent for node in front for parent in _neighbours(graph, node, "is_a", 1)} - seen
        seen |= fresh
        front = sorted(fresh)
    return frozenset(seen)


def _neighbours(graph: KnowledgeGraph, node_id: str, predicate: str, end: int) -> list[str]:
    """Return the objects (end 1) or subjects (end 0) of a node's edges of one predicate."""
    if predicate not in graph.predicates:
        return []
    node = graph.index(node_id)
    edges = np.asarray(graph.arcs[graph.indptr[node] : graph.indptr[node + 1]])
    ours, theirs = (graph.subject, graph.object) if end else (graph.object, graph.subject)
    kept = edges[(graph.predicate[edges] == graph.predicates.index(predicate)) & (ours[edges] == node)]
    return [graph.id(int(other)) for other in theirs[kept]]
