"""Show how a training goes: by lines of metrics, a progress bar, and the loss curve at the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

METRICS, CURVE = "metrics.jsonl", "loss.png"
_NAMES = {
    "loss": "loss",
    "eval_loss": "eval_loss",
    "learning_rate": "learning_rate",
    "grad_norm": "grad_norm",
    "mean_token_accuracy": "token_accuracy",
    "eval_mean_token_accuracy": "eval_token_accuracy",
    "num_input_tokens_seen": "tokens",
}
"""Names of the trainer's log that are kept, and what they are called here."""


class MetricsFile:
    """One JSON object a line: phase, step, epoch, and what was measured there."""

    def __init__(self, folder: Path, listener: Callable[[Mapping[str, Any]], None] | None = None) -> None:
        self.path = folder / METRICS
        self.listener = listener

    def rewind(self, phase: str, step: int) -> None:
        """Forget what was measured after a checkpoint of this phase; earlier phases stay."""
        kept = [line for line in read_metrics(self.path) if line["phase"] != phase or line["step"] <= step]
        from kgpaths.files import write_whole

        write_whole(self.path, "".join(json.dumps(line) + "\n" for line in kept).encode())

    def add(self, phase: str, step: int, epoch: float, logs: Mapping[str, Any], seconds: float) -> None:
        """Write one line; `seconds` is the time since the one before."""
        values = {name: logs[key] for key, name in _NAMES.items() if key in logs}
        if not {"loss", "eval_loss"} & values.keys():
            return  # the trainer's summary at the end, which measures nothing new
        line = {"phase": phase, "step": step, "epoch": round(epoch, 4), **values, "seconds": round(seconds, 3)}
        with self.path.open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(line) + "\n")
        if self.listener is not None:
            self.listener(line)


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a metrics file; none where there is no file. A line that a kill cut off is left out."""
    if not path.exists():
        return []
    whole = [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")]
    return [json.loads(line) for line in whole]


def draw_curve(lines: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Draw training and evaluation loss over the steps of all phases, one after the other."""
    import io

    from matplotlib.figure import Figure

    from kgpaths.files import write_whole

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    offset = 0
    for phase in dict.fromkeys(line["phase"] for line in lines):
        here = [line for line in lines if line["phase"] == phase]
        for name, style in (("loss", "-"), ("eval_loss", "o--")):
            points = [(offset + line["step"], line[name]) for line in here if name in line]
            if points:
                axes.plot(*zip(*points, strict=True), style, label=f"{phase}: {name.replace('_', ' ')}", markersize=4)
        offset += max(line["step"] for line in here)
    axes.set_xlabel("optimiser step")
    axes.set_ylabel("loss, nats a token")
    axes.grid(alpha=0.3)
    if lines:
        axes.legend()
    image = io.BytesIO()
    figure.savefig(image, format="png", dpi=120)
    write_whole(path, image.getvalue())
