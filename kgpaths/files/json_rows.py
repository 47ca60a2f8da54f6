"""JSON: one object a line, and the elements of arrays and objects that are larger than memory.

An object that gives a key twice is a fault wherever it stands: of two values, `json` keeps the last without a word.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from kgpaths.files.faults import Fault, FileReason
from kgpaths.files.text import BROKEN, LONGEST_ROW, FileReader, Lines, decoded, not_utf8, open_binary

Place = tuple[str, ...]
"""Keys from the top to an array; arrays on the way are passed through: `("graphs", "nodes")`."""

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER_TAIL = re.compile(r"(\.|[eE][+-]?)?")
_BLOCK = 1 << 18


class KeyTwice(ValueError):
    """An object gives the same key twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        key, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise KeyTwice(f"key {key!r} stands twice in one object; remove the value that is not meant")
    return found


_DECODER, _LENIENT = json.JSONDecoder(object_pairs_hook=_once), json.JSONDecoder()


def loads(text: str) -> Any:
    """Return the value of a JSON text.

    Raises:
        KeyTwice: an object in it gives the same key twice.
        json.JSONDecodeError: it is not JSON.

    >>> loads('{"A": "Gout", "A": "Flu"}')
    Traceback (most recent call last):
    ...
    kgpaths.files.json_rows.KeyTwice: key 'A' stands twice in one object; remove the value that is not meant
    """
    return _DECODER.decode(text)


class JsonLines(FileReader):
    """The objects of a file with one a line; empty lines are passed over.

    Args:
        path: the file.
        fallback: encoding of a line that is not UTF-8; the fault that says so comes before its object.
    """

    def __init__(self, path: Path, *, fallback: str = "") -> None:
        super().__init__(path)
        self._fallback = fallback

    def __iter__(self) -> Iterator[dict[str, Any] | Fault[FileReason]]:
        lines = _EscapedLines(self.path) if self._fallback else Lines(self.path)
        for line in lines:
            self.number = lines.number
            if isinstance(line, str) and self._fallback:
                line, fault = decoded(line.encode("utf-8", "surrogateescape"), self.where, self._fallback)
                if fault:
                    yield fault
            if isinstance(line, Fault):
                yield Fault(self.where, line.reason, line.message)
            elif line and not line.isspace():
                yield self._object(line)

    def _object(self, line: str) -> dict[str, Any] | Fault[FileReason]:
        try:
            value = loads(line)
        except json.JSONDecodeError as error:
            return self.fault("bad_value", f"not JSON: {error.msg} at column {error.colno}")
        except KeyTwice as error:
            return self.fault("bad_value", str(error))
        except (ValueError, RecursionError) as error:
            return self.fault("bad_value", f"not JSON: {error}")
        return value if isinstance(value, dict) else self.fault("bad_value", _no_object(value))


class _EscapedLines(Lines):
    """Lines with the bytes that are no UTF-8 still in them."""

    def wrong(self, line: str) -> Fault[FileReason] | None:
        return super().wrong(line) if len(line) > LONGEST_ROW else None


class JsonElements(FileReader):
    """The elements of arrays of one JSON file, each with its place, in the order of the file; memory stays at one.

    What is wrong with an element is a fault in its place; where the file is not JSON, a last one ends the reading.

    Args:
        path: the file.
        wanted: the arrays whose elements are yielded; `()` is the value at the top.
        keyed: take objects for arrays too: a member's place ends with its key.

    Raises:
        FileError: while iterating: the file cannot be opened.
    """

    def __init__(self, path: Path, wanted: Collection[Place], *, keyed: bool = False) -> None:
        super().__init__(path)
        self._wanted = wanted
        self._keyed = keyed
        self._text = ""
        self._at = 0
        self._counted = 0
        """Lines before this place in `_text` are counted in `_line`."""
        self._line = 1

    def __iter__(self) -> Iterator[tuple[Place, Any] | Fault[FileReason]]:
        self._blocks = self._read()
        try:
            if self._peek():
                self._mark()
                yield from self._walk(())
            if self._peek():
                raise _Broken("not JSON: text after the end of the value")
        except _Broken as error:
            self._mark()
            yield self.fault("damaged", str(error))
        except BROKEN as error:
            self._mark()
            yield self.cut_short(error)

    def _read(self) -> Iterator[str]:
        # By hand: what a stream gave before it broke is still read
        with open_binary(self.path) as file:
            characters_of = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape").decode
            while block := file.read1(_BLOCK):
                yield characters_of(block)
            yield characters_of(b"", True)

    def _walk(self, place: Place) -> Iterator[tuple[Place, Any] | Fault[FileReason]]:
        """Yield the wanted elements below the value that comes next, and step behind it."""
        head = self._peek()
        wanted = place in self._wanted
        inside = any(path[: len(place)] == place for path in self._wanted)
        if head == "{" and (inside or (wanted and self._keyed)):
            for _ in self._members("{", "}"):
                key = str(self._value())
                self._expect(":")
                if wanted and self._keyed:
                    yield self._element((*place, key))
                else:
                    yield from self._walk((*place, key))
        elif head == "[":
            # also arrays that nobody wants are stepped through: they may be larger than memory
            for _ in self._members("[", "]"):
                if wanted:
                    yield self._element(place)
                elif inside:
                    yield from self._walk(place)
                else:
                    self._value()
        else:
            self._value()

    def _element(self, place: Place) -> tuple[Place, Any] | Fault[FileReason]:
        self._peek()
        self._mark()
        value = self._value(_DECODER)
        if isinstance(value, KeyTwice):
            return self.fault("bad_value", str(value))
        return not_utf8(self._text[self._start : self._at], self.where) or (place, value)

    def _members(self, first: str, last: str) -> Iterator[None]:
        """Step through what stands between brackets; a comma behind the last is no harm."""
        self._expect(first)
        while self._peek() != last:
            yield
            if self._peek() != last:
                self._expect(",")
        self._at += 1

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
        found = self._peek()
        if not found:
            raise _Broken("the file ends before its last bracket")
        if found != character:
            raise _Broken(f"not JSON: expected {character!r}; what follows cannot be read")
        self._at += 1

    def _value(self, decoder: json.JSONDecoder = _LENIENT) -> Any:
        """Decode the next value; one with a key twice is read to its end and gives the error."""
        twice: KeyTwice | None = None
        if not self._peek():
            raise _Broken("the file ends before its last bracket")
        while True:
            try:
                value, end = decoder.raw_decode(self._text, self._at)
            except KeyTwice as error:
                decoder, twice = _LENIENT, error
                continue
            except json.JSONDecodeError as error:
                # a value that goes on in the next block cannot be told from a broken one but by reading on
                if len(self._text) - self._at > LONGEST_ROW or not self._more():
                    raise _Broken(f"not JSON: {error.msg}; what follows cannot be read") from None
                continue
            except RecursionError:
                raise _Broken("nested too deeply; what follows cannot be read") from None
            if isinstance(value, int | float) and _NUMBER_TAIL.fullmatch(self._text, end) and self._more():
                continue  # the number may go on in the next block: `12`, `12.` or `12e-`
            self._start, self._at = self._at, end
            return twice or value

    def _more(self) -> bool:
        """Append the next block and drop what has been read."""
        block = next(self._blocks, "")
        self._count()
        self._text = self._text[self._at :] + block
        self._at = self._counted = 0
        return bool(block)

    def _count(self) -> None:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at

    def _mark(self) -> None:
        """Take the line at hand for that of the row."""
        self._count()
        self.number = self._line


class _Broken(Exception):
    """The file is not JSON from here on."""


def _no_object(value: object) -> str:
    return f"not a JSON object but {type(value).__name__}"


def objects(elements: JsonElements) -> Iterator[dict[str, Any] | Fault[FileReason]]:
    """Yield the elements that are objects; of an object of objects, each with its key as `id`."""
    for found in elements:
        if isinstance(found, Fault):
            yield found
        elif isinstance(found[1], dict):
            place, row = found
            yield {"id": place[-1], **row} if place else row
        else:
            yield elements.fault("bad_value", _no_object(found[1]))
