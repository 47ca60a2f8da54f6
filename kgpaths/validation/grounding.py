"""Does everything that is cited exist, and does it hang together?"""

from __future__ import annotations

from collections.abc import Iterator

from kgpaths.records import ReasoningPath
from kgpaths.validation import free
from kgpaths.validation.registry import Case, Fault, check


@check("edges_exist", "Every cited edge is in the snapshot, and every hop is the edge that it names.")
def edges_exist(case: Case) -> Iterator[Fault]:
    """Compare edge ids of the chain, and edge ids and ends of all hops, with the graph."""
    for number, step in enumerate(case.chain.steps):
        for edge_id in step.edge_ids:
            if not case.graph.has_edge(edge_id):
                yield Fault(f"no edge {edge_id} in this graph", "edge_not_in_graph", number)
    for path in case.path_set.paths:
        for hop in path.hops:
            if not case.graph.has_edge(hop.edge_id):
                yield Fault(f"a path uses edge {hop.edge_id}, which is not in this graph", "edge_not_in_graph")
                continue
            edge = case.graph.edge(hop.edge_id)
            if (edge.subject, edge.predicate, edge.object) != (hop.subject, hop.predicate, hop.object):
                yield Fault(
                    f"edge {hop.edge_id} is {edge.subject} {edge.predicate} {edge.object}, "
                    f"the path says {hop.subject} {hop.predicate} {hop.object}",
                    "edge_not_in_graph",
                )


@check("nodes_exist", "Every node of the chain and of its paths is in the snapshot.")
def nodes_exist(case: Case) -> Iterator[Fault]:
    """Look every node id up."""
    named = [(number, node) for number, step in enumerate(case.chain.steps) for node in step.node_ids]
    unplaced = dict.fromkeys((*case.chain.answer_node_ids, *(n for path in case.path_set.paths for n in path.node_ids)))
    for number, node in [*named, *((None, node) for node in unplaced)]:
        if node not in case.graph:
            yield Fault(f"no node {node} in this graph", "node_not_in_graph", number)


@check("paths_connected", "Every path starts at a mention of the question, has no gap, and ends at its option.")
def paths_connected(case: Case) -> Iterator[Fault]:
    """Walk every path, selected and contrast."""
    starts = case.linked("question", "context")
    evidence = {option.key: set(option.node_ids) for option in case.path_set.option_evidence}
    for path in case.path_set.paths:
        key = case.item.answer_key if path.kind == "selected" else path.option_key
        section = f"option:{key}" if case.item.options else "answer"
        ends = {m.node_id for m in case.mentions if m.section == section} | evidence.get(key, set())
        yield from _gaps(path)
        if path.node_ids[0] not in starts:
            yield Fault(f"a path starts at {path.node_ids[0]}, which no mention links to", "path_not_connected")
        if path.node_ids[-1] not in ends:
            yield Fault(f"a path ends at {path.node_ids[-1]}, which {section} does not link to", "path_not_connected")


def _gaps(path: ReasoningPath) -> Iterator[Fault]:
    for left, right in zip(path.hops, path.hops[1:], strict=False):
        if left.end != right.start:
            yield Fault(f"a hop ends at {left.end}, the next starts at {right.start}", "path_not_connected")


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
        waiting = [case.graph.edge(edge) for edge in step.edge_ids if case.graph.has_edge(edge)]
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
        edges = [case.graph.edge(edge) for edge in step.edge_ids if case.graph.has_edge(edge)]
        ends = {end for edge in edges for end in (edge.subject, edge.object)}
        for node in step.node_ids:
            if node not in ends and node not in linked:
                yield Fault(f"{node} is in no edge of the step and in no mention", "uncited_step", number)
        if step.kind in ("evidence", "link"):
            for node in sorted(ends - set(step.node_ids)):
                yield Fault(f"the step cites an edge of {node} but does not name it", "uncited_step", number)


@check("quotes_verbatim", "Every quote stands in the item at its offsets, and in the sentence that quotes it.")
def quotes_verbatim(case: Case) -> Iterator[Fault]:
    """Compare every span with its section, character by character; a model may quote beside its sentence."""
    for number, step in enumerate(case.chain.steps):
        text = " ".join(step.text.split())
        for quote in step.quotes:
            try:
                section = case.item.section(quote.section)
            except KeyError:
                yield Fault(f"the item has no section {quote.section!r}", "quote_not_verbatim", number)
                continue
            if quote.start >= quote.end or section[quote.start : quote.end] != quote.text:
                yield Fault(
                    f"{quote.section}[{quote.start}:{quote.end}] is {section[quote.start : quote.end]!r}, "
                    f"not {quote.text!r}",
                    "quote_not_verbatim",
                    number,
                )
            elif case.templated and " ".join(quote.text.split()) not in text:
                yield Fault(f"the step does not say {quote.text!r}", "quote_not_verbatim", number)
    if not case.templated:
        yield from free.misquoted(case)
    spans = {(mention.section, mention.start, mention.end): mention for mention in case.mentions}
    for number, step in case.steps("findings", "absent"):
        quoted = {
            spans[place].node_id for quote in step.quotes if (place := (quote.section, quote.start, quote.end)) in spans
        }
        for node in step.node_ids:
            if step.kind == "findings" and node not in quoted:
                yield Fault(f"no quote shows where the question mentions {node}", "quote_not_verbatim", number)
