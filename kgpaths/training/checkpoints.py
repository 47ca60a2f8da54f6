"""Keep checkpoints whole: they are written under another name first, sealed, and checked before use."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kgpaths.errors import CheckpointDamaged, StorageFull
from kgpaths.files import disk_errors, new_folder, no_space, sha256_of, write_whole

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
def saving(folder: Path) -> Iterator[None]:
    """Say what to do when a save fails.

    Raises:
        StorageFull: no space is left; earlier checkpoints are kept.
        UsageError: the folder cannot be written for another reason.
    """
    try:
        with disk_errors(folder):
            yield
    except Exception as error:
        if is_full(error) and not isinstance(error, StorageFull):
            raise no_space(folder) from error
        raise


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give a temporary folder to write into; it takes the place of `folder` when all is written."""
    with saving(folder), new_folder(folder, replace=True) as partial:
        yield partial


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
