"""Read the rows of a Parquet file, batch by batch."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kgpaths.errors import GraphError

_BATCH_ROWS = 20_000


class ParquetTable:
    """A Parquet file as rows of text: null and NaN are empty, lists and structures are JSON.

    A column of floats that are all whole numbers is one of whole numbers: a missing value has made it what it is.

    Raises:
        GraphError: there is no such file, it is no Parquet, or it breaks in the middle.
    """

    def __init__(self, path: Path, columns: Sequence[str] = ()) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.path = path
        self.number = 0
        self._broken = (pa.ArrowException, OSError)
        if not path.is_file():
            raise GraphError(f"{path} does not exist; check the path")
        if path.stat().st_size == 0:
            raise GraphError(f"{path} is empty; download or export it again")
        try:
            self._file: Any = pq.ParquetFile(path)
        except self._broken as error:
            raise GraphError(f"{path} is no Parquet file, or is not whole ({error}); download it again") from None
        self._fractional: set[str] = set()
        self.header: list[str] = [name for name in self._file.schema_arrow.names if not columns or name in columns]

    @property
    def where(self) -> str:
        """File and row that was read last, from 1."""
        return f"{self.path}:{self.number}"

    def __iter__(self) -> Iterator[list[str]]:
        try:
            for batch in self._file.iter_batches(batch_size=_BATCH_ROWS, columns=self.header):
                columns = (self._values(name, column) for name, column in zip(self.header, batch.columns, strict=True))
                for row in zip(*columns, strict=True):
                    self.number += 1
                    yield [value if type(value) is str else _text(value) for value in row]
        except self._broken as error:
            raise GraphError(f"{self.where}: the file breaks here ({error}); download it again") from None

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
