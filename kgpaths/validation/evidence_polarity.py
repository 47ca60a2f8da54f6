"""This check lets only findings that are present, and only edges that affirm, speak for the answer."""

from __future__ import annotations

from collections.abc import Iterator

from kgpaths.records import Edge
from kgpaths.validation import free
from kgpaths.validation.registry import SUPPORT, Case, Fault, check
from kgpaths.vocabulary.relations import relations


@check(
    "polarity_kept", "Nothing absent, hypothetical, or of a relative, and no contradicting edge, supports the answer."
)
def polarity_kept(case: Case) -> Iterator[Fault]:
    """Look at nodes, quotes and edges of the steps that speak for the answer, and at what the absent step denies.

    What is only possible, or a relative's, may still be inferred from findings; it may not be one of them.
    """
    sense = case.path_set.asks.polarity
    by_edges = any(_denies(case, edge) for _, step in case.steps("link") for edge in case.edges_of(step))
    if sense == "exception" and not by_edges and (case.templated or not free.denies_answer(case)):
        yield Fault("the question asks for what does not hold, the chain argues for what does", "asks_exception")
    unusable = case.stated.unusable
    for number, step in case.steps(*SUPPORT):
        edges = case.edges_of(step)
        ends = {end for edge in edges for end in (edge.subject, edge.object)}
        barred = unusable if step.kind == "findings" else frozenset(case.stated.absent)
        # In free wording a sentence may say itself that something is not there, and weigh it.
        weighs = not case.templated and free.DENIAL.search(step.text) is not None
        if weighs:
            barred = frozenset()
        for node in sorted(barred & (ends | set(step.node_ids))):
            yield Fault(f"{node} is not present in the case but is used as evidence", "polarity_violated", number)
        for edge in edges:
            relation = relations()[edge.predicate]
            answers = sense == "exception" or (sense == "not_to_do" and relation.role == "contraindication")
            answers |= not case.templated and not {edge.subject, edge.object} & set(case.chain.answer_node_ids)
            if relation.polarity == "contradicts" and not answers:
                yield Fault(f"edge {edge.id} ({edge.predicate}) contradicts", "polarity_violated", number)
        # The template quotes nothing but findings; a model also quotes what is asked about, beside its findings.
        mute = unusable if case.templated and not weighs else barred
        denied = [one for one in case.mentions if one.node_id in mute and one.role in ("question", "context")]
        for quote in step.quotes:
            for mention in denied:
                if (quote.section, quote.start, quote.end) == (mention.section, mention.start, mention.end):
                    yield Fault(f"{quote.text!r} is quoted as if it were present", "polarity_violated", number)
    for number, step in case.steps("absent"):
        spans = {(m.section, m.start, m.end): m for m in case.mentions}
        for quote in step.quotes:
            said = spans.get((quote.section, quote.start, quote.end))
            if said is None and not case.templated:
                continue  # a model may quote more words than were linked
            if said is None or said.node_id not in case.stated.absent:
                yield Fault(f"{quote.text!r} is called absent but is not", "polarity_violated", number)


def _denies(case: Case, edge: Edge) -> bool:
    """Say whether an edge contradicts, or does the opposite of what the graph says of other options."""
    relation = relations()[edge.predicate]
    others = {
        relations()[hop.predicate].effect
        for path in case.path_set.paths
        if path.kind == "contrast"
        for hop in path.hops
    }
    return relation.polarity == "contradicts" or others == {-relation.effect} != {0}
