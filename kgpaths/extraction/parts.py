"""Keep what was read so far in a file for every batch of texts, so that work can be taken up again."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kgpaths.errors import UsageError
from kgpaths.files import sha256, write_whole


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
        self.identity = sha256(identity.encode())
        state = self.folder / "identity"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not state.exists():
                if any(path.name != ".parts" for path in out.iterdir()) and not (out / "report.json").exists():
                    raise UsageError(f"{out} holds something else; choose another folder")
                write_whole(state, self.identity.encode())
        except OSError as error:
            raise UsageError(f"{out} cannot be written ({error.strerror or error}); choose another folder") from None
        if state.read_text(encoding="utf-8") != self.identity:
            raise UsageError(f"{out} holds unfinished work on other texts, rules or graph; remove it or choose another")

    def finished(self) -> set[int]:
        """Return the numbers of the batches that are done."""
        return {int(path.name.partition(".")[0]) for path in self.folder.glob("*.json.gz")}

    def write(self, number: int, batch: Mapping[str, Any]) -> None:
        """Write a batch, whole or not at all."""
        data = gzip.compress(json.dumps(batch, ensure_ascii=False).encode(), compresslevel=3, mtime=0)
        write_whole(self.folder / f"{number:08d}.json.gz", data)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for path in sorted(self.folder.glob("*.json.gz")):
            with gzip.open(path, "rb") as file:
                yield json.loads(file.read())

    def remove(self) -> None:
        """Remove the parts: the work is done."""
        shutil.rmtree(self.folder)
