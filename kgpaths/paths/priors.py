"""Costs of relations, or of steps between types of nodes, that take the place of the built-in ones.

A priors file is YAML: `treats: 100` prices a relation, `drug>targets>gene: 0` a step. The one that comes with kgpaths,
`ontologies/paths/mechanism.yaml`, is learned by `kgpaths.learning.step_costs`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kgpaths.errors import ConfigError
from kgpaths.graph import KnowledgeGraph
from kgpaths.resources import resource
from kgpaths.vocabulary.relations import relations


def steps(graph: KnowledgeGraph) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the kinds of steps, ``TYPE>PREDICATE>TYPE``, and which of them every edge is, shape (E,).

    A symmetric relation has its types in alphabetical order, so that both directions are one kind of step.
    """
    kinds, predicates = graph.node_types, graph.predicates
    n_kinds = len(kinds)
    left, right = (graph.node_type[ends].astype(np.int64) for ends in (graph.subject, graph.object))
    symmetric = np.array([name in relations() and relations()[name].symmetric for name in predicates], dtype=bool)
    rank = np.argsort(np.argsort(np.array(kinds)))
    turned = symmetric[graph.predicate] & (rank[left] > rank[right])
    left, right = np.where(turned, right, left), np.where(turned, left, right)
    codes, step = np.unique((left * len(predicates) + graph.predicate) * n_kinds + right, return_inverse=True)
    names = tuple(
        f"{kinds[code // n_kinds // len(predicates)]}>{predicates[code // n_kinds % len(predicates)]}>"
        f"{kinds[code % n_kinds]}"
        for code in codes.tolist()
    )
    return names, step.astype(np.int64)


def priors_file(name: str) -> Path:
    """Return the file of `PathConfig.priors`: one that comes with kgpaths, by its name, or the path itself.

    >>> priors_file("mechanism").name, priors_file("runs/priors.yaml").name
    ('mechanism.yaml', 'priors.yaml')
    """
    return resource("ontologies", "paths", "mechanism.yaml") if name == "mechanism" else Path(name)


def read_priors(path: Path) -> dict[str, int]:
    """Read a priors file.

    Raises:
        ConfigError: it cannot be read, or a line is no relation or step with a cost of 0 or more.
    """
    import yaml

    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"priors {path} cannot be read: {error}") from error
    wrong = (
        [
            name
            for name, cost in (found or {}).items()
            if not isinstance(cost, int) or isinstance(cost, bool) or cost < 0
        ]
        if isinstance(found, dict)
        else [str(found)]
    )
    if wrong:
        raise ConfigError(f"priors {path}: {wrong[0]!r} has no whole, non-negative number of milli-nats")
    return {str(name): cost for name, cost in found.items()}
