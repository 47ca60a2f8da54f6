"""Push a graph into Neo4j: each batch is one transaction, with the mark of how far the push has come.

Killed at any moment, by either side, the same command goes on at the first batch that is not confirmed: the mark and
the rows of a batch are written together or not at all. Two pushes of one graph at once share the work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from kgpaths.config import PathConfig
from kgpaths.errors import GraphError, UsageError
from kgpaths.graph.knowledge_graph import KnowledgeGraph
from kgpaths.neo4j.connection import Database, connect
from kgpaths.neo4j.rows import Arcs, Phase, Row, phases
from kgpaths.neo4j.schema import SCHEMA, Counts, GraphState, Removal, counts, locked_state, read_state

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

Progress = Callable[[int], object]
"""Called with the number of rows confirmed since the last call (`tqdm.update` fits)."""

_BEGIN = "MERGE (g:KgGraph {key: 'graph'}) ON CREATE SET g += $values"
_CHANGE = "MATCH (g:KgGraph {key: 'graph'}) SET g += $values"
_REMOVE_ARCS = "MATCH ()-[r:KG_ARC]->() WITH r LIMIT $rows DELETE r RETURN count(*) AS gone"
_REMOVE_EDGES = "MATCH ()-[e:KG_EDGE]->() WITH e LIMIT $rows DELETE e RETURN count(*) AS gone"
_REMOVE_NODES = "MATCH (n:KgNode) WITH n LIMIT $rows DETACH DELETE n RETURN count(*) AS gone"
_REMOVALS: dict[Removal, tuple[str, ...]] = {
    "": (),
    "arcs": (_REMOVE_ARCS,),
    "all": (_REMOVE_ARCS, _REMOVE_EDGES, _REMOVE_NODES),
}


class PushReport(NamedTuple):
    """What a push did."""

    nodes: int
    edges: int
    arcs: int
    """Pairs of neighbours in the search graph."""
    found: int
    """Rows of all kinds that were there already, from an earlier push of the same graph."""
    sent: int
    """Rows of all kinds that this push sent."""


def push(
    graph: KnowledgeGraph,
    url: str,
    *,
    replace: bool = False,
    config: PathConfig | None = None,
    batch: int = 5000,
    progress: Progress | None = None,
) -> PushReport:
    """Put a graph into a Neo4j database, with the costs of the path search; the package says how it lies there.

    Pushing what is there already does nothing. After an interruption the same call goes on where the last one stopped.

    Args:
        graph: the graph.
        url: ``neo4j://host[:port][/database]``; user and password come from the environment.
        replace: remove another graph of kgpaths that is there. Other data of the database is never touched.
        config: parameters of the edge costs.
        batch: rows in one transaction.
        progress: see `Progress`.

    Raises:
        UsageError: another graph is there and `replace` is not set; wrong credentials; no such database.
        ServiceUnavailable: the server does not answer, or no longer.
        GraphError: the graph that is there was changed by somebody else; the graph has relations without a cost.
    """
    if batch < 1:
        raise UsageError(f"a batch holds at least one row, not {batch}")
    config, tick = config or PathConfig(), progress or (lambda _: None)
    with connect(url) as database:
        arcs = Arcs.of(graph, config)
        wanted = GraphState(
            name=graph.meta.name,
            content_hash=graph.hash,
            cost_hash=arcs.cost_hash,
            degree_weight=config.degree_weight,
            hop_millinats=config.hop_millinats,
            all_arcs=len(arcs.edge),
            meta=graph.meta.model_dump_json(),
        )
        state = _begin(database, wanted, replace=replace, batch=batch)
        work = phases(graph, arcs)
        found = sum(int(getattr(state, phase.name)) for phase in work)
        tick(found)
        sent = 0
        for phase in work:
            done = int(getattr(state, phase.name))
            while done < phase.total:
                rows = phase.rows(done, min(done + batch, phase.total))
                reached = database.write(_send, wanted, phase, done, rows)
                tick(reached - done)
                sent, done = sent + len(rows), reached
        if _damage(database):
            raise GraphError(f"{database.address} was changed by others during the push; push again with --replace")
    return PushReport(graph.n_nodes, graph.n_edges, len(arcs.edge), found, sent)


def _send(tx: ManagedTransaction, wanted: GraphState, phase: Phase, first: int, rows: list[Row]) -> int:
    """Send one batch with its mark; return the mark. What is there already is not sent again."""
    state = locked_state(tx)
    if state.removing or (state.content_hash, state.cost_hash) != (wanted.content_hash, wanted.cost_hash):
        raise GraphError("another graph is just being pushed into the database; wait for it and push again")
    mark = int(getattr(state, phase.name))
    if mark != first:  # confirmed by a reply that never reached us, or sent by a second push of the same graph
        return mark
    made = int(tx.run(phase.statement, {"rows": rows}).single(strict=True)["made"])
    if made != len(rows):
        raise GraphError("nodes of the graph vanished from the database during the push; push again with --replace")
    tx.run(_CHANGE, {"values": {phase.name: mark + made}}).consume()
    return mark + made


def _begin(database: Database, wanted: GraphState, *, replace: bool, batch: int) -> GraphState:
    """Make schema and mark, remove what must go, and return how far an earlier push came."""
    state = read_state(database)
    if state is None:
        for statement in SCHEMA:
            database.change(statement)
        database.change(_BEGIN, values=wanted.model_dump())
        state = read_state(database) or wanted
    removal = _removal(database, state, wanted, replace=replace)
    if removal:
        kept = {"nodes": state.nodes, "edges": state.edges} if removal == "arcs" else {}
        values = wanted.model_copy(update={"removing": removal, **kept}).model_dump()
        database.change(_CHANGE, values=values)
        for statement in _REMOVALS[removal]:
            while database.write(_remove, removal, statement, batch):
                pass
        database.change(_CHANGE, values={"removing": ""})
    return read_state(database) or wanted


def _removal(database: Database, state: GraphState, wanted: GraphState, *, replace: bool) -> Removal:
    """Say what must be removed before rows are sent.

    Raises:
        UsageError: something that only `replace` allows to remove.
    """
    if state.content_hash != wanted.content_hash:
        if not replace:
            raise UsageError(
                f"{database.address} holds the graph {state.name!r} ({state.content_hash[:12]}), not {wanted.name!r} "
                f"({wanted.content_hash[:12]}); --replace removes it first"
            )
        return "all"
    if state.removing == "all":
        return "all"
    if state.removing or state.cost_hash != wanted.cost_hash:
        return "arcs"
    if damage := _damage(database):
        if not replace:
            raise GraphError(f"{database.address} {damage}; --replace removes the rest and starts anew")
        return "all"
    return ""


def _damage(database: Database) -> str:
    """Say in which way the rows that are there differ from the mark; nothing if they do not."""
    marked, real = database.write(_marked_and_real)
    for kind, should, holds in zip(Counts._fields, marked, real, strict=True):
        if should != holds:
            return f"should hold {should:,} {kind} of the graph and holds {holds:,}"
    return ""


def _marked_and_real(tx: ManagedTransaction) -> tuple[Counts, Counts]:
    state = locked_state(tx)
    return Counts(state.nodes, state.edges, state.arcs), counts(tx)


def _remove(tx: ManagedTransaction, removal: Removal, statement: str, rows: int) -> int:
    """Remove one batch; none if another push has finished the removal meanwhile."""
    if locked_state(tx).removing != removal:
        return 0
    return int(tx.run(statement, {"rows": rows}).single(strict=True)["gone"])
