"""Open what is evaluated: a model, or an adapter on its base, which stay unmerged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kgpaths.errors import EvaluationError, TrainingError


@dataclass(frozen=True)
class OpenModel:
    """A model in memory."""

    name: str
    network: Any
    tokenizer: Any
    adapted: bool
    """An adapter lies on it, which can be switched off."""

    @contextmanager
    def without_adapter(self) -> Iterator[None]:
        """Make it the base model for a while."""
        with self.network.disable_adapter():
            yield


def open_model(
    model: str, *, base_model: str | None = None, quantise: Literal["nf4", "none"] = "none", chat_template: bool = False
) -> OpenModel:
    """Load a model: the folder of a training, of an adapter, of a whole model, or a name on the Hub.

    Args:
        base_model: stands in for the base model that the adapter itself names, say on another machine.
        chat_template: refuse a model without one.

    Raises:
        EvaluationError: no such model, or its files do not fit together.
    """
    import torch

    from kgpaths.training import model as training_model
    from kgpaths.training.config import TrainConfig
    from kgpaths.training.hardware import choose

    folder = _adapter_on_hub(model) or Path(model)
    if (folder / "adapter" / training_model.ADAPTER_CONFIG).is_file():
        folder = folder / "adapter"
    adapter = folder if (folder / training_model.ADAPTER_CONFIG).is_file() else None
    base = model if adapter is None else base_model or _base_of(adapter)
    gpu = torch.cuda.is_available()
    try:
        choices = choose(TrainConfig(quantise=quantise, precision="auto" if gpu else "fp32"))
        network = training_model.load_base(base, choices)
        if adapter is not None:
            network = training_model.with_adapter(network, adapter)
        has_tokenizer = adapter is not None and (adapter / "tokenizer_config.json").is_file()
        tokenizer = _tokenizer(str(adapter) if has_tokenizer else base)
    except TrainingError as error:
        raise EvaluationError(str(error)) from error
    if chat_template and not tokenizer.chat_template:
        raise EvaluationError(f"{model} has no chat template; generation asks it as a chat, log-likelihood does not")
    network.eval()
    return OpenModel(name=model, network=network, tokenizer=tokenizer, adapted=adapter is not None)


def _adapter_on_hub(model: str) -> Path | None:
    """Fetch an adapter that is a repository, so that it can be compared with its base like one in a folder."""
    if Path(model).exists() or model.count("/") != 1:
        return None
    from huggingface_hub import snapshot_download
    from transformers.utils.peft_utils import find_adapter_config_file

    try:
        if find_adapter_config_file(model) is None:
            return None
        return Path(snapshot_download(model))
    except (OSError, ValueError) as error:  # the Hub's errors are among these
        reason = str(error).strip().split("\n")[0]
        raise EvaluationError(f"{model}: no such folder, and it cannot be read from the Hub: {reason}") from error


def _tokenizer(place: str) -> Any:
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(place)
    except (OSError, ValueError) as error:
        raise EvaluationError(f"{place}: its tokenizer cannot be loaded: {error}") from error


def _base_of(adapter: Path) -> str:
    from kgpaths.training.model import ADAPTER_CONFIG

    try:
        base = json.loads((adapter / ADAPTER_CONFIG).read_bytes())["base_model_name_or_path"]
    except (OSError, ValueError, KeyError) as error:
        raise EvaluationError(f"{adapter / ADAPTER_CONFIG} cannot be read: {error}") from error
    if not base:
        raise EvaluationError(f"{adapter} does not name its base model; name it with --base-model")
    return str(base)
