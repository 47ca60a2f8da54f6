"""`training.json` records what was trained, from what, with which choices, and how it ended."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from kgpaths.errors import TrainingError, UsageError
from kgpaths.files import write_whole
from kgpaths.training.config import TrainConfig
from kgpaths.training.conversations import Provenance
from kgpaths.training.hardware import Choices
from kgpaths.training.tokenisation import Lengths

RECORD = "training.json"
_FREE = {"keep_checkpoints", "merge", "base_licence", "log_every"}
"""Options that change no weight, so that a run may be continued with others."""


class TrainingRecord(BaseModel):
    """Everything about one training that a reader of its weights may ask."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kgpaths: str
    versions: dict[str, str]
    """Of the libraries that computed it."""
    base_model: str
    base_fingerprint: str
    """Hash of the base model's configuration, and the sizes of its weights where they are local."""
    base_licence: str | None
    config: TrainConfig
    choices: Choices
    provenance: Provenance
    rows_hash: str
    """SHA-256 over all tokens and labels, in order."""
    lengths: Lengths
    eval_lengths: Lengths | None
    finished: bool = False
    results: dict[str, float] = {}
    """Last losses."""

    def identity(self) -> dict[str, Any]:
        """Return what decides the weights."""
        config = self.config.model_dump(mode="json", exclude=_FREE)
        return {
            "base_model": self.base_fingerprint,
            "rows": self.rows_hash,
            **config,
            "quantise": self.choices.quantise,
            "precision": self.choices.precision,
            "optimiser": self.choices.optimiser,
        }

    def check_same(self, other: TrainingRecord, out: Path) -> None:
        """Refuse to continue another training.

        Raises:
            UsageError: with what differs.
        """
        there, here = self.identity(), other.identity()
        differs = [f"{key} is {there[key]} there and {here[key]} here" for key in there if there[key] != here[key]]
        if differs:
            raise UsageError(
                f"{out} holds another training: {'; '.join(differs)}. Choose another folder with --out, or discard it "
                "with --overwrite"
            )

    def write(self, out: Path) -> None:
        """Write the record, whole or not at all."""
        text = json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
        write_whole(out / RECORD, text.encode())

    @classmethod
    def read(cls, out: Path) -> Self:
        """Read the record of a training.

        Raises:
            TrainingError: there is none, or it is damaged.
        """
        try:
            return cls.model_validate_json((out / RECORD).read_bytes())
        except OSError:
            raise TrainingError(f"{out} holds no training of kgpaths (no {RECORD})") from None
        except ValidationError as error:
            raise TrainingError(
                f"{out / RECORD} is damaged or of another version: {error.errors()[0]['msg']}"
            ) from None


def rows_hash(parts: list[Any]) -> str:
    """Return the SHA-256 of rows as tokens.

    >>> rows_hash([("q1", [1, 2], [-100, 2], 1)])[:8] == rows_hash([("q1", [1, 2], [1, 2], 1)])[:8]
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        digest.update(json.dumps(list(part)).encode())
    return digest.hexdigest()


def base_fingerprint(base: str) -> str:
    """Return what tells one base model from another: its configuration, and the sizes of local weights."""
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(base).to_dict()
    for volatile in ("_name_or_path", "transformers_version"):
        config.pop(volatile, None)
    weights = sorted((path.name, path.stat().st_size) for path in Path(base).glob("*.safetensors"))
    return hashlib.sha256(json.dumps([config, weights], sort_keys=True, default=str).encode()).hexdigest()


def base_licence(base: str, named: str | None) -> str | None:
    """Return the base model's licence: as named by the user, else as its model card says, else None."""
    if named is not None:
        return named
    from huggingface_hub import ModelCard, hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    card = Path(base) / "README.md"
    if not Path(base).exists():
        try:
            card = Path(hf_hub_download(base, "README.md"))
        except EntryNotFoundError:  # the repository has none, or it is not in the cache and there is no network
            return None
    if not card.is_file():
        return None
    licence = ModelCard.load(str(card)).data.get("license")
    return str(licence) if licence else None


def versions() -> dict[str, str]:
    """Return the versions of the libraries that compute."""
    from importlib.metadata import version

    return {name: version(name) for name in ("torch", "transformers", "peft", "trl", "bitsandbytes", "accelerate")}
