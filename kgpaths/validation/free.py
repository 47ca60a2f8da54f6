"""What is asked of chains in free wording: a model may know more than it cites, and has to say so.

A step rests on edges, on sentences, on words of the case, or on knowledge that is marked as such. What the case names
needs no edge. What stays as hard as for templates is in the other files: quotes are verbatim, citations exist, the
answer is the gold answer, nothing absent is used as present, no relation is turned round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz.fuzz import partial_ratio

from kgpaths.language.english import folded
from kgpaths.records import Step
from kgpaths.validation.phrases import Token, mask, stated_ties
from kgpaths.validation.registry import Case, Fault

DENIAL = re.compile(
    r"\b(?:no|not|none|nor|neither|never|without|cannot|absent|absence|den(?:y|ies|ied)|lacks?|lacking|negative|normal"
    r"|unremarkable|unlikely|against|rules? out|ruled out|excludes?|excluded|exception|rather than|instead of|fails?"
    r"|unaffected|spare[sd]?|contraindicated|avoid(?:ed|s)?|should be (?:stopped|withheld)|least|rarely|false"
    r"|incorrect)\b|n['’]t\b",
    re.IGNORECASE,
)
_SPELLED = 85
"""Per cent of agreement from which words are the answer's in another spelling, spaces left out."""
_STEM, _SHARE = 5, 0.5
"""Letters by which forms of a word are taken for the same, and the share of a name's words that names it."""
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
        said = f"{len(alone)} steps rest on own knowledge without an edge or a sentence"
        yield Fault(f"{said}, at most {case.config.most_knowledge} may", "too_much_knowledge", alone[-1])


def _claims(steps: tuple[Step, ...]) -> bool:
    return any(step.knowledge or step.grounded for step in steps)


def entities(case: Case) -> Iterator[Fault]:
    """Look for the ends of cited edges in the words, and for conditions that come from nowhere.

    A sentence that cites an edge names both ends of it, in its own words, or one of them and refers back to the other
    ("it", "this"). A disease is named by the case, by a citation, or by an earlier step. In a step that rests on a
    sentence or on own knowledge as well, which may bring names of their own, this is a warning.
    """
    known = set(case.linked("question", "context", "option", "answer"))
    options = case.linked("option")
    for number, step in enumerate(case.chain.steps):
        masked, tokens = mask(step.text, case.names, step.node_ids)
        said = {node for token in tokens for node in token.nodes}
        edges = [case.graph.edge(one) for one in step.edge_ids if case.graph.has_edge(one)]
        cited = {end for edge in edges for end in (edge.subject, edge.object)}
        more = step.knowledge or bool(step.sentences)
        for tie, sides in (
            _ties(masked, tokens) if not (more or step.kind in ("findings", "conclusion", "check")) else ()
        ):
            aside = step.kind == "distractor" and any(nodes & options for nodes in sides)
            if not aside and not all(nodes & cited for nodes in sides):
                yield Fault(f"{tie!r} is said, and nothing that is cited says it", "uncited_step", number)
        named = said | {end for end in cited if _in_other_words(case, end, step.text)}
        for edge in edges:
            ends = {edge.subject, edge.object}
            aside = step.kind in ("distractor", "absent")  # what is set aside was named before
            refers = more or aside or _PRONOUN.search(step.text)
            strangers = ends - named - (known if refers and (aside or ends & named) else set())
            if strangers and not case.names_option(step, strangers):
                fault = f"the step cites {', '.join(sorted(strangers))} but does not name it"
                yield Fault(fault, where=number, outcome="warn") if more else Fault(fault, "uncited_step", number)
        if step.kind in ("findings", "absent"):
            for node in (node for node in step.node_ids if node in case.graph and node not in named | cited):
                yield Fault(f"the step cites {node} but does not name it", "uncited_step", number)
        for token in tokens if not more else ():
            new = len(token.name) > 3 and not token.nodes & (known | set(step.node_ids))
            if new and _diseases(case, token.nodes):
                yield Fault(
                    f"the step names {', '.join(sorted(token.nodes))}, which nothing cites", "uncited_step", number
                )
        known |= named | set(step.node_ids)


def _ties(masked: str, tokens: list[Token]) -> Iterator[tuple[str, tuple[frozenset[str], frozenset[str]]]]:
    """Yield the relations that a sentence states between two things: its words, and what the two can mean."""
    for phrase, left, right in stated_ties(masked, tokens):
        if not left.nodes & right.nodes:
            yield f"{left.name} {phrase} {right.name}", (left.nodes, right.nodes)


def _in_other_words(case: Case, node: str, text: str) -> bool:
    """Say whether a text has half of the content words of a name of a node, in any form; a gene goes by its product."""
    if case.graph.type(node) == "gene":
        return True
    there = {word[:_STEM] for word in folded(text).split()}
    record = case.graph.node(node)
    for name in (record.name, *(one.text for one in record.names)):
        words = {word[:_STEM] for word in folded(name).split() if len(word) > 3}
        if words and len(words & there) >= _SHARE * len(words):
            return True
    return False


def _diseases(case: Case, nodes: frozenset[str]) -> bool:
    """Say whether all that a name can mean is a disease; a finding may be the case's own in other words."""
    return {case.graph.type(node) for node in nodes if node in case.graph} == {"disease"}


def connected(case: Case) -> Iterator[Fault]:
    """Follow the cited edges: each has an end that the case, an earlier step, or the step's own marks account for.

    A step that quotes the case, a sentence, or own knowledge may begin anew with what it names.
    """
    known = set(case.linked("question", "context", "option", "answer"))
    for number, step in enumerate(case.chain.steps):
        _, tokens = mask(step.text, case.names, step.node_ids)
        said = {node for token in tokens for node in token.nodes}
        if step.knowledge or step.sentences or step.quotes:
            known |= said
        waiting = [case.graph.edge(edge) for edge in step.edge_ids if case.graph.has_edge(edge)]
        while waiting:
            ready = [edge for edge in waiting if {edge.subject, edge.object} & known]
            if not ready:
                ends = ", ".join(f"{edge.subject} and {edge.object}" for edge in waiting)
                fault = f"nothing before leads to {ends}"
                more = step.knowledge or step.sentences
                yield Fault(fault, where=number, outcome="warn") if more else Fault(fault, "path_not_connected", number)
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
        spelled = partial_ratio(answer.replace(" ", ""), words.replace(" ", "")) >= _SPELLED if answer else False
        if spelled or any(f" {name} " in words for name in names if name):
            # What the answer itself says is no denial of it.
            yield what.search(re.sub(re.escape(case.item.answer), " ", step.text, flags=re.IGNORECASE)) is not None
