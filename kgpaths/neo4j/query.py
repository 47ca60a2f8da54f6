"""Search paths inside Neo4j, for graphs that may not leave the server, as `kgpaths.paths.PathFinder` does outside.

One query for each number of hops, shortest first, over ``:KG_ARC``, where parallel edges are one already. Both ends are
bound, the two halves of a path meet in its middle (``USING JOIN``), costs are integers, and a list of integers sorts in
Cypher as a tuple does here: the order is (cost, hops, node indices), as in the kernel. Cypher 5 forbids a repeated
relationship, not a repeated node, hence the inequalities. Once a pair has `k` paths, longer ones must be cheaper than
the worst of them.

The cap on the degree of inner nodes is what keeps the join small. There is no budget of arcs here: a query that runs
longer than `timeout_s` is ended by the server.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from typing import NamedTuple, Self

from kgpaths.config import PathConfig
from kgpaths.errors import UnknownNode, UsageError
from kgpaths.neo4j.connection import Database, connect
from kgpaths.neo4j.schema import require_complete
from kgpaths.paths.kernel import DEEPEST, USUAL
from kgpaths.paths.telling import composed_effect
from kgpaths.records import Hop, ReasoningPath
from kgpaths.vocabulary.node_types import node_types

_BY_ID = "UNWIND $ids AS id MATCH (n:KgNode {id: id}) RETURN id, n.index AS index"
_BY_XREF = """\
MATCH (n:KgNode) UNWIND n.xrefs AS id WITH n, id WHERE id IN $ids
RETURN id, n.index AS index, n.id AS node, n.name AS name ORDER BY index"""
_EDGES = """\
UNWIND $ids AS id MATCH (s:KgNode)-[e:KG_EDGE {id: id}]->(o:KgNode)
RETURN id, s.index AS subject_index, s.id AS subject, e.predicate AS predicate, o.id AS object, e.source AS source,
       e.licence AS licence"""


class _Found(NamedTuple):
    """A path over node indices; tuples sort in canonical order."""

    cost: int
    hops: int
    nodes: tuple[int, ...]
    edges: tuple[str, ...]


class Neo4jGraph:
    """A graph of kgpaths in a Neo4j database; nothing of it is copied here but the paths that are asked for.

    Each `find` connects anew; within a `with` block one connection serves all::

        with Neo4jGraph("neo4j://localhost:7687/neo4j") as graph:
            for finding in findings:
                graph.find(question=[finding], answer=["DOID:552"], k=5)
    """

    def __init__(self, url: str, config: PathConfig | None = None, *, timeout_s: float = 120.0) -> None:
        """Take the address; nothing is contacted yet.

        Args:
            url: ``neo4j://host[:port][/database]``; user and password come from the environment.
            config: `degree_cap`, `exclude_direct` and `per_length` are used as they are; the parameters of the costs
                must be those of the push.
            timeout_s: longest single query.

        Raises:
            UsageError: `config` forbids sequences of types, which this query cannot.
        """
        self.url = url
        self.config = config or PathConfig()
        self._max_hops = config.max_hops if config else USUAL
        if any(entry.count(">") > 2 or entry.split(">")[1] in node_types() for entry in self.config.forbidden
               if entry.count(">") >= 2):  # fmt: skip
            raise UsageError("sequences of types cannot be forbidden inside Neo4j; pull the graph and search it here")
        self._timeout_s = timeout_s
        self._kept: Database | None = None
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        self._kept = self._closing.enter_context(self._open())
        return self

    def __exit__(self, *error: object) -> None:
        self._kept = None
        self._closing.close()

    def find(
        self, *, question: Sequence[str], answer: Sequence[str], k: int | None = None, max_hops: int | None = None
    ) -> list[ReasoningPath]:
        """Return what `PathFinder.find` returns: the exact k cheapest simple paths of every pair, in canonical order.

        Args:
            question: ids or cross-references of the nodes where paths start.
            answer: ids or cross-references of the nodes where they end.
            k: paths of a pair, at least 1; by default as of `PathFinder.find`.
            max_hops: longest path in edges, 1 to 6; by default as of `PathFinder.find`.

        Raises:
            UnknownNode: an id that the graph does not have.
            UsageError: `k` or `max_hops` out of range; the graph was pushed with other cost parameters.
            GraphError: no whole graph is there, or a query took longer than `timeout_s`.
            ServiceUnavailable: the server does not answer.
        """
        k = self.config.k if k is None else k
        max_hops = self._max_hops if max_hops is None else max_hops
        if k < 1 or not 1 <= max_hops <= DEEPEST:
            raise UsageError(f"k must be at least 1 and max_hops 1 to {DEEPEST}, not {k} and {max_hops}")
        with nullcontext(self._kept) if self._kept else self._open() as database:
            starts, ends = _indices(database, question), _indices(database, answer)
            pairs = [(start, end) for start in starts for end in ends if start != end]
            found = _search(database, pairs, self.config, k=k, max_hops=max_hops)
            return _with_edges(database, found)

    @contextmanager
    def _open(self) -> Iterator[Database]:
        with connect(self.url, timeout_s=self._timeout_s) as database:
            state = require_complete(database)
            pushed, asked = ((costs.degree_weight, costs.hop_millinats) for costs in (state, self.config))
            if pushed != asked:
                raise UsageError(
                    f"{database.address} was pushed with degree_weight and hop_millinats {pushed}, not {asked}; "
                    "push it again with the configuration you search with"
                )
            yield database


def _indices(database: Database, ids: Sequence[str]) -> list[int]:
    """Return the distinct indices of nodes given by id or by a cross-reference that stands for one node only."""
    wanted = sorted(set(ids))
    indices = {row["id"]: row["index"] for row in database.read(_BY_ID, ids=wanted)}
    if missing := [each for each in wanted if each not in indices]:
        owners = defaultdict(list)
        for row in database.read(_BY_XREF, ids=missing):
            owners[row["id"]].append(row)
        for each in missing:
            if not owners[each]:
                raise UnknownNode(f"{each!r} is in no node of the graph at {database.address}")
            if len(owners[each]) > 1:
                named = ", ".join(f"{row['node']} ({row['name']})" for row in owners[each][:5])
                raise UnknownNode(
                    f"{each!r} is a cross-reference of {len(owners[each])} nodes: {named}; name one of them"
                )
            indices[each] = owners[each][0]["index"]
    return sorted(set(indices.values()))


def _search(
    database: Database, pairs: Sequence[tuple[int, int]], config: PathConfig, *, k: int, max_hops: int
) -> list[_Found]:
    best: list[list[_Found]] = [[] for _ in pairs]
    for hops in range(2 if config.exclude_direct else 1, max_hops + 1):
        quota = min(k, config.per_length[hops - 1]) if hops <= len(config.per_length) else k
        if not quota:
            continue
        bounds = [paths[-1].cost if len(paths) == k else None for paths in best]
        asked = [
            {"number": number, "start": start, "end": end, "below": below}
            for number, ((start, end), below) in enumerate(zip(pairs, bounds, strict=True))
        ]
        for row in database.read(path_statement(hops), pairs=asked, degree_cap=config.degree_cap, k=quota):
            path = _Found(row["cost"], hops, tuple(row["nodes"]), tuple(row["edges"]))
            best[row["number"]].append(path)
        best = [sorted(paths)[:k] for paths in best]
    return sorted(path for paths in best for path in paths)


def path_statement(hops: int) -> str:
    """Return the query for paths of exactly so many hops; it is made from that number alone, all else is a parameter.

    >>> print(path_statement(2))
    CYPHER 5
    UNWIND $pairs AS pair
    MATCH (n0:KgNode {index: pair.start}), (n2:KgNode {index: pair.end})
    CALL (pair, n0, n2) {
      MATCH (n0)-[r1:KG_ARC]-(n1)-[r2:KG_ARC]-(n2)
      WHERE n1.degree <= $degree_cap
      WITH [n0.index, n1.index, n2.index] AS nodes, [r1.edge, r2.edge] AS edges, r1.cost + r2.cost AS cost
      WHERE pair.below IS NULL OR cost < pair.below
      RETURN nodes, edges, cost ORDER BY cost, nodes LIMIT $k
    }
    RETURN pair.number AS number, nodes, edges, cost
    """
    nodes, arcs = [f"n{place}" for place in range(hops + 1)], [f"r{place}" for place in range(1, hops + 1)]
    pattern = "(n0)" + "".join(f"-[{arc}:KG_ARC]-({node})" for arc, node in zip(arcs, nodes[1:], strict=True))
    conditions = [f"{node}.degree <= $degree_cap" for node in nodes[1:-1]]
    # Neighbours differ as it is: no arc leads from a node to itself.
    conditions += [f"{left} <> {right}" for place, left in enumerate(nodes) for right in nodes[place + 2 :] if hops > 2]
    lines = [
        "CYPHER 5",
        "UNWIND $pairs AS pair",
        f"MATCH (n0:KgNode {{index: pair.start}}), ({nodes[-1]}:KgNode {{index: pair.end}})",
        f"CALL (pair, n0, {nodes[-1]}) {{",
        f"  MATCH {pattern}",
        *([f"  USING JOIN ON {nodes[(hops + 1) // 2]}"] if hops > 2 else []),
        *([f"  WHERE {' AND '.join(conditions)}"] if conditions else []),
        f"  WITH [{', '.join(f'{node}.index' for node in nodes)}] AS nodes, "
        f"[{', '.join(f'{arc}.edge' for arc in arcs)}] AS edges, {' + '.join(f'{arc}.cost' for arc in arcs)} AS cost",
        "  WHERE pair.below IS NULL OR cost < pair.below",
        "  RETURN nodes, edges, cost ORDER BY cost, nodes LIMIT $k",
        "}",
        "RETURN pair.number AS number, nodes, edges, cost",
    ]
    return "\n".join(lines)


def _with_edges(database: Database, found: Sequence[_Found]) -> list[ReasoningPath]:
    ids = sorted({edge for path in found for edge in path.edges})
    edges = {row.pop("id"): row for row in database.read(_EDGES, ids=ids)} if ids else {}

    def hop(edge_id: str, start: int) -> Hop:
        values = dict(edges[edge_id])
        return Hop(edge_id=edge_id, forward=values.pop("subject_index") == start, **values)

    def told(path: _Found) -> ReasoningPath:
        hops = tuple(hop(edge, start) for edge, start in zip(path.edges, path.nodes, strict=False))
        return ReasoningPath(hops=hops, cost_millinats=path.cost, effect=composed_effect(hops))

    return [told(path) for path in found]
