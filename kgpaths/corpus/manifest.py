"""The manifest says what a run is: configuration, source, graph, files and hashes, but neither time nor machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from kgpaths.config import BuildConfig
from kgpaths.corpus.row_schema import Config
from kgpaths.errors import CorpusError
from kgpaths.language.layout import Layout
from kgpaths.records import Split

FORMAT = "kgpaths-run/1"
MANIFEST, STATS, CARD, DATA, SHARDS = "manifest.json", "stats.json", "README.md", "data", ".shards"
"""Names in a run folder."""


class Document(BaseModel):
    """A small JSON file of a run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def json_bytes(self) -> bytes:
        """Return the model as JSON for people and programs."""
        return (json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n").encode()

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `json_bytes` wrote.

        Raises:
            CorpusError: the file is missing or is something else.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise CorpusError(f"{path} cannot be read: {error.strerror}") from error
        except ValidationError as error:
            raise CorpusError(f"{path} is damaged or of another version: {error.errors()[0]['msg']}") from error


class FileEntry(Document):
    """One file of a run."""

    path: str
    """Relative to the run folder, with forward slashes."""
    config: Config
    split: Split
    rows: int
    bytes: int
    sha256: str


class Identity(Document):
    """What decides every byte of a run; two builds with the same identity are the same build."""

    kgpaths: str
    """Version of the library."""
    config: dict[str, Any]
    """The build configuration, without what changes no byte."""
    source: str
    source_fingerprint: str
    graph_hash: str

    @classmethod
    def of(
        cls,
        config: BuildConfig,
        source: str,
        fingerprint: str,
        graph_hash: str,
        prompts: Mapping[str, str] | None = None,
    ) -> Self:
        """Return the identity of a build; `prompts` are the hashes of what a model is asked with, by id."""
        from kgpaths import __version__

        # How source, graph and texts were named, how an endpoint is treated, and how many paths `PathFinder.find`
        # returns, which a build does not ask, change no byte.
        dumped = config.model_dump(
            mode="json", exclude={"source": True, "graph": True, "llm": {"endpoint", "texts"}, "paths": {"k"}}
        )
        if config.llm is not None:
            dumped["llm"]["prompts"] = dict(prompts or {})  # what is in the files, not where they are
        return cls(
            kgpaths=__version__,
            config=dumped,
            source=source,
            source_fingerprint=fingerprint,
            graph_hash=graph_hash,
        )

    @property
    def hash(self) -> str:
        """SHA-256 over the canonical JSON."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def differences(self, other: Identity) -> list[str]:
        """Return what differs, a phrase each: "paths.max_hops is 3 there and 2 here" (there: self)."""
        there, here = (_flat(identity.model_dump(mode="json")) for identity in (self, other))
        return [
            f"{name.removeprefix('config.')} is {_short(there.get(name))} there and {_short(here.get(name))} here"
            for name in sorted({*there, *here})
            if there.get(name) != here.get(name)
        ]


class Manifest(Document):
    """`manifest.json`: present exactly when a run is finished."""

    format: str = FORMAT
    kgpaths: str
    """Version of kgpaths."""
    pyarrow: str
    """Version of pyarrow; the same rows give the same bytes within one version."""
    identity: Identity
    config: BuildConfig
    config_hash: str
    layout: Layout | None = None
    """How conversations print what a model wrote: the recipe's titled sections; None prints numbered steps."""
    source_name: str
    source_licence: str
    """Ledger key of the questions."""
    source_url: str
    source_revision: str
    source_fingerprint: str
    graph_name: str
    graph_hash: str
    graph_tiers: dict[str, int] = {}
    """Edges of the graph by how they came to be."""
    licence: str
    """Strictest licence of any row."""
    licences: dict[str, str]
    """Licence of every ledger source that a row rests on."""
    files: tuple[FileEntry, ...]


def _flat(values: dict[str, Any], above: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= _flat(value, f"{above}{name}.") if isinstance(value, dict) else {f"{above}{name}": value}
    return flat


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 30 else f"{text[:24]}…"
