"""How a found path is told: by which edges, and what they compose to.

A search keeps one arc for two neighbours, the cheapest edge's, and a rare relation is cheap: "helps to prevent" would
stand where "is used to treat" is there too. A path of an item shows the edge that says most instead: what the question
asks for, then the relation with the least cost of its own (`ontologies/relations.yaml`), then what a curator states,
then the strongest. It is always of the arc's family of relations and direction, for which the path was chosen, and one
that a chain may say (`kgpaths.graph.unsaid`).

A relation with an ``effect`` in ``ontologies/relations.yaml`` says that its subject increases (+1) or decreases (-1)
its object; along a chain of such statements the signs multiply, as in influence graphs (two inhibitions in a row
activate; "sign of an interaction path", Thomas 1981, doi:10.1007/978-3-642-81703-8_24). All edges must point the same
way: of two causes of one effect, or two effects of one cause, neither does anything to the other. Symmetric relations
point both ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from kgpaths.graph import KnowledgeGraph
from kgpaths.paths.kernel import FoundPath
from kgpaths.paths.search_graph import SearchGraph
from kgpaths.records import Hop, PathEffect, PathKind, ReasoningPath
from kgpaths.vocabulary.node_types import node_types
from kgpaths.vocabulary.relations import relations


def told_path(
    graph: KnowledgeGraph,
    view: SearchGraph,
    found: FoundPath,
    *,
    fallback_step: str = "",
    kind: PathKind = "selected",
    option_key: str | None = None,
    explanation: str = "",
    wanted: Sequence[str] | None = None,
) -> ReasoningPath:
    """Return a path that was found in a view with its edges, the arcs' own.

    For a question (`wanted`) they are chosen by it (`shown_edge`), and told where they speak against it.
    """
    hops = tuple(
        hop(graph, view.edge(graph, u, v) if wanted is None else shown_edge(graph, view, u, v, wanted), u)
        for u, v in pairwise(found.nodes)
    )
    against = contradiction(graph, hops) if wanted is not None else ""
    return ReasoningPath(
        hops=hops,
        cost_millinats=found.cost,
        fallback_step=fallback_step,
        kind=kind,
        option_key=option_key,
        effect=composed_effect(hops),
        explanation="; ".join(part for part in (explanation, against) if part),
    )


def hop(graph: KnowledgeGraph, number: int, start: int) -> Hop:
    """Return an edge as a path walks it from one of its ends."""
    subject, object_ = int(graph.subject[number]), int(graph.object[number])
    return Hop(
        edge_id=graph.edge_id_at(number),
        subject=graph.id(subject),
        predicate=graph.predicates[graph.predicate[number]],
        object=graph.id(object_),
        forward=subject == start,
        source=graph.sources[graph.source[number]],
        licence=graph.licences[graph.licence[number]],
    )


def shown_edge(graph: KnowledgeGraph, view: SearchGraph, u: int, v: int, wanted: Sequence[str]) -> int:
    """Return the number of the edge that a path shows between two neighbours.

    Args:
        graph: the graph that the view is of.
        view: where the path was found.
        u: node index.
        v: index of its neighbour.
        wanted: relations that come before all others, the first before the second (`Question.relations`).

    Raises:
        ValueError: nothing between them may be said.
    """

    def order(number: int) -> tuple[int, int, bool, float, int]:
        name = graph.predicates[graph.predicate[number]]
        text = graph.tiers[graph.tier[number]] != "curated"
        cost = relations()[name].cost_millinats
        rank = wanted.index(name) if name in wanted else len(wanted)
        return rank, cost, text, -float(graph.strength[number]), int(graph.edge_hash[number])

    return min((number for number in alike(graph, view, u, v) if graph.may_say(number)), key=order)


def alike(graph: KnowledgeGraph, view: SearchGraph, u: int, v: int) -> list[int]:
    """Return the numbers of the edges of an arc's family of relations and direction."""
    found = view.edge(graph, u, v)
    subject, family = graph.subject[found], view.kinds[graph.predicate[found]] // 2
    return [
        number
        for number in graph.numbers_between(u, v)
        if view.inside[number]
        and graph.subject[number] == subject
        and view.kinds[graph.predicate[number]] // 2 == family
    ]


def composed_effect(hops: Sequence[Hop]) -> PathEffect | None:
    """Return what the chain of hops composes to; None where an edge has no sign, or the edges point different ways.

    >>> def hop(predicate: str, forward: bool = True) -> Hop:
    ...     return Hop(edge_id="", subject="A", predicate=predicate, object="B", forward=forward, source="", licence="")
    >>> composed_effect([hop("decreases_activity_of"), hop("negatively_regulates")])
    'start_increases_end'
    >>> composed_effect([hop("causes", False), hop("decreases_activity_of", False)])
    'end_decreases_start'
    >>> composed_effect([hop("decreases_activity_of"), hop("causes", False)])
    """
    sign, forward, backward = 1, True, True
    for hop in hops:
        relation = relations().get(hop.predicate)
        if relation is None or not relation.effect:
            return None
        sign *= relation.effect
        forward &= hop.forward or relation.symmetric
        backward &= not hop.forward or relation.symmetric
    if forward:
        return "start_increases_end" if sign > 0 else "start_decreases_end"
    if backward:
        return "end_increases_start" if sign > 0 else "end_decreases_start"
    return None


def effect_sentence(graph: KnowledgeGraph, path: ReasoningPath) -> str:
    """Say in English what the signs of a path compose to; empty where that is unknown."""
    if path.effect is None:
        return ""
    ends = graph.name(path.hops[0].start), graph.name(path.hops[-1].end)
    agent, patient = ends if path.effect.startswith("start") else ends[::-1]
    return f"by the signs of its edges {agent} {'increases' if 'increases' in path.effect else 'decreases'} {patient}"


def contradiction(graph: KnowledgeGraph, hops: Sequence[Hop]) -> str:
    """Say what speaks against the path as the reason for a treatment; empty where nothing does.

    A substance, gene product or act of care at one end that on balance increases the condition at the other end is no
    treatment of it.
    """
    effect = composed_effect(hops)
    if effect not in ("start_increases_end", "end_increases_start"):
        return ""
    ends = (hops[0].start, hops[-1].end)
    agent, patient = ends if effect == "start_increases_end" else ends[::-1]
    groups = [node_types()[graph.type(node)].group for node in (agent, patient)]
    if groups[0] not in ("substance", "care", "gene_product") or groups[1] != "condition":
        return ""
    return f"against a treatment: by the signs of its edges {graph.name(agent)} increases {graph.name(patient)}"
