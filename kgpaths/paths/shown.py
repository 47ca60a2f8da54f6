"""Which of parallel edges a path shows.

A search keeps one arc for two neighbours, the cheapest edge's, and a rare relation is cheap: "helps to prevent" would
stand where "is used to treat" is there too. A path of an item shows the edge that says most instead: what the question
asks for, then the relation with the least cost of its own (`ontologies/relations.yaml`), then what a curator states,
then the strongest. It is always of the arc's family of relations and direction, for which the path was chosen.
"""

from __future__ import annotations

import re

from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.vocabulary import relations
from kgpaths.paths.question_type import asked
from kgpaths.paths.search_graph import SearchGraph

_ASKED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"prevent|prophyla|vaccin"), "prevents"),
    (re.compile(r"palliat|reliev|symptomatic|ease"), "palliates"),
    (re.compile(r"complicat"), "has_complication"),
)


def asked_relations(stem: str) -> frozenset[str]:
    """Return the relations that a question asks for by name.

    >>> sorted(asked_relations("He travels to Peru. Which drug is best for prophylaxis?"))
    ['prevents']
    """
    text = asked(stem)
    return frozenset(relation for pattern, relation in _ASKED if pattern.search(text))


def shown_edge(graph: KnowledgeGraph, view: SearchGraph, u: int, v: int, wanted: frozenset[str]) -> int:
    """Return the number of the edge that a path shows between two neighbours.

    Args:
        graph: the graph that the view is of.
        view: where the path was found.
        u: node index.
        v: index of its neighbour.
        wanted: relations that come before all others, from `asked_relations`.
    """
    found = view.edge(graph, u, v)
    subject, family = graph.subject[found], view.kinds[graph.predicate[found]] // 2

    def order(number: int) -> tuple[bool, int, bool, float, int]:
        name = graph.predicates[graph.predicate[number]]
        text = graph.tiers[graph.tier[number]] != "curated"
        cost = relations()[name].cost_millinats
        return name not in wanted, cost, text, -float(graph.strength[number]), int(graph.edge_hash[number])

    parallel = (
        number
        for number in graph.numbers_between(u, v)
        if view.inside[number]
        and graph.subject[number] == subject
        and view.kinds[graph.predicate[number]] // 2 == family
    )
    return min(parallel, key=order)
