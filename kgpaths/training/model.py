"""Load the base model and its tokenizer, put the adapter on it, and merge both."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kgpaths.errors import ConfigError, TrainingError, nearest
from kgpaths.training.config import TrainConfig
from kgpaths.training.hardware import Choices, local_rank

ADAPTER_CONFIG = "adapter_config.json"


def load_tokenizer(base: str, chat_template: str | None = None) -> Any:
    """Return the tokenizer of a base model, with a chat template.

    Raises:
        TrainingError: no such model, or it has no chat template.
    """
    from transformers import AutoTokenizer

    _is_there(base)
    try:
        tokenizer = AutoTokenizer.from_pretrained(base)
    except (OSError, ValueError) as error:
        raise TrainingError(f"base model {base}: its tokenizer cannot be loaded: {_first_line(error)}") from error
    if chat_template is not None:
        try:
            tokenizer.chat_template = Path(chat_template).read_text(encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"option 'chat_template': {chat_template} cannot be read: {error.strerror}") from error
    if not tokenizer.chat_template:
        raise TrainingError(
            f"base model {base} has no chat template, so nobody knows how it marks question and answer: take its "
            "instruct variant, or give a template file with chat_template"
        )
    if tokenizer.eos_token is None:
        raise TrainingError(f"base model {base} has no end-of-sequence token")
    return tokenizer


def load_base(base: str, choices: Choices) -> Any:
    """Return the base model as it is trained on: quantised, or whole.

    Raises:
        TrainingError: no such model, or its files are damaged.
    """
    import torch

    dtype = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}[choices.precision]
    options: dict[str, Any] = {
        "dtype": dtype,
        "device_map": {"": local_rank() if choices.device == "cuda" else choices.device},
        "attn_implementation": choices.attention,
    }
    if choices.quantise == "nf4":
        from transformers import BitsAndBytesConfig

        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=dtype,
        )
    elif choices.device == "cpu" and choices.precision != "fp32":
        options["dtype"] = torch.float32  # autocast computes in the lower precision; the weights need not lose any
    return _load(base, options)


def load_whole(base: str, *, dtype: Any = None) -> Any:
    """Return the base model unquantised on the CPU, in fp32 unless a dtype (or "auto", the stored one) is given."""
    import torch

    return _load(base, {"dtype": dtype or torch.float32, "device_map": {"": "cpu"}})


def _load(base: str, options: dict[str, Any]) -> Any:
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM

    _is_there(base)
    try:
        return AutoModelForCausalLM.from_pretrained(base, **options)
    except (OSError, ValueError, SafetensorError) as error:
        raise TrainingError(f"base model {base} cannot be loaded: {_first_line(error)}") from error


def _is_there(base: str) -> None:
    path = Path(base)
    if path.exists() and not (path / "config.json").is_file():
        raise TrainingError(f"{base} holds no model: it has no config.json")
    if not path.exists() and (path.is_absolute() or base.startswith(".") or base.count("/") != 1):
        raise TrainingError(f"base model {base}: no such folder, and no name on the Hub (ORG/NAME)")


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0] or type(error).__name__


def linear_layers(model: Any) -> tuple[str, ...]:
    """Return the names of all linear layers but the output layer, sorted; the same for every process and run."""
    import torch

    output = model.get_output_embeddings()
    paths = [
        name for name, layer in model.named_modules() if isinstance(layer, torch.nn.Linear) and layer is not output
    ]
    # Numbered layers of a list have no name of their own.
    return tuple(sorted({path if path.rpartition(".")[2].isdigit() else path.rpartition(".")[2] for path in paths}))


def new_adapter(model: Any, config: TrainConfig) -> Any:
    """Return the model with a fresh adapter, in fp32 whatever the base is.

    Raises:
        ConfigError: `target_modules` names a layer that the model has not.
    """
    from peft import LoraConfig, get_peft_model
    from transformers import set_seed

    known = linear_layers(model)
    targets = known if config.target_modules == "all-linear" else tuple(sorted(config.target_modules))
    for target in targets:
        if target not in known:
            raise ConfigError(f"option 'target_modules': the model has no layer {target!r}; {nearest(target, known)}")
    set_seed(config.seed)
    lora = LoraConfig(
        r=config.rank,
        lora_alpha=config.alpha,
        lora_dropout=config.dropout,
        use_dora=config.dora,
        use_rslora=config.rslora,
        target_modules=list(targets),
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, lora)


def with_adapter(model: Any, adapter: Path, *, trainable: bool = False) -> Any:
    """Return the model with a saved adapter on it.

    Raises:
        TrainingError: the folder holds no adapter for this model.
    """
    from peft import PeftModel
    from safetensors import SafetensorError

    if not (adapter / ADAPTER_CONFIG).is_file():
        raise TrainingError(f"{adapter} holds no adapter: it has no {ADAPTER_CONFIG}")
    try:
        return PeftModel.from_pretrained(model, str(adapter), is_trainable=trainable)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise TrainingError(f"adapter {adapter} cannot be loaded: {_first_line(error)}") from error


def save_adapter(model: Any, folder: Path) -> None:
    """Write the adapter; its layers stand in sorted order (peft keeps them in a set)."""
    model.save_pretrained(str(folder))
    (folder / "README.md").unlink(missing_ok=True)  # peft's own empty card
    path = folder / ADAPTER_CONFIG
    values = json.loads(path.read_text(encoding="utf-8"))
    values["target_modules"] = sorted(values["target_modules"])
    path.write_text(json.dumps(values, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def save_merged(base: str, adapter: Path, folder: Path) -> None:
    """Write the base model with the adapter merged in.

    The base is loaded again, unquantised: merging into 4-bit weights would round the adapter away. The sum is taken in
    fp32 and stored in the base model's own precision.
    """
    merged = with_adapter(load_whole(base), adapter).merge_and_unload(safe_merge=True)
    stored = _stored_dtype(base)
    if stored is not None:
        merged = merged.to(stored)
        merged.config.dtype = stored
    merged.save_pretrained(str(folder))


def _stored_dtype(base: str) -> Any:
    import torch
    from transformers import AutoConfig

    stored = getattr(AutoConfig.from_pretrained(base), "dtype", None)
    return getattr(torch, stored) if isinstance(stored, str) else stored
