"""A merged node has an id in each vocabulary, and lies in the hierarchy of each of them.

A node made of several has one id and, first among its cross-references, the ids of the nodes that it was made of; ids
that their vocabularies gave up come after these. A vocabulary is the prefix of its ids: `HP` of `HP:0000118`.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kgpaths.errors import UsageError, nearest

if TYPE_CHECKING:
    from kgpaths.graph.knowledge_graph import KnowledgeGraph
    from kgpaths.graph.snapshot import Strings


def id_in(graph: KnowledgeGraph, node: int | str, *vocabularies: str) -> str | None:
    """Return the id of a node in the first of the vocabularies that it has one in; see `KnowledgeGraph.id_in`."""
    place = graph.index(node) if isinstance(node, str) else node
    own = graph.id(place)
    xrefs: tuple[str, ...] | None = None
    for vocabulary in vocabularies:
        prefix = f"{vocabulary}:"
        if own.startswith(prefix):
            return own
        xrefs = graph.node(place).xrefs if xrefs is None else xrefs
        ids = [xref for xref in xrefs if xref.startswith(prefix)]
        if ids and (len(ids) == 1 or _rows(graph.ids, vocabulary)):
            return ids[0]
    return None


def has_id_in(graph: KnowledgeGraph, vocabulary: str) -> npt.NDArray[np.bool_]:
    """Return which nodes have an id or a cross-reference in a vocabulary: bool[N].

    Raises:
        UsageError: no node has; the nearest vocabulary is named.
    """
    own, other = _rows(graph.ids, vocabulary), _rows(graph.xrefs, vocabulary)
    if not own and not other:
        known = {curie.partition(":")[0] for curies in (graph.ids, graph.xrefs) for curie in curies if ":" in curie}
        raise UsageError(
            f"the graph {graph.meta.name!r} has no ids of {vocabulary!r}; {nearest(vocabulary.upper(), known)}"
        )
    has = np.zeros(graph.n_nodes, np.bool_)
    has[own.start : own.stop] = True
    has[graph.xref_node[other.start : other.stop]] = True
    return has


def below(graph: KnowledgeGraph, root: str) -> npt.NDArray[np.bool_]:
    """Return the nodes that are a term, or lie below it in the hierarchy of the term's vocabulary: bool[N].

    Nodes count by their ids in it, whichever id they carry in the graph, and so do the `is_a` statements of the sources
    that define its nodes, or of all sources where these state none. O(edges).

    Raises:
        UnknownNode: no node has the id.
        UsageError: the id has no prefix, so that it is of no vocabulary.

    >>> from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
    >>> graph = KnowledgeGraph.from_records(
    ...     [NodeRecord("HP:1", "Abnormality", "phenotype", "hpo"), NodeRecord("HP:2", "Onset", "onset", "hpo"),
    ...      NodeRecord("DOID:1", "gout", "disease", "doid", xrefs=("HP:3",))],
    ...     [EdgeRecord("DOID:1", "is_a", "HP:1", "hpo", "1", "MIT")])
    >>> [graph.id(node) for node in below(graph, "HP:1").nonzero()[0]]
    ['DOID:1', 'HP:1']
    """
    top = graph.index(root)
    vocabulary, colon, _ = root.partition(":")
    if not colon:
        raise UsageError(f"the id {root!r} has no prefix that names its vocabulary; give one such as HP:0000118")
    has = has_id_in(graph, vocabulary)
    is_a = graph.predicate == (graph.predicates.index("is_a") if "is_a" in graph.predicates else -1)
    within = is_a & has[graph.subject] & has[graph.object]
    own = _rows(graph.ids, vocabulary)
    stated = within & np.isin(graph.source, np.unique(graph.node_source[own.start : own.stop]))
    taken = stated if stated.any() else within
    child, parent = graph.subject[taken], graph.object[taken]
    found = np.zeros(graph.n_nodes, np.bool_)
    found[top] = True
    while (new := child[found[parent] & ~found[child]]).size:
        found[new] = True
    return found


def _rows(curies: Strings, vocabulary: str) -> range:
    """Return where the ids of a vocabulary stand in a sorted table."""
    return range(bisect_left(curies, f"{vocabulary}:"), bisect_left(curies, f"{vocabulary};"))  # ";" follows ":"
