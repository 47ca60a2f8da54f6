"""Which nodes lie below the roots that a user named, and in which vocabulary the id of each is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kgpaths.graph.concept_ids import below, has_id_in

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph


class Roots:
    """Roots of hierarchies, and vocabularies in order of preference; both may be empty.

    Raises:
        UnknownNode: no node has the id of a root.
        UsageError: the graph has no ids of one of the vocabularies.

    >>> from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
    >>> graph = KnowledgeGraph.from_records(
    ...     [NodeRecord("HP:1", "Abnormality", "phenotype", "hpo"), NodeRecord("DOID:4", "disease", "disease", "doid"),
    ...      NodeRecord("DOID:1", "gout", "disease", "doid", xrefs=("HP:3",))],
    ...     [EdgeRecord("DOID:1", "is_a", "HP:1", "hpo", "1", "MIT")])
    >>> Roots(graph, ["HP:1"]).id_of("DOID:1"), Roots(graph, ["HP:1"]).id_of("DOID:4")
    ('HP:3', None)
    >>> Roots(graph, ["HP:1"], ["DOID"]).id_of("DOID:1"), Roots(graph).id_of("DOID:1")
    ('DOID:1', 'DOID:1')
    """

    def __init__(self, graph: KnowledgeGraph, roots: Sequence[str] = (), vocabularies: Sequence[str] = ()) -> None:
        self._graph, self._vocabularies = graph, tuple(vocabularies)
        for vocabulary in vocabularies:
            has_id_in(graph, vocabulary)
        self._below: dict[str, npt.NDArray[np.bool_]] = {}
        """What lies below the roots of each vocabulary: bool[N]."""
        for root in roots:
            found, vocabulary = below(graph, root), root.partition(":")[0]
            self._below[vocabulary] = found | self._below.get(vocabulary, False)
        self.linkable = np.logical_or.reduce([*self._below.values()]) if roots else np.ones(graph.n_nodes, np.bool_)
        """Which nodes lie below a root, all where none was named: bool[N]."""

    def id_of(self, node: int | str) -> str | None:
        """Return the id of a node in the first of the vocabularies that it has one in; None if it has none.

        Without vocabularies, its id in that of the first root it lies below; without roots too, its id in the graph.
        """
        graph = self._graph
        place = graph.index(node) if isinstance(node, str) else node
        if self._vocabularies:
            return graph.id_in(place, *self._vocabularies) if self.linkable[place] else None
        if not self._below:
            return graph.id(place)
        return graph.id_in(place, *(vocabulary for vocabulary, found in self._below.items() if found[place]))
