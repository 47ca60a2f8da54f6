"""Rows of delimited text: CSV, and tab-separated text as spreadsheets, pandas and everyone else write it."""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from kgpaths.errors import FileError
from kgpaths.files.faults import Fault, FileReason
from kgpaths.files.text import BROKEN, LONGEST_ROW, FileReader, raw_lines

_QUOTED, _BARE = r'"(?:[^"]|"")*+"', r'[^"\t][^\t]*+|'
_CELL = rf"(?:{_QUOTED}|{_BARE})"
_ROW, _CELLS = re.compile(rf"{_CELL}(?:\t{_CELL})*"), re.compile(rf"(?:^|\t)({_QUOTED}|{_BARE})")
_OPEN_ROW = re.compile(rf'(?:{_CELL}\t)*+"(?:[^"]|"")*+')
_MOST_LINES = 200
"""Lines of one quoted cell; a quote that is not closed by then is a character of its row."""


class Table(FileReader):
    """A delimited text file with a header. A row with another number of cells is a fault.

    Args:
        path: the file; `.csv` (also `.csv.gz`) is read with commas and quotes, everything else as tab-separated. There
            a cell is quoted only where it is quoted whole, with the quotes inside doubled, as spreadsheets and pandas
            write it; any other quote is a character (`5" scar`).
        comment: lines before the header that start with this are kept in `comments` and not read as rows.
        delimiter: overrides the choice by the file's name.

    Raises:
        FileError: the file cannot be opened, or its header cannot be read.
    """

    def __init__(self, path: Path, *, comment: str = "", delimiter: str = "") -> None:
        super().__init__(path)
        self.comments: list[str] = []
        self.delimiter = delimiter or ("," if ".csv" in path.name.lower() else "\t")
        self._lines = _Taken(raw_lines(path))
        self.header: list[str] = []
        """Column names; empty in an empty file."""
        self._rows = self._tab_rows() if self.delimiter == "\t" else self._quoted_rows()
        if comment:
            self._pass_comments(comment)
        first = next((row for row in self._checked() if row), [])
        if isinstance(first, Fault):
            raise FileError(f"{first.where}: the header cannot be read: {first.message}; download it again")
        self.header = [name.strip() for name in first]

    def __iter__(self) -> Iterator[list[str] | Fault[FileReason]]:
        width = len(self.header)
        for row in self._checked():
            if isinstance(row, Fault) or len(row) == width:
                yield row
            elif row:
                yield self.fault("wrong_column_count", f"{len(row)} cells under {width} column names")

    def _checked(self) -> Iterator[list[str] | Fault[FileReason]]:
        """Yield rows of any length, and faults for those whose lines are wrong."""
        lines = self._lines
        while True:
            lines.begin()
            self.number = lines.number + 1
            try:
                row = next(self._rows)
            except StopIteration:
                return
            except csv.Error as error:
                # A quote that is not closed, or not where a cell begins: it costs its own line, and none behind it.
                lines.give_back(lines.taken[1:])
                yield self.fault("bad_value", f"not CSV: {error}")
                continue
            except BROKEN as error:
                yield self.cut_short(error)
                return
            found: list[str] | Fault[FileReason] = row
            for line in lines.taken:
                if not line.isascii() or len(line) > LONGEST_ROW:
                    found = self.wrong(line) or found
            yield found

    def _pass_comments(self, comment: str) -> None:
        try:
            for line in self._lines:
                if not line.startswith(comment):
                    self._lines.give_back([line])
                    return
                self.comments.append(line[len(comment) :].rstrip("\r\n"))
        except BROKEN as error:
            self.number = self._lines.number + 1
            raise FileError(f"{self.where}: {self.cut_short(error).message}; download it again") from None

    def _quoted_rows(self) -> Iterator[list[str]]:
        # The limit is one for the process and only ever raised: cells of 128 KiB, its default, are no damage.
        csv.field_size_limit(max(LONGEST_ROW, csv.field_size_limit()))
        return csv.reader(self._lines, delimiter=self.delimiter, strict=True)

    def _tab_rows(self) -> Iterator[list[str]]:
        """Split lines at tabs; a quoted cell may go on in the lines that follow, but never over a whole row."""
        lines = self._lines
        for text in lines:
            if '"' in text and _OPEN_ROW.fullmatch(text):
                whole = text
                while len(lines.taken) <= _MOST_LINES and _OPEN_ROW.fullmatch(whole):
                    following = next(lines, "")
                    if not following or following.count("\t") >= len(self.header) - 1:
                        break  # a row of its own
                    whole += following
                if _ROW.fullmatch(whole.rstrip("\r\n")):
                    text = whole
                else:
                    lines.give_back(lines.taken[1:])
            yield _cells(text.rstrip("\r\n"))


def refuse_twice(path: Path, header: Sequence[str]) -> None:
    """Refuse a table with two columns of one name: which of them is meant, nothing says.

    Raises:
        FileError: it has.
    """
    twice = [name for name, count in Counter(header).items() if name and count > 1]
    if twice:
        raise FileError(f"{path.name} has more than one column {twice[0]!r}; rename or remove all but one")


def _cells(text: str) -> list[str]:
    """Return the cells of one tab-separated row; none for an empty line.

    >>> _cells('"Diabetes, type 2"\\t"5"" scar"\\t5" scar'), _cells('"Bombay" phenotype\\tx')
    (['Diabetes, type 2', '5" scar', '5" scar'], ['"Bombay" phenotype', 'x'])
    """
    if '"' in text and _ROW.fullmatch(text):
        found = _CELLS.findall(text)
        return [cell[1:-1].replace('""', '"') if cell.startswith('"') else cell for cell in found]
    return text.split("\t") if text else []


class _Taken:
    """Lines, the number of the last one, and those taken for the row at hand, which may be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._ahead: deque[str] = deque()
        self.number = 0
        self.taken: list[str] = []

    def __iter__(self) -> _Taken:
        return self

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else next(self._lines)
        self.number += 1
        self.taken.append(line)
        return line

    def begin(self) -> None:
        """Begin the next row."""
        self.taken = []

    def give_back(self, lines: Sequence[str]) -> None:
        """Let these, the last ones taken, come again."""
        self._ahead.extendleft(reversed(lines))
        self.number -= len(lines)
        del self.taken[len(self.taken) - len(lines) :]
