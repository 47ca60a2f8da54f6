"""Each question data set says where it comes from and how its own columns are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from kgpaths.records import Split
from kgpaths.sources.source_faults import Record

Columns = Callable[[Record], Record]
"""Turns a row with the data set's own columns into one of the generic schema (`kgpaths.sources.questions`)."""


@dataclass(frozen=True)
class HubLocation:
    """Where a data set lies on the Hugging Face Hub."""

    repo: str
    config: str | None = None
    training_split: str = "train"
    held_out_split: str | None = "test"
    """Split read with ``training=False``; the training split itself where the Hub does not part them; None for none."""


@dataclass(frozen=True)
class QADataset:
    """One question data set."""

    name: str
    """Key in the licence ledger and in source specs."""
    title: str
    description: str
    sample: str
    """File of the bundled sample, in `samples/`."""
    sample_rows: int
    hub: HubLocation
    columns: Columns
    needs_options: bool = True
    held_out: frozenset[Split] = field(default=frozenset[Split]({"test"}))
    """Splits that models are compared on; never training input."""
    split_in_name: bool = True
    """Whether rows without a split take it from the file's name (``test.jsonl``), as published files mean it."""
    survey: Callable[[Iterable[Record], str], Columns] | None = None
    """For files whose rows can only be understood together: (rows, name of the file) -> columns."""


def as_they_are(fields: Record) -> Record:
    """Read columns that follow the generic schema already."""
    return fields
