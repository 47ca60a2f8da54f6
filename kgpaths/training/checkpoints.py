"""Keep checkpoints whole: they are written under another name first, sealed, and checked before use."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kgpaths.corpus.storage import sha256_of, write_whole
from kgpaths.errors import CheckpointDamaged, StorageFull, UsageError

SEAL = "complete.json"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What PyTorch and safetensors say when a write fails; neither hands on the operating system's number.
_FULL_WORDS = ("no space left", "file too large", "disk quota", "failed writing", "os error 28", "unexpected pos")


def is_full(error: BaseException | None) -> bool:
    """Say whether an error, or what it comes from, is a disk without space."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        if any(words in str(error).lower() for words in _FULL_WORDS):
            return True
        error = error.__cause__ or error.__context__
    return False


@contextmanager
def saving(folder: Path, partial: Path | None = None) -> Iterator[None]:
    """Remove what was half-written when a save fails, and say what to do.

    Raises:
        StorageFull: no space is left; earlier checkpoints are kept.
        UsageError: the folder cannot be written for another reason.
    """
    try:
        yield
    except Exception as error:
        shutil.rmtree(partial or folder, ignore_errors=True)
        if is_full(error):
            raise StorageFull(
                f"no space left while saving {folder}; what was finished before is kept: free some space, then the "
                "same command continues"
            ) from error
        if isinstance(error, OSError):
            raise UsageError(f"{folder} cannot be written: {error.strerror or error}") from error
        raise


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give a temporary folder to write into; it takes the place of `folder` when all is written."""
    partial = folder.with_name(f".{folder.name}.part")
    with saving(folder, partial):
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        yield partial
        for path in partial.rglob("*"):
            if path.is_file():
                with path.open("rb") as handle:
                    os.fsync(handle.fileno())
        shutil.rmtree(folder, ignore_errors=True)
        partial.replace(folder)


def seal(folder: Path) -> None:
    """Write down the hash of every file of a finished checkpoint."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != SEAL)
    hashes = {path.name: sha256_of(path) for path in files}
    write_whole(folder / SEAL, (json.dumps(hashes, indent=2) + "\n").encode())


def newest(folder: Path) -> Path | None:
    """Return the last finished checkpoint, checked; unfinished ones, left by a kill in mid-save, are removed.

    Raises:
        CheckpointDamaged: a finished checkpoint is no longer what was written.
    """
    found = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]), reverse=True)
    for number, checkpoint in enumerate(found):
        if not (checkpoint / SEAL).is_file():
            shutil.rmtree(checkpoint)
            continue
        fault = _fault(checkpoint)
        if fault:
            earlier = next((path for path in found[number + 1 :] if not _fault(path)), None)
            then = f"continues from {earlier.name}" if earlier else "starts this phase again"
            raise CheckpointDamaged(
                f"checkpoint {checkpoint} is damaged: {fault}. Delete that folder, and the same command {then}"
            )
        return checkpoint
    return None


def _fault(checkpoint: Path) -> str:
    try:
        hashes: dict[str, Any] = json.loads((checkpoint / SEAL).read_bytes())
        for name, digest in hashes.items():
            if not (checkpoint / name).is_file():
                return f"{name} is missing"
            if sha256_of(checkpoint / name) != digest:
                return f"{name} is not what was written"
    except (OSError, ValueError, AttributeError) as error:
        return f"{SEAL} cannot be read ({error})"
    return ""
