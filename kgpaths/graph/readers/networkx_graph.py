"""Read any networkx graph, in memory or in a file (GraphML, GEXF, node-link JSON)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

from kgpaths.errors import ConfigError, GraphError, nearest
from kgpaths.graph.readers.faults import Faults
from kgpaths.graph.readers.names import curie
from kgpaths.graph.readers.reader import Reader, Settings
from kgpaths.graph.readers.values import as_list
from kgpaths.graph.tables import SCOPES, TIERS, EdgeRecord, NodeName, NodeRecord
from kgpaths.records import Evidence
from kgpaths.vocabulary.relations import relations

_ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    # ours: what people call it, in the order of preference
    "id": ("id",),
    "name": ("name", "label", "title"),
    "type": ("type", "category", "kind", "node_type", "label"),
    "xrefs": ("xrefs", "xref"),
    "alt_ids": ("alt_ids", "alt_id"),
    "names": ("names", "synonyms"),
    "source": ("source", "provenance", "primary_knowledge_source"),
    "predicate": ("predicate", "relation", "key", "type", "label", "kind"),
    "source_version": ("source_version", "version"),
    "licence": ("licence", "license"),
    "tier": ("tier",),
    "strength": ("strength", "weight"),
    "evidence": ("evidence", "references", "reference"),
}


class NetworkxGraph(Reader):
    """Reads a graph of any class of networkx. The columns of the settings say which attributes to take.

    An edge of an undirected graph has no direction of its own: it gets the one in which the types of its ends fit the
    predicate; where both fit, and the predicate is not symmetric, it is a fault.
    """

    FORMAT = "networkx"
    DESCRIPTION = "any networkx graph: an object in Python, or a GraphML, GEXF or node-link JSON file"
    OPTIONS: ClassVar[Mapping[str, str]] = {
        "prefix": "put before node ids that have no prefix",
        "type": "node type of nodes that give none",
    }

    _where = ""

    def __init__(self, paths: Sequence[Path], settings: Settings, faults: Faults, graph: Any = None) -> None:
        super().__init__(paths, settings, faults)
        for column in settings.columns:
            if column not in _ATTRIBUTES:
                raise ConfigError(f"networkx has no column {column!r}; {nearest(column, _ATTRIBUTES)}")
        self._keys: dict[str, bool] = {}
        self._graph = graph if graph is not None else _read(paths[0], faults)

    @property
    def where(self) -> str:
        return self._where or "the networkx graph"

    def nodes(self) -> Iterator[NodeRecord]:
        return self.once(self._nodes())

    def _nodes(self) -> Iterator[NodeRecord]:
        for node, values in self._graph.nodes(data=True):
            self._where = f"{self._origin}node {node!r}"
            node_id = self._id(node, values)
            kind = self._type(values, node_id) if node_id else None
            if not node_id:
                self.fault("bad_value", "the node has no id")
            elif kind is not None:
                xrefs, earlier = ([str(item) for item in _many(self._get(values, key))] for key in ("xrefs", "alt_ids"))
                references = self.references(node_id, xrefs, earlier)
                names = tuple(_name(item) for item in _many(self._get(values, "names")))
                name = self.named(node_id, self._get(values, "name"))
                source = str(self._get(values, "source") or self.source)
                yield NodeRecord(node_id, name, kind, source, references, names)

    def edges(self) -> Iterator[EdgeRecord]:
        multi = self._graph.is_multigraph()
        rows = self._graph.edges(keys=True, data=True) if multi else self._graph.edges(data=True)
        for start, end, *rest in rows:
            values = rest[-1]
            if multi and isinstance(rest[0], str) and self._says_predicate(rest[0], values):
                values = {"key": rest[0], **values}
            self._where = f"{self._origin}edge {start!r} -> {end!r}"
            name = self._get(values, "predicate")
            if not isinstance(name, str):
                self.fault("unknown_predicate", "the edge has no predicate; say which attribute it is under `columns:`")
                continue
            known = self.predicate(name)
            ends = self._ends(start, end, known)
            if known is None or ends is None:
                continue
            if not all(ends):
                self.fault("bad_value", "an end of the edge has no id")
                continue
            strength, tier = self._get(values, "strength"), str(self._get(values, "tier") or "curated")
            source = str(self._get(values, "source") or self.source)
            if tier not in TIERS or not _share(strength):
                self.fault("bad_value", f"tier {tier!r} or strength {strength!r} (0 to 1) is not valid")
                continue
            try:
                evidence = tuple(map(_evidence, _many(self._get(values, "evidence"))))
            except ValueError as error:
                self.fault("bad_value", f"the evidence is not valid: {' '.join(str(error).split())}")
                continue
            licence = str(self._get(values, "licence") or "")
            yield EdgeRecord(
                ends[0],
                known[0],
                ends[1],
                source,
                str(self._get(values, "source_version") or self.version),
                self.licence_of(licence) if licence else self.licence_for(source),
                tier,
                1.0 if strength is None else float(strength),
                evidence,
            )

    def _says_predicate(self, key: str, values: Mapping[str, Any]) -> bool:
        """Say whether the key of an edge is its predicate, and not just an id that keeps parallel edges apart."""
        if key not in self._keys:
            self._keys[key] = key in self.settings.predicates or self._find_predicate(key) is not None
        return self._keys[key] or (not key.lstrip("-").isdigit() and self._get(values, "predicate") is None)

    @property
    def _origin(self) -> str:
        return f"{self.paths[0]}: " if self.paths else ""

    def _get(self, values: Mapping[str, Any], ours: str) -> Any:
        if ours in self.settings.columns:
            return values.get(self.settings.columns[ours])
        found = (values.get(name) for name in _ATTRIBUTES[ours])
        return next((value for value in found if value is not None and value == value), None)  # NaN is not itself

    def _id(self, node: Any, values: Mapping[str, Any]) -> str:
        given = values.get(self.settings.columns["id"]) if "id" in self.settings.columns else node
        return curie(str(given), self.option("prefix", ""))

    def _type(self, values: Mapping[str, Any], node_id: str) -> str | None:
        return self.type_of(str(self._get(values, "type") or self.option("type", "")), node_id)

    def _ends(self, start: Any, end: Any, known: tuple[str, bool] | None) -> tuple[str, str] | None:
        """Return the subject and the object of an edge."""
        if known is None:
            return None
        nodes = self._graph.nodes
        ends = (self._id(start, nodes[start]), self._id(end, nodes[end]))
        if known[1]:
            ends = ends[::-1]
        relation = relations()[known[0]]
        if self._graph.is_directed() or relation.symmetric:
            return ends
        values = {self._id(node, nodes[node]): nodes[node] for node in (start, end)}
        kinds = [self._find_type(str(self._get(values[node], "type") or ""), node.partition(":")[0]) for node in ends]
        fits = kinds[0] in relation.subject_types and kinds[1] in relation.object_types
        fits_back = kinds[1] in relation.subject_types and kinds[0] in relation.object_types
        if fits == fits_back:
            self.fault("bad_value", f"the graph is undirected, and the direction of {known[0]!r} cannot be told")
            return None
        return ends if fits else ends[::-1]


def _read(path: Path, faults: Faults) -> Any:
    import networkx as nx

    suffix = path.suffix.lower()
    try:
        if suffix in (".graphml", ".gexf"):
            text, edges = _with_edge_ids(path)
            graph = nx.read_graphml(text) if suffix == ".graphml" else nx.read_gexf(text)
            if graph.number_of_edges() < edges:
                lost = edges - graph.number_of_edges()
                faults.add(str(path), "bad_value", f"{lost} edges have the key of another between the same nodes")
            return graph
        if suffix == ".json":
            return _node_link_graph(json.loads(path.read_bytes()), path, faults)
    except OSError as error:
        raise GraphError(f"{path} cannot be read: {error.strerror}; check the path") from None
    except (ValueError, KeyError, TypeError, SyntaxError, nx.NetworkXError) as error:
        raise GraphError(f"{path} is no {suffix[1:]} graph, or is not whole: {error}") from None
    raise GraphError(f"{path}: networkx files are .graphml, .gexf or node-link .json; give a graph object in Python")


def _with_edge_ids(path: Path) -> tuple[BytesIO, int]:
    """Return XML in which no two edges between the same nodes have one id, and the number of its edges.

    To networkx the id is the key of an edge: of parallel ones with the same id only the last would stay.
    """
    from xml.etree import ElementTree

    root = ElementTree.parse(path).getroot()
    directed = any("directed" in (part.get("edgedefault"), part.get("defaultedgetype")) for part in root.iter())
    seen: set[tuple[str | None, ...]] = set()
    edges = 0
    for edge in root.iter():
        if str(edge.tag).rpartition("}")[2] != "edge":
            continue
        edges += 2 if edge.get("type") == "mutual" else 1
        ends = [edge.get("source", ""), edge.get("target", "")]
        key = (*(ends if directed else sorted(ends)), edge.get("id"))
        if key[-1] is None or key in seen:
            edge.set("id", str(-edges))
        seen.add(key)
    return BytesIO(ElementTree.tostring(root)), edges


def _node_link_graph(values: Any, path: Path, faults: Faults) -> Any:
    """Build a graph from node-link JSON, whose list of edges is called `edges` or, before networkx 3.4, `links`.

    An edge that has the key of another between the same nodes gets a key of its own.
    """
    import networkx as nx

    if not isinstance(values, dict):
        raise ValueError("expected an object with nodes and edges")
    graph: Any = (nx.MultiDiGraph if values.get("directed") else nx.MultiGraph)()
    for number, node in enumerate(values["nodes"]):
        if not isinstance(node, dict) or node.get("id") is None:
            faults.add(f"{path}: node {number}", "bad_value", "expected an object with an id")
        else:
            attributes = {key: value for key, value in node.items() if key != "id"}
            if graph.nodes.get(node["id"], attributes) != attributes:
                faults.add(f"{path}: node {number}", "duplicate_id", f"{node['id']} is given already, and otherwise")
            else:
                graph.add_node(node["id"], **attributes)
    for number, edge in enumerate(values["edges"] if "edges" in values else values["links"]):
        ends = (edge.get("source"), edge.get("target")) if isinstance(edge, dict) else (None, None)
        if None in ends:
            faults.add(f"{path}: edge {number}", "bad_value", "expected an object with source and target")
            continue
        key = edge.get("key")
        rest = {name: value for name, value in edge.items() if name not in ("source", "target", "key")}
        if isinstance(key, str):
            rest["key"] = key
        graph.add_edges_from([(*ends, None if graph.has_edge(*ends, key) else key, rest)])
    return graph


def _many(value: Any) -> list[Any]:
    return as_list(value.split("|") if isinstance(value, str) else value)


def _name(item: Any) -> NodeName:
    if isinstance(item, list | tuple) and len(item) == 2 and item[1] in SCOPES:
        return NodeName(str(item[0]), str(item[1]))
    return NodeName(str(item), "exact")


def _evidence(item: Any) -> Evidence:
    if isinstance(item, Evidence):
        return item
    return Evidence.model_validate(item) if isinstance(item, Mapping) else Evidence(reference=str(item))


def _share(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value is None or (number and 0.0 <= value <= 1.0)
