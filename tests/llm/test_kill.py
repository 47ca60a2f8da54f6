"""A build that is killed over and over, at moments nobody chose, and ends as if nothing had happened.

`benchmarks/llm_kills.py` does the same to the command itself, with 2,000 calls on the default graph.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kgpaths.llm import REPLIES, ReplyStore
from kgpaths.testing import FaultServer

QUESTIONS, SAMPLES, KILLS, CONCURRENCY = 100, 4, 20, 16
CALLS = QUESTIONS * SAMPLES


class Forks:
    """Starts builds without waiting for imports."""

    def __init__(self, script: Path, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(script), "forks"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, *arguments: object) -> int:
        """Return the id of a new process."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([str(argument) for argument in arguments]) + "\n")
        self.process.stdin.flush()
        return self._number()

    def end(self) -> int:
        """Wait for the process; return its exit status, negative for a signal."""
        return self._number()

    def _number(self) -> int:
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())


@pytest.fixture
def forks(tmp_path: Path) -> Iterator[Forks]:
    forks = Forks(Path(__file__).with_name("build_with_model.py"), tmp_path)
    yield forks
    assert forks.process.stdin is not None
    forks.process.stdin.close()
    assert forks.process.wait(60) == 0
    assert forks.process.stdout is not None
    forks.process.stdout.close()


def parquet(run: Path) -> dict[str, str]:
    return {
        path.relative_to(run).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(run.rglob("*.parquet"))
    }


def stored(run: Path, copy: Path) -> set[bytes]:
    """Return the SHA-256 hashes of the requests whose replies a killed process left, without touching its files."""
    copy.mkdir()
    for name in (REPLIES, f"{REPLIES}-wal"):
        if (run / name).exists():
            shutil.copy(run / name, copy / name)
    with ReplyStore(copy / REPLIES) as store:
        return {hashlib.sha256(reply.request.encode()).digest() for reply in store}


def test_a_build_killed_at_twenty_moments(
    tmp_path: Path, ward: Path, questions: Callable[..., Path], forks: Forks
) -> None:
    source = questions(QUESTIONS)
    with FaultServer(latency_s=0.02) as server:
        command = [
            "build", "--source", f"jsonl:{source}", "--graph", ward, "--model", "m",
            "--base-url", server.base_url, "--recipe", "medreason",
            "--samples", SAMPLES, "--concurrency", CONCURRENCY, "--set", "shard_size=10", "--quiet", "--out",
        ]  # fmt: skip
        forks.start(*command, "whole")
        assert forks.end() == 0
        assert server.requests == CALLS
        whole = parquet(tmp_path / "whole")
        assert whole

        server.seen.clear()
        lost = Counter[bytes]()
        for kill, moment in enumerate(sorted(random.Random(8).sample(range(1, CALLS), KILLS))):
            child = forks.start(*command, "run")
            before = server.seen.copy()
            while len(server.seen) < moment:
                time.sleep(0.0005)
            os.kill(child, signal.SIGKILL)
            assert forks.end() == -signal.SIGKILL
            while server.connections:  # what the process had written to them may still be read
                time.sleep(0.001)
            in_flight = set(server.seen - before) - stored(tmp_path / "run", tmp_path / f"copy-{kill}")
            assert len(in_flight) <= CONCURRENCY, f"kill {kill}"
            lost.update(in_flight)
        forks.start(*command, "run")
        assert forks.end() == 0
    assert server.seen.keys() >= lost.keys()
    assert len(server.seen) == CALLS
    # for every kill: what was in flight then is asked once more, and nothing else is
    assert {request: times - 1 for request, times in server.seen.items() if times > 1} == dict(lost)
    assert parquet(tmp_path / "run") == whole
