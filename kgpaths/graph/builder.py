"""Write records as a snapshot: nodes and edges are read as they come, sorted, and freed of duplicates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from kgpaths.errors import GraphError, SnapshotError, UsageError
from kgpaths.files import disk_errors, new_folder
from kgpaths.graph.arrays import STRIDE, Arrays, Codes, Progress, adjacency, edge_arrays, node_arrays, recode
from kgpaths.graph.ids import check_id
from kgpaths.graph.snapshot import (
    META,
    SnapshotMeta,
    SourceInfo,
    content_hash,
    read_meta,
    write_files,
    write_meta,
)
from kgpaths.graph.tables import EdgeRecord, NodeRecord, joined


def build_snapshot(
    nodes: Iterable[NodeRecord],
    edges: Iterable[EdgeRecord],
    out: str | Path,
    *,
    name: str,
    sources: Mapping[str, SourceInfo] | None = None,
    parameters: Mapping[str, str | int | float | bool] | None = None,
    skipped: Mapping[str, int] | None = None,
    progress: Progress | None = None,
    durable: bool = True,
) -> SnapshotMeta:
    """Build a snapshot folder; it is whole or absent, and the order of the records does not matter.

    Records of the same node id are joined (the least of type, name and source is kept, all names and
    cross-references stay); so are edges of the same subject, predicate, object and source (all evidence, the
    greatest strength, the surest tier, the strictest licence). An edge to a node that is not there is left out, and so
    is one that denies what its source states of the same nodes ("lacks" beside "has"). All of this is counted in
    `SnapshotMeta.skipped`.

    Args:
        nodes: read to the end before the first edge.
        edges: with canonical node ids.
        out: the folder to make. If another process finishes the same folder first, that one stays.
        name: what the graph is called in reports.
        sources: version and licence of each source; what is missing here is taken from the edges.
        parameters: kept in the snapshot's `parameters`.
        skipped: counts of what was left out before, read when the edges are; added to the snapshot's `skipped`.
        progress: see `Progress`.
        durable: wait until all bytes are on the disk; only a graph that is thrown away can do without.

    Raises:
        GraphError: a record that cannot be: an empty name, a control character in an id, an unknown tier or scope.
        UsageError: `out` cannot be written, or holds something else.
    """
    out = Path(out)
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / META).is_file())):
        raise UsageError(f"{out} exists and is no graph snapshot; choose another folder")
    tick = progress or (lambda _: None)
    counts: Counter[str] = Counter()
    records = _join_nodes(nodes, counts, tick)
    arrays, codes, index = node_arrays(records)
    of_edges, edge_codes = edge_arrays(edges, index, counts, tick)
    arrays |= of_edges | adjacency(of_edges["subject"], of_edges["object"], len(records))
    node_sources = codes.pop("node_sources")
    codes |= edge_codes
    all_sources = tuple(sorted({*node_sources, *codes["sources"]}))
    arrays["node_source"] = recode(arrays["node_source"], node_sources, all_sources)
    arrays["source"] = recode(arrays["source"], codes["sources"], all_sources)
    codes["sources"] = all_sources
    with disk_errors(out), new_folder(out, durable=durable) as folder:
        files = write_files(folder, arrays, codes)
        meta = SnapshotMeta(
            name=name,
            content_hash=content_hash(files),
            nodes=len(records),
            edges=len(arrays["subject"]),
            names=len(arrays["name_scope"]),
            sources=_describe(arrays, codes, sources or {}),
            parameters=dict(parameters or {}),
            skipped=dict(sorted((counts + Counter(skipped or {})).items())),
            files=files,
        )
        write_meta(folder, meta)
    theirs = read_meta(out)
    if theirs.content_hash != meta.content_hash:
        raise SnapshotError(f"{out} holds another graph already ({theirs.name}); remove it or choose another folder")
    return theirs


def _join_nodes(nodes: Iterable[NodeRecord], skipped: Counter[str], tick: Progress) -> dict[str, NodeRecord]:
    """Return the records by id, in the order of ids, with those of the same id joined."""
    records: dict[str, NodeRecord] = {}
    conflicts: set[str] = set()
    count = 0
    for count, record in enumerate(nodes, 1):
        if count % STRIDE == 0:
            tick(STRIDE)
        known = records.get(record.id)
        if known is None:
            check_id(record.id, "node id")
            if not record.name.strip():
                raise GraphError(f"node {record.id} of source {record.source!r} has an empty name")
            records[record.id] = record
            continue
        skipped["duplicate_node"] += 1
        if known.name != record.name:
            conflicts.add(record.id)
        records[record.id] = joined(known, record)
    tick(count % STRIDE)
    if conflicts:
        skipped["duplicate_node_with_another_name"] = len(conflicts)
    return {node_id: records[node_id] for node_id in sorted(records)}


def _describe(arrays: Arrays, codes: Codes, given: Mapping[str, SourceInfo]) -> dict[str, SourceInfo]:
    """Version and licence of every source that is in the graph: as given, else as its edges say."""
    found: dict[str, tuple[set[str], set[str]]] = {name: (set(), set()) for name in codes["sources"]}
    source_of, version_of, licence_of = (arrays[column].astype(np.int64) for column in ("source", "version", "licence"))
    for triple in np.unique(source_of << 32 | version_of << 16 | licence_of).tolist():
        source, version, licence = triple >> 32, triple >> 16 & 0xFFFF, triple & 0xFFFF
        versions, licences = found[codes["sources"][source]]
        versions.add(codes["versions"][version])
        licences.add(codes["licences"][licence])

    def listed(values: set[str]) -> str:
        return ", ".join(sorted(values)) or "unknown"

    return {
        name: given.get(name) or SourceInfo(version=listed(versions), licence=listed(licences))
        for name, (versions, licences) in found.items()
    }
