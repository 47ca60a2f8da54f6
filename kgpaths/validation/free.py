"""What is asked of chains in free wording: a model may know more than it cites, and has to say so.

A step rests on edges, on sentences, on words of the case, or on knowledge that is marked as such. What the case names
needs no edge. What stays as hard as for templates is in the other files: quotes are verbatim, citations exist, the
answer is the gold answer, nothing absent is used as present, no relation is turned round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgpaths.language.english import folded
from kgpaths.records import Step
from kgpaths.validation.phrases import mask, stated_ties
from kgpaths.validation.registry import Case, Fault

DENIAL = re.compile(
    r"\b(?:no|not|none|nor|neither|never|without|cannot|absent|absence|den(?:y|ies|ied)|lacks?|lacking|negative|normal"
    r"|unremarkable|unlikely|against|rules? out|ruled out|excludes?|excluded|exception|rather than|instead of|fails?"
    r"|unaffected|spare[sd]?|contraindicated|avoid(?:ed|s)?|should be (?:stopped|withheld)|least|rarely|false"
    r"|incorrect)\b|n['’]t\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:its?|this|that|these|those|they|them|their|he|she|his|her|him|both|which|such)\b", re.I)
HARM = re.compile(
    r"\b(?:harm\w*|contraindicat\w*|avoid\w*|risk\w*|adverse|side effects?|toxic\w*|worsen\w*|aggravat\w*|danger\w*"
    r"|caus\w+|lead\w* to|induc\w+|trigger\w*|provok\w*|damag\w*|unsafe|teratogen\w*|precipitat\w*|complicat\w*)\b",
    re.IGNORECASE,
)


def structure(case: Case) -> Iterator[Fault]:
    """Look at what each step rests on, and whether the chain begins in the case and ends at one conclusion."""
    steps = case.chain.steps
    kinds = [step.kind for step in steps]
    while kinds[-1:] == ["check"]:
        kinds.pop()
    if "check" in kinds:
        yield Fault("a look back stands before the conclusion", "incomplete_structure", kinds.index("check"))
    if not kinds:
        yield Fault("a chain without steps", "incomplete_structure")
        return
    if kinds.count("conclusion") != 1 or kinds[-1] != "conclusion":
        yield Fault("a chain ends with its one conclusion", "incomplete_structure")
    if len(kinds) < 2 or (set(kinds) <= {"findings", "absent", "distractor", "conclusion"} and not _claims(steps)):
        yield Fault("no step leads from the findings to the answer", "incomplete_structure")
    if case.path_set.asks.vignette and not any(step.quotes for step in steps):
        yield Fault("no step quotes the case", "incomplete_structure")
    for number, step in enumerate(steps):
        if not step.text.strip():
            yield Fault("the step says nothing", "incomplete_structure", number)
        if step.kind not in ("conclusion", "check") and not (step.grounded or step.quotes or step.knowledge):
            yield Fault(f"a {step.kind} step that rests on nothing", "uncited_step", number)
    alone = [number for number, step in enumerate(steps) if step.alone]
    if len(alone) > case.config.most_knowledge:
        said = f"{len(alone)} steps rest on own knowledge alone, at most {case.config.most_knowledge} may"
        yield Fault(said, "too_much_knowledge", alone[-1])


def _claims(steps: tuple[Step, ...]) -> bool:
    return any(step.knowledge or step.grounded for step in steps)


def entities(case: Case) -> Iterator[Fault]:
    """Look for the ends of cited edges in the words, and for conditions that come from nowhere.

    A sentence that cites an edge names both ends of it, or one of them and refers back to the other ("it", "this"), or
    knows more than it cites. A disease that neither the case, nor a citation, nor an earlier step names may stand in
    steps that say they know more, and in those that rest on a sentence, which may name it.
    """
    known = set(case.linked("question", "context", "option", "answer"))
    for number, step in enumerate(case.chain.steps):
        masked, tokens = mask(step.text, case.names, step.node_ids)
        said = {node for token in tokens for node in token.nodes}
        edges = [case.graph.edge(one) for one in step.edge_ids if case.graph.has_edge(one)]
        cited = {end for edge in edges for end in (edge.subject, edge.object)}
        if step.kind not in ("conclusion", "check") and not (step.knowledge or step.sentences):
            for phrase, left, right in stated_ties(masked, tokens):
                apart = not left.nodes & right.nodes
                if apart and not (left.nodes & cited and right.nodes & cited):
                    tie = f"{left.name} {phrase} {right.name}"
                    yield Fault(f"{tie!r} is said, and nothing that is cited says it", "uncited_step", number)
        for edge in edges:
            ends = {edge.subject, edge.object}
            if not ends & said and not case.names_option(step, ends):
                yield Fault(f"the step cites edge {edge.id} but names neither end of it", "uncited_step", number)
                continue
            refers = step.knowledge or step.sentences or _PRONOUN.search(step.text)
            aside = step.kind in ("distractor", "absent")  # what is set aside was named before
            strangers = ends - said - (known if refers or aside else set())
            if strangers and not case.names_option(step, strangers):
                listed = ", ".join(sorted(strangers))
                yield Fault(f"the step cites {listed} but does not name it", "uncited_step", number)
        if step.kind in ("findings", "absent"):
            for node in (node for node in step.node_ids if node in case.graph and node not in said | cited):
                yield Fault(f"the step cites {node} but does not name it", "uncited_step", number)
        if not (step.knowledge or step.sentences):
            for token in tokens:
                new = len(token.name) > 3 and not token.nodes & (known | set(step.node_ids))
                if new and _diseases(case, token.nodes):
                    listed = ", ".join(sorted(token.nodes))
                    yield Fault(f"the step names {listed}, which nothing cites", "uncited_step", number)
        known |= said | set(step.node_ids)


def _diseases(case: Case, nodes: frozenset[str]) -> bool:
    """Say whether all that a name can mean is a disease; a finding may be the case's own in other words."""
    return {case.graph.type(node) for node in nodes if node in case.graph} == {"disease"}


def connected(case: Case) -> Iterator[Fault]:
    """Follow the cited edges: each has an end that the case, an earlier step, or the step's own knowledge names."""
    known = set(case.linked("question", "context", "option", "answer"))
    for number, step in enumerate(case.chain.steps):
        _, tokens = mask(step.text, case.names, step.node_ids)
        said = {node for token in tokens for node in token.nodes}
        if step.knowledge or step.sentences:
            known |= said
        waiting = [case.graph.edge(edge) for edge in step.edge_ids if case.graph.has_edge(edge)]
        while waiting:
            ready = [edge for edge in waiting if {edge.subject, edge.object} & known]
            if not ready:
                ends = ", ".join(f"{edge.subject} and {edge.object}" for edge in waiting)
                yield Fault(f"nothing before leads to {ends}", "path_not_connected", number)
                break
            known |= {end for edge in ready for end in (edge.subject, edge.object)}
            waiting = [edge for edge in waiting if edge not in ready]
        known |= said


def reached(case: Case) -> bool:
    """Say whether something leads to the answer: a cited edge, a cited sentence, or marked knowledge that names it."""
    answers = set(case.chain.answer_node_ids)
    for step in case.chain.steps:
        edges = [case.graph.edge(edge) for edge in step.edge_ids if case.graph.has_edge(edge)]
        if step.knowledge or step.sentences or answers & {end for edge in edges for end in (edge.subject, edge.object)}:
            return True
    return False


def misquoted(case: Case) -> Iterator[Fault]:
    """Look up what stands in quotation marks: it has to be the case's words, whether a span says so or not."""
    said = f" {folded(' '.join(text for _, text in case.item.sections()))} "
    for number, step in enumerate(case.chain.steps):
        for words in re.findall(r"“([^”]+)”", step.text):
            if folded(words) and f" {folded(words)} " not in said:
                yield Fault(f"the question does not say {words!r}", "quote_not_verbatim", number)


def denies_answer(case: Case) -> bool:
    """Say whether a step that names the answer says that it does not hold; the case's own words do not count."""
    return any(_says_of_answer(case, DENIAL))


def harms_answer(case: Case) -> bool:
    """Say whether a step that names the answer speaks of harm."""
    return any(_says_of_answer(case, HARM))


def _says_of_answer(case: Case, what: re.Pattern[str]) -> Iterator[bool]:
    answer = folded(case.item.answer)
    names = {name for name, nodes in case.names.items() if nodes & set(case.chain.answer_node_ids)} | {answer}
    for step in case.chain.steps:
        words = f" {folded(step.text)} "
        if any(f" {name} " in words for name in names if name):
            # What the answer itself says is no denial of it.
            yield what.search(re.sub(re.escape(case.item.answer), " ", step.text, flags=re.IGNORECASE)) is not None
