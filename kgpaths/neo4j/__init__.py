"""Take graphs to Neo4j and back without loss, and search paths inside it.

What a pushed graph looks like there::

    (:KgNode {id, index, name, type, source, xrefs, name_texts, name_scopes, degree})
    (:KgNode)-[:KG_EDGE {id, number, predicate, source, source_version, licence, tier, strength, evidence}]->(:KgNode)
    (:KgNode)-[:KG_ARC {cost, edge}]-(:KgNode)      the search graph, one a pair of neighbours; `edge` stands for it
    (:KgGraph {key, name, content_hash, meta, …})   what graph it is, and how far a push has come

Predicates are properties, not relationship types: Cypher 5 takes no parameter in the place of a type, and text that
came from a file is never put into a query. The labels and types are ours alone, so that a graph may share a database
with other data, and ``--replace`` removes nothing else.
"""

from __future__ import annotations

from kgpaths.neo4j.pull import pull, snapshot_of
from kgpaths.neo4j.push import PushReport, push
from kgpaths.neo4j.query import Neo4jGraph

__all__ = ["Neo4jGraph", "PushReport", "pull", "push", "snapshot_of"]
