"""A written argument made into a chain: marks become edges, sentences, quotations, or own knowledge.

A step ends with its marks: [E1] and [S1] for what it rests on, [Q1] or ["words of the case"] for what the case says,
[K] for the model's own knowledge. Quotations and [K] are turned into labels first, so that one reader knows them all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from kgpaths.language.control_tokens import leaked
from kgpaths.language.english import folded
from kgpaths.linking.assertion.stated import PRESENT
from kgpaths.llm import Reply
from kgpaths.records import Chain, CitedSentence, Edge, Finding, Mention, Span, Step, StepKind
from kgpaths.verbalization.recipes.chain_assembly import Assembled, Flaw
from kgpaths.verbalization.recipes.citations import Labels
from kgpaths.verbalization.recipes.guided.dossier import Dossier
from kgpaths.verbalization.recipes.quotations import locate, quoted_parts
from kgpaths.verbalization.recipes.reply_answers import resolve_answer
from kgpaths.verbalization.recipes.reply_parsing import Unit, read, without_thinking

_GROUP = re.compile(r"[\[【]([^\[\]【】]+)[\]】]")
_QUOTED = re.compile(r"[\"“«]([^\"”»“«]+)[\"”»]")
_FIRST_QUOTATION = 500
"""Number of the label that the first quotation of a reply gets: no case has so many findings."""
_OWN = frozenset({"k", "own knowledge", "knowledge"})


@dataclass
class Marked:
    """A reply whose marks are labels, all of them."""

    text: str
    quotations: dict[str, str] = field(default_factory=dict)
    """Words that are said to be the case's, by the label that stands for them now."""


def with_labels(text: str, dossier: Dossier) -> Marked:
    """Return a reply in which quotations and marks of own knowledge are labels too."""
    made = Marked(text)
    said = f"{dossier.item.question}\n{dossier.item.context}"

    def label(words: str) -> str:
        known = next((one for one, other in made.quotations.items() if other == words), None)
        one = known or f"{dossier.quote_label}{_FIRST_QUOTATION + len(made.quotations)}"
        made.quotations[one] = words
        return one

    def marks(match: re.Match[str]) -> str:
        inner = match[1]
        if match[0] in said:
            return match[0]
        quoted = [label(words.strip()) for words in _QUOTED.findall(inner) if words.strip()]
        left = [part.strip() for part in re.split(r"[,;&+]|\band\b", _QUOTED.sub(",", inner)) if part.strip()]
        own = [part for part in left if part.casefold() in _OWN or part.upper() == dossier.knowledge_label]
        others = [part for part in left if part not in own]
        if not quoted and not own and others and locate(dossier.item, inner) is not None:
            return f"[{label(inner.strip())}]"
        labels = [*others, *quoted, *([f"{dossier.knowledge_label}1"] if own else [])]
        return f"[{', '.join(labels)}]"

    made.text = _GROUP.sub(marks, text)
    return made


def written(
    dossier: Dossier,
    mentions: Sequence[Mention],
    shown: Collection[str],
    reply: Reply,
    *,
    verbalizer: str,
    most_knowledge: int,
) -> Assembled:
    """Return the chain that a reply writes, with all that is wrong with it.

    Args:
        dossier: what the labels mean.
        mentions: the item's, for the places of quotations and the nodes of the answer.
        shown: labels that may be cited.
        reply: what the model wrote.
        verbalizer: name of the recipe.
        most_knowledge: steps that may rest on own knowledge without an edge or a sentence.
    """
    said = without_thinking(reply.text) or without_thinking(reply.reasoning)
    if token := leaked(said):
        message = f"it holds {token!r}, which is no text but a token of the model's own format"
        return Assembled(flaws=[Flaw("llm_unparsed", message)])
    return _Writing(dossier, mentions, frozenset(shown), verbalizer, most_knowledge).run(said)


@dataclass
class _Part:
    """A step of the reply with what its marks mean."""

    number: int
    text: str
    edges: list[Edge] = field(default_factory=list)
    sentences: list[CitedSentence] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    knowledge: bool = False

    @property
    def marked(self) -> bool:
        return bool(self.edges or self.sentences or self.spans or self.knowledge)


class _Writing:
    def __init__(
        self,
        dossier: Dossier,
        mentions: Sequence[Mention],
        shown: frozenset[str],
        verbalizer: str,
        most_knowledge: int,
    ) -> None:
        self.dossier, self.item, self.mentions = dossier, dossier.item, tuple(mentions)
        self.shown, self.verbalizer, self.most_knowledge = shown, verbalizer, most_knowledge
        self.present = [mention for mention in mentions if mention.assertion in PRESENT]
        self.flaws: list[Flaw] = []
        letters = (dossier.edge_label, dossier.sentence_label, dossier.knowledge_label)
        self.labels = Labels("|".join(letters), dossier.quote_label)

    def run(self, said: str) -> Assembled:
        marked = with_labels(said, self.dossier)
        labels = self.labels = self.labels.for_reply(marked.text)
        reading = read(marked.text, "", labels, {})
        units = [unit for unit in reading.units if labels.cut(unit.text) and not self._echoes(unit.text)]
        if not units:
            return Assembled(flaws=[Flaw("llm_unparsed", "there are no steps of reasoning in it")])
        answer = resolve_answer(reading, self.item, units[-1].text, True)
        if answer is None:
            beside = f" (it says {reading.answer[:80]!r})" if reading.answer else ""
            self.flaws.append(Flaw("llm_unparsed", f"the last line does not name one answer{beside}"))
        known = self.shown | marked.quotations.keys()
        unknown = sorted({label for unit in units for label in unit.labels} - known)
        if unknown:
            listed = ", ".join(unknown[:8])
            self.flaws.append(Flaw("llm_unknown_citation", f"it cites {listed}, which is not among the labels given"))
        parts = [self._part(number, unit, marked.quotations) for number, unit in enumerate(units, 1)]
        self._citations(units, known)
        if answer is None or any(flaw.fatal for flaw in self.flaws):
            return self._result(None)
        chain = self._chain(parts, *answer)
        self._structure(chain)
        return self._result(chain)

    def _result(self, chain: Chain | None) -> Assembled:
        return Assembled(chain, sorted(self.flaws, key=lambda flaw: not flaw.fatal))

    def _echoes(self, text: str) -> bool:
        """Say whether a unit only repeats the case: what the question says is nobody's reasoning."""
        return len(text.split()) > 3 and locate(self.item, text) is not None

    # marks ---------------------------------------------------------------------------------------------------------

    def _part(self, number: int, unit: Unit, quotations: Mapping[str, str]) -> _Part:
        part = _Part(number, self.labels.cut(unit.text))
        for label in unit.labels:
            if label in self.dossier.edges:
                part.edges.append(self.dossier.edges[label])
            elif label in self.dossier.sentences:
                part.sentences.append(self.dossier.sentences[label])
            elif label in self.dossier.findings:
                finding = self.dossier.findings[label]
                part.findings.append(finding)
                part.spans.append(
                    Span(section=finding.section, start=finding.start, end=finding.end, text=finding.text)
                )
            elif label in quotations:
                self._quote(part, quotations[label])
            elif label.startswith(self.dossier.knowledge_label):
                part.knowledge = True
        part.spans = list(dict.fromkeys(part.spans))
        return part

    def _quote(self, part: _Part, words: str) -> None:
        """Find quoted words in the case; what is said to be the case's has to be there."""
        for piece in quoted_parts(f"“{words}”"):
            span = locate(self.item, piece, self.present)
            if span is None:
                message = f"step {part.number} quotes {piece[:80]!r}, which the question does not say"
                self.flaws.append(Flaw("quote_not_verbatim", message))
            else:
                part.spans.append(span)

    def _citations(self, units: Sequence[Unit], known: Collection[str]) -> None:
        """Report what stays of marks: no text that is trained on may hold a label or its brackets."""
        said = f"{self.item.question}\n{self.item.context}"
        for number, unit in enumerate(units, 1):
            if found := self.labels.remains(unit.text, known, said) or leaked(self.labels.cut(unit.text)):
                marks = f'[{self.dossier.edge_label}1] ["words of the case"] [{self.dossier.knowledge_label}]'
                message = (
                    f"step {number} says {found!r}; write a whole sentence and behind it its marks, each in square "
                    f"brackets, as in {marks}"
                )
                self.flaws.append(Flaw("llm_unparsed", message))

    # steps ---------------------------------------------------------------------------------------------------------

    def _chain(self, parts: Sequence[_Part], key: str | None, answer: str) -> Chain:
        section = f"option:{key}" if self.item.options else "answer"
        linked = dict.fromkeys(mention.node_id for mention in self.mentions if mention.section == section)
        cited = {end for part in parts for edge in part.edges for end in (edge.subject, edge.object)}
        answers = tuple(node for node in linked if node in cited) or tuple(linked)
        last = parts[-1]
        whole = " ".join(answer.split())
        concludes = f" {folded(whole)} " in f" {folded(last.text)} " or not last.marked
        before = parts[:-1] if concludes else parts
        steps = [self._step(part, self._kind(part, key, answers)) for part in before]
        conclusion = Step(kind="conclusion", text=f"The answer is {whole.rstrip('.')}.", node_ids=answers)
        if concludes:
            text = last.text
            if f" {folded(whole)} " not in f" {folded(text)} " and self.dossier.inputs["repeat_answer"]:
                text = f"{text} The answer is {whole.rstrip('.')}."
            conclusion = self._step(last, "conclusion").model_copy(update={"text": text, "node_ids": answers})
        return Chain(
            steps=(*steps, conclusion),
            answer=answer,
            answer_key=key,
            answer_node_ids=answers,
            verbalizer=self.verbalizer,
        )

    def _kind(self, part: _Part, key: str | None, answers: Sequence[str]) -> StepKind:
        """Return a step's kind: what is seen, what is set aside, what reaches the answer, or what lies between."""
        ends = {end for edge in part.edges for end in (edge.subject, edge.object)}
        if ends & set(answers):
            return "link"
        if not (part.edges or part.sentences or part.knowledge) and part.spans:
            return "findings"
        words = f" {folded(part.text)} "
        named = {one.key for one in self.item.options if folded(one.text) and f" {folded(one.text)} " in words}
        return "distractor" if named and key not in named else "evidence"

    @staticmethod
    def _step(part: _Part, kind: StepKind) -> Step:
        ends = [end for edge in part.edges for end in (edge.subject, edge.object)]
        return Step(
            kind=kind,
            text=part.text,
            edge_ids=tuple(dict.fromkeys(edge.id for edge in part.edges)),
            node_ids=tuple(dict.fromkeys(ends)),
            quotes=tuple(part.spans),
            sentences=tuple({one.id: one for one in part.sentences}.values()),
            knowledge=part.knowledge,
        )

    def _structure(self, chain: Chain) -> None:
        """Report what the checks would reject and a repair can mend."""
        bare = [
            str(number)
            for number, step in enumerate(chain.steps, 1)
            if step.kind != "conclusion" and not (step.grounded or step.quotes or step.knowledge)
        ]
        if bare:
            message = f"step {', '.join(bare)} has no mark: every step ends with what it rests on"
            self.flaws.append(Flaw("uncited_step", message, fatal=False))
        if len(chain.steps) < 2:
            self.flaws.append(Flaw("incomplete_structure", "no step leads to the answer", fatal=False))
        alone = [number for number, step in enumerate(chain.steps, 1) if step.alone]
        if len(alone) > self.most_knowledge:
            listed = ", ".join(map(str, alone))
            rest = f"steps {listed} rest on own knowledge without a statement or sentence"
            message = f"{rest}; at most {self.most_knowledge} may"
            self.flaws.append(Flaw("too_much_knowledge", message, fatal=False))
