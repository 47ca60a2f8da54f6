"""Rows of a file of any format, one at a time: JSON Lines, JSON, CSV, TSV and Parquet, compressed or not.

A row that cannot be read becomes a fault and the rows after it are still read. Where nothing after the damage can be
trusted (a stream cut short, an unbalanced JSON array) the good rows come first, then one fault.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from kgpaths.files.faults import Fault, FileReason
from kgpaths.files.json_rows import JsonElements, JsonLines, objects
from kgpaths.files.parquet import ParquetFile
from kgpaths.files.tables import Table, refuse_twice
from kgpaths.files.text import BROKEN, LONGEST_ROW, check_readable, format_of, open_binary


class Row(NamedTuple):
    """One row, column to value, with its place."""

    where: str
    """File (or data set) and line or row, counted from 1: ``my.jsonl:17``."""
    fields: Mapping[str, Any]


class Rows:
    """The rows of a file in order; the format follows the file's name, JSON Lines where it says nothing.

    Raises:
        FileError: the file cannot be opened or is not what its name says.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "q.jsonl"
    >>> _ = file.write_text('{"id": 1}\\n{"id": \\n{"id": 3}\\n')
    >>> [row.fields["id"] if isinstance(row, Row) else row.where for row in Rows(file)]
    [1, 'q.jsonl:2', 3]
    """

    def __init__(self, path: Path) -> None:
        check_readable(path)
        self._reader: Table | ParquetFile | JsonLines | JsonElements
        kind = format_of(path)
        if kind in (".parquet", ".pq"):
            self._reader = ParquetFile(path)
        elif kind in (".csv", ".tsv"):
            self._reader = Table(path)
            refuse_twice(path, self._reader.header)
        elif kind == ".json":
            self._reader = _json(path)
        else:
            self._reader = JsonLines(path)
        self.columns: Sequence[str] | None = getattr(self._reader, "header", None)
        """Names of the columns of a table; None where each row names its own."""

    def __iter__(self) -> Iterator[Row | Fault[FileReason]]:
        reader = self._reader
        found: dict[str, Any] | list[str] | Fault[FileReason]
        for found in objects(reader) if isinstance(reader, JsonElements) else reader:
            if isinstance(found, Fault):
                yield found
            else:
                fields = found if isinstance(found, dict) else dict(zip(self.columns or (), found, strict=True))
                yield Row(reader.where, fields)


def _json(path: Path) -> JsonElements | JsonLines:
    """Choose a reader: an array of objects, an object of objects keyed by id, or (as some call it) JSON Lines."""
    head = opening = b""
    with open_binary(path) as handle, suppress(*BROKEN):  # whoever reads the rows meets the damage again
        head = handle.read1(64).removeprefix(codecs.BOM_UTF8).lstrip()
        opening = head[:1]
        if opening == b"{" and b"\n" not in head:
            head += handle.readline(LONGEST_ROW)
    if opening == b"[" or (opening == b"{" and not _is_row(head.partition(b"\n")[0])):
        return JsonElements(path, {()}, keyed=True)
    return JsonLines(path)


def _is_row(line: bytes) -> bool:
    """Say whether a line is one whole object and not one of rows keyed by their ids."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and not all(isinstance(part, dict) for part in value.values())
