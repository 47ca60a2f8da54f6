"""Record what could not be read, where and why, and what was left out on purpose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from kgpaths.errors import GraphError
from kgpaths.files import Fault

FaultReason = Literal[
    "wrong_column_count",
    "not_utf8",
    "bad_value",
    "unknown_predicate",
    "unknown_type",
    "duplicate_id",
    "dangling_edge",
]
"""The closed set of reasons a row is not taken."""

Listener = Callable[[Fault[FaultReason]], object]
"""Called with every fault, in the order of reading."""

_KEPT = 5


class Faults:
    """Counts all faults by reason and keeps the first few of each; memory does not grow with the file.

    >>> faults = Faults()
    >>> faults.add("kg.csv:17", "bad_value", "the id is empty")
    >>> faults.skip("obsolete term")
    >>> faults.total, dict(faults.counts), dict(faults.skipped)
    (1, {'bad_value': 1}, {'obsolete term': 1})
    """

    def __init__(self, *, strict: bool = False, listener: Listener | None = None) -> None:
        self.counts: Counter[FaultReason] = Counter()
        """Rows that are wrong, by reason."""
        self.skipped: Counter[str] = Counter()
        """Rows that are right and left out on purpose: obsolete terms, mappings that are not exact."""
        self.read: set[Path] = set()
        """Files that were read to their end: nodes and edges of one file are two readings, its faults count once."""
        self._first: dict[FaultReason, list[Fault[FaultReason]]] = {}
        self._strict = strict
        self._listener = listener

    def add(self, where: str, reason: FaultReason, message: str) -> None:
        """Note a fault.

        Raises:
            GraphError: reading is strict.
        """
        fault: Fault[FaultReason] = Fault(where, reason, message)
        if self._listener is not None:
            self._listener(fault)
        if self._strict:
            raise GraphError(f"{fault}; leave out --strict to skip such rows")
        self.counts[reason] += 1
        kept = self._first.setdefault(reason, [])
        if len(kept) < _KEPT:
            kept.append(fault)

    def skip(self, what: str, rows: int = 1) -> None:
        """Note rows that are left out on purpose."""
        if rows:
            self.skipped[what] += rows

    @property
    def total(self) -> int:
        """Number of faults."""
        return self.counts.total()

    def __iter__(self) -> Iterator[Fault[FaultReason]]:
        """Yield the first faults of each reason, the most frequent reason first."""
        for reason, _ in sorted(self.counts.items(), key=lambda item: (-item[1], item[0])):
            yield from self._first[reason]
