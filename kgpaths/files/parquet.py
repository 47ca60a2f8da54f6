"""Parquet files, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kgpaths.errors import FileError
from kgpaths.files.faults import Fault, FileReason
from kgpaths.files.tables import refuse_twice
from kgpaths.files.text import FileReader, check_readable


class ParquetFile(FileReader):
    """The rows of a Parquet file as objects; where it breaks, a fault ends the reading.

    Args:
        path: the file.
        columns: which columns to read; all when empty.

    Raises:
        FileError: the file cannot be opened, is no Parquet, or has two columns of one name.
    """

    def __init__(self, path: Path, columns: Sequence[str] = ()) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        super().__init__(path)
        self._broken = (pa.ArrowException, OSError, UnicodeDecodeError)
        check_readable(path)
        try:
            self._file: Any = pq.ParquetFile(path)
        except self._broken as error:
            raise FileError(
                f"{path} is not a Parquet file: it is no Parquet file, or is not whole ({error}); download it again"
            ) from None
        names = self._file.schema_arrow.names
        refuse_twice(path, names)
        self.header: list[str] = [name for name in names if not columns or name in columns]
        """Column names."""

    def __iter__(self) -> Iterator[dict[str, Any] | Fault[FileReason]]:
        for rows in self.batches(100, lambda batch: batch.to_pylist()):
            if isinstance(rows, Fault):
                yield rows
                return
            for row in rows:
                self.number += 1
                yield row

    def batches(self, size: int, read: Any) -> Iterator[Any]:
        """Yield what `read` makes of each batch of rows, at most `size` of them; a fault where the file breaks."""
        with self._file:
            batches = self._file.iter_batches(batch_size=size, columns=self.header)
            while True:
                try:
                    found = read(next(batches))
                except StopIteration:
                    return
                except self._broken as error:
                    self.number += 1
                    message = f"damaged Parquet: the file breaks here ({error})"
                    yield self.fault("damaged", f"{message}; what follows cannot be read")
                    return
                yield found
