"""Write files whole or not at all, Parquet bytes that depend on the rows alone, with one writer in a folder."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from kgpaths.corpus.schema import Config, schema
from kgpaths.errors import StorageFull, UsageError

ROW_GROUP = 1000
"""Rows in one Parquet row group."""
_FULL = (errno.ENOSPC, errno.EDQUOT)


def parquet_bytes(config: Config, rows: Sequence[dict[str, Any]]) -> bytes:
    """Return rows as a Parquet file: the same rows, the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = schema(config)
    buffer = io.BytesIO()
    with pq.ParquetWriter(
        buffer,
        columns,
        version="2.6",
        compression="zstd",
        compression_level=6,
        use_dictionary=True,
        write_statistics=True,
    ) as writer:
        if rows:  # `datasets` cannot read a row group without rows
            writer.write_table(pa.Table.from_pylist(list(rows), schema=columns), row_group_size=ROW_GROUP)
    return buffer.getvalue()


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn what the disk refuses into errors that say what to do.

    Raises:
        StorageFull: no space is left.
        UsageError: the folder cannot be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(
                f"no space left in {folder}; finished shards are kept: free some space, then the same command continues"
            ) from error
        raise UsageError(
            f"{folder} cannot be written: {error.strerror or error}; choose another folder with --out"
        ) from error


def write_whole(path: Path, data: bytes) -> None:
    """Write a file under a temporary name, flush it to the disk, then give it its name.

    A kill at any moment leaves the old file, the new one, or a ``.part`` file that nobody reads.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class FolderLock:
    """One writer in a folder; released when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / ".lock"
        self._handle: IO[str] | None = None

    def __enter__(self) -> FolderLock:
        """Take the lock.

        Raises:
            UsageError: another build has it.
        """
        import fcntl

        while True:
            handle = self.path.open("a+", encoding="ascii")
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                handle.seek(0)
                holder = handle.read().strip()
                handle.close()
                who = f" (process {holder})" if holder else ""
                raise UsageError(
                    f"another build{who} is writing to {self.folder}; wait for it, or choose another folder with --out"
                ) from None
            # The holder before may have deleted the file between our opening and locking it.
            try:
                if os.fstat(handle.fileno()).st_ino == self.path.stat().st_ino:
                    break
            except FileNotFoundError:
                pass
            handle.close()
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        self._handle = handle
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.path.unlink(missing_ok=True)
        if self._handle is not None:
            self._handle.close()
