"""Read files of reference texts: JSONL (our own keys, MedQuAD, OpenStax), Markdown and HTML.

A bad row is yielded as a fault, in its place, and never stops the good ones.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kgpaths.errors import UsageError, nearest
from kgpaths.extraction.markup import html_texts, markdown_texts
from kgpaths.extraction.openstax import openstax_texts
from kgpaths.extraction.texts import ReferenceText, TextFault

Row = dict[str, Any]
_SUFFIXES = (".jsonl", ".ndjson", ".md", ".markdown", ".html", ".htm")
_KEYS = ("focus", "section", "text", "url", "licence", "source", "version", "id", "synonyms")
_REPRINTS_HPO = "The Human Phenotype Ontology provides the following list"
REPRINT = "reprint"
"""Section of texts that repeat a source which the graph has under its own licence; they are counted, not read."""


def read_texts(
    path: str | Path, *, source: str = "", licence: str = "", version: str = ""
) -> Iterator[ReferenceText | TextFault]:
    """Yield the texts of a file or folder in order; a fault stands where a text should be.

    Args:
        path: `.jsonl` (`.gz`), `.md`, `.html`, or a folder of such files.
        source: ledger key for texts that name none themselves.
        licence: licence of texts that name none themselves.
        version: version of the source.

    Raises:
        UsageError: there is no such file, or it is of no kind that can be read.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "one.jsonl"
    >>> _ = file.write_text('{"id": "a", "focus": "Gout", "section": "symptoms", "text": "Pain."}\\n')
    >>> [(text.focus, text.section) for text in read_texts(file)]
    [(('Gout',), 'symptoms')]
    """
    path = Path(path)
    for file in _files(path):
        kind = [suffix for suffix in file.suffixes if suffix != ".gz"][-1]
        if kind in (".jsonl", ".ndjson"):
            texts = _jsonl(file)
        else:
            texts = (markdown_texts if kind.startswith(".m") else html_texts)(*_decoded(file))
        for text in texts:
            if isinstance(text, TextFault):
                yield text
                continue
            yield text._replace(
                source=source if source and text.source == "local" else text.source,
                licence=text.licence or licence,
                version=text.version or version,
            )


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.is_file() and set(file.suffixes) & set(_SUFFIXES))
        if not found:
            raise UsageError(f"the folder {path} holds no texts; known endings: {', '.join(_SUFFIXES)}")
        return found
    if not path.is_file():
        raise UsageError(f"{path} does not exist; check the path")
    if not set(path.suffixes) & set(_SUFFIXES):
        raise UsageError(f"{path} is of no kind that can be read; {nearest(path.suffix, _SUFFIXES)} (each also .gz)")
    return [path]


def _decoded(file: Path) -> tuple[str, str, list[TextFault]]:
    text, fault = _decode(_bytes(file), file.name)
    return file.stem.partition(".")[0], text, [fault] if fault else []


def _bytes(file: Path) -> bytes:
    try:
        return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    except (OSError, EOFError) as error:
        raise UsageError(f"{file} cannot be read: {error}") from None


def _decode(raw: bytes, where: str) -> tuple[str, TextFault | None]:
    """Return text that is UTF-8, or else Windows-1252 with a fault that says so."""
    try:
        return raw.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is not UTF-8; read as Windows-1252"
        return raw.decode("cp1252", errors="replace"), TextFault(where, "mixed_encoding", message)


def _jsonl(file: Path) -> Iterator[ReferenceText | TextFault]:
    opener = gzip.open if file.suffix == ".gz" else Path.open
    lead: dict[str, str] = {}
    try:
        with opener(file, "rb") as lines:
            for number, raw in enumerate(lines, 1):
                where = f"{file.name}:{number}"
                line, fault = _decode(raw.strip(), where)
                if fault:
                    yield fault
                if not line:
                    continue
                try:
                    row = json.loads(line)
                    if not isinstance(row, dict):
                        raise ValueError("the row is no object")
                    yield from _row(row, where, lead)
                except (ValueError, RecursionError) as error:
                    yield TextFault(where, "unreadable_row", " ".join(str(error).split())[:200])
    except (OSError, EOFError) as error:
        yield TextFault(file.name, "unreadable_row", f"the file ends early: {error}")


def _row(row: Row, where: str, lead: dict[str, str]) -> Iterator[ReferenceText | TextFault]:
    reader: Callable[[Row, str], ReferenceText] = _generic
    if {"book", "module", "kind"} <= row.keys():
        yield from openstax_texts(row, lead)
        return
    if {"qtype", "answer", "collection"} <= row.keys():
        reader = _medquad
    text = reader(row, where)
    if not text.text.strip():
        yield TextFault(where, "no_text", f"the text is empty; known keys: {', '.join(_KEYS)}")
    else:
        yield text


def _medquad(row: Row, where: str) -> ReferenceText:
    gard_symptoms = str(row["collection"]).startswith("2_GARD") and row["qtype"] == "symptoms"
    reprint = gard_symptoms or _REPRINTS_HPO in row["answer"]
    return ReferenceText(
        f"{_string(row, 'id') or where}@{row['collection']}",  # ids repeat between collections
        row["answer"],
        (row["focus"], *row["synonyms"]) if row.get("focus") else (),
        REPRINT if reprint else row["qtype"],
        _string(row, "url"),
        "medquad",
        "CC-BY-4.0",
    )


def _generic(row: Row, where: str) -> ReferenceText:
    focus = row.get("focus") or ()
    focus = (focus,) if isinstance(focus, str) else tuple(map(str, focus))
    return ReferenceText(
        _string(row, "id") or where,
        _string(row, "text"),
        (*focus, *map(str, row.get("synonyms") or ())),
        _string(row, "section"),
        _string(row, "url"),
        _string(row, "source") or "local",
        _string(row, "licence") or _string(row, "license"),
        _string(row, "version"),
    )


def _string(row: Row, key: str) -> str:
    value = row.get(key)
    if value is not None and not isinstance(value, str | int | float):
        raise ValueError(f"{key!r} is no text")
    return "" if value is None else str(value)
