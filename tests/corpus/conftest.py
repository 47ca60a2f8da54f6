"""A graph and rows that are right in every offset, for tests that then make one thing wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kgpaths import build
from kgpaths.config import BuildConfig
from kgpaths.graph import KnowledgeGraph
from kgpaths.records import (
    Chain,
    Generation,
    Hop,
    Mention,
    Option,
    OptionEvidence,
    PathSet,
    QAItem,
    ReasoningPath,
    Row,
    Span,
    Step,
    Verdict,
)

QUESTION = {
    "id": "q1",
    "question": "A man has fever and joint pain but no cough. What is the most likely diagnosis?",
    "options": {"A": "Gout", "B": "Pneumonia", "C": "Migraine"},
    "answer_idx": "A",
    "split": "train",
}


@pytest.fixture(scope="session")
def graph(ward: Path) -> KnowledgeGraph:
    return KnowledgeGraph.open(ward)


@pytest.fixture(scope="session")
def make_row(graph: KnowledgeGraph) -> Callable[..., Row]:
    """Return a maker of rows; keyword arguments replace fields of the finished row."""
    (edge,) = graph.edges_between("DOID:552", "HP:0001945")
    (treats,) = graph.edges_between("DRUGBANK:DB01060", "DOID:552")

    def hop(found: Any, *, forward: bool) -> Hop:
        return Hop(
            edge_id=found.id,
            subject=found.subject,
            predicate=found.predicate,
            object=found.object,
            forward=forward,
            source=found.source,
            licence=found.licence,
        )

    def make(number: int = 0, *, split: Any = "train", status: Any = "accepted", **changes: Any) -> Row:
        stem = f"Patient {number}, naïve to drugs, has fever 🤒 and cough. What is it?"
        item = QAItem(
            id=f"q{number}",
            dataset="demo",
            split=split,
            question=stem,
            options=(Option(key="A", text="Pneumonia"), Option(key="B", text="Gout")),
            answer="Pneumonia",
            answer_key="A",
            licence="medqa",
        )
        at = stem.index("fever")
        fever = Span(section="question", start=at, end=at + 5, text="fever")
        path = ReasoningPath(hops=(hop(edge, forward=False),), cost_millinats=1200, option_key="A")
        longer = ReasoningPath(
            hops=(hop(edge, forward=False), hop(treats, forward=False)),
            cost_millinats=2500,
            kind="contrast",
            option_key="B",
        )
        good: dict[str, Any] = {
            "id": item.id,
            "item": item,
            "status": status,
            "reasons": () if status == "accepted" else ("no_path",),
            "mentions": (
                Mention(**fever.model_dump(), node_id="HP:0001945", score=0.5, tier="exact"),
                Mention(
                    section="option:A", start=0, end=9, text="Pneumonia", node_id="DOID:552", score=1.0, tier="label",
                    role="answer",
                ),
            ),
            "path_set": PathSet(
                paths=(path, longer),
                option_evidence=(
                    OptionEvidence(key="A", node_ids=("DOID:552",), score=1.5),
                    OptionEvidence(key="B", node_ids=("DRUGBANK:DB01060",), score=0.5),
                ),
                margin=None if number % 2 else 0.25,
            ),
            "chain": Chain(
                steps=(
                    Step(
                        kind="findings", text="The patient has “fever”.", node_ids=("HP:0001945",), quotes=(fever,)
                    ),
                    Step(
                        kind="evidence", text="Fever can be a symptom of pneumonia.", edge_ids=(edge.id,),
                        node_ids=("HP:0001945", "DOID:552"),
                    ),
                    Step(kind="conclusion", text="So the answer is pneumonia.", node_ids=("DOID:552",)),
                ),
                answer="Pneumonia",
                answer_key="A",
                answer_node_ids=("DOID:552",),
            ),
            "verdicts": (Verdict(check="edges", outcome="pass"), Verdict(check="quotes", outcome="warn", score=0.5)),
            "generation": (Generation(),),
            "graph_hash": graph.hash,
            "licence": "CC-BY-4.0",
            "sources": ("doid", "drugcentral", "medqa"),
        }  # fmt: skip
        row = Row(**good | changes)
        edges = tuple(graph.edge(edge) for edge in sorted(row.cited) if graph.has_edge(edge))
        return row if "edges" in changes else row.model_copy(update={"edges": edges})

    return make


@pytest.fixture
def fault_row(graph: KnowledgeGraph) -> Row:
    return Row(
        id="my.jsonl:3", status="failed", reasons=("malformed_input",), graph_hash=graph.hash, licence="", detail="odd"
    )


@pytest.fixture
def source() -> Any:
    """Return what a run folder asks of a source."""
    return SimpleNamespace(
        name="demo", licence="medqa", url="https://example.org", revision="", fingerprint="sha256:00"
    )


@pytest.fixture
def config() -> BuildConfig:
    return BuildConfig(source="demo", shard_size=3)


@pytest.fixture(scope="session")
def quoting_run(read_ward: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run whose chain rests on a sentence; it is not to be changed."""
    folder = tmp_path_factory.mktemp("quoting")
    (folder / "q.jsonl").write_text(json.dumps(QUESTION) + "\n", encoding="utf-8")
    result = build(f"jsonl:{folder / 'q.jsonl'}", graph=str(read_ward), out=folder / "run")
    assert result.accepted == 1
    return folder / "run"
