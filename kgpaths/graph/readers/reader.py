"""All readers share this: how their names become names of ours, and how faults are noted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict

from kgpaths.errors import ConfigError, GraphError, UsageError, nearest
from kgpaths.graph.ids import folded
from kgpaths.graph.readers.faults import FaultReason, Faults
from kgpaths.graph.readers.names import curie, licence_id, node_type, says_no_type
from kgpaths.graph.readers.values import as_list, as_text
from kgpaths.graph.tables import EdgeRecord, NodeRecord
from kgpaths.vocabulary.licences import licences
from kgpaths.vocabulary.node_types import node_types
from kgpaths.vocabulary.relations import denials, resolve_predicate

UNKNOWN_LICENCE = "LicenseRef-unknown"
"""What a statement carries when nothing says under which terms it may be used: it is not publishable."""


class Settings(BaseModel):
    """How one source is to be read; empty fields leave the choice to the reader."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = ""
    """Key of the licence ledger that its statements carry."""
    version: str = ""
    """Release of the source; by default what the file says."""
    licence: str = ""
    """Licence of statements for which the file gives none."""
    types: dict[str, str | None] = {}
    """Their node types (for ontologies: id prefixes or namespaces) to ours; null leaves such nodes out."""
    predicates: dict[str, str | None] = {}
    """Their predicates to ours; `^ours` with subject and object exchanged; null leaves them out."""
    licences: dict[str, str] = {}
    """Their names of licences, or of sources inside the file, to licences."""
    columns: dict[str, str] = {}
    """Our column names to theirs (tables and networkx)."""
    options: dict[str, Any] = {}
    """Options of the format."""


class Obsolete(NamedTuple):
    """What a source says of an id that it has given up."""

    replaced_by: tuple[str, ...] = ()
    """Ids that mean the same."""
    consider: tuple[str, ...] = ()
    """Ids that may mean it; a person has to choose."""


class Reader(ABC):
    """Reads one source as it streams by: `nodes()`, then `edges()`; what is wrong is noted in `faults`.

    Subclasses say in `FORMAT` what users type, and yield records with the help of `predicate`, `type_of`, `fault`.
    """

    FORMAT: ClassVar[str]
    DESCRIPTION: ClassVar[str]
    SOURCE: ClassVar[str] = "local"
    """Ledger key when the settings give none."""
    SUFFIXES: ClassVar[tuple[str, ...]] = ()
    """Which files of a folder are read; a suffix of compression may follow."""
    OPTIONS: ClassVar[Mapping[str, str]] = {}
    """Name and meaning of the format's options."""
    PREDICATES: ClassVar[Mapping[str, str]] = {}
    """The format's predicates, where the vocabulary does not know them as aliases."""
    TYPES: ClassVar[Mapping[str, str]] = {}
    """The format's node types, where they are not names that everyone uses."""
    LICENCE_PER_EDGE: ClassVar[bool] = False
    """True when the file itself says the licence of each edge: what it says nothing of is then unknown."""

    def __init__(self, paths: Sequence[Path], settings: Settings, faults: Faults) -> None:
        self.paths = paths
        self.settings = settings
        self.faults = faults
        self.source = settings.source or self.SOURCE
        self.version = settings.version or "unknown"
        known = "" if self.LICENCE_PER_EDGE or self.source not in licences() else licences()[self.source].licence
        self.licence = licence_id(settings.licence) or known or UNKNOWN_LICENCE
        self.obsolete: dict[str, Obsolete] = {}
        """Obsolete ids; complete once `nodes()` has come to its end."""
        self.labels: dict[str, str] = {}
        """What a file calls predicates that it names by number; for messages."""
        self._predicates: dict[str, tuple[str, bool] | None] = {}
        self._types: dict[str, str | None] = {}
        self._by_prefix: set[str] = set()
        """Keys of `_types` whose own name says nothing to us."""
        for option in settings.options:
            if option not in self.OPTIONS:
                raise ConfigError(f"{self.FORMAT} has no option {option!r}; {nearest(option, self.OPTIONS)}")

    @abstractmethod
    def nodes(self) -> Iterator[NodeRecord]:
        """Yield the nodes that the source defines, each id once."""

    @abstractmethod
    def edges(self) -> Iterator[EdgeRecord]:
        """Yield the edges; both ends are not checked to be nodes."""

    def xrefs(self) -> Iterator[tuple[str, str]]:
        """Yield pairs of ids that are one concept; only mapping files have them apart from nodes."""
        return iter(())

    @property
    @abstractmethod
    def where(self) -> str:
        """File and line of the record that was yielded last."""

    def files(self) -> list[Path]:
        """Return the files to read: those given, and those of the format in folders.

        Raises:
            GraphError: a path does not exist, or a folder holds no such file.
        """
        return existing(self.paths, self.SUFFIXES)

    def fault(self, reason: FaultReason, message: str, where: str = "") -> None:
        """Note that the row at hand (or at `where`) is not taken."""
        self.faults.add(where or self.where, reason, message)

    def option(self, name: str, default: Any) -> Any:
        """Return an option of the format."""
        return self.settings.options.get(name, default)

    def predicate(self, name: str) -> tuple[str, bool] | None:
        """Return our predicate and whether the ends change places; None, and a fault, when there is none."""
        try:
            found = self._predicates[name]
        except KeyError:
            found = self._predicates[name] = self._find_predicate(name)
        if found is None:
            if name in self.settings.predicates:
                self.faults.skip(f"predicate {name!r}, left out by the specification")
            else:
                label = f" ({self.labels[name]})" if name in self.labels else ""
                self.fault("unknown_predicate", f"unknown predicate {name!r}{label}; map it under `predicates:`")
        return found

    def _find_predicate(self, name: str) -> tuple[str, bool] | None:
        if name in self.settings.predicates:
            ours = self.settings.predicates[name]
            return None if ours is None else named_predicate(ours)
        for candidate in (self.PREDICATES.get(name), name, name.replace("_", " ")):
            if candidate is not None:
                try:
                    return named_predicate(candidate)
                except UsageError:
                    continue  # not one of ours under this spelling
        return None

    def type_of(self, name: str, node_id: str = "") -> str | None:
        """Return our node type for one of theirs, else for the prefix of an id; None, and a fault, without one."""
        prefix = node_id.partition(":")[0]
        key = f"{name}\t{prefix}"
        try:
            found = self._types[key]
        except KeyError:
            found = self._types[key] = self._find_type(name, prefix)
            told = name in self.settings.types or prefix in self.settings.types or name in self.TYPES
            if found and not told and says_no_type(name):
                self._by_prefix.add(key)
        if key in self._by_prefix:
            self.faults.skip(f"node type {name!r}, unknown; the prefix {prefix} stands for {found!r}")
        if found is None:
            if name in self.settings.types or prefix in self.settings.types:
                self.faults.skip(f"node type {name or prefix!r}, left out by the specification")
            else:
                self.fault("unknown_type", f"unknown node type {name or prefix!r} of {node_id}; map it under `types:`")
        return found

    def _find_type(self, name: str, prefix: str) -> str | None:
        for given in (name, prefix):
            if given in self.settings.types:
                ours = self.settings.types[given]
                if ours is not None and ours not in node_types():
                    raise ConfigError(f"unknown node type {ours!r} under `types:`; {nearest(ours, node_types())}")
                return ours
        return self.TYPES.get(name) or node_type(name, prefix)

    def licence_of(self, name: str) -> str:
        """Return the licence id for what a file calls a licence; an unknown one stays, and counts as unknown."""
        return licence_id(self.settings.licences.get(name, name)) or self.licence

    def licence_for(self, source: str) -> str:
        """Return the licence of a source that a file names: as the settings say, else as the ledger does."""
        given = self.settings.licences.get(source) or self.settings.licence
        if given:
            return licence_id(given)
        if source == self.source:
            return self.licence
        return licences()[source].licence if source in licences() else UNKNOWN_LICENCE

    def named(self, node_id: str, name: Any) -> str:
        """Return the name, or the id of a node without one: it is worth keeping for its edges."""
        told = " ".join(next(iter(self.texts(name, f"the name of {node_id}")), "").split())
        if not told and not isinstance(name, bool):
            self.faults.skip("missing name, the id stands for it")
        return told or node_id

    def texts(self, value: Any, what: str) -> list[str]:
        """Return the texts of a list; a single one counts as a list of one, and what is no text is a fault."""
        found = []
        for item in as_list(value):
            text = as_text(item)
            if text is None:
                why = "; is it a word like NO, without quotes?" if isinstance(item, bool) else ""
                self.fault("bad_value", f"{what} is no text but {item!r}{why}")
            elif text.strip():
                found.append(text)
        return found

    def stated(self, predicate: str, *, denied: bool, patients: float | None, only: Sequence[str] = ()) -> str | None:
        """Return the predicate of a statement that may be denied; None, and told, where none of ours says it.

        Args:
            predicate: ours, for the statement without the denial.
            denied: the source says that it is not so.
            patients: the share in which it was seen; none at all is a denial.
            only: under which conditions it holds. "Can show" is true without them, "does not show" is not.
        """
        if denied and patients:
            self.fault("bad_value", f"the statement is denied, and yet its frequency is {patients}")
            return None
        if not denied and patients != 0.0:
            for condition in only:
                self.faults.skip(f"{condition} of a statement that is kept, and true without it")
            return predicate
        denial = denials().get(predicate)
        if denial is None:
            self.faults.skip(f"negated statement by {predicate}")
        elif only:
            self.faults.skip(f"negated statement that holds for one {' and '.join(only)} alone")
            return None
        return denial

    def references(self, node_id: str, xrefs: Iterable[str], earlier: Iterable[str] = ()) -> tuple[str, ...]:
        """Return the ids that stand for a node beside its own: those of other vocabularies, and its own earlier ones.

        A cross-reference to a node's own vocabulary is to another term of it: it is left out.
        """
        own, colon, _ = node_id.partition(":")
        found: dict[str, None] = {}
        given_up = [other for other in map(curie, earlier) if other not in ("", node_id)]
        for xref in map(curie, xrefs):
            if xref in ("", node_id, *given_up):
                continue
            if colon and xref.startswith(f"{own}:"):
                self.faults.skip("cross-reference to another term of its own vocabulary")
            else:
                found[xref] = None
        return tuple(found | dict.fromkeys(given_up))

    def once(self, nodes: Iterable[NodeRecord]) -> Iterator[NodeRecord]:
        """Yield the nodes with each id once; the same id with another name is a fault, the first one stays."""
        names: dict[str, str] = {}
        for node in nodes:
            known = names.get(node.id)
            if known is None:
                names[node.id] = node.name
                yield node
            elif folded(known) != folded(node.name):
                self.fault("duplicate_id", f"{node.id} is {known!r} already, here it is {node.name!r}")
            else:
                self.faults.skip("node given again")


def named_predicate(name: str) -> tuple[str, bool]:
    """Return the predicate that a specification names, and whether subject and object change places.

    Raises:
        UsageError: no relation has that name.

    >>> named_predicate("treats"), named_predicate("^expressed_in"), named_predicate("symptom of")
    (('treats', False), ('expressed_in', True), ('has_symptom', True))
    """
    predicate, swapped = resolve_predicate(name.removeprefix("^"))
    return predicate, swapped != name.startswith("^")


def existing(paths: Iterable[Path], suffixes: Sequence[str] = ()) -> list[Path]:
    """Return the files among some paths, those of folders in the order of their names.

    Args:
        suffixes: which files of a folder to take; all when empty. A `.gz` and the like behind them is allowed.

    Raises:
        GraphError: a path does not exist, or a folder holds no such file.
    """
    files: list[Path] = []
    for path in paths:
        if not path.is_dir():
            if not path.exists():
                raise GraphError(f"{path} does not exist; check the path")
            files.append(path)
            continue
        inside = sorted(
            child
            for child in path.rglob("*")
            if child.is_file() and (not suffixes or any(suffix in child.suffixes for suffix in suffixes))
        )
        if not inside:
            raise GraphError(f"the folder {path} holds no file {' or '.join(suffixes)}")
        files += inside
    return files
