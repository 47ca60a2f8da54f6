"""These checks look at the order of a chain's steps, and for sentences about the prompt instead of medicine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgpaths.validation import free
from kgpaths.validation.registry import Case, Fault, check

_QUALITY = r"(?:reasoning|knowledge[- ]graph|knowledge|kg|correct|right|gold|reference|ground[- ]truth|labell?ed)"
_THING = (
    rf"(?:{_QUALITY} )*(?:paths?|contexts?|(?:sub)?graphs?|kg|answers?|triples?|rationales?|explanations?|passages?|"
    r"hints?)"
)
_HANDED = r"(?:given|provided|supplied|retrieved|extracted|listed|mentioned|aforementioned)"
_APPEAL = rf"(?:according to|based on|as per|per|as (?:shown|stated|indicated|seen|suggested|{_HANDED}) (?:in|by))"
META = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:the|these|this|those) {_HANDED} {_THING}\b",
        rf"\b{_THING} (?:(?:that|which) )?(?:(?:was|were|is|are) )?(?:provided|supplied|given) "
        r"(?:above|below|here|to (?:me|us)|in the (?:prompt|input))\b",
        rf"\b{_APPEAL} (?:the |this |these |our )?(?:{_HANDED} )?{_THING}\b",
        r"\b(?:the|this|our) (?:knowledge graph|kg|reasoning path|subgraph|triples?)\b",
        r"\b(?:the|this) (?:gold|ground[- ]truth|reference|labell?ed|expected) (?:answer|label|standard answer)\b",
        r"\b(?:the|this) (?:correct|right) (?:answer|option) (?:is|was) (?:given|provided|known|stated|marked)\b",
        r"\b(?:since|because|as|given that) (?:the )?(?:correct |right )?answer (?:is|was) (?:given|provided|known)\b",
        r"\bas an? (?:ai|(?:large )?language model|ai assistant)\b",
        r"\b(?:in|from) (?:the|my|this|your) (?:prompt|instructions?)\b",
    )
)
"""Meta-discourse and nothing else: each pattern needs a word for the material *and* one for its being handed over."""


@check("no_meta_reference", 'No sentence speaks of "the given path", "the provided answer" or the like.')
def no_meta_reference(case: Case) -> Iterator[Fault]:
    """Search every step for meta-discourse."""
    for number, step in enumerate(case.chain.steps):
        found = meta_reference(step.text)
        if found:
            yield Fault(f"{found!r} speaks of the material, not of medicine", "meta_reference", number)


def meta_reference(text: str) -> str:
    """Return the first piece of meta-discourse in a text, or nothing.

    >>> meta_reference("According to the given path, fever is a symptom.")
    'According to the given path'
    >>> meta_reference("He was given aspirin and is on the path to recovery; the answer lies in the liver.")
    ''
    """
    hits = [match for pattern in META if (match := pattern.search(text))]
    return min(hits, key=lambda match: match.start()).group() if hits else ""


@check(
    "structure_complete",
    "Findings first, evidence or a link, one conclusion at the end or before a look back; no empty, no uncited step.",
)
def structure_complete(case: Case) -> Iterator[Fault]:
    """Look at the kinds of the steps, their texts and their citations; of a model's chains, see `free.structure`."""
    if not case.templated:
        yield from free.structure(case)
        return
    steps = case.chain.steps
    kinds = [step.kind for step in steps]
    while kinds[-1:] == ["check"]:  # a look back may follow
        kinds.pop()
    if "check" in kinds:
        yield Fault("a look back stands before the conclusion", "incomplete_structure", kinds.index("check"))
    if not kinds:
        yield Fault("a chain without steps", "incomplete_structure")
        return
    if kinds.count("findings") != 1 or kinds[0] != "findings":
        yield Fault("a chain begins with one step of findings", "incomplete_structure")
    if "link" not in kinds and "evidence" not in kinds:
        yield Fault("no step leads from the findings to the answer", "incomplete_structure")
    if kinds.count("conclusion") != 1 or kinds[-1] != "conclusion":
        yield Fault("a chain ends with its one conclusion", "incomplete_structure")
    for number, step in enumerate(steps):
        if not step.text.strip():
            yield Fault("the step says nothing", "incomplete_structure", number)
        if step.kind in ("evidence", "link", "distractor", "differential") and not step.edge_ids:
            yield Fault(f"a {step.kind} step without an edge", "uncited_step", number)
        if step.kind == "findings" and not step.quotes:
            yield Fault("findings without a quote", "uncited_step", number)
