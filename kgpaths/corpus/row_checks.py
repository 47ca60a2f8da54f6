"""Check one row: its edges are in the graph, its spans in the question, and its licence covers both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from kgpaths.corpus.sentence_checks import differences
from kgpaths.errors import GraphError
from kgpaths.graph.vocabulary import strictest
from kgpaths.records import Hop, Mention, QAItem, Row, Span

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.records import CitedSentence, Edge


class RowChecks:
    """Checks rows that say they rest on `graph_hash` against a graph; `counts` says how much was checked."""

    def __init__(self, graph: KnowledgeGraph, graph_hash: str) -> None:
        self.graph = graph
        self.graph_hash = graph_hash
        self.with_edges = True
        """False for runs of a kgpaths that did not put the edges themselves into the rows."""
        self.counts: Counter[str] = Counter()
        # Neighbouring questions cite the same edges.
        self._edge = lru_cache(maxsize=100_000)(self._look_up)

    def faults(self, row: Row) -> Iterator[str]:
        """Yield what does not hold, a sentence each."""
        self.counts["rows"] += 1
        if row.graph_hash != self.graph_hash:
            yield f"rests on graph {row.graph_hash[:16]}, not on {self.graph_hash[:16]}"
        yield from self._state(row)
        yield from self._paths(row)
        if row.chain is not None:
            yield from self._chain(row)
        yield from self._edges(row)
        if row.item is not None:
            yield from self._mentions(row.item, row.mentions)
            yield from self._licence(row, row.item, sorted(row.cited))
            yield from self._once(row)

    def _look_up(self, edge_id: str) -> Edge | None:
        try:
            return self.graph.edge(edge_id) if self.graph.has_edge(edge_id) else None
        except (GraphError, ValueError):
            return None  # not even the form of an edge id

    def _state(self, row: Row) -> Iterator[str]:
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

    def _paths(self, row: Row) -> Iterator[str]:
        for number, path in enumerate(row.path_set.paths, 1):
            self.counts["paths"] += 1
            for left, right in pairwise(path.hops):
                if left.end != right.start:
                    yield f"path {number}: edge {right.edge_id} starts at {right.start}, the last ends at {left.end}"
            for hop in path.hops:
                self.counts["edge citations"] += 1
                yield from (f"path {number}: {fault}" for fault in self._hop(hop))

    def _hop(self, hop: Hop) -> Iterator[str]:
        edge = self._edge(hop.edge_id)
        if edge is None:
            yield f"edge {hop.edge_id} is not in the graph"
            return
        for name in ("subject", "predicate", "object", "source", "licence"):
            here, there = getattr(hop, name), getattr(edge, name)
            if here != there:
                yield f"edge {hop.edge_id} has {name} {there} in the graph, not {here}"

    def _chain(self, row: Row) -> Iterator[str]:
        assert row.chain is not None
        yield from self._nodes(row.chain.answer_node_ids, "the answer")
        for number, step in enumerate(row.chain.steps, 1):
            self.counts["steps"] += 1
            where = f"step {number}"
            for edge_id in step.edge_ids:
                self.counts["edge citations"] += 1
                if self._edge(edge_id) is None:
                    yield f"{where}: edge {edge_id} is not in the graph"
            yield from self._nodes(step.node_ids, where)
            for sentence in step.sentences:
                self.counts["cited sentences"] += 1
                if sentence.end - sentence.start != len(sentence.text):
                    place = f"{sentence.start}:{sentence.end}"
                    yield f"{where}: sentence {sentence.id} has {len(sentence.text)} characters, its place is {place}"
            for quote in step.quotes:
                self.counts["quotes"] += 1
                yield from self._verbatim(row.item, quote, f"{where}: the quote")

    def _edges(self, row: Row) -> Iterator[str]:
        """Compare the edges that stand in the row with the graph's; a missing one was said to be missing before."""
        if not row.edges and not self.with_edges:
            return
        here = {edge.id: edge for edge in row.edges}
        for edge_id in sorted(row.cited - here.keys()):
            yield f"edge {edge_id} is cited but does not stand in the row"
        for edge_id in sorted(here.keys() - row.cited):
            yield f"edge {edge_id} stands in the row but nothing cites it"
        for edge in row.edges:
            there = self._edge(edge.id)
            if there is not None:
                self.counts["edges"] += 1
                self.counts["sentences"] += sum(bool(said.sentence) for said in edge.evidence)
                yield from differences(edge, there)

    def _mentions(self, item: QAItem, mentions: Iterable[Mention]) -> Iterator[str]:
        for mention in mentions:
            self.counts["mentions"] += 1
            yield from self._verbatim(item, mention.span, f"mention of {mention.node_id}:")
            yield from self._nodes((mention.node_id,), f"mention at {mention.section} {mention.start}")

    def _nodes(self, node_ids: Iterable[str], where: str) -> Iterator[str]:
        yield from (f"{where}: node {node_id} is not in the graph" for node_id in node_ids if node_id not in self.graph)

    @staticmethod
    def _once(row: Row) -> Iterator[str]:
        """Compare sentences with the same id: one id is one sentence at one place."""
        said = {one.id: one for one in row.cited_sentences}
        for step in row.chain.steps if row.chain else ():
            yield from (f"two sentences have the id {one.id}" for one in step.sentences if said[one.id] != one)

    @staticmethod
    def _verbatim(item: QAItem | None, span: Span, what: str) -> Iterator[str]:
        if item is None:
            yield f"{what} {span.text!r} is of a row without a question"
            return
        try:
            text = item.section(span.section)
        except KeyError:
            yield f"{what} {span.text!r} is of a section {span.section!r} that the question does not have"
            return
        if text[span.start : span.end] != span.text:
            found = text[span.start : span.end]
            yield f"{what} {span.text!r} is not at {span.section} {span.start}:{span.end}, where {found!r} stands"

    def _licence(self, row: Row, item: QAItem, cited: list[str]) -> Iterator[str]:
        if not row.licence and not cited:
            return  # a stage broke before anything was cited
        edges: list[Edge | CitedSentence] = [edge for edge in map(self._edge, cited) if edge is not None]
        edges += row.cited_sentences
        needed = strictest([item.licence, *(edge.licence for edge in edges)])
        if strictest([row.licence, needed]) != row.licence:
            yield f"its licence is {row.licence or 'empty'}, but what it rests on needs {needed}"
        missing = {item.licence, *(edge.source for edge in edges)} - set(row.sources)
        if missing:
            yield f"its sources lack {', '.join(sorted(missing))}"
