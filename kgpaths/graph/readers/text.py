"""Read lines and rows of text files, compressed or not, and remember the line number."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from kgpaths.errors import GraphError, nearest
from kgpaths.graph.readers.faults import Faults

_MAGIC = {b"\x1f\x8b": gzip.open, b"BZ": bz2.open, b"\xfd7": lzma.open}
_BROKEN = (EOFError, zlib.error, lzma.LZMAError, OSError)

_QUOTED, _BARE = r'"(?:[^"]|"")*+"', r'[^"\t][^\t]*+|'
_CELL = rf"(?:{_QUOTED}|{_BARE})"
_ROW, _CELLS = re.compile(rf"{_CELL}(?:\t{_CELL})*"), re.compile(rf"(?:^|\t)({_QUOTED}|{_BARE})")
_OPEN_ROW = re.compile(rf'(?:{_CELL}\t)*+"(?:[^"]|"")*+')
_MOST_LINES = 200
"""Lines of one quoted cell; a quote that is not closed by then is a character of its row."""


def open_binary(path: Path) -> IO[bytes]:
    """Open a file for reading and decompress it by its first bytes (gzip, bzip2, xz).

    Raises:
        GraphError: there is no such file, or it is empty.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise GraphError(f"{path} cannot be read: {error.strerror}; check the path") from None
    magic = file.read(2)
    file.seek(0)
    if not magic:
        file.close()
        raise GraphError(f"{path} is empty; download or export it again")
    opener: Any = _MAGIC.get(magic)
    if opener is None:
        return file
    file.close()
    return io.BufferedReader(opener(path, "rb"), 1 << 20)


class Lines:
    """The lines of a text file. A line that is not UTF-8 is noted as a fault and left out.

    Raises:
        GraphError: while iterating: the file is missing, empty, or its compressed stream ends too early.
    """

    def __init__(self, path: Path, faults: Faults) -> None:
        self.path = path
        self.number = 0
        """Number of the line that was read last, from 1."""
        self.repeated = path in faults.read
        """True when the file was read before: what is wrong with its form is known already."""
        self._faults = faults

    @property
    def where(self) -> str:
        """File and line that was read last."""
        return f"{self.path}:{self.number}"

    def __iter__(self) -> Iterator[str]:
        # utf-8-sig drops a byte order mark; surrogateescape carries a bad byte to the line it belongs to
        with io.TextIOWrapper(open_binary(self.path), "utf-8-sig", "surrogateescape", newline="") as text:
            try:
                for line in text:
                    self.number += 1
                    if line.isascii() or _decodable(line):
                        yield line
                    elif not self.repeated:
                        self._faults.add(self.where, "not_utf8", "the line is not UTF-8")
            except _BROKEN as error:
                raise _truncated(self.where, error) from None
        if self.number == 0:
            raise GraphError(f"{self.path} is empty; download or export it again")
        self._faults.read.add(self.path)


def text_blocks(path: Path, size: int, faults: Faults) -> Iterator[str]:
    """Yield a text file in blocks of `size` characters: for formats whose lines may be as long as the file.

    Raises:
        GraphError: while iterating: the file is missing, empty, not UTF-8, or its compressed stream ends too early.
    """
    line = 1
    with io.TextIOWrapper(open_binary(path), "utf-8-sig", "surrogateescape", newline="") as text:
        while True:
            try:
                block = text.read(size)
            except _BROKEN as error:
                raise _truncated(f"{path}:{line}", error) from None
            if not block:
                break
            if not block.isascii() and not _decodable(block):
                raise GraphError(f"{path}:{line}: the text from here on is not UTF-8; convert the file")
            line += block.count("\n")
            yield block
    faults.read.add(path)


def _truncated(where: str, error: Exception) -> GraphError:
    return GraphError(f"{where}: the compressed file ends or breaks here ({error}); download it again")


def _decodable(line: str) -> bool:
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True


class Table:
    """A delimited text file with a header. A row with another number of columns is a fault and left out.

    Args:
        path: the file; `.csv` (also `.csv.gz`) is read with commas and quotes, everything else as tab-separated. There
            a cell is quoted only where it is quoted whole, with the quotes inside doubled, as spreadsheets and pandas
            write it; any other quote is a character (`5" scar`).
        comment: lines before the header that start with this are kept in `comments` and not read as rows.
        delimiter: overrides the choice by the file's name.
    """

    def __init__(self, path: Path, faults: Faults, *, comment: str = "", delimiter: str = "") -> None:
        self._lines = Lines(path, faults)
        self._faults = faults
        self.comments: list[str] = []
        self.delimiter = delimiter or ("," if ".csv" in path.name.lower() else "\t")
        body = self._without_comments(iter(self._lines), comment) if comment else iter(self._lines)
        self._read_ahead = 0
        self.header: list[str] = []
        self._rows: Iterator[list[str]] = (
            self._tab_rows(body) if self.delimiter == "\t" else csv.reader(body, delimiter=self.delimiter)
        )
        self.header = next(self._rows, [])
        """Column names."""
        if not self.header:
            raise GraphError(f"{path} has no header line; download or export it again")

    def _without_comments(self, lines: Iterator[str], comment: str) -> Iterator[str]:
        for line in lines:
            if not line.startswith(comment):
                yield line
                break
            self.comments.append(line[len(comment) :].rstrip("\r\n"))
        yield from lines

    def _tab_rows(self, lines: Iterator[str]) -> Iterator[list[str]]:
        """Split lines at tabs; a quoted cell may go on in the lines that follow, but never over a whole row."""
        ahead: deque[str] = deque()
        while True:
            text = ahead.popleft() if ahead else next(lines, "")
            if not text:
                return
            if '"' in text and _OPEN_ROW.fullmatch(text):
                taken: list[str] = []
                whole = text
                while len(taken) < _MOST_LINES and _OPEN_ROW.fullmatch(whole):
                    following = ahead.popleft() if ahead else next(lines, "")
                    if not following:
                        break
                    taken.append(following)
                    if following.count("\t") >= len(self.header) - 1:
                        break  # a row of its own
                    whole += following
                if _ROW.fullmatch(whole.rstrip("\r\n")):
                    text = whole
                else:
                    ahead.extendleft(reversed(taken))
            self._read_ahead = len(ahead)
            yield _cells(text.rstrip("\r\n"))

    @property
    def where(self) -> str:
        """File and line of the row that was read last."""
        return f"{self._lines.path}:{self._lines.number - self._read_ahead}"

    def require(self, columns: Iterable[str], known: Mapping[str, str] | None = None) -> dict[str, int]:
        """Return the place of each column that must be there; see `places`."""
        return places(self.header, columns, self._lines.path, known)

    def __iter__(self) -> Iterator[list[str]]:
        width, rows = len(self.header), self._rows
        while True:
            try:
                for row in rows:
                    if len(row) == width:
                        yield row
                    elif row and not self._lines.repeated:
                        message = f"{len(row)} columns instead of {width}"
                        self._faults.add(self.where, "wrong_column_count", message)
                return
            except csv.Error as error:
                if not self._lines.repeated:
                    self._faults.add(self.where, "bad_value", f"the row cannot be read: {error}")


def _cells(text: str) -> list[str]:
    """Return the cells of one tab-separated row; none for an empty line.

    >>> _cells('"Diabetes, type 2"\\t"5"" scar"\\t5" scar'), _cells('"Bombay" phenotype\\tx')
    (['Diabetes, type 2', '5" scar', '5" scar'], ['"Bombay" phenotype', 'x'])
    """
    if '"' in text and _ROW.fullmatch(text):
        found = _CELLS.findall(text)
        return [cell[1:-1].replace('""', '"') if cell.startswith('"') else cell for cell in found]
    return text.split("\t") if text else []


def places(
    header: Sequence[str], columns: Iterable[str], path: Path, known: Mapping[str, str] | None = None
) -> dict[str, int]:
    """Return the place of each column in a header.

    Args:
        known: how the file calls the columns, where it uses other names.

    Raises:
        GraphError: a column is missing; the message names the nearest.

    >>> places(["id", "label"], ["id", "name"], Path("n.tsv"), {"name": "label"})
    {'id': 0, 'name': 1}
    """
    found: dict[str, int] = {}
    for column in columns:
        theirs = (known or {}).get(column, column)
        if theirs not in header:
            raise GraphError(f"{path} has no column {theirs!r}; {nearest(theirs, header)}")
        found[column] = header.index(theirs)
    return found
