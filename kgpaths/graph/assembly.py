"""Build a graph from several sources, and report what was read, merged and left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kgpaths.errors import GraphError, UsageError
from kgpaths.files import Fault
from kgpaths.graph.builder import build_snapshot
from kgpaths.graph.known_ids import KnownIds
from kgpaths.graph.merge import MergeReport, merge_concepts, merged_edges, merged_nodes
from kgpaths.graph.readers import FaultReason, Faults, Listener, Reader, Settings, open_reader
from kgpaths.graph.readers.names import is_known_prefix
from kgpaths.graph.readers.reader import UNKNOWN_LICENCE
from kgpaths.graph.readers.snapshot import DEFAULT, Snapshot
from kgpaths.graph.snapshot import SnapshotMeta, SourceInfo
from kgpaths.graph.spec import GraphSpec, SourceSpec
from kgpaths.graph.tables import EdgeRecord, NodeRecord

if TYPE_CHECKING:
    from kgpaths.graph.knowledge_graph import KnowledgeGraph

Progress = Callable[[int], object]
_STRIDE = 10_000


class SourceReport(NamedTuple):
    """What was read of one source."""

    format: str
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


class BuildReport(NamedTuple):
    """What `build_from_spec` did."""

    folder: Path
    meta: SnapshotMeta
    sources: tuple[SourceReport, ...]
    merge: MergeReport | None
    """None where nothing was to be merged."""
    merged: dict[str, str]
    """The node that every merged one became part of, by id."""

    @property
    def faults(self) -> int:
        """Number of rows that were wrong and left out."""
        return sum(sum(source.faults.values()) for source in self.sources)


def build_from_spec(
    spec: str | Path | Mapping[str, Any] | GraphSpec,
    out: str | Path | None = None,
    *,
    strict: bool = False,
    listener: Listener | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Build a snapshot from the sources of a specification.

    Nodes are held in memory, edges stream through. Rows that are wrong are left out and reported; so are edges whose
    ends are nodes of no source.

    Args:
        spec: a YAML file, plain values, or a checked specification.
        out: folder of the snapshot; by default the specification's `output`.
        strict: raise at the first row that is wrong, and write nothing.
        listener: called with every fault.
        progress: called now and then with the number of records read since the last call.

    Raises:
        ConfigError: the specification is not valid.
        GraphError: a file is missing, empty, torn or of another format; no source gives a node; with `strict`, any
            fault.
        UsageError: no output folder is given, it cannot be written, or it holds something else.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "nodes.csv").write_text("id,name\\nDOID:552,pneumonia\\nHP:0001945,Fever\\n")
    >>> _ = (folder / "edges.csv").write_text("subject,predicate,object\\nDOID:552,has symptom,HP:0001945\\n")
    >>> report = build_from_spec({"name": "small", "sources": [
    ...     {"format": "node_table", "path": str(folder / "nodes.csv"), "options": {"type": ""}},
    ...     {"format": "edge_table", "path": str(folder / "edges.csv"), "licence": "CC0-1.0"}]}, folder / "graph")
    >>> report.meta.nodes, report.meta.edges, report.faults
    (2, 1, 0)
    """
    if not isinstance(spec, GraphSpec):
        spec = GraphSpec.parse(spec) if isinstance(spec, Mapping) else GraphSpec.load(spec)
    target = Path(out) if out is not None else spec.folder / spec.output if spec.output else None
    if target is None:
        raise UsageError("no folder for the graph; give --out DIR, or `output:` in the specification")
    sources = [_Source(spec.folder, source, strict, listener) for source in spec.sources]
    references = _references(sources)
    ids = KnownIds()
    infos = {
        name: info for source in reversed(sources) if source.graph for name, info in source.graph.meta.sources.items()
    }
    skipped: Counter[str] = Counter()
    tick = progress or (lambda _: None)
    settled = [source.graph for source in sources if source.graph is not None]
    records = list(_nodes(sorted(sources, key=lambda source: source.graph is None), references, ids, tick))
    if settled:
        records = ids.settle(records)
    superseded, older = ids.supersede(), ids.older()
    skipped.update({"node_of_an_obsolete_id": len(superseded)} if superseded else {})
    _tell_prefixes(sources, ids)
    nodes: Iterable[NodeRecord] = [
        node._replace(xrefs=(*node.xrefs, *older[node.id])) if node.id in older else node
        for node in records
        if node.id not in superseded
    ]
    mapping: dict[str, str] = {}
    merge: MergeReport | None = None
    if spec.merge.rules:
        mapping, merge = merge_concepts(nodes, spec.merge.rules, settled=ids.settled)
        nodes = merged_nodes(nodes, mapping, ids.settled)
    meta = build_snapshot(
        nodes,
        merged_edges(_edges(sources, ids, infos, skipped, tick), mapping, skipped),
        target,
        name=spec.name,
        sources=infos,
        parameters={
            "merge_xrefs": spec.merge.xrefs,
            "merge_exact_names": spec.merge.exact_names,
            # cross-references carry no source of their own, so the mappings that gave them are named here
            "mappings": "; ".join(sorted(source.terms_of_use() for source in sources if source.xrefs)),
            **({"built_on": "; ".join(f"{graph.meta.name} {graph.hash}" for graph in settled)} if settled else {}),
            **_counts(merge),
        },
        skipped=skipped,
    )
    return BuildReport(target, meta, tuple(source.report() for source in sources), merge, mapping)


class _Source:
    """A source as it is read: its reader, and how many records came of it."""

    def __init__(self, folder: Path, spec: SourceSpec, strict: bool, listener: Listener | None) -> None:
        self.spec = spec
        self.faults = Faults(strict=strict, listener=listener)
        paths = [spec.path] if isinstance(spec.path, str) else spec.path
        settings = Settings(**spec.model_dump(include=set(Settings.model_fields)))
        named = spec.format == Snapshot.FORMAT and paths == [DEFAULT]
        found = [Path(path) if named else folder / Path(path).expanduser() for path in paths]
        self.reader: Reader = open_reader(spec.format, found, settings=settings, faults=self.faults)
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
            self.spec.format,
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


def _references(sources: Iterable[_Source]) -> dict[str, list[str]]:
    """Return the ids that mappings say are the same as an id, in both directions."""
    references: dict[str, list[str]] = {}
    for source in sources:
        for left, right in source.reader.xrefs():
            source.xrefs += 1
            source.prefixes.update(node_id.partition(":")[0] for node_id in (left, right))
            references.setdefault(left, []).append(right)
            references.setdefault(right, []).append(left)
    return references


def _tell_prefixes(sources: Iterable[_Source], ids: KnownIds) -> None:
    """Note the mappings by prefixes that nobody knows: they join nothing."""
    known = {node_id.partition(":")[0] for node_id in ids.known}
    for source in sources:
        for prefix, count in sorted(source.prefixes.items()):
            if prefix not in known and not is_known_prefix(prefix):
                what = f"id of a mapping with the prefix {prefix!r}, which no node has; see its curie_map"
                source.faults.skip(what, count)


def _nodes(
    sources: Iterable[_Source], references: Mapping[str, list[str]], ids: KnownIds, tick: Progress
) -> Iterator[NodeRecord]:
    for number, source in enumerate(sources):
        graph = None if source.graph is None else number
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
            yield node._replace(xrefs=(*node.xrefs, *sorted(more))) if more else node
        ids.retire(source.reader.obsolete)
    if not ids.known:
        raise GraphError("no source gave a node, and edges need nodes; add a source that defines them (`node_table`)")


def _edges(
    sources: Iterable[_Source], ids: KnownIds, infos: dict[str, SourceInfo], skipped: Counter[str], tick: Progress
) -> Iterator[EdgeRecord]:
    known = ids.known
    for source in sources:
        reader, terms, count = source.reader, source.terms, 0
        for edge in reader.edges():
            if edge.subject not in known or edge.object not in known:
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


def _counts(merge: MergeReport | None) -> dict[str, int]:
    if merge is None:
        return {}
    by_rule = {f"merged_by_{rule}": count for rule, count in merge.by_rule.items()}
    return {"merged_nodes": merge.merged, "kept_apart": len(merge.conflicts), **by_rule}
