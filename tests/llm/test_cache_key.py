"""What makes a request another one, and what does not: shown by what a server is asked."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgpaths.config import EndpointConfig
from kgpaths.llm import ChatRequest, Endpoint, Message, Reply
from kgpaths.testing import FaultServer
from kgpaths.verbalization.recipes.structured_output import chain_schema, dialect

SYSTEM, USER = Message(role="system", content="Be brief."), Message(role="user", content="Why?")

MISSES: dict[str, dict[str, Any]] = {
    "system prompt": {"messages": (Message(role="system", content="Be very brief."), USER)},
    "no system prompt": {"messages": (USER,)},
    "prompt or paths": {"messages": (SYSTEM, Message(role="user", content="Why not?"))},
    "role": {"messages": (SYSTEM, Message(role="assistant", content="Why?"))},
    "order of messages": {"messages": (USER, SYSTEM)},
    "model": {"model": "n"},
    "temperature": {"temperature": 0.6},
    "no temperature": {"temperature": None},
    "top_p": {"top_p": 0.9},
    "seed": {"seed": 8},
    "max_tokens": {"max_tokens": 65},
    "response_format": {"response_format": '{"type": "json_object"}'},
    "extra": {"extra": '{"grammar": "root ::= \\"yes\\""}'},
}

HITS: dict[str, EndpointConfig] = {
    "nothing": EndpointConfig(),
    "timeout": EndpointConfig(timeout_s=9.0),
    "concurrency": EndpointConfig(concurrency=3),
    "retries": EndpointConfig(max_retries=0),
    "rates": EndpointConfig(requests_per_minute=6000, tokens_per_minute=1e6),
    "prices and limits": EndpointConfig.parse({"prices": {"prompt": 1.0}, "max_cost": 5.0, "max_tokens_total": 10**6}),
    "outage rule": EndpointConfig(outage_after=3, outage_share=0.1),
}


async def asked(
    base_url: str, store: Path, request: ChatRequest, config: EndpointConfig | None = None, attempt: int = 0
) -> tuple[Reply, int]:
    async with Endpoint(base_url, config, store=store) as endpoint:
        return await endpoint.complete(request, attempt=attempt), endpoint.spent.calls


@pytest.mark.parametrize("changed", MISSES)
def test_what_the_model_sees_is_another_request(
    changed: str, tmp_path: Path, request_of: Callable[..., ChatRequest]
) -> None:
    with FaultServer() as server:
        store = tmp_path / "replies.sqlite"
        first, _ = asyncio.run(asked(server.base_url, store, request_of()))
        other, calls = asyncio.run(asked(server.base_url, store, request_of(**MISSES[changed])))
        assert (calls, other.cached, server.requests) == (1, False, 2)
        assert other.key != first.key
        assert other.text != first.text


@pytest.mark.parametrize("changed", HITS)
def test_how_it_is_sent_is_not(changed: str, tmp_path: Path, request_of: Callable[..., ChatRequest]) -> None:
    with FaultServer() as server:
        store = tmp_path / "replies.sqlite"
        first, _ = asyncio.run(asked(server.base_url, store, request_of()))
        again, calls = asyncio.run(asked(server.base_url, store, request_of(), HITS[changed]))
    assert (calls, server.requests) == (0, 1)
    assert again == first.model_copy(update={"cached": True})


def test_another_key_is_no_other_request_and_is_written_nowhere(
    tmp_path: Path, request_of: Callable[..., ChatRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "replies.sqlite"
    with FaultServer(api_key="sk-first-secret") as server:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-first-secret")
        asyncio.run(asked(server.base_url, store, request_of()))
        monkeypatch.setenv("KGPATHS_API_KEY", "sk-other-secret")
        _, calls = asyncio.run(asked(server.base_url, store, request_of()))
    assert calls == 0
    for path in tmp_path.iterdir():
        assert b"secret" not in path.read_bytes()


def test_another_endpoint_or_attempt_is_another_request(tmp_path: Path, request_of: Callable[..., ChatRequest]) -> None:
    store = tmp_path / "replies.sqlite"
    with FaultServer() as one, FaultServer() as two:
        asyncio.run(asked(one.base_url, store, request_of()))
        assert asyncio.run(asked(two.base_url, store, request_of()))[1] == 1
        assert asyncio.run(asked(one.base_url, store, request_of(), attempt=1))[1] == 1
        assert asyncio.run(asked(one.base_url + "/", store, request_of()))[1] == 0, (
            "a slash at the end is no difference"
        )


def test_what_is_sent_is_what_is_hashed(tmp_path: Path, request_of: Callable[..., ChatRequest]) -> None:
    seen: list[Any] = []
    request = request_of("naïve “quotes” 🤒", extra='{"top_k": 5}', response_format='{"type": "json_object"}')
    with FaultServer(reply=lambda payload: seen.append(payload) or "So.") as server:
        asyncio.run(asked(server.base_url, tmp_path / "r.sqlite", request))
    assert seen == [request.wire()]
    with sqlite3.connect(tmp_path / "r.sqlite") as connection:
        (stored,) = connection.execute("SELECT request FROM replies").fetchone()
    assert json.loads(stored) == request.wire()


def test_the_same_request_twice_at_once_is_sent_once(tmp_path: Path, request_of: Callable[..., ChatRequest]) -> None:
    async def both(base_url: str) -> list[Reply]:
        async with Endpoint(base_url, store=tmp_path / "r.sqlite") as endpoint:
            return list(await asyncio.gather(*(endpoint.complete(request_of()) for _ in range(8))))

    with FaultServer(latency_s=0.05) as server:
        replies = asyncio.run(both(server.base_url))
    assert server.requests == 1
    assert len({reply.text for reply in replies}) == 1
    assert sorted(reply.cached for reply in replies) == [False] + [True] * 7


def test_without_a_store_nothing_is_replayed(request_of: Callable[..., ChatRequest]) -> None:
    async def twice(base_url: str) -> None:
        async with Endpoint(base_url) as endpoint:
            await endpoint.complete(request_of())
            await endpoint.complete(request_of())

    with FaultServer() as server:
        asyncio.run(twice(server.base_url))
    assert server.requests == 2


def test_the_members_of_a_shape_are_sent_in_their_order(tmp_path: Path, request_of: Callable[..., ChatRequest]) -> None:
    shape = dialect("json_schema").apply(request_of(), chain_schema(["Reasoning"])).response_format
    sent: list[Any] = []
    with FaultServer(reply=lambda payload: sent.append(payload) or "So.") as server:
        asyncio.run(asked(server.base_url, tmp_path / "r.sqlite", request_of(response_format=shape)))
    schema = sent[0]["response_format"]["json_schema"]["schema"]
    # A model that answers first argues for what it has said.
    assert list(schema["properties"]) == ["abstain", "steps", "answer"]
    step = schema["properties"]["steps"]["items"]["properties"]
    assert list(step) == ["section", "text", "cites", "quotes", "knowledge"]
