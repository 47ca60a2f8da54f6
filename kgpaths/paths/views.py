"""Which edges a search walks, and the search graph of a view kept beside the snapshots.

`default` is what a clinician reasons with: relations with ``in_paths`` and edges that a curator or a sentence states.
`full` adds the other relations. Edges that only stand for words met in one sentence (`associated_in_text`) are in
neither: they weigh as evidence, and are no step of an argument.
Statements that contradict (a contraindication, an excluded phenotype) are in neither: a path is an argument *for*.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kgpaths.config import PathConfig
from kgpaths.errors import ConfigError, nearest
from kgpaths.files import new_folder
from kgpaths.graph import KnowledgeGraph
from kgpaths.paths.costs import edge_costs
from kgpaths.paths.priors import priors_file, read_priors, steps
from kgpaths.paths.search_graph import ANY, UNUSED, Barred, SearchGraph
from kgpaths.resources import cache_dir
from kgpaths.vocabulary.node_types import node_types
from kgpaths.vocabulary.relations import Family, relations, relations_of

View = Literal["default", "full"]
_FORMAT = 5
_ALIKE: tuple[tuple[tuple[Family, ...], bool], ...] = (
    (("manifestation",), False),
    (("location",), False),
    (("hierarchy", "similarity"), True),
    (("treatment",), True),
)
"""Families of relations that say the same for `SearchGraph.merely_shared`, and whether they are strict."""
_WORTH_KEEPING = 50_000
"""Edges; a smaller graph is made faster than it is opened."""


def search_graph(graph: KnowledgeGraph, config: PathConfig, view: View = "default") -> SearchGraph:
    """Return the search graph of a view; that of a large graph is read from the cache folder, or made and put there.

    The folder is named after the graph's hash and everything that goes into the costs. It is written beside its
    place and renamed, so that a reader finds all of it or nothing.
    """
    if graph.n_edges < _WORTH_KEEPING:
        return _make(graph, config, view)
    folder = cache_dir() / "paths" / f"{graph.hash[:16]}-{_cost_key(graph, config, view)}"
    if not folder.is_dir():
        made = _make(graph, config, view)
        try:
            with new_folder(folder) as part:
                made.save(part)
        except OSError as error:
            warnings.warn(
                f"the search graph cannot be kept in {folder.parent} ({error}); it is made anew each time", stacklevel=2
            )
            return made
    return SearchGraph.open(folder)


def view_costs(graph: KnowledgeGraph, config: PathConfig, view: View = "default") -> NDArray[np.uint16]:
    """Return the cost of every edge in milli-nats, 0 for edges outside the view; shape (E,).

    A predicate or node type that the vocabulary does not have is outside every view: it has neither cost nor phrase.
    """
    symmetric, walked = _predicate_tables(graph, view)
    costs = edge_costs(
        graph.subject,
        graph.object,
        graph.predicate,
        prior_millinats=_priors(graph, config),
        symmetric=symmetric,
        weight=config.degree_weight,
        hop_millinats=config.hop_millinats,
    )
    # Modes of inheritance, onsets and the like are no step of reasoning, whatever the relation.
    linkable = [kind in node_types() and node_types()[kind].linkable for kind in graph.node_types]
    concepts = np.array(linkable, dtype=bool)[graph.node_type]
    inside = walked[graph.predicate] & concepts[graph.subject] & concepts[graph.object]
    inside &= np.array([tier != "associated_in_text" for tier in graph.tiers], dtype=bool)[graph.tier]
    for step in config.forbidden:
        inside &= ~_takes(graph, step)
    return np.where(inside, costs, 0).astype(np.uint16)


def barred(graph: KnowledgeGraph, config: PathConfig) -> Barred:
    """Return the forbidden sequences of three and more types, both ways round, as the search wants them.

    Raises:
        ConfigError: an entry of ``config.forbidden`` is of neither form, or names no type or relation that there is.
    """
    codes = {name: code for code, name in enumerate(graph.node_types)}
    rows = set()
    for entry in config.forbidden:
        if _is_sequence(parts := _parts(entry)):
            # A type that the graph has no node of: no path holds the sequence.
            row = tuple(ANY if name == "*" else codes.get(name, len(codes)) for name in parts)
            rows |= {row, row[::-1]}
    width = max((len(row) for row in rows), default=3)
    table = [[UNUSED] * (width - len(row)) + list(row) for row in sorted(rows)]
    return Barred(graph.node_type, np.array(table, dtype=np.int16).reshape(-1, width))


def _parts(entry: str) -> list[str]:
    """Check an entry of `PathConfig.forbidden` and return its names."""
    parts = entry.split(">")
    is_step = len(parts) == 2 or (len(parts) == 3 and (parts[1] == "*" or parts[1] in relations()))
    for place, name in enumerate(parts):
        known = relations() if is_step and len(parts) == 3 and place == 1 else node_types()
        if len(parts) < 2 or (name != "*" and name not in known):
            both = (*known, *relations()) if len(parts) == 3 and place == 1 else known
            raise ConfigError(
                f"forbidden: {entry!r} is no TYPE>TYPE, TYPE>PREDICATE>TYPE or TYPE>TYPE>TYPE[>...]; "
                f"{nearest(name, both)}"
            )
    return parts


def _is_sequence(parts: list[str]) -> bool:
    return len(parts) > 3 or (len(parts) == 3 and parts[1] in node_types())


def _takes(graph: KnowledgeGraph, entry: str) -> NDArray[np.bool_]:
    """Return which edges a forbidden step stands for, in either direction; none for a sequence."""
    parts = _parts(entry)
    if _is_sequence(parts):
        return np.zeros(graph.n_edges, dtype=bool)
    left, predicate, right = (parts[0], "*", parts[1]) if len(parts) == 2 else parts

    def is_of(kind: str, nodes: NDArray[np.int32]) -> NDArray[np.bool_]:
        wanted = np.array([kind in ("*", other) for other in graph.node_types], dtype=bool)
        found: NDArray[np.bool_] = wanted[graph.node_type[nodes]]
        return found

    ends = is_of(left, graph.subject) & is_of(right, graph.object) | is_of(right, graph.subject) & is_of(
        left, graph.object
    )
    taken: NDArray[np.bool_] = np.array([predicate in ("*", other) for other in graph.predicates], dtype=bool)
    takes: NDArray[np.bool_] = ends & taken[graph.predicate]
    return takes


def _predicate_tables(graph: KnowledgeGraph, view: View) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Symmetry and membership of the view, by predicate code."""
    known = [relations().get(predicate) for predicate in graph.predicates]
    symmetric = np.array([relation is not None and relation.symmetric for relation in known], dtype=bool)
    walked = [
        relation is not None and relation.polarity != "contradicts" and (relation.in_paths or view == "full")
        for relation in known
    ]
    return symmetric, np.array(walked, dtype=bool)


def _priors(graph: KnowledgeGraph, config: PathConfig) -> NDArray[np.int64]:
    """Prior of every edge: that of its step, else of its relation, learned before built-in."""
    learned = read_priors(priors_file(config.priors)) if config.priors else {}
    known = [relations().get(predicate) for predicate in graph.predicates]
    by_predicate = [
        learned.get(name, relation.cost_millinats if relation else 1)
        for name, relation in zip(graph.predicates, known, strict=True)
    ]
    prior = np.array(by_predicate, dtype=np.int64)[graph.predicate]
    if any(">" in key for key in learned):
        names, step = steps(graph)
        at = np.array([learned.get(name, -1) for name in names], dtype=np.int64)[step]
        prior = np.where(at >= 0, at, prior)
    return prior


def _kinds(graph: KnowledgeGraph) -> list[int]:
    """What every predicate code is alike with: twice its number plus 1 if it is strict; a predicate may be alone."""
    alike = {
        name: 2 * number + strict
        for number, (families, strict) in enumerate(_ALIKE)
        for name in relations_of(*families)
    }
    return [alike.get(name, 2 * (len(_ALIKE) + code)) for code, name in enumerate(graph.predicates)]


def _make(graph: KnowledgeGraph, config: PathConfig, view: View) -> SearchGraph:
    costs = view_costs(graph, config, view)
    return SearchGraph.from_edges(
        graph.n_nodes,
        graph.subject,
        graph.object,
        costs,
        predicate=graph.predicate,
        edge_hash=graph.edge_hash,
        kinds=np.array(_kinds(graph), dtype=np.uint16),
    )


def _cost_key(graph: KnowledgeGraph, config: PathConfig, view: View) -> str:
    tables = [table.tolist() for table in _predicate_tables(graph, view)]
    named = sorted(zip(graph.predicates, *tables, strict=True))
    costs = [relations()[name].cost_millinats if name in relations() else 1 for name in sorted(graph.predicates)]
    learned = sorted(read_priors(priors_file(config.priors)).items()) if config.priors else []
    parts = [
        _FORMAT,
        view,
        config.forbidden,
        config.degree_weight,
        config.hop_millinats,
        named,
        costs,
        learned,
        _kinds(graph),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]
