"""A written argument made into a chain: marks become edges, sentences, quotations, or own knowledge.

A step ends with its marks (`marks.py`): [E1] and [S1] for what it rests on, [Q1] or ["words of the case"] for what the
case says, [K] for the model's own knowledge.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from kgpaths.language.control_tokens import leaked
from kgpaths.language.english import folded
from kgpaths.llm import Reply
from kgpaths.records import Chain, CitedSentence, Edge, Finding, Mention, Span, Step, StepKind
from kgpaths.verbalization.recipes.flaws import Assembled, Flaw, too_much_knowledge
from kgpaths.verbalization.recipes.guided.dossier import Dossier
from kgpaths.verbalization.recipes.marks import Marks, names_rival
from kgpaths.verbalization.recipes.reply_answers import resolve_answer
from kgpaths.verbalization.recipes.reply_parsing import Unit, read, spoken


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
    said = spoken(reply.text, reply.reasoning)
    if token := leaked(said):
        message = f"it holds {token!r}, which is no text but a token of the model's own format"
        return Assembled(flaws=[Flaw("llm_unparsed", message)])
    return _Writing(dossier, mentions, frozenset(shown), verbalizer, most_knowledge).run(said)


@dataclass
class _Part:
    """A step of the reply with what its marks mean."""

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
        self.flaws: list[Flaw] = []
        cited, quote, own = (dossier.edge_label, dossier.sentence_label), dossier.quote_label, dossier.knowledge_label
        self.marks = Marks(dossier.item, mentions, cited=cited, quote=quote, knowledge=own)
        self.labels = self.marks.labels

    def run(self, said: str) -> Assembled:
        reading = read(said, "", self.labels, {}, self.marks.labelled)
        labels = self.labels = reading.labels
        units = [unit for unit in reading.units if labels.cut(unit.text) and not self._echoes(unit.text)]
        if not units:
            return Assembled(flaws=[Flaw("llm_unparsed", "there are no steps of reasoning in it")])
        answer = resolve_answer(reading, self.item, units[-1].text, True)
        if answer is None:
            beside = f" (it says {reading.answer[:80]!r})" if reading.answer else ""
            self.flaws.append(Flaw("llm_unparsed", f"the last line does not name one answer{beside}"))
        known = self.shown | self.marks.quotations.keys()
        unknown = sorted({label for unit in units for label in unit.labels} - known)
        if unknown:
            listed = ", ".join(unknown[:8])
            self.flaws.append(Flaw("llm_unknown_citation", f"it cites {listed}, which is not among the labels given"))
        parts = [self._part(number, unit) for number, unit in enumerate(units, 1)]
        self._citations(units, known - {self.marks.own})
        if answer is None or any(flaw.fatal for flaw in self.flaws):
            return self._result(None)
        chain = self._chain(parts, *answer)
        self._structure(chain)
        return self._result(chain)

    def _result(self, chain: Chain | None) -> Assembled:
        return Assembled(chain, sorted(self.flaws, key=lambda flaw: not flaw.fatal))

    def _echoes(self, text: str) -> bool:
        return len(text.split()) > 3 and self.marks.echoes(text)

    # marks ---------------------------------------------------------------------------------------------------------

    def _part(self, number: int, unit: Unit) -> _Part:
        part = _Part(self.labels.cut(unit.text))
        quotations = self.marks.quotations
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
                spans, flaws = self.marks.spans(number, f"“{quotations[label]}”")
                part.spans += spans
                self.flaws += flaws
            elif label.startswith(self.dossier.knowledge_label):
                part.knowledge = True
        part.spans = list(dict.fromkeys(part.spans))
        return part

    def _citations(self, units: Sequence[Unit], known: Collection[str]) -> None:
        """Report what stays of marks: no text that is trained on may hold a label or its brackets."""
        for number, unit in enumerate(units, 1):
            if found := self.marks.remains(unit.text, self.labels, known):
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
        return "distractor" if names_rival(self.item, part.text, key) else "evidence"

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
        self.flaws += too_much_knowledge(chain.steps, self.most_knowledge)
