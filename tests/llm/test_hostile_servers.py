"""Servers that are no endpoint, or mean harm: one clear error, or a row's fault; never a hang, never a secret told."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kgpaths.config import EndpointConfig, LLMConfig
from kgpaths.errors import ConfigError, EndpointDown, UsageError
from kgpaths.llm import Endpoint
from kgpaths.llm.messages import ChatRequest, Message, Reply
from kgpaths.testing import FaultServer

REQUEST = ChatRequest(model="m", messages=(Message(role="user", content="Why?"),))


@contextmanager
def serving(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """Yield the base URL of a server that does with each connection as it is told."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        ended = threading.Event()

        def one(connection: socket.socket) -> None:
            with connection:
                try:
                    behave(connection)
                except OSError:
                    return

        def run() -> None:
            while not ended.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                connection.setblocking(True)
                threading.Thread(target=one, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        ended.set()
        thread.join()


def ask(base_url: str, *, store: Path | None = None, timeout_s: float = 20.0, max_retries: int = 0) -> Reply:
    async def once() -> Reply:
        config = EndpointConfig(max_retries=max_retries, timeout_s=timeout_s)
        async with Endpoint(base_url, config, store=store) as endpoint:
            return await endpoint.ask(REQUEST)

    return asyncio.run(once())


def answering(body: bytes, head: str = "") -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        connection.recv(2**20)
        connection.sendall(f"HTTP/1.1 200 OK\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    return behave


def completion(text: object, **usage: object) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return json.dumps({"choices": [choice], "usage": usage}).encode()


def test_a_byte_now_and_then_ends_with_the_call_s_time() -> None:
    def drip(connection: socket.socket) -> None:
        connection.recv(2**20)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            connection.sendall(b" ")
            time.sleep(0.1)

    with serving(drip) as base_url:
        started = time.monotonic()
        with pytest.raises(EndpointDown, match="no whole reply within 1 s"):
            ask(base_url, timeout_s=1.0)
        assert time.monotonic() - started < 20


@pytest.mark.parametrize("packed", [False, True])
def test_a_reply_without_end_is_no_answer(packed: bool) -> None:
    huge = b" " * 40_000_000
    behave = answering(gzip.compress(huge), "Content-Encoding: gzip\r\n") if packed else answering(huge)
    with serving(behave) as base_url:
        reply = ask(base_url)
    assert (reply.fault, reply.detail) == ("bad_response", "the reply is larger than 16 MiB")


def test_a_packed_reply_is_read() -> None:
    packed = gzip.compress(completion("So it is gout."))
    with serving(answering(packed, "Content-Encoding: gzip\r\n")) as base_url:
        assert ask(base_url).text == "So it is gout."


def test_nothing_is_sent_to_another_address() -> None:
    with FaultServer() as other:

        def elsewhere(connection: socket.socket) -> None:
            connection.recv(2**20)
            target = f"http://user:word@127.0.0.1:{other.port}/v1/chat/completions"
            connection.sendall(f"HTTP/1.1 307 See\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode())

        with serving(elsewhere) as base_url, pytest.raises(UsageError, match="sends requests on to") as caught:
            ask(base_url)
        assert other.requests == 0
    assert "word" not in str(caught.value)


@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\x15\x03\x01\x00\x02\x02", b"220 mail ready\r\n"])
def test_a_port_that_speaks_no_http(said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def banner(connection: socket.socket) -> None:
        connection.recv(2**20)
        connection.sendall(said)

    monkeypatch.setenv("KGPATHS_API_KEY", "sk-secret")
    with serving(banner) as base_url, pytest.raises(UsageError, match="does not speak HTTP") as caught:
        ask(base_url, max_retries=3)
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize("key", ["sk-\n1", "sk-é", "sk 1", "sk-\x07"])
def test_a_key_that_no_header_can_hold(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KGPATHS_API_KEY", key)
    with pytest.raises(UsageError, match="KGPATHS_API_KEY") as caught:
        Endpoint("http://127.0.0.1:1/v1")
    assert "sk" not in str(caught.value)


def test_a_line_break_behind_a_key_is_nobody_s_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KGPATHS_API_KEY", "sk-1\n")
    with FaultServer(api_key="sk-1") as server:
        assert ask(server.base_url).fault is None


@pytest.mark.parametrize(
    "url",
    [
        "http://me:secret@127.0.0.1/v1",
        "http://secret@127.0.0.1/v1",
        "http://127.0.0.1/v1?key=secret",
        "http://127.0.0.1/v1#secret",
        "http://127.0.0.1:port-secret/v1",
    ],
)
def test_a_base_url_with_a_secret_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigError, match="base URL") as of_the_build:
        LLMConfig.parse({"models": ["m"], "base_url": url})
    with pytest.raises(UsageError, match="base URL") as of_the_endpoint:
        Endpoint(url)
    assert "secret" not in str(of_the_build.value) + str(of_the_endpoint.value)


@pytest.mark.parametrize("count", [-1, 10**30, 1e400, True, "12", None, [3]])
def test_absurd_usage_counts_nothing(count: object, tmp_path: Path) -> None:
    body = completion("So.", prompt_tokens=count, completion_tokens=7)
    with serving(answering(body)) as base_url:
        reply = ask(base_url, store=tmp_path / "replies.sqlite")
    assert (reply.text, reply.prompt_tokens, reply.completion_tokens) == ("So.", 0, 7)


def test_what_a_server_says_is_printed_without_control_characters() -> None:
    def refuses(connection: socket.socket) -> None:
        connection.recv(2**20)
        said = json.dumps({"error": {"message": "\x1b[31mno\x07 \x1b]0;owned\x07model"}}).encode()
        connection.sendall(f"HTTP/1.1 404 No\r\nContent-Length: {len(said)}\r\n\r\n".encode() + said)

    with serving(refuses) as base_url, pytest.raises(UsageError, match="no model") as caught:
        ask(base_url)
    assert str(caught.value).isprintable()
    with serving(answering(completion("Gout\x1b[2J is\x00 likely."))) as base_url:
        assert ask(base_url).text == "Gout is likely."


def test_only_the_owner_reads_the_replies(tmp_path: Path) -> None:
    store = tmp_path / "replies.sqlite"
    with FaultServer() as server:
        ask(server.base_url, store=store)
    assert stat.S_IMODE(store.stat().st_mode) == 0o600
