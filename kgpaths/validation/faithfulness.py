"""These checks compare the words of a step with the edges and nodes that it cites.

Names of the step's nodes are replaced by tokens, so that a sentence becomes a row of nodes and relation phrases:
"Fever and cough can be symptoms of pneumonia" is <1> and <2> can be symptoms of <3>. What stands left and right of
a phrase then tells which edge is meant, and in which direction.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from kgpaths.language.english import agree, agree_object, folded, plain
from kgpaths.records import Edge, Step
from kgpaths.validation.registry import Case, Fault, check
from kgpaths.vocabulary.relations import relations


class Token(NamedTuple):
    """A name in a text, and what it can stand for."""

    name: str
    nodes: frozenset[str]
    at: int
    """Its first character in the masked text."""


_QUOTED = re.compile(r"“[^”]*”")


@check("entities_named", "Each step names the nodes it carries, and no other node of the case.")
def entities_named(case: Case) -> Iterator[Fault]:
    """Look for the names of the step's nodes in its text; then, in reasoning steps, for names of other nodes."""
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
            backed = {phrase for edge in edges for way in (True, False) for phrase in _phrases(edge.predicate, way)}
            for phrase in _any_phrase().findall(masked):
                if phrase not in backed:
                    yield Fault(f"no cited edge says {phrase!r}", "edge_not_in_graph", number)
        else:
            for phrase, edge in _misstated(case, edges, masked, tokens):
                said = f"{edge.subject} {edge.predicate} {edge.object}"
                yield Fault(f"{phrase!r} is not what the cited edge says: {said}", "edge_not_in_graph", number)


def mask(text: str, names: Mapping[str, frozenset[str]], own: Collection[str] = ()) -> tuple[str, list[Token]]:
    """Replace names by a token; return the masked text and the tokens in order.

    Names of the nodes in `own` are looked for first, the longest at each place; then relation phrases, which stay;
    then all names in what is left. So "can help to diagnose" is a phrase even where "diagnose" is a concept, and
    "nausea and vomiting" is two findings in a step about two, and one in a step about one.

    >>> names = {"fever": frozenset("a"), "flu": frozenset("b")}
    >>> masked, (fever, flu) = mask("Fever can be a symptom of the flu.", names)
    >>> masked, fever.at, flu.at
    ('▪ can be a symptom of the ▪', 0, 26)
    """
    words = plain(text).split()
    wanted = set(own)
    taken: dict[int, int] = {}
    _scan(words, {name for name, nodes in names.items() if nodes & wanted}, taken)
    stated = dict(taken)
    _scan(words, set(phrases()), stated)
    everything = dict(stated)
    _scan(words, names.keys(), everything)
    taken |= {start: length for start, length in everything.items() if start not in stated}
    masked: list[str] = []
    tokens: list[Token] = []
    at = place = 0
    while place < len(words):
        length = taken.get(place, 0)
        name = " ".join(words[place : place + max(length, 1)])
        if length:
            nodes = names[name] & wanted or names[name]
            tokens.append(Token(name, nodes, at))
        masked.append("▪" if length else name)
        at += len(masked[-1]) + 1
        place += max(length, 1)
    return " ".join(masked), tokens


def _scan(words: Sequence[str], names: Collection[str], taken: dict[int, int]) -> None:
    """Find names among words that are not taken yet, the longest at each place; `taken` maps places to lengths."""
    longest = max((name.count(" ") + 1 for name in names), default=0)
    used = {place for start, length in taken.items() for place in range(start, start + length)}
    place = 0
    while place < len(words):
        for length in range(min(longest, len(words) - place), 0, -1):
            if " ".join(words[place : place + length]) in names and used.isdisjoint(range(place, place + length)):
                taken[place] = length
                place += length
                break
        else:
            place += 1


@cache
def phrases() -> tuple[str, ...]:
    """Return every relation phrase in both directions and numbers, longest first."""
    found = {
        phrase for predicate in relations() for forward in (True, False) for phrase in _phrases(predicate, forward)
    }
    return tuple(sorted(found, key=lambda phrase: (-len(phrase), phrase)))


@cache
def _any_phrase() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases()))})\b")


@cache
def _phrases(predicate: str, forward: bool) -> tuple[str, ...]:
    relation = relations()[predicate]
    phrase = relation.phrase if forward else relation.inverse_phrase
    subjects = (agree(phrase, False), agree(phrase, True), agree(phrase, True, several=False))
    return tuple(dict.fromkeys(folded(agree_object(text, many)) for text in subjects for many in (False, True)))


def _stated(edge: Edge, masked: str, tokens: list[Token], reverse: bool = False) -> bool:
    """Say whether the text states the edge; with `reverse`, whether it states it with subject and object exchanged.

    What a phrase joins stands between the phrase before it and the phrase after it. "It" and "them" stand for
    something that is named before what they are joined to.
    """
    subject, object_ = (edge.object, edge.subject) if reverse else (edge.subject, edge.object)
    ways = dict.fromkeys(_phrases(edge.predicate, False), (object_, subject))
    ways |= dict.fromkeys(_phrases(edge.predicate, True), (subject, object_))
    symmetric = relations()[edge.predicate].symmetric
    found = list(_any_phrase().finditer(masked))
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
    for match in _any_phrase().finditer(masked):
        left = [token for token in tokens if token.at < match.start()][-1:]
        right = [token for token in tokens if token.at >= match.end()][:1]
        for start, end in ((start, end) for a in left for b in right for start in a.nodes for end in b.nodes):
            joined = [edge for edge in edges if {edge.subject, edge.object} == {start, end}]
            if joined and not any(_may_mean(case, match.group(), start, end, edge) for edge in joined):
                yield match.group(), joined[0]


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
            for phrase in _phrases(predicate, forward):
                found.setdefault(phrase, []).append((predicate, forward))
    return {phrase: tuple(meanings) for phrase, meanings in found.items()}


def _must_name(case: Case, step: Step, node: str) -> bool:
    """The conclusion may name the answer by its text alone; distractors likewise."""
    if step.kind not in ("conclusion", "distractor"):
        return True
    return not any(
        f" {folded(option.text)} " in f" {folded(step.text)} "
        for option in case.item.options
        if any(m.node_id == node and m.section == f"option:{option.key}" for m in case.mentions)
    )
