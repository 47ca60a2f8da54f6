"""Text files, compressed or not, line by line, with the line number at hand."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kgpaths.errors import FileError
from kgpaths.files.faults import Fault, FileReason

LONGEST_ROW = 64 * 2**20
"""Characters; a longer row is a fault: one row must not fill the memory."""
_SKIPPED_AT_ONCE = 2**20
_OPENERS: dict[bytes, Any] = {b"\x1f\x8b": gzip.GzipFile, b"BZ": bz2.BZ2File, b"\xfd7": lzma.LZMAFile}
_BY_NAME: dict[str, Any] = {".gz": gzip.GzipFile, ".bz2": bz2.BZ2File, ".xz": lzma.LZMAFile}
BROKEN = (EOFError, zlib.error, lzma.LZMAError, OSError)
"""What the standard library raises for a stream that is damaged or cut short."""


def format_of(path: Path) -> str:
    """Return the last ending of a file's name that is none of compression, in lower case.

    >>> format_of(Path("texts.JSONL.gz")), format_of(Path("v1.2/questions"))
    ('.jsonl', '')
    """
    endings = [ending.lower() for ending in path.suffixes]
    return next((ending for ending in reversed(endings) if ending not in _BY_NAME), "")


def check_readable(path: Path) -> None:
    """Refuse what is no readable file.

    Raises:
        FileError: there is no such file, it is a folder, or it must not be read.
    """
    try:
        if not path.exists():
            raise FileError(f"no file {path}: it does not exist; check the path")
        if not path.is_file():
            raise FileError(f"{path} is not a file; give one file")
        path.open("rb").close()
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}; check the path") from None


def open_binary(path: Path) -> io.BufferedReader:
    """Open a file for reading and decompress it (gzip, bzip2, xz).

    The first bytes tell, not the name: what a browser has unpacked often keeps the name of an archive.

    Raises:
        FileError: the file cannot be opened.
    """
    check_readable(path)
    file = path.open("rb")
    head = file.peek(64)[:64]
    opener = _OPENERS.get(head[:2])
    if opener is None and not _decodable(head.decode("utf-8", "surrogateescape")[:-3]):
        opener = _BY_NAME.get(path.suffix.lower())  # neither text nor what the name says: damaged, once for all
    if opener is None:
        return file
    file.close()
    opened: io.BufferedReader = opener(path)
    return opened


def decoded(raw: bytes, where: str, fallback: str) -> tuple[str, Fault[FileReason] | None]:
    """Return text that is UTF-8, or else of the fallback encoding, with a fault that says so."""
    text = raw.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    fault = not_utf8(text, where)
    return (text, None) if fault is None else (raw.decode(fallback, errors="replace"), fault)


def not_utf8(text: str, where: str) -> Fault[FileReason] | None:
    """Return the fault of a text that holds bytes which are no UTF-8, as `surrogateescape` left them there."""
    if text.isascii() or _decodable(text):
        return None
    at = next(at for at, letter in enumerate(text) if "\udc80" <= letter <= "\udcff")
    column = len(text[:at].encode("utf-8", "surrogateescape")) + 1
    return Fault(where, "not_utf8", f"not UTF-8: byte 0x{ord(text[at]) - 0xDC00:02x} at column {column}")


def _decodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class FileReader:
    """What all readers of one file have in common: where they are, and what they say when the file breaks."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = 0
        """Line of the row that was read last, or its number where there are no lines, from 1."""

    @property
    def where(self) -> str:
        """File and line of the row that was read last."""
        return f"{self.path.name}:{self.number}"

    def fault(self, reason: FileReason, message: str) -> Fault[FileReason]:
        """Return a fault of the row at hand."""
        return Fault(self.where, reason, message)

    def cut_short(self, error: Exception) -> Fault[FileReason]:
        """Return the fault of a compressed file that breaks at the row at hand."""
        message = f"the compressed file is damaged or cut short: it ends or breaks here ({error})"
        return self.fault("damaged", f"{message}; what follows cannot be read")

    def wrong(self, line: str) -> Fault[FileReason] | None:
        """Return what is wrong with the form of a line, if anything is."""
        if len(line) > LONGEST_ROW:
            return self.fault("bad_value", f"the line is longer than {LONGEST_ROW} bytes")
        return not_utf8(line, self.where)


class Lines(FileReader):
    """The lines of a text file; a fault stands in the place of one that is not UTF-8 or has no end.

    Raises:
        FileError: while iterating: the file cannot be opened.
    """

    def __iter__(self) -> Iterator[str | Fault[FileReason]]:
        lines = raw_lines(self.path)
        while True:
            self.number += 1
            try:
                line = next(lines)
            except StopIteration:
                self.number -= 1
                return
            except BROKEN as error:
                yield self.cut_short(error)
                return
            if line.isascii() and len(line) <= LONGEST_ROW:
                yield line
            else:
                yield self.wrong(line) or line


def raw_lines(path: Path) -> Iterator[str]:
    """Yield lines with their ends; what is not UTF-8 in them is escaped, and what is too long is cut behind the limit.

    Raises:
        FileError: the file cannot be opened.
        BROKEN: the stream is damaged or cut short; the lines before it have been yielded.
    """
    # `newline=""` takes \n, \r\n and \r for ends; a bad byte is carried to the line that it belongs to
    with io.TextIOWrapper(open_binary(path), "utf-8-sig", "surrogateescape", newline="") as text:
        while line := text.readline(LONGEST_ROW + 1):
            if len(line) > LONGEST_ROW:
                rest = line
                while rest and not rest.endswith(("\n", "\r")):
                    rest = text.readline(_SKIPPED_AT_ONCE)
            yield line
