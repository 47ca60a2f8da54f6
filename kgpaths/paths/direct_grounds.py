"""Ground a model's claims the plain way: link both ends by name, and look for the edges between them.

What a claim says in words is not compared with what an edge says: the model sees the edge and decides whether it fits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.vocabulary import relations
from kgpaths.linking import EntityLinker
from kgpaths.records import Claim, Edge, Grounded, GroundedClaim, Mention, QAItem

_DENIES = re.compile(
    r"\b(?:not|no|never|cannot|without|contraindicat\w*|avoid\w*|rules? out|excludes?|against)\b", re.I
)
_LOOSE = frozenset({"partial", "ngram"})
"""Tiers that link one word of a name: what they find may be something else."""


class DirectGrounds:
    """Grounds claims by direct edges that a chain may state; finds no sentences and no paths."""

    def __init__(self, graph: KnowledgeGraph, linker: EntityLinker) -> None:
        self._graph, self._linker = graph, linker

    def __call__(
        self, item: QAItem, mentions: tuple[Mention, ...], claims: Sequence[Claim], concepts: Sequence[str]
    ) -> Grounded:
        """Return the claims, each with the edges between what its ends link to, in the order of the graph."""
        del item, mentions, concepts
        return Grounded(claims=tuple(self._claim(claim) for claim in claims))

    def _claim(self, claim: Claim) -> GroundedClaim:
        subjects, objects = self._nodes(claim.subject), self._nodes(claim.object)
        numbers = {
            number
            for subject in subjects
            for object_ in objects
            if subject != object_
            for number in self._graph.numbers_between(self._graph.index(subject), self._graph.index(object_))
        }
        edges = [self._graph.edge_at(number) for number in sorted(numbers) if self._graph.may_say(number)]
        denies = _DENIES.search(claim.relation) is not None
        return GroundedClaim(
            claim=claim,
            subject_id=subjects[0] if subjects else "",
            object_id=objects[0] if objects else "",
            edges=tuple(edge for edge in edges if _contradicts(edge) == denies),
            against=tuple(edge for edge in edges if _contradicts(edge) != denies),
        )

    def _nodes(self, name: str) -> list[str]:
        """Return what a name links to as a whole, the likeliest first."""
        found = [mention for mention in self._linker.link_string(name) if mention.tier not in _LOOSE]
        return list(dict.fromkeys(mention.node_id for mention in sorted(found, key=lambda one: -one.score)))


def _contradicts(edge: Edge) -> bool:
    known = relations().get(edge.predicate)
    return known is not None and known.polarity == "contradicts"
