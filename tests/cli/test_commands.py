"""The command as a user types it: output, exit codes, wrong usage."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

QUESTION = {
    "id": "q1",
    "question": "A man has fever, cough and chest pain but no headache. What is the diagnosis?",
    "options": {"A": "Pneumonia", "B": "Gout", "C": "Migraine"},
    "answer_idx": "A",
    "split": "train",
}


def kgpaths(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    code = "from kgpaths.cli import main; main()"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps(QUESTION) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def run(ward: Path, questions: Path, tmp_path: Path) -> Path:
    done = kgpaths("build", "--source", f"jsonl:{questions}", "--graph", ward, "--out", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "accepted" in done.stdout
    assert "corpus: run" in done.stdout
    return tmp_path / "run"


def test_build_without_out_names_its_folder(ward: Path, questions: Path, tmp_path: Path) -> None:
    done = kgpaths("build", "--source", "jsonl:questions.jsonl", "--graph", ward, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "corpus: runs/jsonl-questions-jsonl" in done.stdout
    assert (tmp_path / "runs/jsonl-questions-jsonl/manifest.json").exists()


def test_preview_shows_mentions_paths_chain_and_verdicts(ward: Path, questions: Path, tmp_path: Path) -> None:
    done = kgpaths("preview", "--source", f"jsonl:{questions}", "--graph", ward, "-n", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for expected in ("[fever]", "[headache|absent]", "★ A. [Pneumonia]", "Paths", "Chain", "Verdicts", "checks passed"):
        assert expected in done.stdout


def test_explain_retraces_a_row(run: Path, tmp_path: Path) -> None:
    done = kgpaths("explain", run, "q1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for expected in ("Mentions", "rests on", "quotes", "CC0-1.0", "HP:0001945"):
        assert expected in done.stdout
    missing = kgpaths("explain", run, "q2", cwd=tmp_path)
    assert missing.returncode == 2
    assert "q2" in missing.stderr


def test_verify_is_clean_and_finds_what_is_changed(run: Path, tmp_path: Path) -> None:
    clean = kgpaths("verify", run, cwd=tmp_path)
    assert (clean.returncode, clean.stderr) == (0, "")
    assert "no fault" in clean.stdout
    file = next((run / "data" / "structured").glob("*.parquet"))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    torn = kgpaths("verify", run, cwd=tmp_path)
    assert torn.returncode == 1
    assert file.name in torn.stdout


def test_stages_by_themselves(ward: Path, tmp_path: Path) -> None:
    linked = kgpaths("link", "He has fever but no cough.", "--graph", ward, cwd=tmp_path)
    mentions = [json.loads(line) for line in linked.stdout.splitlines()]
    assert [(m["node_id"], m["assertion"]) for m in mentions] == [("HP:0001945", "present"), ("HP:0012735", "absent")]
    found = kgpaths("paths", "--from", "Fever", "--to", "amoxicillin", "--graph", ward, cwd=tmp_path)
    best = json.loads(found.stdout.splitlines()[0])
    assert [hop["predicate"] for hop in best["hops"]] == ["has_symptom", "treats"]


def test_graph_info_and_path(ward: Path, tmp_path: Path) -> None:
    info = kgpaths("graph", "info", "--graph", ward, cwd=tmp_path)
    assert "nodes 14" in info.stdout
    node = kgpaths("graph", "info", "pneumonia", "--graph", ward, cwd=tmp_path)
    assert "DOID:552" in node.stdout
    path = kgpaths("graph", "path", "Fever", "amoxicillin", "--graph", ward, cwd=tmp_path)
    assert path.returncode == 0
    assert "pneumonia" in path.stdout


def test_what_there_is(tmp_path: Path) -> None:
    sources = kgpaths("sources", cwd=tmp_path)
    assert all(name in sources.stdout for name in ("medqa", "medmcqa", "pubmedqa", "casimedicos", "medquad"))
    checks = kgpaths("checks", cwd=tmp_path)
    assert "quotes" in checks.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["bild"], "build"),
        (["build", "--sorce", "medqa"], "--source"),
        (["build", "--source", "medqqa"], "medqa"),
        (["build", "--source", "jsonl:none.jsonl"], "none.jsonl"),
        (["build", "--source", "medqa", "--set", "paths.max_hop=2"], "max_hops"),
        (["build", "--source", "medqa", "--set", "limit=3"], "--limit"),
        (["build", "--source", "medqa", "--set", "shard_size=[3"], "no YAML"),
        (["build", "--source", "medqa", "--graph", "nowhere"], "nowhere"),
        (["build", "--source", "medqa", "--out", "/proc/run"], "/proc"),
        (["verify", "nowhere"], "nowhere"),
        (["graph", "info", "no such thing"], "no such thing"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_wrong_usage_is_a_message_and_exit_2(arguments: list[str], says: str, ward: Path, tmp_path: Path) -> None:
    if "--graph" not in arguments and arguments[0] in ("build", "graph"):
        arguments = [*arguments, "--graph", str(ward)]
    done = kgpaths(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_paths_takes_what_it_is_not_told_from_the_configuration(ward: Path, tmp_path: Path) -> None:
    config = tmp_path / "paths.yaml"
    command = ("paths", "--from", "Fever", "--to", "amoxicillin", "--graph", ward)
    config.write_text("k: 1\n", encoding="utf-8")
    assert len(kgpaths(*command, "--config", config, cwd=tmp_path).stdout.splitlines()) == 1
    config.write_text("max_hops: 1\n", encoding="utf-8")
    assert kgpaths(*command, "--config", config, cwd=tmp_path).stdout == ""
    assert kgpaths(*command, "--config", config, "--max-hops", "2", cwd=tmp_path).stdout
    config.write_text("ranking: pivot\n", encoding="utf-8")
    refused = kgpaths(*command, "--config", config, cwd=tmp_path)
    assert refused.returncode == 2
    assert "unknown option 'ranking'" in refused.stderr
