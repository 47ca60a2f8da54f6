"""Decide which statements a chain may say: the kinds that hold as sentences (`ontologies/paths/unsaid.yaml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from kgpaths.resources import resource
from kgpaths.vocabulary.relations import relations_of

if TYPE_CHECKING:
    from kgpaths.graph.knowledge_graph import KnowledgeGraph

_ROUNDING = 1e-6
"""Strengths are stored with 32 bits: 0.9 must not fall below itself."""


class Unsaid(BaseModel):
    """Kinds of statements that are evidence and no sentence of a chain."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text_strength: float
    """Edges read in texts are said from this strength on."""
    corroborated_by: int
    """Other sources that must state the same for a statement of an unsaid kind to be said."""
    predicates: frozenset[str]
    """Predicates that are never said."""
    sources: Mapping[str, frozenset[str]]
    """Source -> its predicates that are not said, unless corroborated."""
    types: tuple[str, ...]
    """Statements between types that are not said, unless corroborated: TYPE>PREDICATE>TYPE with ``*`` for any."""
    empty_names: tuple[str, ...]
    """Regular expressions for names of classes that say nothing of a patient."""

    def holds(self, source: str, predicate: str) -> bool:
        """Say whether statements of a kind are left unsaid, whatever their strength."""
        return predicate in self.predicates or predicate in self.sources.get(source, ())

    @cached_property
    def empty(self) -> re.Pattern[str]:
        """What matches an empty name, case aside."""
        return re.compile("|".join(f"(?:{one})" for one in self.empty_names), re.IGNORECASE)


@cache
def unsaid() -> Unsaid:
    """Return the table.

    >>> unsaid().holds("hetionet", "has_symptom"), unsaid().holds("doid", "has_symptom")
    (True, False)
    """
    import yaml

    return Unsaid(**yaml.safe_load(resource("ontologies", "paths", "unsaid.yaml").read_text(encoding="utf-8")))


def of_another() -> frozenset[str]:
    """Return the predicates between two things: of a thing under two names, or of it and its kind, they say nothing.

    >>> "causes" in of_another(), "is_a" in of_another()
    (True, False)
    """
    return relations_of("manifestation", "etiology", "risk")


def says_nothing(subject: str, object_: str, predicate: str) -> bool:
    """Say whether a statement between two names is empty: a class of a catalogue, or a thing that shows itself.

    >>> says_nothing("acute kidney failure", "kidney failure", "has_symptom")
    True
    >>> says_nothing("acute kidney failure", "kidney failure", "is_a")
    False
    >>> says_nothing("gout", "joint pain", "has_symptom")
    False
    """
    if unsaid().empty.search(subject) or unsaid().empty.search(object_):
        return True
    one, other = (f" {' '.join(re.findall(r'[a-z0-9]+', name.casefold()))} " for name in (subject, object_))
    return predicate in of_another() and (one in other or other in one)


@cache
def withdrawn() -> frozenset[tuple[str, str, str]]:
    """Return the statements that reading found wrong, as (subject, predicate, object).

    >>> ("DOID:0051061", "has_symptom", "DOID:332") in withdrawn()  # stroke, amyotrophic lateral sclerosis
    True
    """
    lines = resource("ontologies", "paths", "withdrawn.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return frozenset((subject, predicate, object_) for subject, predicate, object_, *_ in rows[1:])


@cache
def confirmed() -> NDArray[np.uint64]:
    """Return the ids of the statements of unsaid kinds that were read one by one and found true, ascending, shape (C,).

    >>> bool((confirmed()[1:] > confirmed()[:-1]).all())
    True
    """
    lines = resource("ontologies", "paths", "confirmed.txt").read_text(encoding="utf-8").splitlines()
    return np.array(sorted(int(line, 16) for line in lines if not line.startswith("#")), dtype=np.uint64)


def sayable(graph: KnowledgeGraph) -> NDArray[np.bool_]:
    """Return which edges of a graph a chain may state by their kind and strength, shape (E,).

    Names and single statements are not looked at: `KnowledgeGraph.may_say` does that for one edge.
    """
    table = unsaid()
    if not graph.n_edges:
        return np.zeros(0, dtype=bool)
    never = np.array([name in table.predicates for name in graph.predicates], dtype=bool)
    kinds = np.array([[not table.holds(source, name) for name in graph.predicates] for source in graph.sources])
    weakest = np.array([{"curated": 0.0, "text": table.text_strength}.get(tier, np.inf) for tier in graph.tiers])
    strong: NDArray[np.bool_] = np.asarray(graph.strength) >= (weakest - _ROUNDING)[graph.tier]
    # Edges are sorted by (subject, object, predicate, source): what several sources state stands side by side.
    ends = np.stack([np.asarray(graph.subject), np.asarray(graph.object), np.asarray(graph.predicate).astype(np.int32)])
    group = np.concatenate([[0], np.cumsum((ends[:, 1:] != ends[:, :-1]).any(axis=0))])
    stated = np.bincount(group, weights=strong)[group]
    kept: NDArray[np.bool_] = kinds[graph.source, graph.predicate] & _of_fitting_types(graph)
    kept |= stated > table.corroborated_by
    kept |= np.isin(np.asarray(graph.edge_hash), confirmed())
    kept &= strong & ~never[graph.predicate]
    return kept


def _of_fitting_types(graph: KnowledgeGraph) -> NDArray[np.bool_]:
    """Return which edges join types that statements of their predicate are said between, shape (E,)."""
    types = np.asarray(graph.node_type)
    fits = np.ones(graph.n_edges, dtype=bool)
    for kind in unsaid().types:
        left, predicate, right = kind.split(">")
        wrong = np.array([name == predicate for name in graph.predicates], dtype=bool)[graph.predicate]
        for name, ends in ((left, graph.subject), (right, graph.object)):
            if name != "*":
                wrong &= np.array([one == name for one in graph.node_types], dtype=bool)[types[ends]]
        fits &= ~wrong
    return fits
