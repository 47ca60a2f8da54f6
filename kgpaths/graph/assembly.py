"""Build a graph from several sources, and report what was read, merged and left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from kgpaths.errors import UsageError
from kgpaths.graph.builder import build_snapshot
from kgpaths.graph.known_ids import KnownIds
from kgpaths.graph.merge import MergeReport, merge_concepts, merged_edges, merged_nodes
from kgpaths.graph.readers import Listener
from kgpaths.graph.readers.own import Finish, OverGraph, beside
from kgpaths.graph.snapshot import SnapshotMeta
from kgpaths.graph.source import Progress, Source, SourceReport, edges_of, nodes_of, references_of, tell_prefixes
from kgpaths.graph.spec import GraphSpec
from kgpaths.graph.table_folder import write_table_folder
from kgpaths.graph.tables import EdgeRecord, NodeRecord
from kgpaths.vocabulary.licences import licences


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


class TablesReport(NamedTuple):
    """What `build_tables` did."""

    sources: tuple[SourceReport, ...]
    skipped: dict[str, int]
    """Rows and edges that were left out, by reason."""


def build_from_spec(
    spec: str | Path | Mapping[str, Any] | GraphSpec,
    out: str | Path | None = None,
    *,
    strict: bool = False,
    listener: Listener | None = None,
    progress: Progress | None = None,
    data: str | Path | None = None,
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
        data: folder that the paths of sources are relative to; by default the specification's.

    Raises:
        ConfigError: the specification is not valid, or what it names beside it cannot be loaded.
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
    spec = _checked(spec)
    target = Path(out) if out is not None else spec.folder / spec.output if spec.output else None
    if target is None:
        raise UsageError("no folder for the graph; give --out DIR, or `output:` in the specification")
    records = _Records(spec, data, strict, listener, progress)
    meta = records.snapshot(target, records.skipped)
    return BuildReport(target, meta, records.report(), records.merge, records.mapping)


def build_tables(
    spec: str | Path | Mapping[str, Any] | GraphSpec,
    folder: str | Path,
    *,
    data: str | Path | None = None,
    strict: bool = False,
    listener: Listener | None = None,
    progress: Progress | None = None,
) -> TablesReport:
    """Write what the sources of a specification give as compressed tables, before it is merged.

    They hold nothing of sources that the licence ledger calls unalterable, such as HPO.

    Args:
        folder: folder of the tables; see `kgpaths.graph.table_folder`.
        spec, data, strict, listener, progress: as for `build_from_spec`, with the same errors.
    """
    records = _Records(_checked(spec), data, strict, listener, progress)
    fixed = unalterable()
    write_table_folder(
        Path(folder),
        [node for node in records.nodes if node.source not in fixed],
        [edge for edge in records.edges if edge.source not in fixed],
        records.over,
    )
    return TablesReport(records.report(), dict(sorted(records.skipped.items())))


def _checked(spec: str | Path | Mapping[str, Any] | GraphSpec) -> GraphSpec:
    if isinstance(spec, GraphSpec):
        return spec
    return GraphSpec.parse(spec) if isinstance(spec, Mapping) else GraphSpec.load(spec)


def unalterable() -> frozenset[str]:
    """Return the ledger keys of the sources whose licence forbids altered copies."""
    return frozenset(name for name, entry in licences().items() if not entry.alterable)


class _Records:
    """What the sources of a specification give: nodes in memory, edges as they stream by."""

    def __init__(
        self,
        spec: GraphSpec,
        data: str | Path | None,
        strict: bool,
        listener: Listener | None,
        progress: Progress | None,
    ) -> None:
        self.spec = spec
        folder = spec.folder if data is None else Path(data)
        self.sources = [Source(spec.folder, folder, source, strict, listener) for source in spec.sources]
        late = {source: source.reader for source in self.sources if isinstance(source.reader, OverGraph)}
        first = [source for source in self.sources if source not in late]
        references = references_of(first)
        ids = KnownIds()
        self.infos = {
            name: info for source in reversed(first) if source.graph for name, info in source.graph.meta.sources.items()
        }
        self.skipped: Counter[str] = Counter()
        tick = progress or (lambda _: None)
        self._settled = [source.graph for source in first if source.graph is not None]
        nodes = nodes_of(sorted(first, key=lambda source: source.graph is None), references, ids, tick)
        if self._settled:
            nodes = ids.settle(nodes)
        superseded, older = ids.supersede(), ids.older()
        self.skipped.update({"node_of_an_obsolete_id": len(superseded)} if superseded else {})
        tell_prefixes(first, ids)
        self.nodes = [
            node._replace(xrefs=(*node.xrefs, *older[node.id])) if node.id in older else node
            for node in nodes
            if node.id not in superseded
        ]
        checked = None if spec.finish else ids
        self.edges: Iterable[EdgeRecord] = edges_of(first, checked, self.infos, self.skipped, tick)
        if spec.finish:
            self._finish(folder)
        self.mapping: dict[str, str] = {}
        self.merge: MergeReport | None = None
        self._concepts: Iterable[NodeRecord] = self.nodes
        if spec.merge.rules:
            self.mapping, self.merge = merge_concepts(
                self.nodes, spec.merge.rules, apart=spec.apart(), settled=ids.settled
            )
            self._concepts = merged_nodes(self.nodes, self.mapping, ids.settled)
        self.over: list[EdgeRecord] = []
        """Edges that were drawn over the graph of all others."""
        if late:
            self._read_over(late, tick)

    def _finish(self, data: Path) -> None:
        """Let the function that the specification names change all records that may be changed."""
        fixed, edges = unalterable(), list(self.edges)
        finish: Finish = beside(self.spec.folder, self.spec.finish)
        kept = [node for node in self.nodes if node.source in fixed]
        finished = finish(
            [node for node in self.nodes if node.source not in fixed],
            [edge for edge in edges if edge.source not in fixed],
            kept,
            data,
        )
        self.nodes = [*finished.nodes, *kept]
        self.edges = [*finished.edges, *(edge for edge in edges if edge.source in fixed)]
        self.skipped.update(finished.left_out)

    def _read_over(self, late: Mapping[Source, OverGraph], tick: Progress) -> None:
        """Let readers draw edges over the graph of all other sources."""
        from kgpaths.graph.knowledge_graph import KnowledgeGraph

        self.edges = list(self.edges)
        with TemporaryDirectory() as folder:
            self.snapshot(Path(folder) / "graph", Counter())
            graph = KnowledgeGraph.open(Path(folder) / "graph")
            for source, reader in late.items():
                reader.graph = graph
                self.over += edges_of([source], None, self.infos, self.skipped, tick)

    def snapshot(self, target: Path, skipped: Counter[str]) -> SnapshotMeta:
        """Write the graph; edges that stream by are read."""
        merge = self.spec.merge
        settled = "; ".join(f"{graph.meta.name} {graph.hash}" for graph in self._settled)
        return build_snapshot(
            self._concepts,
            merged_edges(chain(self.edges, self.over), self.mapping, skipped),
            target,
            name=self.spec.name,
            sources=self.infos,
            parameters={
                "merge_xrefs": merge.xrefs,
                "merge_exact_names": merge.exact_names,
                # cross-references carry no source of their own, so the mappings that gave them are named here
                "mappings": "; ".join(sorted(source.terms_of_use() for source in self.sources if source.xrefs)),
                **({"built_on": settled} if settled else {}),
                **_counts(self.merge),
            },
            skipped=skipped,
        )

    def report(self) -> tuple[SourceReport, ...]:
        """Return what was read of each source."""
        return tuple(source.report() for source in self.sources)


def _counts(merge: MergeReport | None) -> dict[str, int]:
    if merge is None:
        return {}
    by_rule = {f"merged_by_{rule}": count for rule, count in merge.by_rule.items()}
    return {"merged_nodes": merge.merged, "kept_apart": len(merge.conflicts), **by_rule}
