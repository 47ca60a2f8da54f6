"""Choosing by embeddings: the node whose name lies nearest to the mention in its context.

Needs the package sentence-transformers. Vectors are kept in the user's cache by the hash of model and
text, so no text is encoded twice; a folder counts by the bytes of its files, wherever it lies.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kgpaths.linking.match.choosing import Choice
from kgpaths.resources import cache_dir

Vectors = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], Any]


class Embeddings:
    """Vectors of texts by one model, and the choice between nodes that they make.

    Args:
        model: name of a sentence-transformers model, or the folder of one.
        encode: encodes texts as rows of numbers; by default the model is loaded when the first new text comes.
        folder: where vectors are kept; the user's cache by default.
    """

    def __init__(self, model: str, *, encode: Encode | None = None, folder: Path | None = None) -> None:
        self.model = model
        self._identity = ""
        self._encode = encode
        self._file = (folder or cache_dir() / "linking") / "embeddings.sqlite"

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return one vector of length 1 for every text: float32[len(texts), dimensions]."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._identity = self._identity or _content(self.model)
        keys = [hashlib.sha256(f"{self._identity}\0{text}".encode()).digest() for text in texts]
        with closing(sqlite3.connect(self._file)) as store, store:
            store.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")
            known: dict[bytes, bytes] = {}
            for key in keys:
                for (vector,) in store.execute("SELECT vector FROM vectors WHERE key = ?", (key,)):
                    known[key] = vector
            new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
            if new:
                rows = np.asarray(self._encoder()(list(new.values())), np.float32)
                rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
                known |= {key: row.tobytes() for key, row in zip(new, rows, strict=True)}
                store.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", [(key, known[key]) for key in new])
        return np.stack([np.frombuffer(known[key], np.float32) for key in keys])

    def __call__(self, choice: Choice) -> int | None:
        """Return the place of the name nearest to the mention in its context; None where two are equally near."""
        context, *names = self.vectors([f"{choice.mention}: {choice.context}", *choice.names])
        near = [round(float(name @ context), 5) for name in names]
        return near.index(max(near)) if near.count(max(near)) == 1 else None

    def _encoder(self) -> Encode:
        if self._encode is None:
            from sentence_transformers import SentenceTransformer

            self._encode = SentenceTransformer(self.model).encode
        return self._encode


def _content(model: str) -> str:
    """Return the name of a model; for a folder a hash of all its files."""
    folder = Path(model)
    if not folder.is_dir():
        return model
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{file.relative_to(folder).as_posix()}\0".encode())
        with file.open("rb") as data:
            digest.update(hashlib.file_digest(data, "sha256").digest())
    return digest.hexdigest()
