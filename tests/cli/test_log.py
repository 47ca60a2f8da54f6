"""The log: nothing by default, stderr with `-v`, a file with `--log-file`; never stdout."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kgpaths.testing import FaultServer

QUESTION = {
    "id": "q1",
    "question": "A man has fever, cough and chest pain but no headache. What is the diagnosis?",
    "options": {"A": "Pneumonia", "B": "Gout"},
    "answer_idx": "A",
    "split": "train",
}


def kgpaths(*arguments: object, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kgpaths", *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture
def build(ward: Path, tmp_path: Path) -> list[object]:
    (tmp_path / "q.jsonl").write_text(json.dumps(QUESTION) + "\n", encoding="utf-8")
    return ["build", "--source", "jsonl:q.jsonl", "--graph", ward, "-q"]


def test_stages_are_told_on_stderr_and_in_a_file(build: list[object], tmp_path: Path) -> None:
    silent = kgpaths(*build, "--out", "a", cwd=tmp_path)
    assert silent.stderr == ""
    told = kgpaths("-v", *build, "--out", "b", cwd=tmp_path)
    for line in ("INFO kgpaths.sources", "INFO kgpaths.graph", "shard 0 written: 1 rows, 1 accepted", "b finished"):
        assert line in told.stderr
    assert "INFO" not in told.stdout
    kept = kgpaths("--log-file", "log.txt", *build, "--out", "c", cwd=tmp_path)
    assert kept.stderr == ""
    assert "shard 0 written" in (tmp_path / "log.txt").read_text("utf-8")
    wrong = kgpaths("--log-file", "none/log.txt", "sources", cwd=tmp_path, code=2)
    assert "none/log.txt cannot be written" in wrong.stderr


def test_a_failing_endpoint_is_told(build: list[object], tmp_path: Path) -> None:
    with FaultServer(reply=lambda _: "") as server:
        model = ["--model", "m", "--base-url", server.base_url, "--set", "llm.tries=1"]
        done = kgpaths("-vv", *build, "--out", "a", *model, cwd=tmp_path, code=1)
    assert "INFO kgpaths.llm.endpoint: no answer from m: empty" in done.stderr
    assert "DEBUG kgpaths.llm.endpoint: reply " in done.stderr
