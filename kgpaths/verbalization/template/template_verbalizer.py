"""The template verbalizer puts an argument into sentences, each with the edges and words that it rests on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from kgpaths.language.english import is_plural, same_words
from kgpaths.language.spoken_names import LONGEST_ANSWER, Names
from kgpaths.records import Chain, Edge, Generation, Mention, PathSet, QAItem, Question, Step
from kgpaths.verbalization.argument import Argument, Point, plan
from kgpaths.verbalization.contrast import USUAL, Distractor, frequency
from kgpaths.verbalization.edge_clauses import Clause, clause_text, point_text
from kgpaths.verbalization.template.sentence_variants import PROMPT_ID, Sentences

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

MOST_ABSENT = 4
"""Pertinent negatives that a chain names at most, those that speak against an option first."""
MOST_AGAINST = 2
"""Statements of one kind that a chain makes at most against one option."""

BEST = "best answer"
_CAUSES = frozenset({"condition", "substance", "living_thing", "process", "gene_product", "circumstance"})
FITTING = (
    (r"diagnos[ie]s", frozenset({"condition"})),
    (r"(?:side|adverse).* (?:effect|reaction)|complication|finding", frozenset({"condition", "process"})),
    (r"deficiency", frozenset({"condition", "process", "substance", "gene_product"})),
    (r"caus\w+ (?:organism|agent|pathogen)|organism|pathogen|vector", frozenset({"living_thing"})),
    (r"\btest|investigation|study", frozenset({"test", "procedure"})),
    (r"step|management|intervention|approach", frozenset({"care", "substance"})),
    (r"prophylaxis", frozenset({"substance", "procedure", "device"})),
    (r"medication|drug|antibiotic|agent|antidote|pharmaco|vaccine", frozenset({"substance"})),
    (r"treatment|therap", frozenset({"substance", "procedure", "device"})),
    (r"choice", frozenset({"care", "substance"})),
    (r"enzyme", frozenset({"gene_product"})),
    (r"mechanism|pathogenesis|pathophysiology|pathomechanism", frozenset({"process"})),
    (r"cause|etiology|explanation|factor|source", _CAUSES),
    (r"location", frozenset({"structure"})),
)
"""Words of what is asked, and the types of concepts, or groups of types, that can be it; the first that fits counts."""


class TemplateVerbalizer:
    """Writes chains from the relation phrases of the graph; deterministic, offline, the same for the same input."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self._names = Names(graph)
        self._sentences = Sentences.default()

    def verbalize(
        self, item: QAItem, mentions: Sequence[Mention], path_set: PathSet
    ) -> tuple[Chain, tuple[Generation, ...]]:
        """Return the chain of one question and the record of how it came to be.

        Steps come in the order findings, evidence, absent, link, distractor, conclusion.

        Raises:
            ValueError: there is no selected path, or a path starts at a node that the question does not mention.
        """
        argument = plan(self._graph, item, mentions, path_set)
        answers = set(argument.answer_node_ids)
        steps = [self._findings(item, path_set.asks, argument)]
        steps += [self._point(item, point, "distractor") for point in argument.others]
        absent = self._absent(item, argument)
        for point in argument.points:
            link = point.ends[0] in answers
            if link:
                steps += absent
                absent = []
            steps.append(self._point(item, point, "link" if link else "evidence"))
        steps += self._distractors(item, argument)
        steps.append(self._conclusion(item, path_set.asks, argument))
        chain = Chain(
            steps=tuple(steps),
            answer=item.answer,
            answer_key=item.answer_key,
            answer_node_ids=argument.answer_node_ids,
        )
        record = Generation(model="template", prompt_id=PROMPT_ID, prompt_hash=self._sentences.hash)
        return chain, (record,)

    def _findings(self, item: QAItem, asked: Question, argument: Argument) -> Step:
        whom = asked.patient if asked.vignette else None
        now_before_then = sorted(argument.findings, key=lambda mention: mention.assertion == "historical")
        text = self._sentences.render(
            "findings_case" if asked.vignette else "findings_question",
            item.id,
            person=whom.text if whom else "",
            findings=[self._names.quoted(mention) for mention in now_before_then],
            many=len(argument.findings) > 1,
        )
        return Step(
            kind="findings",
            text=text,
            node_ids=tuple(mention.node_id for mention in argument.findings),
            quotes=(*((whom,) if whom else ()), *(mention.span for mention in argument.findings)),
        )

    def _point(self, item: QAItem, point: Point, kind: Literal["evidence", "link", "distractor"]) -> Step:
        slot = "link" if kind == "link" else "evidence"
        return Step(
            kind=kind,
            text=self._sentences.render(slot, item.id, clauses=point_text(self._names, point.clauses)),
            edge_ids=point.edge_ids,
            node_ids=point.node_ids,
        )

    def _absent(self, item: QAItem, argument: Argument) -> list[Step]:
        missed = {edge.object for entry in argument.distractors for edge in entry.missed}
        ranked = sorted(argument.absent, key=lambda mention: mention.node_id not in missed)[:MOST_ABSENT]
        if not ranked:
            return []
        text = self._sentences.render(
            "absent",
            item.id,
            names=[self._names.quoted(mention) for mention in ranked],
            many=len(ranked) > 1 or is_plural(ranked[0].text),
        )
        nodes, quotes = [mention.node_id for mention in ranked], [mention.span for mention in ranked]
        return [Step(kind="absent", text=text, node_ids=tuple(nodes), quotes=tuple(quotes))]

    def _distractors(self, item: QAItem, argument: Argument) -> list[Step]:
        steps = []
        for entry in argument.distractors:
            usual = [edge for edge in entry.missed if (frequency(edge) or 0.0) >= USUAL]
            usual = [edge for edge in usual if edge.subject == usual[0].subject][:MOST_AGAINST]
            if entry.against:
                edges = entry.against[:MOST_AGAINST]
                steps.append(self._distractor(item, entry, "against", edges, self._shows(edges)))
            if usual:
                steps.append(self._distractor(item, entry, "usual", usual, []))
            elif entry.missed:
                edges = entry.missed[:MOST_AGAINST]
                steps.append(self._distractor(item, entry, "missed", edges, self._shows(edges)))
            if entry.lacking:
                pairs = entry.lacking[:MOST_AGAINST]
                clauses = [f"{self._shows([shows])[0]}, whereas {self._shows([lacks])[0]}" for lacks, shows in pairs]
                steps.append(self._distractor(item, entry, "lacking", [one for pair in pairs for one in pair], clauses))
        return steps

    def _shows(self, edges: Sequence[Edge]) -> list[str]:
        """Return a clause for every subject and relation: "pneumonia can present with fever and cough"."""
        groups: dict[tuple[str, str], list[str]] = {}
        for edge in edges:
            groups.setdefault((edge.subject, edge.predicate), []).append(edge.object)
        return [
            clause_text(self._names, Clause((subject,), predicate, True, tuple(dict.fromkeys(objects))))
            for (subject, predicate), objects in groups.items()
        ]

    def _distractor(
        self, item: QAItem, entry: Distractor, slot: str, edges: Sequence[Edge], clauses: Sequence[str]
    ) -> Step:
        things = [self._names.node(node) for node in dict.fromkeys(edge.object for edge in edges)]
        text = self._sentences.render(
            slot,
            f"{item.id}/{entry.key}",
            called=self._called(item, entry),
            clauses=clauses,
            option=self._names.node(edges[0].subject),
            things=things,
            many=len(things) > 1 or is_plural(things[0]),
        )
        return Step(
            kind="distractor",
            text=text,
            edge_ids=tuple(dict.fromkeys(edge.id for edge in edges)),
            node_ids=tuple(dict.fromkeys(node for edge in edges for node in (edge.subject, edge.object))),
        )

    def _called(self, item: QAItem, distractor: Distractor) -> str:
        """Return what an option is called where that is other than the name of its concept."""
        name = self._names.option(item, distractor.key, distractor.node_ids)
        return "" if any(same_words(name, self._names.node(node)) for node in distractor.node_ids) else name

    def _conclusion(self, item: QAItem, asked: Question, argument: Argument) -> Step:
        nodes = [self._names.node(node) for node in argument.answer_node_ids]
        answer, whole = self._names.answer_text(item.answer, argument.answer_node_ids)
        slot = "conclusion" if item.options or len(answer) <= LONGEST_ANSWER else "conclusion_open"
        if whole and len(nodes) == 1:
            answer = answer if same_words(answer, nodes[0]) else f"{answer} ({nodes[0]})"
            nodes = []
        text = self._sentences.render(slot, item.id, nodes=nodes, asked=self._asked(asked, argument), answer=answer)
        return Step(kind="conclusion", text=text, node_ids=argument.answer_node_ids)

    def _asked(self, question: Question, argument: Argument) -> str:
        """Return what is asked, where the answer can be such a thing: no drug is a diagnosis, no rash a treatment."""
        from kgpaths.vocabulary.node_types import node_types

        asked = question.asks_for
        types = [self._graph.type(node) for node in argument.answer_node_ids]
        fitting = next((kinds for words, kinds in FITTING if re.search(words, asked)), None)
        fits = fitting is None or all(not fitting.isdisjoint((kind, node_types()[kind].group)) for kind in types)
        return BEST if is_plural(asked) or not fits else asked
