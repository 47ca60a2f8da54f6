"""Turn a graph into rows as Neo4j takes them, and rows back into records."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kgpaths.config import PathConfig
from kgpaths.graph.knowledge_graph import KnowledgeGraph
from kgpaths.graph.tables import EdgeRecord, NodeName, NodeRecord
from kgpaths.paths.views import view_costs
from kgpaths.records import Evidence

Row = dict[str, Any]

PUSH_NODES = "UNWIND $rows AS row CREATE (n:KgNode) SET n = row RETURN count(*) AS made"
PUSH_EDGES = """\
UNWIND $rows AS row
MATCH (s:KgNode {index: row.subject}) MATCH (o:KgNode {index: row.object})
CREATE (s)-[e:KG_EDGE]->(o) SET e = row.properties
RETURN count(*) AS made"""
PUSH_DEGREES = (
    "UNWIND $rows AS row MATCH (n:KgNode {index: row.index}) SET n.degree = row.degree RETURN count(*) AS made"
)
PUSH_ARCS = """\
UNWIND $rows AS row
MATCH (s:KgNode {index: row.low}) MATCH (o:KgNode {index: row.high})
CREATE (s)-[:KG_ARC {cost: row.cost, edge: row.edge}]->(o)
RETURN count(*) AS made"""
PULL_NODES = """\
MATCH (n:KgNode) WHERE n.index >= $first AND n.index < $last
RETURN n.id AS id, n.name AS name, n.type AS type, n.source AS source, n.xrefs AS xrefs, n.name_texts AS name_texts,
       n.name_scopes AS name_scopes ORDER BY n.index"""
PULL_EDGES = """\
MATCH (s:KgNode)-[e:KG_EDGE]->(o:KgNode) WHERE e.number >= $first AND e.number < $last
RETURN s.id AS subject, e.predicate AS predicate, o.id AS object, e.source AS source,
       e.source_version AS source_version, e.licence AS licence,
       e.tier AS tier, e.strength AS strength, e.evidence AS evidence ORDER BY e.number"""


class Phase(NamedTuple):
    """One kind of rows on its way to the server."""

    name: str
    """Also the property of the mark that counts them."""
    statement: str
    """Takes `$rows`, returns how many of them it `made`."""
    total: int
    rows: Callable[[int, int], list[Row]]
    """The rows from one number up to another."""


class Arcs(NamedTuple):
    """The search graph, each pair of neighbours once, sorted by (low, high); costs are those of the path search."""

    low: npt.NDArray[np.int64]
    high: npt.NDArray[np.int64]
    edge: npt.NDArray[np.int64]
    """Number of the edge that stands for the pair: the cheapest, of those the one of the lowest id."""
    edge_cost: npt.NDArray[np.uint16]
    """Cost of every edge of the graph in milli-nats, 0 for one that is not walked: shape (E,)."""

    @classmethod
    def of(cls, graph: KnowledgeGraph, config: PathConfig) -> Arcs:
        """Collapse the edges of a graph as `kgpaths.paths` does."""
        cost = view_costs(graph, config)
        low, high = np.minimum(graph.subject, graph.object), np.maximum(graph.subject, graph.object)
        edge = np.flatnonzero((cost > 0) & (low != high))
        edge = edge[np.lexsort((graph.edge_hash[edge], cost[edge], high[edge], low[edge]))]
        low, high = low[edge].astype(np.int64), high[edge].astype(np.int64)
        first = np.ones(len(edge), bool)
        first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
        return cls(low[first], high[first], edge[first], cost)

    @property
    def cost_hash(self) -> str:
        """SHA-256 of the edge costs."""
        return hashlib.sha256(self.edge_cost.astype("<u2").tobytes()).hexdigest()


def phases(graph: KnowledgeGraph, arcs: Arcs) -> tuple[Phase, ...]:
    """Return all rows of a graph in the order in which they must arrive."""
    degree = np.bincount(np.concatenate((arcs.low, arcs.high)), minlength=graph.n_nodes)

    def nodes(first: int, last: int) -> list[Row]:
        return [{"index": index, **node_row(graph.node(index))} for index in range(first, last)]

    def edges(first: int, last: int) -> list[Row]:
        return [edge_row(graph, number) for number in range(first, last)]

    def degrees(first: int, last: int) -> list[Row]:
        return [{"index": first + place, "degree": value} for place, value in enumerate(degree[first:last].tolist())]

    def pairs(first: int, last: int) -> list[Row]:
        part = slice(first, last)
        costs = arcs.edge_cost[arcs.edge[part]].tolist()
        ends = zip(arcs.low[part].tolist(), arcs.high[part].tolist(), strict=True)
        return [
            {"low": low, "high": high, "edge": graph.edge_id_at(edge), "cost": cost}
            for (low, high), edge, cost in zip(ends, arcs.edge[part].tolist(), costs, strict=True)
        ]

    return (
        Phase("nodes", PUSH_NODES, graph.n_nodes, nodes),
        Phase("edges", PUSH_EDGES, graph.n_edges, edges),
        Phase("degrees", PUSH_DEGREES, graph.n_nodes, degrees),
        Phase("arcs", PUSH_ARCS, len(arcs.edge), pairs),
    )


def node_row(node: NodeRecord) -> Row:
    """Return a node as properties; a property is a value or a list, so names are two lists.

    >>> node_row(NodeRecord("HP:0001945", "Fever", "phenotype", "hpo", ("SYMP:0000613",)))["xrefs"]
    ['SYMP:0000613']
    """
    row = node._asdict() | {"xrefs": list(node.xrefs)}
    del row["names"]
    return row | {"name_texts": [name.text for name in node.names], "name_scopes": [name.scope for name in node.names]}


def node_record(row: Row) -> NodeRecord:
    """Return the node of a row.

    >>> node = NodeRecord("HP:0001945", "Fever", "phenotype", "hpo", ("SYMP:0000613",), (NodeName("pyrexia", "exact"),))
    >>> node_record(node_row(node)) == node
    True
    """
    names = tuple(map(NodeName, row["name_texts"], row["name_scopes"]))
    return NodeRecord(row["id"], row["name"], row["type"], row["source"], tuple(row["xrefs"]), names)


def edge_row(graph: KnowledgeGraph, number: int) -> Row:
    """Return an edge with its ends, by index; evidence is a list of JSON objects, for a property holds no maps."""
    edge = graph.edge_at(number)
    properties = edge.model_dump(exclude={"subject", "object", "evidence"})
    evidence = [item.model_dump_json(exclude_defaults=True) for item in edge.evidence]
    return {
        "subject": int(graph.subject[number]),
        "object": int(graph.object[number]),
        "properties": properties | {"number": number, "evidence": evidence},
    }


def edge_record(row: Row) -> EdgeRecord:
    """Return the edge of a row that `PULL_EDGES` gave."""
    return EdgeRecord(**row | {"evidence": tuple(map(Evidence.model_validate_json, row["evidence"]))})
