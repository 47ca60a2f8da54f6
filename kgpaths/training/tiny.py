"""Make models of a few hundred thousand random weights, to try a training or an evaluation in seconds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from kgpaths.training.quiet import quiet_libraries

_CHATML = """\
{%- for message in messages %}<|im_start|>{{ message.role }}
{{ message.content }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""

_LLAMA = """\
{{- bos_token }}{% for message in messages %}<|start_header_id|>{{ message.role }}<|end_header_id|>

{{ message.content | trim }}<|eot_id|>{% endfor %}{% if add_generation_prompt %}\
<|start_header_id|>assistant<|end_header_id|>

{% endif %}"""

_SPECIAL = {
    "qwen3": ("<|endoftext|>", "<|im_start|>", "<|im_end|>"),
    "llama": ("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|pad|>"),
}


def make_tiny_model(
    folder: str | Path,
    texts: Iterable[str],
    *,
    family: Literal["qwen3", "llama"] = "qwen3",
    hidden: int = 128,
    layers: int = 2,
    vocabulary: int = 2048,
    seed: int = 0,
) -> Path:
    """Write a randomly initialised model, with a byte-level tokenizer trained on `texts`, and return its folder.

    It knows nothing, but everything that works with it works with its big relatives: same classes, same templates'
    shape, same files. Weights are drawn ten times wider than usual (0.2): with the usual 0.02 the frozen output layer
    is so flat that an adapter can hardly lower the loss.
    """
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

    folder, special = Path(folder), _SPECIAL[family]
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(texts, trainer)
    end, pad = ("<|im_end|>", "<|endoftext|>") if family == "qwen3" else ("<|eot_id|>", "<|pad|>")
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        eos_token=end,
        pad_token=pad,
        bos_token=None if family == "qwen3" else "<|begin_of_text|>",
        extra_special_tokens=list(special),
        model_max_length=32768,
    )
    tokenizer.chat_template = _CHATML if family == "qwen3" else _LLAMA
    shape = {
        "vocab_size": len(tokenizer),
        "hidden_size": hidden,
        "intermediate_size": 2 * hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": hidden // 4,
        "max_position_embeddings": 32768,
        "initializer_range": 0.2,
        "tie_word_embeddings": False,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id,
    }
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Qwen3ForCausalLM(Qwen3Config(**shape)) if family == "qwen3" else LlamaForCausalLM(LlamaConfig(**shape))
    with quiet_libraries():
        model.save_pretrained(str(folder))
        tokenizer.save_pretrained(str(folder))
    return folder
