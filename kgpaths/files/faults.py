"""What stands in the place of a row that cannot be taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Why = TypeVar("Why", bound=str, covariant=True)

FileReason = Literal["not_utf8", "bad_value", "wrong_column_count", "damaged"]
"""What is wrong with the form of a row; after `damaged` nothing more can be read."""


@dataclass(frozen=True, slots=True)
class Fault(Generic[Why]):
    """One row, text or question that cannot be taken as it is, in its place among the good ones.

    >>> fault = Fault("kg.csv:17", "unknown_predicate", "unknown predicate 'cures'")
    >>> print(fault); fault.file, fault.line
    kg.csv:17: unknown predicate 'cures' [unknown_predicate]
    ('kg.csv', 17)
    """

    where: str
    """File and line, `kg.csv:17`; for Parquet the row, for what lies in no file the id of a text, node or edge."""
    reason: Why
    """Of a closed set that the reader names."""
    message: str
    """What is wrong, for people."""

    @property
    def file(self) -> str:
        """The place without its line."""
        file, _, line = self.where.rpartition(":")
        return file if line.isdecimal() else self.where

    @property
    def line(self) -> int | None:
        """Line or row, from 1; None where there is none."""
        line = self.where.rpartition(":")[2]
        return int(line) if line.isdecimal() and line != self.where else None

    def __str__(self) -> str:
        return f"{self.where}: {self.message} [{self.reason}]"
