"""Questions that only certain statements answer: for what does not hold, must not be done, or harms.

The usual search follows what speaks *for* a node. Here that would argue the opposite of the truth, so paths are made of
the statements that say what is asked, and where the graph has none, the question has no path:

- exception: a statement that the right option does not go with what the question is about, one that contradicts, or one
  whose effect is the opposite of what at least three other options do to it;
- not to be done: a contraindication, or a harm that the right option does to what is stated;
- harm: what the right option causes, or what causes it.

A condition in between must be one that at least two findings are signs of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from kgpaths.graph import KnowledgeGraph
from kgpaths.paths.selection import OptionNodes
from kgpaths.paths.telling import hop
from kgpaths.records import Question, ReasoningPath
from kgpaths.vocabulary.relations import relations, relations_of

_MOST = 4
"""Paths that are taken; more statements of one harm make it no clearer."""
_ENOUGH = 3
"""Other options that must be tied to what is asked about before an opposite effect makes an exception."""
_FEWEST_SIGNS = 2
"""Findings that must be signs of a condition that nobody states."""

_Edge = tuple[int, int, int]
"""Number of an edge and the two nodes in the order in which a path walks it."""


def stated_paths(
    graph: KnowledgeGraph,
    question: Question,
    present: Collection[int],
    options: Sequence[OptionNodes],
    right: OptionNodes,
    closed: Collection[int],
) -> list[ReasoningPath]:
    """Return the paths of statements that say what is asked; [] where the graph has none.

    Args:
        graph: what the statements are in.
        question: of a polarity other than `holds`.
        present: nodes that the question states.
        options: where all options stand.
        right: where the right one stands.
        closed: nodes that no path may touch.
    """
    starts = [node for node in present if node not in right.nodes]
    if question.polarity == "exception":
        return [
            path
            for start in starts
            if start not in closed
            for path in _exception(graph, start, options, right)
        ][:_MOST]  # fmt: skip
    ways: list[tuple[_Edge, ...]] = []
    for answer in right.nodes:
        ways += [(edge,) for start in starts for edge in _harms(graph, question, start, answer)]
        ways += _over_conditions(graph, question, starts, answer, {*closed, *right.nodes})
    return [_path(graph, way, right.key) for way in ways[:_MOST]]


def says_harm(graph: KnowledgeGraph, question: Question, number: int, answer: int) -> bool:
    """Say whether an edge at the answer says the harm that is asked for."""
    predicate = graph.predicates[graph.predicate[number]]
    if predicate not in question.relations or not graph.may_say(number):
        return False
    role = relations()[predicate].role
    if role == "contraindication":
        return question.polarity == "not_to_do"
    # What must not be done is what does the harm; of a harm that is asked for, either side may be the answer.
    agent = graph.object[number] if role == "cause" else graph.subject[number]
    return question.polarity == "harms" or int(agent) == answer


def _harms(graph: KnowledgeGraph, question: Question, start: int, answer: int) -> Iterator[_Edge]:
    for number in graph.numbers_between(start, answer):
        if says_harm(graph, question, number, answer):
            yield number, start, answer


def _over_conditions(
    graph: KnowledgeGraph, question: Question, starts: Sequence[int], answer: int, closed: Collection[int]
) -> list[tuple[_Edge, ...]]:
    """Return ways of two hops: findings that are signs of a condition, and the harm that the answer does to it."""
    found: list[tuple[_Edge, ...]] = []
    around = dict.fromkeys(edge for edge in graph.arcs[graph.indptr[answer] : graph.indptr[answer + 1]].tolist())
    for number in around:
        condition = int(graph.subject[number]) + int(graph.object[number]) - answer
        if condition in closed or condition in starts or not says_harm(graph, question, number, answer):
            continue
        signs = [
            (edge, start, condition)
            for start in starts
            for edge in graph.numbers_between(start, condition)
            if graph.may_say(edge)
            and graph.predicates[graph.predicate[edge]] in relations_of(role="sign")
            and int(graph.subject[edge]) == condition
        ]
        if len(signs) >= _FEWEST_SIGNS:
            found += [(sign, (number, condition, answer)) for sign in signs]
    return found


def _exception(
    graph: KnowledgeGraph, start: int, options: Sequence[OptionNodes], right: OptionNodes
) -> Iterator[ReasoningPath]:
    """Yield what says that the right option does not go with a node, then what says that others do."""
    ties = {
        option.key: [
            (number, start, node)
            for node in option.nodes
            if node != start
            for number in graph.numbers_between(start, node)
            if graph.may_say(number)
            and (relation := relations().get(graph.predicates[graph.predicate[number]])) is not None
            and relation.polarity == "supports"
        ][:1]
        for option in options
        if option is not right
    }
    others = {key: edges[0] for key, edges in ties.items() if edges}
    effects = {_effect(graph, edge[0]) for edge in others.values()}
    for answer in right.nodes:
        for number in graph.numbers_between(start, answer):
            relation = relations().get(graph.predicates[graph.predicate[number]])
            if relation is None or not graph.may_say(number):
                continue
            opposite = len(others) >= _ENOUGH and effects == {-relation.effect} != {0}
            if relation.polarity == "contradicts" or opposite:
                yield _path(graph, ((number, start, answer),), right.key)
                for key, edge in others.items():
                    yield _path(graph, (edge,), key, contrast=True)
                return


def _effect(graph: KnowledgeGraph, number: int) -> int:
    return relations()[graph.predicates[graph.predicate[number]]].effect


def _path(graph: KnowledgeGraph, edges: Sequence[_Edge], key: str | None, *, contrast: bool = False) -> ReasoningPath:
    hops = tuple(hop(graph, number, start) for number, start, _ in edges)
    return ReasoningPath(
        hops=hops,
        cost_millinats=sum(relations()[one.predicate].cost_millinats for one in hops),
        fallback_step="statement",
        kind="contrast" if contrast else "selected",
        option_key=key,
    )
