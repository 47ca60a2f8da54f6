"""The reply store is one SQLite file in a run's folder, written before anything looks at a reply.

A reply is the body that the server sent, unread. Whoever needs its meaning reads it from here, so a changed parser
costs no calls. One thread writes, in batches; a reply is committed before it is read, and a killed process loses no
committed reply (only a power cut can take the last few).
"""

from __future__ import annotations

import asyncio
import errno
import os
import queue
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple, Self

from kgpaths.errors import CorpusError, StorageFull

REPLIES = "replies.sqlite"
"""Name of the store in a run's folder."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (
    key TEXT PRIMARY KEY,                -- SHA-256 of canonical payload, base URL and attempt
    base_url TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    request TEXT NOT NULL,               -- the canonical payload
    estimated_tokens INTEGER NOT NULL,   -- of the prompt, as it was estimated before
    body TEXT NOT NULL,                  -- what the server sent, as it came
    fault TEXT,                          -- why it is no answer
    prompt_tokens INTEGER,               -- these three are noted after the body is stored and read
    completion_tokens INTEGER
)
"""
_BATCH = 256


class StoredReply(NamedTuple):
    """What is stored when a reply arrives."""

    key: str
    base_url: str
    attempt: int
    request: str
    estimated_tokens: int
    body: str


class Note(NamedTuple):
    """What a stored reply was found to be."""

    fault: str | None
    prompt_tokens: int
    completion_tokens: int


class Totals(NamedTuple):
    """What all replies of a store used."""

    replies: int
    prompt_tokens: int
    completion_tokens: int
    estimated_tokens: int
    """Of the prompts whose usage the server reported."""
    faults: dict[str, int]


class ReplyStore:
    """Replies by key, in a file that is made with the first reply.

    >>> import asyncio, tempfile
    >>> async def example(path):
    ...     with ReplyStore(path) as store:
    ...         await store.put(StoredReply("k", "http://localhost:1/v1", 0, "{}", 2, "body"))
    ...         await store.note("k", Note(None, 3, 4))
    ...         return store.get("k").body, store.get("other"), store.totals()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     asyncio.run(example(Path(folder) / REPLIES))
    ('body', None, Totals(replies=1, prompt_tokens=3, completion_tokens=4, estimated_tokens=2, faults={}))
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._reader: sqlite3.Connection | None = None
        self._queue: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._opening = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write what is waiting and close the file."""
        if self._writer is not None:
            self._queue.put(None)
            self._writer.join()
            self._writer = None
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def get(self, key: str) -> StoredReply | None:
        """Return the reply with this key.

        Raises:
            CorpusError: the file is no reply store.
        """
        reader = self._open_reader()
        if reader is None:
            return None
        found = reader.execute(f"SELECT {_STORED} FROM replies WHERE key = ?", (key,)).fetchone()
        return StoredReply(*found) if found else None

    def totals(self) -> Totals:
        """Return what all replies used, in tokens, and why some are no answers."""
        reader = self._open_reader()
        if reader is None:
            return Totals(0, 0, 0, 0, {})
        sums = (
            "count(*), total(prompt_tokens), total(completion_tokens),"
            "total(CASE WHEN prompt_tokens > 0 THEN estimated_tokens END)"
        )
        replies, prompt, completion, estimated = map(int, reader.execute(f"SELECT {sums} FROM replies").fetchone())
        faults = "SELECT fault, count(*) FROM replies WHERE fault IS NOT NULL GROUP BY fault ORDER BY fault"
        return Totals(replies, prompt, completion, estimated, dict(reader.execute(faults)))

    def __iter__(self) -> Iterator[StoredReply]:
        """Yield all replies, in order of their keys."""
        reader = self._open_reader()
        if reader is not None:
            yield from (StoredReply(*row) for row in reader.execute(f"SELECT {_STORED} FROM replies ORDER BY key"))

    def unread(self) -> list[StoredReply]:
        """Return the replies without a note: their process was killed between storing and reading."""
        reader = self._open_reader()
        if reader is None:
            return []
        rows = reader.execute(f"SELECT {_STORED} FROM replies WHERE prompt_tokens IS NULL ORDER BY key")
        return [StoredReply(*row) for row in rows]

    async def put(self, reply: StoredReply) -> None:
        """Store a reply; returns once it is committed. What was stored under its key before is replaced.

        Raises:
            StorageFull: no space left on the device.
        """
        await self._enqueue(_INSERT, reply)

    def note(self, key: str, note: Note) -> asyncio.Future[None]:
        """Note what a stored reply was found to be; nobody needs to wait for it."""
        noted = self._enqueue(_NOTE, (*note, key))
        noted.add_done_callback(lambda done: done.cancelled() or done.exception())  # what is missing is noted next time
        return noted

    def _enqueue(self, statement: str, values: tuple[Any, ...]) -> asyncio.Future[None]:
        if self._writer is None:
            self._writer = threading.Thread(target=self._write, name="kgpaths-replies", daemon=True)
            self._writer.start()
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.put(_Write(statement, values, done))
        return done

    def _open_reader(self) -> sqlite3.Connection | None:
        if self._reader is None and self.path.exists():
            try:
                self._reader = self.connected()
            except sqlite3.DatabaseError as error:
                raise CorpusError(f"{self.path} is no reply store ({error}); move it away or delete it") from error
        return self._reader

    def connected(self) -> sqlite3.Connection:
        """Return a connection to the file, which is made if it is missing.

        They are opened one at a time, because SQLite lets nobody look while a file turns to WAL.
        """
        with self._opening, ExitStack() as undo:
            # Prompts and replies may be confidential; what SQLite writes beside the file takes over its mode.
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            self.path.chmod(0o600)
            connection = sqlite3.connect(self.path, isolation_level=None, timeout=30)
            undo.callback(connection.close)
            for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", _SCHEMA):
                connection.execute(statement)
            undo.pop_all()
        return connection

    def _write(self) -> None:
        """Take replies from the queue until told to end; a batch is one transaction."""
        connection: sqlite3.Connection | None = None
        ending = False
        while not ending:
            batch: list[_Write] = []
            entry = self._queue.get()
            while entry is not None:
                batch.append(entry)
                if len(batch) == _BATCH:
                    break
                try:
                    entry = self._queue.get_nowait()
                except queue.Empty:
                    break
            else:
                ending = True
            try:
                connection = connection or self.connected()
                connection.execute("BEGIN")
                for write in batch:
                    connection.execute(write.statement, write.values)
                connection.execute("COMMIT")
            except (OSError, sqlite3.Error) as error:
                if connection is not None and connection.in_transaction:
                    connection.execute("ROLLBACK")
                _settle(batch, self.explained(error))
            else:
                _settle(batch, None)
        if connection is not None:
            connection.close()

    def explained(self, error: OSError | sqlite3.Error) -> Exception:
        """Return what an error of the file means to the run."""
        full = getattr(error, "sqlite_errorname", "").startswith(("SQLITE_FULL", "SQLITE_IOERR"))
        if full or getattr(error, "errno", None) == errno.ENOSPC:
            return StorageFull(f"{self.path}: {error}. Free some space and run the same command again")
        return CorpusError(f"{self.path} cannot be written: {error}")


_STORED = ", ".join(StoredReply._fields)
_INSERT = f"INSERT OR REPLACE INTO replies ({_STORED}) VALUES (?, ?, ?, ?, ?, ?)"
_NOTE = "UPDATE replies SET fault = ?, prompt_tokens = ?, completion_tokens = ? WHERE key = ?"


class _Write(NamedTuple):
    statement: str
    values: tuple[Any, ...]
    done: asyncio.Future[None]


def _settle(batch: list[_Write], error: Exception | None) -> None:
    """Wake the callers of a batch, in their event loop, all at once."""
    if not batch:
        return

    def wake() -> None:
        for write in batch:
            if write.done.done():  # cancelled meanwhile; the reply is stored all the same
                continue
            if error is None:
                write.done.set_result(None)
            else:
                write.done.set_exception(error)

    loop = batch[0].done.get_loop()
    if not loop.is_closed():
        loop.call_soon_threadsafe(wake)
