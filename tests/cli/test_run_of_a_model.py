"""Options that change no byte continue a run; what models are compared on goes into no corpus, whoever asks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kgpaths import HeldOutSplit, build
from kgpaths.cli.app import app
from kgpaths.forecast import forecast
from kgpaths.graph import KnowledgeGraph
from kgpaths.learning.ranker import explained
from kgpaths.linking import EntityLinker
from kgpaths.records import QAItem
from kgpaths.sources import open_source
from kgpaths.testing import FaultServer
from kgpaths.verbalization.recipes.guided.rehearsal import rehearse_guided
from kgpaths.verbalization.recipes.rehearsal import rehearse

QUESTION = {
    "id": "q1",
    "question": "A man has fever, cough and chest pain but no headache. What is the diagnosis?",
    "options": {"A": "Pneumonia", "B": "Gout"},
    "answer_idx": "A",
    "explanation": "Pneumonia " * 100,
}
MODEL = {"llm": {"models": ["m"], "base_url": "http://127.0.0.1:9/v1"}}


def questions(folder: Path, split: str) -> str:
    (folder / "q.jsonl").write_text(json.dumps({**QUESTION, "split": split}) + "\n", encoding="utf-8")
    return f"jsonl:{folder / 'q.jsonl'}"


@pytest.mark.parametrize(
    "changed",
    [
        ["--concurrency", "1"],
        ["--max-cost", "5", "--price", "1/1", "--max-tokens", "100000"],
        ["--set", "llm.endpoint.timeout_s=9", "--set", "llm.endpoint.max_retries=1"],
        ["--set", "llm.endpoint.requests_per_minute=1000", "--set", "llm.endpoint.outage_after=3"],
        [],
    ],
)
def test_how_an_endpoint_is_treated_is_no_other_build(changed: list[str], ward: Path, tmp_path: Path) -> None:
    def reply(payload: Any) -> str:
        return rehearse("\n".join(message["content"] for message in payload["messages"]))

    with FaultServer(reply=reply) as server:
        model = [
            "--model",
            "m",
            "--recipe",
            "medreason",
            "--base-url",
            server.base_url,
            "--graph",
            str(ward),
            "--out",
            str(tmp_path / "run"),
        ]
        command = ["build", "--source", questions(tmp_path, "train"), *model]
        for more in ([], changed, ["-q"]):
            done = CliRunner().invoke(app, [*command, *more])
            assert done.exit_code == 0, (done.output, done.exception)
        other = CliRunner().invoke(app, [*command, "--samples", "2"])
    assert "llm.samples is 1 there and 2 here" in str(other.exception)


@pytest.mark.parametrize(
    ("typed", "judged"),
    [
        ([], True),
        (["--no-judge"], False),
        (["--set", "llm.judge=false"], False),
        (["--set", "llm.judge=false", "--judge"], True),
        (["--set", "llm.judge=true", "--no-judge"], False),
    ],
)
def test_a_judge_reads_unless_told_not_to(typed: list[str], judged: bool, ward: Path, tmp_path: Path) -> None:
    asked: list[str] = []

    def reply(payload: Any) -> str:
        asked.append(payload["messages"][1]["content"])
        return rehearse_guided(asked[-1])

    with FaultServer(reply=reply) as server:
        model = ["--model", "m", "--base-url", server.base_url, "--graph", str(ward), *typed]
        built = ["build", "--source", questions(tmp_path, "train"), "--out", str(tmp_path / "run"), *model]
        done = CliRunner().invoke(app, built)
        assert done.exit_code == 0, (done.output, done.exception)
        assert any("<argument>" in said for said in asked) is judged
        asked.clear()
        shown = CliRunner().invoke(app, ["preview", "--source", questions(tmp_path, "train"), *model])
        assert shown.exit_code == 0, (shown.output, shown.exception)
        assert any("<argument>" in said for said in asked) is judged


def test_a_judge_without_a_model_is_refused(ward: Path, tmp_path: Path) -> None:
    command = ["build", "--source", questions(tmp_path, "train"), "--graph", str(ward), "--no-judge"]
    assert "--model NAME" in str(CliRunner().invoke(app, command).exception)


def learn(source: str, *, graph: KnowledgeGraph, **_: object) -> object:
    items = (item for item in open_source(source, training=False) if isinstance(item, QAItem))
    return explained(EntityLinker(graph), items)


@pytest.mark.parametrize(("make", "more"), [(build, {}), (forecast, MODEL), (learn, {})])
def test_functions_refuse_a_test_split(
    make: Callable[..., object], more: dict[str, Any], ward: Path, tmp_path: Path
) -> None:
    with pytest.raises(HeldOutSplit):
        make(questions(tmp_path, "test"), graph=KnowledgeGraph.open(ward), out=tmp_path / "run", **more)
    assert not (tmp_path / "run").exists()


def test_preview_refuses_a_test_split(ward: Path, tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["preview", "--source", questions(tmp_path, "test"), "--graph", str(ward)])
    assert isinstance(shown.exception, HeldOutSplit)
