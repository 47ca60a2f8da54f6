"""Read files of reference texts: JSONL (our own keys, MedQuAD, OpenStax), Markdown and HTML.

A bad row is yielded as a fault, in its place, and never stops the good ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kgpaths.errors import FileError, UsageError, nearest
from kgpaths.extraction.markup import html_texts, markdown_texts
from kgpaths.extraction.openstax import openstax_texts
from kgpaths.extraction.texts import ReferenceText, TextFault
from kgpaths.files import BROKEN, Fault, FileReason, JsonLines, decoded, format_of, open_binary

Row = dict[str, Any]
_SUFFIXES = (".jsonl", ".ndjson", ".md", ".markdown", ".html", ".htm")
_KEYS = ("focus", "section", "text", "url", "licence", "source", "version", "id", "synonyms")
_REPRINTS_HPO = "The Human Phenotype Ontology provides the following list"
_FALLBACK = "cp1252"
REPRINT = "reprint"
"""Section of texts that repeat a source which the graph has under its own licence; they are counted, not read."""


def read_texts(
    path: str | Path, *, source: str = "", licence: str = "", version: str = ""
) -> Iterator[ReferenceText | TextFault]:
    """Yield the texts of a file or folder in order; a fault stands where a text should be.

    Args:
        path: `.jsonl`, `.md`, `.html` (each also compressed), or a folder of such files.
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
        kind = format_of(file)
        if kind in (".jsonl", ".ndjson"):
            texts = _jsonl(file)
        else:
            texts = (markdown_texts if kind.startswith(".m") else html_texts)(*_whole(file))
        for text in texts:
            if isinstance(text, Fault):
                yield text
                continue
            yield text._replace(
                source=source if source and text.source == "local" else text.source,
                licence=text.licence or licence,
                version=text.version or version,
            )


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.is_file() and format_of(file) in _SUFFIXES)
        if not found:
            raise UsageError(f"the folder {path} holds no texts; known endings: {', '.join(_SUFFIXES)}")
        return found
    if not path.is_file():
        raise UsageError(f"{path} does not exist; check the path")
    if format_of(path) not in _SUFFIXES:
        raise UsageError(
            f"{path} is of no kind that can be read; {nearest(path.suffix, _SUFFIXES)} (each also .gz, .bz2, .xz)"
        )
    return [path]


def _whole(file: Path) -> tuple[str, str, list[TextFault]]:
    try:
        with open_binary(file) as raw:
            text, fault = decoded(raw.read(), file.name, _FALLBACK)
    except (FileError, *BROKEN) as error:
        raise UsageError(f"{file} cannot be read: {error}") from None
    return file.stem.partition(".")[0], text, [_told(fault)] if fault else []


def _told(fault: Fault[FileReason]) -> TextFault:
    if fault.reason == "not_utf8":
        return Fault(fault.where, "mixed_encoding", f"{fault.message}; read as Windows-1252")
    return Fault(fault.where, "unreadable_row", fault.message)


def _jsonl(file: Path) -> Iterator[ReferenceText | TextFault]:
    lead: dict[str, str] = {}
    rows = JsonLines(file, fallback=_FALLBACK)
    for row in rows:
        if isinstance(row, Fault):
            yield _told(row)
            continue
        try:
            yield from _row(row, rows.where, lead)
        except ValueError as error:
            yield Fault(rows.where, "unreadable_row", " ".join(str(error).split())[:200])


def _row(row: Row, where: str, lead: dict[str, str]) -> Iterator[ReferenceText | TextFault]:
    reader: Callable[[Row, str], ReferenceText] = _generic
    if {"book", "module", "kind"} <= row.keys():
        yield from openstax_texts(row, lead)
        return
    if {"qtype", "answer", "collection"} <= row.keys():
        reader = _medquad
    text = reader(row, where)
    if not text.text.strip():
        yield Fault(where, "no_text", f"the text is empty; known keys: {', '.join(_KEYS)}")
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
