"""Batches that end badly, results that are none, and servers that refuse or talk nonsense."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgpaths.errors import BatchPending, EndpointDown, UsageError
from kgpaths.llm import REPLIES
from kgpaths.testing import FaultServer

from .batch_building import Building, answer
from .batch_server import BatchServer

Built = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(("status", "reason"), [("failed", "llm_not_accepted"), ("cancelled", "llm_transport")])
def test_a_batch_that_brings_nothing_is_sent_three_times(
    status: str, reason: str, building: Building, server: BatchServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.ends = lambda _: (status, 0)
    result, said = building.built()
    assert len(said) == 3
    assert len({one["metadata"]["kgpaths"] for one in server.batches.values()}) == 3
    warned = [record.getMessage() for record in caplog.records if "batch batch_0 is" in record.getMessage()]
    why = " (the file cannot be read)" if status == "failed" else ""
    assert warned == [f"batch batch_0 is {status}{why}: 0 replies are taken, requests to be asked again: 6"]
    rows = list(result.corpus.rows())
    assert {row.reasons for row in rows} == {(reason,)}
    assert all("batch_2" in row.detail for row in rows)
    server.ends = lambda _: ("completed", None)
    healed, said = building.built(overwrite=True)
    assert len(said) == 1
    assert healed.failed == 0


def test_what_an_expired_batch_brought_is_taken(building: Building, server: BatchServer) -> None:
    server.ends = lambda name: ("expired", 4) if name == "batch_0" else ("completed", None)
    result, said = building.built()
    assert [line.split(" with ")[1].split(" ")[0] for line in said] == ["6", "2"]
    assert result.failed == 0
    direct = building.build("direct", batch=False)
    assert direct.failed == 0
    assert building.files("run") == building.files("direct")


ENDS: dict[str, tuple[dict[str, Any], str | None, int]] = {
    "one line": ({"response": {"status_code": 400, "body": {"error": {"message": "too long"}}}}, "llm_not_accepted", 1),
    "rate": ({"response": {"status_code": 429, "body": {"error": {"message": "slow"}}}}, "llm_rate_limited", 3),
    "broken": ({"response": {"status_code": 500, "body": None}}, "llm_transport", 3),
    "expired": ({"error": {"code": "batch_expired", "message": "too late"}}, "llm_timeout", 3),
    "no body": ({"response": {"status_code": 200}}, "llm_bad_response", 1),
    "nonsense": ({"response": "?", "error": [1]}, "llm_transport", 3),
}


@pytest.mark.parametrize("name", ENDS)
def test_faults_are_those_of_direct_calls(name: str, building: Building, server: BatchServer) -> None:
    told, reason, rounds = ENDS[name]
    ill = "20-year-old"
    server.result = lambda line, _: told if ill in line["body"]["messages"][1]["content"] else None
    result, said = building.built(llm={"tries": 1})
    assert len(said) == rounds
    failed = [row for row in result.corpus.rows() if row.status == "failed"]
    assert [(row.id, row.reasons) for row in failed] == [("q0", (reason,))]
    assert failed[0].detail
    server.result = lambda _line, _before: None
    healed, said = building.built(overwrite=True, llm={"tries": 1})
    assert len(said) == 1
    assert healed.failed == 0


def test_a_model_that_the_endpoint_lacks_ends_the_run(building: Building, server: BatchServer) -> None:
    server.result = lambda _line, _before: {
        "response": {"status_code": 404, "body": {"error": {"message": "The model `m` does not exist"}}}
    }
    with pytest.raises(BatchPending):
        building.build()
    with pytest.raises(UsageError, match="no chat completions for model 'm'"):
        building.build()
    server.result = lambda _line, _before: None
    result, said = building.built()
    assert len(said) == 1
    assert result.failed == 0


def test_results_in_any_order_among_lines_that_are_none(
    building: Building, server: BatchServer, caplog: pytest.LogCaptureFixture
) -> None:
    other = json.dumps({"custom_id": "somebody", "response": {"status_code": 200, "body": {}}})
    odd = ["", "not JSON", other, "[]", "null", '{"custom_id": 3}', "9" * 5000, " " * 5]

    def mixed(lines: list[str]) -> list[str]:
        twice = json.loads(lines[0])
        twice["response"]["body"] = {"choices": []}
        long = json.dumps({"custom_id": "x" * 17_000_000})
        return [*odd[:4], *lines[3:], long, *odd[4:], *lines[:3], json.dumps(twice)]

    server.lines = mixed
    result, said = building.built()
    assert len(said) == 1
    assert result.failed == 0
    (warned,) = [record.getMessage() for record in caplog.records if "batch_0 is" in record.getMessage()]
    assert "6 replies are taken, requests to be asked again: 0; 8 lines of its results are none" in warned


def test_a_file_of_results_that_is_too_large_is_read_to_its_limit(
    building: Building, server: BatchServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.lines = lambda lines: [*lines[:4], *["x" * 1_000_000] * 30, *lines[4:]] if len(lines) == 6 else lines
    result, said = building.built()
    assert [line.split(" with ")[1].split(" ")[0] for line in said] == ["6", "2"]
    assert "not read to the end" in caplog.text
    assert result.failed == 0


def test_a_server_without_a_batch_api(questions: Callable[..., Path], built: Built) -> None:
    with FaultServer() as server:
        code, out, err = built(questions(3), server.base_url, "--batch")
    assert code == 2
    assert not out
    (line,) = err.splitlines()
    assert line.startswith(f"kgpaths: {server.base_url} has no Batch API (HTTP 404: ")
    assert line.endswith("leave --batch out")


def test_a_server_without_a_batch_api_leaves_nothing_behind(
    building: Building, caplog: pytest.LogCaptureFixture
) -> None:
    with FaultServer(reply=answer) as plain:
        building.server = plain  # type: ignore[assignment]
        with pytest.raises(UsageError, match="has no Batch API"):
            building.build()
        assert not list((building.folder / "run").glob(f"{REPLIES}*"))
        assert building.build(batch=False, limit=2).failed == 0, "put right, the same folder serves"
    assert "open" not in caplog.text


@pytest.mark.parametrize(
    ("call", "status", "content", "error", "said"),
    [
        ("POST files", 401, {"error": {"message": "no"}}, UsageError, "wants an API key"),
        ("POST files", 307, {}, UsageError, "sends requests on to"),
        ("POST files", 200, b"<html>busy</html>", UsageError, "has no Batch API"),
        ("POST files", 200, {"object": "file"}, UsageError, "answer without 'id'"),
        ("POST files", 200, [1], UsageError, "has no Batch API"),
        ("POST files", 503, {}, EndpointDown, "does not answer for its files"),
        ("POST batches", 400, {"error": {"message": "no money"}}, UsageError, "does not accept the batch .*no money"),
        ("POST batches", 429, {}, EndpointDown, "does not answer for its batches"),
        ("GET batch", 404, {}, UsageError, "does not know batch batch_0 .*Without --batch"),
        ("GET batch", 500, {}, EndpointDown, "does not answer"),
        ("GET content", 302, {}, UsageError, "sends requests on to"),
        ("GET content", 500, {}, EndpointDown, "does not answer"),
        ("GET content", 500, b"x" * 17_000_000, EndpointDown, "larger than 16 MiB"),
        ("GET batch", 200, b"x" * 17_000_000, UsageError, "larger than 16 MiB"),
    ],
)
def test_a_server_that_refuses_or_talks_nonsense(
    call: str, status: int, content: Any, error: type[Exception], said: str, building: Building, server: BatchServer
) -> None:
    server.on = lambda made: (status, content) if made == call else None
    with pytest.raises(error, match=said):
        building.built()
    server.on = lambda _: None
    result, _ = building.built()
    assert result.failed == 0
    assert len(server.batches) == 1, "put right, the same batch serves"
    assert server.asked.total() == 6


def test_results_that_end_in_the_middle_are_read_again(building: Building, server: BatchServer) -> None:
    whole = server.get

    def cut(path: str, query: dict[str, str]) -> tuple[int, Any]:
        status, content = whole(path, query)
        if path.endswith("/content"):
            raise ConnectionAbortedError  # the connection is torn down without an answer
        return status, content

    with pytest.raises(BatchPending):
        building.build()
    server.get = cut  # type: ignore[method-assign]
    with pytest.raises(EndpointDown):
        building.build()
    server.get = whole  # type: ignore[method-assign]
    result, said = building.built()
    assert (result.failed, said) == (0, [])
