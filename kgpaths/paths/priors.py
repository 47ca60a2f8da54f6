"""Costs of relations learned from the paths of accepted rows.

At every step of a path one edge was taken where others could have been. A relation that is taken more often than its
share of the edges at hand deserves to be cheap::

    cost(r) = 1000 * (c - ln((steps over r + 1) / (expected steps over r + 1)))      c so that the cheapest costs 0

The expected number is summed over all steps from the relation's share of the edges at the node that the step leaves;
so hubs and frequent relations are no better off (the log-odds of taken edges against degree-matched others; compare
relation paths learned from answered questions, RoG, arXiv:2310.01061).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kgpaths.errors import ConfigError
from kgpaths.graph import KnowledgeGraph
from kgpaths.records import ReasoningPath
from kgpaths.resources import resource
from kgpaths.vocabulary.relations import relations

_DEAREST = 6000


def learn_priors(graph: KnowledgeGraph, paths: Iterable[ReasoningPath]) -> dict[str, int]:
    """Return the learned cost in milli-nats of every relation that was taken or could have been, by name.

    Args:
        graph: the graph that the paths walk.
        paths: selected paths of accepted rows.
    """
    taken: Counter[str] = Counter()
    expected: Counter[str] = Counter()
    for path in paths:
        for hop in path.hops:
            node = graph.index(hop.start)
            at_hand = graph.predicate[graph.arcs[graph.indptr[node] : graph.indptr[node + 1]]]
            codes, counts = np.unique(at_hand, return_counts=True)
            taken[hop.predicate] += 1
            for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
                expected[graph.predicates[code]] += count / len(at_hand)
    gain = {name: math.log((taken[name] + 1) / (expected[name] + 1)) for name in sorted({*taken, *expected})}
    best = max(gain.values(), default=0.0)
    return {name: min(round(1000 * (best - value)), _DEAREST) for name, value in gain.items()}


def priors_text(priors: Mapping[str, int]) -> str:
    """Return the content of a priors file.

    >>> print(priors_text({"treats": 0, "is_a": 1200}), end="")
    # Costs of relations in milli-nats; made by `kgpaths paths learn-priors`.
    is_a: 1200
    treats: 0
    """
    head = "# Costs of relations in milli-nats; made by `kgpaths paths learn-priors`.\n"
    return head + "".join(f"{name}: {priors[name]}\n" for name in sorted(priors))


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
