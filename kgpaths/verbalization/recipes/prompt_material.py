"""This module gathers what a prompt shows of an item, and remembers what each label stands for.

Statements of the graph are labelled E1, E2 …, findings of the question Q1, Q2 …; a reply cites labels, so that it can
cite nothing that it was not given. K marks what the model knows itself. Where the question holds something like a
label ("prostaglandin E1", or a planted "[E1]"), the letters are doubled until it does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from kgpaths.language.english import in_sentence
from kgpaths.language.spoken_names import LONGEST_ANSWER, Names
from kgpaths.linking.assertion.stated import reading_order, stated
from kgpaths.records import Edge, Hop, Mention, PathSet, QAItem, ReasoningPath
from kgpaths.verbalization.argument import Argument, pertinent_negatives, plan, usable_paths
from kgpaths.verbalization.contrast import Distractor, frequency
from kgpaths.verbalization.edge_clauses import Clause, clause_text
from kgpaths.verbalization.recipes.citations import free_letter
from kgpaths.verbalization.recipes.prompt_files import one_line
from kgpaths.verbalization.recipes.recipe import Shown
from kgpaths.vocabulary.relations import relations, relations_of

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

CATALOGUES = ("OMIM:", "ORPHA:")
"""Prefixes of diseases that only catalogues of rare diseases have."""
Key = str | None
"""Key of an option; None for the answer of an open question."""


class HiddenAnswer(ValueError):
    """An item that cannot be asked about without telling its answer."""


@dataclass
class Material:
    """The labelled evidence of one item; filled by `gather`, then only read."""

    edge_label: str = "E"
    quote_label: str = "Q"
    knowledge_label: str = "K"
    edges: dict[str, Edge] = field(default_factory=dict)
    """Statements by label, in the order in which they are shown."""
    findings: dict[str, Mention] = field(default_factory=dict)
    """Findings by label, present ones first."""
    leads: dict[str, set[Key]] = field(default_factory=dict)
    """For each edge id the options that it speaks for."""
    ends: dict[Key, list[str]] = field(default_factory=dict)
    """For each option the nodes at which its paths end."""
    candidates: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Further conditions of the graph: node id to the ids of the edges that tie it to the findings."""
    inputs: dict[str, Any] = field(default_factory=dict)
    """Values of the prompt's inputs."""

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels that may be cited."""
        return (*self.edges, *self.findings)


def gather(
    graph: KnowledgeGraph,
    item: QAItem,
    mentions: Sequence[Mention],
    path_set: PathSet,
    shown: Shown,
    *,
    show_answer: bool,
) -> Material:
    """Label what an item's paths and mentions say, in an order that depends on nothing else.

    With `show_answer=False` all options are shown alike: in the order of the question, each with at most as many paths
    as the option with the second most has, and with the findings of all of them, so that nothing tells the right one.

    Raises:
        HiddenAnswer: the answer is to be hidden, but fewer than two options have paths: where they lead would tell it.
        ValueError: the path set has no selected path.
    """
    return _Gathering(graph, item, mentions, path_set, shown).material(show_answer)


class _Gathering:
    def __init__(
        self,
        graph: KnowledgeGraph,
        item: QAItem,
        mentions: Sequence[Mention],
        path_set: PathSet,
        shown: Shown,
    ) -> None:
        self.graph, self.item, self.path_set, self.shown = graph, item, path_set, shown
        self.mentions = tuple(mentions)
        self.said = stated(mentions)
        self.names = Names(graph)
        texts = [item.context, item.answer, *(text for _, text in item.sections())]
        texts += [graph.name(node) for path in path_set.paths for node in path.node_ids]
        edge, quote, knowledge = (free_letter(letter, texts) for letter in "EQK")
        self.into = Material(edge, quote, knowledge)
        self._by_edge: dict[str, str] = {}
        self._typed: set[str] = set()

    def material(self, show_answer: bool) -> Material:
        right = self.item.answer_key
        support: list[str] = []
        rivals: list[dict[str, Any]] = []
        texts = {option.key: one_line(option.text) for option in self.item.options}
        answers: tuple[str, ...] = ()
        if show_answer:
            argument = plan(self.graph, self.item, self.mentions, self.path_set)
            answers = argument.answer_node_ids
            support = self._paths(usable_paths(self.path_set, self.mentions)[: self.shown.paths], right)
            rivals = list(islice(self._rivals(argument, texts), self.shown.rivals))
        else:
            by_option = self._by_option()
            if len(by_option) < 2:
                # Rows without a path to the right option never come here, so a single one would be the right one.
                raise HiddenAnswer("fewer than two options have paths; a prompt that shows one would tell the answer")
            # More paths are searched for the right option. The second-highest count is the same whichever it is.
            most = min(self.shown.paths, sorted(map(len, by_option.values()))[-2:][0])
            for key, paths in by_option.items():
                lines = self._paths(paths[:most], key)
                rivals.append(self._rival(key, texts, lines))
        candidates = self._candidates()
        self._findings()
        self.into.inputs = {
            **self._question(),
            "findings": [self._finding(label, m) for label, m in self.into.findings.items() if self._there(m)],
            "absent": [self._finding(label, m) for label, m in self.into.findings.items() if not self._there(m)],
            "stated": self._stated(),
            "rivals": rivals,
            "candidates": candidates,
            "ratios": self._ratios(answers),
            "edge_label": self.into.edge_label,
            "quote_label": self.into.quote_label,
            "knowledge_label": self.into.knowledge_label,
        }
        if show_answer:
            self.into.inputs |= {"support": support, "answer": {"key": right, "text": one_line(self.item.answer)}}
        return self.into

    def _question(self) -> dict[str, Any]:
        context = self.item.context
        if len(context) > self.shown.context:
            context = context[: self.shown.context].rsplit(" ", 1)[0] + " …"
        return {
            "question": self.item.question,
            "context": context,
            "options": [{"key": option.key, "text": one_line(option.text)} for option in self.item.options],
            "asked": self.path_set.asks.asks_for,
            "repeat_answer": bool(self.item.options) or len(self.item.answer) <= LONGEST_ANSWER,
        }

    def _by_option(self) -> dict[Key, list[ReasoningPath]]:
        """Return the paths to every option that has any, options in the order of the question, all chosen alike."""
        absent = self.said.absent.keys()
        found: dict[Key, list[ReasoningPath]] = {}
        for key in (option.key for option in self.item.options):
            paths = [p for p in self.path_set.paths if p.option_key == key and not absent & set(p.node_ids)]
            if paths:
                found[key] = paths
        return found

    def _rivals(self, argument: Argument, texts: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """Yield the other options with what ties them to the findings by one edge, and what speaks against them."""
        opposed = {entry.key: entry for entry in argument.distractors}
        for option in self.path_set.option_evidence:
            nodes = tuple(node for node in option.node_ids if node not in argument.answer_node_ids)
            entry = opposed.get(option.key, Distractor(option.key, nodes))
            ties = [tie for mention in argument.findings if (tie := self._tie(nodes, mention.node_id))]
            against = (*entry.against, *(lacks for lacks, _ in entry.lacking))
            if option.key == self.item.answer_key or not (ties or against or entry.missed):
                continue
            self.into.ends.setdefault(option.key, list(nodes))
            lines = [self._edge(edge, forward, option.key) for edge, forward in ties[: self.shown.rival_paths]]
            yield self._rival(
                option.key,
                texts,
                lines,
                [self._edge(edge, None, speaks=False) for edge in against[:2]],
                [self._edge(edge, None, speaks=False) for edge in entry.missed[:2]],
            )

    def _tie(self, nodes: Sequence[str], finding: str) -> tuple[Edge, bool] | None:
        """Return the edge between an option and a finding that a clinician reasons with first, and its direction."""
        edges = [
            (relation.cost_millinats, edge.id, edge)
            for node in nodes
            for edge in self.graph.edges_between(node, finding)
            if (relation := relations().get(edge.predicate)) is not None
            and relation.in_paths
            and (relation.polarity == "supports" or relation.role in ("class", "whole"))
            and edge.tier != "associated_in_text"
            and edge.subject != edge.object
        ]
        return (edge := min(edges)[2], edge.subject == finding) if edges else None

    def _rival(
        self,
        key: Key,
        texts: Mapping[str, str],
        lines: Sequence[str],
        against: Sequence[str] = (),
        missed: Sequence[str] = (),
    ) -> dict[str, Any]:
        unique = list(dict.fromkeys(lines))
        return {"key": key, "text": texts.get(key or "", ""), "lines": unique, "against": against, "missed": missed}

    def _paths(self, paths: Sequence[ReasoningPath], key: Key) -> list[str]:
        ends = self.into.ends.setdefault(key, [])
        ends += [end for end in dict.fromkeys(path.node_ids[-1] for path in paths) if end not in ends]
        return list(dict.fromkeys(self._walk(path.hops, key) for path in paths))

    def _walk(self, hops: Sequence[Hop], key: Key) -> str:
        return "; ".join(self._edge(self.graph.edge(hop.edge_id), hop.forward, key) for hop in hops)

    def _edge(self, edge: Edge, forward: bool | None, key: Key = None, *, speaks: bool = True) -> str:
        """Return a statement with its label, or the label alone where the statement was made before."""
        leads = self.into.leads.setdefault(edge.id, set())
        if speaks:
            leads.add(key)
        if edge.id in self._by_edge:
            return f"[{self._by_edge[edge.id]}]"
        label = f"{self.into.edge_label}{len(self.into.edges) + 1}"
        self.into.edges[label] = edge
        self._by_edge[edge.id] = label
        return f"[{label}] {self._statement(edge, forward is not False)}"

    def _statement(self, edge: Edge, forward: bool) -> str:
        start, end = (edge.subject, edge.object) if forward else (edge.object, edge.subject)
        text = clause_text(self.names, Clause((start,), edge.predicate, forward, (end,)), note=self._type_once)
        return f"{text}, in {_percent(edge.strength)}" if _tells_how_often(edge) else text

    def _type_once(self, node: str) -> str:
        """Return a node's type in parentheses the first time it is named."""
        from kgpaths.vocabulary.node_types import node_types

        if node in self._typed:
            return ""
        self._typed.add(node)
        kind = self.graph.type(node)
        known = node_types().get(kind)
        return f" ({known.label if known else kind})"

    def _candidates(self) -> list[dict[str, Any]]:
        """Return conditions that share most findings with the case.

        Of equals those first that not only catalogues of rare diseases list, then those with fewer neighbours.
        """
        if not self.shown.candidates:
            return []
        taken = {node for ends in self.into.ends.values() for node in ends}
        taken |= {mention.node_id for mention in self.mentions}
        ties: dict[int, dict[str, int]] = {}
        for finding in self.said.present:
            for number in self._manifested(finding):
                ties.setdefault(int(self.graph.subject[number]), {}).setdefault(finding, int(number))
        # Names and degrees are looked up for those alone that share enough to come into question.
        shared = sorted((len(edges) for edges in ties.values()), reverse=True)
        enough = shared[: self.shown.candidates + len(taken)][-1] if shared else 0
        near = {self.graph.id(node): ties[node] for node in ties if len(ties[node]) >= enough}
        ranked = sorted(
            near.keys() - taken,
            key=lambda node: (-len(near[node]), node.startswith(CATALOGUES), self.graph.degree(node), node),
        )
        shown = []
        for node in ranked[: self.shown.candidates]:
            edges = [self.graph.edge_at(number) for number in list(near[node].values())[: self.shown.rival_paths]]
            self.into.candidates[node] = tuple(edge.id for edge in edges)
            lines = [self._edge(edge, False, speaks=False) for edge in edges]
            shown.append({"name": self.names.node(node), "lines": lines})
        return shown

    def _manifested(self, finding: str) -> Sequence[int]:
        """Return the numbers of the edges by which something shows a finding."""
        import numpy as np

        graph = self.graph
        node = graph.index(finding)
        edges = graph.arcs[graph.indptr[node] : graph.indptr[node + 1]]
        signs = relations_of(role="sign")
        codes = [code for code, name in enumerate(graph.predicates) if name in signs]
        numbers: list[int] = edges[(graph.object[edges] == node) & np.isin(graph.predicate[edges], codes)].tolist()
        return numbers

    def _ratios(self, answers: Sequence[str]) -> list[str]:
        """Compare how often the answer and another condition show a finding, where the graph has both numbers."""
        edges = [edge for edge in self.into.edges.values() if _tells_how_often(edge)]
        labels = {edge.id: label for label, edge in self.into.edges.items()}
        lines = []
        for ours in (edge for edge in edges if edge.subject in answers):
            for other in (edge for edge in edges if edge.object == ours.object and edge.subject not in answers):
                lines.append(
                    f"{self.names.node(ours.object)}: {_percent(ours.strength)} in {self.names.node(ours.subject)} "
                    f"[{labels[ours.id]}], {_percent(other.strength)} in {self.names.node(other.subject)} "
                    f"[{labels[other.id]}]: likelihood ratio {ours.strength / other.strength:.2g}"
                )
        return lines

    def _findings(self) -> None:
        """Label the findings from which a shown statement starts, then the others, then those that are not there."""
        touched = {end for edge in self.into.edges.values() for end in (edge.subject, edge.object)}
        known = touched | {one.node_id for one in self.path_set.findings}
        present = [mention for node, mention in self.said.present.items() if node in known]
        present.sort(key=lambda mention: (mention.node_id not in touched, reading_order(mention)))
        absent = pertinent_negatives(self.graph, self.said, self.path_set.findings)
        speaking = sorted(absent, key=lambda mention: (mention.node_id not in touched, reading_order(mention)))
        for mention in (*present[: self.shown.findings], *speaking[: self.shown.absent]):
            self.into.findings[f"{self.into.quote_label}{len(self.into.findings) + 1}"] = mention

    def _stated(self) -> list[dict[str, Any]]:
        """Return all that the question says of the patient or asks about; with a label what may be cited."""
        labels = {mention.node_id: label for label, mention in self.into.findings.items()}
        return [
            {
                "label": labels.get(one.node_id, ""),
                "quote": " ".join(one.text.split()),
                "concept": self._concept(one.node_id) if one.node_id else "",
                "kind": one.kind,
                "said": one.status,
                "direction": one.direction,
            }
            for one in self.path_set.findings
        ]

    def _concept(self, node: str) -> str:
        return in_sentence(self.graph.name(node), self.graph.type(node))

    def _there(self, mention: Mention) -> bool:
        return mention.node_id in self.said.present

    def _finding(self, label: str, mention: Mention) -> dict[str, Any]:
        node = mention.node_id
        return {
            "label": label,
            "quote": " ".join(mention.text.split()),
            "concept": self._concept(node),
            "type": self.graph.type(node),
            "said": "present" if mention.assertion == "present" else mention.assertion,
        }


def _tells_how_often(edge: Edge) -> bool:
    return (frequency(edge) or 1.0) < 1.0


def _percent(share: float) -> str:
    return f"{100 * share:.3g}%"
