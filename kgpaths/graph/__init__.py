"""A knowledge graph is a directed typed multigraph, read from a snapshot folder of memory-mapped arrays."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kgpaths.graph.builder import build_snapshot
from kgpaths.graph.ids import edge_id
from kgpaths.graph.knowledge_graph import KnowledgeGraph
from kgpaths.graph.snapshot import SnapshotMeta
from kgpaths.graph.tables import EdgeRecord, NodeName, NodeRecord

if TYPE_CHECKING:
    from kgpaths.graph.assembly import build_from_spec as build_from_spec
    from kgpaths.graph.view import GraphView as GraphView

_HOME = {
    "GraphView": "kgpaths.graph.view",
    "build_from_spec": "kgpaths.graph.assembly",
}
"""Loaded on first use: whoever opens a graph needs no reader of other formats and no database."""

__all__ = [
    "EdgeRecord",
    "GraphView",
    "KnowledgeGraph",
    "NodeName",
    "NodeRecord",
    "SnapshotMeta",
    "build_from_spec",
    "build_snapshot",
    "edge_id",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'kgpaths.graph' has no attribute {name!r}")
