"""What a question says of the concepts it names.

A *finding* is what the patient has or had: conditions, signs, symptoms, values, results. *Context* is what is known
beside: a drug that is taken, an allergy, pregnancy, smoking, a procedure that was done, age. The *subject* is what
the question itself asks about ("mechanism of action of warfarin?"). All else is merely named, as a test, an organ or
a substance without a word on what it is to the patient, and no reasoning starts from it. The rules are in
`ontologies/paths/findings.yaml`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from kgpaths.language.question import sentence_that_asks
from kgpaths.language.sentences import sentences
from kgpaths.linking.assertion.status import assertions
from kgpaths.linking.values.measurements import measurements
from kgpaths.linking.words.tokenizer import content_words, tokenize
from kgpaths.records import Finding, FindingKind, Mention, QAItem, Question
from kgpaths.resources import resource
from kgpaths.vocabulary.node_types import node_types

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

_OF_CONTEXT = frozenset({"cause", "harm", "mechanism", "complication", "risk_factor"})
"""Kinds of questions about what the context does."""
_REACH = 160
"""Characters on either side of a name in which cues are looked for."""


class _Cues(NamedTuple):
    of: frozenset[str]
    """Types of nodes, or groups of types."""
    reach: int
    """Characters that may stand between a cue and the name behind it."""
    broken: re.Pattern[str]
    """What may not stand there."""
    before: re.Pattern[str]
    after: re.Pattern[str]


class _Rules(NamedTuple):
    findings: frozenset[str]
    background: re.Pattern[str]
    of_the_past: re.Pattern[str]
    told: re.Pattern[str]
    person: re.Pattern[str]
    context: tuple[_Cues, ...]
    present: tuple[_Cues, ...]
    positive: _Cues
    negative: _Cues
    measured: _Cues
    asked_for: re.Pattern[str]
    subject_alone: frozenset[str]
    vignette: re.Pattern[str]
    question_word: re.Pattern[str]
    family: _Cues


@cache
def _rules() -> _Rules:
    import yaml

    table: dict[str, Any] = yaml.safe_load(resource("ontologies", "paths", "findings.yaml").read_text("utf-8"))

    def pattern(alternatives: Sequence[str] | str, form: str = "{}") -> re.Pattern[str]:
        joined = alternatives if isinstance(alternatives, str) else "|".join(f"(?:{one})" for one in alternatives)
        return re.compile(form.format(f"(?:{joined})"), re.IGNORECASE)

    def cues(named: Mapping[str, Any], where: Mapping[str, Any]) -> _Cues:
        before, after = pattern(named["before"], r"\b{}"), pattern(named["after"], r"\s*{}")
        broken = pattern(where.get("broken", "(?!)"))
        return _Cues(frozenset(where.get("of", ())), where.get("reach", _REACH), broken, before, after)

    result = table["result"]
    return _Rules(
        findings=frozenset(table["findings"]),
        background=pattern(table["background"]),
        of_the_past=pattern(table["of_the_past"]),
        told=pattern(table["told"], r"\b{}\b"),
        person=pattern(table["person"]),
        context=tuple(cues(table[name], table[name]) for name in ("taken", "done")),
        present=tuple(cues(table[name], table[name]) for name in ("found", "changed")),
        positive=cues(result["positive"], result),
        negative=cues(result["negative"], result),
        measured=cues(table["measured"], table["measured"]),
        asked_for=pattern(table["asked_for"]),
        subject_alone=frozenset(table["subject_alone"]),
        vignette=pattern(table["vignette"]),
        question_word=pattern(table["question_word"]),
        family=cues(table["family"], table["family"]),
    )


class Stated(NamedTuple):
    """A mention that is more than a name."""

    mention: Mention
    kind: FindingKind


class _Text:
    """One section of an item, with what is needed to judge its mentions."""

    def __init__(self, name: str, text: str, asking: tuple[int, int]) -> None:
        self.name, self.text = name, text
        self.sentences = [first for first, _ in sentences(text)]
        self.measured = measurements(text)
        self.asking = _about(text, *asking) if name == "question" else (len(text), len(text))

    def before(self, start: int) -> str:
        """Return what stands before a place in its sentence."""
        sentence = self.sentences[bisect_right(self.sentences, start) - 1]
        return self.text[max(sentence, start - _REACH) : start].rstrip()

    def measures(self, mention: Mention) -> bool:
        """Tell whether a mention is the name of what a number measures."""
        return any(
            one.start <= mention.start < one.end and one.kind in ("laboratory", "vital_sign") for one in self.measured
        )


def kind_of(graph: KnowledgeGraph, text: str, mention: Mention) -> FindingKind | None:
    """Return what a mention of a question or its context is to the question; None where it is merely named.

    >>> from kgpaths.graph import KnowledgeGraph, NodeRecord
    >>> graph = KnowledgeGraph.from_records([NodeRecord("D:1", "warfarin", "drug", "t")], [])
    >>> def kind(text):
    ...     start = text.index("warfarin")
    ...     return kind_of(graph, text, Mention(start=start, end=start + 8, text="warfarin", node_id="D:1", score=1,
    ...                                         tier="label"))
    >>> kind("He takes digoxin and warfarin. What next?"), kind("Mechanism of action of warfarin is:")
    ('context', 'subject')
    >>> kind("Warfarin is a drug; warfarin was discovered in 1940. Which nerve is this?") is None
    True
    """
    return _kind(graph, _Text(mention.section, text, sentence_that_asks(text)), mention)


def _kind(graph: KnowledgeGraph, text: _Text, mention: Mention) -> FindingKind | None:
    kind = node_types().get(graph.type(mention.node_id))
    if kind is None:
        return None
    rules, group, type_ = _rules(), kind.group, graph.type(mention.node_id)
    before, after = text.before(mention.start), text.text[mention.end : mention.end + _REACH]
    if mention.tier == "value":
        return "finding"
    if rules.background.fullmatch(mention.text):
        return "context"
    if mention.assertion == "absent" and rules.of_the_past.search(before):
        return "context"
    if group in rules.findings or (type_ == "test" and mention.assertion == "absent"):
        return "finding"

    def nearest(*some: _Cues) -> float:
        return min((_distance(cues, before, after) for cues in some if cues.of & {group, type_}), default=inf)

    measured = bool(text.measures(mention) or rules.measured.after.match(after) or rules.measured.before.search(before))
    result = rules.negative if mention.assertion == "absent" else rules.positive
    finding = nearest(result) if measured else nearest(result, *rules.present)
    context = inf if measured else nearest(*rules.context)
    if min(finding, context) < inf:
        return "finding" if finding <= context else "context"
    if type_ == "procedure" and mention.assertion == "historical":
        return "context"
    first, last = text.asking
    asked_about = first <= mention.start < last and not measured and not rules.asked_for.search(before)
    return "subject" if asked_about else None


def _is_told(graph: KnowledgeGraph, text: _Text, mention: Mention) -> bool:
    """Tell whether what a mention denies is denied of the patient, and of all that its node stands for.

    Who has no family history of heart disease may have one, and without a headache of one kind one may have another.
    """
    if mention.assertion != "absent":
        return True
    before, after = text.before(mention.start), text.text[mention.end : mention.end + _REACH]
    if _distance(_rules().family, before, after) < inf:
        return False
    words = sorted(content_words(mention.text))
    scopes = {name.scope for name in graph.node(mention.node_id).names if sorted(content_words(name.text)) == words}
    return scopes != {"narrow"}


def _distance(cues: _Cues, before: str, after: str) -> float:
    """Return how far the nearest cue is from a name; infinite where there is none."""
    if cues.after.match(after):
        return 0
    broken = max((found.end() for found in cues.broken.finditer(before)), default=0)
    ends = [cue.end() for cue in cues.before.finditer(before, max(broken, len(before) - cues.reach))]
    return len(before) - ends[-1] if ends else inf


def _about(stem: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentence that asks says what it is about; of one that tells of a patient, the part that asks."""
    rules = _rules()
    if rules.vignette.search(stem, start, end):
        words = [found.start() for found in rules.question_word.finditer(stem, start, end)]
        start = words[-1] if words else end
    return start, end


def stated(graph: KnowledgeGraph, item: QAItem, question: Question, mentions: Sequence[Mention]) -> list[Stated]:
    """Return the mentions of question and context that are more than named, with what they are, in their order."""
    asking = (question.asking.start, question.asking.end)
    texts = {name: _Text(name, text, asking) for name, text in item.sections() if name in ("question", "context")}
    found = [
        Stated(mention, kind)
        for mention in mentions
        if mention.role in ("question", "context")
        and (kind := _kind(graph, texts[mention.section], mention))
        and _is_told(graph, texts[mention.section], mention)
    ]
    if all(one.kind != "finding" or one.mention.assertion == "absent" for one in found):
        return found
    types, alone = node_types(), _rules().subject_alone
    return [one for one in found if one.kind != "subject" or types[graph.type(one.mention.node_id)].group not in alone]


def starting(question: Question, said: Sequence[Stated]) -> list[Mention]:
    """Return the mentions that paths may start from, and those that deny something.

    Context counts where the question asks what it does: a drug that is taken may be the cause of a complaint.
    """
    context = question.wants_harm or question.kind in _OF_CONTEXT
    return [mention for mention, kind in said if kind != "context" or context or mention.assertion == "absent"]


def findings_of(item: QAItem, said: Sequence[Stated], mentions: Sequence[Mention]) -> tuple[Finding, ...]:
    """Return the findings, the context and the subject of a question, in reading order.

    Values that are judged by a reference range are findings too where the graph has no node for what they amount to,
    and so are normal ones. Ages are context, and so is what the text tells of the patient though no name is linked.
    """
    found = [
        Finding(**mention.span.model_dump(), node_id=mention.node_id, status=mention.assertion, kind=kind,
                value=mention.value)
        for mention, kind in said
    ]  # fmt: skip
    for name, text in item.sections():
        if name in ("question", "context"):
            taken = [(mention.start, mention.end) for mention in mentions if mention.section == name]
            judged = {(one.start, one.end) for one in found if one.section == name and one.value}
            found += (one for one in _values(name, text) if (one.start, one.end) not in judged)
            found += (one for one in _told(name, text) if not any(one.start < e and s < one.end for s, e in taken))
    return tuple(sorted(found, key=lambda one: (one.section != "question", one.start, one.end, one.node_id)))


def _values(section: str, text: str) -> Iterator[Finding]:
    """Yield the ages of a text, with whose they are, and the values that a range judges."""
    for measured in measurements(text):
        value = measured.record(text, section)
        end = value.end
        if value.kind == "age" and (person := _rules().person.match(text, end)):
            end = person.end()
        if value.kind == "age" or value.direction:
            yield Finding(
                section=section, start=value.start, end=end, text=text[value.start : end], value=value,
                kind="context" if value.kind == "age" else "finding",
            )  # fmt: skip


def _told(section: str, text: str) -> Iterator[Finding]:
    """Yield what a text tells of the patient's circumstances: "is pregnant", "does not smoke"."""
    matches = list(_rules().told.finditer(text))
    tokens = tokenize(text) if matches else None
    status = assertions(tokens) if tokens else []
    for match in matches:
        assert tokens is not None
        word = bisect_right(tokens.starts, match.start()) - 1
        yield Finding(
            section=section, start=match.start(), end=match.end(), text=match.group(), kind="context",
            status=status[word],
        )  # fmt: skip
