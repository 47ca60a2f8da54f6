"""These checks compare the words of a step with the edges and nodes that it cites.

Names of the step's nodes are replaced by tokens (`phrases.py`). What stands left and right of a relation phrase then
tells which edge is meant, and in which direction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from kgpaths.records import Edge, Step
from kgpaths.validation import free
from kgpaths.validation.phrases import Token, any_phrase, mask, phrases_of, stated_ties
from kgpaths.validation.registry import Case, Fault, check
from kgpaths.vocabulary.relations import relations

_QUOTED = re.compile(r"“[^”]*”")


@check("entities_named", "Each step names the nodes it carries, and no other node of the case.")
def entities_named(case: Case) -> Iterator[Fault]:
    """Look for the names of the step's nodes in its text; then, in reasoning steps, for names of other nodes.

    A model's chains may name more than they cite: see `free.entities`.
    """
    if not case.templated:
        yield from free.entities(case)
        return
    names = case.names
    for number, step in enumerate(case.chain.steps):
        _, tokens = mask(step.text, names, step.node_ids)
        said = {node for token in tokens for node in token.nodes}
        for node in step.node_ids:
            if node in case.graph and node not in said and _must_name(case, step, node):
                yield Fault(f"the step cites {node} but does not name it", "uncited_step", number)
        if step.kind in ("evidence", "link"):
            for token in tokens:
                if len(token.name) > 3 and not token.nodes & set(step.node_ids):
                    strangers = ", ".join(sorted(token.nodes))
                    yield Fault(f"the step names {strangers} but cites no edge of it", "uncited_step", number)


@check("relations_stated", "The sentence states the cited relation, in its direction.")
def relations_stated(case: Case) -> Iterator[Fault]:
    """Compare the relation phrases of each step with the edges it cites.

    Of the template's chains every edge of an evidence or link step has to be stated, and every relation phrase backed
    by an edge. Of other chains, whose wording is free, it is a fault to state an edge the wrong way round, or as a
    relation that denies it or that cannot hold between such things; "causes" for "can present with" is none.
    """
    names = case.names
    for number, step in enumerate(case.chain.steps):
        if step.kind not in ("evidence", "link", "distractor", "differential", "absent"):
            continue
        edges = case.edges_of(step)
        masked, tokens = mask(_QUOTED.sub("“”", step.text), names, step.node_ids)
        for edge in edges:
            forward, backward = _stated(edge, masked, tokens), _stated(edge, masked, tokens, reverse=True)
            missing = case.templated and step.kind in ("evidence", "link")
            if not forward and (backward or missing):
                yield Fault(
                    f"the step does not say that {edge.subject} {edge.predicate} {edge.object}",
                    "edge_not_in_graph",
                    number,
                )
        if case.templated:
            backed = {phrase for edge in edges for way in (True, False) for phrase in phrases_of(edge.predicate, way)}
            for phrase in any_phrase().findall(masked):
                if phrase not in backed:
                    yield Fault(f"no cited edge says {phrase!r}", "edge_not_in_graph", number)
        else:
            for phrase, edge in _misstated(case, edges, masked, tokens):
                said = f"{edge.subject} {edge.predicate} {edge.object}"
                yield Fault(f"{phrase!r} is not what the cited edge says: {said}", "edge_not_in_graph", number)


def _stated(edge: Edge, masked: str, tokens: list[Token], reverse: bool = False) -> bool:
    """Say whether the text states the edge; with `reverse`, whether it states it with subject and object exchanged.

    What a phrase joins stands between the phrase before it and the phrase after it. "It" and "them" stand for
    something that is named before what they are joined to.
    """
    subject, object_ = (edge.object, edge.subject) if reverse else (edge.subject, edge.object)
    ways = dict.fromkeys(phrases_of(edge.predicate, False), (object_, subject))
    ways |= dict.fromkeys(phrases_of(edge.predicate, True), (subject, object_))
    symmetric = relations()[edge.predicate].symmetric
    found = list(any_phrase().finditer(masked))
    for number, match in enumerate(found):
        if match.group() not in ways:
            continue
        begin = found[number - 1].end() if number else 0
        finish = found[number + 1].start() if number + 1 < len(found) else len(masked)
        left = [token for token in tokens if begin <= token.at < match.start()]
        right = [token for token in tokens if match.end() <= token.at < finish]
        for start, end in {ways[match.group()], *((ways[match.group()][::-1],) if symmetric else ())}:
            starts = [token.at for token in left if start in token.nodes]
            if not starts:
                continue
            if any(end in token.nodes for token in right):
                return True
            named = [token.at for token in tokens if end in token.nodes]
            if masked[match.end() :].split()[:1] in (["it"], ["them"]) and named and named[0] < starts[-1]:
                return True
    return False


def _misstated(case: Case, edges: Sequence[Edge], masked: str, tokens: list[Token]) -> Iterator[tuple[str, Edge]]:
    """Yield relation phrases between the ends of a cited edge that none of the edges between them can be read as."""
    for phrase, a, b in stated_ties(masked, tokens):
        for start, end in ((start, end) for start in a.nodes for end in b.nodes):
            joined = [edge for edge in edges if {edge.subject, edge.object} == {start, end}]
            if joined and not any(_may_mean(case, phrase, start, end, edge) for edge in joined):
                yield phrase, joined[0]


def _may_mean(case: Case, phrase: str, start: str, end: str, edge: Edge) -> bool:
    """Say whether a phrase can be a loose way of stating an edge: same polarity, and types that it can hold between."""
    denies = relations()[edge.predicate].polarity == "contradicts"
    for predicate, forward in _meanings()[phrase]:
        relation = relations()[predicate]
        subject, object_ = (start, end) if forward else (end, start)
        fitting = (
            case.graph.type(subject) in relation.subject_types and case.graph.type(object_) in relation.object_types
        )
        if predicate == edge.predicate or (fitting and (relation.polarity == "contradicts") == denies):
            return True
    return False


@cache
def _meanings() -> Mapping[str, tuple[tuple[str, bool], ...]]:
    """Return for each phrase the predicates that it states, and whether from subject to object."""
    found: dict[str, list[tuple[str, bool]]] = {}
    for predicate in relations():
        for forward in (True, False):
            for phrase in phrases_of(predicate, forward):
                found.setdefault(phrase, []).append((predicate, forward))
    return {phrase: tuple(meanings) for phrase, meanings in found.items()}


def _must_name(case: Case, step: Step, node: str) -> bool:
    """The conclusion may name the answer by its text alone; distractors likewise."""
    if step.kind not in ("conclusion", "distractor"):
        return True
    return not case.names_option(step, {node})
