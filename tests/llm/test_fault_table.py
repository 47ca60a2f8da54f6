"""Every fault in whole builds, one call at a time and 64 at once: what becomes of every row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kgpaths as kg
from kgpaths.llm import REPLIES, ReplyStore
from kgpaths.records import Row
from kgpaths.testing import FaultKind, FaultServer, times
from kgpaths.verbalization.recipes.rehearsal import rehearse

OUTCOME: dict[FaultKind, str | None] = {
    "400": "llm_not_accepted",
    "429": "llm_rate_limited",
    "429_retry_after": "llm_rate_limited",
    "500": "llm_transport",
    "503": "llm_transport",
    "close": "llm_transport",
    "reset": "llm_transport",
    "reset_mid_body": "llm_transport",
    "hang": "llm_timeout",
    "slow_first_byte": None,
    "invalid_json": "llm_bad_response",
    "html": "llm_bad_response",
    "not_a_completion": "llm_bad_response",
    "empty_choices": "llm_empty",
    "empty_text": "llm_empty",
    "length": "llm_length",
    "refusal": "llm_refusal",
    "content_filter": "llm_refusal",
    "no_usage": None,
}
"""The reason that a row fails with when the fault stays; None is a row that is accepted."""
BY_THE_CLIENT = ("429", "429_retry_after", "500", "503", "close", "reset", "reset_mid_body", "hang")
"""Sent again by the client itself, as the same call."""
IS_NO_REPLY = (*BY_THE_CLIENT, "400")
"""Nothing of these is stored: no reply came."""
ILL, UNANSWERABLE = 5, 7
"""Question 1 of every 5 meets the fault; question 3 of every 7 has no path."""


def number(payload: Any) -> int:
    """Return which question a request is about."""
    return int(payload["messages"][-1]["content"].partition("Patient ")[2].split()[0])


def is_ill(question: int) -> bool:
    return question % ILL == 1


def answer(payload: Any) -> str:
    return rehearse("\n".join(message["content"] for message in payload["messages"]))


@pytest.fixture
def corpus(
    tmp_path: Path, ward: Path, questions: Callable[..., Path]
) -> Callable[..., tuple[dict[str, int], list[Row]]]:
    """Return a builder of corpora whose chains a server writes: the counts, and all rows."""

    def build(server: FaultServer, rows: int, concurrency: int, **endpoint: Any) -> tuple[dict[str, int], list[Row]]:
        source = questions(rows, unanswerable=frozenset(range(3, rows, UNANSWERABLE)))
        settings = {"concurrency": concurrency, "max_retries": 1, "outage_after": 10_000, "outage_share": 1.0}
        llm: dict[str, Any] = {"models": ("m",), "base_url": server.base_url, "recipe": "medreason", "tries": 2}
        llm["endpoint"] = settings | endpoint
        result = kg.build(f"jsonl:{source}", out=tmp_path / "run", graph=str(ward), llm=llm)
        return result.stats, list(result.corpus.rows())

    return build


@pytest.mark.parametrize("concurrency", [1, 64])
@pytest.mark.parametrize("kind", OUTCOME)
def test_the_outcome_of_every_row(
    kind: FaultKind, concurrency: int, tmp_path: Path, corpus: Callable[..., tuple[dict[str, int], list[Row]]]
) -> None:
    count = 7 if concurrency == 1 else 70
    plan = lambda payload, _: kind if is_ill(number(payload)) else None  # noqa: E731
    with FaultServer(reply=answer, plan=plan, retry_after="0.05") as server:
        stats, rows = corpus(server, count, concurrency, timeout_s=1.0 if kind == "hang" else 60.0)
        assert server.peak <= concurrency
    lasting = OUTCOME[kind]
    expected = {f"q{n}": ("failed", lasting) if is_ill(n) and lasting else ("accepted", None) for n in range(count)}
    expected |= {f"q{n}": ("rejected", "unlinked_question") for n in range(3, count, UNANSWERABLE)}
    assert {row.id: (row.status, row.reasons[0] if row.reasons else None) for row in rows} == expected
    assert len(rows) == count == stats["items"]
    assert stats["accepted"] + stats["rejected"] + stats["failed"] == count
    assert Counter(row.status for row in rows) == {
        status: stats[status] for status in ("accepted", "rejected", "failed") if stats[status]
    }
    assert all(row.detail for row in rows if row.status == "failed")
    assert all(row.chain is not None for row in rows if row.status == "accepted")

    asked = [n for n in range(count) if n % UNANSWERABLE != 3]
    ill = sum(is_ill(n) for n in asked)
    twice = kind in BY_THE_CLIENT or (lasting is not None and kind != "400")  # the client's retry, or the second try
    assert server.requests == len(asked) + (ill if twice else 0)
    with ReplyStore(tmp_path / "run" / REPLIES) as store:
        kept = store.totals()
    assert kept.replies == len(asked) - ill + (0 if kind in IS_NO_REPLY else ill * (2 if lasting else 1))
    fault = (lasting or "").removeprefix("llm_")
    assert kept.faults == ({fault: 2 * ill} if lasting and kind not in IS_NO_REPLY else {})


@pytest.mark.parametrize("concurrency", [1, 64])
def test_faults_that_pass_leave_no_trace(
    concurrency: int, tmp_path: Path, corpus: Callable[..., tuple[dict[str, int], list[Row]]]
) -> None:
    kinds = [*BY_THE_CLIENT[:-1], "slow_first_byte", None]

    def plan(payload: Any, before: int) -> FaultKind | None:
        kind = kinds[number(payload) % len(kinds)]
        return times(kind, 1)(payload, before) if kind else None

    with FaultServer(reply=answer, plan=plan, retry_after="0.05") as server:
        stats, rows = corpus(server, 10 if concurrency == 1 else 100, concurrency)
    assert stats["failed"] == 0
    assert {row.status for row in rows if int(row.id[1:]) % UNANSWERABLE != 3} == {"accepted"}
    usage = json.loads((tmp_path / "run" / "usage.json").read_text())
    assert usage["no_answer"] == {}
    assert usage["last_call"]["retries"] > 0
