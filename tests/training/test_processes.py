"""Two processes learn what one learns, started by the launcher that `accelerate launch` uses for several GPUs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from kgpaths.training.checkpoints import newest


def test_two_processes_learn_what_one_does(
    train_on: Callable[..., Any], tiny: Mapping[str, Path], data: str, tmp_path: Path
) -> None:
    alone = train_on("alone", max_steps=4, batch_size=4, effective_batch=4)
    command = shutil.which("kgpaths", path=str(Path(sys.executable).parent))
    assert command is not None
    options = {"rank": 8, "alpha": 16, "learning_rate": 5e-3, "max_steps": 4, "batch_size": 2, "effective_batch": 4,
               "max_length": 256, "log_every": 1, "save_every": 2, "merge": "false"}  # fmt: skip
    done = subprocess.run(
        [
            sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2",
            command, "train", data, "--base-model", str(tiny["qwen3"]), "--out", str(tmp_path / "both"),
            *(part for key, value in options.items() for part in ("--set", f"{key}={value}")),
        ],
        env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in (tmp_path / "both/metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["loss"] for line in lines] == pytest.approx([line["loss"] for line in alone.metrics], rel=1e-3)
    last = newest(tmp_path / "both/checkpoints/main")
    assert last is not None
    assert sorted(path.name for path in last.glob("rng_state*")) == ["rng_state_0.pth", "rng_state_1.pth"]
    assert done.stdout.count("adapter:") == 1
