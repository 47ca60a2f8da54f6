"""Keep what was read so far in a file for every batch of texts, so that work can be taken up again."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kgpaths.errors import UsageError


class Parts:
    """What was read so far, in `.parts/` of an output folder.

    Args:
        out: the output folder.
        identity: says which texts are read by which rules and graph; work on others is not gone on with.

    Raises:
        UsageError: the folder cannot be written, or holds something else.
    """

    def __init__(self, out: Path, identity: str) -> None:
        self.folder = out / ".parts"
        self.identity = hashlib.sha256(identity.encode()).hexdigest()
        state = self.folder / "identity"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not state.exists():
                if any(path.name != ".parts" for path in out.iterdir()) and not (out / "report.json").exists():
                    raise UsageError(f"{out} holds something else; choose another folder")
                state.write_text(self.identity, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{out} cannot be written ({error.strerror or error}); choose another folder") from None
        if state.read_text(encoding="utf-8") != self.identity:
            raise UsageError(f"{out} holds unfinished work on other texts, rules or graph; remove it or choose another")

    def finished(self) -> set[int]:
        """Return the numbers of the batches that are done."""
        return {int(path.name.partition(".")[0]) for path in self.folder.glob("*.json.gz")}

    def write(self, number: int, batch: Mapping[str, Any]) -> None:
        """Write a batch, whole or not at all."""
        path = self.folder / f"{number:08d}.json.gz"
        draft = path.with_suffix(".draft")
        with draft.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, compresslevel=3) as file:
            file.write(json.dumps(batch, ensure_ascii=False).encode())
        draft.replace(path)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for path in sorted(self.folder.glob("*.json.gz")):
            with gzip.open(path, "rb") as file:
                yield json.loads(file.read())

    def remove(self) -> None:
        """Remove the parts: the work is done."""
        shutil.rmtree(self.folder)


def identity_of(path: Path) -> str:
    """Return the hash of a file, or of all files of a folder."""
    digest = hashlib.sha256()
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    for file in files:
        if file.is_file():
            with file.open("rb") as raw:
                digest.update(hashlib.file_digest(raw, "sha256").digest())
    return digest.hexdigest()
