"""How well paths agree with an expert who explained the answer.

A question's written explanation names what the expert thought of. A node is *named* if it, or an is_a neighbour of
it, is linked there. Node agreement is the share of named nodes on the selected paths (the answer excluded);
intermediate agreement the same over the first k intermediate nodes that stand neither in the question nor in the
answer; finding agreement the share of the question's findings named by the expert from which paths start; recall the
share of the expert's further concepts that lie on paths. Explanations favour common things and a linker misses some:
the numbers compare methods, and are no absolutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from kgpaths.graph import KnowledgeGraph
from kgpaths.records import Mention

SHORTEST_EXPLANATION = 200
"""Characters; shorter ones name the answer and little else."""


class Expert(NamedTuple):
    """What an explanation names, and what the question already holds; node indices."""

    stated: frozenset[int]
    """Linked in the explanation."""
    named: frozenset[int]
    """Those and their is_a neighbours."""
    beyond_answer: frozenset[int]
    """The same without the neighbours of the right option: its classes and kinds are no thought of the expert's."""
    question: frozenset[int]
    answer: frozenset[int]
    options: frozenset[int]


class Agreement(NamedTuple):
    """Measures of one item; None where there is nothing to measure."""

    node: float | None
    intermediate: float | None
    intermediate_beyond_answer: float | None
    finding: float | None
    recall: float | None


def expert(graph: KnowledgeGraph, mentions: Sequence[Mention], explanation: Sequence[Mention]) -> Expert:
    """Return what the explanation of an item names.

    Args:
        graph: the graph that the mentions link to.
        mentions: the item's own mentions.
        explanation: mentions of its explanation.
    """

    def nodes(found: Sequence[Mention]) -> frozenset[int]:
        return frozenset(graph.index(mention.node_id) for mention in found)

    stated = nodes(explanation)
    answer = nodes([mention for mention in mentions if mention.role == "answer"])

    def around(centres: frozenset[int]) -> frozenset[int]:
        return centres.union(*(_is_a_neighbours(graph, node) for node in sorted(centres)))

    return Expert(
        stated=stated,
        named=around(stated),
        beyond_answer=around(stated - answer),
        question=nodes([mention for mention in mentions if mention.role in ("question", "context")]),
        answer=answer,
        options=nodes([mention for mention in mentions if mention.role in ("option", "answer")]),
    )


def agreement(paths: Sequence[Sequence[int]], who: Expert, *, k: int = 5) -> Agreement:
    """Measure paths, best first, each a sequence of node indices from a finding to the answer."""
    visited = list(dict.fromkeys(node for path in paths for node in path if node not in who.answer))
    intermediates = list(dict.fromkeys(n for path in paths for n in path[1:-1] if n not in who.question | who.answer))[
        :k
    ]
    told = who.question & who.stated
    further = who.stated - who.question - who.options
    return Agreement(
        node=_share(visited, who.named),
        intermediate=_share(intermediates, who.named),
        intermediate_beyond_answer=_share(intermediates, who.beyond_answer),
        finding=_share(sorted(told), {path[0] for path in paths}),
        recall=_share(sorted(further), set(visited)),
    )


def _share(nodes: Sequence[int], wanted: frozenset[int] | set[int]) -> float | None:
    return sum(node in wanted for node in nodes) / len(nodes) if nodes else None


def _is_a_neighbours(graph: KnowledgeGraph, node: int) -> frozenset[int]:
    if "is_a" not in graph.predicates:
        return frozenset()
    edges = np.asarray(graph.arcs[graph.indptr[node] : graph.indptr[node + 1]])
    edges = edges[graph.predicate[edges] == graph.predicates.index("is_a")]
    return frozenset(graph.subject[edges].tolist()) | frozenset(graph.object[edges].tolist())
