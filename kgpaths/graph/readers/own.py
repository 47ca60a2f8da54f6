"""Readers of one's own: a specification names them by module and class, and they lie beside it.

They run as the code that they are: a specification from elsewhere that names some is to be read before it is built.
"""

from __future__ import annotations

import inspect
import pkgutil
import sys
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kgpaths.errors import ConfigError
from kgpaths.graph.readers.reader import Reader
from kgpaths.graph.tables import EdgeRecord, NodeRecord

if TYPE_CHECKING:
    from kgpaths.graph.knowledge_graph import KnowledgeGraph

Records = tuple[list[NodeRecord], list[EdgeRecord]]


class OwnReader(Reader):
    """Reads a source at once: subclasses say in `read` what it gives."""

    FORMAT = "own"
    DESCRIPTION = "what a class beside the specification reads"
    above: Sequence[NodeRecord] = ()
    """The nodes of the sources that stand above this one in the specification; there when `read` is called."""

    @abstractmethod
    def read(self) -> Records:
        """Return the nodes and the edges of the source."""

    @cached_property
    def _records(self) -> Records:
        return self.read()

    @property
    def folder(self) -> Path:
        """The first path; without one in the specification, the folder of all data."""
        return self.paths[0]

    @property
    def where(self) -> str:
        return str(self.folder)

    def nodes(self) -> Iterator[NodeRecord]:
        yield from self._records[0]

    def edges(self) -> Iterator[EdgeRecord]:
        yield from self._records[1]


class OverGraph(OwnReader):
    """Draws edges over the graph that all other sources give: it is read last, wherever it stands."""

    graph: KnowledgeGraph
    """That graph; there when `read_edges` is called."""

    @abstractmethod
    def read_edges(self) -> Iterable[EdgeRecord]:
        """Return edges between nodes of the graph, by their ids in it."""

    def read(self) -> Records:
        return [], list(self.read_edges())


class Finished(NamedTuple):
    """What a `finish` function makes of all records: each edge has to lead to nodes."""

    nodes: list[NodeRecord]
    edges: list[EdgeRecord]
    left_out: Counter[str]
    """How many edges it left out, by reason."""


Finish = Callable[[list[NodeRecord], list[EdgeRecord], list[NodeRecord], Path], Finished]
"""The function that a specification names under `finish`.

It gets the nodes and edges of all sources, in the order of the specification (an id may be there more than once, and
an edge may lead to no node), the nodes of sources that the ledger calls unalterable, to look at, and the data folder.
"""


def beside(folder: Path, name: str) -> Any:
    """Return what a specification in a folder names as `module:name` or `package.module:name`.

    Raises:
        ConfigError: there is no such module there, it lacks the name, or that module is one from elsewhere.

    >>> beside(Path(), "no_such_module:Mine")
    Traceback (most recent call last):
    ...
    kgpaths.errors.ConfigError: 'no_such_module:Mine' cannot be loaded ...
    """
    place = str(folder.resolve())
    sys.path.insert(0, place)
    try:
        found = pkgutil.resolve_name(name)
        file = inspect.getfile(found)
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        raise ConfigError(
            f"{name!r} cannot be loaded ({error}); name a class or function as `module:name`, in a module in {place}"
        ) from None
    finally:
        sys.path.remove(place)
    if not Path(file).resolve().is_relative_to(place):
        raise ConfigError(f"{name!r} is loaded from {file} already, not from {place}; choose another name")
    return found
