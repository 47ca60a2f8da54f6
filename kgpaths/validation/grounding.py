"""These checks find out whether everything that is cited exists and hangs together.

They compare records with the graph and with each other and judge no words, so what they say of a row never
changes: the validator asks them when a row is made, and `kgpaths verify` asks the same ones when a run is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from kgpaths.records import Finding, Span
from kgpaths.validation import free
from kgpaths.validation.registry import Case, Check, Fault, check


def grounding_checks() -> tuple[Check, ...]:
    """Return the checks of this file."""
    return (edges_exist, nodes_exist, paths_connected, steps_connected, step_entities, quotes_verbatim)


@check("edges_exist", "Every cited edge is in the snapshot, and every hop is the edge that it names.")
def edges_exist(case: Case) -> Iterator[Fault]:
    """Compare the edge ids of the chain, and ids, ends, source and licence of all hops, with the graph."""
    for number, step in enumerate(case.chain.steps):
        for edge_id in step.edge_ids:
            if edge_id not in case.edges:
                yield Fault(f"edge {edge_id} is not in the graph", "edge_not_in_graph", number)
    for place, hop in ((place, hop) for place, path in enumerate(case.path_set.paths, 1) for hop in path.hops):
        where = f"path {place}: edge {hop.edge_id}"
        edge = case.edges.get(hop.edge_id)
        if edge is None:
            yield Fault(f"{where} is not in the graph", "edge_not_in_graph")
            continue
        for name in ("subject", "predicate", "object", "source", "licence"):
            here, there = getattr(hop, name), getattr(edge, name)
            if here != there:
                yield Fault(f"{where} has {name} {there} in the graph, not {here}", "edge_not_in_graph")


@check("nodes_exist", "Every node of the chain and of its paths is in the snapshot.")
def nodes_exist(case: Case) -> Iterator[Fault]:
    """Look every node id up."""
    named: list[tuple[str, int | None, str]] = []
    named += (("", number, node) for number, step in enumerate(case.chain.steps) for node in step.node_ids)
    named += (("the answer: ", None, node) for node in case.chain.answer_node_ids)
    named += ((f"path {at}: ", None, node) for at, path in enumerate(case.path_set.paths, 1) for node in path.node_ids)
    named += ((f"mention at {one.section} {one.start}: ", None, one.node_id) for one in case.mentions)
    named += ((f"finding {one.text!r}: ", None, one.node_id) for one in case.path_set.findings if one.node_id)
    named += ((f"option {one.key}: ", None, node) for one in case.path_set.option_evidence for node in one.node_ids)
    for where, number, node in named:
        if node not in case.graph:
            yield Fault(f"{where}node {node} is not in the graph", "node_not_in_graph", number)


@check("paths_connected", "Every path starts at a mention of the question, has no gap, and ends at its option.")
def paths_connected(case: Case) -> Iterator[Fault]:
    """Walk every path, selected and contrast."""
    starts = case.linked("question", "context")
    evidence = {option.key: set(option.node_ids) for option in case.path_set.option_evidence}
    for place, path in enumerate(case.path_set.paths, 1):
        key = case.item.answer_key if path.kind == "selected" else path.option_key
        section = f"option:{key}" if case.item.options else "answer"
        ends = {m.node_id for m in case.mentions if m.section == section} | evidence.get(key, set())
        for left, right in pairwise(path.hops):
            if left.end != right.start:
                gap = f"edge {right.edge_id} starts at {right.start}, the last ends at {left.end}"
                yield Fault(f"path {place}: {gap}", "path_not_connected")
        first, *_, last = path.node_ids
        if first not in starts:
            yield Fault(f"path {place} starts at {first}, which no mention links to", "path_not_connected")
        if last not in ends:
            yield Fault(f"path {place} ends at {last}, which {section} does not link to", "path_not_connected")


@check("steps_connected", "Each step starts from what is known by then, and every finding is followed to the answer.")
def steps_connected(case: Case) -> Iterator[Fault]:
    """Follow the cited edges of evidence and link steps from the findings; nothing may be left in the air.

    A model's chains may know more than they cite: see `free.connected`.
    """
    if not case.templated:
        yield from free.connected(case)
        return
    known = {node for _, step in case.steps("findings") for node in step.node_ids}
    findings = sorted(known)
    neighbours: dict[str, set[str]] = {}
    for number, step in case.steps("evidence", "link"):
        waiting = case.edges_of(step)
        for edge in waiting:
            neighbours.setdefault(edge.subject, set()).add(edge.object)
            neighbours.setdefault(edge.object, set()).add(edge.subject)
        while waiting:
            ready = [edge for edge in waiting if edge.subject in known or edge.object in known]
            if not ready:
                ends = ", ".join(f"{edge.subject} and {edge.object}" for edge in waiting)
                yield Fault(f"nothing before leads to {ends}", "path_not_connected", number)
                break
            known.update(end for edge in ready for end in (edge.subject, edge.object))
            waiting = [edge for edge in waiting if edge not in ready]
    answers = set(case.chain.answer_node_ids)
    for finding in findings:
        if not _reaches(finding, answers, neighbours):
            yield Fault(f"no cited edges lead from the finding {finding} to the answer", "path_not_connected")
    for node, around in sorted(neighbours.items()):
        if len(around) == 1 and node not in answers and node not in findings:
            yield Fault(f"{node} is reached and then not used", "path_not_connected")


def _reaches(start: str, ends: set[str], neighbours: dict[str, set[str]]) -> bool:
    seen, front = {start}, [start]
    while front:
        node = front.pop()
        if node in ends:
            return True
        fresh = neighbours.get(node, set()) - seen
        seen |= fresh
        front += sorted(fresh)
    return False


@check(
    "step_entities", "Every node of a step is an end of an edge it cites or is linked in the question or its options."
)
def step_entities(case: Case) -> Iterator[Fault]:
    """Compare the node ids of each step with its edges and with the mentions; and the other way round."""
    linked = case.linked("question", "context", "option", "answer")
    for number, step in enumerate(case.chain.steps):
        ends = {end for edge in case.edges_of(step) for end in (edge.subject, edge.object)}
        for node in step.node_ids:
            if node not in ends and node not in linked:
                yield Fault(f"{node} is in no edge of the step and in no mention", "uncited_step", number)
        if step.kind in ("evidence", "link"):
            for node in sorted(ends - set(step.node_ids)):
                yield Fault(f"the step cites an edge of {node} but does not name it", "uncited_step", number)


@check("quotes_verbatim", "Every quote stands in the item at its offsets, and in the sentence that quotes it.")
def quotes_verbatim(case: Case) -> Iterator[Fault]:
    """Compare every span with its section, character by character, and look each quote up in its step.

    A model may quote beside its sentence.
    """
    for number, step in enumerate(case.chain.steps):
        text = " ".join(step.text.split())
        for quote in step.quotes:
            if elsewhere := _elsewhere(case, quote):
                yield Fault(f"the quote {elsewhere}", "quote_not_verbatim", number)
            elif case.templated and " ".join(quote.text.split()) not in text:
                yield Fault(f"the step does not say {quote.text!r}", "quote_not_verbatim", number)
    if not case.templated:
        yield from free.misquoted(case)
    spans: list[tuple[str, Span | Finding]] = [(f"mention of {one.node_id}:", one.span) for one in case.mentions]
    spans += [("finding", one) for one in case.path_set.findings]
    if case.path_set.question:
        spans.append(("the sentence that asks,", case.path_set.question.asking))
    for what, span in spans:
        if elsewhere := _elsewhere(case, span):
            yield Fault(f"{what} {elsewhere}", "quote_not_verbatim")
    linked = {(mention.section, mention.start, mention.end): mention for mention in case.mentions}
    for number, step in case.steps("findings", "absent"):
        quoted = {
            linked[place].node_id
            for quote in step.quotes
            if (place := (quote.section, quote.start, quote.end)) in linked
        }
        for node in step.node_ids:
            if step.kind == "findings" and node not in quoted:
                yield Fault(f"no quote shows where the question mentions {node}", "quote_not_verbatim", number)


def _elsewhere(case: Case, span: Span | Finding) -> str:
    """Say what stands at the offsets of a span, if that is another text; else nothing."""
    try:
        section = case.item.section(span.section)
    except KeyError:
        return f"{span.text!r} is of a section {span.section!r} that the question does not have"
    found = section[span.start : span.end]
    if found == span.text and 0 < len(found) == span.end - span.start:
        return ""
    return f"{span.text!r} is not at {span.section} {span.start}:{span.end}, where {found!r} stands"
