"""The configuration of a training is typed; all defaults and the presets are in this one place."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from kgpaths.config import _Config
from kgpaths.errors import ConfigError, nearest

Scheduler = Literal["cosine", "linear", "constant", "constant_with_warmup"]
Optimiser = Literal["auto", "adamw_torch", "adamw_8bit", "paged_adamw_8bit", "paged_adamw_32bit"]


class Stabilisation(_Config):
    """A second, shorter phase at a lower rate that starts from the first phase's adapter with a fresh optimiser."""

    epochs: float = Field(default=1.0, gt=0.0)
    learning_rate: float = Field(default=1e-5, gt=0.0)
    scheduler: Scheduler = "cosine"
    max_steps: int | None = Field(default=None, ge=1)
    """Stop after so many optimiser steps; None goes by `epochs`."""


class TrainConfig(_Config):
    """Everything that decides what a training writes.

    >>> TrainConfig.parse({"ranc": 8})
    Traceback (most recent call last):
    ...
    kgpaths.errors.ConfigError: unknown option 'ranc'; did you mean 'rank'? ...
    """

    # the adapter
    rank: int = Field(default=16, ge=1, le=1024)
    alpha: int = Field(default=32, ge=1)
    """The adapter's output is scaled by alpha / rank, with `rslora` by alpha / √rank."""
    dropout: float = Field(default=0.0, ge=0.0, lt=1.0)
    dora: bool = False
    """Weight-decomposed adapters (Liu et al. 2024): better at low rank, about a third slower."""
    rslora: bool = False
    """Rank-stabilised scaling (Kalajdzievski 2023): for high ranks."""
    target_modules: Literal["all-linear"] | tuple[str, ...] = "all-linear"
    """Names of the layers that get an adapter; `all-linear` is written out, sorted, without the output layer."""

    # the optimisation
    learning_rate: float = Field(default=1e-4, gt=0.0)
    scheduler: Scheduler = "cosine"
    warmup_share: float = Field(default=0.03, ge=0.0, lt=1.0)
    """Share of the steps over which the rate rises from 0."""
    weight_decay: float = Field(default=0.0, ge=0.0)
    max_grad_norm: float = Field(default=1.0, gt=0.0)
    epochs: float = Field(default=1.0, gt=0.0)
    max_steps: int | None = Field(default=None, ge=1)
    """Stop after so many optimiser steps; None goes by `epochs`."""
    batch_size: int = Field(default=1, ge=1)
    """Sequences that one device works on at a time; with `packing` each holds several rows."""
    effective_batch: int = Field(default=8, ge=1)
    """Sequences behind one optimiser step, over all devices and accumulated batches."""
    stabilise: Stabilisation | None = None
    seed: int = Field(default=0, ge=0)

    # the rows
    max_length: int = Field(default=4096, ge=8)
    """Longest row in tokens, prompt and answer; nothing is ever cut to fit."""
    too_long: Literal["drop", "refuse"] = "drop"
    """What becomes of longer rows: left out and counted, or the training does not start."""
    packing: bool = False
    """Put several rows into one sequence of `max_length`; rows do not see each other."""
    curriculum: Literal["none", "hops"] = "none"
    """`hops`: rows with short paths first, those with long ones last, in every epoch."""
    eval_share: float = Field(default=0.0, ge=0.0, lt=0.5)
    """Share of rows held out, by a hash of their id, where the corpus has no validation split of its own."""
    early_stopping: int | None = Field(default=None, ge=1)
    """Stop after so many evaluations without a lower evaluation loss, and keep the best adapter."""
    chat_template: str | None = None
    """File with a Jinja chat template that takes the place of the tokenizer's own."""

    # memory and kernels: `auto` takes what the machine has, and what was taken is printed
    quantise: Literal["auto", "nf4", "none"] = "auto"
    """NF4 with double quantisation; auto: on a GPU."""
    precision: Literal["auto", "bf16", "fp16", "fp32"] = "auto"
    attention: Literal["auto", "sdpa", "eager", "flash_attention_2"] = "auto"
    liger: bool | None = None
    """Fused layers of liger-kernel; None uses them where they are installed and a GPU is there."""
    optimiser: Optimiser = "auto"
    gradient_checkpointing: bool = True
    """Compute activations again in the backward pass rather than keep them."""

    # what is kept
    log_every: int = Field(default=10, ge=1)
    """Optimiser steps between two lines of metrics."""
    save_every: int = Field(default=100, ge=1)
    """Optimiser steps between two checkpoints, and two evaluations."""
    keep_checkpoints: int = Field(default=2, ge=2)
    """Checkpoints kept; two, so that one that could not be written never costs the last good one."""
    merge: bool = True
    """Also write the adapter merged into the unquantised base model."""
    base_licence: str | None = None
    """Licence of the base model, where its model card does not say."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.effective_batch % self.batch_size:
            raise ValueError(
                f"effective_batch ({self.effective_batch}) is no multiple of batch_size ({self.batch_size})"
            )
        return self

    @classmethod
    def preset(cls, name: str, **changes: Any) -> Self:
        """Return a preset with some options changed.

        Raises:
            ConfigError: an unknown preset or option, or a value that is not valid.

        >>> config = TrainConfig.preset("q3x1", max_length=2048)
        >>> config.rank, config.alpha, config.epochs, config.stabilise.epochs, config.max_length
        (128, 256, 3.0, 1.0, 2048)
        """
        if name not in PRESETS:
            raise ConfigError(f"unknown preset {name!r}; {nearest(name, PRESETS)}")
        return cls.parse({**PRESETS[name], **changes})


PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        # A strong adapter for a corpus of some thousand rows: high rank, three epochs, then one gentle one.
        "q3x1": {
            "rank": 128,
            "alpha": 256,
            "learning_rate": 1e-4,
            "scheduler": "cosine",
            "precision": "bf16",
            "epochs": 3.0,
            "effective_batch": 8,
            "packing": True,
            "stabilise": {"epochs": 1.0, "learning_rate": 1e-5},
        },
        # A small adapter that changes the base model little.
        "clinical-r16": {
            "rank": 16,
            "alpha": 32,
            "dropout": 0.05,
            "learning_rate": 3e-5,
            "epochs": 3.0,
            "effective_batch": 8,
        },
        # Minutes on a laptop: whether everything works, not whether it helps.
        "smoke": {
            "rank": 8,
            "alpha": 16,
            "learning_rate": 1e-3,
            "max_steps": 10,
            "effective_batch": 2,
            "max_length": 2048,
            "log_every": 1,
            "save_every": 5,
        },
    }
)
"""Options of the presets that differ from the defaults."""
