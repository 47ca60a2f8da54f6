"""An endpoint on a real socket with chat completions and a Batch API, whose batches go as a test tells them to."""

from __future__ import annotations

import email
import email.policy
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Lines = Callable[[list[dict[str, Any]]], tuple[list[Any], list[Any]]]
"""From the results and the errors of a batch, line by line, to the lines that its files hold."""


def completion(payload: Any, text: str) -> dict[str, Any]:
    """Return the body of a chat completion."""
    prompt, said = sum(len(part["content"].split()) for part in payload["messages"]), len(text.split())
    return {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "model": payload["model"],
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": said, "total_tokens": prompt + said},
    }


class BatchServer:
    """Files and batches in memory.

    Args:
        reply: from a request to the text of the answer, or to the whole body.
    """

    def __init__(self, reply: Callable[[Any], Any]) -> None:
        self.reply = reply
        self.completions = Counter[str]()
        """Direct chat completions, by body."""
        self.calls = Counter[str]()
        """Requests by method and path, ids left out."""
        self.files: dict[str, bytes] = {}
        self.names: dict[str, str] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.stays: int | None = 0
        """How often a new batch is asked for before it is done; None: until `end` is called."""
        self.ends: Callable[[str], tuple[str, int | None]] = lambda _: ("completed", None)
        """How a batch ends, by its id, and of how many of its requests it has results; None: of all."""
        self.result: Callable[[dict[str, Any], int], dict[str, Any] | None] = lambda _line, _before: None
        """What stands in the place of a result, from the line of a request and how often it was in batches before."""
        self.lines: Callable[[list[str]], list[str]] = lambda lines: lines
        """What a file of results holds, from its lines."""
        self.on: Callable[[str], tuple[int, Any] | None] = lambda _call: None
        """What a call is answered with instead, after it was done."""
        self.asked = Counter[str]()
        """How often a custom id was in a batch."""
        self.port = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @contextmanager
    def running(self) -> Iterator[BatchServer]:
        state = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(state.post(urlsplit(self.path).path, body, self.headers))

            def do_GET(self) -> None:
                split = urlsplit(self.path)
                self.answer(state.get(split.path, {name: all_[0] for name, all_ in parse_qs(split.query).items()}))

            def answer(self, answer: tuple[int, Any]) -> None:
                status, content = answer
                data = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                if 300 <= status < 400:
                    self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        server.daemon_threads = True
        self.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def post(self, path: str, body: bytes, headers: Any) -> tuple[int, Any]:
        if path == "/v1/chat/completions":
            self.completions[body.decode()] += 1
            return self.done("POST completions", self.body_of(json.loads(body)))
        if path == "/v1/files":
            return self.done("POST files", self.uploaded(body, headers))
        if path == "/v1/batches":
            return self.done("POST batches", self.created(json.loads(body)))
        return 404, {"error": {"message": "no such path"}}

    def get(self, path: str, query: dict[str, str]) -> tuple[int, Any]:
        match path.removeprefix("/v1/").split("/"):
            case ["files"]:
                files = [self.file(one) for one in self.files if one.startswith("file-in")]
                return self.done("GET files", self.page(files, query))
            case ["files", name, "content"]:
                return self.done("GET content", self.files[name])
            case ["batches"]:
                return self.done("GET batches", self.page(list(self.batches.values()), query))
            case ["batches", name]:
                self.step(name)
                return self.done("GET batch", self.batches[name])
        return 404, {"error": {"message": "no such path"}}

    def done(self, call: str, content: Any) -> tuple[int, Any]:
        self.calls[call] += 1
        return self.on(call) or (200, content)

    def page(self, things: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
        """Return a page of two things, newest first."""
        newest = things[::-1]
        start = 1 + [one["id"] for one in newest].index(query["after"]) if "after" in query else 0
        return {"object": "list", "data": newest[start : start + 2], "has_more": start + 2 < len(newest)}

    def body_of(self, payload: Any) -> Any:
        said = self.reply(payload)
        return completion(payload, said) if isinstance(said, str) else said

    def uploaded(self, body: bytes, headers: Any) -> dict[str, Any]:
        head = f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode()
        parts = email.message_from_bytes(head + body, policy=email.policy.HTTP).iter_parts()
        fields = {part.get_param("name", header="content-disposition"): part for part in parts}
        assert fields["purpose"].get_payload() == "batch"
        name = f"file-in-{len(self.files)}"
        self.files[name] = fields["file"].get_payload(decode=True)
        self.names[name] = fields["file"].get_filename()
        return self.file(name)

    def file(self, name: str) -> dict[str, Any]:
        return {"id": name, "object": "file", "filename": self.names[name], "bytes": len(self.files[name])}

    def created(self, wanted: dict[str, Any]) -> dict[str, Any]:
        assert wanted["endpoint"] == "/v1/chat/completions"
        assert wanted["completion_window"] == "24h"
        name = f"batch_{len(self.batches)}"
        self.batches[name] = {
            "id": name,
            "object": "batch",
            "status": "in_progress",
            "input_file_id": wanted["input_file_id"],
            "metadata": wanted["metadata"],
            "request_counts": {"total": len(self.requests(wanted["input_file_id"])), "completed": 0, "failed": 0},
            "steps": self.stays,
        }
        return self.batches[name]

    def requests(self, file: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.files[file].splitlines()]

    def step(self, name: str) -> None:
        batch = self.batches[name]
        if batch["status"] != "in_progress" or batch["steps"] is None:
            return
        batch["steps"] -= 1
        if batch["steps"] < 0:
            self.end(name)

    def end(self, name: str) -> None:
        """End a batch: its results in reverse order."""
        batch = self.batches[name]
        batch["status"], count = self.ends(name)
        requests = self.requests(batch["input_file_id"])
        if batch["status"] == "failed":
            batch["errors"] = {"data": [{"code": "invalid", "message": "the file cannot be read", "line": 1}]}
            count = 0
        output, errors = [], []
        for line in requests[::-1][:count]:
            assert line["method"] == "POST"
            assert line["url"] == "/v1/chat/completions"
            told = self.result(line, self.asked[line["custom_id"]])
            self.asked[line["custom_id"]] += 1
            if told is None:
                response = {"status_code": 200, "request_id": "r", "body": self.body_of(line["body"])}
                output.append({"id": "b", "custom_id": line["custom_id"], "response": response, "error": None})
            else:
                errors.append({"id": "b", "custom_id": line["custom_id"], "response": None, "error": None} | told)
        batch["request_counts"] |= {"completed": len(output), "failed": len(errors)}
        for kind, lines in (("output", output), ("error", errors)):
            if lines:
                held = self.lines([json.dumps(one) for one in lines]) if kind == "output" else map(json.dumps, lines)
                self.files[f"file-{kind}-{name}"] = "\n".join(held).encode()
                batch[f"{kind}_file_id"] = f"file-{kind}-{name}"
