"""Data, base model, adapter and questions by their names on the Hub, over real sockets, by the commands alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kgpaths.testing import HubServer

QUESTION = {"sent1": "What has fever?", "sent2": "", "ending0": "gout", "ending1": "pneumonia"} | {
    "ending2": "asthma",
    "ending3": "migraine",
    "label": 1,
}


@pytest.fixture
def hub(rows: list[dict[str, Any]], tiny: Mapping[str, Path], tmp_path: Path) -> Any:
    root = tmp_path / "hub"
    for name, lines in {"acme/chains/train": rows, "GBaker/MedQA-USMLE-4-options/test": [QUESTION] * 3}.items():
        path = root / "datasets" / f"{name}.jsonl"
        path.parent.mkdir(parents=True)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    shutil.copytree(tiny["qwen3"], root / "models/acme/tiny")
    (root / "models/acme/tiny/README.md").write_text("---\nlicense: apache-2.0\n---\n", encoding="utf-8")
    with HubServer(root) as server:
        yield server


def kgpaths(hub: HubServer, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")} | {
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(folder / "cache"),
        "HF_TOKEN": "hf_none",
        "HF_HUB_DISABLE_XET": "1",
    }
    program = [sys.executable, "-c", "from kgpaths.cli import main; main()"]
    return subprocess.run([*program, *command], env=environment, cwd=folder, capture_output=True, text=True)


def test_everything_may_come_from_the_hub_and_go_there(hub: HubServer, tmp_path: Path) -> None:
    trained = kgpaths(
        hub, tmp_path, "train", "hf:acme/chains", "--base-model", "acme/tiny", "--out", "model", "--preset", "smoke",
        "--set", "max_steps=2", "--set", "merge=false", "--repo", "acme/adapter",
    )  # fmt: skip
    assert trained.returncode == 0, trained.stderr
    record = json.loads((tmp_path / "model/training.json").read_text(encoding="utf-8"))
    assert record["provenance"]["name"] == "acme/chains"
    sent = hub.folder("models", "acme/adapter")
    assert (sent / "adapter_model.safetensors").read_bytes() == (
        tmp_path / "model/adapter/adapter_model.safetensors"
    ).read_bytes()
    assert "base_model: acme/tiny" in (sent / "README.md").read_text(encoding="utf-8")

    evaluated = kgpaths(
        hub, tmp_path, "evaluate", "acme/adapter", "--tasks", "medqa4", "--out", "report", "-q", "--set", "batch_size=3"
    )
    assert evaluated.returncode == 0, evaluated.stderr
    assert evaluated.stderr == ""
    report = json.loads((tmp_path / "report/report.json").read_text(encoding="utf-8"))
    assert report["against"] == "its base model"
    assert report["tasks"]["medqa4"]["questions"] == 3


def test_a_name_that_the_hub_does_not_have_is_one_line(hub: HubServer, tmp_path: Path) -> None:
    missing = kgpaths(hub, tmp_path, "evaluate", "acme/nothing", "--tasks", "medqa4")
    assert missing.returncode == 2
    assert len(missing.stderr.strip().splitlines()) == 1
    assert "acme/nothing" in missing.stderr
