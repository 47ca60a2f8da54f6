"""The clinic of `tests/data/clinic.yaml`: a graph, and cases with mentions and brute-force paths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise, product
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
import pytest
import yaml

from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeName, NodeRecord
from kgpaths.language import read_question
from kgpaths.records import Finding, Hop, Mention, Option, OptionEvidence, PathSet, QAItem, ReasoningPath
from kgpaths.vocabulary.relations import relations

CLINIC = yaml.safe_load((Path(__file__).parents[1] / "data/clinic.yaml").read_text("utf-8"))
MARK = re.compile(r"\[\[([^|\]]+)\|([^|\]]+)(?:\|(\w+))?\]\]")


class Case(NamedTuple):
    """What a verbalizer is given."""

    item: QAItem
    mentions: tuple[Mention, ...]
    path_set: PathSet


def unmarked(text: str, section: str, role: str) -> tuple[str, list[Mention]]:
    plain, mentions, last = "", [], 0
    for match in MARK.finditer(text):
        words, node, assertion = match.groups()
        plain += text[last : match.start()]
        mentions.append(
            Mention(
                section=section,
                start=len(plain),
                end=len(plain) + len(words),
                text=words,
                node_id=node,
                score=1.0,
                tier="exact",
                assertion=assertion or "present",
                role=role,
            )
        )
        plain += words
        last = match.end()
    return plain + text[last:], mentions


def paths_between(graph: KnowledgeGraph, start: str, end: str, kind: str, key: str | None) -> Iterator[ReasoningPath]:
    """Every simple path of at most three hops over edges that do not contradict."""
    simple = nx.Graph(
        (edge.subject, edge.object) for edge in graph.edges() if relations()[edge.predicate].polarity != "contradicts"
    )
    if start not in simple or end not in simple or start == end:
        return
    for nodes in nx.all_simple_paths(simple, start, end, cutoff=3):
        hops, cost = [], 0
        for left, right in pairwise(nodes):
            edge = next(
                e for e in graph.edges_between(left, right) if relations()[e.predicate].polarity != "contradicts"
            )
            cost += 1000 + relations()[edge.predicate].cost_millinats
            hops.append(
                Hop(
                    edge_id=edge.id,
                    subject=edge.subject,
                    predicate=edge.predicate,
                    object=edge.object,
                    forward=edge.subject == left,
                    source=edge.source,
                    licence=edge.licence,
                )
            )
        yield ReasoningPath(hops=tuple(hops), cost_millinats=cost, kind=kind, option_key=key)


def make_case(graph: KnowledgeGraph, entry: dict[str, Any]) -> Case:
    question, mentions = unmarked(entry["question"], "question", "question")
    options = []
    for key, marked in entry.get("options", {}).items():
        text, found = unmarked(marked, f"option:{key}", "answer" if key == entry["answer"] else "option")
        options.append(Option(key=key, text=text))
        mentions += found
    answer, key = next(((o.text, o.key) for o in options if o.key == entry["answer"]), (entry["answer"], None))
    if not options:
        answer, found = unmarked(entry["answer"], "answer", "answer")
        mentions += found
    item = QAItem(
        id=entry["id"],
        dataset="clinic",
        split="train",
        question=question,
        options=tuple(options),
        answer=answer,
        answer_key=key,
        licence="CC0-1.0",
    )
    there = [m.node_id for m in mentions if m.role == "question" and m.assertion in ("present", "historical")]
    absent = {m.node_id for m in mentions if m.assertion == "absent"}
    paths: list[ReasoningPath] = []
    evidence = []
    for option in [o.key for o in options] or [None]:
        section = f"option:{option}" if option else "answer"
        nodes = tuple(m.node_id for m in mentions if m.section == section)
        kind, most, each = ("selected", 6, 2) if option == key else ("contrast", 2, 1)
        found = sorted(
            (
                path
                for start, end in product(there, nodes)
                for path in paths_between(graph, start, end, kind, option)
                if not absent & set(path.node_ids)
            ),
            key=lambda path: (path.cost_millinats, path.edge_ids),
        )
        kept: list[ReasoningPath] = []
        for path in found:
            if sum(path.node_ids[0] == other.node_ids[0] for other in kept) < each and len(kept) < most:
                kept.append(path)
        paths += kept
        evidence.append(OptionEvidence(key=option, node_ids=nodes, score=sum(1e3 / p.cost_millinats for p in found)))
    linked = [option for option in evidence if option.node_ids]
    others = [option.score for option in linked if option.key != key]
    right = next(option.score for option in evidence if option.key == key)
    path_set = PathSet(
        paths=tuple(paths),
        option_evidence=tuple(evidence),
        question=read_question(item),
        findings=tuple(
            Finding(**m.span.model_dump(), node_id=m.node_id, status=m.assertion, kind="finding")
            for m in mentions
            if m.assertion == "absent"
        ),
        margin=right - max(others) if others else None,
    )
    return Case(item, tuple(mentions), path_set)


def make_graph() -> KnowledgeGraph:
    nodes = [
        NodeRecord(node, names[0], kind, "clinic", names=tuple(NodeName(name, "exact") for name in names[1:]))
        for kind, group in CLINIC["nodes"].items()
        for node, names in group.items()
    ]
    edges = [
        EdgeRecord(subject, predicate, object_, "clinic", CLINIC["version"], "CC0-1.0")
        for predicate, group in CLINIC["edges"].items()
        for subject, objects in group.items()
        for object_ in objects
    ]
    return KnowledgeGraph.from_records(nodes, edges, name="clinic")


@pytest.fixture(scope="session")
def graph() -> KnowledgeGraph:
    return make_graph()


@pytest.fixture(scope="session")
def cases(graph: KnowledgeGraph) -> dict[str, Case]:
    return {entry["id"]: make_case(graph, entry) for entry in CLINIC["questions"]}
