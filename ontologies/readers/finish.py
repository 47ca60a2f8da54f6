"""Last, genes are tied to their proteins, types agree, and every edge has both ends and fits the vocabulary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from kgpaths.graph.default import kept_apart
from kgpaths.graph.merge import vocabulary
from kgpaths.graph.readers.own import Finished
from kgpaths.graph.tables import EdgeRecord, NodeRecord
from kgpaths.vocabulary.node_types import node_types
from kgpaths.vocabulary.relations import relations
from readers import crosswalk, gene_products, mesh

_READ_ELSEWHERE = {
    "HP": ("phenotype", "onset"),
    "OMIM": ("disease",),
    "ORPHA": ("disease",),
    "NCBIGene": ("gene",),
}
"""What edges may lead to of HPO, by vocabulary, with the types that it counts as."""


def finish(nodes: list[NodeRecord], edges: list[EdgeRecord], unaltered: list[NodeRecord], data: Path) -> Finished:
    """Return the nodes of all sources but HPO, each once, and their edges; those of HPO are `unaltered`."""
    matches = crosswalk.read_crosswalk(data)
    tied, ties = gene_products.tie(data, nodes, kept_apart())
    nodes = mesh.typed_alike(_without_repetitions([*tied, *nodes]), unaltered)
    types: dict[str, tuple[str, ...]] = {one.id: (one.type,) for one in nodes}
    types |= {one.id: _READ_ELSEWHERE.get(vocabulary(one.id), ()) for one in unaltered if one.id not in types}
    # An id that HPO replaced stands for the term; one that no source defines, for another of the same concept.
    replaced = {xref: one.id for one in unaltered for xref in one.xrefs if xref.startswith("HP:")}

    def known(end: str) -> str:
        return end if end in types else replaced.get(end) or crosswalk.stand_in(matches, end, types) or end

    edges = [edge._replace(subject=known(edge.subject), object=known(edge.object)) for edge in edges + ties]
    edges, left_out = _fitting(edges, types)
    return Finished(_connected(nodes, edges), edges, left_out)


def _without_repetitions(nodes: Iterable[NodeRecord]) -> list[NodeRecord]:
    """Return one record for each id: the first, with the names and cross-references of the others."""
    found: dict[str, NodeRecord] = {}
    for one in nodes:
        known = found.get(one.id)
        found[one.id] = (
            one
            if known is None
            else known._replace(
                names=tuple(dict.fromkeys(known.names + one.names)), xrefs=tuple(dict.fromkeys(known.xrefs + one.xrefs))
            )
        )
    return list(found.values())


def _fitting(edges: Iterable[EdgeRecord], types: dict[str, tuple[str, ...]]) -> tuple[list[EdgeRecord], Counter[str]]:
    """Return the edges whose ends exist and are of the types the vocabulary names, symmetric ones in one direction."""
    allowed = relations()
    found: dict[tuple[str, str, str, str], EdgeRecord] = {}
    left_out: Counter[str] = Counter()
    for edge in edges:
        relation = allowed[edge.predicate]
        if relation.symmetric and edge.object < edge.subject:
            edge = edge._replace(subject=edge.object, object=edge.subject)
        subject, object_ = (types.get(one, ()) for one in (edge.subject, edge.object))
        key = (edge.subject, edge.predicate, edge.object, edge.source)
        if not (subject and object_):
            left_out[f"{edge.source}: an end is no node"] += 1
        elif edge.subject == edge.object:
            left_out[f"{edge.source}: both ends are the same"] += 1
        elif not (set(subject) & set(relation.subject_types) and set(object_) & set(relation.object_types)):
            left_out[f"{edge.source}: {subject[0]} {edge.predicate} {object_[0]}"] += 1
        elif key in found:
            known = found[key]
            merged = {**{one.reference: one for one in (*known.evidence, *edge.evidence)}}
            found[key] = known._replace(
                strength=max(known.strength, edge.strength), evidence=tuple(merged[ref] for ref in sorted(merged))
            )
        else:
            found[key] = edge
    return list(found.values()), left_out


def _connected(nodes: Iterable[NodeRecord], edges: Iterable[EdgeRecord]) -> list[NodeRecord]:
    """Return the nodes that have an edge, are to be merged with another, or can be linked to: all but bare names."""
    used = {end for edge in edges for end in (edge.subject, edge.object)}
    return [one for one in nodes if one.id in used or one.xrefs or node_types()[one.type].group == "condition"]
