"""Count what a graph holds, as `kgpaths graph info` prints it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from kgpaths.graph.knowledge_graph import KnowledgeGraph


class Hub(NamedTuple):
    """A node with many neighbours."""

    node_id: str
    name: str
    type: str
    degree: int


class GraphInfo(NamedTuple):
    """Counts of a graph; every table is ordered by count, greatest first, then by name."""

    name: str
    hash: str
    nodes: int
    edges: int
    names: int
    """Preferred names included."""
    xrefs: int
    nodes_by_type: dict[str, int]
    nodes_by_source: dict[str, int]
    edges_by_predicate: dict[str, int]
    edges_by_source: dict[str, int]
    edges_by_licence: dict[str, int]
    edges_by_tier: dict[str, int]
    degrees: dict[str, float]
    """Mean number of distinct neighbours, its quartiles, `p90`, `p99`, maximum, and nodes without any (`isolated`)."""
    hubs: tuple[Hub, ...]
    """The nodes with most neighbours."""
    skipped: dict[str, int]
    """What the build left out or joined, by reason."""
    components: dict[str, int]
    """How many parts without an edge between them (`count`), nodes in the `largest`, parts of one node (`single`)."""
    built_on: str
    """Names and hashes of the graphs that it was put on top of; empty for a graph of sources alone."""


def graph_info(graph: KnowledgeGraph, hubs: int = 10) -> GraphInfo:
    """Count what a graph holds; time grows with the number of edges (about 0.1 s a million).

    >>> from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
    >>> graph = KnowledgeGraph.from_records(
    ...     [NodeRecord("a:1", "gout", "disease", "s"), NodeRecord("a:2", "pain", "symptom", "s")],
    ...     [EdgeRecord("a:1", "has_symptom", "a:2", "s", "1", "MIT")])
    >>> info = graph_info(graph)
    >>> info.nodes_by_type, info.edges_by_licence, info.degrees["mean"]
    ({'disease': 1, 'symptom': 1}, {'MIT': 1}, 1.0)
    """
    degrees = graph.degrees
    spread: dict[str, float] = {"isolated": int(np.count_nonzero(degrees == 0))}
    if len(degrees):
        spread["mean"] = round(float(degrees.mean()), 2)
        for key, share in (("p25", 25), ("median", 50), ("p75", 75), ("p90", 90), ("p99", 99), ("max", 100)):
            spread[key] = float(np.percentile(degrees, share, method="lower"))
    # Stable on the negated degree: among equals the smaller node id comes first.
    greatest = np.argsort(-degrees.astype(np.int64), kind="stable")[:hubs].tolist()
    return GraphInfo(
        name=graph.meta.name,
        hash=graph.hash,
        nodes=graph.n_nodes,
        edges=graph.n_edges,
        names=graph.n_names,
        xrefs=graph.n_xrefs,
        nodes_by_type=_count(graph.node_type, graph.node_types),
        nodes_by_source=_count(graph.node_source, graph.sources),
        edges_by_predicate=_count(graph.predicate, graph.predicates),
        edges_by_source=_count(graph.source, graph.sources),
        edges_by_licence=_count(graph.licence, graph.licences),
        edges_by_tier=tier_counts(graph),
        degrees=spread,
        hubs=tuple(Hub(graph.id(node), graph.name(node), graph.type(node), graph.degree(node)) for node in greatest),
        skipped=graph.meta.skipped,
        components=_describe(component_sizes(graph)),
        built_on=str(graph.meta.parameters.get("built_on", "")),
    )


def tier_counts(graph: KnowledgeGraph) -> dict[str, int]:
    """Return how many edges the graph has by how they came to be, greatest first.

    >>> from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
    >>> nodes = [NodeRecord(f"a:{n}", f"node {n}", "disease", "s") for n in range(2)]
    >>> tier_counts(KnowledgeGraph.from_records(nodes, [EdgeRecord("a:1", "is_a", "a:0", "s", "1", "MIT", "text")]))
    {'text': 1}
    """
    return _count(graph.tier, graph.tiers)


def component_sizes(graph: KnowledgeGraph) -> npt.NDArray[np.int64]:
    """Return how many nodes each connected part of the graph has, direction aside, the largest first.

    Every round hooks the root of each part to the smallest root beside it and flattens the trees, so a few rounds
    over the edges are enough (after Shiloach and Vishkin, An O(log n) parallel connectivity algorithm, 1982).

    >>> from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
    >>> graph = KnowledgeGraph.from_records(
    ...     [NodeRecord(f"a:{n}", f"node {n}", "disease", "s") for n in range(5)],
    ...     [EdgeRecord(f"a:{n}", "is_a", f"a:{n + 2}", "s", "1", "MIT") for n in range(3)])
    >>> component_sizes(graph).tolist()
    [3, 2]
    """
    root = np.arange(graph.n_nodes)
    left, right = graph.subject.astype(np.int64), graph.object.astype(np.int64)
    while len(left):
        np.minimum.at(root, np.maximum(left, right), np.minimum(left, right))
        while (root[root] != root).any():
            root = root[root]
        left, right = root[left], root[right]
        apart = left != right
        left, right = left[apart], right[apart]
    sizes = np.bincount(root, minlength=graph.n_nodes)
    return np.sort(sizes[sizes > 0])[::-1]


def _describe(sizes: npt.NDArray[np.int64]) -> dict[str, int]:
    return {"count": len(sizes), "largest": int(sizes.max(initial=0)), "single": int(np.count_nonzero(sizes == 1))}


def _count(column: npt.NDArray[Any], names: Sequence[str]) -> dict[str, int]:
    counts = zip(names, np.bincount(column, minlength=len(names)).tolist(), strict=True)
    return {name: count for name, count in sorted(counts, key=lambda pair: (-pair[1], pair[0])) if count}
