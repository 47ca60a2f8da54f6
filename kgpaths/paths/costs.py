"""What an edge costs: degree-weighted path counts, made additive and integer.

The degree-weighted path count (DWPC; Himmelstein & Baranzini 2015, doi:10.1371/journal.pcbi.1004259; Himmelstein
et al. 2017, doi:10.7554/eLife.26726) damps every edge of a path by the degrees of both ends *within its relation*:
``PDP = prod(d_source ** -w * d_target ** -w)``. Its negative logarithm is a sum over edges, so that a search for
cheapest paths is a search for paths of largest degree product::

    cost = t(d_out) + t(d_in) + hop + prior        in milli-nats, clipped to 1 .. 65535
    t(d) = round(1000 * w * ln d)

`d_out` is the number of distinct objects that the subject has under the predicate, `d_in` the number of distinct
subjects that the object has; for a symmetric predicate both count neighbours in either direction. `hop` is paid for
every edge, `prior` comes from ``ontologies/relations.yaml``, or was learned, for a relation (`kgpaths.paths.priors`) or
for a relation between two types of nodes (`kgpaths.learning.step_costs`).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

MAX_COST = 65_535
"""Largest edge cost; costs are stored as uint16."""


def log_table(largest: int, weight: float) -> NDArray[np.int64]:
    """Return ``t(d) = round(1000 * weight * ln d)`` for d = 0 .. `largest`; ``t(0) = 0``.

    >>> log_table(3, 0.5).tolist()
    [0, 0, 347, 549]
    """
    return np.array([0, *(round(1000 * weight * math.log(d)) for d in range(1, largest + 1))], dtype=np.int64)


def edge_costs(
    subject: NDArray[np.integer],
    object: NDArray[np.integer],
    predicate: NDArray[np.integer],
    *,
    prior_millinats: NDArray[np.integer],
    symmetric: NDArray[np.bool_],
    weight: float = 0.5,
    hop_millinats: int = 100,
) -> NDArray[np.uint16]:
    """Return the cost of every edge in milli-nats, shape (E,).

    Args:
        subject: node index of every edge's subject, shape (E,).
        object: node index of every edge's object, shape (E,).
        predicate: predicate code of every edge, shape (E,).
        prior_millinats: prior of every edge, shape (E,).
        symmetric: whether a predicate code reads the same in both directions.
        weight: DWPC's damping exponent `w`.
        hop_millinats: cost of a hop as such.

    A fever with two diseases, of which one has a second symptom; priors 0 and hop cost 100:

    >>> edge_costs(np.array([0, 1, 1]), np.array([2, 2, 3]), np.zeros(3, int),
    ...            prior_millinats=np.zeros(3, int), symmetric=np.array([False])).tolist()
    [447, 794, 447]
    """
    if not len(subject):
        return np.zeros(0, dtype=np.uint16)
    node_range = int(max(subject.max(), object.max())) + 1
    s, o, p = subject.astype(np.int64), object.astype(np.int64), predicate.astype(np.int64)
    both = symmetric[p]
    tails, heads = np.concatenate([s, o[both]]), np.concatenate([o, s[both]])
    relations = np.concatenate([p, p[both]])
    # One triple per distinct statement: the same statement by two sources does not make a node a hub.
    triples = np.stack([relations, tails, heads], axis=1)
    triples = triples[np.lexsort((heads, tails, relations))]
    first = np.ones(len(triples), dtype=bool)
    first[1:] = (triples[1:] != triples[:-1]).any(axis=1)
    relations, tails, heads = triples[first].T
    out_of, d_out = np.unique(relations * node_range + tails, return_counts=True)
    into, d_in = np.unique(relations * node_range + heads, return_counts=True)
    table = log_table(int(max(d_out.max(), d_in.max())), weight)
    degree_cost = table[d_out[np.searchsorted(out_of, p * node_range + s)]]
    degree_cost = degree_cost + table[d_in[np.searchsorted(into, p * node_range + o)]]
    total: NDArray[np.int64] = degree_cost + hop_millinats + prior_millinats.astype(np.int64)
    return np.clip(total, 1, MAX_COST).astype(np.uint16)
