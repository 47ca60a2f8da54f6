"""Which of parallel edges a path shows.

A search keeps one arc for two neighbours, the cheapest edge's, and a rare relation is cheap: "helps to prevent" would
stand where "is used to treat" is there too. A path of an item shows the edge that says most instead: what the question
asks for, then the relation with the least cost of its own (`ontologies/relations.yaml`), then what a curator states,
then the strongest. It is always of the arc's family of relations and direction, for which the path was chosen, and one
that a chain may say (`kgpaths.graph.unsaid`).
"""

from __future__ import annotations

from collections.abc import Sequence

from kgpaths.graph import KnowledgeGraph
from kgpaths.paths.search_graph import SearchGraph
from kgpaths.vocabulary.relations import relations


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
