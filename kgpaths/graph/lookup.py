"""Find the node that a person means by an id or a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgpaths.errors import UnknownNode

if TYPE_CHECKING:
    from kgpaths.graph.knowledge_graph import KnowledgeGraph


def resolve(graph: KnowledgeGraph, text: str) -> str:
    """Return the id of the node with this id, cross-reference or name (case and spacing aside).

    Of several nodes with the name, the one whose name it is most closely, then the one with most neighbours.

    Raises:
        UnknownNode: no node has it; the message names the nearest names.

    >>> from kgpaths.graph import KnowledgeGraph, NodeRecord
    >>> graph = KnowledgeGraph.from_records([NodeRecord("DOID:13189", "gout", "disease", "doid")], [])
    >>> resolve(graph, "Gout"), resolve(graph, "DOID:13189")
    ('DOID:13189', 'DOID:13189')
    >>> resolve(graph, "gaut")
    Traceback (most recent call last):
    ...
    kgpaths.errors.UnknownNode: no node has the id or name 'gaut'; nearest: gout
    """
    if text in graph:
        return graph.canonical(text)
    found = graph.search(text)
    if found:
        return found[0] if len(found) == 1 else max(found, key=lambda node: (graph.degree(node), node))
    from rapidfuzz import fuzz, process

    names: dict[str, str] = {}
    for _, name in graph.names():
        names.setdefault(name.text.casefold(), name.text)
    near = process.extract(
        text, list(names.values()), scorer=fuzz.ratio, processor=str.casefold, limit=3, score_cutoff=60
    )
    hint = f"; nearest: {', '.join(name for name, _, _ in near)}" if near else ""
    raise UnknownNode(f"no node has the id or name {text!r}{hint}")
