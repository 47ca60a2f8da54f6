"""`KnowledgeGraph` is what all other packages see: ids outside, dense integers inside, all of it memory-mapped."""

from __future__ import annotations

import logging
import shutil
import tempfile
import weakref
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from kgpaths.errors import UnknownEdge, UnknownNode
from kgpaths.graph.concept_ids import id_in
from kgpaths.graph.ids import folded, name_key
from kgpaths.graph.snapshot import Strings, load_array, load_codes, read_meta, verify_files
from kgpaths.graph.tables import EdgeRecord, NodeName, NodeRecord
from kgpaths.graph.unsaid import of_another, sayable, says_nothing, withdrawn
from kgpaths.records import Edge, EdgeTier, Evidence

if TYPE_CHECKING:
    import networkx as nx

    from kgpaths.graph.info import GraphInfo

_log = logging.getLogger(__name__)


class KnowledgeGraph:
    """A directed typed multigraph with names, cross-references, sources and licences.

    Opening maps files and reads none of them, so it takes the same few milliseconds whatever the size, and
    processes on one machine share the pages. Nodes are numbered by sorted id, edges by (subject, object,
    predicate, source). Pickling hands over the folder's name, not the contents.

    >>> from kgpaths.graph import EdgeRecord, NodeRecord
    >>> graph = KnowledgeGraph.from_records(
    ...     [NodeRecord("DOID:8469", "influenza", "disease", "doid", xrefs=("MESH:D007251",)),
    ...      NodeRecord("HP:0001945", "Fever", "phenotype", "hpo", names=(NodeName("pyrexia", "exact"),))],
    ...     [EdgeRecord("DOID:8469", "has_symptom", "HP:0001945", "doid", "2026-08", "CC0-1.0")])
    >>> graph.canonical("MESH:D007251"), graph.name("HP:0001945"), graph.search("Pyrexia")
    ('DOID:8469', 'Fever', ['HP:0001945'])
    >>> [edge.predicate for edge in graph.edges_between("HP:0001945", "DOID:8469")]
    ['has_symptom']
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._whole: KnowledgeGraph | None = None
        self.meta = read_meta(folder)
        self.hash = self.meta.content_hash
        self.n_nodes, self.n_edges, self.n_names = self.meta.nodes, self.meta.edges, self.meta.names
        codes = load_codes(folder)
        self.node_types, self.predicates, self.sources = codes["node_types"], codes["predicates"], codes["sources"]
        self.licences, self.tiers, self._versions = codes["licences"], codes["tiers"], codes["versions"]
        self._scopes = codes["scopes"]

        def array(name: str) -> Any:
            return load_array(folder, name)

        def strings(name: str) -> Strings:
            return Strings(array(f"{name}.text"), array(f"{name}.offsets"))

        self.subject: npt.NDArray[np.int32] = array("subject")
        self.object: npt.NDArray[np.int32] = array("object")
        self.predicate: npt.NDArray[np.uint16] = array("predicate")
        self.source: npt.NDArray[np.uint16] = array("source")
        self.licence: npt.NDArray[np.uint16] = array("licence")
        self.tier: npt.NDArray[np.uint8] = array("tier")
        self.strength: npt.NDArray[np.float32] = array("strength")
        self.edge_hash: npt.NDArray[np.uint64] = array("edge_hash")
        self.node_type: npt.NDArray[np.uint8] = array("node_type")
        self.node_source: npt.NDArray[np.uint16] = array("node_source")
        self.indptr: npt.NDArray[np.int64] = array("indptr")
        self.arcs: npt.NDArray[np.int32] = array("arcs")
        self.degrees: npt.NDArray[np.int32] = array("degree")
        """Distinct neighbours of every node, undirected, itself not counted: int32[N]."""
        self.name_indptr: npt.NDArray[np.int64] = array("name_indptr")
        """Names of node v are rows name_indptr[v]..name_indptr[v + 1] of `names()`: int64[N + 1]."""
        self._version: npt.NDArray[np.uint16] = array("version")
        self._edge_order: npt.NDArray[np.int32] = array("edge_order")
        self.ids, self._names, self.xrefs, self._evidence = map(strings, ("node_id", "name", "xref", "evidence"))
        # `ids` are sorted; so are `xrefs`, and `xref_node` holds the node of each.
        self._name_scope: npt.NDArray[np.uint8] = array("name_scope")
        self._name_key: npt.NDArray[np.uint64] = array("name_key")
        self._name_key_row: npt.NDArray[np.int32] = array("name_key_row")
        self.xref_node: npt.NDArray[np.int32] = array("xref_node")
        self._xref_row: npt.NDArray[np.int32] = array("xref_row")
        self._xref_indptr: npt.NDArray[np.int64] = array("xref_indptr")

    # -- opening

    @classmethod
    def open(cls, spec: str | Path = "default", *, tiers: Iterable[str] = ()) -> KnowledgeGraph:
        """Open a graph.

        Args:
            tiers: use the edges of these tiers only; see `only`.
            spec: `default`, the graph that comes with the library (made in the user's cache folder on first
                use), a snapshot folder, or the URL of a Neo4j database (`neo4j://host:port/database`), whose graph is
                brought into the cache folder first.

        Raises:
            SnapshotError: no snapshot, a torn one, or one of another format version.
            UsageError: the cache folder cannot be written, or the server refuses the credentials.
            ServiceUnavailable: the server does not answer.
        """
        if spec == "default":
            from kgpaths.graph.default import default_snapshot

            spec = default_snapshot()
        elif "://" in str(spec):
            from kgpaths.neo4j import snapshot_of

            spec = snapshot_of(str(spec))
        graph = cls(Path(spec)).only(tiers)
        _log.info("graph %s opened from %s: %d nodes, %d edges", graph.meta.name, spec, graph.n_nodes, graph.n_edges)
        return graph

    @classmethod
    def from_records(
        cls, nodes: Iterable[NodeRecord], edges: Iterable[EdgeRecord], *, name: str = "memory"
    ) -> KnowledgeGraph:
        """Build a graph in a temporary folder that is removed with the object; see `build_snapshot`."""
        from kgpaths.graph.builder import build_snapshot

        base = tempfile.mkdtemp(prefix="kgpaths-")
        try:
            build_snapshot(nodes, edges, Path(base) / "graph", name=name, durable=False)
            graph = cls(Path(base) / "graph")
        except BaseException:
            shutil.rmtree(base, ignore_errors=True)
            raise
        weakref.finalize(graph, shutil.rmtree, base, ignore_errors=True)
        return graph

    @classmethod
    def from_networkx(cls, graph: nx.MultiDiGraph[str], *, name: str = "networkx") -> KnowledgeGraph:
        """Build a graph from what `to_networkx` gives; see `kgpaths.graph.networkx_bridge`."""
        from kgpaths.graph.networkx_bridge import records_from_networkx

        return cls.from_records(*records_from_networkx(graph), name=name)

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """Return the graph as a networkx `MultiDiGraph` with all attributes; edge keys are edge ids."""
        from kgpaths.graph.networkx_bridge import to_networkx

        return to_networkx(self)

    def info(self, hubs: int = 10) -> GraphInfo:
        """Return the graph in numbers; see `kgpaths.graph.info`."""
        from kgpaths.graph.info import graph_info

        return graph_info(self, hubs)

    @property
    def only_tiers(self) -> tuple[str, ...]:
        """The tiers that this part of a graph was confined to; empty for a whole graph."""
        return ()

    def only(self, tiers: Iterable[str]) -> KnowledgeGraph:
        """Return the graph with the edges of these tiers only; the graph itself if that is all of them.

        Node numbers, ids and names stay; the hash is another one.

        Args:
            tiers: `curated`, `text`, `associated_in_text`; none means all.

        Raises:
            UsageError: there is no such tier.
        """
        from kgpaths.graph.part import GraphPart, known_tiers

        wanted = known_tiers(tiers)
        if not wanted or all(self.tiers[code] in wanted for code in np.unique(self.tier)):
            return self
        part = GraphPart(self.folder, [tier for tier in wanted if tier in (self.only_tiers or wanted)])
        part._whole = self  # a graph in a temporary folder lives as long as its parts
        return part

    def verify(self) -> None:
        """Hash every file of the snapshot again (about a second per 2 GB).

        Raises:
            SnapshotError: a file was changed after it was built.
        """
        verify_files(self.folder, self.meta)

    def __reduce__(self) -> tuple[Any, ...]:
        return KnowledgeGraph, (self.folder,)

    def __repr__(self) -> str:
        return f"<KnowledgeGraph {self.meta.name}: {self.n_nodes:,} nodes, {self.n_edges:,} edges, {self.hash[:12]}>"

    # -- nodes

    def index(self, node_id: str) -> int:
        """Return the index of a node; a cross-reference that stands for one node only counts as its id.

        Raises:
            UnknownNode: no node has the id, or several have it as a cross-reference.
        """
        row = bisect_left(self.ids, node_id)
        if row < len(self.ids) and self.ids[row] == node_id:
            return row
        row = bisect_left(self.xrefs, node_id)
        owners: list[int] = []
        while row < len(self.xrefs) and self.xrefs[row] == node_id:
            owners.append(int(self.xref_node[row]))
            row += 1
        if len(owners) == 1:
            return owners[0]
        if owners:
            named = ", ".join(f"{self.id(owner)} ({self.name(owner)})" for owner in owners[:5])
            raise UnknownNode(f"{node_id!r} is a cross-reference of {len(owners)} nodes: {named}; name one of them")
        raise UnknownNode(f"{node_id!r} is in no node of the graph {self.meta.name!r}")

    def __contains__(self, node_id: object) -> bool:
        try:
            return isinstance(node_id, str) and self.index(node_id) >= 0
        except UnknownNode:
            return False

    def canonical(self, node_id: str) -> str:
        """Return the id of the node that has this id or cross-reference; see `index`."""
        return self.ids[self.index(node_id)]

    def id(self, index: int) -> str:
        """Return the id of the node at an index."""
        return self.ids[self._place(index)]

    def id_in(self, node: int | str, *vocabularies: str) -> str | None:
        """Return the id of a node in the first of the vocabularies that it has one in; None if it has none.

        Never one that was given up for another. A node that refers to several ids of a vocabulary of which the graph
        has no node is none of them.

        Args:
            node: its index or any id of it.
            vocabularies: prefixes of ids.

        >>> graph = KnowledgeGraph.from_records(
        ...     [NodeRecord("DOID:674", "cleft palate", "disease", "doid", ("HP:0000175", "UMLS:C1", "UMLS:C2"))], [])
        >>> graph.id_in("DOID:674", "HP", "DOID"), graph.id_in("HP:0000175", "UMLS", "DOID"), graph.id_in(0, "UMLS")
        ('HP:0000175', 'DOID:674', None)
        """
        return id_in(self, node, *vocabularies)

    def name(self, node: int | str) -> str:
        """Return the preferred name of a node, given by index or id."""
        return self._names[int(self.name_indptr[self._place(node)])]

    def type(self, node: int | str) -> str:
        """Return the type of a node, given by index or id."""
        return self.node_types[int(self.node_type[self._place(node)])]

    def degree(self, node: int | str) -> int:
        """Return the number of distinct neighbours in either direction, the node itself not counted."""
        return int(self.degrees[self._place(node)])

    def node(self, node_id: int | str) -> NodeRecord:
        """Return all of a node: closest names first without the preferred one, cross-references in their order."""
        at = self._place(node_id)
        rows = range(int(self.name_indptr[at]) + 1, int(self.name_indptr[at + 1]))
        xrefs = self._xref_row[self._xref_indptr[at] : self._xref_indptr[at + 1]]
        return NodeRecord(
            self.ids[at],
            self.name(at),
            self.type(at),
            self.sources[self.node_source[at]],
            tuple(self.xrefs[row] for row in xrefs.tolist()),
            tuple(NodeName(self._names[row], self._scopes[self._name_scope[row]]) for row in rows),
        )

    def nodes(self) -> Iterator[NodeRecord]:
        """Yield all nodes in index order."""
        return map(self.node, range(self.n_nodes))

    def names(self) -> Iterator[tuple[int, NodeName]]:
        """Yield (node index, name) of every name, by node; the preferred one first, with scope `label`."""
        owners = np.repeat(np.arange(self.n_nodes), np.diff(self.name_indptr)).tolist()
        for owner, text, scope in zip(owners, self._names, self._name_scope.tolist(), strict=True):
            yield owner, NodeName(text, self._scopes[scope])

    def search(self, text: str) -> list[str]:
        """Return ids of the nodes with exactly this name, case and spacing aside; closest scope first, then by id."""
        wanted, key = folded(text), np.uint64(name_key(text))
        place, found = int(np.searchsorted(self._name_key, key)), dict[int, int]()
        while place < len(self._name_key) and self._name_key[place] == key:
            row = int(self._name_key_row[place])
            if folded(self._names[row]) == wanted:
                owner = int(np.searchsorted(self.name_indptr, row, side="right")) - 1
                found[owner] = min(found.get(owner, len(self._scopes)), int(self._name_scope[row]))
            place += 1
        return [self.ids[owner] for owner in sorted(found, key=lambda owner: (found[owner], owner))]

    @property
    def n_xrefs(self) -> int:
        """Number of (node, cross-reference) pairs."""
        return len(self.xrefs)

    def _place(self, node: int | str) -> int:
        if isinstance(node, str):
            return self.index(node)
        if not 0 <= node < self.n_nodes:
            raise UnknownNode(f"node index {node} is outside 0..{self.n_nodes - 1}")
        return int(node)

    # -- edges

    def edge_number(self, edge_id: str) -> int:
        """Return the number of an edge: its place in the edge arrays.

        Raises:
            UnknownEdge: the graph has no such edge.
        """
        try:
            key = int(edge_id, 16) if len(edge_id) == 16 else -1
        except ValueError:
            key = -1
        order = self._edge_order
        place = bisect_left(range(self.n_edges), key, key=lambda at: int(self.edge_hash[order[at]]))
        if place == self.n_edges or self.edge_id_at(number := int(order[place])) != edge_id:
            raise UnknownEdge(f"{edge_id!r} is no edge of the graph {self.meta.name!r}")
        return number

    def edge_id_at(self, number: int) -> str:
        """Return the id of the edge with a number."""
        return f"{int(self.edge_hash[number]):016x}"

    def has_edge(self, edge_id: str) -> bool:
        """Say whether the graph has an edge with this id."""
        try:
            return self.edge_number(edge_id) >= 0
        except UnknownEdge:
            return False

    def edge(self, edge_id: str) -> Edge:
        """Return an edge by its id.

        Raises:
            KeyError: the graph has no such edge.
        """
        return self.edge_at(self.edge_number(edge_id))

    def edge_at(self, number: int) -> Edge:
        """Return an edge by its number, with all its evidence, the surest first."""
        return Edge(
            id=self.edge_id_at(number),
            subject=self.ids[int(self.subject[number])],
            predicate=self.predicates[self.predicate[number]],
            object=self.ids[int(self.object[number])],
            source=self.sources[self.source[number]],
            source_version=self._versions[self._version[number]],
            licence=self.licences[self.licence[number]],
            tier=cast(EdgeTier, self.tiers[self.tier[number]]),
            strength=float(self.strength[number]),
            evidence=tuple(
                sorted(map(Evidence.model_validate_json, self._evidence[number].splitlines()), key=_sureness)
            ),
        )

    def edges(self) -> Iterator[Edge]:
        """Yield all edges in the order of their numbers."""
        return map(self.edge_at, range(self.n_edges))

    def edges_of(self, node_id: int | str) -> Iterator[Edge]:
        """Yield the edges that touch a node, each once, in the order of their numbers."""
        at = self._place(node_id)
        return map(self.edge_at, np.unique(self.arcs[self.indptr[at] : self.indptr[at + 1]]).tolist())

    @cached_property
    def _sayable(self) -> npt.NDArray[np.bool_]:
        return sayable(self)

    def may_say(self, number: int) -> bool:
        """Say whether a chain may state an edge, by its number: see `kgpaths.graph.unsaid`."""
        if not self._sayable[number]:
            return False
        subject, object_ = (self.name(int(ends[number])) for ends in (self.subject, self.object))
        predicate = self.predicates[self.predicate[number]]
        if predicate in of_another() and self._are_kin(int(self.subject[number]), int(self.object[number])):
            return False
        statement = (self.id(int(self.subject[number])), predicate, self.id(int(self.object[number])))
        return statement not in withdrawn() and not says_nothing(subject, object_, predicate)

    def _are_kin(self, u: int, v: int) -> bool:
        """Say whether one of two nodes is a kind of the other."""
        return any(self.predicates[self.predicate[number]] == "is_a" for number in self.numbers_between(u, v))

    def edges_between(self, u: int | str, v: int | str) -> list[Edge]:
        """Return the edges between two nodes in either direction, in the order of their numbers."""
        return [self.edge_at(number) for number in self.numbers_between(self._place(u), self._place(v))]

    def numbers_between(self, u: int, v: int) -> list[int]:
        """Return the numbers of the edges between two node indices in either direction, ascending."""
        return sorted({*self._run(u, v), *self._run(v, u)})

    def _run(self, subject: int, object: int) -> range:
        # The needle has the array's own type: any other would make numpy copy the whole array.
        kind = self.subject.dtype.type
        low, high = np.searchsorted(self.subject, kind(subject)), np.searchsorted(self.subject, kind(subject), "right")
        run = self.object[low:high]
        first, last = np.searchsorted(run, kind(object)), np.searchsorted(run, kind(object), "right")
        return range(int(low + first), int(low + last))


def _sureness(said: Evidence) -> tuple[float, bool, bool, int]:
    # The surest comes first, then one with a sentence, then one that needs no lead of a list, then the shortest.
    return -(said.score or 0.0), not said.sentence, bool(said.lead), len(said.sentence)
