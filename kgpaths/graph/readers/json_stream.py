"""Read the elements of large JSON arrays one at a time, so that memory holds one element and a block of text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kgpaths.errors import GraphError
from kgpaths.graph.readers.faults import Faults
from kgpaths.graph.readers.text import text_blocks

Place = tuple[str, ...]
"""Keys from the top to an array; arrays on the way are passed through: `("graphs", "nodes")`."""

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER_TAIL = re.compile(r"(\.|[eE][+-]?)?")
_BLOCK = 1 << 18
_LONGEST = 1 << 26
"""Characters of one value after which what cannot be parsed is not a long value but broken JSON."""


class JsonElements:
    """Iterates over (place, element) of the wanted arrays of one JSON file, in the order of the file.

    Raises:
        GraphError: while iterating: the file is missing or empty, or is not JSON from some line on.
    """

    def __init__(self, path: Path, faults: Faults, wanted: frozenset[Place]) -> None:
        self.path = path
        self._faults = faults
        self._wanted = wanted
        self._text = ""
        self._at = 0
        self._line = 1
        self._decoder = json.JSONDecoder()

    @property
    def where(self) -> str:
        """File and line where the element that was yielded last ends."""
        return f"{self.path}:{self._line + self._text.count(chr(10), 0, self._at)}"

    def __iter__(self) -> Iterator[tuple[Place, Any]]:
        self._blocks = text_blocks(self.path, _BLOCK, self._faults)
        yield from self._walk(())
        if self._peek():
            raise self._broken("text after the end of the value")

    def _walk(self, place: Place) -> Iterator[tuple[Place, Any]]:
        """Yield the wanted elements below the value that comes next, and step behind it."""
        head = self._peek()
        inside = any(path[: len(place)] == place for path in self._wanted)
        if head == "{" and inside:
            for _ in self._members("{", "}"):
                key = self._value()
                self._expect(":")
                yield from self._walk((*place, str(key)))
        elif head == "[":
            # also arrays that nobody wants are stepped through: they may be larger than memory
            wanted = place in self._wanted
            for _ in self._members("[", "]"):
                if wanted:
                    yield place, self._value()
                elif inside:
                    yield from self._walk(place)
                else:
                    self._value()
        else:
            self._value()

    def _members(self, first: str, last: str) -> Iterator[None]:
        self._expect(first)
        if self._peek() == last:
            self._at += 1
            return
        while True:
            yield
            if self._peek() == last:
                self._at += 1
                return
            self._expect(",")

    def _peek(self) -> str:
        """Return the next character that is no space, without stepping over it; empty at the end."""
        while True:
            match = _SPACE.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _expect(self, character: str) -> None:
        if self._peek() != character:
            raise self._broken(f"expected {character!r}")
        self._at += 1

    def _value(self) -> Any:
        self._peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                # a value that goes on in the next block cannot be told from a broken one but by reading on
                if len(self._text) - self._at > _LONGEST or not self._more():
                    raise self._broken(error.msg) from None
                continue
            if isinstance(value, int | float) and _NUMBER_TAIL.fullmatch(self._text, end) and self._more():
                continue  # the number may go on in the next block: `12`, `12.` or `12e-`
            self._at = end
            return value

    def _more(self) -> bool:
        """Append the next block and drop what has been read."""
        block = next(self._blocks, "")
        self._line += self._text.count("\n", 0, self._at)
        self._text = self._text[self._at :] + block
        self._at = 0
        return bool(block)

    def _broken(self, message: str) -> GraphError:
        return GraphError(f"{self.where}: not JSON, or not whole: {message}; download it again")
