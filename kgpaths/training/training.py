"""Train an adapter from a run folder; the same call continues a training that was cut off."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgpaths.errors import TrainingError, UsageError
from kgpaths.training.config import TrainConfig
from kgpaths.training.publishing import check_policy
from kgpaths.training.quiet import quiet_libraries
from kgpaths.vocabulary.licences import Policy

if TYPE_CHECKING:
    from kgpaths.training.record import TrainingRecord

_PACKAGES = ("torch", "transformers", "peft", "trl", "accelerate", "bitsandbytes", "matplotlib")


@dataclass(frozen=True)
class TrainResult:
    """Where the weights are, and how training them went."""

    out: Path
    record: TrainingRecord
    metrics: tuple[Mapping[str, Any], ...]
    """Lines of `metrics.jsonl`."""

    @property
    def adapter(self) -> Path:
        """Folder of the adapter and its tokenizer."""
        return self.out / "adapter"

    @property
    def merged(self) -> Path | None:
        """Folder of the merged model; None if it was not wanted."""
        return self.out / "merged" if (self.out / "merged").is_dir() else None


def train(
    run: str | Path,
    *,
    base_model: str | Path,
    out: str | Path,
    preset: str | None = None,
    overwrite: bool = False,
    progress: bool = False,
    repo: str | None = None,
    policy: Policy = "open",
    say: Callable[[str], None] | None = None,
    on_metrics: Callable[[Mapping[str, Any]], None] | None = None,
    **options: Any,
) -> TrainResult:
    """Train an adapter on the rows of a run, or continue a training that was cut off.

    Args:
        run: a run folder; a JSONL or Parquet file with a column `messages`; or ``hf:ORG/NAME``.
        base_model: folder of a model, or its name on the Hub. It needs a chat template.
        out: folder for adapter, merged model, model card, metrics and checkpoints.
        preset: ``q3x1``, ``clinical-r16`` or ``smoke``; options go before it.
        overwrite: discard another training in `out`.
        progress: show a bar on stderr.
        repo: publish the adapter there when it is done; refused before the training where the rows do not allow it.
        policy: the release that `repo` is: ``open``, ``open+sa`` or ``noncommercial``.
        say: gets lines for people: lengths, choices, phases.
        on_metrics: gets each line of metrics.
        options: keys of `TrainConfig`, e.g. ``rank=64`` or ``stabilise={"epochs": 1}``.

    Raises:
        ConfigError: an unknown option, or one that this machine cannot serve.
        TrainingError: nothing to train on, or a base model that cannot be used.
        CheckpointDamaged: the last checkpoint is not what was written.
        OutOfMemory: with what would fit.
        StorageFull: no space left; the last good checkpoint is kept.
        NotPublishable: `repo` is given and the rows do not allow it.
        UsageError: a wrong path, or a folder of another training.
    """
    config = TrainConfig.preset(preset, **options) if preset else TrainConfig.parse(options)
    check_policy(policy)
    require_packages(_PACKAGES, "train")
    with quiet_libraries():
        return _train(str(run), str(base_model), Path(out), config, overwrite, progress, repo, policy, say, on_metrics)


def _train(
    run: str,
    base: str,
    folder: Path,
    config: TrainConfig,
    overwrite: bool,
    progress: bool,
    repo: str | None,
    policy: Policy,
    say: Callable[[str], None] | None,
    on_metrics: Callable[[Mapping[str, Any]], None] | None,
) -> TrainResult:
    from kgpaths.files import FolderLock
    from kgpaths.training import checkpoints, loop, model
    from kgpaths.training.card import model_card
    from kgpaths.training.hardware import choose, is_main
    from kgpaths.training.metrics import CURVE, METRICS, MetricsFile, draw_curve, read_metrics
    from kgpaths.training.publishing import publish

    tell = say if say is not None and is_main() else _silent
    record, rows, tokenizer = _prepared(run, base, config, repo, policy, tell)
    with checkpoints.saving(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with FolderLock(folder, who="another training") if is_main() else nullcontext():
        if is_main():
            record = _claimed(folder, record, overwrite=overwrite)
        if record.choices.processes > 1:
            from accelerate import PartialState

            PartialState().wait_for_everyone()  # none looks for checkpoints before the folder is claimed
        metrics = MetricsFile(folder, on_metrics)
        adapter: Path | None = None
        for phase in loop.phases(config):
            tell(f"{phase.name}: rate {phase.learning_rate:g}, {phase.scheduler}")
            adapter = loop.run_phase(
                phase,
                rows,
                base=base,
                tokenizer=tokenizer,
                start=adapter,
                config=config,
                choices=choose(config),
                folder=folder / "checkpoints" / phase.name,
                metrics=metrics,
                progress=progress,
            )
        assert adapter is not None
        lines = read_metrics(folder / METRICS)
        if is_main() and not record.finished:
            record = record.model_copy(update={"finished": True, "results": _results(lines)})
            with checkpoints.whole_folder(folder / "adapter") as partial:
                shutil.copytree(adapter, partial, dirs_exist_ok=True)
                tokenizer.save_pretrained(str(partial))
                (partial / "README.md").write_text(model_card(record, lines), encoding="utf-8")
            if config.merge:
                with checkpoints.whole_folder(folder / "merged") as partial:
                    model.save_merged(base, adapter, partial)
                    tokenizer.save_pretrained(str(partial))
                    (partial / "README.md").write_text(model_card(record, lines, merged=True), encoding="utf-8")
            with checkpoints.saving(folder):
                draw_curve(lines, folder / CURVE)
                shutil.copyfile(folder / "adapter" / "README.md", folder / "README.md")
                record.write(folder)
        if repo is not None and is_main():
            tell(f"published: {publish(folder, repo, policy=policy)}")
    return TrainResult(folder, record, tuple(lines))


def _prepared(
    run: str, base: str, config: TrainConfig, repo: str | None, policy: Policy, tell: Callable[[str], None]
) -> tuple[TrainingRecord, Any, Any]:
    """Return everything that is known before the first step; nothing is written yet."""
    from kgpaths import __version__
    from kgpaths.training import loop, model, record
    from kgpaths.training.conversations import read_conversations
    from kgpaths.training.hardware import choose
    from kgpaths.training.publishing import check_publishable
    from kgpaths.training.tokenisation import tokenise_all

    data = read_conversations(run, eval_share=config.eval_share, seed=config.seed)
    tokenizer = model.load_tokenizer(base, config.chat_template)
    licence = record.base_licence(base, config.base_licence)
    if repo is not None:
        check_publishable(data.provenance, base_licence=licence, policy=policy)
    train_rows, lengths = tokenise_all(data.train, tokenizer, config.max_length, config.too_long)
    eval_rows, eval_lengths = (
        tokenise_all(data.evaluation, tokenizer, config.max_length, config.too_long) if data.evaluation else ([], None)
    )
    for line in lengths.lines():
        tell(line)
    if eval_lengths is not None:
        tell(f"evaluation: {eval_lengths.lines()[0]}")
    choices, rows = choose(config), loop.Rows(train_rows, eval_rows)
    loop.check(rows, config, choices)
    for line in choices.lines():
        tell(line)
    made = record.TrainingRecord(
        kgpaths=__version__,
        versions=record.versions(),
        base_model=base,
        base_fingerprint=record.base_fingerprint(base),
        base_licence=licence,
        config=config,
        choices=choices,
        provenance=data.provenance,
        rows_hash=record.rows_hash([*train_rows, "evaluation", *eval_rows]),
        lengths=lengths,
        eval_lengths=eval_lengths,
    )
    return made, rows, tokenizer


def _claimed(folder: Path, record: TrainingRecord, *, overwrite: bool) -> TrainingRecord:
    """Return the record to go on with: the folder's own if it is of the same training."""
    from kgpaths.training.metrics import METRICS
    from kgpaths.training.record import RECORD, TrainingRecord

    if (folder / RECORD).exists():
        if not overwrite:
            earlier = TrainingRecord.read(folder)
            earlier.check_same(record, folder)
            if earlier.finished and (not record.config.merge or (folder / "merged").is_dir()):
                return earlier
        else:
            for name in ("checkpoints", "adapter", "merged"):
                shutil.rmtree(folder / name, ignore_errors=True)
            (folder / METRICS).unlink(missing_ok=True)
    elif any(path.name != ".lock" for path in folder.iterdir()) and not overwrite:
        raise UsageError(f"{folder} is not empty and holds no training; choose another folder with --out")
    record.write(folder)
    return record


def _results(lines: list[dict[str, Any]]) -> dict[str, float]:
    return {
        key: next(line[key] for line in reversed(lines) if key in line)
        for key in ("loss", "eval_loss", "token_accuracy")
        if any(key in line for line in lines)
    }


def _silent(line: str) -> None:
    """Take a line and say nothing."""


def require_packages(names: tuple[str, ...], extra: str) -> None:
    """Refuse to start without the packages of an extra.

    Raises:
        TrainingError: with what to install.

    >>> require_packages(("json", "nosuchpackage"), "train")
    Traceback (most recent call last):
    ...
    kgpaths.errors.TrainingError: nosuchpackage is not installed; type: pip install 'kgpaths[train]'
    """
    from importlib.util import find_spec

    missing = [name for name in names if find_spec(name) is None]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise TrainingError(f"{', '.join(missing)} {verb} not installed; type: pip install 'kgpaths[{extra}]'")
