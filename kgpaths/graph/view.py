"""A view chooses a part of a graph by what its edges are; it holds numbers of edges and copies none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kgpaths.errors import UsageError, nearest

if TYPE_CHECKING:
    from kgpaths.graph.knowledge_graph import KnowledgeGraph
    from kgpaths.graph.snapshot import SnapshotMeta
    from kgpaths.graph.tables import EdgeRecord, NodeRecord
    from kgpaths.vocabulary.licences import Policy


class GraphView:
    """The edges of a graph that fulfil all conditions given; None sets no condition.

    Args:
        graph: the graph that the view looks at.
        predicates: keep these predicates.
        node_types: keep edges whose two nodes are of these types.
        sources: keep these sources.
        licences: keep these licences.
        tiers: keep these tiers.
        policy: keep what a release under this policy may carry, edges and the nodes they join; see `policy_of` of
            `kgpaths.vocabulary.licences`. Names that a merged node took from other sources are not looked at.
        degree_cap: keep edges whose two nodes have at most this many neighbours in the whole graph.

    Raises:
        UsageError: there is no such predicate, type, source, licence, tier or policy; the nearest is named.

    >>> from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
    >>> graph = KnowledgeGraph.from_records(
    ...     [NodeRecord("a:1", "a", "disease", "s"), NodeRecord("a:2", "b", "symptom", "s")],
    ...     [EdgeRecord("a:1", predicate, "a:2", "s", "1", "MIT") for predicate in ("has_symptom", "is_a")])
    >>> view = GraphView(graph, predicates=["has_symptom"])
    >>> len(view), [graph.edge_at(number).predicate for number in view.edges.tolist()]
    (1, ['has_symptom'])
    """

    def __init__(
        self,
        graph: KnowledgeGraph,
        *,
        predicates: Collection[str] | None = None,
        node_types: Collection[str] | None = None,
        sources: Collection[str] | None = None,
        licences: Collection[str] | None = None,
        tiers: Collection[str] | None = None,
        policy: Policy | None = None,
        degree_cap: int | None = None,
    ) -> None:
        self.graph = graph
        keep = np.ones(graph.n_edges, bool)
        for what, column, names, wanted in (
            ("predicate", graph.predicate, graph.predicates, predicates),
            ("source", graph.source, graph.sources, sources),
            ("licence", graph.licence, graph.licences, licences),
            ("tier", graph.tier, graph.tiers, tiers),
        ):
            if wanted is not None:
                keep &= _chosen(what, names, wanted)[column]
        nodes = np.ones(graph.n_nodes, bool)
        if node_types is not None:
            nodes &= _chosen("node type", graph.node_types, node_types)[graph.node_type]
        if degree_cap is not None:
            if degree_cap < 0:
                raise UsageError(f"a degree cap of {degree_cap} leaves no node; give 0 or more")
            nodes &= graph.degrees <= degree_cap
        if policy is not None:
            of_edges, of_nodes = _publishable(graph, policy)
            keep &= of_edges
            nodes &= of_nodes
        if not nodes.all():
            keep &= nodes[graph.subject] & nodes[graph.object]
        self.mask: npt.NDArray[np.bool_] = keep
        """Whether an edge is in the view: bool[E]."""

    @property
    def edges(self) -> npt.NDArray[np.int32]:
        """Numbers of the edges in the view, ascending: int32[M]."""
        return np.flatnonzero(self.mask).astype(np.int32)

    @property
    def nodes(self) -> npt.NDArray[np.int32]:
        """Indices of the nodes that an edge of the view touches, ascending: int32[M]."""
        touched = np.zeros(self.graph.n_nodes, bool)
        touched[self.graph.subject[self.mask]] = True
        touched[self.graph.object[self.mask]] = True
        return np.flatnonzero(touched).astype(np.int32)

    def save(
        self, out: str | Path, *, name: str | None = None, progress: Callable[[int], object] | None = None
    ) -> SnapshotMeta:
        """Write the view as a snapshot of its own: its edges with their ids, and the nodes that they join.

        Args:
            out: the folder to make; see `build_snapshot`, also for what is raised and `progress`.
            name: by default `part of` that of the graph.

        >>> import tempfile
        >>> from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
        >>> nodes = [NodeRecord(f"a:{n}", f"node {n}", "disease", "s") for n in range(3)]
        >>> graph = KnowledgeGraph.from_records(
        ...     nodes, [EdgeRecord("a:1", "is_a", f"a:{n}", source, "1", "MIT") for n, source in ((0, "s"), (2, "t"))])
        >>> meta = GraphView(graph, sources=["t"]).save(Path(tempfile.mkdtemp()) / "part")
        >>> meta.nodes, meta.edges
        (2, 1)
        """
        from kgpaths.graph.builder import build_snapshot

        graph = self.graph
        return build_snapshot(
            self._node_records(),
            self._edge_records(),
            out,
            name=name or f"part of {graph.meta.name}",
            sources=graph.meta.sources,
            parameters={**graph.meta.parameters, "part_of": graph.hash},
            progress=progress,
        )

    def _node_records(self) -> Iterator[NodeRecord]:
        return map(self.graph.node, self.nodes.tolist())

    def _edge_records(self) -> Iterator[EdgeRecord]:
        from kgpaths.graph.tables import EdgeRecord

        for edge in map(self.graph.edge_at, self.edges.tolist()):
            yield EdgeRecord(*(getattr(edge, field) for field in EdgeRecord._fields))

    def __len__(self) -> int:
        return int(np.count_nonzero(self.mask))

    def __and__(self, other: GraphView) -> GraphView:
        """Return the edges that are in both views of one graph."""
        return self._with(self.mask & other.mask)

    def __or__(self, other: GraphView) -> GraphView:
        """Return the edges that are in either view of one graph."""
        return self._with(self.mask | other.mask)

    def __invert__(self) -> GraphView:
        """Return the edges that are not in the view."""
        return self._with(~self.mask)

    def __repr__(self) -> str:
        return f"<GraphView of {self.graph.meta.name}: {len(self):,} of {self.graph.n_edges:,} edges>"

    def _with(self, mask: npt.NDArray[np.bool_]) -> GraphView:
        view = GraphView(self.graph)
        view.mask = mask
        return view


def _publishable(graph: KnowledgeGraph, policy: Policy) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which edges and which nodes a release under a policy may carry: bool[E], bool[N]."""
    from kgpaths.vocabulary.licences import POLICIES, licences, policy_of, strictest

    if policy not in POLICIES:
        raise UsageError(f"unknown policy {policy!r}; {nearest(policy, POLICIES)}")

    def allowed(source: str, licence: str) -> bool:
        return POLICIES.index(policy_of(source, licence)) <= POLICIES.index(policy)

    def of_nodes(source: str) -> str:
        # Nodes carry no licence of their own. A source that the ledger lacks may state several, by its edges.
        stated = graph.meta.sources[source].licence.split(", ")
        return licences()[source].licence if source in licences() else strictest(stated)

    edges = np.array([[allowed(source, licence) for licence in graph.licences] for source in graph.sources], bool)
    nodes = np.array([allowed(source, of_nodes(source)) for source in graph.sources], bool)
    return edges.reshape(len(graph.sources), -1)[graph.source, graph.licence], nodes[graph.node_source]


def _chosen(what: str, names: Sequence[str], wanted: Collection[str]) -> npt.NDArray[Any]:
    """Return which codes are wanted: bool[len(names)]."""
    if isinstance(wanted, str):
        raise UsageError(f"{what} {wanted!r} must be given as a list")
    for name in wanted:
        if name not in names:
            raise UsageError(f"the graph has no {what} {name!r}; {nearest(name, names)}")
    return np.isin(np.array(names, dtype=object), np.array(list(wanted), dtype=object))
