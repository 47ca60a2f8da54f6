from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kgpaths.paths.costs import MAX_COST, edge_costs

NO_PRIOR = {"prior_millinats": np.int64(0), "symmetric": np.array([False, False, True])}


@given(
    edges=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 2)), min_size=1, max_size=30),
    weight=st.sampled_from([0.0, 0.4, 0.5, 1.0]),
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_cost_is_the_negative_log_of_the_degree_product(edges: list[tuple[int, int, int]], weight: float) -> None:
    s, o, p = np.array(edges).T
    costs = edge_costs(s, o, p, **NO_PRIOR, weight=weight, hop_millinats=100)
    statements = {(u, v, r) for u, v, r in edges} | {(v, u, r) for u, v, r in edges if r == 2}
    for (u, v, r), cost in zip(edges, costs.tolist(), strict=True):
        d_out = sum(1 for a, _, q in statements if (a, q) == (u, r))
        d_in = sum(1 for _, b, q in statements if (b, q) == (v, r))
        assert abs(cost - 100 + 1000 * math.log(d_out**-weight * d_in**-weight)) <= 1


def test_a_statement_by_two_sources_counts_once() -> None:
    once = edge_costs(np.array([0]), np.array([1]), np.array([0]), **NO_PRIOR)
    twice = edge_costs(np.array([0, 0]), np.array([1, 1]), np.array([0, 0]), **NO_PRIOR)
    assert twice.tolist() == once.tolist() * 2


def test_costs_are_clipped_into_a_uint16() -> None:
    tables = {"prior_millinats": np.array([10**6, -(10**6)]), "symmetric": np.array([False, False])}
    costs = edge_costs(np.array([0, 0]), np.array([1, 1]), np.array([0, 1]), **tables)
    assert costs.tolist() == [MAX_COST, 1]
    assert edge_costs(np.zeros(0, int), np.zeros(0, int), np.zeros(0, int), **tables).tolist() == []
