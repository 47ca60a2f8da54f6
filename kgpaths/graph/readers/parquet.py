"""Rows of a Parquet file as text."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kgpaths.errors import GraphError
from kgpaths.files import Fault, ParquetFile
from kgpaths.graph.readers.text import graph_errors

_BATCH_ROWS = 20_000


class ParquetTable(ParquetFile):
    """A Parquet file as rows of text: null and NaN are empty, lists and structures are JSON.

    A column of floats that are all whole numbers is one of whole numbers: a missing value has made it what it is.

    Raises:
        GraphError: there is no such file, it is no Parquet, or it breaks in the middle.
    """

    def __init__(self, path: Path, columns: Sequence[str] = ()) -> None:
        with graph_errors():
            super().__init__(path, columns)
        self._fractional: set[str] = set()

    @property
    def where(self) -> str:
        return f"{self.path}:{self.number}"

    def __iter__(self) -> Iterator[list[str]]:  # type: ignore[override]
        for columns in self.batches(_BATCH_ROWS, self._columns):
            if isinstance(columns, Fault):
                raise GraphError(f"{columns.where}: {columns.message}; download it again")
            for row in zip(*columns, strict=True):
                self.number += 1
                yield [value if type(value) is str else _text(value) for value in row]

    def _columns(self, batch: Any) -> list[list[Any]]:
        return [self._values(name, column) for name, column in zip(self.header, batch.columns, strict=True)]

    def _values(self, name: str, column: Any) -> list[Any]:
        """Return the values of one column of a batch, whole numbers among floats as text."""
        import pyarrow as pa

        values: list[Any] = column.to_pylist()
        if not pa.types.is_floating(column.type):
            return values
        values = [value if value is None or not math.isnan(value) else None for value in values]
        if name in self._fractional or not all(value is None or value.is_integer() for value in values):
            self._fractional.add(name)
            return values
        exact = 2.0 ** {16: 11, 32: 24, 64: 53}[column.type.bit_width]  # above it a float skips numbers
        return [value if value is None else f"{value:.0f}" if abs(value) < exact else f"{value:e}" for value in values]


def _text(value: object) -> str:
    if value is None:
        return ""
    return json.dumps(value, default=str) if isinstance(value, list | dict) else str(value)
