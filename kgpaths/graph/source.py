"""Read the sources of a specification: their nodes, then their edges, with a report of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kgpaths.errors import GraphError
from kgpaths.files import Fault
from kgpaths.graph.known_ids import KnownIds
from kgpaths.graph.readers import FaultReason, Faults, Listener, Reader, Settings, open_reader
from kgpaths.graph.readers.names import is_known_prefix
from kgpaths.graph.readers.own import OwnReader, beside
from kgpaths.graph.readers.reader import UNKNOWN_LICENCE
from kgpaths.graph.readers.snapshot import DEFAULT, Snapshot
from kgpaths.graph.snapshot import SourceInfo
from kgpaths.graph.spec import SourceSpec
from kgpaths.graph.tables import EdgeRecord, NodeRecord

if TYPE_CHECKING:
    from kgpaths.graph.knowledge_graph import KnowledgeGraph

Progress = Callable[[int], object]
_STRIDE = 10_000


class SourceReport(NamedTuple):
    """What was read of one source."""

    format: str
    """The format, or what the specification names as the reader."""
    path: str
    version: str
    sources: tuple[str, ...]
    """Ledger keys that its records carry."""
    licences: tuple[str, ...]
    """Licences that its edges carry."""
    nodes: int
    edges: int
    xrefs: int
    """Mappings, which add cross-references to nodes of other sources."""
    faults: dict[str, int]
    """Rows that are wrong and were left out, by reason."""
    first: tuple[Fault[FaultReason], ...]
    """The first few of each reason."""
    skipped: dict[str, int]
    """Rows that are right and were left out on purpose."""


class Source:
    """A source as it is read: its reader, and how many records came of it."""

    def __init__(self, folder: Path, data: Path, spec: SourceSpec, strict: bool, listener: Listener | None) -> None:
        self.spec = spec
        self.faults = Faults(strict=strict, listener=listener)
        paths = [spec.path] if isinstance(spec.path, str) else spec.path
        settings = Settings(**spec.model_dump(include=set(Settings.model_fields)))
        named = spec.format == Snapshot.FORMAT and paths == [DEFAULT]
        found = [Path(path) if named else data / Path(path).expanduser() for path in paths]
        self.reader: Reader
        if spec.reader:
            self.reader = beside(folder, spec.reader)(found, settings, self.faults)
        else:
            self.reader = open_reader(spec.format, found, settings=settings, faults=self.faults)
        self.nodes = self.edges = self.xrefs = 0
        self.prefixes: Counter[str] = Counter()
        """Prefixes of the ids in its mappings."""
        self.sources: set[str] = set()
        self.terms: set[tuple[str, str]] = set()
        """Source and licence of the edges."""

    @property
    def graph(self) -> KnowledgeGraph | None:
        """The graph that it is, where it is one that was built before."""
        return self.reader.graph if isinstance(self.reader, Snapshot) else None

    def terms_of_use(self) -> str:
        """Return source, version and licence in one line."""
        return f"{self.reader.source}, version {self.reader.version}, {self.reader.licence}"

    def report(self) -> SourceReport:
        """Return what was read."""
        reader, faults = self.reader, self.faults
        return SourceReport(
            self.spec.format or self.spec.reader,
            ", ".join([self.spec.path] if isinstance(self.spec.path, str) else self.spec.path),
            reader.version,
            tuple(sorted(self.sources)),
            tuple(sorted({licence for _, licence in self.terms})),
            self.nodes,
            self.edges,
            self.xrefs,
            {str(reason): count for reason, count in sorted(faults.counts.items())},
            tuple(faults),
            dict(sorted(faults.skipped.items())),
        )


def references_of(sources: Iterable[Source]) -> dict[str, list[str]]:
    """Return the ids that mappings say are the same as an id, in both directions."""
    references: dict[str, list[str]] = {}
    for source in sources:
        for left, right in source.reader.xrefs():
            source.xrefs += 1
            source.prefixes.update(node_id.partition(":")[0] for node_id in (left, right))
            references.setdefault(left, []).append(right)
            references.setdefault(right, []).append(left)
    return references


def tell_prefixes(sources: Iterable[Source], ids: KnownIds) -> None:
    """Note the mappings by prefixes that nobody knows: they join nothing."""
    known = {node_id.partition(":")[0] for node_id in ids.known}
    for source in sources:
        for prefix, count in sorted(source.prefixes.items()):
            if prefix not in known and not is_known_prefix(prefix):
                what = f"id of a mapping with the prefix {prefix!r}, which no node has; see its curie_map"
                source.faults.skip(what, count)


def nodes_of(
    sources: Iterable[Source], references: Mapping[str, list[str]], ids: KnownIds, tick: Progress
) -> list[NodeRecord]:
    """Return the nodes of all sources, and let `ids` learn them.

    Raises:
        GraphError: there are none.
    """
    records: list[NodeRecord] = []
    for number, source in enumerate(sources):
        graph = None if source.graph is None else number
        if isinstance(source.reader, OwnReader):
            source.reader.above = tuple(records)
        for node in source.reader.nodes():
            if not node.id.isprintable():
                source.reader.fault("bad_value", f"the id {node.id!r} holds a control or invisible character")
                continue
            source.nodes += 1
            if source.nodes % _STRIDE == 0:
                tick(_STRIDE)
            source.sources.add(node.source)
            ids.add(node, graph)
            more = references.get(node.id)
            records.append(node._replace(xrefs=(*node.xrefs, *sorted(more))) if more else node)
        ids.retire(source.reader.obsolete)
    if not ids.known:
        raise GraphError("no source gave a node, and edges need nodes; add a source that defines them (`node_table`)")
    return records


def edges_of(
    sources: Iterable[Source],
    ids: KnownIds | None,
    infos: dict[str, SourceInfo],
    skipped: Counter[str],
    tick: Progress,
) -> Iterator[EdgeRecord]:
    """Yield the edges of the sources; where ids are given, those alone that lead to nodes, by the ids these have."""
    for source in sources:
        reader, terms, count = source.reader, source.terms, 0
        for edge in reader.edges():
            if ids is not None and not (edge.subject in ids.known and edge.object in ids.known):
                subject, object_ = ids.newer(edge.subject), ids.newer(edge.object)
                if not subject or not object_:
                    missing = edge.object if subject else edge.subject
                    reader.fault("dangling_edge", f"{edge.predicate}: {ids.why(missing)}")
                    continue
                if subject == object_:
                    source.faults.skip("edge between a term and its own older id")
                    continue
                edge = edge._replace(subject=subject, object=object_)
            count += 1
            if count % _STRIDE == 0:
                tick(_STRIDE)
            terms.add((edge.source, edge.licence))
            yield edge
        source.edges = count
        tick(count % _STRIDE + source.nodes % _STRIDE)
        source.sources |= {name for name, _ in terms}
        skipped.update(source.faults.counts)
        if not count and reader.licence != UNKNOWN_LICENCE:
            # a source of nodes alone: no edge says under which terms it stands
            infos.setdefault(reader.source, SourceInfo(version=reader.version, licence=reader.licence))
