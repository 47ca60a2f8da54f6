"""These checks compare the answer of a chain with the gold answer, and its last steps with its answer."""

from __future__ import annotations

from collections.abc import Iterator

from kgpaths.language.english import folded
from kgpaths.language.spoken_names import LONGEST_ANSWER, Names
from kgpaths.validation import free
from kgpaths.validation.registry import Case, Fault, check


@check(
    "answer_is_gold",
    "The final answer is the gold answer: by key, by text, or for open answers by a name of its concept.",
)
def answer_is_gold(case: Case) -> Iterator[Fault]:
    """Compare the chain's answer with the item's: letter, then text, then names of the linked concepts."""
    chain, item = case.chain, case.item
    if item.options:
        if chain.answer_key != item.answer_key:
            yield Fault(f"the answer is {chain.answer_key}, the right one {item.answer_key}", "answer_mismatch")
        elif folded(chain.answer) != folded(item.answer):
            yield Fault(f"the answer {chain.answer!r} is not the text of option {item.answer_key}", "answer_mismatch")
    elif folded(chain.answer) != folded(item.answer):
        names = Names(case.graph)
        answers = sorted(node for node in case.linked("answer") if node in case.graph)
        if not any(names.is_named(node, chain.answer) for node in answers):
            yield Fault(f"the answer {chain.answer!r} is neither the gold answer nor a name of it", "answer_mismatch")
    strangers = sorted(set(chain.answer_node_ids) - case.linked("answer"))
    if strangers:
        yield Fault(f"the right answer does not link to {', '.join(strangers)}", "answer_mismatch")


@check("conclusion_consistent", "The conclusion and the last step that leads to it name the answer's concept.")
def conclusion_consistent(case: Case) -> Iterator[Fault]:
    """Compare the conclusion, the last evidence or link step, and the chain's answer nodes."""
    answers = set(case.chain.answer_node_ids)
    # What the graph lacks a model may know: its answer may link to nothing, and be reached by a step without an edge.
    bound = case.templated
    if not answers and (bound or case.linked("answer")):
        yield Fault("the chain names no answer node", "conclusion_mismatch")
    reasoning = list(case.steps("evidence", "link")) if bound else []
    if not bound and not free.reached(case):
        yield Fault("nothing that is cited or marked as known leads to the answer", "conclusion_mismatch")
    if reasoning and answers and not answers & set(reasoning[-1][1].node_ids):
        yield Fault("the last step of reasoning does not reach the answer", "conclusion_mismatch", reasoning[-1][0])
    cited = [edge for _, step in reasoning for edge in case.edges_of(step)]
    reached = {end for edge in cited for end in (edge.subject, edge.object)}
    for node in sorted(answers - reached) if reached else ():
        yield Fault(f"no cited edge reaches {node}, which the conclusion names", "conclusion_mismatch")
    for number, step in case.steps("conclusion"):
        if set(step.node_ids) != answers:
            yield Fault("the conclusion names other nodes than the answer", "conclusion_mismatch", number)
        if not _names_answer(case, step.text):
            yield Fault("the conclusion does not name the answer", "conclusion_mismatch", number)
    for number, step in case.steps("check"):
        if not _names_answer(case, step.text):
            yield Fault("the look back does not name the answer", "conclusion_mismatch", number)


def _names_answer(case: Case, text: str) -> bool:
    """Say whether a text holds the answer's text; for answers longer than a sentence, the names of its concepts."""
    said = f" {folded(text)} "
    wanted = folded(case.item.answer)
    if wanted and f" {wanted} " in said:
        return True
    if case.item.options or len(case.item.answer) <= LONGEST_ANSWER:
        return False
    names = Names(case.graph)
    return all(f" {folded(names.node(node))} " in said for node in case.chain.answer_node_ids if node in case.graph)


@check("evidence_margin", "The right option's evidence exceeds the best other by the configured margin.")
def evidence_margin(case: Case) -> Iterator[Fault]:
    """Compare the margin of the path set with `ValidationConfig.min_margin`."""
    margin, least = case.path_set.margin, case.config.min_margin
    if margin is None:
        reason = "fewer than two options are linked, so there is no margin"
        if least is None:
            yield Fault(reason, outcome="skipped")
        else:
            yield Fault(f"{reason}; at least {least:.4g} is wanted", "margin_below_threshold")
    elif least is not None and margin < least:
        yield Fault(
            f"the margin is {margin:.4g}, at least {least:.4g} is wanted", "margin_below_threshold", score=margin
        )
    elif margin <= 0:
        yield Fault(f"another option has as much evidence (margin {margin:.4g})", outcome="warn", score=margin)
