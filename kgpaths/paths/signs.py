"""What one end of a path does to the other, where the signs of its edges say so.

A relation with an ``effect`` in ``ontologies/relations.yaml`` says that its subject increases (+1) or decreases (-1)
its object; along a chain of such statements the signs multiply, as in influence graphs (two inhibitions in a row
activate; "sign of an interaction path", Thomas 1981, doi:10.1007/978-3-642-81703-8_24). All edges must point the same
way: of two causes of one effect, or two effects of one cause, neither does anything to the other. Symmetric relations
point both ways.
"""

from __future__ import annotations

from collections.abc import Sequence

from kgpaths.graph import KnowledgeGraph
from kgpaths.records import Hop, PathEffect, ReasoningPath
from kgpaths.vocabulary.node_types import node_types
from kgpaths.vocabulary.relations import relations


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
