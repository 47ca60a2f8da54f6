"""Look up what the machine has, and choose by it where the configuration says `auto`."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from kgpaths.errors import ConfigError
from kgpaths.training.config import TrainConfig


class Choices(BaseModel):
    """How the model is loaded and run; printed before the training and written down with it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    device: Literal["cuda", "mps", "cpu"]
    name: str
    """Name of the GPU; empty without one."""
    memory_gib: float
    """Memory of the GPU; 0 without one."""
    processes: int
    quantise: Literal["nf4", "none"]
    precision: Literal["bf16", "fp16", "fp32"]
    attention: Literal["sdpa", "eager", "flash_attention_2"]
    liger: bool
    optimiser: str
    gradient_checkpointing: bool

    def lines(self) -> list[str]:
        """Return the choices for people."""
        place = f"{self.name}, {self.memory_gib:.0f} GiB" if self.name else self.device
        many = f" × {self.processes} processes" if self.processes > 1 else ""
        return [
            f"on {place}{many}: quantise={self.quantise} precision={self.precision} attention={self.attention} "
            f"liger={str(self.liger).lower()} optimiser={self.optimiser} "
            f"gradient_checkpointing={str(self.gradient_checkpointing).lower()} (each can be set)"
        ]


def choose(config: TrainConfig) -> Choices:
    """Return what to use here: what the configuration names, else the best that the machine has.

    Raises:
        ConfigError: the configuration names what is not there.
    """
    import torch

    cuda = torch.cuda.is_available()
    device: Literal["cuda", "mps", "cpu"] = "cuda" if cuda else "mps" if torch.backends.mps.is_available() else "cpu"
    card: Any = torch.cuda.get_device_properties(local_rank()) if cuda else None
    flash = cuda and card.major >= 8 and find_spec("flash_attn") is not None
    if config.attention == "flash_attention_2" and not flash:
        raise ConfigError(
            "option 'attention': flash_attention_2 needs a GPU of compute capability 8 or more and the package "
            "flash-attn; leave it at auto"
        )
    if config.liger and not (cuda and find_spec("liger_kernel") is not None):
        raise ConfigError("option 'liger': needs a GPU and the package liger-kernel; leave it out to go without")
    best: Literal["bf16", "fp16", "fp32"] = "fp32"
    if cuda:
        best = "bf16" if torch.cuda.is_bf16_supported() else "fp16"
    return Choices(
        device=device,
        name=card.name if cuda else "",
        memory_gib=card.total_memory / 2**30 if cuda else 0.0,
        processes=int(os.environ.get("WORLD_SIZE", "1")),
        quantise=("nf4" if cuda else "none") if config.quantise == "auto" else config.quantise,
        precision=best if config.precision == "auto" else config.precision,
        attention=("flash_attention_2" if flash else "sdpa") if config.attention == "auto" else config.attention,
        liger=cuda and find_spec("liger_kernel") is not None if config.liger is None else config.liger,
        optimiser=("paged_adamw_8bit" if cuda else "adamw_torch") if config.optimiser == "auto" else config.optimiser,
        gradient_checkpointing=config.gradient_checkpointing,
    )


def local_rank() -> int:
    """Return which GPU of this machine is this process's; 0 without a launcher."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def is_main() -> bool:
    """Say whether this process is the one that writes."""
    return int(os.environ.get("RANK", "0")) == 0
