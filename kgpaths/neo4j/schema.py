"""Define what lies in the database: constraints, indexes, and the node that says which graph it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from kgpaths.errors import GraphError, SnapshotError
from kgpaths.graph.snapshot import FORMAT, SnapshotMeta

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

    from kgpaths.neo4j.connection import Database

SCHEMA = (
    "CREATE CONSTRAINT kg_graph_key IF NOT EXISTS FOR (g:KgGraph) REQUIRE g.key IS UNIQUE",
    "CREATE CONSTRAINT kg_node_id IF NOT EXISTS FOR (n:KgNode) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT kg_node_index IF NOT EXISTS FOR (n:KgNode) REQUIRE n.index IS UNIQUE",
    "CREATE CONSTRAINT kg_edge_id IF NOT EXISTS FOR ()-[e:KG_EDGE]-() REQUIRE e.id IS UNIQUE",
    "CREATE INDEX kg_edge_number IF NOT EXISTS FOR ()-[e:KG_EDGE]-() ON (e.number)",
    "CREATE INDEX kg_node_type IF NOT EXISTS FOR (n:KgNode) ON (n.type)",
    "CALL db.awaitIndexes(600)",
)
"""The constraints keep ids unique whatever happens; the indexes carry `MATCH` by index, id and number."""

_READ = "MATCH (g:KgGraph {key: 'graph'}) RETURN properties(g) AS state"
# Setting a property takes the node's lock: what is read after it is confirmed, and stays so until the transaction ends.
_LOCK = "MATCH (g:KgGraph {key: 'graph'}) SET g.key = 'graph' WITH g RETURN properties(g) AS state"
_COUNT = """\
MATCH (n:KgNode) WITH count(n) AS nodes
OPTIONAL MATCH ()-[e:KG_EDGE]->() WITH nodes, count(e) AS edges
OPTIONAL MATCH ()-[r:KG_ARC]->() RETURN nodes, edges, count(r) AS arcs"""

Removal = Literal["", "arcs", "all"]


class Counts(NamedTuple):
    """How many rows of each kind there are."""

    nodes: int
    edges: int
    arcs: int


class GraphState(BaseModel):
    """The properties of the one ``(:KgGraph)`` node: which graph it is, and how many rows of each kind have arrived."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    content_hash: str
    """That of the snapshot."""
    cost_hash: str
    """SHA-256 of the edge costs that the search graph is made of."""
    degree_weight: float
    hop_millinats: int
    all_arcs: int
    """Pairs of neighbours in the whole search graph."""
    meta: str
    """The snapshot's `meta.json`."""
    removing: Removal = ""
    """What is being taken away before new rows come."""
    nodes: int = 0
    edges: int = 0
    degrees: int = 0
    arcs: int = 0

    @property
    def snapshot(self) -> SnapshotMeta:
        """What the pushed snapshot says of itself.

        Raises:
            SnapshotError: it was pushed by a version with another snapshot format.
        """
        try:
            meta = SnapshotMeta.model_validate_json(self.meta)
        except ValidationError as error:
            raise SnapshotError(f"the graph in the database has a description that cannot be read: {error}") from None
        if meta.format != FORMAT:
            raise SnapshotError(
                f"the graph in the database was pushed as {meta.format}, this version reads {FORMAT}; push it again"
            )
        return meta

    @property
    def complete(self) -> bool:
        """True when everything has arrived."""
        meta = self.snapshot
        arrived = (self.nodes, self.edges, self.degrees, self.arcs)
        return not self.removing and arrived == (meta.nodes, meta.edges, meta.nodes, self.all_arcs)


def read_state(database: Database) -> GraphState | None:
    """Return what graph is in the database, None if none is.

    Raises:
        GraphError: something else calls itself `KgGraph`.
    """
    rows = database.read(_READ)
    return _state(rows[0]["state"]) if rows else None


def locked_state(tx: ManagedTransaction) -> GraphState:
    """Return what graph is in the database, and let nobody else change it until the transaction ends.

    Raises:
        GraphError: there is none.
    """
    record = tx.run(_LOCK).single()
    if record is None:
        raise GraphError("the graph was removed from the database while it was being pushed; push it again")
    return _state(record["state"])


def counts(tx: ManagedTransaction) -> Counts:
    """Return how many rows there really are; Neo4j keeps these counts, none are scanned."""
    return Counts(**tx.run(_COUNT).single(strict=True).data())


def require_complete(database: Database) -> GraphState:
    """Return what graph is in the database.

    Raises:
        GraphError: there is none, or its push was never finished.
    """
    state = read_state(database)
    if state is None:
        raise GraphError(f"{database.address} holds no graph of kgpaths; `kgpaths graph push GRAPH URL` puts one there")
    if not state.complete:
        raise GraphError(
            f"{database.address} holds only a part of the graph {state.name!r} ({state.content_hash[:12]}); "
            "type the `kgpaths graph push` that was interrupted once more"
        )
    return state


def _state(values: dict[str, Any]) -> GraphState:
    try:
        return GraphState.model_validate(values)
    except ValidationError as error:
        fault = error.errors()[0]
        raise GraphError(
            f"the database has a :KgGraph node that kgpaths did not write ({fault['loc'][0]}: {fault['msg']})"
        ) from None
