"""What one question breaks costs one row; what every question breaks stops the run."""

from __future__ import annotations

import pytest

from kgpaths.errors import StageBroken
from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.pipeline import MOST_EQUAL_ERRORS, Pipeline
from kgpaths.records import Option, QAItem, Verdict


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    nodes = [
        NodeRecord("HP:0001945", "Fever", "phenotype", "hpo"),
        NodeRecord("DOID:552", "pneumonia", "disease", "doid"),
        NodeRecord("DOID:13189", "gout", "disease", "doid"),
    ]
    edges = [EdgeRecord("DOID:552", "has_symptom", "HP:0001945", "doid", "2025", "CC0-1.0")]
    return Pipeline(KnowledgeGraph.from_records(nodes, edges))


def question(number: int) -> QAItem:
    return QAItem(
        id=f"q{number}",
        dataset="demo",
        split="train",
        question="What causes fever here?",
        options=(Option(key="A", text="Pneumonia"), Option(key="B", text="Gout")),
        answer="Pneumonia",
        answer_key="A",
        licence="local",
    )


def test_an_error_on_every_question_stops_the_run(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no memory for the table")

    monkeypatch.setattr(pipeline.verbalizer, "verbalize", broken)
    rows = pipeline.rows(question(number) for number in range(100))
    made = [next(rows) for _ in range(MOST_EQUAL_ERRORS - 1)]
    assert {row.status for row in made} == {"failed"}
    with pytest.raises(StageBroken, match="no memory for the table"):
        next(rows)


def test_errors_with_good_rows_between_do_not(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    write, calls = pipeline.verbalizer.verbalize, iter(range(10_000))

    def now_and_then(*args: object) -> object:
        if next(calls) % 2:
            raise RuntimeError("odd")
        return write(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline.verbalizer, "verbalize", now_and_then)
    made = list(pipeline.rows(question(number) for number in range(3 * MOST_EQUAL_ERRORS)))
    assert [row.status for row in made[:4]] == ["accepted", "failed", "accepted", "failed"]


def test_a_check_that_breaks_on_every_question_stops_the_run(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> tuple[Verdict, ...]:
        return (Verdict(check="odd", outcome="error", reason="stage_error", detail="KeyError: 'x'"),)

    monkeypatch.setattr(pipeline.validator, "validate", broken)
    with pytest.raises(StageBroken, match="check odd: KeyError"):
        list(pipeline.rows(question(number) for number in range(100)))
