"""Run one phase of training: TRL's trainer learns from rows that are tokens already, saves, and continues."""

from __future__ import annotations

import gc
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from kgpaths.errors import ConfigError, OutOfMemory
from kgpaths.training import checkpoints, memory, model
from kgpaths.training.config import Stabilisation, TrainConfig
from kgpaths.training.hardware import Choices, is_main
from kgpaths.training.metrics import MetricsFile
from kgpaths.training.tokenisation import Tokenised


class Rows(NamedTuple):
    """Rows as tokens."""

    train: Sequence[Tokenised]
    evaluation: Sequence[Tokenised]


class Phase(NamedTuple):
    """One stretch of training with one rate."""

    name: str
    epochs: float
    max_steps: int | None
    learning_rate: float
    scheduler: str


def phases(config: TrainConfig) -> tuple[Phase, ...]:
    """Return the phases in order.

    >>> [phase.name for phase in phases(TrainConfig.preset("q3x1"))]
    ['main', 'stabilise']
    """
    first = Phase("main", config.epochs, config.max_steps, config.learning_rate, config.scheduler)
    if config.stabilise is None:
        return (first,)
    second: Stabilisation = config.stabilise
    return first, Phase("stabilise", second.epochs, second.max_steps, second.learning_rate, second.scheduler)


def check(rows: Rows, config: TrainConfig, choices: Choices) -> None:
    """Refuse what could not be trained as it is configured, before anything is loaded or written.

    Raises:
        ConfigError: options that do not go with these rows or this machine.
    """
    if config.early_stopping and not rows.evaluation:
        raise ConfigError(
            "option 'early_stopping': there are no rows to measure on; set eval_share, e.g. eval_share=0.05"
        )
    if config.curriculum == "hops" and any(row.hops is None for row in (*rows.train, *rows.evaluation)):
        raise ConfigError("option 'curriculum': the rows do not say how many hops they have; take a run folder")
    at_once = config.batch_size * choices.processes
    if config.effective_batch % at_once:
        raise ConfigError(
            f"option 'effective_batch': {config.effective_batch} is no multiple of {at_once} (batch_size × processes)"
        )


def run_phase(
    phase: Phase,
    rows: Rows,
    *,
    base: str,
    tokenizer: Any,
    start: Path | None,
    config: TrainConfig,
    choices: Choices,
    folder: Path,
    metrics: MetricsFile,
    progress: bool = False,
) -> Path:
    """Train one phase, from its last checkpoint if it has one, and return the folder of its adapter.

    Args:
        start: adapter to start from; None makes a new one.
        folder: the phase's own; its checkpoints lie there, and its adapter when it is done.

    Raises:
        CheckpointDamaged: the last checkpoint is not what was written.
        OutOfMemory: with what would fit.
        StorageFull: no space left; the last good checkpoint is kept.
    """
    import torch

    done = folder / "adapter"
    if done.is_dir():
        return done
    folder.mkdir(parents=True, exist_ok=True)
    resume = checkpoints.newest(folder)
    if is_main():
        metrics.rewind(phase.name, int(resume.name.rpartition("-")[2]) if resume else 0)
    whole = model.load_base(base, choices)
    shape = memory.shape_of(whole)
    longest = max(len(row.input_ids) for row in (*rows.train, *rows.evaluation))
    try:
        network = (
            model.new_adapter(whole, config) if start is None else model.with_adapter(whole, start, trainable=True)
        )
        trainer = make_trainer(network, tokenizer, rows, phase, config, choices, folder, metrics, progress)
        trainer.train(resume_from_checkpoint=None if resume is None else str(resume))
    except (torch.OutOfMemoryError, RuntimeError) as error:
        if isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error):
            raise OutOfMemory(memory.advice(shape, config, choices, longest)) from error
        raise
    if is_main():
        with checkpoints.whole_folder(done) as partial:
            model.save_adapter(trainer.accelerator.unwrap_model(trainer.model), partial)
    trainer.accelerator.wait_for_everyone()
    del trainer, network, whole
    gc.collect()
    if choices.device == "cuda":
        torch.cuda.empty_cache()
    return done


def make_trainer(
    network: Any,
    tokenizer: Any,
    rows: Rows,
    phase: Phase,
    config: TrainConfig,
    choices: Choices,
    folder: Path,
    metrics: MetricsFile,
    progress: bool,
) -> Any:
    """Return TRL's trainer for one phase, ready to train."""
    from transformers import EarlyStoppingCallback, PrinterCallback, ProgressCallback
    from trl import SFTTrainer

    class Trainer(SFTTrainer):  # type: ignore[misc]
        def create_model_card(self, *args: Any, **kwargs: Any) -> None:
            """Write no card at every checkpoint; ours is written at the end."""

        def _save_checkpoint(self, *args: Any, **kwargs: Any) -> None:
            checkpoint = folder / f"checkpoint-{self.state.global_step}"
            try:
                with checkpoints.saving(checkpoint):
                    super()._save_checkpoint(*args, **kwargs)
                    self.accelerator.wait_for_everyone()  # each process writes the state of its own random numbers
                    if is_main():
                        checkpoints.seal(checkpoint)
            except Exception:
                shutil.rmtree(checkpoint, ignore_errors=True)  # it takes the space that is missing
                raise

    callbacks = [_reporter(phase, metrics, progress)]
    if config.early_stopping:
        callbacks.append(EarlyStoppingCallback(early_stopping_patience=config.early_stopping))
    # TRL rounds the adapters of quantised models to bf16, and a resumed run would go on in fp32 and drift from an
    # unbroken one (cf. huggingface/peft#2421). They stay in fp32, with every bit they had.
    exact = {name: p.detach().clone() for name, p in network.named_parameters() if p.requires_grad}
    trainer = Trainer(
        model=network,
        args=_arguments(phase, config, choices, folder, has_evaluation=bool(rows.evaluation)),
        train_dataset=dataset(rows.train, config),
        eval_dataset=dataset(rows.evaluation, config) if rows.evaluation else None,
        processing_class=tokenizer,
        callbacks=callbacks,
    )
    for name, parameter in trainer.model.named_parameters():
        if parameter.requires_grad:
            parameter.data = exact[name].float()
    trainer.remove_callback(PrinterCallback)
    trainer.remove_callback(ProgressCallback)
    return trainer


def _arguments(phase: Phase, config: TrainConfig, choices: Choices, folder: Path, *, has_evaluation: bool) -> Any:
    from trl import SFTConfig

    # Packed sequences of one batch are laid end to end. Without flash attention the mask between them spans all of it,
    # so that they cost the square of their sum; one at a time gives the same step for less.
    at_once = 1 if config.packing and choices.attention != "flash_attention_2" else config.batch_size
    return SFTConfig(
        output_dir=str(folder),
        per_device_train_batch_size=at_once,
        per_device_eval_batch_size=at_once,
        gradient_accumulation_steps=config.effective_batch // (at_once * choices.processes),
        num_train_epochs=phase.epochs,
        max_steps=phase.max_steps or -1,
        learning_rate=phase.learning_rate,
        lr_scheduler_type=phase.scheduler,
        warmup_steps=config.warmup_share,  # below 1 it is a share of all steps
        weight_decay=config.weight_decay,
        max_grad_norm=config.max_grad_norm,
        optim=choices.optimiser,
        bf16=choices.precision == "bf16",
        fp16=choices.precision == "fp16",
        use_cpu=choices.device == "cpu",
        gradient_checkpointing=choices.gradient_checkpointing,
        use_liger_kernel=choices.liger,
        seed=config.seed,
        data_seed=config.seed,
        train_sampling_strategy="sequential" if config.curriculum == "hops" else "random",
        max_length=None,
        packing=False,  # rows come packed: see `dataset`
        padding_free=config.packing,
        dataset_kwargs={"skip_prepare_dataset": True},
        eval_strategy="steps" if has_evaluation else "no",
        eval_steps=config.save_every if has_evaluation else None,
        save_strategy="steps",
        save_steps=config.save_every,
        save_total_limit=config.keep_checkpoints,
        load_best_model_at_end=config.early_stopping is not None,
        metric_for_best_model="eval_loss" if config.early_stopping else None,
        greater_is_better=False if config.early_stopping else None,
        logging_steps=config.log_every,
        include_num_input_tokens_seen="non_padding",  # TRL's own count starts again at 0 when a run is continued
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=choices.device == "cuda",
        ddp_find_unused_parameters=False,
    )


def dataset(rows: Sequence[Tokenised], config: TrainConfig) -> Any:
    """Return the rows as the trainer takes them: in order of their hops where that is wanted, packed where that is."""
    from datasets import Dataset, concatenate_datasets
    from trl import pack_dataset

    levels = sorted({row.hops or 0 for row in rows}) if config.curriculum == "hops" else [None]
    parts = []
    for level in levels:
        here = [row for row in rows if level is None or row.hops == level]
        part = Dataset.from_dict(
            {"input_ids": [row.input_ids for row in here], "labels": [row.labels for row in here]}
        ).shuffle(seed=config.seed)
        if config.packing:  # best fit decreasing; every row fits, so nothing is cut
            part = pack_dataset(part, config.max_length, "bfd")
        parts.append(part)
    return concatenate_datasets(parts)


def _reporter(phase: Phase, metrics: MetricsFile, progress: bool) -> Any:
    from tqdm import tqdm
    from transformers import TrainerCallback

    class Reporter(TrainerCallback):  # type: ignore[misc]
        def on_train_begin(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
            self.last = time.perf_counter()
            self.bar = tqdm(
                desc=phase.name,
                total=state.max_steps,
                initial=state.global_step,
                unit=" steps",
                disable=None if progress and state.is_world_process_zero else True,
            )

        def on_step_end(self, _args: Any, state: Any, _control: Any, **_: Any) -> None:
            self.bar.update(state.global_step - self.bar.n)

        def on_log(self, _args: Any, state: Any, _control: Any, logs: Any = None, **_: Any) -> None:
            now = time.perf_counter()
            if state.is_world_process_zero and logs:
                metrics.add(phase.name, state.global_step, float(state.epoch or 0), logs, now - self.last)
                if "loss" in logs:
                    self.bar.set_postfix(loss=f"{logs['loss']:.3f}")
            self.last = now

        def on_train_end(self, _args: Any, _state: Any, _control: Any, **_: Any) -> None:
            self.bar.close()

    return Reporter()
