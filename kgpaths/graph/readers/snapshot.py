"""A graph that kgpaths has built, as a source of another: what is put beside it comes on top of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from kgpaths.errors import ConfigError
from kgpaths.graph.readers.faults import Faults
from kgpaths.graph.readers.reader import Reader, Settings
from kgpaths.graph.readers.values import as_list
from kgpaths.graph.tables import EdgeRecord, NodeRecord

if TYPE_CHECKING:
    from kgpaths.graph.knowledge_graph import KnowledgeGraph


DEFAULT = "default"
"""The graph that comes with the library, named where a path would stand."""


class Snapshot(Reader):
    """Reads `default` or a snapshot folder; edges keep their ids, sources, licences, tiers and evidence.

    `types`, `predicates` and the option `tiers` choose what is taken; nodes and edges that they leave out are counted.
    """

    FORMAT = "snapshot"
    DESCRIPTION = (
        "a graph that kgpaths has built: `default` or a snapshot folder; its concepts and edges keep their ids"
    )
    OPTIONS: ClassVar[Mapping[str, str]] = {"tiers": "list of the tiers whose edges are taken; all when not given"}

    def __init__(self, paths: Sequence[Path], settings: Settings, faults: Faults) -> None:
        super().__init__(paths, settings, faults)
        if len(paths) != 1:
            raise ConfigError("snapshot: one graph a source; list the other as another source")
        for key in ("source", "version", "licence", "licences", "columns"):
            if getattr(settings, key):
                raise ConfigError(f"snapshot has no use for `{key}`: what a graph states keeps its own; leave it out")

    @cached_property
    def graph(self) -> KnowledgeGraph:
        """The graph, opened when it is first asked for.

        Raises:
            SnapshotError: the folder is no snapshot, or a torn one.
            UsageError: there is no such tier.
        """
        from kgpaths.graph.knowledge_graph import KnowledgeGraph

        path = str(self.paths[0])
        opened = KnowledgeGraph.open(path, tiers=as_list(self.option("tiers", None)))
        self.version = opened.hash[:16]
        return opened

    @property
    def where(self) -> str:
        return str(self.paths[0])

    def nodes(self) -> Iterator[NodeRecord]:
        for node in self.graph.nodes():
            ours = self.type_of(node.type, node.id) if node.type in self.settings.types else node.type
            if ours is not None:
                yield node if ours == node.type else node._replace(type=ours)

    def edges(self) -> Iterator[EdgeRecord]:
        left_out = {name for name, ours in self.settings.types.items() if ours is None}
        for edge in self.graph.edges():
            if left_out and {self.graph.type(edge.subject), self.graph.type(edge.object)} & left_out:
                self.faults.skip("edge of a node that is left out by the specification")
                continue
            told = edge.predicate in self.settings.predicates
            known = self.predicate(edge.predicate) if told else (edge.predicate, False)
            if known is not None:
                subject, object_ = (edge.object, edge.subject) if known[1] else (edge.subject, edge.object)
                yield EdgeRecord(
                    subject,
                    known[0],
                    object_,
                    edge.source,
                    edge.source_version,
                    edge.licence,
                    edge.tier,
                    edge.strength,
                    edge.evidence,
                )
