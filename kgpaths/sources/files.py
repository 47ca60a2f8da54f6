"""Rows of local files, one at a time: JSON Lines, JSON, CSV, TSV and Parquet, plain or gzipped.

A row that cannot be read becomes a fault and the rows after it are still read. Where nothing after the damage can
be trusted (a gzip stream cut short, an unbalanced JSON array) the good rows come first, then one fault.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from kgpaths.errors import SourceError
from kgpaths.sources import objects
from kgpaths.sources.faults import RawRow, SourceFault

MAX_ROW_BYTES = 64 * 2**20
"""A longer row is a fault: no question is, and one row must not fill the memory."""
_CHUNK = 2**20
_TORN = (EOFError, zlib.error, gzip.BadGzipFile)

Rows = Iterator[RawRow | SourceFault]


def read_rows(path: Path) -> Rows:
    """Yield the rows of a file in order; the format follows the file's name, JSON Lines where it says nothing.

    Raises:
        SourceError: the file cannot be opened or is not what its name says.
    """
    check_readable(path)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    kind = suffixes[-1] if suffixes else ""
    if kind == ".parquet":
        return _parquet(path)
    if kind in (".csv", ".tsv"):
        return _csv(path, "," if kind == ".csv" else "\t")
    if kind == ".json":
        return _json(path)
    return _json_lines(path)


def check_readable(path: Path) -> None:
    """Refuse what is no readable file.

    Raises:
        SourceError: there is no such file, it is a folder, or it must not be read.
    """
    try:
        if not path.exists():
            raise SourceError(f"no file {path}; give the path of a JSONL, JSON, CSV or Parquet file")
        if not path.is_file():
            raise SourceError(f"{path} is not a file; give one JSONL, JSON, CSV or Parquet file")
        path.open("rb").close()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error


def _open(path: Path) -> gzip.GzipFile | io.BufferedReader:
    return gzip.GzipFile(path) if path.suffix.lower() == ".gz" else path.open("rb")


def _json_lines(path: Path) -> Rows:
    with _open(path) as handle:
        number = 0
        while True:
            number += 1
            where = f"{path.name}:{number}"
            try:
                line = handle.readline(MAX_ROW_BYTES + 1)
                tail = line if len(line) > MAX_ROW_BYTES else b""
                while tail and not tail.endswith(b"\n"):
                    tail = handle.readline(_CHUNK)
            except _TORN as error:
                yield _torn(where, error)
                return
            if not line:
                return
            if len(line) > MAX_ROW_BYTES:
                yield _malformed(where, f"the line is longer than {MAX_ROW_BYTES} bytes")
                continue
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
            if line.strip():
                yield _decoded(where, line)


def _decoded(where: str, line: bytes) -> RawRow | SourceFault:
    try:
        value = objects.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return _malformed(where, f"not UTF-8: byte 0x{line[error.start]:02x} at column {error.start + 1}")
    except json.JSONDecodeError as error:
        return _malformed(where, f"not JSON: {error.msg} at column {error.colno}")
    except objects.KeyTwice as error:
        return _malformed(where, str(error))
    except (ValueError, RecursionError) as error:
        return _malformed(where, f"not JSON: {error}")
    if not isinstance(value, dict):
        return _malformed(where, f"not a JSON object but {type(value).__name__}")
    return RawRow(where, value)


def _json(path: Path) -> Rows:
    """An array of objects, an object of objects keyed by id, or (as some data sets name it) JSON Lines."""
    head = opening = b""
    with _open(path) as handle, suppress(*_TORN):  # whoever reads the rows meets the damage again
        head = handle.read1(64).removeprefix(codecs.BOM_UTF8).lstrip()
        opening = head[:1]
        if not head.endswith(b"\n"):
            head += handle.readline(MAX_ROW_BYTES)
        head = head.partition(b"\n")[0]
    if opening == b"{" and _is_row(head):
        return _json_lines(path)
    if opening in (b"[", b"{"):
        return _elements(path, keyed=opening == b"{")
    return _json_lines(path)


def _is_row(line: bytes) -> bool:
    """Say whether a line is one whole object and not one of rows keyed by their ids."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and not all(isinstance(part, dict) for part in value.values())


def _elements(path: Path, *, keyed: bool) -> Rows:
    """Decode the elements of one array or object without ever holding all of them."""
    text, position, line, ended = "", 0, 1, False
    with _open(path) as handle:
        characters_of = codecs.getincrementaldecoder("utf-8")().decode

        def more() -> bool:
            nonlocal text, position, ended
            if ended:
                return False
            piece = handle.read1(_CHUNK)
            ended = not piece
            text, position = text[position:] + characters_of(piece, ended), 0
            return not ended

        def skip(characters: str) -> None:
            nonlocal position, line
            while position < len(text) or more():
                if text[position] not in characters:
                    return
                line += text[position] == "\n"
                position += 1

        def value() -> Any:
            """Decode the next value; one with a key twice is read to its end and gives the error."""
            nonlocal position, line
            decoder, twice = objects.DECODER, None
            while True:
                try:
                    found, end = decoder.raw_decode(text, position)
                    break
                except objects.KeyTwice as error:
                    decoder, twice = json.JSONDecoder(), error
                except json.JSONDecodeError:
                    if len(text) - position > MAX_ROW_BYTES or not more():
                        raise
            line += text.count("\n", position, end)
            position = end
            return twice or found

        try:
            skip(" \r\n\t\ufeff")
            position += 1  # the opening bracket
            while True:
                skip(" \r\n\t,")
                if position >= len(text):
                    yield _malformed(f"{path.name}:{line}", "the file ends before its last bracket")
                    return
                if text[position] in "]}":
                    return
                where = f"{path.name}:{line}"
                key = ""
                if keyed:
                    key = value()
                    skip(" \r\n\t:")
                found = value()
                if isinstance(found, dict):
                    yield RawRow(where, {"id": key, **found} if keyed else found)
                elif isinstance(found, objects.KeyTwice):
                    yield _malformed(where, str(found))
                else:
                    yield _malformed(where, f"not a JSON object but {type(found).__name__}")
        except json.JSONDecodeError as error:
            yield _malformed(f"{path.name}:{line}", f"not JSON: {error.msg}; what follows cannot be read")
        except UnicodeDecodeError as error:
            yield _malformed(f"{path.name}:{line}", f"not UTF-8: {error.reason}; what follows cannot be read")
        except RecursionError:
            yield _malformed(f"{path.name}:{line}", "nested too deeply; what follows cannot be read")
        except _TORN as error:
            yield _torn(f"{path.name}:{line}", error)


def _csv(path: Path, delimiter: str) -> Rows:
    with _open(path) as handle:
        # Bytes that are no UTF-8 become lone surrogates, so that only their own row is lost.
        text = io.TextIOWrapper(handle, encoding="utf-8", errors="surrogateescape", newline="")
        previous = csv.field_size_limit(MAX_ROW_BYTES)
        try:
            table = csv.reader(text, delimiter=delimiter, strict=True)
            header: list[str] | None = None
            while True:
                where = f"{path.name}:{table.line_num + 1}"
                try:
                    cells = next(table)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield _malformed(where, f"not CSV: {error}")
                    continue
                except _TORN as error:
                    yield _torn(where, error)
                    return
                if header is None:
                    header = [cell.removeprefix("\ufeff").strip() for cell in cells]
                    if not any("question" in name.lower() for name in header):
                        raise SourceError(f"{path.name} has no column 'question'; its columns: {', '.join(header)}")
                    _refuse_twice(path, header)
                elif cells and len(cells) != len(header):
                    yield _malformed(where, f"{len(cells)} cells under {len(header)} column names")
                elif cells:
                    yield RawRow(where, dict(zip(header, cells, strict=True)))
        finally:
            csv.field_size_limit(previous)


def _parquet(path: Path) -> Rows:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(f"{path} is not a Parquet file: {error}") from error
    number = 0
    _refuse_twice(path, table.schema_arrow.names)
    with table:
        batches = table.iter_batches(batch_size=64)
        while True:
            where = f"{path.name}:{number + 1}"
            try:
                batch = next(batches)
                rows = batch.to_pylist()
            except StopIteration:
                return
            except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
                yield _malformed(where, f"damaged Parquet: {error}; what follows cannot be read")
                return
            for row in rows:
                number += 1
                yield RawRow(f"{path.name}:{number}", row)


def _refuse_twice(path: Path, header: Sequence[str]) -> None:
    """Refuse a table with two columns of one name: which of them is meant, nothing says."""
    twice = [name for name, count in Counter(header).items() if name and count > 1]
    if twice:
        raise SourceError(f"{path.name} has more than one column {twice[0]!r}; rename or remove all but one")


def _malformed(where: str, message: str) -> SourceFault:
    return SourceFault(where, "", "malformed_input", message)


def _torn(where: str, error: Exception) -> SourceFault:
    return _malformed(where, f"the compressed file is damaged or cut short ({error}); what follows cannot be read")
