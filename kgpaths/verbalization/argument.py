"""This module plans what a chain says and in which order, before any of it is put into English.

An argument starts from the findings, reaches every intermediate node before it uses it, and ends at the answer. Hops
that end at the same node make one `Point`, because a clinician says "fever and cough can be symptoms of pneumonia", not
one sentence for each edge.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgpaths.language.english import folded
from kgpaths.linking.assertion.stated import Stated, reading_order, stated
from kgpaths.records import Finding, Hop, Mention, PathSet, QAItem, Question, ReasoningPath
from kgpaths.verbalization.contrast import Distractor, classes, contrast
from kgpaths.verbalization.edge_clauses import Clause

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph


@dataclass(frozen=True)
class Point:
    """Everything that leads to one node, as one step; or to several nodes, where the same leads to all of them."""

    ends: tuple[str, ...]
    clauses: tuple[Clause, ...]

    @property
    def edge_ids(self) -> tuple[str, ...]:
        """Ids of all its edges, in the order of the clauses."""
        return tuple(dict.fromkeys(edge for clause in self.clauses for edge in clause.edge_ids))

    @property
    def node_ids(self) -> tuple[str, ...]:
        """Starts in the order of the clauses, then the ends."""
        return tuple(dict.fromkeys((*(node for clause in self.clauses for node in clause.starts), *self.ends)))


@dataclass(frozen=True)
class Argument:
    """The plan of a chain."""

    findings: tuple[Mention, ...]
    points: tuple[Point, ...]
    absent: tuple[Mention, ...]
    distractors: tuple[Distractor, ...]
    answer_node_ids: tuple[str, ...]
    others: tuple[Point, ...] = ()
    """Of a question for the exception: what the statements say of the options that are none."""


def points(paths: Sequence[ReasoningPath]) -> tuple[Point, ...]:
    """Group the hops of the paths by the node they reach, in an order in which every start is known before.

    A node is reached once all hops into it can be said; where paths contradict each other in that (one goes from A to
    B, another from B to A), what can be said is said first.
    """
    known = {path.node_ids[0] for path in paths}
    answers = {path.node_ids[-1] for path in paths}
    waiting: dict[tuple[str, str], Hop] = {}
    for path in paths:
        for hop in path.hops:
            waiting.setdefault((hop.edge_id, hop.start), hop)
    result: list[Point] = []
    while waiting:
        ready = [hop for hop in waiting.values() if hop.start in known]
        blocked = {hop.end for hop in waiting.values() if hop.start not in known}
        ends = list(dict.fromkeys(hop.end for hop in ready))
        end = min(ends, key=lambda node: (node in blocked, node in answers, ends.index(node)))
        said = [hop for hop in ready if hop.end == end]
        result.append(Point((end,), clauses(said)))
        known.add(end)
        edges = {hop.edge_id for hop in said}
        waiting = {key: hop for key, hop in waiting.items() if hop.edge_id not in edges}
    return _shared(result, answers)


def _shared(result: Sequence[Point], answers: Collection[str]) -> tuple[Point, ...]:
    """Join points that the same starts lead to by the same relation: "influenza can present with fever and cough"."""
    joined: dict[object, Point] = {}
    for point in result:
        clause = point.clauses[0]
        alone = (frozenset(clause.starts), clause.predicate, clause.forward, point.ends[0] in answers)
        key = alone if len(point.clauses) == 1 else point.ends
        if key in joined:
            first = joined[key].clauses[0]
            ends = (*first.ends, *point.ends)
            both = Clause(first.starts, first.predicate, first.forward, ends, first.edge_ids + clause.edge_ids)
            joined[key] = Point(ends, (both,))
        else:
            joined[key] = point
    return tuple(joined.values())


def clauses(hops: Sequence[Hop]) -> tuple[Clause, ...]:
    """Join hops of one predicate, direction and end into clauses; the most shared relation comes first."""
    groups: dict[tuple[str, bool, str], list[Hop]] = {}
    for hop in hops:
        groups.setdefault((hop.predicate, hop.forward, hop.end), []).append(hop)
    joined = [
        Clause(
            starts=tuple(dict.fromkeys(hop.start for hop in group)),
            predicate=predicate,
            forward=forward,
            ends=(end,),
            edge_ids=tuple(dict.fromkeys(hop.edge_id for hop in group)),
        )
        for (predicate, forward, end), group in groups.items()
    ]
    return tuple(sorted(joined, key=lambda clause: -len(clause.starts)))


def plan(graph: KnowledgeGraph, item: QAItem, mentions: Sequence[Mention], path_set: PathSet) -> Argument:
    """Decide what a chain says.

    Raises:
        ValueError: there is no selected path, or one starts at a node that is not mentioned.
    """
    if not any(path.kind == "selected" for path in path_set.paths):
        raise ValueError("no selected path: there is nothing to put into words")
    said = stated(mentions)
    anywhere = said.present | said.absent | said.moot
    for path in path_set.paths:
        if path.kind == "selected" and path.node_ids[0] not in anywhere:
            raise ValueError(f"a selected path starts at {path.node_ids[0]}, which the question does not mention")
    # Where no path is over what is present, all are said: the checks reject the chain and name the fault.
    used = usable_paths(path_set, mentions) or [path for path in path_set.paths if path.kind == "selected"]
    findings = {path.node_ids[0]: anywhere[path.node_ids[0]] for path in used}
    answers = tuple(dict.fromkeys(path.node_ids[-1] for path in used))
    absent = pertinent_negatives(graph, said, path_set.findings)
    excluded = [path for path in path_set.paths if path.kind == "contrast" and path_set.asks.polarity == "exception"]
    return Argument(
        findings=tuple(sorted(findings.values(), key=reading_order)),
        points=points(used),
        absent=absent,
        distractors=contrast(
            graph,
            item,
            path_set,
            answers,
            present=said.present,
            absent=[mention.node_id for mention in absent],
            asks=_asks(path_set.asks),
        ),
        answer_node_ids=answers,
        others=points(excluded) if excluded else (),
    )


def _asks(question: Question) -> str:
    """Return what kind of thing is asked for, as far as it decides what can speak against an option."""
    if question.wants_remedy:
        return "treatment"
    return "condition" if question.polarity == "holds" and question.kind in ("diagnosis", "cause") else ""


def usable_paths(path_set: PathSet, mentions: Iterable[Mention]) -> list[ReasoningPath]:
    """Return the selected paths that an argument may use: over nothing absent, and without detours."""
    selected = [path for path in path_set.paths if path.kind == "selected"]
    return _without_detours(_sound(selected, stated(mentions)))


def pertinent_negatives(graph: KnowledgeGraph, said: Stated, findings: Iterable[Finding]) -> tuple[Mention, ...]:
    """Return the conditions among the findings that are said not to be there, in reading order.

    What is there is there as its classes too: beside "chest pain", "no pain" must be about something else. So is what a
    name joins: beside "nausea and vomiting", "no vomiting" is said of somebody else.
    """
    there = classes(graph, said.present)
    joined = {part for node in said.present for part in folded(graph.name(node)).split(" and ")}
    told = {(one.section, one.start, one.end) for one in findings if one.kind == "finding"}
    return tuple(
        m
        for node, m in said.absent.items()
        if node not in there
        and folded(graph.name(node)) not in joined
        and (m.section, m.start, m.end) in told
        and _is_condition(graph, node)
    )


def _is_condition(graph: KnowledgeGraph, node: str) -> bool:
    """Say whether a node is something that a patient can have or lack."""
    from kgpaths.vocabulary.node_types import node_types

    kind = node_types().get(graph.type(node))
    return kind is not None and kind.group == "condition"


def _sound(paths: Sequence[ReasoningPath], said: Stated) -> list[ReasoningPath]:
    """Return the paths that start at something present and touch nothing absent."""
    return [path for path in paths if path.node_ids[0] in said.present and not said.absent.keys() & set(path.node_ids)]


def _without_detours(paths: Sequence[ReasoningPath]) -> list[ReasoningPath]:
    """Drop the longer ways from a finding to an answer that it is tied to by an edge: nobody argues in circles."""
    direct = {path.node_ids for path in paths if len(path.hops) == 1}
    return [path for path in paths if len(path.hops) == 1 or (path.node_ids[0], path.node_ids[-1]) not in direct]
