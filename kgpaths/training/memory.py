"""Estimate how much memory a training takes, and what to change when it is too much."""

from __future__ import annotations

from typing import Any, NamedTuple

from kgpaths.training.config import TrainConfig
from kgpaths.training.hardware import Choices

_GIB = 2**30
_NF4 = 0.516  # bytes a weight: 4 bits, and 0.127 bits of doubly quantised scales (Dettmers et al. 2023, section 3)


class Shape(NamedTuple):
    """The numbers of a model that memory depends on."""

    quantisable: int
    """Weights of the linear layers inside the blocks."""
    other: int
    """Embeddings, norms, output layer."""
    layers: int
    hidden: int
    intermediate: int
    vocabulary: int
    inputs_and_outputs: int
    """Sum over the adapted layers of (inputs + outputs): an adapter of rank r has r times as many weights."""


def shape_of(model: Any) -> Shape:
    """Return the shape of a base model that carries no adapter yet."""
    import torch

    output = model.get_output_embeddings()
    linear = [x for x in model.modules() if isinstance(x, torch.nn.Linear) and x is not output]
    inside = sum(x.in_features * x.out_features for x in linear)
    whole = sum(p.numel() for p in model.parameters())
    packed = sum(x.weight.numel() for x in linear)  # quantised layers hold two weights in a byte
    config = model.config.get_text_config()
    return Shape(
        inside,
        whole - packed,
        config.num_hidden_layers,
        config.hidden_size,
        getattr(config, "intermediate_size", 4 * config.hidden_size),
        config.vocab_size,
        sum(x.in_features + x.out_features for x in linear),
    )


def estimate_gib(
    shape: Shape,
    *,
    batch: int,
    length: int,
    rank: int,
    quantise: str,
    checkpointing: bool,
    optimiser: str = "adamw_torch",
    liger: bool = False,
) -> float:
    """Return about how many GiB one device needs: weights, adapter, optimiser, activations, logits.

    Activations and logits were measured on a CPU in bf16, and come within a third (`tests/training/test_memory.py`);
    nothing was measured on a GPU.

    >>> qwen3_8b = Shape(6_950_000_000, 1_240_000_000, 36, 4096, 12288, 151_936, 2_300_000)
    >>> round(estimate_gib(qwen3_8b, batch=1, length=4096, rank=16, quantise="nf4", checkpointing=True))
    15
    >>> round(estimate_gib(qwen3_8b, batch=1, length=4096, rank=16, quantise="none", checkpointing=False))
    53
    """
    weights = shape.quantisable * (_NF4 if quantise == "nf4" else 2) + shape.other * 2
    adapter = rank * shape.inputs_and_outputs * (8 + (2 if "8bit" in optimiser else 8))  # weight, gradient, two moments
    return (
        weights + adapter + activations(shape, tokens=batch * length, checkpointing=checkpointing, liger=liger)
    ) / _GIB


def activations(shape: Shape, *, tokens: int, checkpointing: bool, liger: bool = False) -> int:
    """Return about how many bytes the tokens of one step need at the peak, of a model in bf16.

    >>> activations(Shape(0, 0, 2, 64, 128, 1000, 0), tokens=10, checkpointing=True) // 1000
    152
    """
    # In 2 bytes: inputs of the seven linear layers, attention's inputs and output, gate and activation of the MLP; the
    # inputs of two norms count twice, as they are kept in fp32.
    block = tokens * 2 * (15 * shape.hidden + 4 * shape.intermediate)
    kept = shape.layers * (tokens * 2 * shape.hidden if checkpointing else block)
    # Logits in fp32, their softmax and their gradient; Liger's fused loss never holds them whole.
    logits = 0 if liger else 12 * tokens * shape.vocabulary
    return kept + (block if checkpointing else 0) + logits


def advice(shape: Shape, config: TrainConfig, choices: Choices, longest: int) -> str:
    """Return what to change after the memory ran out, each with the memory that it would take."""
    length = config.max_length if config.packing else longest
    now: dict[str, Any] = {
        "batch": config.batch_size,
        "length": length,
        "rank": config.rank,
        "quantise": choices.quantise,
        "checkpointing": choices.gradient_checkpointing,
        "optimiser": choices.optimiser,
        "liger": choices.liger,
    }
    offers: list[tuple[str, dict[str, Any]]] = []
    if choices.quantise == "none":
        offers.append(("quantise=nf4", {"quantise": "nf4"}))
    if not choices.gradient_checkpointing:
        offers.append(("gradient_checkpointing=true", {"checkpointing": True}))
    if config.batch_size > 1:
        offers.append((f"batch_size=1 (effective_batch stays {config.effective_batch})", {"batch": 1}))
    if "8bit" not in choices.optimiser:
        offers.append(("optimiser=paged_adamw_8bit", {"optimiser": "paged_adamw_8bit"}))
    if choices.device == "cuda" and not choices.liger:
        offers.append(("liger=true (package liger-kernel)", {"liger": True}))
    if length > 1024:
        offers.append((f"max_length={length // 2}", {"length": length // 2}))
    if config.rank > 8:
        offers.append((f"rank={config.rank // 2}", {"rank": config.rank // 2}))
    needs = estimate_gib(shape, **now)
    there = f" of the {choices.memory_gib:.0f} GiB there are" if choices.memory_gib else ""
    lines = [
        f"out of memory: about {needs:.2f} GiB are needed{there} (batch_size={config.batch_size}, {length} tokens, "
        f"rank={config.rank}, quantise={choices.quantise}). The last checkpoint is kept. Each by itself would take:"
    ]
    lines += [f"  {estimate_gib(shape, **{**now, **change}):.2f} GiB  {option}" for option, change in offers]
    return "\n".join(lines)
