"""Read the conversations to train on from a run folder, a file or the Hub, and where they come from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from kgpaths.errors import FileError, TrainingError, UsageError
from kgpaths.files import Fault, Rows, sha256_of


class Conversation(NamedTuple):
    """One row to train on; the last message is the assistant's, and only it is learned."""

    id: str
    messages: tuple[Mapping[str, str], ...]
    licence: str
    """Strictest licence of what the row is made from; empty where the data set does not say."""
    sources: tuple[str, ...]
    hops: int | None
    """Edges of the longest path behind the row; None where that is not known."""


class Provenance(BaseModel):
    """Where the rows come from, for the model card and for the licence gate."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    corpus_hash: str
    """SHA-256 of the run's manifest, which names the hash of every file; of the file itself for other data."""
    graph_name: str = ""
    graph_hash: str = ""
    recipe: str = ""
    """How the chains were written."""
    licence: str = ""
    """Strictest licence of any row trained on."""
    sources: dict[str, int] = {}
    """Rows that rest on each source."""
    unlicensed: int = 0
    """Rows that name no licence."""


class TrainingData(NamedTuple):
    """Rows to learn from, rows to measure on, and where both come from."""

    train: tuple[Conversation, ...]
    evaluation: tuple[Conversation, ...]
    provenance: Provenance


def read_conversations(spec: str, *, eval_share: float = 0.0, seed: int = 0) -> TrainingData:
    """Read the rows to train on.

    Args:
        spec: a run folder, a JSONL or Parquet file with a column `messages`, or ``hf:ORG/NAME[@REVISION]``.
        eval_share: share of rows held out for evaluation, where there is no validation split.
        seed: changes which rows are held out.

    Raises:
        CorpusError: an unfinished or damaged run folder.
        TrainingError: nothing to train on, or rows that are no conversations.
        UsageError: no such file or folder.
    """
    rows, validation, about = _read(spec)
    if not rows:
        raise TrainingError(f"{spec} has no accepted rows to train on; `kgpaths stats {spec}` says why")
    if eval_share and not validation:
        ranked = sorted(rows, key=lambda row: hashlib.sha256(f"{seed}/{row.id}".encode()).digest())
        held = {row.id for row in ranked[: max(1, round(eval_share * len(rows)))]}
        validation = [row for row in rows if row.id in held]
        rows = [row for row in rows if row.id not in held]
        if not rows:
            raise TrainingError(f"{spec} has too few rows to hold out a share of {eval_share:g}; set eval_share to 0")
    return TrainingData(tuple(rows), tuple(validation), _with_licences(about, [*rows, *validation]))


def _read(spec: str) -> tuple[list[Conversation], list[Conversation], Provenance]:
    path = Path(spec)
    if spec.startswith("hf:"):
        return _read_hub(spec)
    if path.is_dir():
        return _read_run(path)
    if not path.is_file():
        raise UsageError(f"{spec} is neither a run folder nor a file; for a data set on the Hub write hf:ORG/NAME")
    return _conversations(_file_rows(path), spec), [], Provenance(name=path.name, corpus_hash=sha256_of(path))


def _read_run(folder: Path) -> tuple[list[Conversation], list[Conversation], Provenance]:
    from kgpaths.corpus import Corpus
    from kgpaths.corpus.manifest import MANIFEST
    from kgpaths.corpus.reading import read_file

    corpus = Corpus.open(folder)
    manifest = corpus.manifest
    hops: dict[str, int] = {}
    for entry in corpus.files("paths"):
        for path in read_file(folder / entry.path):
            if path["kind"] == "selected":
                hops[path["row_id"]] = max(path["hops"], hops.get(path["row_id"], 0))
    splits: dict[str, list[Conversation]] = {"train": [], "validation": [], "test": []}
    for entry in corpus.files("sft"):
        rows = ({**row, "hops": hops.get(row["id"])} for row in read_file(folder / entry.path))
        splits[entry.split] += _conversations(rows, entry.path)
    llm = manifest.config.llm
    about = Provenance(
        name=manifest.source_name,
        corpus_hash=sha256_of(folder / MANIFEST),
        graph_name=manifest.graph_name,
        graph_hash=manifest.graph_hash,
        recipe="templates, without a language model" if llm is None else f"{llm.recipe}, {', '.join(llm.models)}",
    )
    return splits["train"], splits["validation"], about


def _read_hub(spec: str) -> tuple[list[Conversation], list[Conversation], Provenance]:
    from datasets import load_dataset

    repo, _, revision = spec.removeprefix("hf:").partition("@")
    try:
        found = load_dataset(repo, revision=revision or None)
    except Exception as error:  # `datasets` raises a dozen kinds for a name, a network and a format
        raise TrainingError(f"{spec} cannot be read from the Hub: {error}") from error
    read = {
        split: _conversations(found[split], f"{spec}:{split}") for split in ("train", "validation") if split in found
    }
    digest = hashlib.sha256(json.dumps([[row.id, row.messages] for rows in read.values() for row in rows]).encode())
    about = Provenance(name=spec.removeprefix("hf:"), corpus_hash=digest.hexdigest())
    return read.get("train", []), read.get("validation", []), about


def _file_rows(path: Path) -> Iterator[Any]:
    try:
        for row in Rows(path):
            if isinstance(row, Fault):
                raise TrainingError(f"{row.where}: {row.message}")
            yield row.fields
    except FileError as error:
        raise TrainingError(str(error)) from None


def _conversations(rows: Iterable[Any], where: str) -> list[Conversation]:
    found = []
    for number, row in enumerate(rows, 1):
        messages = (row.get("messages") if isinstance(row, Mapping) else None) or ()
        roles = [message.get("role") for message in messages if isinstance(message, Mapping)]
        if len(roles) < 2 or roles[-1] != "assistant" or len(roles) != len(messages):
            raise TrainingError(
                f"{where}, row {number}: `messages` must be a list of turns that ends with the assistant's"
            )
        if not all(isinstance(message.get("content"), str) for message in messages):
            raise TrainingError(f"{where}, row {number}: every message needs `content` as text")
        turns = tuple({"role": str(m["role"]), "content": m["content"]} for m in messages)
        name = str(row.get("id") or hashlib.sha256(json.dumps(turns).encode()).hexdigest()[:16])
        hops = row.get("hops")
        found.append(
            Conversation(
                name,
                turns,
                row.get("licence") or "",
                tuple(row.get("sources") or ()),
                hops if isinstance(hops, int) else None,
            )
        )
    return found


def _with_licences(about: Provenance, rows: Iterable[Conversation]) -> Provenance:
    from kgpaths.vocabulary.licences import strictest

    named: set[str] = set()
    sources: dict[str, int] = {}
    unlicensed = 0
    for row in rows:
        named.add(row.licence)
        unlicensed += not row.licence
        for source in row.sources:
            sources[source] = sources.get(source, 0) + 1
    licence = strictest(named) if named - {""} else ""
    counted = dict(sorted(sources.items()))
    return about.model_copy(update={"licence": licence, "sources": counted, "unlicensed": unlicensed})
