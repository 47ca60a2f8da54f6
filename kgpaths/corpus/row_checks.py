"""What must hold of one row: its citations, its edges, its licence, and what it says of itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from kgpaths.config import ValidationConfig
from kgpaths.corpus.sentence_checks import shown
from kgpaths.records import Chain, CitedSentence, Edge, Evidence, QAItem, Row
from kgpaths.validation.grounding import grounding_checks
from kgpaths.validation.registry import Case
from kgpaths.vocabulary.licences import strictest

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.records import Edge


class RowChecks:
    """Checks rows that say they rest on `graph_hash` against a graph; `counts` says how much was checked."""

    def __init__(self, graph: KnowledgeGraph, graph_hash: str) -> None:
        self.graph = graph
        self.graph_hash = graph_hash
        self.with_edges = True
        """False for runs of a kgpaths that did not put the edges themselves into the rows."""
        self.counts: Counter[str] = Counter()

    def faults(self, row: Row) -> Iterator[str]:
        """Yield what does not hold, a sentence each."""
        self._count(row)
        if row.graph_hash != self.graph_hash:
            yield f"rests on graph {row.graph_hash[:16]}, not on {self.graph_hash[:16]}"
        yield from self._state(row)
        edges = {edge: self.graph.edge(edge) for edge in sorted(row.cited) if self.graph.has_edge(edge)}
        if self.with_edges or row.edges:
            yield from self._edges(row, edges)
        if row.item is not None:
            yield from self._grounding(row, row.item)
            yield from self._licence(row, row.item, [*edges.values(), *row.cited_sentences])
            yield from self._sentences(row)
        elif row.mentions or row.path_set.paths or row.chain:
            yield "has mentions, paths or a chain, but no question"

    def _count(self, row: Row) -> None:
        steps = row.chain.steps if row.chain else ()
        paths = row.path_set.paths
        self.counts["rows"] += 1
        self.counts["paths"] += len(paths)
        self.counts["edge citations"] += sum(len(path.edge_ids) for path in paths)
        self.counts["edge citations"] += sum(len(step.edge_ids) for step in steps)
        self.counts["steps"] += len(steps)
        self.counts["quotes"] += sum(len(step.quotes) for step in steps)
        self.counts["edges"] += len(row.edges)
        self.counts["sentences"] += sum(bool(said.sentence) for edge in row.edges for said in edge.evidence)
        self.counts["mentions"] += len(row.mentions)

    def _state(self, row: Row) -> Iterator[str]:
        if row.item is not None and row.item.id != row.id:
            yield f"holds the question {row.item.id}"
        if row.status != "accepted":
            if not row.reasons:
                yield f"{row.status} without a reason"
            return
        if row.reasons:
            yield f"accepted with reasons {', '.join(row.reasons)}"
        if row.item is None or row.chain is None:
            yield f"accepted without a {'question' if row.item is None else 'chain'}"
            return
        if row.chain.answer != row.item.answer or row.chain.answer_key != row.item.answer_key:
            here, there = (row.chain.answer_key, row.chain.answer), (row.item.answer_key, row.item.answer)
            yield f"the chain answers {here}, the question {there}"
        for verdict in row.verdicts:
            if verdict.outcome in ("fail", "error"):
                yield f"accepted although check {verdict.check} says {verdict.outcome}"

    def _grounding(self, row: Row, item: QAItem) -> Iterator[str]:
        """Repeat what the validator checked; a row that was rejected may have the faults it was rejected for."""
        chain = row.chain or Chain(steps=(), answer="")
        case = Case(self.graph, ValidationConfig(), item, row.mentions, row.path_set, chain)
        known = () if row.status == "accepted" else row.reasons
        for fault in (fault for check in grounding_checks() for fault in check(case)):
            if fault.reason not in known:
                yield fault.detail if fault.where is None else f"step {fault.where + 1}: {fault.detail}"

    @staticmethod
    def _edges(row: Row, edges: dict[str, Edge]) -> Iterator[str]:
        """Compare the edges that stand in the row with those that it cites and with the graph's."""
        here = {edge.id for edge in row.edges}
        for edge_id in sorted(row.cited - here):
            yield f"edge {edge_id} is cited but does not stand in the row"
        for edge_id in sorted(here - row.cited):
            yield f"edge {edge_id} stands in the row but nothing cites it"
        for edge in row.edges:
            if edge.id in edges:
                yield from _differences(edge, edges[edge.id])
            else:
                yield f"edge {edge.id} stands in the row but not in the graph"

    @staticmethod
    def _sentences(row: Row) -> Iterator[str]:
        """Look at the sentences that steps cite: as long as their place, and one for each id."""
        said = {one.id: one for one in row.cited_sentences}
        for number, step in enumerate(row.chain.steps if row.chain else (), 1):
            if step.knowledge and row.chain and row.chain.verbalizer == "template":
                yield f"step {number} is of a template and rests on a model's knowledge"
            for one in step.sentences:
                if one.end - one.start != len(one.text):
                    place = f"{one.start}:{one.end}"
                    yield f"step {number}: sentence {one.id} has {len(one.text)} characters, its place is {place}"
                if said[one.id] != one:
                    yield f"two sentences have the id {one.id}"

    @staticmethod
    def _licence(row: Row, item: QAItem, edges: Sequence[Edge | CitedSentence]) -> Iterator[str]:
        if not row.licence and not row.cited:
            return  # a stage broke before anything was cited
        needed = strictest([item.licence, *(edge.licence for edge in edges)])
        if strictest([row.licence, needed]) != row.licence:
            yield f"its licence is {row.licence or 'empty'}, but what it rests on needs {needed}"
        missing = {item.licence, *(edge.source for edge in edges)} - set(row.sources)
        if missing:
            yield f"its sources lack {', '.join(sorted(missing))}"


def _differences(here: Edge, there: Edge) -> Iterator[str]:
    """Yield what an edge that stands in a row says other than the graph's."""
    for name in type(here).model_fields:
        mine, theirs = getattr(here, name), getattr(there, name)
        if mine == theirs:
            continue
        if name != "evidence":
            yield f"edge {here.id} has {name} {theirs} in the graph, not {mine}"
            continue
        for said in mine:
            if said not in theirs:
                yield f"edge {here.id}: {_unlike(said, theirs)}"
        if len(mine) != len(theirs):
            yield f"edge {here.id}: {len(mine)} pieces of evidence, {len(theirs)} in the graph"


def _unlike(said: Evidence, theirs: Iterable[Evidence]) -> str:
    """Say in what a piece of evidence is unlike the graph's nearest one."""

    def alike(other: Evidence) -> int:
        return sum(getattr(said, name) == getattr(other, name) for name in Evidence.model_fields)

    nearest = max(theirs, key=alike, default=None)
    if nearest is None or alike(nearest) < len(Evidence.model_fields) // 2:
        return f"the graph has no such evidence: {shown(said.sentence or said.reference or said.url)}"
    changed = [name for name in Evidence.model_fields if getattr(said, name) != getattr(nearest, name)]
    return "; ".join(
        f"its {name} is “{shown(str(getattr(nearest, name)))}” in the graph, not “{shown(str(getattr(said, name)))}”"
        for name in changed
    )
