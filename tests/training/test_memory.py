"""The estimate of memory against the peak that the profiler sees, of a model in bf16 with an adapter."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from kgpaths.training import memory, model
from kgpaths.training.config import TrainConfig


def peak(step: Any) -> int:
    """Return the most bytes that a step holds at once beyond what was held before it."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        step()
    events = [event for event in profiled.profiler.kineto_results.events() if event.name() == "[memory]"]
    held = highest = 0
    for event in sorted(events, key=lambda event: int(event.start_ns())):
        held += event.nbytes()
        highest = max(highest, held)
    return highest


@pytest.mark.parametrize(
    ("layers", "vocabulary", "tokens", "checkpointing"),
    [(6, 500, 128, False), (12, 500, 256, True), (2, 20_000, 128, True), (4, 8_000, 192, False)],
    ids=["blocks", "checkpointed blocks", "logits", "both"],
)
def test_activations_are_estimated_within_a_third(
    layers: int, vocabulary: int, tokens: int, checkpointing: bool
) -> None:
    from transformers import Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(0)
    network = Qwen3ForCausalLM(
        Qwen3Config(
            hidden_size=256, intermediate_size=768, num_hidden_layers=layers, num_attention_heads=4,
            num_key_value_heads=1, head_dim=64, vocab_size=vocabulary, tie_word_embeddings=False,
        )
    ).to(torch.bfloat16)  # fmt: skip
    shape = memory.shape_of(network)
    network = model.new_adapter(network, TrainConfig(rank=8, alpha=16))
    if checkpointing:
        network.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        network.enable_input_require_grads()
    network.train()
    ids = torch.randint(0, vocabulary, (1, tokens))

    def step() -> None:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = network(input_ids=ids, labels=ids, use_cache=False).loss
        loss.backward()

    step()  # the gradients of the adapter are there from now on, and are counted with the adapter
    estimated = memory.activations(shape, tokens=tokens, checkpointing=checkpointing)
    assert estimated == pytest.approx(peak(step), rel=1 / 3)
