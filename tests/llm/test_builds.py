"""Builds whose chains wait for a model: what is sent, what is written, how they stop and go on."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgpaths.corpus import Corpus
from kgpaths.testing import FaultKind, FaultServer

Built = Callable[..., tuple[int, str, str]]


def rows(run: Path) -> list[Any]:
    return list(Corpus.open(run).rows())


def usage(run: Path) -> Any:
    return json.loads((run / "usage.json").read_text())


def parquet(run: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(run.rglob("*.parquet"))}


def test_rows_in_source_order_whatever_the_concurrency(
    tmp_path: Path, questions: Callable[..., Path], built: Built
) -> None:
    source = questions(60, unanswerable=frozenset((3, 40)))
    with FaultServer() as server:
        for concurrency, latency in ((1, 0.0), (64, 1.0)):
            server.latency_s = latency  # longer than the other stages take for a row, on any machine
            code, _, err = built(source, server.base_url, "--concurrency", concurrency, "--out", f"at-{concurrency}")
            assert code == 0, err
    assert parquet(tmp_path / "at-1") == parquet(tmp_path / "at-64")
    made = rows(tmp_path / "at-64")
    accepted = [int(row.id[1:]) for row in made if row.status == "accepted"]
    assert accepted == [number for number in range(60) if number not in (3, 40)]
    assert Counter(row.status for row in made) == {"accepted": 58, "rejected": 2}
    assert server.peak > 8
    assert all(row.generation[0].reply_key for row in made if row.status == "accepted")


def test_changed_checks_cost_no_calls(tmp_path: Path, questions: Callable[..., Path], built: Built) -> None:
    source = questions(20)
    with FaultServer() as server:
        assert built(source, server.base_url)[0] == 0
        assert server.requests == 20
        code, out, err = built(source, server.base_url)
        assert (code, server.requests) == (0, 20), err
        code, out, err = built(source, server.base_url, "--min-margin", "0.0", "--set", "shard_size=7", "--overwrite")
        assert (code, server.requests) == (0, 20), err
        assert "20 replayed" in out
    assert usage(tmp_path / "run")["replies"] == 20


def test_a_changed_prompt_is_another_build(tmp_path: Path, questions: Callable[..., Path], built: Built) -> None:
    source = questions(2)
    prompts = tmp_path / "prompts"
    (prompts / "recipes").mkdir(parents=True)
    from kgpaths.resources import resource

    recipe = resource("prompts") / "recipes" / "blind.yaml"
    with FaultServer() as server:
        assert built(source, server.base_url, "--recipe", "blind", "--set", f"llm.prompts={prompts}")[0] == 0
        changed = recipe.read_text().replace("description: ", "description: Changed. ", 1)
        (prompts / "recipes" / "blind.yaml").write_text(changed)
        code, _, err = built(source, server.base_url, "--recipe", "blind", "--set", f"llm.prompts={prompts}")
        assert code == 2
        assert "llm.prompts.recipe" in err


FAILURES: dict[FaultKind, str] = {
    "429": "llm_rate_limited",
    "500": "llm_transport",
    "reset_mid_body": "llm_transport",
    "hang": "llm_timeout",
    "invalid_json": "llm_bad_response",
    "empty_choices": "llm_empty",
    "length": "llm_length",
    "refusal": "llm_refusal",
    "400": "llm_not_accepted",
}


def test_every_row_has_an_outcome(tmp_path: Path, questions: Callable[..., Path], built: Built) -> None:
    def ill(payload: Any, _: int) -> FaultKind | None:
        number = int(payload["messages"][0]["content"].split()[1])
        return list(FAILURES)[number // 4] if number % 4 == 0 and number // 4 < len(FAILURES) else None

    settings = ("endpoint.max_retries=1", "endpoint.timeout_s=3", "endpoint.outage_after=1000", "tries=2")
    arguments = [part for setting in settings for part in ("--set", f"llm.{setting}")]
    with FaultServer(plan=ill) as server:
        code, _, err = built(questions(50), server.base_url, "--concurrency", 64, *arguments)
        assert code == 1, err
        assert "9 rows failed" in err
        assert "asked again" in err
    made = rows(tmp_path / "run")
    assert sorted(int(row.id[1:]) for row in made) == list(range(50))
    failed = {row.id: row for row in made if row.status == "failed"}
    assert {row.reasons[0] for row in failed.values()} == set(FAILURES.values())
    for number, reason in enumerate(FAILURES.values()):
        assert failed[f"q{4 * number}"].reasons == (reason,)
        assert failed[f"q{4 * number}"].detail
    stats = json.loads((tmp_path / "run" / "stats.json").read_text())
    assert stats["items"] == 50 == stats["accepted"] + stats["rejected"] + stats["failed"]
    with FaultServer(port=server.port) as healed:  # the same place: only what failed on its way is asked again
        code, _, err = built(questions(50), healed.base_url, "--overwrite", *arguments)
        assert code == 1
        assert healed.requests == sum(
            reason in ("llm_rate_limited", "llm_transport", "llm_timeout", "llm_bad_response", "llm_not_accepted")
            for reason in FAILURES.values()
        )


def test_the_best_of_several_samples_is_kept(tmp_path: Path, questions: Callable[..., Path], built: Built) -> None:
    with FaultServer(plan=lambda payload, _: "refusal" if payload["seed"] < 100 else None) as server:
        code, _, err = built(questions(5), server.base_url, "--samples", 3)
    assert code == 0, err
    for row in rows(tmp_path / "run"):
        assert row.status == "accepted"
        assert [draft.reason for draft in row.drafts] == ["llm_refusal", None]
        assert row.drafts[1].chain is not None


@pytest.mark.parametrize("concurrency", [1, 16])
def test_accept_stops_at_exactly_that_many(
    concurrency: int, tmp_path: Path, questions: Callable[..., Path], built: Built
) -> None:
    source = questions(90, unanswerable=frozenset(range(0, 90, 3)))
    with FaultServer(latency_s=0.005) as server:
        code, _, err = built(
            source, server.base_url, "--accept", 31, "--concurrency", concurrency, "--set", "shard_size=10"
        )
        assert code == 0, err
        assert server.requests == 31, "nothing is asked that is not needed"
    made = rows(tmp_path / "run")
    assert Counter(row.status for row in made)["accepted"] == 31
    assert sorted(row.id for row in made) == sorted(f"q{number}" for number in range(len(made)))
    assert len(made) == 47, "as many questions as one by one"


def test_accept_more_than_there_is(tmp_path: Path, questions: Callable[..., Path], built: Built) -> None:
    with FaultServer() as server:
        code, _, err = built(questions(5), server.base_url, "--accept", 9)
    assert code == 0
    assert "ended before 9 rows were accepted: there are 5" in err


def test_the_first_interrupt_finishes_what_is_in_flight(
    tmp_path: Path, questions: Callable[..., Path], started: Callable[..., subprocess.Popen[str]], built: Built
) -> None:
    source = questions(300)
    options = ("--concurrency", 8, "--set", "shard_size=10")
    with FaultServer(latency_s=0.05) as server:
        process = started(source, server.base_url, *options)
        _until(lambda: server.requests >= 40)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130, err
        assert "finishing what is in flight" in err
        assert "same command continues" in err
        assert usage(tmp_path / "run")["replies"] == server.requests < 300, "all that was sent came back and is kept"
        code, _, err = built(source, server.base_url, *options)
        assert code == 0, err
        assert server.requests == 300
        assert max(server.seen.values()) == 1


def test_the_second_interrupt_leaves_at_once(
    tmp_path: Path, questions: Callable[..., Path], started: Callable[..., subprocess.Popen[str]], built: Built
) -> None:
    source = questions(60)
    slow: list[FaultKind | None] = ["hang"]
    with FaultServer(plan=lambda payload, _: slow[0] if _number(payload) >= 20 else None) as server:
        process = started(source, server.base_url, "--concurrency", 8)
        _until(lambda: server.requests >= 28)
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):  # it waits for what hangs
            process.communicate(timeout=1.0)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 130, err
        slow[0] = None
        code, _, err = built(source, server.base_url)
        assert code == 0, err
        assert server.requests == 60 + 8, "only those in flight are sent again"


def test_an_outage_ends_with_75_and_the_command_that_continues(
    tmp_path: Path, questions: Callable[..., Path], built: Built
) -> None:
    source = questions(80)
    down: list[FaultKind | None] = ["503"]
    options = ("--concurrency", 4, "--set", "shard_size=5", "--set", "llm.endpoint.outage_after=12",
               "--set", "llm.endpoint.max_retries=0")  # fmt: skip
    with FaultServer(plan=lambda payload, _: down[0] if _number(payload) >= 20 else None) as server:
        code, _, err = built(source, server.base_url, *options)
        assert code == 75
        assert "12 calls in a row failed" in err
        (command,) = [line for line in err.splitlines() if line.startswith("continue with: kgpaths build --source")]
        assert "--concurrency 4" in command
        assert "Traceback" not in err
        down[0] = None
        code, _, err = built(source, server.base_url, *options)
        assert code == 0, err
    assert [row.status for row in rows(tmp_path / "run")] == ["accepted"] * 80, "what failed with it is not lost"


def test_where_nothing_listens(tmp_path: Path, questions: Callable[..., Path], built: Built) -> None:
    with FaultServer() as server:
        pass
    code, _, err = built(questions(5), server.base_url, "--set", "llm.endpoint.max_retries=0")
    assert code == 75
    assert f"nothing answers at {server.base_url}" in err


@pytest.mark.parametrize("kind", ["401", "403", "404", "unknown_model"])
def test_a_wrong_key_path_or_model_is_wrong_usage(
    kind: FaultKind, tmp_path: Path, questions: Callable[..., Path], built: Built
) -> None:
    with FaultServer(plan=kind) as server:
        code, out, err = built(questions(100), server.base_url)
    assert code == 2
    assert server.requests == 1
    assert err.count("kgpaths: ") == 1
    assert "Traceback" not in err
    assert not out
    with FaultServer() as server:  # put right, the same folder serves
        assert built(questions(100), server.base_url, "--limit", "3")[0] == 0


def test_a_budget_stops_the_build_and_a_higher_one_continues_it(
    tmp_path: Path, questions: Callable[..., Path], built: Built
) -> None:
    source = questions(60)
    options = ("--price", "1000/1000", "--concurrency", 16, "--set", "shard_size=10")
    with FaultServer() as server:
        code, _, err = built(source, server.base_url, *options, "--max-cost", "0.5")
        assert code == 75
        assert "--max-cost" in err
        spent = usage(tmp_path / "run")
        assert 0.5 - 0.1 < spent["cost"] <= 0.5, "up to the most that one more call may take: 64 tokens and its prompt"
        assert server.requests == spent["replies"] < 60
        assert built(source, server.base_url, *options, "--max-cost", "0.5")[0] == 75
        assert usage(tmp_path / "run")["cost"] <= 0.5, "the limit is the run's, not the command's"
        code, _, err = built(source, server.base_url, *options, "--max-tokens", "100000")
        assert code == 0, err
        assert server.requests == 60


def test_a_dry_run_sends_and_writes_nothing_and_comes_true(
    tmp_path: Path, questions: Callable[..., Path], built: Built
) -> None:
    source = questions(40, unanswerable=frozenset(range(10)))
    with FaultServer() as server:
        code, out, err = built(source, server.base_url, "--dry-run", "--price", "1000/1000")
        assert code == 0, err
        assert server.requests == 0
        assert not (tmp_path / "run").exists()
        assert "nothing was sent" in out
        (calls,) = [line.split() for line in out.splitlines() if line.startswith("calls")]
        assert built(source, server.base_url)[0] == 0
        assert server.requests == int(calls[2]) == 30
    spent = usage(tmp_path / "run")
    (tokens,) = [line.split() for line in out.splitlines() if line.startswith("prompt tokens")]
    predicted = int(tokens[3].replace(",", ""))
    assert predicted == spent["estimated_prompt_tokens"]
    assert spent["estimate_error"] == pytest.approx(predicted / spent["prompt_tokens"] - 1, abs=1e-4)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--base-url", "localhost:8000"), "no base URL"),
        (("--recipe", "medreasen"), "did you mean 'medreason'"),
        (("--price", "cheap"), "PROMPT/COMPLETION"),
        (("--set", "llm.endpoint.concurency=1"), "did you mean 'concurrency'"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], said: str, questions: Callable[..., Path], built: Built) -> None:
    with FaultServer() as server:
        code, _, err = built(questions(2), server.base_url, *arguments)
        assert code == 2
        assert said in " ".join(err.split())
        assert server.requests == 0


def test_no_key_is_ever_written(tmp_path: Path, questions: Callable[..., Path], built: Built) -> None:
    with FaultServer(api_key="sk-very-secret") as server:
        code, out, err = built(questions(3), server.base_url, env={"OPENAI_API_KEY": "sk-very-secret"})
        assert code == 0, err
    texts = [
        out.encode(),
        err.encode(),
        *(path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()),
    ]
    assert not any(b"very-secret" in text for text in texts)


def _number(payload: Any) -> int:
    return int(payload["messages"][0]["content"].split()[1])


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(6000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to that")
