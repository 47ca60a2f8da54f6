"""Which nodes a path may lead over: what a reader accepts as following from what the case tells.

Every step of a path may be true and the path absurd: "weakness can be a side effect of vitamin D, bone pain can be a
side effect of vitamin D, bone pain can be a symptom of hypophosphatemia" of a patient who takes no vitamin D and has no
bone pain. What the case does not tell, a path leads over only so:

- over a symptom or sign that is a class of the node before it: one that nobody has proves nothing;
- over substances that end at the answer (its class, its kinds), or over one that is the remedy of the condition before
  it where the last step says what else it does;
- over a gene only next to a substance or a process: that two diseases share a gene leads from neither to the other.

Of the paths that read as good by hand none breaks these rules, and nearly all that break them read as bad
(`benchmarks/data/rows_read.tsv`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from kgpaths.graph import KnowledgeGraph
from kgpaths.vocabulary.node_types import node_types, types_of
from kgpaths.vocabulary.relations import relations_of

Between = Callable[[int, int], Collection[int]]
"""Numbers of the edges that a path can show between two neighbours."""


def follows(graph: KnowledgeGraph, nodes: Sequence[int], told: frozenset[int], between: Between) -> bool:
    """Say whether every inner node of a path follows from what the case tells.

    Args:
        graph: the graph that the path is in.
        nodes: from a finding to the answer.
        told: nodes that the case states of the patient.
        between: the edges that stand for a step.
    """
    groups = [_group(graph, node) for node in nodes]

    def predicates(place: int) -> set[str]:
        return {graph.predicates[graph.predicate[number]] for number in between(nodes[place], nodes[place + 1])}

    def is_class(place: int) -> bool:
        """Say whether a node is a class of the one before it."""
        return any(
            graph.predicates[graph.predicate[number]] == "is_a" and graph.object[number] == nodes[place]
            for number in between(nodes[place - 1], nodes[place])
        )

    helping, signs = relations_of("treatment"), types_of(role="sign")
    last = len(nodes) - 1
    place = 1
    while place < last:
        node, end = nodes[place], place
        if groups[place] == "substance":
            while end < last and groups[end + 1] == "substance":
                end += 1
            known = groups[place - 1] == "substance" or not told.isdisjoint(nodes[place : end + 1])
            helps = bool(predicates(place - 1) & helping)
            if not (known or end == last or (end == last - 1 and helps and not predicates(end) & helping)):
                return False
        elif node not in told:
            if graph.type(node) in signs and not is_class(place):
                return False
            if groups[place - 1 : place + 2] == ["condition", "gene_product", "condition"]:
                return False
        place = end + 1
    return True


def _group(graph: KnowledgeGraph, node: int) -> str:
    known = node_types().get(graph.type(node))
    return known.group if known else ""
