"""List the question sources, and read a spec such as ``medqa@hub`` or ``jsonl:my.jsonl``."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from kgpaths.errors import UsageError, nearest
from kgpaths.sources import gold_answers
from kgpaths.sources.casimedicos import CASIMEDICOS
from kgpaths.sources.datasets import HubLocation, QADataset, as_they_are
from kgpaths.sources.medmcqa import MEDMCQA
from kgpaths.sources.medqa import MEDQA
from kgpaths.sources.medquad import MEDQUAD
from kgpaths.sources.pubmedqa import PUBMEDQA
from kgpaths.sources.source import HubSource, LocalSource, Source

DATASETS: Mapping[str, QADataset] = MappingProxyType(
    {dataset.name: dataset for dataset in (MEDQA, MEDMCQA, PUBMEDQA, CASIMEDICOS, MEDQUAD)}
)
_log = logging.getLogger(__name__)
_SAMPLES = Path(__file__).parent / "samples"
_FORMS = "SOURCE, SOURCE@hub, SOURCE@hub:REVISION, SOURCE:FILE, jsonl:FILE, hf:ORG/NAME or hf:ORG/NAME@REVISION"


class SourceEntry(NamedTuple):
    """One line of what there is."""

    name: str
    rows: int
    """Rows of the bundled sample."""
    licence: str
    """SPDX id, from the licence ledger."""
    description: str
    hub: str
    """Data set that ``NAME@hub`` reads."""


def sources() -> tuple[SourceEntry, ...]:
    """Return the named sources, each with the size of its bundled sample.

    >>> [(entry.name, entry.rows, entry.licence) for entry in sources()][:2]
    [('medqa', 1000, 'MIT'), ('medmcqa', 300, 'MIT')]
    """
    from kgpaths.vocabulary.licences import licences

    ledger = licences()
    return tuple(
        SourceEntry(name, entry.sample_rows, ledger[name].licence, entry.description, entry.hub.repo)
        for name, entry in DATASETS.items()
    )


def open_source(spec: str, *, limit: int | None = None, training: bool = True) -> Source:
    """Open a question source.

    Args:
        spec: ``medqa`` (bundled sample), ``medqa@hub`` or ``medqa@hub:REVISION`` (Hugging Face Hub),
            ``medqa:FILE`` (a file with that data set's columns or the generic ones), ``jsonl:FILE`` (the generic
            schema of `kgpaths.sources.questions`), ``hf:ORG/NAME`` or ``hf:ORG/NAME@REVISION`` (the generic schema on
            the Hub). Files may be JSONL, JSON, CSV, TSV or Parquet; text formats also gzipped.
        limit: yield at most this many rows, faults included.
        training: refuse the splits that models are compared on.

    Raises:
        UsageError: an unknown source or a malformed spec; the nearest known one is named.
        SourceError: the file or data set cannot be read.
        HeldOutSplit: a test split with ``training=True``.

    >>> source = open_source("medqa", limit=2)
    >>> [item.id for item in source]
    ['medqa_train_5opt-00000', 'medqa_train_5opt-00001']
    >>> open_source("medqqa")
    Traceback (most recent call last):
    ...
    kgpaths.errors.UsageError: unknown source 'medqqa'; did you mean 'medqa'? ...
    """
    if limit is not None and limit < 1:
        raise UsageError(f"limit must be at least 1, not {limit}")
    source = _opened(spec, limit, training)
    _log.info(
        "source %s opened: %s rows, %s",
        spec,
        "an unknown number of" if source.size is None else source.size,
        source.fingerprint,
    )
    return source


def _opened(spec: str, limit: int | None, training: bool) -> Source:
    name, hub, revision, place = _parts(spec)
    if name == "hf":
        generic = _generic(place, HubLocation(place))
        return HubSource(
            generic,
            licence="local",
            url=f"https://huggingface.co/datasets/{place}",
            revision=revision,
            limit=limit,
            training=training,
        )
    if name == "jsonl":
        path = Path(place)
        generic = _generic(_name_of(path), HubLocation(""))
        return LocalSource(generic, path, licence="local", url="", limit=limit, training=training)
    dataset = DATASETS[name]
    url = _ledger_url(name)
    if hub:
        return HubSource(dataset, licence=name, url=url, revision=revision, limit=limit, training=training)
    path = Path(place) if place else _SAMPLES / dataset.sample
    return LocalSource(dataset, path, licence=name, url=url, limit=limit, training=training)


def _parts(spec: str) -> tuple[str, bool, str | None, str]:
    """Split a spec into (name, on the Hub, revision, file or data set)."""
    known = [*DATASETS, "jsonl", "hf"]
    name, colon, rest = spec.partition(":")
    name, at, where = name.partition("@")
    if name not in known:
        hint = f"; for a file type {'jsonl:' + spec!r}" if Path(spec).suffix else ""
        raise UsageError(f"unknown source {name!r}; {nearest(name, known)}{hint}")
    if at:
        if where != "hub" or name in ("jsonl", "hf"):
            raise UsageError(f"source {spec!r} is not understood; the forms are {_FORMS}")
        return name, True, rest or None, ""
    if colon and not rest:
        raise UsageError(f"source {spec!r} names no {'data set' if name == 'hf' else 'file'} after the colon")
    if not colon and name in ("jsonl", "hf"):
        raise UsageError(f"source {spec!r} needs a {'data set: hf:ORG/NAME' if name == 'hf' else 'file: jsonl:FILE'}")
    if name == "hf":
        place, _, revision = rest.partition("@")
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", place):
            raise UsageError(f"{place!r} is no data set on the Hub; write hf:ORG/NAME")
        return name, True, revision or None, place
    return name, False, None, rest


def _generic(name: str, hub: HubLocation) -> QADataset:
    return QADataset(
        name=name,
        title=name,
        description="generic schema",
        sample="",
        sample_rows=0,
        hub=hub,
        columns=as_they_are,
        needs_options=False,
        split_in_name=False,
        survey=gold_answers.survey,
    )


def _name_of(path: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", path.name.partition(".")[0].lower()).strip("-") or "questions"


def _ledger_url(name: str) -> str:
    from kgpaths.vocabulary.licences import licences

    return licences()[name].url
