"""A question source yields items and faults in order, each id once, and refuses held-out splits for training."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from kgpaths.errors import HeldOutSplit, SourceError, StorageFull
from kgpaths.files import Row, check_readable, sha256_of
from kgpaths.records import QAItem, Split
from kgpaths.sources import files, hub
from kgpaths.sources.datasets import Columns, QADataset
from kgpaths.sources.questions import split_of, split_of_name, to_item
from kgpaths.sources.source_faults import Record, SourceFault


class Source:
    """Questions in the order of their file or data set; every iteration starts at the first one again.

    Nothing is held but one row (and, on disk where they are many, the ids that were seen).
    """

    name: str
    """Data set the items say they come from."""
    licence: str
    """Key of the licence ledger."""
    url: str
    revision: str
    """Commit on the Hub; empty for files."""
    fingerprint: str
    """Changes when the content does: sha256 of the file's bytes, or data set and commit."""
    size: int | None
    """Rows it will yield, where that is known before reading."""

    def __init__(self, dataset: QADataset, *, licence: str, url: str, limit: int | None, training: bool) -> None:
        self.name, self.licence, self.url, self.revision = dataset.name, licence, url, ""
        self.dataset = dataset
        self.limit = limit
        self.training = training
        self.default_split: Split = "train"
        self.size = None
        self._columns: Columns = dataset.columns

    def __iter__(self) -> Iterator[QAItem | SourceFault]:
        with closing(_SeenIds()) as seen:
            for row in islice(self._rows(), self.limit):
                yield seen.checked(row if isinstance(row, SourceFault) else self._item(row), row.where)

    def _rows(self) -> Iterator[Row | SourceFault]:
        raise NotImplementedError

    def _item(self, row: Row) -> QAItem | SourceFault:
        return to_item(
            self._columns(row.fields),
            row.where,
            dataset=self.name,
            licence=self.licence,
            default_split=self.default_split,
            needs_options=self.dataset.needs_options,
        )

    def _split(self, fields: Record) -> Split | None:
        return split_of(self._columns(fields), self.default_split)

    def __repr__(self) -> str:
        rows = "unknown number of" if self.size is None else self.size
        return f"<Source {self.name}, {rows} rows, {self.fingerprint[:19]}>"


class LocalSource(Source):
    """Questions of one file.

    Raises:
        SourceError: the file cannot be read, holds no row, or leaves open which options it says are right.
        HeldOutSplit: with ``training=True``, a row is of a split that models are compared on.
    """

    def __init__(
        self, dataset: QADataset, path: Path, *, licence: str, url: str, limit: int | None, training: bool
    ) -> None:
        super().__init__(dataset, licence=licence, url=url, limit=limit, training=training)
        self.path = path
        with files.source_errors():
            check_readable(path)
        self.fingerprint = f"sha256:{sha256_of(path)}"
        if dataset.split_in_name:
            self.default_split = split_of_name(path.name.partition(".")[0]) or "train"
        if dataset.survey is not None:
            self._columns = dataset.survey((row.fields for row in self._rows() if isinstance(row, Row)), path.name)
        self.size = self._looked_over()

    def _rows(self) -> Iterator[Row | SourceFault]:
        return files.read_rows(self.path)

    def _looked_over(self) -> int:
        """Count the rows and refuse a held-out split before any work is done."""
        rows = held_out = 0
        first = ""
        for row in islice(self._rows(), self.limit):
            rows += 1
            if isinstance(row, Row) and self._split(row.fields) in self.dataset.held_out:
                held_out += 1
                first = first or f"{row.where} is of the {self._split(row.fields)} split"
        if not rows:
            raise SourceError(f"{self.path} holds no rows")
        if held_out and self.training:
            raise HeldOutSplit(held_out_message(self.name, f"{held_out} of {rows} rows of {self.path.name}", first))
        return rows


class HubSource(Source):
    """Questions streamed from the Hugging Face Hub at one commit.

    With ``training=True`` the training split is read, else the held-out one; where the Hub keeps both in one split
    (PubMedQA), the rows of the other are left out.
    """

    def __init__(
        self, dataset: QADataset, *, licence: str, url: str, revision: str | None, limit: int | None, training: bool
    ) -> None:
        super().__init__(dataset, licence=licence, url=url, limit=limit, training=training)
        place = dataset.hub
        split = place.training_split if training else place.held_out_split
        if split is None:
            raise SourceError(f"{place.repo} has no held-out split; its rows are training input only")
        self.mixed = place.training_split == place.held_out_split
        self.default_split = split_of({"split": split}) or "train"
        self.revision = hub.resolve_revision(place.repo, revision)
        self.fingerprint = f"hub:{place.repo}:{place.config or 'default'}:{split}@{self.revision}"
        self.place = f"{place.repo}:{split}"
        self._stream: Any = hub.open_stream(place.repo, place.config, split, self.revision)
        columns = getattr(self._stream, "column_names", None)
        if columns and not any("question" in name.lower() for name in columns):
            raise SourceError(f"{self.place} has no column 'question'; its columns: {', '.join(columns)}")

    def _rows(self) -> Iterator[Row | SourceFault]:
        for row in hub.rows(self._stream, self.place):
            held_out = self._split(row.fields) in self.dataset.held_out
            if held_out == (not self.training):
                yield row
            elif not self.mixed:
                raise HeldOutSplit(held_out_message(self.name, f"a row of {self.place}", f"{row.where} says so itself"))


def held_out_message(name: str, what: str, where: str) -> str:
    """Say why rows are refused and what to type instead."""
    return (
        f"{what} belong to a split that models are compared on ({where}); training on it would make every later "
        f"comparison worthless. Build from training rows; these are for kgpaths evaluate --source {name}:FILE"
    )


class _SeenIds:
    """The ids of one pass; a private temporary database, which moves to disk when it grows."""

    def __init__(self) -> None:
        self._table = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._table.execute("create table ids (id text primary key, place text) without rowid")
        self._table.execute("pragma journal_mode = off")

    def close(self) -> None:
        """Remove the database."""
        self._table.close()

    def checked(self, item: QAItem | SourceFault, where: str) -> QAItem | SourceFault:
        """Return the item, or the fault that its id was given before."""
        item_id = item.id if isinstance(item, QAItem) else item.item_id
        if not item_id:
            return item
        try:
            added = self._table.execute("insert or ignore into ids values (?, ?)", (item_id, where)).rowcount
        except sqlite3.OperationalError as error:
            raise StorageFull(
                f"the ids seen so far do not fit into the temporary folder ({error}); free some space or set TMPDIR, "
                "then the same command continues"
            ) from error
        if added:
            return item
        (earlier,) = self._table.execute("select place from ids where id = ?", (item_id,)).fetchone()
        if isinstance(item, SourceFault):
            return replace(item, item_id="")
        return SourceFault(where, "malformed_input", f"id {item_id!r} was given before, at {earlier}")
