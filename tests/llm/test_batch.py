"""Builds by batches: one command typed until it ends, against a server with a Batch API."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import kgpaths as kg
from kgpaths.cli.app import app
from kgpaths.errors import BatchPending, BudgetSpent
from kgpaths.llm import batch
from kgpaths.llm.messages import canonical_json

from .batch_building import Building, answer, guided
from .batch_server import BatchServer

Built = Callable[..., tuple[int, str, str]]


def test_a_guided_run_by_batches_is_the_direct_run(building: Building, server: BatchServer) -> None:
    """Propose, mend, write, judge, two samples: every stage is a batch, and every byte is that of the direct run."""

    def sometimes(payload: Any) -> Any:
        first, last = payload["messages"][1]["content"], payload["messages"][-1]["content"]
        if "20-year-old" in first and '"key_findings"' in first and last == first:
            return "I propose nothing that can be read."
        if "21-year-old" in first and payload["seed"] == 0:
            return {"error": "no completion"}
        return guided(payload)

    server.reply = sometimes
    options: dict[str, Any] = {"llm": {"recipe": "guided", "samples": 2}, "shard_size": 2}
    direct = building.build("direct", batch=False, **options)
    assert direct.accepted >= 5
    sent = {hashlib.sha256(body.encode()).hexdigest() for body in server.completions}
    calls = server.completions.total()
    _, said = building.built(**options)
    assert server.completions.total() == calls, "nothing is sent one by one"
    assert [line.split(" is sent")[0] for line in said] == [f"batch batch_{n}" for n in range(len(said))]
    assert 3 <= len(said) <= 6
    assert said[0] == "batch batch_0 is sent with 12 requests. Run the same command again to fetch it"
    assert building.files("run") == building.files("direct")
    assert building.replies("run") == building.replies("direct")
    lines = [line for name, file in server.files.items() if "-in-" in name for line in file.splitlines()]
    bodies = [canonical_json(json.loads(line)["body"]) for line in lines]
    assert all(body.encode() in line for body, line in zip(bodies, lines, strict=True)), "the very bytes of a call"
    assert {hashlib.sha256(body.encode()).hexdigest() for body in bodies} == sent
    assert len(bodies) == calls, "nothing is asked twice"
    ours, theirs = building.usage(), building.usage("direct")
    assert {name: ours[name] for name in ours if name != "last_call"} == {
        name: theirs[name] for name in theirs if name != "last_call"
    }
    assert building.build(**options).accepted == direct.accepted, "a finished run asks nothing"


def test_the_command_ends_with_75_until_it_ends_with_0(
    tmp_path: Path, questions: Callable[..., Path], built: Built, server: BatchServer
) -> None:
    server.reply, server.stays = lambda _: "So.", None
    source = questions(4)
    code, _, err = built(source, server.base_url, "--batch")
    assert code == 75, err
    first, then = err.splitlines()
    assert first == "kgpaths: batch batch_0 is sent with 4 requests. Run the same command again to fetch it"
    assert then.startswith("continue with: kgpaths build --source jsonl:")
    assert then.endswith("--batch")
    for _ in range(2):
        code, _, err = built(source, server.base_url, "--batch")
        assert code == 75
        assert "batch batch_0 is in_progress, 0 of 4 requests done, 0 failed. Run the same" in err
    assert (server.calls["POST files"], server.calls["POST batches"]) == (1, 1)
    server.end("batch_0")
    code, out, err = built(source, server.base_url, "--batch")
    assert code == 0, err
    assert "4 replayed" in out
    assert not server.completions
    assert [row.status for row in kg.Corpus.open(tmp_path / "run").rows()] == ["accepted"] * 4


def test_rows_that_are_complete_are_written_and_rows_that_wait_are_not(
    building: Building, questions: Callable[..., Path], server: BatchServer
) -> None:
    building.source = questions(5, unanswerable=frozenset((0, 1, 2)))
    with pytest.raises(BatchPending, match="with 2 requests"):
        building.build(shard_size=2)
    run = building.folder / "run"
    assert sorted(path.name for path in (run / ".shards").glob("0*.json")) == ["00000.json"]
    assert not (run / "stats.json").exists()
    assert building.usage()["replies"] == 0
    result, said = building.built(shard_size=2)
    assert Counter(row.status for row in result.corpus.rows()).total() == 5
    assert server.calls["POST batches"] == 1 + len(said)


def test_a_wait_costs_no_work(building: Building, server: BatchServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.stays = None
    with pytest.raises(BatchPending):
        building.build()
    monkeypatch.setattr("kgpaths.pipeline.Pipeline.find", lambda *_: pytest.fail("nothing is linked"))
    with pytest.raises(BatchPending, match="in_progress"):
        building.build()


def test_accept_asks_for_no_row_that_a_direct_run_would_not_ask(building: Building, server: BatchServer) -> None:
    building.questions("ABC" * 8)

    def sometimes(payload: Any) -> str:
        text = payload["messages"][1]["content"]
        return "I cannot help." if any(f"{age}-year" in text for age in (21, 24, 25, 30)) else answer(payload)

    server.reply = sometimes
    options: dict[str, Any] = {"accept": 7, "shard_size": 3, "llm": {"tries": 1}}
    direct = building.build("direct", batch=False, **options)
    assert direct.accepted == 7
    calls = server.completions.total()
    _, said = building.built(**options)
    assert len(said) > 1
    assert building.files("run") == building.files("direct")
    assert server.asked.total() == calls


def test_models_and_limits_part_the_requests(
    building: Building, server: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "MOST_REQUESTS", 4)
    with pytest.raises(BatchPending, match=r"batch_0 is sent with 4 requests; batch batch_1 .* fetch them"):
        building.build(llm={"models": ("a", "b"), "samples": 2})
    contents = [server.requests(one["input_file_id"]) for one in server.batches.values()]
    assert sorted(len(lines) for lines in contents) == [2, 2, 4, 4]
    assert all(len({line["body"]["model"] for line in lines}) == 1 for lines in contents)
    before, limit = set(server.files), min(len(file) for file in server.files.values())
    monkeypatch.setattr(batch, "MOST_BYTES", limit)
    with pytest.raises(BatchPending):
        building.build("other", llm={"models": ("a",)})
    files = [server.files[name] for name in set(server.files) - before]
    assert len(files) > 2
    assert all(len(file) <= limit for file in files)
    assert sum(len(file.splitlines()) for file in files) == 6


@pytest.mark.parametrize("moment", ["POST files", "POST batches"])
def test_killed_between_upload_and_note(
    moment: str,
    questions: Callable[..., Path],
    started: Callable[..., subprocess.Popen[str]],
    built: Built,
    server: BatchServer,
) -> None:
    server.reply = lambda _: "So."
    reached, killed = threading.Event(), threading.Event()

    def hold(call: str) -> None:
        if call == moment and not killed.is_set():
            reached.set()
            killed.wait(60)

    server.on = hold
    source = questions(3)
    process = started(source, server.base_url, "--batch")
    assert reached.wait(60)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    killed.set()
    for other in range(3):  # others use the endpoint, too
        server.files[f"file-in-other-{other}"], server.names[f"file-in-other-{other}"] = b"{}\n", "theirs.jsonl"
        server.batches[f"theirs-{other}"] = {"id": f"theirs-{other}", "status": "completed", "metadata": None}
    code, _, err = built(source, server.base_url, "--batch")
    assert code in (0, 75), err
    while code == 75:
        code, _, err = built(source, server.base_url, "--batch")
    assert code == 0, err
    assert (server.calls["POST files"], server.calls["POST batches"]) == (1, 1)
    assert server.asked.total() == 3


def test_killed_while_results_are_stored(
    building: Building, server: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BatchPending):
        building.build()
    with monkeypatch.context() as patch:
        patch.setattr(batch.BatchLedger, "close", lambda *_: (_ for _ in ()).throw(SystemExit(1)))
        with pytest.raises(SystemExit):
            building.build()
    assert len(building.replies()) == 6
    _, said = building.built()
    assert not said
    assert building.usage()["replies"] == 6
    assert building.usage()["last_call"]["prompt_tokens"] == 0, "counted once"
    assert server.asked.total() == 6


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_each_note_of_the_ledger(
    after: bool, building: Building, server: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was written last, nothing is asked twice and the corpus is the same."""
    building.questions("ABC")
    server.reply = lambda payload: (
        "?" if len(payload["messages"]) == 2 and "21-year" in str(payload) else answer(payload)
    )
    write, left = batch.BatchLedger._writing, [0]

    @contextmanager
    def dying(ledger: Any) -> Iterator[None]:
        left[0] -= 1
        if not left[0] and not after:
            raise SystemExit
        with write(ledger):
            yield
        if not left[0] and after:
            raise SystemExit

    monkeypatch.setattr(batch.BatchLedger, "_writing", dying)
    for moment in range(1, 30):
        left[0] = moment
        options = {"out": f"run-{moment}", "llm": {"models": (f"m{moment}",)}}
        try:
            _, said = building.built(**options)
        except SystemExit:
            building.built(**options)
            building.build(f"direct-{moment}", batch=False, llm=options["llm"])
            assert building.files(f"run-{moment}") == building.files(f"direct-{moment}")
        else:
            break
    assert moment > 8
    assert len(said) == 2
    assert set(server.asked.values()) == {1}


def test_a_budget_is_not_passed_by_a_batch(building: Building, server: BatchServer) -> None:
    limits = {"prices": {"prompt": 1000.0, "completion": 1000.0}, "max_cost": 2.9}
    llm = {"max_tokens": 256}
    building.questions("ABC" * 4)
    with pytest.raises(BatchPending, match=r"with \d+ requests; \d+ requests that would pass the budget are held back"):
        building.build(llm=llm, endpoint=limits)
    first = len(server.requests("file-in-0"))
    assert 0 < first < 12
    with pytest.raises(BudgetSpent, match="--max-cost"):
        building.built(llm=llm, endpoint=limits)
    assert 0 < building.usage()["cost"] <= 2.9
    result, said = building.built(llm=llm, endpoint=limits | {"max_cost": 100.0})
    assert len(said) == 1
    assert result.failed == 0
    assert server.asked.total() == 12


def test_a_direct_run_goes_on_where_batches_wait(
    building: Building, server: BatchServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.stays = None
    with pytest.raises(BatchPending):
        building.build()
    result = building.build(batch=False)
    assert result.failed == 0
    assert server.completions.total() == 6
    assert "1 batches of this run are open" in caplog.text
    replies, files = building.replies(), building.files("run")
    server.reply = lambda _: "Something else."
    server.end("batch_0")
    _, said = building.built(shard_size=3, overwrite=True)
    assert not said
    assert building.replies() == replies, "what rows rest on stays"
    building.build(batch=False, overwrite=True)
    assert building.files("run") == files


def test_a_dry_run_and_a_preview_send_no_batch(building: Building, server: BatchServer) -> None:
    server.reply = guided
    common = ["--source", f"jsonl:{building.source}", "--graph", str(building.ward), "--model", "m",
              "--base-url", server.base_url, "--recipe", "guided"]  # fmt: skip
    done = CliRunner().invoke(app, ["build", *common, "--batch", "--dry-run", "--out", str(building.folder / "dry")])
    assert done.exit_code == 0, done.output
    assert not server.calls
    assert "at least 3 batches, one after the other" in done.output
    done = CliRunner().invoke(app, ["preview", *common, "--set", "llm.endpoint.batch=true", "-n", "1"])
    assert done.exit_code == 0, done.output
    assert set(server.calls) == {"POST completions"}
