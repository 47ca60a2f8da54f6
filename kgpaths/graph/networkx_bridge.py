"""Convert graphs to networkx and back without loss."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kgpaths.errors import GraphError
from kgpaths.graph.tables import EdgeRecord, NodeRecord

if TYPE_CHECKING:
    import networkx as nx

    from kgpaths.graph.knowledge_graph import KnowledgeGraph


def to_networkx(graph: KnowledgeGraph) -> nx.MultiDiGraph[str]:
    """Return a `MultiDiGraph`: node attributes are the fields of `NodeRecord`, edge attributes those of `Edge`.

    Edge keys are edge ids, so parallel edges stay apart.
    """
    import networkx as nx

    result: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=graph.meta.name)
    for node in graph.nodes():
        fields = node._asdict()
        result.add_node(fields.pop("id"), **fields)
    for edge in graph.edges():
        values: dict[str, Any] = {key: getattr(edge, key) for key in EdgeRecord._fields}
        result.add_edge(values.pop("subject"), values.pop("object"), key=edge.id, **values)
    return result


def records_from_networkx(graph: nx.MultiDiGraph[str]) -> tuple[Iterator[NodeRecord], Iterator[EdgeRecord]]:
    """Return the records of a graph with the attributes that `to_networkx` writes.

    Raises:
        GraphError: while iterating: a node or an edge lacks an attribute that a record must have.
    """
    nodes = (NodeRecord(**_fields(NodeRecord, {"id": node, **values}, node)) for node, values in graph.nodes(data=True))
    edges = (
        EdgeRecord(**_fields(EdgeRecord, {"subject": subject, "object": object_, **values}, f"{subject} -> {object_}"))
        for subject, object_, values in graph.edges(data=True)
    )
    return nodes, edges


def _fields(kind: type[NodeRecord] | type[EdgeRecord], values: dict[str, Any], where: str) -> dict[str, Any]:
    for field in kind._fields:
        if field not in values and field not in kind._field_defaults:
            raise GraphError(f"{where} of the networkx graph lacks the attribute {field!r}")
    return {field: values[field] for field in kind._fields if field in values}
