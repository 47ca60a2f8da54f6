"""Every fault that a server can show, one call at a time and 64 at once, and what becomes of every request."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from kgpaths.config import EndpointConfig
from kgpaths.errors import EndpointDown, UsageError
from kgpaths.llm import ChatRequest, Endpoint, Reply, ordered_map
from kgpaths.testing import FaultKind, FaultServer, times
from kgpaths.testing.endpoint_faults import FAULT_KINDS

LASTING: dict[str, str | None] = {
    "400": "not_accepted",
    "429": "rate_limited",
    "429_retry_after": "rate_limited",
    "500": "transport",
    "503": "transport",
    "close": "transport",
    "reset": "transport",
    "reset_mid_body": "transport",
    "hang": "timeout",
    "slow_first_byte": None,
    "invalid_json": "bad_response",
    "html": "bad_response",
    "not_a_completion": "bad_response",
    "empty_choices": "empty",
    "empty_text": "empty",
    "length": "length",
    "refusal": "refusal",
    "content_filter": "refusal",
    "no_usage": None,
}
"""What a fault that stays is in the end; None is an answer."""
RETRIED = ("429", "429_retry_after", "500", "503", "close", "reset", "reset_mid_body", "hang")
"""What the client tries again by itself."""
ASKED_AGAIN = (
    "invalid_json",
    "html",
    "not_a_completion",
    "empty_choices",
    "empty_text",
    "length",
    "refusal",
    "content_filter",
)
FATAL = ("401", "403", "404", "unknown_model")


def test_every_fault_is_here() -> None:
    assert {*LASTING, *FATAL} == set(FAULT_KINDS)
    assert {*RETRIED, *ASKED_AGAIN} == {kind for kind, fault in LASTING.items() if fault} - {"400"}


def replies(
    server: FaultServer, config: EndpointConfig, requests: list[ChatRequest], store: Path | None, tries: int = 1
) -> tuple[list[Reply], Endpoint]:
    """Ask for all, `config.concurrency` at a time."""

    async def run() -> tuple[list[Reply], Endpoint]:
        async with Endpoint(server.base_url, config, store=store) as endpoint:
            stream = ordered_map(
                requests, lambda request: endpoint.ask(request, tries=tries), concurrency=config.concurrency
            )
            return [reply async for reply in stream], endpoint

    return asyncio.run(run())


@pytest.fixture
def mixed(request_of: Callable[..., ChatRequest]) -> Callable[[int], list[ChatRequest]]:
    return lambda count: [request_of(f"{'good' if n % 3 == 0 else 'ill'} {n}") for n in range(count)]


def patient(concurrency: int, kind: FaultKind) -> EndpointConfig:
    return EndpointConfig(
        max_retries=1,
        timeout_s=2.0 if kind == "hang" else 60.0,
        concurrency=concurrency,
        outage_after=10_000,
        outage_share=1.0,
    )


@pytest.mark.parametrize("concurrency", [1, 64])
@pytest.mark.parametrize("kind", LASTING)
def test_a_fault_that_stays(
    kind: FaultKind, concurrency: int, tmp_path: Path, mixed: Callable[[int], list[ChatRequest]]
) -> None:
    requests = mixed(4 if concurrency == 1 else 130)
    with FaultServer(plan=lambda payload, _: kind if "ill" in payload["messages"][1]["content"] else None) as server:
        got, endpoint = replies(server, patient(concurrency, kind), requests, tmp_path / "r.sqlite")
    expected = [None if "good" in request.messages[1].content else LASTING[kind] for request in requests]
    assert [reply.fault for reply in got] == expected
    assert all(reply.text and not reply.detail for reply in got if reply.fault is None)
    assert all(reply.detail for reply in got if reply.fault is not None)
    ill = sum("ill" in request.messages[1].content for request in requests)
    assert server.requests == len(requests) + (ill if kind in RETRIED else 0)
    assert endpoint.spent.calls == len(requests)
    assert endpoint.spent.retries == (ill if kind in RETRIED else 0)
    assert endpoint.spent.faults == Counter(fault for fault in expected if fault)


@pytest.mark.parametrize("concurrency", [1, 64])
@pytest.mark.parametrize("kind", RETRIED)
def test_a_fault_that_passes_is_not_noticed(
    kind: FaultKind, concurrency: int, mixed: Callable[[int], list[ChatRequest]]
) -> None:
    requests = mixed(2 if concurrency == 1 else 100)
    with FaultServer(plan=times(kind, 1)) as server:
        got, endpoint = replies(server, patient(concurrency, kind), requests, None)
    assert all(reply.fault is None and reply.text for reply in got)
    assert server.requests == 2 * len(requests)
    assert (endpoint.spent.calls, endpoint.spent.retries) == (len(requests), len(requests))


@pytest.mark.parametrize("kind", ASKED_AGAIN)
def test_a_reply_that_is_no_answer_is_kept_and_asked_again_under_the_next_number(
    kind: FaultKind, tmp_path: Path, request_of: Callable[..., ChatRequest]
) -> None:
    def first_seed_fails(payload: object, _: int) -> FaultKind | None:
        return kind if payload["seed"] == 7 else None  # type: ignore[index]

    with FaultServer(plan=first_seed_fails) as server:
        store = tmp_path / "r.sqlite"
        (reply,), endpoint = replies(server, EndpointConfig(), [request_of()], store, tries=2)
        assert (reply.fault, reply.attempt, endpoint.spent.calls) == (None, 1, 2)
        (again,), endpoint = replies(server, EndpointConfig(), [request_of()], store, tries=2)
        assert again.text == reply.text
        # a body that no parser could read is not a reply of the model: it is asked for once more
        assert server.requests == (3 if LASTING[kind] == "bad_response" else 2)


def test_retry_after_is_waited_for(request_of: Callable[..., ChatRequest]) -> None:
    came: list[float] = []

    def note(_: object, before: int) -> FaultKind | None:
        came.append(asyncio.get_running_loop().time())
        return None if before else "429_retry_after"

    with FaultServer(plan=note, retry_after="1.5") as server:
        replies(server, EndpointConfig(), [request_of()], None)
    assert came[1] - came[0] >= 1.5


@pytest.mark.parametrize("kind", FATAL)
def test_a_wrong_key_path_or_model_ends_with_the_first_call(
    kind: FaultKind, tmp_path: Path, mixed: Callable[[int], list[ChatRequest]]
) -> None:
    with (
        FaultServer(plan=kind) as server,
        pytest.raises(UsageError, match=r"API key|no chat completions for"),
    ):
        replies(server, EndpointConfig(), mixed(200), tmp_path / "r.sqlite")
    assert server.requests == 1
    assert not (tmp_path / "r.sqlite").exists()


def test_the_key_is_not_repeated_where_a_server_quotes_it(
    request_of: Callable[..., ChatRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KGPATHS_API_KEY", "incorrect")  # what the server's message quotes
    with FaultServer(plan="401") as server, pytest.raises(UsageError) as caught:
        replies(server, EndpointConfig(), [request_of()], None)
    assert "incorrect" not in str(caught.value)
    assert "KGPATHS_API_KEY" in str(caught.value)


def test_where_nothing_listens_is_down_at_once(mixed: Callable[[int], list[ChatRequest]]) -> None:
    with FaultServer() as server:
        pass
    with pytest.raises(EndpointDown, match="nothing answers at"):
        replies(server, EndpointConfig(max_retries=0), mixed(50), None)


def test_failures_in_a_row_are_an_outage(mixed: Callable[[int], list[ChatRequest]]) -> None:
    config = EndpointConfig(max_retries=0, concurrency=1, outage_after=5)
    with FaultServer(plan="503") as server, pytest.raises(EndpointDown, match=r"5 calls in a row failed.*overloaded"):
        replies(server, config, mixed(50), None)
    assert server.requests == 5


def test_too_large_a_share_of_failures_is_an_outage(mixed: Callable[[int], list[ChatRequest]]) -> None:
    config = EndpointConfig(max_retries=0, concurrency=1, outage_after=50, outage_share=0.6)
    ill = lambda payload, _: "500" if "ill" in payload["messages"][1]["content"] else None  # noqa: E731
    with FaultServer(plan=ill) as server, pytest.raises(EndpointDown, match="of the last 100 calls failed"):
        replies(server, config, mixed(150), None)
    assert server.requests == 100


def test_refusals_of_the_model_are_no_outage(mixed: Callable[[int], list[ChatRequest]]) -> None:
    with FaultServer(plan="refusal") as server:
        got, _ = replies(server, EndpointConfig(outage_after=2), mixed(150), None)
    assert {reply.fault for reply in got} == {"refusal"}
