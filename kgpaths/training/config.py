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
    """The rows are trained on this many times."""
    learning_rate: float = Field(default=1e-5, gt=0.0)
    """The optimiser starts from this rate."""
    scheduler: Scheduler = "cosine"
    """The rate follows this curve over the steps."""
    max_steps: int | None = Field(default=None, ge=1)
    """The training stops after this many optimiser steps; without a number it goes by `epochs`."""


class TrainConfig(_Config):
    """Everything that decides what a training writes.

    >>> TrainConfig.parse({"ranc": 8})
    Traceback (most recent call last):
    ...
    kgpaths.errors.ConfigError: unknown option 'ranc'; did you mean 'rank'? ...
    """

    # the adapter
    rank: int = Field(default=16, ge=1, le=1024)
    """The adapter has this rank."""
    alpha: int = Field(default=32, ge=1)
    """The output of the adapter is scaled by alpha / rank, and with `rslora` by alpha / √rank."""
    dropout: float = Field(default=0.0, ge=0.0, lt=1.0)
    """The adapter leaves out this share of its inputs while it trains."""
    dora: bool = False
    """The adapters decompose weights (Liu et al. 2024), which is better at low rank and about a third slower."""
    rslora: bool = False
    """The scaling is stabilised by rank (Kalajdzievski 2023), which suits high ranks."""
    target_modules: Literal["all-linear"] | tuple[str, ...] = "all-linear"
    """The layers with these names get an adapter; `all-linear` is written out, sorted, without the output layer."""

    # the optimisation
    learning_rate: float = Field(default=1e-4, gt=0.0)
    """The optimiser starts from this rate."""
    scheduler: Scheduler = "cosine"
    """The rate follows this curve over the steps."""
    warmup_share: float = Field(default=0.03, ge=0.0, lt=1.0)
    """The rate rises from 0 over this share of the steps."""
    weight_decay: float = Field(default=0.0, ge=0.0)
    """The optimiser shrinks weights by this much."""
    max_grad_norm: float = Field(default=1.0, gt=0.0)
    """Gradients with a norm above this are scaled down to it."""
    epochs: float = Field(default=1.0, gt=0.0)
    """The rows are trained on this many times."""
    max_steps: int | None = Field(default=None, ge=1)
    """The training stops after this many optimiser steps; without a number it goes by `epochs`."""
    batch_size: int = Field(default=1, ge=1)
    """One device works on this many sequences at a time; with `packing` each holds several rows."""
    effective_batch: int = Field(default=8, ge=1)
    """This many sequences stand behind one optimiser step, over all devices and accumulated batches."""
    stabilise: Stabilisation | None = None
    """A second, gentler phase follows with these options; without them there is none."""
    seed: int = Field(default=0, ge=0)
    """This seed decides the order of rows and the first weights of the adapter."""

    # the rows
    max_length: int = Field(default=4096, ge=8)
    """A row has at most this many tokens, prompt and answer together; nothing is ever cut to fit."""
    too_long: Literal["drop", "refuse"] = "drop"
    """Longer rows are left out and counted (`drop`), or the training does not start (`refuse`)."""
    packing: bool = False
    """Several rows share one sequence of `max_length`; they do not see each other."""
    curriculum: Literal["none", "hops"] = "none"
    """With `hops`, rows with short paths come first and those with long ones last, in every epoch."""
    eval_share: float = Field(default=0.0, ge=0.0, lt=0.5)
    """This share of rows is held out, by a hash of their id, where the corpus has no validation split of its own."""
    early_stopping: int | None = Field(default=None, ge=1)
    """The training stops after this many evaluations without a lower evaluation loss and keeps the best adapter."""
    chat_template: str | None = None
    """This file holds a Jinja chat template that takes the place of the tokenizer's own."""

    # memory and kernels: `auto` takes what the machine has, and what was taken is printed
    quantise: Literal["auto", "nf4", "none"] = "auto"
    """The base model is loaded as NF4 with double quantisation; `auto` does so on a GPU."""
    precision: Literal["auto", "bf16", "fp16", "fp32"] = "auto"
    """Numbers are computed in this precision; `auto` takes the best that the machine has."""
    attention: Literal["auto", "sdpa", "eager", "flash_attention_2"] = "auto"
    """Attention is computed by this kernel; `auto` takes what the machine has."""
    liger: bool | None = None
    """Fused layers of liger-kernel are used; null uses them where they are installed and a GPU is there."""
    optimiser: Optimiser = "auto"
    """This optimiser is used; `auto` takes one that suits the machine."""
    gradient_checkpointing: bool = True
    """Activations are computed again in the backward pass rather than kept."""

    # what is kept
    log_every: int = Field(default=10, ge=1)
    """A line of metrics is written after this many optimiser steps."""
    save_every: int = Field(default=100, ge=1)
    """A checkpoint is written, and an evaluation made, after this many optimiser steps."""
    keep_checkpoints: int = Field(default=2, ge=2)
    """This many checkpoints are kept; with two, one that could not be written never costs the last good one."""
    merge: bool = True
    """The adapter is also written merged into the unquantised base model."""
    base_licence: str | None = None
    """The base model has this licence; it is needed where its model card does not say."""

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
