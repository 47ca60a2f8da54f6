"""The ledger of batches: which requests went out in which batch, and which came back without a result.

It lies in the reply store, because an open batch is paid for as a reply is: it stays when a run is made anew with
``--overwrite`` or from a copy of the store. A batch and its requests are committed, through to the disk, before
anything is uploaded; after a kill, what was perhaps sent is looked for at the endpoint before it is sent again.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from kgpaths.llm.messages import Fault
from kgpaths.llm.store import ReplyStore

_SCHEMA = """
CREATE TABLE IF NOT EXISTS batches (
    name TEXT PRIMARY KEY,               -- SHA-256 of what is in it; its metadata at the endpoint
    base_url TEXT NOT NULL,
    id TEXT                              -- the endpoint's name for it, once the endpoint has confirmed it
);
CREATE TABLE IF NOT EXISTS batch_requests (
    key TEXT PRIMARY KEY,                -- as in `replies`
    batch TEXT,                          -- null: missing, and in no batch yet
    attempt INTEGER NOT NULL,
    model TEXT NOT NULL,
    request TEXT NOT NULL,               -- the canonical payload
    estimated_tokens INTEGER NOT NULL,   -- of the prompt
    longest INTEGER NOT NULL             -- completion that it allows, in tokens
);
CREATE INDEX IF NOT EXISTS requests_of_a_batch ON batch_requests (batch);
CREATE TABLE IF NOT EXISTS batch_misses (
    key TEXT PRIMARY KEY,
    times INTEGER NOT NULL,              -- batches that ended without a result for it
    fault TEXT NOT NULL,                 -- why, the last time
    detail TEXT NOT NULL,
    final INTEGER NOT NULL               -- 1: the fault is its reply until the build is finished
);
CREATE TABLE IF NOT EXISTS batch_gathered (build TEXT NOT NULL)
"""
_BUFFER = 256


class Request(NamedTuple):
    """A request that has no reply."""

    key: str
    attempt: int
    model: str
    request: str
    """The canonical payload, exactly as a direct call sends it."""
    estimated_tokens: int
    longest: int
    """Tokens that its completion may have."""

    @property
    def line(self) -> bytes:
        """Its line in the file of a batch.

        >>> Request("k", 0, "m", '{"model":"m"}', 3, 64).line
        b'{"custom_id":"k","method":"POST","url":"/v1/chat/completions","body":{"model":"m"}}\\n'
        """
        return (
            f'{{"custom_id":"{self.key}","method":"POST","url":"/v1/chat/completions","body":{self.request}}}\n'
        ).encode()


class Miss(NamedTuple):
    """How a request ended that a batch brought no reply to."""

    fault: Fault
    detail: str
    times: int = 1
    """Batches that it was in without a result."""
    final: bool = False
    """True when it is not asked again in this build: the fault is its reply."""


class BatchLedger:
    """Batches and their requests; what it does is on the disk when a method returns, except `gather`.

    Raises:
        StorageFull: no space left on the device.
        CorpusError: the file is no reply store.
    """

    def __init__(self, store: ReplyStore) -> None:
        self._store = store
        self._buffer: list[Request] = []

    def __enter__(self) -> Self:
        with self._explained():
            self._file = self._store.connected()
            self._file.execute("PRAGMA synchronous=FULL")
            self._file.executescript(_SCHEMA)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    # what is missing -----------------------------------------------------------------------------------------------

    def forget_gathered(self) -> None:
        """Forget the missing requests that are in no batch: what is missing is gathered anew."""
        with self._writing():
            self._file.execute("DELETE FROM batch_requests WHERE batch IS NULL")

    def gather(self, request: Request) -> None:
        """Note a missing request, unless it is in a batch already."""
        self._buffer.append(request)
        if len(self._buffer) == _BUFFER:
            self._write_buffer()

    def gathered(self) -> Iterator[Request]:
        """Yield the missing requests that are in no batch, in the order in which they were met."""
        self._write_buffer()
        chosen = f"SELECT {_FIELDS} FROM batch_requests WHERE batch IS NULL ORDER BY rowid"
        yield from (Request(*row) for row in self._file.execute(chosen))

    def plan(self, base_url: str, parts: Iterable[Sequence[str]], build: str) -> None:
        """Put missing requests, by their keys, into batches; all of them, or none. The others are forgotten.

        Args:
            build: what was built when they were gathered, for `gathered_for`.
        """
        with self._writing():
            for keys in parts:
                name = self._name(keys)
                self._file.execute("INSERT INTO batches VALUES (?, ?, NULL)", (name, base_url))
                self._file.executemany(
                    "UPDATE batch_requests SET batch = ? WHERE key = ?", ((name, key) for key in keys)
                )
            self._file.execute("DELETE FROM batch_requests WHERE batch IS NULL")
            self._file.execute("DELETE FROM batch_gathered")
            self._file.execute("INSERT INTO batch_gathered VALUES (?)", (build,))

    @property
    def gathered_for(self) -> str:
        """The build whose missing requests are all in batches; empty once one of these has been taken in."""
        found = self._file.execute("SELECT build FROM batch_gathered").fetchone()
        return str(found[0]) if found else ""

    # batches -------------------------------------------------------------------------------------------------------

    def unconfirmed(self, base_url: str) -> list[str]:
        """Return the names of the batches that the endpoint has not confirmed."""
        chosen = "SELECT name FROM batches WHERE base_url = ? AND id IS NULL ORDER BY rowid"
        return [name for (name,) in self._file.execute(chosen, (base_url,))]

    def forget_unconfirmed(self, base_url: str) -> None:
        """Forget the batches that the endpoint has not confirmed, none of which may have been made."""
        unconfirmed = "SELECT name FROM batches WHERE base_url = ? AND id IS NULL"
        with self._writing():
            self._file.execute(f"DELETE FROM batch_requests WHERE batch IN ({unconfirmed})", (base_url,))
            self._file.execute("DELETE FROM batches WHERE base_url = ? AND id IS NULL", (base_url,))
            self._file.execute("DELETE FROM batch_gathered")

    def holds_batches(self) -> bool:
        """Return whether a batch is planned, or is open at any endpoint, or left requests without a reply."""
        chosen = "SELECT EXISTS (SELECT 1 FROM batches) OR EXISTS (SELECT 1 FROM batch_misses)"
        return bool(self._file.execute(chosen).fetchone()[0])

    def confirm(self, name: str, batch_id: str) -> None:
        """Note the endpoint's name for a batch."""
        with self._writing():
            self._file.execute("UPDATE batches SET id = ? WHERE name = ?", (batch_id, name))

    def open(self, base_url: str) -> list[tuple[str, str]]:
        """Return name and id of the batches that the endpoint has confirmed and that are not taken in."""
        chosen = "SELECT name, id FROM batches WHERE base_url = ? AND id IS NOT NULL ORDER BY rowid"
        return [(name, batch_id) for name, batch_id in self._file.execute(chosen, (base_url,))]

    def requests(self, name: str) -> Iterator[Request]:
        """Yield the requests of a batch, in order of their keys."""
        chosen = f"SELECT {_FIELDS} FROM batch_requests WHERE batch = ? ORDER BY key"
        yield from (Request(*row) for row in self._file.execute(chosen, (name,)))

    def request(self, name: str, key: str) -> Request | None:
        """Return a request of a batch; None where it is in no such batch."""
        chosen = f"SELECT {_FIELDS} FROM batch_requests WHERE key = ? AND batch = ?"
        found = self._file.execute(chosen, (key, name)).fetchone()
        return Request(*found) if found else None

    def size(self, name: str) -> int:
        """Return how many requests a batch has."""
        return int(self._file.execute("SELECT count(*) FROM batch_requests WHERE batch = ?", (name,)).fetchone()[0])

    def tokens(self) -> tuple[int, int]:
        """Return the estimated prompt tokens and the longest completions of all requests that are in batches."""
        sums = "total(estimated_tokens), total(longest)"
        prompt, completion = self._file.execute(f"SELECT {sums} FROM batch_requests WHERE batch IS NOT NULL").fetchone()
        return int(prompt), int(completion)

    def close(self, name: str, misses: dict[str, Miss]) -> None:
        """Note that a batch is taken in: what it brought is stored, what it did not bring is in `misses`."""
        taken = "SELECT key FROM batch_requests WHERE batch = ?"
        with self._writing():
            self._file.execute(f"DELETE FROM batch_misses WHERE key IN ({taken})", (name,))
            self._file.executemany(
                "INSERT INTO batch_misses VALUES (?, ?, ?, ?, ?)",
                ((key, miss.times, miss.fault, miss.detail, miss.final) for key, miss in misses.items()),
            )
            self._file.execute("DELETE FROM batch_requests WHERE batch = ?", (name,))
            self._file.execute("DELETE FROM batches WHERE name = ?", (name,))
            self._file.execute("DELETE FROM batch_gathered")

    def miss(self, key: str) -> Miss | None:
        """Return how a request last came back without a reply; None where it did not."""
        chosen = "SELECT fault, detail, times, final FROM batch_misses WHERE key = ?"
        found = self._file.execute(chosen, (key,)).fetchone()
        return Miss(found[0], found[1], found[2], bool(found[3])) if found else None

    def forget_misses(self) -> None:
        """Forget what came back without a reply: the build is finished, and another may ask again."""
        with self._writing():
            self._file.execute("DELETE FROM batch_misses")

    # -----------------------------------------------------------------------------------------------------------------

    def _name(self, keys: Sequence[str]) -> str:
        """Return the name of a batch: the same for the same requests after the same misses."""
        times = ((key, miss.times if (miss := self.miss(key)) else 0) for key in keys)
        return hashlib.sha256("\n".join(f"{key} {before}" for key, before in sorted(times)).encode()).hexdigest()

    def _write_buffer(self) -> None:
        with self._writing():
            places = ", ".join("?" * len(Request._fields))
            self._file.executemany(f"INSERT OR IGNORE INTO batch_requests ({_FIELDS}) VALUES ({places})", self._buffer)
        self._buffer.clear()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction."""
        with self._explained():
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._file.execute("COMMIT")
            except BaseException:
                if self._file.in_transaction:
                    self._file.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._store.explained(error) from error


_FIELDS = ", ".join(Request._fields)


def open_batches(store: Path) -> int:
    """Return how many batches a reply store waits for, without making a file.

    Raises:
        CorpusError: the file is no reply store.

    >>> open_batches(Path("no such store"))
    0
    """
    if not store.exists():
        return 0
    with ReplyStore(store) as replies:
        replies.get("")  # says what is wrong with the file
        file = replies.connected()
    with closing(file):
        known = file.execute("SELECT count(*) FROM sqlite_master WHERE name = 'batches'").fetchone()[0]
        return int(file.execute("SELECT count(*) FROM batches").fetchone()[0]) if known else 0
