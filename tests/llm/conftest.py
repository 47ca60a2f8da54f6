"""A model's endpoint on this machine, and builds that use it."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from kgpaths.config import EndpointConfig
from kgpaths.llm import ChatRequest, Endpoint, Message, Reply, ordered_map

from .batch_building import Building, answer
from .batch_server import BatchServer

SCRIPT = Path(__file__).with_name("build_with_model.py")


@pytest.fixture(autouse=True)
def _no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KGPATHS_API_KEY", "OPENAI_API_KEY", "KGPATHS_BASE_URL", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def request_of() -> Callable[..., ChatRequest]:
    """Return a maker of requests; keyword arguments replace fields."""

    def make(text: str = "Why?", **changes: Any) -> ChatRequest:
        plain: dict[str, Any] = {
            "model": "m",
            "messages": (Message(role="system", content="Be brief."), Message(role="user", content=text)),
            "temperature": 0.5,
            "seed": 7,
            "max_tokens": 64,
        }
        return ChatRequest(**plain | changes)

    return make


@pytest.fixture(scope="session")
def swift() -> EndpointConfig:
    """An endpoint that is given up quickly, but never counts as down."""
    return EndpointConfig(max_retries=1, timeout_s=5.0, outage_after=10_000, outage_share=1.0)


@pytest.fixture
def questions(tmp_path: Path) -> Callable[..., Path]:
    """Return a writer of question files that the ward's graph can answer."""

    def write(count: int, name: str = "questions.jsonl", unanswerable: frozenset[int] = frozenset()) -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8") as file:
            for number in range(count):
                signs = "nothing of note" if number in unanswerable else "fever, cough and chest pain but no headache"
                question = {
                    "id": f"q{number}",
                    "question": f"Patient {number} has {signs}. What is the diagnosis?",
                    "options": {"A": "Pneumonia", "B": "Gout", "C": "Migraine"},
                    "answer_idx": "A",
                    "split": "train",
                }
                file.write(json.dumps(question) + "\n")
        return path

    return write


@pytest.fixture
def started(ward: Path, tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Return a starter of `kgpaths build` in a process of its own; the drafter is the plain one."""

    def start(
        source: Path, base_url: str, *arguments: object, env: dict[str, str] | None = None, model: str = "m"
    ) -> subprocess.Popen[str]:
        command = [
            sys.executable, str(SCRIPT), "build", "--source", f"jsonl:{source}", "--graph", str(ward), "--out", "run",
            "--model", model, "--base-url", base_url, "--recipe", "medreason", "--quiet", *map(str, arguments),
        ]  # fmt: skip
        return subprocess.Popen(
            command,
            cwd=tmp_path,
            env=os.environ | (env or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture
def built(started: Callable[..., subprocess.Popen[str]]) -> Callable[..., tuple[int, str, str]]:
    """Return a runner of whole builds: exit code, stdout, stderr."""

    def run(*arguments: Any, **options: Any) -> tuple[int, str, str]:
        process = started(*arguments, **options)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    return run


class Served:
    """A running server that nobody here wrote: where it is and what its model is called."""

    def __init__(self, base_url: str, model: str) -> None:
        self.base_url = base_url
        self.model = model

    def request(self, text: str, **changes: object) -> ChatRequest:
        plain = {
            "model": self.model,
            "messages": (Message(role="user", content=text),),
            "temperature": 0.0,
            "max_tokens": 12,
        }
        return ChatRequest.model_validate(plain | changes)

    def asked(self, requests: list[ChatRequest], store: Path) -> tuple[list[Reply], Endpoint]:
        async def run() -> tuple[list[Reply], Endpoint]:
            config = EndpointConfig(concurrency=4, max_retries=1, timeout_s=120)
            async with Endpoint(self.base_url, config, store=store) as endpoint:
                stream = ordered_map(requests, endpoint.complete, concurrency=4)
                return [reply async for reply in stream], endpoint

        return asyncio.run(run())


@contextmanager
def _running(command: Sequence[object], alive: str, env: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("w") as out:
        server = subprocess.Popen(
            [str(part) for part in command],
            env=os.environ | {"OMP_NUM_THREADS": "1"} | env,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        for _ in range(1200):
            if server.poll() is not None:
                pytest.fail(f"{command[0]} ended: {log.read_text()[-2000:]}")
            try:
                urllib.request.urlopen(alive, timeout=5).close()
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        else:
            pytest.fail(f"{command[0]} did not come up: {log.read_text()[-2000:]}")
        yield
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Served]]:
    """Return a starter of servers: a command for a port, the model's name, a path that answers once it is up."""
    with ExitStack() as running:

        def start(
            command: Callable[[int], Sequence[object]], model: str, alive: str, env: dict[str, str] | None = None
        ) -> Served:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            root = f"http://127.0.0.1:{port}"
            log = tmp_path_factory.mktemp("server") / "log.txt"
            running.enter_context(_running(command(port), root + alive, env or {}, log))
            return Served(f"{root}/v1", model)

        yield start


@pytest.fixture
def server() -> Iterator[BatchServer]:
    with BatchServer(answer).running() as server:
        yield server


@pytest.fixture
def building(ward: Path, tmp_path: Path, server: BatchServer) -> Building:
    return Building(ward, tmp_path, server)
