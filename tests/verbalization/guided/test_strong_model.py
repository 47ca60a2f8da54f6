"""What a strong model once answered is given again: prompts are rebuilt, replies are read and checked anew."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import kgpaths as kg
from kgpaths.corpus import verify
from kgpaths.testing import FaultServer
from kgpaths.testing.recorded_model import Recorded, RecordedModel, labels_of, recorded, stage_of
from kgpaths.texts import passages

FOLDER = Path(__file__).parents[2] / "data" / "strong_model"
QUESTIONS = 24


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, RecordedModel]:
    folder = tmp_path_factory.mktemp("strong")
    lines = gzip.decompress((FOLDER / "questions.jsonl.gz").read_bytes()).decode().splitlines()[::3][:QUESTIONS]
    (folder / "q.jsonl").write_text("\n".join(lines), encoding="utf-8")
    questions = {row["id"]: row["question"] for row in map(json.loads, lines)}
    model = RecordedModel.open(FOLDER / "guided.jsonl.xz", questions)
    with FaultServer(reply=model.reply) as server:
        llm = {"models": ("recorded",), "base_url": server.base_url}
        result = kg.build(f"jsonl:{folder / 'q.jsonl'}", out=folder / "run", llm=llm)
    return result, model


def test_nearly_all_questions_are_kept_with_most_claims_grounded(replayed: tuple[Any, RecordedModel]) -> None:
    result, model = replayed
    assert model.unknown == []
    assert result.stats["items"] == QUESTIONS
    assert result.accepted >= 21
    assert {reason for row in result.corpus.rows("rejected") for reason in row.reasons} <= {
        "no_relevant_path", "argues_from_silence", "judged_false",
    }  # fmt: skip
    assert result.stats["grounded_steps"] >= 0.6 * result.stats["claim_steps"]
    assert result.stats["knowledge_alone"] <= 3 * result.accepted


def test_calls_and_tokens_stay_below_a_third_of_the_ancestors(replayed: tuple[Any, RecordedModel]) -> None:
    result, _ = replayed
    made = [one for row in result.corpus.rows() for one in row.generation]
    assert len(made) <= 3.5 * result.accepted
    assert sum(one.prompt_tokens or 0 for one in made) <= 6000 * result.accepted


def test_every_citation_holds(replayed: tuple[Any, RecordedModel]) -> None:
    result, _ = replayed
    report = verify(result.out, texts=passages(["default"]))
    assert not report.faults


def test_a_label_becomes_that_of_the_same_line_in_another_prompt() -> None:
    then = [{"role": "user", "content": "[E1] flu causes fever\n[E2] flu causes cough\nP1: [E1]\nIs it? fever"}]
    one = recorded("q", then, '1. It coughs. [E2] ["fever"]\n{"path": "P1"} [E3]')
    assert one == Recorded("q", "write", one.reply, {"E2": "flu causes cough", "P1": "flu causes fever"})
    model = RecordedModel([one], {"q": "Is it?"})
    now = "[E1] colds cause cough\n[E2] flu causes fever\n[E7] flu causes cough\nP3: [E2]\nIs it? fever"
    payload = {"messages": [{"role": "user", "content": now}]}
    assert model.reply(payload) == '1. It coughs. [E7] ["fever"]\n{"path": "P3"} [E3]'
    gone = {"messages": [{"role": "user", "content": "[E2] flu causes fever\nIs it?"}]}
    assert "[E9000]" in model.reply(gone)
    assert labels_of("- flu causes fever: perhaps in [E1] [S2]; if none of them says it, [K]") == {}


def test_what_was_not_recorded_is_told() -> None:
    model = RecordedModel([Recorded("q", "write", "1. So. [K]\nAnswer: A", {})], {"q": "Is it?"})
    first = {"role": "user", "content": "Is it?"}
    mended = {"messages": [first, {"role": "assistant", "content": "x"}, {"role": "user", "content": "No."}]}
    assert model.reply(mended) == "1. So. [K]\nAnswer: A"
    assert model.reply({"messages": [{"role": "user", "content": "<argument> Is it?"}]}) == "NONE"
    assert model.unknown == [("q", "mend write"), ("q", "judge")]
    assert stage_of(mended["messages"]) == "mend write"
