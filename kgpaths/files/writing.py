"""Files and folders that are whole or absent: written under another name, flushed to the disk, then named."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from kgpaths.errors import StorageFull, UsageError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def disk_errors(place: Path, *, advice: str = "choose another folder with --out") -> Iterator[None]:
    """Turn what the disk refuses into errors that say what to do.

    Args:
        place: what was to be written, for the message.
        advice: what to do where the place cannot be written.

    Raises:
        StorageFull: no space is left.
        UsageError: the place cannot be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise no_space(place) from error
        why = error.strerror or error
        raise UsageError(f"{place} cannot be written: {why}; {advice}") from error


def no_space(place: Path) -> StorageFull:
    """Return the error that says that the disk is full."""
    return StorageFull(
        f"no space left in {place}; what was finished before is kept: free some space, then the same command continues"
    )


@contextmanager
def new_file(path: Path, *, encoding: str | None = None) -> Iterator[IO[Any]]:
    """Give a file to write that becomes `path` when the block ends, in place of what was there.

    A kill at any moment leaves the old file, the new one, or a ``.part`` file that nobody reads.

    Args:
        path: the file; its folder exists.
        encoding: of text, in which line ends stay as they are given; bytes are written where it is missing.

    >>> file = Path(tempfile.mkdtemp()) / "table.csv"
    >>> with new_file(file, encoding="utf-8") as lines:
    ...     _ = lines.write("id,name\\n")
    ...     file.exists()
    False
    >>> file.read_text()
    'id,name\\n'
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w" if encoding else "wb", encoding=encoding, newline="" if encoding else None) as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        part.replace(path)
    except Exception:
        part.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all; see `new_file`."""
    with new_file(path) as handle:
        handle.write(data)


@contextmanager
def new_folder(path: Path, *, durable: bool = True, replace: bool = False) -> Iterator[Path]:
    """Give a temporary folder beside `path` that becomes `path` when the block ends, whole or not at all.

    Args:
        path: the folder; those above it are made.
        durable: have all bytes on the disk before the folder has its name, so that not even a power cut leaves half
            of it.
        replace: take the place of a folder that is there, for a place where only one process writes. Otherwise the
            folder of whoever finished first stays, and this one is dropped.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if replace:
        part = path.with_name(f".{path.name}.part")
        shutil.rmtree(part, ignore_errors=True)  # left by a kill
        part.mkdir()
    else:
        part = Path(tempfile.mkdtemp(prefix=f".{path.name}-", suffix=".part", dir=path.parent))
    try:
        yield part
        part.chmod(0o755)  # mkdtemp makes it private; caches are shared between users of a machine
        if durable:
            _flush(part)
        if replace:
            shutil.rmtree(path, ignore_errors=True)
        with suppress(OSError):
            path.rmdir()  # an empty folder stands in the way of a rename, on some systems
        try:
            part.rename(path)
        except OSError:
            if not path.is_dir() or not any(path.iterdir()):
                raise
        if durable:
            flush_folder(path.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def flush_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut; Windows has no call for that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_dir():
            flush_folder(path)
        else:
            with path.open("r+b") as handle:
                os.fsync(handle.fileno())
    flush_folder(folder)
