"""Chains without a language model: an argument put into sentences, every one with the edges and words it rests on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kgpaths.records import Chain, Edge, Generation, Hop, Mention, PathSet, QAItem, Question, Step
from kgpaths.verbalization.argument import Argument, Clause, Point, plan
from kgpaths.verbalization.contrast import Distractor
from kgpaths.verbalization.english import agree, agree_object, is_plural, listing, same_words, singular
from kgpaths.verbalization.names import LONGEST_ANSWER, Names
from kgpaths.verbalization.sentences import PROMPT_ID, Sentences

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

MOST_ABSENT = 4
"""Pertinent negatives that a chain names at most, those that speak against an option first."""
NO_PRONOUN = (
    " kind of",
    " kinds of",
    " part",
    "include",
    "includes",
    "one of the",
    "act as",
    "the gene",
    "effect",
    "effects",
)
"""Ends of phrases after which "it" does not read well."""
LONGEST_CHAIN = 2
"""Hops that a distractor's sentence spells out; of longer chains it names the middle nodes."""
MOST_MISSING = 3
"""Findings that a distractor's sentence names at most as not tied to it."""


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
        absent = self._absent(item, argument)
        for point in argument.points:
            link = point.ends[0] in answers
            if link:
                steps += absent
                absent = []
            steps.append(self._point(item, point, link))
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

    def _point(self, item: QAItem, point: Point, link: bool) -> Step:
        clauses = [self._clause(clause, "" if number == 0 else "it") for number, clause in enumerate(point.clauses)]
        kind = "link" if link else "evidence"
        return Step(
            kind=kind,
            text=self._sentences.render(kind, item.id, clauses=clauses),
            edge_ids=point.edge_ids,
            node_ids=point.node_ids,
        )

    def _clause(self, clause: Clause, end: str = "") -> str:
        starts = [self._names.node(node) for node in clause.starts]
        phrase = self._phrase(clause.predicate, clause.forward, len(starts) > 1 or is_plural(starts[0]))
        ends = [self._names.node(node) for node in clause.ends]
        phrase = agree_object(phrase, len(ends) > 1)
        if phrase.endswith((" kind of", " kinds of")):
            ends = [singular(re.sub("^an? ", "", name)) for name in ends]
        if end and len(ends) == 1 and not phrase.endswith(NO_PRONOUN):
            ends = [end]
        return f"{listing(starts)} {phrase} {listing(ends)}"

    def _phrase(self, predicate: str, forward: bool, plural: bool) -> str:
        from kgpaths.graph.vocabulary import relations

        relation = relations()[predicate]
        return agree(relation.phrase if forward else relation.inverse_phrase, plural)

    def _chains(self, chains: Sequence[tuple[Hop, ...]]) -> list[str]:
        """Return chains as clauses, those that differ in the start alone as one.

        "Fever and chills can be symptoms of influenza, which is treated with oseltamivir".
        """
        groups: dict[tuple[object, ...], list[tuple[Hop, ...]]] = {}
        for hops in chains:
            head = hops[0]
            groups.setdefault((head.predicate, head.forward, head.end, hops[1:]), []).append(hops)
        texts = []
        for group in groups.values():
            head, *tail = group[0]
            text = self._clause(
                Clause(
                    tuple(dict.fromkeys(hops[0].start for hops in group)), head.predicate, head.forward, (head.end,), ()
                )
            )
            for hop in tail:
                step = self._clause(Clause((hop.start,), hop.predicate, hop.forward, (hop.end,), ()))
                text += f", which{step.removeprefix(self._names.node(hop.start))}"
            texts.append(text)
        return texts

    def _edge(self, edge: Edge) -> str:
        name = self._names.node(edge.subject)
        return f"{name} {self._phrase(edge.predicate, True, is_plural(name))} {self._names.node(edge.object)}"

    def _absent(self, item: QAItem, argument: Argument) -> list[Step]:
        missed = [edge for distractor in argument.distractors for edge in distractor.missed]
        speaking = {edge.object for edge in missed}
        ranked = sorted(argument.absent, key=lambda mention: mention.node_id not in speaking)[:MOST_ABSENT]
        if not ranked:
            return []
        named = [mention.node_id for mention in ranked]
        expected = [edge for edge in missed if edge.object in named]
        groups: dict[tuple[str, str], list[str]] = {}
        for edge in expected:
            groups.setdefault((edge.subject, edge.predicate), []).append(edge.object)
        against = []
        for (subject, predicate), objects in groups.items():
            name = self._names.node(subject)
            things = listing([self._names.node(node) for node in dict.fromkeys(objects)])
            against.append(f"{name} {self._phrase(predicate, True, is_plural(name))} {things}")
        options = tuple(dict.fromkeys(subject for subject, _ in groups))
        text = self._sentences.render(
            "absent",
            item.id,
            names=[self._names.quoted(mention) for mention in ranked],
            many=len(ranked) > 1 or is_plural(ranked[0].text),
            against=against,
            they=len(options) + sum(is_plural(self._names.node(node)) for node in options),
        )
        return [
            Step(
                kind="absent",
                text=text,
                edge_ids=tuple(dict.fromkeys(edge.id for edge in expected)),
                node_ids=(*named, *options),
                quotes=tuple(mention.span for mention in ranked),
            )
        ]

    def _distractors(self, item: QAItem, argument: Argument) -> list[Step]:
        steps = []
        unrelated = []
        for distractor in argument.distractors:
            if distractor.against:
                steps.append(self._against(item, distractor))
            elif distractor.chains:
                steps.append(self._weaker(item, argument, distractor))
            else:
                unrelated.append(distractor)
        if unrelated:
            steps.append(self._unrelated(item, argument, unrelated))
        return steps

    def _against(self, item: QAItem, distractor: Distractor) -> Step:
        edges = distractor.against[:2]
        text = self._sentences.render(
            "against",
            f"{item.id}/{distractor.key}",
            called=self._called(item, distractor),
            clauses=list(dict.fromkeys(self._edge(edge) for edge in edges)),
        )
        nodes = dict.fromkeys(node for edge in edges for node in (edge.subject, edge.object))
        return Step(kind="distractor", text=text, edge_ids=tuple(edge.id for edge in edges), node_ids=tuple(nodes))

    def _weaker(self, item: QAItem, argument: Argument, distractor: Distractor) -> Step:
        missing = distractor.untied[:MOST_MISSING]
        hops = [hop for chain in distractor.chains for hop in chain]
        first = distractor.chains[0]
        text = self._sentences.render(
            "weaker" if len(first) <= LONGEST_CHAIN else "roundabout",
            f"{item.id}/{distractor.key}",
            chains=self._chains(distractor.chains),
            start=listing([self._names.node(chain[0].start) for chain in distractor.chains]),
            via=[self._names.node(hop.end) for hop in first[:-1]],
            end=self._names.node(first[-1].end),
            called=self._called(item, distractor),
            answer=self._names.option(item, item.answer_key, argument.answer_node_ids),
            missing=[self._names.node(node) for node in missing],
            weaker=distractor.weaker,
        )
        return Step(
            kind="distractor",
            text=text,
            edge_ids=tuple(dict.fromkeys(hop.edge_id for hop in hops)),
            node_ids=tuple(dict.fromkeys((*(node for hop in hops for node in (hop.start, hop.end)), *missing))),
        )

    def _called(self, item: QAItem, distractor: Distractor) -> str:
        """Return what an option is called where that is more than, or other than, the name of its concept."""
        name = self._names.option(item, distractor.key, distractor.node_ids)
        plain = len(distractor.node_ids) == 1 and same_words(name, self._names.node(distractor.node_ids[0]))
        return "" if plain else name

    def _unrelated(self, item: QAItem, argument: Argument, distractors: Sequence[Distractor]) -> Step:
        links = [point for point in argument.points if point.ends[0] in argument.answer_node_ids]
        text = self._sentences.render(
            "unrelated",
            item.id,
            options=[self._names.option(item, entry.key, entry.node_ids) for entry in distractors],
            answer=self._names.option(item, item.answer_key, argument.answer_node_ids),
            many=len(argument.findings) > 1,
        )
        nodes = dict.fromkeys(node for entry in distractors for node in entry.node_ids)
        return Step(
            kind="distractor",
            text=text,
            edge_ids=tuple(dict.fromkeys(edge for point in links for edge in point.edge_ids)),
            node_ids=(*nodes, *argument.answer_node_ids),
        )

    def _conclusion(self, item: QAItem, asked: Question, argument: Argument) -> Step:
        nodes = [self._names.node(node) for node in argument.answer_node_ids]
        answer, whole = self._names.answer_text(item.answer, argument.answer_node_ids)
        slot = "conclusion" if item.options or len(answer) <= LONGEST_ANSWER else "conclusion_open"
        if whole and len(nodes) == 1:
            answer = answer if same_words(answer, nodes[0]) else f"{answer} ({nodes[0]})"
            nodes = []
        text = self._sentences.render(slot, item.id, nodes=nodes, asked=asked.asks_for, answer=answer)
        return Step(kind="conclusion", text=text, node_ids=argument.answer_node_ids)
