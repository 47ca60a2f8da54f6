"""What the choice of paths is compared with: cost alone, by several formulas, and the findings' joint evidence alone.

Formulas of an edge's cost that look at degrees only; d(v) is the number of neighbours of v, N the number of nodes::

    hub      500 * (ln(1 + d(u)) + ln(1 + d(v))) + hop     "hub-penalised": a well-connected node is a dear one
    pathrag  500 * (ln d(u) + ln d(v)) - 1000 * ln 0.8     PathRAG's resource flow (arXiv:2502.14902): what arrives at a
                                                           node is split among its neighbours and decays by 0.8
    idf      -500 * (ln idf(u) + ln idf(v)) + hop          idf(v) = ln(N / d(v)) / ln N, inverse document frequency
                                                           (Spärck Jones 1972), as HippoRAG weighs nodes

Halves stand at both ends, so that an edge costs the same in both directions; between two fixed ends, the order of
paths is that of the one-sided formula.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kgpaths import KnowledgeGraph
from kgpaths.config import PathConfig
from kgpaths.paths.costs import MAX_COST
from kgpaths.paths.kernel import FoundPath, Kernel
from kgpaths.paths.opened import Opened
from kgpaths.paths.options import Weighing
from kgpaths.paths.search_graph import SearchGraph
from kgpaths.paths.views import view_costs
from kgpaths.records import Mention, QAItem

Formula = Literal["hub", "pathrag", "idf"]


def degree_costs(
    subject: NDArray[np.integer],
    object: NDArray[np.integer],
    degree: NDArray[np.integer],
    *,
    formula: Formula,
    hop_millinats: int = 100,
) -> NDArray[np.uint16]:
    """Return the cost of every edge by one of the formulas that look at degrees only, milli-nats, shape (E,)."""
    around = np.maximum(degree.astype(np.float64), 1)
    if formula == "hub":
        half, step = np.log1p(around), float(hop_millinats)
    elif formula == "pathrag":
        half, step = np.log(around), -1000 * math.log(0.8)
    else:
        size = max(len(around), 2)
        # A node that is joined with nearly everything would cost infinitely much.
        half, step = -np.log(np.maximum(np.log(size / around) / math.log(size), 1e-6)), float(hop_millinats)
    total: NDArray[np.float64] = np.rint(500 * (half[subject] + half[object]) + step)
    return total.clip(1, MAX_COST).astype(np.uint16)


def kernel_by_degrees(graph: KnowledgeGraph, formula: Formula) -> Kernel:
    """Return the search over the default view with costs by another formula."""
    costs = degree_costs(graph.subject, graph.object, graph.degrees, formula=formula)
    costs[view_costs(graph, PathConfig()) == 0] = 0
    arcs = SearchGraph.from_edges(
        graph.n_nodes, graph.subject, graph.object, costs, predicate=graph.predicate, edge_hash=graph.edge_hash
    )
    return Kernel(arcs)


def cheapest(
    kernel: Kernel, starts: Sequence[int], ends: Sequence[int], barred: Collection[int], *, k: int = 10
) -> list[FoundPath]:
    """Return the cheapest paths by a search's costs and nothing else, best first."""
    config = PathConfig()
    found = kernel.search([*starts], [*ends], k=k, max_hops=config.max_hops, degree_cap=config.degree_cap).paths
    return [path for path in found if not barred or not set(barred).intersection(path.nodes)]


def by_joint_evidence(opened: Opened, item: QAItem, mentions: Sequence[Mention]) -> list[FoundPath]:
    """Return the paths to the right option that the findings' joint evidence alone would choose, in their order."""
    weighing, config = Weighing(opened, item, mentions), opened.config
    others = {node for option in weighing.options for node in option.nodes} - set(weighing.right.nodes)
    best = weighing.intermediates[weighing.options.index(weighing.right)]
    quota = {"limit": config.selected, "per_question_node": config.per_question_node}
    return weighing.selector.paths(weighing.right, best, barred=others, **quota)


def best_evidence(weighing: Weighing, option: int) -> float:
    """Return ln(1 + exp(max J(x, a) - ln(degree(a)))) of an option, in nats; J as in `kgpaths.paths.selection`.

    A node that much is known of is reached from anything, and says the less by it.
    """
    answer_cost = 2 * weighing.evidence.model.degree_cost
    reached = weighing.intermediates[option]
    best = max((-one.loss - int(answer_cost[one.answer]) for one in reached), default=None)
    return 0.0 if best is None else round(float(np.logaddexp(0.0, best / 1000)), 6)
