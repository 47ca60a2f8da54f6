"""This module makes a chain of a parsed reply: it resolves labels, and gives every step its kind.

A step's kind follows from what it cites, and only where that leaves a choice from the title it stands under: a model
that files a rival's statement under "Reasoning" does not make it evidence. What rests on words of the case or on the
model's own knowledge is of the kind that its title holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kgpaths.language.english import folded, listing
from kgpaths.language.spoken_names import Names
from kgpaths.linking.assertion.stated import PRESENT, reading_order
from kgpaths.records import Chain, Edge, Mention, QAItem, Span, Step, StepKind
from kgpaths.verbalization.recipes.flaws import Assembled, Flaw, too_much_knowledge
from kgpaths.verbalization.recipes.marks import Marks, names_rival
from kgpaths.verbalization.recipes.prompt_material import Key, Material
from kgpaths.verbalization.recipes.recipe import Recipe
from kgpaths.verbalization.recipes.reply_answers import resolve_answer
from kgpaths.verbalization.recipes.reply_parsing import Reading, Unit
from kgpaths.verbalization.recipes.step_text import Part, sentence
from kgpaths.verbalization.template.sentence_variants import Sentences

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

_CLAIMS: frozenset[StepKind] = frozenset({"evidence", "link", "distractor", "differential"})


def assemble(
    graph: KnowledgeGraph,
    item: QAItem,
    mentions: Sequence[Mention],
    material: Material,
    recipe: Recipe,
    reading: Reading,
    marks: Marks,
    *,
    answer_shown: bool,
) -> Assembled:
    """Make a chain of what was read.

    Flaws are reported together, so that one repair can mend them all.
    """
    return _Assembly(graph, item, mentions, material, recipe, marks, answer_shown).run(reading)


class _Assembly:
    def __init__(
        self,
        graph: KnowledgeGraph,
        item: QAItem,
        mentions: Sequence[Mention],
        material: Material,
        recipe: Recipe,
        marks: Marks,
        answer_shown: bool,
    ) -> None:
        self.graph, self.item, self.material, self.recipe = graph, item, material, recipe
        self.marks, self.labels = marks, marks.labels
        self.mentions = tuple(mentions)
        self.answer_shown = answer_shown
        self.names = Names(graph)
        self.flaws: list[Flaw] = []
        self.holds = {section.title: section.holds for section in recipe.layout.sections}

    def run(self, reading: Reading) -> Assembled:
        self.labels = reading.labels
        units = [unit for unit in reading.units if unit.labels or unit.evidence or not self.marks.echoes(unit.text)]
        reading = replace(reading, units=tuple(units))
        if not reading.units:
            return Assembled(flaws=[Flaw("llm_unparsed", "there are no steps of reasoning in it")])
        answer = resolve_answer(reading, self.item, self._conclusion_text(reading), self.answer_shown)
        if answer is None:
            said = f" (it says {reading.answer[:80]!r})" if reading.answer else ""
            self.flaws.append(Flaw("llm_unparsed", f"the last line does not name one answer{said}"))
        known = {*self.material.labels, *self.marks.quotations, self.marks.own}
        unknown = sorted({label for unit in reading.units for label in unit.labels} - known)
        if unknown:
            listed = ", ".join(unknown[:8])
            self.flaws.append(Flaw("llm_unknown_citation", f"it cites {listed}, which is not among the labels given"))
        if answer is None or unknown:
            return self._result(None)
        key, text = answer
        parts = [self._part(number, unit, key) for number, unit in enumerate(reading.units, 1)]
        self._last_is_conclusion(parts)
        if any(flaw.fatal for flaw in self.flaws):
            return self._result(None)
        chain = self._chain(parts, key, text)
        for part in parts:
            self._citations(part)
        return self._result(None if any(flaw.fatal for flaw in self.flaws) else chain)

    def _result(self, chain: Chain | None) -> Assembled:
        return Assembled(chain, sorted(self.flaws, key=lambda flaw: not flaw.fatal))

    def _conclusion_text(self, reading: Reading) -> str:
        concluding = [u.text for u in reading.units if self.holds.get(u.section) == ("conclusion",)]
        return " ".join(concluding) or reading.units[-1].text

    # kinds ---------------------------------------------------------------------------------------------------------

    def _part(self, number: int, unit: Unit, key: Key) -> Part:
        edges = [self.material.edges[label] for label in unit.labels if label in self.material.edges]
        mentions = [self.material.findings[label] for label in unit.labels if label in self.material.findings]
        part = Part(number, unit, "evidence", edges, mentions, knowledge=self.marks.own in unit.labels)
        quotations = self.marks.quotations
        lines = [f"“{quotations[label]}”" for label in unit.labels if label in quotations]
        for words in (*lines, *map(self.labels.cut, unit.evidence)):
            spans, flaws = self.marks.spans(number, words)
            part.spans += spans
            self.flaws += flaws
        part.kind = self._kind(part, key)
        return part

    def _kind(self, part: Part, key: Key) -> StepKind:
        holds = self.holds.get(part.unit.section, ())
        for alone in ("conclusion", "check", "differential"):
            if holds == (alone,):
                return alone
        argues = part.knowledge or bool(part.edges)
        ours = [key in self.material.leads.get(edge.id, ()) for edge in part.edges]
        denies = part.mentions and all(mention.assertion == "absent" for mention in part.mentions)
        if denies and not any(ours) and (part.edges or not argues or "absent" in holds):
            return "absent"
        if (part.mentions or part.spans) and not argues and (not holds or "findings" in holds):
            return "findings"
        # Where a section holds both, statements decide, or else the words.
        by_words = not part.edges and names_rival(self.item, part.unit.text, key)
        sets_aside = "distractor" in holds and ("evidence" not in holds or by_words)
        if sets_aside or (part.edges and not all(ours) and self._of_rivals(part, key, holds)):
            return "distractor"
        ends = set(self.material.ends.get(key, ()))
        return "link" if any({edge.subject, edge.object} & ends for edge in part.edges) else "evidence"

    def _of_rivals(self, part: Part, key: Key, holds: Sequence[StepKind]) -> bool:
        """Say whether statements speak of another option, so that no title makes them evidence for the answer."""
        rivals = {end for option, ends in self.material.ends.items() if option != key for end in ends}
        ends = {end for edge in part.edges for end in (edge.subject, edge.object)}
        return "evidence" not in holds or bool(ends & rivals) or names_rival(self.item, part.unit.text, key)

    @staticmethod
    def _last_is_conclusion(parts: Sequence[Part]) -> None:
        if all(part.kind not in ("conclusion", "check") for part in parts) and not parts[-1].rests:
            parts[-1].kind = "conclusion"

    def _citations(self, part: Part) -> None:
        """Report what stays of a unit's marks: no text that is trained on may hold a label or its brackets."""
        known = {*self.material.labels, *self.marks.quotations}
        if found := self.marks.remains(part.unit.text, self.labels, known):
            one, own = next(iter(self.material.labels)), self.material.knowledge_label
            message = (
                f"step {part.number} says {found!r}; write a whole sentence and behind it its marks, each in square "
                f'brackets and with nothing else in them, as in [{one}] ["words of the case"] [{own}]'
            )
            self.flaws.append(Flaw("llm_unparsed", message))

    def _sentence(self, part: Part) -> tuple[str, list[Span]]:
        inline = part.kind in ("findings", "absent") or not self.recipe.layout.supporting_evidence
        return sentence(part, self.labels, self.material.findings, inline=inline)

    # steps ---------------------------------------------------------------------------------------------------------

    def _chain(self, parts: Sequence[Part], key: Key, answer: str) -> Chain:
        used = {
            end
            for part in parts
            if part.kind in ("evidence", "link")
            for e in part.edges
            for end in (e.subject, e.object)
        }
        answers = self._answer_nodes(key, used)
        steps = [self._step(part) for part in parts if part.kind not in ("findings", "conclusion", "check")]
        findings = self._findings([part for part in parts if part.kind == "findings"], used - set(answers))
        conclusion = self._conclusion([part for part in parts if part.kind == "conclusion"], answers, answer)
        checks = [self._check(part, answers) for part in parts if part.kind == "check"]
        self._structure(parts, findings)
        ordered = self.recipe.ordered(tuple(step for step in (findings, *steps, conclusion, *checks) if step))
        self.flaws += too_much_knowledge(ordered, self.recipe.most_knowledge)
        return Chain(steps=ordered, answer=answer, answer_key=key, answer_node_ids=answers, verbalizer=self.recipe.id)

    def _structure(self, parts: Sequence[Part], findings: Step | None) -> None:
        """Report what the checks would reject and a repair can mend."""
        bare = [str(part.number) for part in parts if part.kind in _CLAIMS and not part.rests]
        if bare:
            message = f"step {', '.join(bare)} cites no statement and has no other mark of what it rests on"
            self.flaws.append(Flaw("uncited_step", message, fatal=False))
        if not any(part.kind in ("evidence", "link") and (part.edges or part.knowledge) for part in parts):
            self.flaws.append(
                Flaw("incomplete_structure", "no step leads from the findings to the answer it gives", fatal=False)
            )
        if findings is None and not any(part.mentions or part.spans for part in parts):
            self.flaws.append(Flaw("incomplete_structure", "no step names the findings that matter", fatal=False))
        wanted = {kind for section in self.recipe.layout.sections if len(section.holds) == 1 for kind in section.holds}
        for kind in sorted(wanted & {"check", "differential"} - {part.kind for part in parts}):
            title = next(s.title for s in self.recipe.layout.sections if s.holds == (kind,))
            self.flaws.append(Flaw("incomplete_structure", f"the section {title!r} is missing"))
        if self.recipe.layout.least_candidates:
            differential = [part for part in parts if part.kind == "differential"]
            offered = self._conditions(self.material.edges.values())
            named = self._conditions(edge for part in differential for edge in part.edges)
            least = min(self.recipe.layout.least_candidates, len(offered))
            if len(named) < least and not any(part.knowledge for part in differential):
                message = f"the differential cites statements of {len(named)} conditions, at least {least} are wanted"
                self.flaws.append(Flaw("incomplete_structure", message))

    def _conditions(self, edges: Iterable[Edge]) -> set[str]:
        from kgpaths.vocabulary.node_types import node_types

        stated = {mention.node_id for mention in self.material.findings.values()}
        ends = {end for edge in edges for end in (edge.subject, edge.object)}
        return {node for node in ends - stated if node_types()[self.graph.type(node)].group == "condition"}

    def _step(self, part: Part) -> Step:
        text, spans = self._sentence(part)
        spans = _once([*spans, *part.spans])
        # What is denied names nothing else that is there, and a quotation beside the sentence is not said in it.
        quoted = [m for m in self.marks.present if part.kind != "absent" and _inside(m, part.spans)]
        if self.recipe.layout.supporting_evidence and spans and part.kind != "absent":
            words = dict.fromkeys(" ".join(span.text.split()) for span in spans)
            text = f"{text}\nSupporting evidence: {'; '.join(f'“{one}”' for one in words)}"
        ends = [end for edge in part.edges for end in (edge.subject, edge.object)]
        nodes = dict.fromkeys([*(m.node_id for m in part.mentions), *ends, *(m.node_id for m in quoted)])
        return Step(
            kind=part.kind,
            text=text,
            edge_ids=tuple(dict.fromkeys(edge.id for edge in part.edges)),
            node_ids=tuple(nodes),
            quotes=tuple(spans),
            knowledge=part.knowledge,
        )

    def _findings(self, parts: Sequence[Part], used: set[str]) -> Step | None:
        """Return the one step of findings: what the reply says, and the quotations its steps rest on beside that."""
        texts, quotes, nodes = [], [], []
        for part in parts:
            text, spans = self._sentence(part)
            texts.append(text)
            quotes += [*spans, *part.spans]
            nodes += [mention.node_id for mention in part.mentions]
        resting = sorted(
            (m for m in self.material.findings.values() if m.node_id in used and m.assertion in PRESENT),
            key=reading_order,
        )
        # What the step quotes as part of more words is said already.
        told = {mention.node_id for mention in resting if any(quote.holds(mention.span) for quote in quotes)}
        beside = [mention for mention in resting if mention.node_id not in {*nodes, *told}]
        if not texts and not (self.recipe.layout.collect_findings and resting):
            return None
        if not texts:
            texts = [self._collected(beside)]
        elif beside:
            texts.append(
                f"There {'is' if len(beside) == 1 else 'are'} also {listing([self.names.quoted(m) for m in beside])}."
            )
        quotes += [mention.span for mention in beside]
        followed = [node for node in (*nodes, *(m.node_id for m in beside)) if node in used]
        return Step(
            kind="findings",
            text=" ".join(texts),
            node_ids=tuple(dict.fromkeys(followed or nodes)),
            quotes=tuple(_once(quotes)),
        )

    def _collected(self, mentions: Sequence[Mention]) -> str:
        return Sentences.default().render(
            "findings_question",
            self.item.id,
            findings=[self.names.quoted(mention) for mention in mentions],
            many=len(mentions) > 1,
        )

    def _conclusion(self, parts: Sequence[Part], answers: Sequence[str], answer: str) -> Step:
        said = [self._sentence(part) for part in parts]
        text = " ".join(words for words, _ in said)
        quotes = [span for _, spans in said for span in spans] + [span for part in parts for span in part.spans]
        whole = " ".join(answer.split())
        if not text:
            label = "Final diagnosis" if "diagnosis" in self.material.inputs["asked"] else "Final answer"
            text = f"{label}: {whole}"
        elif f" {folded(whole)} " not in f" {folded(text)} " and self.material.inputs.get("repeat_answer"):
            text = f"{text} The answer is {whole.rstrip('.')}."
        edges = dict.fromkeys(edge.id for part in parts for edge in part.edges)
        return Step(
            kind="conclusion",
            text=text,
            edge_ids=tuple(edges),
            node_ids=tuple(answers),
            quotes=tuple(_once(quotes)),
            knowledge=any(part.knowledge for part in parts),
        )

    def _check(self, part: Part, answers: Sequence[str]) -> Step:
        step = self._step(part)
        return step.model_copy(update={"node_ids": tuple(dict.fromkeys((*step.node_ids, *answers)))})

    def _answer_nodes(self, key: Key, used: set[str]) -> tuple[str, ...]:
        section = f"option:{key}" if self.item.options else "answer"
        linked = dict.fromkeys(mention.node_id for mention in self.mentions if mention.section == section)
        ends = dict.fromkeys((*self.material.ends.get(key, ()), *linked))
        reached = tuple(node for node in ends if node in used)
        return reached or tuple(linked)


def _inside(mention: Mention, spans: Sequence[Span]) -> bool:
    return any(s.section == mention.section and s.start <= mention.start and mention.end <= s.end for s in spans)


def _once(spans: Sequence[Span]) -> list[Span]:
    return list(dict.fromkeys(spans))
