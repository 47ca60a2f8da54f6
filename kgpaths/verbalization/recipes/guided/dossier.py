"""What a leading model is shown of an item, and under which labels: findings, paths, statements, sentences.

Labels are given once and mean the same in every prompt of the item: Q1 … for what the case says, P1 … for paths, E1 …
for statements of the graph, S1 … for sentences of texts, K for the model's own knowledge. Where the case holds
something like a label (heart sound S1, vitamin K1), the letter is doubled until it does not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kgpaths.language.english import in_sentence
from kgpaths.language.spoken_names import LONGEST_ANSWER, Names
from kgpaths.records import CitedSentence, Edge, Finding, Grounded, Mention, PathSet, QAItem, ReasoningPath
from kgpaths.verbalization.argument import usable_paths
from kgpaths.verbalization.edge_clauses import Clause, clause_text
from kgpaths.verbalization.recipes.citations import free_letter
from kgpaths.verbalization.recipes.guided.proposal import Proposal
from kgpaths.verbalization.recipes.prompt_files import one_line
from kgpaths.verbalization.recipes.recipe import Guide, Shown

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

_QUOTED = 220
"""Characters of a sentence beside its statement; what stands by itself is shown whole."""
_STATUS = {"historical": "in the past", "family": "of a relative", "hypothetical": "only considered"}


@dataclass
class Dossier:
    """What is labelled of one item; statements and sentences are added when they are found."""

    graph: KnowledgeGraph
    item: QAItem
    edge_label: str
    quote_label: str
    sentence_label: str
    path_label: str
    knowledge_label: str
    findings: dict[str, Finding] = field(default_factory=dict)
    paths: dict[str, ReasoningPath] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)
    sentences: dict[str, CitedSentence] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    """Values of the prompts' inputs that do not depend on a reply."""

    @property
    def edge_ids(self) -> dict[str, str]:
        """Edge ids by label."""
        return {label: edge.id for label, edge in self.edges.items()}

    def edge(self, edge: Edge) -> str:
        """Return the label of a statement, a new one where it has none."""
        known = next((label for label, other in self.edges.items() if other.id == edge.id), None)
        label = known or f"{self.edge_label}{len(self.edges) + 1}"
        self.edges[label] = edge
        return label

    def sentence(self, sentence: CitedSentence) -> str:
        """Return the label of a sentence, a new one where it has none."""
        known = next((label for label, other in self.sentences.items() if other.id == sentence.id), None)
        label = known or f"{self.sentence_label}{len(self.sentences) + 1}"
        self.sentences[label] = sentence
        return label

    def statement(self, label: str, *, forward: bool = True) -> str:
        """Return a statement in English; one that was read in a text is followed by its sentence."""
        edge = self.edges[label]
        start, end = (edge.subject, edge.object) if forward else (edge.object, edge.subject)
        text = clause_text(Names(self.graph), Clause((start,), edge.predicate, forward, (end,)))
        said = edge.surest
        if edge.tier == "curated" or said is None:
            return text
        quotation = said.quotation
        cut = quotation if len(quotation) <= _QUOTED else quotation[:_QUOTED].rsplit(" ", 1)[0] + " …"
        return f"{text} (a text says: “{cut}”)"


def open_dossier(
    graph: KnowledgeGraph, item: QAItem, mentions: Sequence[Mention], path_set: PathSet, guide: Guide, shown: Shown
) -> Dossier:
    """Label what is known of an item before a model is asked, in an order that depends on nothing else."""
    texts = [item.context, item.answer, *(text for _, text in item.sections())]
    texts += [graph.name(node) for path in path_set.paths for node in path.node_ids]
    edge, quote, sentence, path, knowledge = (free_letter(letter, texts) for letter in "EQSPK")
    dossier = Dossier(graph, item, edge, quote, sentence, path, knowledge)
    for finding in _once(path_set.findings):
        dossier.findings[f"{dossier.quote_label}{len(dossier.findings) + 1}"] = finding
    told: set[str] = set()
    support = [_path(dossier, path, told) for path in usable_paths(path_set, mentions)[: guide.paths]]
    rivals = []
    for option in item.options:
        there = [path for path in path_set.paths if path.kind == "contrast" and path.option_key == option.key]
        lines = [_path(dossier, path, told) for path in there[: guide.rival_paths]]
        rivals += [{"key": option.key, "text": one_line(option.text), "lines": lines}] if lines else []
    context = item.context
    if len(context) > shown.context:
        context = context[: shown.context].rsplit(" ", 1)[0] + " …"
    dossier.inputs = {
        "question": item.question,
        "context": context,
        "options": [{"key": option.key, "text": one_line(option.text)} for option in item.options],
        "asked": path_set.asks.asks_for,
        "polarity": path_set.asks.polarity,
        "answer": {"key": item.answer_key, "text": one_line(item.answer)},
        "repeat_answer": bool(item.options) or len(item.answer) <= LONGEST_ANSWER,
        "recognised": [_said(graph, label, finding) for label, finding in dossier.findings.items()],
        "support": support,
        "rivals": rivals,
        "edge_label": dossier.edge_label,
        "quote_label": dossier.quote_label,
        "sentence_label": dossier.sentence_label,
        "path_label": dossier.path_label,
        "knowledge_label": dossier.knowledge_label,
    }
    return dossier


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings without those that say the same of the same concept again, or that a measurement holds."""
    found: dict[tuple[str, str, str], Finding] = {}
    listed = list(findings)
    measured = [(one.section, one.start, one.end) for one in listed if one.value]
    for one in listed:
        if not one.value and any(one.section == at and a <= one.start and one.end <= b for at, a, b in measured):
            continue
        found.setdefault((one.node_id or one.text, one.status, one.direction), one)
    return list(found.values())


def _path(dossier: Dossier, path: ReasoningPath, told: set[str]) -> str:
    """Return a path with its label, statement by statement; a statement that was made before by its label alone."""
    label = f"{dossier.path_label}{len(dossier.paths) + 1}"
    dossier.paths[label] = path
    parts = []
    for hop in path.hops:
        edge = dossier.edge(dossier.graph.edge(hop.edge_id))
        parts.append(f"[{edge}]" if edge in told else f"[{edge}] {dossier.statement(edge, forward=hop.forward)}")
        told.add(edge)
    return f"{label}: {'; '.join(parts)}"


def _said(graph: KnowledgeGraph, label: str, finding: Finding) -> str:
    """Return a finding on one line: label, words, concept, and what is said of it."""
    words = " ".join(finding.text.split())
    concept = in_sentence(graph.name(finding.node_id), graph.type(finding.node_id)) if finding.node_id else ""
    status = "not there" if finding.status == "absent" else _STATUS.get(finding.status, "")
    kind = {"context": "context", "subject": "what is asked about"}.get(finding.kind, "")
    notes = "; ".join(note for note in (concept if concept != words else "", status, finding.direction, kind) if note)
    return f'[{label}] "{words}"' + (f" = {notes}" if notes else "")


def writing_inputs(dossier: Dossier, proposal: Proposal, grounded: Grounded) -> dict[str, Any]:
    """Label what was found, and return the values of the second prompt's inputs.

    Shown are the statements of the paths that the model argues with and those that were found for its claims, without
    any that it called wrong.
    """
    wrong = {dossier.edges[label].id for label in proposal.faulty if label in dossier.edges}
    lines: dict[str, str] = {}

    def told(edges: Iterable[tuple[Edge, bool]]) -> list[str]:
        labels = []
        for edge, forward in edges:
            if edge.id not in wrong:
                label = dossier.edge(edge)
                said = dossier.statement(label, forward=forward)
                # Several sources state the same: the first of them is shown.
                label = next((one for one, line in lines.items() if line == f"[{one}] {said}"), label)
                lines.setdefault(label, f"[{label}] {said}")
                labels.append(label)
        return labels

    used = [dossier.paths[label] for label in dossier.paths if label in proposal.used]
    for path in (*used, *grounded.paths):
        told((dossier.graph.edge(hop.edge_id), hop.forward) for hop in path.hops)
    said, against, denied = [], [], []
    for claim in grounded.claims:
        labels = told((edge, True) for edge in claim.edges)
        labels += [dossier.sentence(sentence) for sentence in claim.sentences]
        said.append({"text": str(claim.claim), "labels": list(dict.fromkeys(labels))})
        against += [edge for edge in claim.against if edge.id not in wrong]
        denied += [dossier.sentence(sentence) for sentence in claim.sentences_against]
    for sentence in grounded.sentences:
        dossier.sentence(sentence)
    behind = iter(said[len(proposal.claims) :])
    speaking = []
    for edge in dict.fromkeys(dossier.edge(one) for one in against):
        if edge not in lines:
            speaking.append(f"[{edge}] {dossier.statement(edge)}")
    speaking += [f"[{label}] {quotation(dossier.sentences[label])}" for label in dict.fromkeys(denied)]
    return {
        "notes": proposal.model_dump(include={"key_findings", "condition", "missing"}),
        "argument": said[: len(proposal.claims)],
        "set_aside": [
            {"option": one.option, "because": one.because, "claim": next(behind) if one.claim else None}
            for one in proposal.against
        ],
        "statements": list(lines.values()),
        "contradicting": speaking,
        "sentences": [f"[{label}] {quotation(one)}" for label, one in dossier.sentences.items() if label not in denied],
    }


def quotation(sentence: CitedSentence) -> str:
    """Return a sentence as a prompt shows it: with what its text is about, where it does not say that itself.

    >>> found = CitedSentence(id="1", text="They are itchy.", source="local", licence="CC0-1.0", topic="Hives")
    >>> quotation(found)
    'on Hives: “They are itchy.”'
    """
    said = f"“{' '.join(sentence.text.split())}”"
    topic = " ".join(sentence.topic.split())
    return said if not topic or topic.casefold() in said.casefold() else f"on {topic}: {said}"


def citable(dossier: Dossier, inputs: dict[str, Any]) -> Collection[str]:
    """Return the labels that the second prompt shows."""
    shown = [line.partition("]")[0].strip("[") for line in (*inputs["statements"], *inputs["contradicting"])]
    return (*shown, *dossier.sentences, *dossier.findings, f"{dossier.knowledge_label}1")
