"""The snapshot folder: its files, how they are written, and how they are checked.

::

    meta.json                       SnapshotMeta: counts, sources, content hash, size and hash of every other file
    codes.json                      names of node types, predicates, sources, versions, licences, tiers, scopes
    node_id.{text,offsets}.npy      node ids, sorted; the place of an id is the node's index
    node_type, node_source          uint8[N], uint16[N]
    name.{text,offsets}, name_scope, name_indptr       names grouped by node, the preferred one first
    name_key, name_key_row          hashes of the folded names, sorted, and the row of each
    xref.{text,offsets}, xref_node  cross-references, sorted; xref_indptr, xref_row: those of one node, in its order
    subject, object, predicate, source, version, licence, tier, strength
                                    edges, sorted by (subject, object, predicate, source)
    edge_hash, edge_order           edge ids as integers; edge numbers in the order of their ids
    evidence.text, evidence.offsets JSON lines; those of edge e lie between offsets[e] and offsets[e + 1]
    indptr, arcs, degree            edges that touch a node, by neighbour; distinct neighbours
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, ValidationError

from kgpaths.errors import SnapshotError
from kgpaths.files import sha256, sha256_of

FORMAT = "kgpaths-snapshot/2"
META = "meta.json"


class _Meta(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceInfo(_Meta):
    """Version and licence of one source of a graph."""

    version: str
    licence: str


class FileInfo(_Meta):
    """Size and hash of one file of a snapshot."""

    size: int
    """Bytes."""
    sha256: str


class SnapshotMeta(_Meta):
    """What a snapshot holds and what it was made from (`meta.json`)."""

    format: str = FORMAT
    name: str
    content_hash: str
    """SHA-256 over the hashes of all files; the same records give the same hash in whatever order they came."""
    nodes: int
    edges: int
    names: int
    """Preferred names included."""
    sources: dict[str, SourceInfo]
    parameters: dict[str, str | int | float | bool]
    """What the build was told."""
    skipped: dict[str, int]
    """Records that were left out or joined, by reason."""
    files: dict[str, FileInfo]


class Strings:
    """A sequence of strings in two arrays: UTF-8 text (uint8) and int64 offsets.

    >>> table = Strings(*pack(["fever", "", "fièvre"]))
    >>> len(table), table[2], list(table)
    (3, 'fièvre', ['fever', '', 'fièvre'])
    """

    def __init__(self, text: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> None:
        self._text: memoryview = text.data
        self._offsets = offsets

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, row: int) -> str:
        return str(self._text[self._offsets[row] : self._offsets[row + 1]], "utf-8")

    def __iter__(self) -> Iterator[str]:
        text, offsets = bytes(self._text), self._offsets.tolist()
        return (text[a:b].decode() for a, b in pairwise(offsets))


def pack(strings: Iterable[str]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return (text uint8[bytes], offsets int64[n + 1]) of strings."""
    text, ends = bytearray(), [0]
    for string in strings:
        text += string.encode()
        ends.append(len(text))
    return np.frombuffer(bytes(text), np.uint8), np.array(ends, np.int64)


def content_hash(files: Mapping[str, FileInfo]) -> str:
    """Return the hash of a snapshot from the hashes of its files."""
    lines = "".join(f"{name} {files[name].sha256}\n" for name in sorted(files))
    return sha256(f"{FORMAT}\n{lines}".encode())


def write_files(
    folder: Path, arrays: Mapping[str, npt.NDArray[Any]], codes: Mapping[str, Sequence[str]]
) -> dict[str, FileInfo]:
    """Write the arrays and the code names; return size and hash of each file."""
    for name, array in arrays.items():
        little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        with (folder / f"{name}.npy").open("wb") as file:
            np.lib.format.write_array(file, little, version=(1, 0), allow_pickle=False)
    _write_json(folder / "codes.json", {key: list(names) for key, names in codes.items()})
    return {path.name: _file_info(path) for path in sorted(folder.iterdir())}


def write_meta(folder: Path, meta: SnapshotMeta) -> None:
    """Write `meta.json`; the last file, for it names all the others."""
    _write_json(folder / META, meta.model_dump(mode="json"))


def read_meta(folder: Path) -> SnapshotMeta:
    """Read `meta.json` and check that every file it names has the size it names.

    Raises:
        SnapshotError: the folder is no snapshot, of another format version, or a file is missing or torn.
    """
    try:
        values = json.loads((folder / META).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        what = "is no graph snapshot" if folder.exists() else "does not exist"
        near = "did you mean 'default'? Else " if get_close_matches(str(folder), ["default"]) else ""
        raise SnapshotError(
            f"{folder} {what}; {near}give a folder that `kgpaths graph build` made, or `default`"
        ) from None
    except (ValueError, OSError) as error:
        raise SnapshotError(f"{folder / META} cannot be read ({error}); build the graph again") from None
    if not isinstance(values, dict) or not str(values.get("format", "")).startswith("kgpaths-snapshot/"):
        raise SnapshotError(f"{folder} is no graph snapshot (its meta.json is of something else)")
    if values["format"] != FORMAT:
        found = values["format"]
        raise SnapshotError(f"{folder} has format {found}, this version reads {FORMAT}; build the graph again")
    try:
        meta = SnapshotMeta.model_validate(values)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        raise SnapshotError(f"{folder / META}: field {where!r}: {fault['msg']}; build the graph again") from None
    for name, info in meta.files.items():
        path = folder / name
        size = path.stat().st_size if path.is_file() else None
        if size != info.size:
            found = "is missing" if size is None else f"has {size} bytes, not {info.size}"
            raise SnapshotError(f"{path} {found}: the snapshot is torn; remove the folder and build the graph again")
    return meta


def verify_files(folder: Path, meta: SnapshotMeta) -> None:
    """Hash every file again.

    Raises:
        SnapshotError: a file does not hold what was written, or the hashes are not those of `content_hash`.
    """
    for name, info in sorted(meta.files.items()):
        if _file_info(folder / name) != info:
            raise SnapshotError(f"{folder / name} was changed after it was built; build the graph again")
    if content_hash(meta.files) != meta.content_hash:
        raise SnapshotError(f"{folder / META}: the content hash is not that of the files; build the graph again")


def load_array(folder: Path, name: str) -> npt.NDArray[Any]:
    """Map one array of a snapshot, read-only.

    Raises:
        SnapshotError: the file is no array.
    """
    path = folder / f"{name}.npy"
    try:
        # The plain ndarray view is several times faster to index than np.memmap, and keeps the map alive.
        array: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
        return array
    except (ValueError, OSError, EOFError) as error:
        raise SnapshotError(f"{path} cannot be read ({error}); build the graph again") from None


def load_codes(folder: Path) -> dict[str, tuple[str, ...]]:
    """Read the names of the codes."""
    try:
        return {key: tuple(names) for key, names in json.loads((folder / "codes.json").read_bytes()).items()}
    except (ValueError, OSError, AttributeError) as error:
        raise SnapshotError(f"{folder / 'codes.json'} cannot be read ({error}); build the graph again") from None


def _file_info(path: Path) -> FileInfo:
    return FileInfo(size=path.stat().st_size, sha256=sha256_of(path))


def _write_json(path: Path, value: Any) -> None:
    path.write_bytes(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n")
