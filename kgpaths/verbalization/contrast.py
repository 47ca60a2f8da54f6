"""Why a wrong option fits less: what contradicts it, what one would expect of it, what ties it to the case.

Nothing here says that an option is false. It says what the graph ties to it and what it does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgpaths.records import Edge, Hop, OptionEvidence, PathSet

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

TREATMENT = frozenset({"contraindicated_for", "not_indicated_for"})
"""Predicates that count against a treatment, and against nothing else."""
OF_THE_DISEASE = frozenset({"not_indicated_for"})
"""Predicates that count only where they are about what the chain infers: the disease that is to be treated."""
STRUCTURE = frozenset({"is_a", "part_of"})
"""Neutral predicates that tie a finding to an option all the same."""
MANIFESTATIONS = frozenset({"has_symptom", "has_phenotype"})
"""Predicates by which a disease leads one to look for a finding."""


@dataclass(frozen=True)
class Distractor:
    """A wrong option that the graph knows, and what ties it to the case."""

    key: str | None
    node_ids: tuple[str, ...]
    against: tuple[Edge, ...]
    """Edges of contradicting polarity between it and what is present, where the answer has none."""
    missed: tuple[Edge, ...]
    """Edges by which one would expect of it a finding that is absent, where the answer has none."""
    chains: tuple[tuple[Hop, ...], ...]
    """Its edges to the findings; where it has none, the contrast paths of one way to it."""
    untied: tuple[str, ...]
    """Findings that lead to no node of the chains."""
    weaker: bool
    """True when its evidence score is below that of the right answer."""


def contrast(
    graph: KnowledgeGraph,
    path_set: PathSet,
    answer_key: str | None,
    answers: Sequence[str],
    ways: Mapping[str, frozenset[str]],
    present: Sequence[str],
    middles: Sequence[str],
    absent: Sequence[str],
    treatment: bool,
) -> tuple[Distractor, ...]:
    """Return the linked wrong options, in the order of the options.

    Args:
        answers: nodes that the chain reaches; an option that links to the same nodes is none to argue about.
        ways: for each finding, in reading order, the nodes that the chain passes from it to the answer.
        present: everything that is there and may count against an option.
        middles: what the chain infers on its way; it may count against an option too.
        absent: pertinent negatives.
        treatment: the question asks what to do, so that contraindications count.
    """
    scores = {option.key: option.score for option in path_set.option_evidence}

    def opposing(nodes: Sequence[str]) -> list[Edge]:
        about = {*nodes, *middles}
        return [
            edge
            for edge in _between(graph, nodes, dict.fromkeys((*present, *middles)))
            if _contradicts(edge, treatment)
            and (edge.predicate not in OF_THE_DISEASE or {edge.subject, edge.object} <= about)
        ]

    explained = {end for edge in _between(graph, answers, absent) for end in (edge.subject, edge.object)}
    opposed = {end for edge in opposing(answers) for end in (edge.subject, edge.object)}
    result = []
    for option in path_set.option_evidence:
        nodes = tuple(node for node in option.node_ids if node not in answers)
        if option.key == answer_key or not nodes:
            continue
        against = opposing(nodes)
        missed = [edge for edge in _between(graph, nodes, absent) if edge.predicate in MANIFESTATIONS]
        chains = _direct(graph, nodes, list(ways)) or _indirect(path_set, option, nodes, frozenset(absent))
        touched = {hop.start for hops in chains for hop in hops} - set(answers)
        result.append(
            Distractor(
                key=option.key,
                node_ids=nodes,
                against=tuple(edge for edge in against if not {edge.subject, edge.object} & opposed),
                missed=tuple(edge for edge in missed if edge.subject in nodes and edge.object not in explained),
                chains=chains,
                untied=tuple(finding for finding, passed in ways.items() if not passed & touched),
                weaker=option.score < scores.get(answer_key, option.score),
            )
        )
    return tuple(result)


def _between(graph: KnowledgeGraph, nodes: Iterable[str], others: Iterable[str]) -> list[Edge]:
    others = tuple(others)
    return [edge for node in nodes for other in others for edge in graph.edges_between(node, other)]


def _contradicts(edge: Edge, treatment: bool) -> bool:
    from kgpaths.graph.vocabulary import relations

    relation = relations().get(edge.predicate)  # of a predicate without polarity nothing can be said
    contradicts = relation is not None and relation.polarity == "contradicts"
    return contradicts and (treatment or edge.predicate not in TREATMENT)


def _direct(graph: KnowledgeGraph, nodes: Sequence[str], findings: Sequence[str]) -> tuple[tuple[Hop, ...], ...]:
    """Return one hop for every finding that an edge ties to the option, the relation a clinician reasons with first."""
    from kgpaths.graph.vocabulary import relations

    chains = []
    for finding in findings:
        edges = [
            (relation.cost_millinats, edge.id, edge)
            for edge in _between(graph, nodes, [finding])
            if (relation := relations().get(edge.predicate)) is not None
            and relation.in_paths
            and (relation.polarity == "supports" or edge.predicate in STRUCTURE)
            and edge.tier != "associated_in_text"
            and edge.subject != edge.object
        ]
        if edges:
            *_, edge = min(edges, key=lambda entry: entry[:2])
            chains.append((_hop(edge, finding),))
    return tuple(chains)


def _hop(edge: Edge, start: str) -> Hop:
    return Hop(
        edge_id=edge.id,
        subject=edge.subject,
        predicate=edge.predicate,
        object=edge.object,
        forward=edge.subject == start,
        source=edge.source,
        licence=edge.licence,
    )


def _indirect(
    path_set: PathSet, option: OptionEvidence, nodes: Sequence[str], absent: frozenset[str]
) -> tuple[tuple[Hop, ...], ...]:
    """Return the contrast paths that share everything but their start, of the shortest and most shared way."""
    found = [
        path.hops
        for path in path_set.paths
        if path.kind == "contrast"
        and path.option_key == option.key
        and path.node_ids[-1] in nodes
        and not absent & set(path.node_ids)
    ]
    groups: dict[tuple[object, ...], list[tuple[Hop, ...]]] = {}
    for hops in found:
        groups.setdefault((hops[0].predicate, hops[0].forward, hops[0].end, hops[1:]), []).append(hops)
    ranked = sorted(groups.values(), key=lambda group: (len(group[0]), -len(group)))
    return tuple(ranked[0]) if ranked else ()
