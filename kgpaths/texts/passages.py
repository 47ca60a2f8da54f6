"""Reference texts as the index takes them: those that come with kgpaths, and a user's own files."""

from __future__ import annotations

import hashlib
import json
import logging
import lzma
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from kgpaths.errors import UsageError
from kgpaths.files import Fault, sha256_of
from kgpaths.resources import resource
from kgpaths.vocabulary.licences import licences

_log = logging.getLogger(__name__)

SHIPPED = "default"
"""What stands for the texts that come with kgpaths, among names of files."""
_LOCAL = "local"


class Passage(NamedTuple):
    """A reference text as the index takes it."""

    id: str
    text: str
    source: str
    licence: str
    version: str = ""
    url: str = ""
    topics: tuple[str, ...] = ()
    """What the text says it is about: its title or heading first, then other names of the same thing."""


def passages(specs: Sequence[str | Path]) -> Iterator[Passage]:
    """Yield the texts of `default`, of files, or of folders, in order.

    A user's text keeps the source and the licence that it names. One that names no source is `local`, and one without
    a licence has that of its source in the ledger, which is unknown for `local`. What cannot be read is left out, and
    the log says how much.

    Args:
        specs: `default`, or what `kgpaths.extraction.read_texts` reads: `.jsonl`, `.md`, `.html`, or a folder of them.

    Raises:
        UsageError: there is no such file, or it is of no kind that can be read.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "gout.md"
    >>> _ = file.write_text("# Gout\\n\\nCrystals of urate inflame the joint.\\n")
    >>> [(one.text, one.topics, one.licence) for one in passages([file])]
    [('Crystals of urate inflame the joint.', ('Gout',), 'LicenseRef-unknown')]
    """
    for spec in specs:
        yield from _shipped() if str(spec) == SHIPPED else _own(Path(spec))


def texts_fingerprint(specs: Sequence[str | Path]) -> str:
    """Return a SHA-256 over names and content of the files of the texts, and what the ledger says of them.

    The folder of a file does not count.

    Raises:
        UsageError: there is no such file or folder.
    """
    digest = hashlib.sha256()
    for spec in specs:
        for file in _files(spec):
            digest.update(f"{file.name}\0".encode() + bytes.fromhex(sha256_of(file)))
            if str(spec) == SHIPPED:
                terms = licences()[file.name.partition(".")[0]]
                digest.update(f"{terms.licence}\0{terms.version}\0".encode())
    return digest.hexdigest()


def _files(spec: str | Path) -> list[Path]:
    if str(spec) == SHIPPED:
        return sorted(resource("ontologies", "texts").glob("*.jsonl.xz"))
    path = Path(spec)
    if not path.exists():
        raise UsageError(f"{path} does not exist; texts are {SHIPPED!r}, a file, or a folder of files")
    return sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]


def _shipped() -> Iterator[Passage]:
    for file in _files(SHIPPED):
        source = file.name.partition(".")[0]
        terms = licences()[source]
        with lzma.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                topics = tuple(row["topics"])
                yield Passage(row["id"], row["text"], source, terms.licence, terms.version, row["url"], topics)


def _own(path: Path) -> Iterator[Passage]:
    from kgpaths.extraction import read_texts

    faults = 0
    for text in read_texts(path):
        if isinstance(text, Fault):
            faults += 1
            _log.debug("%s: %s", text.where, text.message)
            continue
        terms = licences().get(text.source, licences()[_LOCAL])
        licence, version = text.licence or terms.licence, text.version or terms.version
        yield Passage(text.id, text.text, text.source, licence, version, text.url, text.focus)
    if faults:
        _log.warning("%s: %d faults in the texts; -v lists them", path, faults)
