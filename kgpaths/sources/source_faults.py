"""What a source yields for a row that is no question with an answer, and what every reader begins with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kgpaths.files import Fault
from kgpaths.records import Reason

Record = Mapping[str, Any]
"""One row of a source, column to value, before anything is known of it."""


@dataclass(frozen=True, slots=True)
class SourceFault(Fault[Reason]):
    """A row that cannot be used, in its place among the good ones.

    >>> fault = SourceFault("my.jsonl:17", "malformed_input", "not JSON: Expecting value at column 1")
    >>> f"{fault.where}: {fault.message}"
    'my.jsonl:17: not JSON: Expecting value at column 1'
    """

    item_id: str = ""
    """The row's own id where it has one that no earlier row has; otherwise empty."""


class Unusable(Exception):
    """What makes a row a fault: raised where it is found, caught where the row is read."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
