"""What decides between nodes when no rule does: a language model that answers with a number, or embeddings.

Both are optional. They see the nodes that are left after all rules and choose one of these; they can invent nothing.

Embeddings take the node whose name lies nearest to the mention in its context. They need the extra `embeddings`
(sentence-transformers). Vectors are kept in the user's cache by the hash of model and text, so no text is encoded
twice; a folder counts by the bytes of its files, wherever it lies.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kgpaths.errors import UsageError
from kgpaths.files import fingerprint
from kgpaths.resources import cache_dir

Vectors = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], Any]
_NUMBER = re.compile(r"\s*\(?([0-9]{1,2})\)?\.?\s*")
_AROUND = 200
"""Characters of context before and after a mention."""


class Choice(NamedTuple):
    """A mention whose node is open."""

    text: str
    """The whole text."""
    start: int
    end: int
    names: tuple[str, ...]
    """Names of the nodes it may mean."""
    types: tuple[str, ...]
    """Their types."""

    @property
    def mention(self) -> str:
        """The mention, verbatim."""
        return self.text[self.start : self.end]

    @property
    def context(self) -> str:
        """The mention with the text around it."""
        return self.text[max(0, self.start - _AROUND) : self.end + _AROUND]


Chooser = Callable[[Choice], int | None]
"""Returns the place of one of the names, from 0; None leaves it open."""


def question(choice: Choice) -> str:
    """Return the question that a language model is asked.

    >>> choice = Choice("Pain and a cold nose.", 11, 15, ("common cold", "Cold Temperature"), ("disease", "test"))
    >>> print(question(choice))
    In the text below, what does "cold" mean?
    0. common cold (disease)
    1. Cold Temperature (test)
    Answer with the number alone, or with "none".
    <BLANKLINE>
    Text: Pain and a cold nose.
    """
    options = "\n".join(f"{n}. {name} ({kind})" for n, (name, kind) in enumerate(zip(*choice[3:], strict=True)))
    return (
        f'In the text below, what does "{choice.mention}" mean?\n{options}\n'
        f'Answer with the number alone, or with "none".\n\nText: {choice.context}'
    )


def by_model(ask: Callable[[str], str]) -> Chooser:
    """Return a chooser that asks a language model; any reply but the number of an option leaves the choice open.

    Args:
        ask: sends one question and returns the reply's text.

    >>> choice = Choice("a cold nose", 2, 6, ("common cold", "Cold Temperature"), ("disease", "test"))
    >>> by_model(lambda question: "1")(choice), by_model(lambda question: "It is 7.")(choice)
    (1, None)
    """

    def choose(choice: Choice) -> int | None:
        answer = _NUMBER.fullmatch(ask(question(choice)))
        return int(answer[1]) if answer and int(answer[1]) < len(choice.names) else None

    return choose


class Embeddings:
    """Vectors of texts by one model, and the choice between nodes that they make.

    Args:
        model: name of a sentence-transformers model, or the folder of one.
        encode: encodes texts as rows of numbers; by default the model is loaded when the first new text comes.
        folder: where vectors are kept; the user's cache by default.

    Raises:
        UsageError: the extra is not installed, or the model cannot be loaded.
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
            try:
                from sentence_transformers import SentenceTransformer
            except ImportError:
                raise UsageError("embeddings need the extra: pip install 'kgpaths[embeddings]'") from None
            try:
                self._encode = SentenceTransformer(self.model).encode
            except (OSError, ValueError) as error:
                raise UsageError(f"the embedding model {self.model!r} cannot be loaded: {error}") from None
        return self._encode


def _content(model: str) -> str:
    """Return the name of a model; for a folder a hash of all its files."""
    folder = Path(model)
    return fingerprint(folder) if folder.is_dir() else model
