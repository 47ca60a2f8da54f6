"""Which statements a chain may say: the kinds that hold as sentences (`ontologies/paths/unsaid.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from kgpaths.records import Edge
from kgpaths.resources import resource

if TYPE_CHECKING:
    from kgpaths.graph.knowledge_graph import KnowledgeGraph

_ROUNDING = 1e-6
"""Strengths are stored with 32 bits: 0.9 must not fall below itself."""


class Unsaid(BaseModel):
    """Kinds of statements that are evidence and no sentence of a chain."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text_strength: float
    """Edges read in texts are said from this strength on."""
    predicates: frozenset[str]
    sources: Mapping[str, frozenset[str]]
    """Source -> its predicates that are not said."""

    def holds(self, source: str, predicate: str) -> bool:
        """Say whether statements of a kind are left unsaid, whatever their strength."""
        return predicate in self.predicates or predicate in self.sources.get(source, ())


@cache
def unsaid() -> Unsaid:
    """Return the table.

    >>> unsaid().holds("hetionet", "has_symptom"), unsaid().holds("doid", "has_symptom")
    (True, False)
    """
    return Unsaid(**yaml.safe_load(resource("ontologies", "paths", "unsaid.yaml").read_text(encoding="utf-8")))


def may_be_said(edge: Edge) -> bool:
    """Say whether a chain may state an edge.

    >>> edge = Edge(id="e", subject="DOID:1", predicate="has_symptom", object="HP:1", source="hetionet",
    ...             source_version="1", licence="CC0-1.0")
    >>> may_be_said(edge), may_be_said(edge.model_copy(update={"source": "doid"}))
    (False, True)
    """
    if edge.tier == "associated_in_text" or (
        edge.tier == "text" and edge.strength < unsaid().text_strength - _ROUNDING
    ):
        return False
    return not unsaid().holds(edge.source, edge.predicate)


def sayable(graph: KnowledgeGraph) -> NDArray[np.bool_]:
    """Return which edges of a graph a chain may state, shape (E,)."""
    table = unsaid()
    kinds = np.array([[not table.holds(source, name) for name in graph.predicates] for source in graph.sources])
    said: NDArray[np.bool_] = (
        kinds[graph.source, graph.predicate] if kinds.size else np.zeros(graph.n_edges, dtype=bool)
    )
    weakest = np.array([{"curated": 0.0, "text": table.text_strength}.get(tier, np.inf) for tier in graph.tiers])
    return said & (np.asarray(graph.strength) >= (weakest - _ROUNDING)[graph.tier])
