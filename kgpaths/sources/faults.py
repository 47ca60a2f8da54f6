"""A source yields a fault for a row that is no question with an answer; every reader names places alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from kgpaths.records import Reason

Record = Mapping[str, Any]
"""One row of a source, column to value, before anything is known of it."""


class SourceFault(NamedTuple):
    """A row that cannot be used, in its place among the good ones.

    >>> fault = SourceFault("my.jsonl:17", "", "malformed_input", "not JSON: Expecting value at column 1")
    >>> f"{fault.where}: {fault.message}"
    'my.jsonl:17: not JSON: Expecting value at column 1'
    """

    where: str
    """File (or data set) and row, counted from 1: ``my.jsonl:17``."""
    item_id: str
    """The row's own id where it has one that no earlier row has; otherwise empty."""
    reason: Reason
    message: str
    """What is wrong, for people."""


class RawRow(NamedTuple):
    """A row as it was read, with its place."""

    where: str
    fields: Record


class Unusable(Exception):
    """What makes a row a fault: raised where it is found, caught where the row is read."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
