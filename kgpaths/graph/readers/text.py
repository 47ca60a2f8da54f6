"""The readers of files as graphs need them: what is wrong with a row is noted, what is wrong with a file is raised.

Nodes and edges of one file are two readings of it; what is wrong with its form is noted in the first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from kgpaths import files
from kgpaths.errors import FileError, GraphError, nearest
from kgpaths.files import Fault, FileReason, Place
from kgpaths.graph.readers.faults import Faults

Taken = TypeVar("Taken")


@contextmanager
def graph_errors() -> Iterator[None]:
    """Turn what is wrong with a whole file into the error of a graph.

    Raises:
        GraphError: the file cannot be read.
    """
    try:
        yield
    except FileError as error:
        raise GraphError(str(error)) from None


class _Noted(files.FileReader):
    """Notes the faults of a file, with its whole path."""

    def __init__(self, path: Path, faults: Faults, *given: Any, **options: Any) -> None:
        self.repeated = path in faults.read
        """True when the file was read before: what is wrong with its form is known already."""
        self._faults = faults
        with graph_errors():
            files.check_readable(path)
            if path.stat().st_size == 0:
                raise GraphError(f"{path} is empty; download or export it again")
            super().__init__(path, *given, **options)

    @property
    def where(self) -> str:
        return f"{self.path}:{self.number}"

    def taken(self, rows: Iterable[Taken | Fault[FileReason]]) -> Iterator[Taken]:
        """Yield the rows that are right.

        Raises:
            GraphError: the file breaks in the middle, or holds nothing; or reading is strict, and a row is wrong.
        """
        for row in rows:
            if not isinstance(row, Fault):
                yield row
            elif row.reason == "damaged":
                raise GraphError(f"{row.where}: {row.message}; download it again")
            elif not self.repeated:
                self._faults.add(row.where, row.reason, row.message)
        if self.number == 0:
            raise GraphError(f"{self.path} is empty; download or export it again")
        self._faults.read.add(self.path)


class Lines(_Noted, files.Lines):
    """See `kgpaths.files.Lines`."""

    def __iter__(self) -> Iterator[str]:
        return self.taken(super().__iter__())


class JsonLines(_Noted, files.JsonLines):
    """See `kgpaths.files.JsonLines`."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.taken(super().__iter__())


class JsonElements(_Noted, files.JsonElements):
    """See `kgpaths.files.JsonElements`."""

    def __init__(self, path: Path, faults: Faults, wanted: Collection[Place]) -> None:
        super().__init__(path, faults, wanted)

    def __iter__(self) -> Iterator[tuple[Place, Any]]:
        return self.taken(super().__iter__())


class Table(_Noted, files.Table):
    """See `kgpaths.files.Table`."""

    def __init__(self, path: Path, faults: Faults, *, comment: str = "", delimiter: str = "") -> None:
        super().__init__(path, faults, comment=comment, delimiter=delimiter)
        if not self.header:
            raise GraphError(f"{path} has no header line; download or export it again")

    def __iter__(self) -> Iterator[list[str]]:
        return self.taken(super().__iter__())

    def require(self, columns: Iterable[str], known: Mapping[str, str] | None = None) -> dict[str, int]:
        """Return the place of each column that must be there; see `places`."""
        return places(self.header, columns, self.path, known)


def places(
    header: Sequence[str], columns: Iterable[str], path: Path, known: Mapping[str, str] | None = None
) -> dict[str, int]:
    """Return the place of each column in a header.

    Args:
        known: how the file calls the columns, where it uses other names.

    Raises:
        GraphError: a column is missing, and the message names the nearest; or it is there twice.

    >>> places(["id", "label"], ["id", "name"], Path("n.tsv"), {"name": "label"})
    {'id': 0, 'name': 1}
    """
    found: dict[str, int] = {}
    for column in columns:
        theirs = (known or {}).get(column, column)
        if theirs not in header:
            raise GraphError(f"{path} has no column {theirs!r}; {nearest(theirs, header)}")
        if header.count(theirs) > 1:
            raise GraphError(f"{path} has more than one column {theirs!r}; rename or remove all but one")
        found[column] = header.index(theirs)
    return found
