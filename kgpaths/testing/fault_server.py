"""A small OpenAI-compatible server on a real socket that fails as it is told; for 127.0.0.1 and tests only.

It speaks as much HTTP/1.1 as a client library uses (keep-alive, `Content-Length`) on `asyncio` alone, because tearing
down a connection in the middle of a reply is what web frameworks prevent.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kgpaths.testing.endpoint_faults import FaultKind, Payload, Plan, echo

_STATUS: dict[str, tuple[int, str, str]] = {
    "400": (400, "Bad Request", "this request cannot be answered"),
    "401": (401, "Unauthorized", "incorrect API key"),
    "403": (403, "Forbidden", "not for this key"),
    "404": (404, "Not Found", "no such path"),
    "unknown_model": (404, "Not Found", "the model does not exist"),
    "429": (429, "Too Many Requests", "slow down"),
    "429_retry_after": (429, "Too Many Requests", "slow down"),
    "500": (500, "Internal Server Error", "something broke"),
    "503": (503, "Service Unavailable", "overloaded"),
}
_UNREADABLE = {
    "invalid_json": '{"choices": [{"message": {"content": "cut',
    "html": "<html><body>Sign in to this network</body></html>",
}


class FaultServer:
    """A chat-completion server in a thread of its own.

    Args:
        reply: from a request to the text of the answer.
        plan: what goes wrong, and when; one fault's name fails every request, None none.
        latency_s: seconds before every answer; for `slow_first_byte` ten times that, at least a quarter of a second.
        retry_after: value of the Retry-After header of `429_retry_after`.
        api_key: with a key, other keys are answered with 401.
        models: with names, other models are answered with 404.
        log: file that a line is added to for every request, for servers in a process of their own.
        port: 0 takes a free one.

    >>> import urllib.request
    >>> with FaultServer(reply=lambda payload: "Aspirin.") as server:
    ...     request = urllib.request.Request(server.base_url + "/chat/completions", b'{"model": "m", "messages": []}')
    ...     with urllib.request.urlopen(request) as response:
    ...         print(json.load(response)["choices"][0]["message"]["content"])
    Aspirin.
    >>> server.answered
    1
    """

    def __init__(
        self,
        *,
        reply: Callable[[Payload], str] = echo,
        plan: Plan | FaultKind | None = None,
        latency_s: float = 0.0,
        retry_after: str = "1",
        api_key: str | None = None,
        models: tuple[str, ...] = (),
        log: Path | None = None,
        port: int = 0,
    ) -> None:
        self.reply = reply
        self.plan: Plan = plan if callable(plan) else lambda _payload, _before: plan
        self.latency_s = latency_s
        self.retry_after = retry_after
        self.api_key = api_key
        self.models = models
        self.log = log
        self.port = port
        self.seen: Counter[bytes] = Counter()
        """How often each request came, by the SHA-256 of its body."""
        self.answered = 0
        """Requests answered with status 200, whether it is an answer or not."""
        self.faults: Counter[str] = Counter()
        """Requests that were made to fail, by kind."""
        self.in_flight = 0
        self.peak = 0
        """Most requests that were in flight at once."""
        self._thread = threading.Thread(target=self._run, name="kgpaths-fault-server", daemon=True)
        self._ready = threading.Event()
        self._error: OSError | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self.connections: set[_Connection] = set()

    @property
    def base_url(self) -> str:
        """What goes into `--base-url`."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def requests(self) -> int:
        """Requests that came, retries included."""
        return self.seen.total()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            raise self._error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and drop all connections."""
        if self._loop is not None and self._end is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def wait(self) -> None:
        """Serve until `close` is called."""
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        try:
            server = await self._loop.create_server(lambda: _Connection(self), "127.0.0.1", self.port, backlog=1024)
        except OSError as error:
            self._error = error
            self._ready.set()
            return
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._end.wait()
        server.close()
        for connection in list(self.connections):
            connection.transport.abort()

    def note(self, body: bytes) -> int:
        """Count a request; return how often it came before."""
        digest = hashlib.sha256(body).digest()
        self.seen[digest] += 1
        if self.log is not None:
            with self.log.open("a") as log:
                log.write(digest.hex() + "\n")
        return self.seen[digest] - 1


class _Connection(asyncio.Protocol):
    """One connection: requests one after the other."""

    transport: asyncio.Transport

    def __init__(self, server: FaultServer) -> None:
        self.server = server
        self.buffer = bytearray()
        self.busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's name
        self.server.connections.discard(self)
        self._leave()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head_end = self.buffer.find(b"\r\n\r\n")
        if head_end < 0 or self.busy:
            return
        first, *lines = bytes(self.buffer[:head_end]).decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", 0))
        if len(self.buffer) < head_end + 4 + length:
            return
        body = bytes(self.buffer[head_end + 4 : head_end + 4 + length])
        del self.buffer[: head_end + 4 + length]
        method, path, _ = first.split(" ")
        if method == "GET" and path.endswith("/models"):
            self._send(
                200, "OK", {"object": "list", "data": [{"id": name, "object": "model"} for name in self.server.models]}
            )
        elif method != "POST" or not path.endswith("/chat/completions"):
            self._refuse("404")
        elif self.server.api_key and headers.get("authorization") != f"Bearer {self.server.api_key}":
            self._refuse("401")
        else:
            self._complete(body)

    def _complete(self, body: bytes) -> None:
        server = self.server
        payload = json.loads(body)
        fault = server.plan(payload, server.note(body))
        if server.models and payload["model"] not in server.models:
            fault = "unknown_model"
        if fault is not None:
            server.faults[fault] += 1
        self.busy = True
        server.in_flight += 1
        server.peak = max(server.peak, server.in_flight)
        delay = max(0.25, 10 * server.latency_s) if fault == "slow_first_byte" else server.latency_s
        if delay:
            asyncio.get_running_loop().call_later(delay, self._answer, payload, fault)
        else:
            self._answer(payload, fault)

    def _answer(self, payload: Payload, fault: FaultKind | None) -> None:
        if self.transport.is_closing():
            return
        if fault == "hang":
            return
        if fault in _STATUS:
            self._refuse(fault)
        elif fault == "close":
            self.transport.close()
        elif fault == "reset":
            self._reset()
        else:
            document = self._document(payload, fault)
            if fault == "reset_mid_body":
                self.transport.write(_head(200, "OK", 10_000) + json.dumps(document).encode()[:40])
                asyncio.get_running_loop().call_later(0.02, self._reset)
            else:
                self.server.answered += 1
                self._send(200, "OK", _UNREADABLE.get(fault or "", document))
        self._leave()

    def _document(self, payload: Payload, fault: FaultKind | None) -> dict[str, Any]:
        if fault == "not_a_completion":
            return {"object": "error", "message": "engine is asleep"}
        text = self.server.reply(payload)
        message: dict[str, Any] = {"role": "assistant", "content": text}
        finish = {"length": "length", "content_filter": "content_filter"}.get(fault or "", "stop")
        if fault == "length":
            message["content"] = text[: len(text) // 2]
        elif fault == "empty_text":
            message["content"] = ""
        elif fault == "refusal":
            message |= {"content": None, "refusal": "I cannot help with that."}
        prompt = sum(len(part["content"].split()) * 4 // 3 + 3 for part in payload["messages"])
        completion = len(text.split()) * 4 // 3 + 1
        document = {
            "id": "chatcmpl-test",
            "object": "chat.completion",
            "created": 0,
            "model": payload["model"],
            "choices": [] if fault == "empty_choices" else [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {
                "prompt_tokens": prompt,
                "completion_tokens": completion,
                "total_tokens": prompt + completion,
            },
        }
        if fault == "no_usage":
            del document["usage"]
        return document

    def _refuse(self, fault: str) -> None:
        code, phrase, message = _STATUS[fault]
        extra = f"Retry-After: {self.server.retry_after}\r\n" if fault == "429_retry_after" else ""
        kind = "model_not_found" if fault == "unknown_model" else None
        self._send(code, phrase, {"error": {"message": message, "type": "error", "code": kind}}, extra)

    def _send(self, code: int, phrase: str, content: dict[str, Any] | str, extra: str = "") -> None:
        data = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.transport.write(_head(code, phrase, len(data), extra) + data)

    def _reset(self) -> None:
        """Close with a reset instead of a goodbye."""
        sock = self.transport.get_extra_info("socket")
        if sock is not None and not self.transport.is_closing():
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def _leave(self) -> None:
        if self.busy:
            self.busy = False
            self.server.in_flight -= 1


def _head(code: int, phrase: str, length: int, extra: str = "") -> bytes:
    return (
        f"HTTP/1.1 {code} {phrase}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{extra}\r\n"
    ).encode()
