"""Rows of local files as sources yield them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kgpaths.errors import FileError, SourceError
from kgpaths.files import Fault, Row, Rows
from kgpaths.sources.source_faults import SourceFault


@contextmanager
def source_errors() -> Iterator[None]:
    """Turn what is wrong with a whole file into the error of a source.

    Raises:
        SourceError: the file cannot be read.
    """
    try:
        yield
    except FileError as error:
        raise SourceError(f"{error}; a source is a JSONL, JSON, CSV or Parquet file") from None


def read_rows(path: Path) -> Iterator[Row | SourceFault]:
    """Yield the rows of a file in order; one that cannot be read is a fault.

    Raises:
        SourceError: the file cannot be opened, is not what its name says, or is a table without questions.
    """
    with source_errors():
        rows = Rows(path)
    if rows.columns and not any("question" in name.lower() for name in rows.columns):
        raise SourceError(f"{path.name} has no column 'question'; its columns: {', '.join(rows.columns)}")
    for row in rows:
        yield SourceFault(row.where, "malformed_input", row.message) if isinstance(row, Fault) else row
