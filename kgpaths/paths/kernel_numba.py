"""The compiled search. Imported by `kernel` when first used, so that nothing else pays for numba.

Backward from a target, ``distance[r][v]`` is the least cost of a *walk* of exactly r hops from v to the target whose
inner nodes respect the degree cap. It never exceeds the cost of a simple path, so a depth-first search from the
source that drops a branch as soon as ``spent + cost + distance`` exceeds the k-th best path so far loses nothing
(the barrier pruning of hop-constrained path enumeration, Peng et al. 2019, doi:10.14778/3372716.3372720, with costs
for hops). Levels 1 and 2 are filled from the target's side, deeper ones only where the search asks.

Order of results: (cost, hops, node indices). Time: O(sum of the degrees of the target's and the source's
neighbours + paths * degree). Nothing here recurses, since numba cannot keep recursive functions on disk; the tests hold
it against the same search in plain numpy, which does.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np
from numba import njit

from kgpaths.paths.search_graph import ANY, INFINITE, UNUSED

# mypy: disable-error-code="no-untyped-def, untyped-decorator"

UNKNOWN = -1
"""Mark of a deep distance that nobody has asked for."""
Arcs = namedtuple("Arcs", ["indptr", "indices", "cost", "relation", "kinds", "cheapest", "degree_cap"])
Barrier = namedtuple("Barrier", ["target", "distance", "touched", "n_touched", "stack", "work"])
"""What is known about one target.

``distance[r, v]``: cost of the cheapest walk of exactly r hops; rows 1 and 2 filled, deeper ones `UNKNOWN` until asked
for. ``touched[r, :n_touched[r]]``: nodes to be reset before the next target. ``stack``: rows 0 to 2 (node, next arc,
best so far) for `_bound`, rows 3 and 4 (cost so far, next arc) for `_extend`. ``work``: arcs touched, budget, 1 when
the budget is spent.
"""
# What bars sequences is handed to the few functions that need it: with two more arrays in `Arcs`, numba no longer
# inlines the small ones, and an arc takes ten times as long.
Best = namedtuple("Best", ["cost", "hops", "nodes", "count"])
"""The best paths of a pair in canonical order; ``count[0]`` rows are filled, ``count[1]`` are wanted."""


@njit(cache=True, nogil=True)
def _degree(arcs, node):
    return arcs.indptr[node + 1] - arcs.indptr[node]


@njit(cache=True, nogil=True)
def _pay(n_arcs, work):
    work[0] += n_arcs
    if work[0] > work[1]:
        work[2] = 1


@njit(cache=True, nogil=True)
def new_barrier(n_nodes, rows):
    """Scratch for one search at a time, of so many rows; costly to make, and every target leaves it as it was."""
    distance = np.full((rows, n_nodes), INFINITE, dtype=np.int32)
    distance[3:] = UNKNOWN
    touched = np.empty((rows, n_nodes + 1), dtype=np.int32)
    n_touched, stack = np.zeros(rows, dtype=np.int64), np.empty((5, rows + 1), dtype=np.int64)
    target, work = np.zeros(1, dtype=np.int64), np.zeros(3, dtype=np.int64)
    return Barrier(target, distance, touched, n_touched, stack, work)


@njit(cache=True, nogil=True)
def _merely_shared(towards, onward, kinds):
    """`SearchGraph.merely_shared`, from the arc to the shared node and the arc that leaves it."""
    kind = kinds[towards >> 1]
    return kind == kinds[onward >> 1] and towards % 2 != onward % 2 and (towards % 2 == 1 or kind % 2 == 1)


@njit(cache=True, nogil=True)
def _aim(target, levels, hubs, related, arcs, barrier):
    """Fill the distances to a target, in two hops none to `hubs`.

    `related` leaves out walks of two hops over what both ends merely share.
    """
    distance, touched, n_touched = barrier.distance, barrier.touched, barrier.n_touched
    for level in range(1, len(n_touched)):
        blank = INFINITE if level <= 2 else UNKNOWN
        if n_touched[level] > distance.shape[1] // 16:
            distance[level] = blank
        else:
            for index in range(n_touched[level]):
                distance[level, touched[level, index]] = blank
        n_touched[level] = 0
    barrier.target[0] = target
    n_arcs = _degree(arcs, target)
    if levels >= 2:
        for arc in range(arcs.indptr[target], arcs.indptr[target + 1]):
            if _degree(arcs, arcs.indices[arc]) <= arcs.degree_cap:
                n_arcs += _degree(arcs, arcs.indices[arc])
    _pay(n_arcs, barrier.work)
    if barrier.work[2]:
        return
    n_far = 0
    for arc in range(arcs.indptr[target], arcs.indptr[target + 1]):
        near, spent = arcs.indices[arc], np.int32(arcs.cost[arc])
        distance[1, near] = spent
        touched[1, n_touched[1]] = near
        n_touched[1] += 1
        if levels < 2 or _degree(arcs, near) > arcs.degree_cap:
            continue
        for onward in range(arcs.indptr[near], arcs.indptr[near + 1]):
            far = arcs.indices[onward]
            if related and _merely_shared(arcs.relation[arc], arcs.relation[onward], arcs.kinds):
                continue
            known = distance[2, far]
            touched[2, n_far] = far  # counted if it is new: nobody can foresee which are, and a branch would wait
            n_far += known == INFINITE
            distance[2, far] = min(known, spent + np.int32(arcs.cost[onward]))
    n_touched[2] = n_far
    distance[2, target] = INFINITE
    # A search asks this row of inner nodes alone, and need not look again.
    for hub in hubs:
        distance[2, hub] = INFINITE


@njit(cache=True, nogil=True)
def _inner(node, arcs, barrier):
    return node != barrier.target[0] and _degree(arcs, node) <= arcs.degree_cap


@njit(cache=True, nogil=True)
def _nearest(indices, cost, distance):
    """The least cost + distance over a node's arcs, at most `INFINITE`."""
    least = np.int32(INFINITE)
    for arc in range(len(indices)):
        # Unsigned: an index that might be negative would be counted from the end, and keep the loop from vector code.
        least = min(least, distance[np.uint32(indices[arc])] + np.int32(cost[arc]))
    return least


@njit(cache=True, nogil=True)
def _bound(hops, node, arcs, barrier):
    distance, stack, work = barrier.distance, barrier.stack, barrier.work
    level = hops
    if level > 2 and distance[level, node] == UNKNOWN:
        stack[0, level], stack[1, level] = node, -1
    while level > 2 and distance[hops, node] == UNKNOWN:
        place = stack[0, level]
        if stack[1, level] < 0:
            _pay(_degree(arcs, place), work)
            if work[2]:
                return np.int64(INFINITE)
            stack[1, level], stack[2, level] = arcs.indptr[place], INFINITE
        if level == 3:  # the row below is all known, and of inner nodes alone: most of the time goes by in this loop
            least = _nearest(
                arcs.indices[arcs.indptr[place] : arcs.indptr[place + 1]],
                arcs.cost[arcs.indptr[place] : arcs.indptr[place + 1]],
                distance[2],
            )
            stack[1, level], stack[2, level] = arcs.indptr[place + 1], least
        waiting = False
        while stack[1, level] < arcs.indptr[place + 1] and not waiting:
            arc = stack[1, level]
            middle = arcs.indices[arc]
            if not _inner(middle, arcs, barrier):
                stack[1, level] += 1
            elif distance[level - 1, middle] == UNKNOWN:  # come back to this arc when it is known
                waiting = True
                stack[0, level - 1], stack[1, level - 1] = middle, -1
            else:
                rest = np.int64(distance[level - 1, middle])
                if rest < INFINITE:
                    stack[2, level] = min(stack[2, level], rest + np.int64(arcs.cost[arc]))
                stack[1, level] += 1
        if waiting:
            level -= 1
        else:
            distance[level, place] = stack[2, level]
            barrier.touched[level, barrier.n_touched[level]] = place
            barrier.n_touched[level] += 1
            level += 1
    return np.int64(distance[hops, node])


@njit(cache=True, nogil=True)
def _limit(hops, best):
    last = best.count[1] - 1
    if best.count[0] <= last:
        return np.int64(INFINITE - 1)
    return best.cost[last] if best.hops[last] >= hops else best.cost[last] - 1


@njit(cache=True, nogil=True)
def _hopeless(spent, node, hops, limit, arcs, barrier):
    ends = np.int64(arcs.cheapest[node]) + np.int64(arcs.cheapest[barrier.target[0]])
    return hops >= 3 and spent + ends + hops - 2 > limit


@njit(cache=True, nogil=True)
def _keep(total, hops, path, target, best):
    place = best.count[0]
    while place > 0:
        above = place - 1
        order = total - best.cost[above]
        if order == 0:
            order = hops - best.hops[above]
        step = 1
        while order == 0 and step < hops:
            order = path[step] - best.nodes[above, step]
            step += 1
        if order >= 0:
            break
        place = above
    if place == best.count[1]:
        return
    best.count[0] = min(best.count[0] + 1, best.count[1])
    width = best.nodes.shape[1]
    for row in range(best.count[0] - 1, place, -1):
        best.cost[row], best.hops[row] = best.cost[row - 1], best.hops[row - 1]
        for step in range(width):
            best.nodes[row, step] = best.nodes[row - 1, step]
    best.cost[place], best.hops[place] = total, hops
    for step in range(width):
        best.nodes[place, step] = path[step] if step < hops else -1
    best.nodes[place, hops] = target


@njit(cache=True, nogil=True)
def _ends_barred(path, depth, last, node_type, barred):
    """True when the types of ``path[:depth]`` and of `last` end with a barred sequence."""
    width = barred.shape[1]
    for row in range(len(barred)):
        same = True
        for back in range(width):
            kind = barred[row, width - 1 - back]
            if kind == UNUSED or not same:
                break
            if back > depth:
                same = False
            elif kind != ANY:
                node = last if back == 0 else path[depth - back]
                same = node_type[node] == kind
        if same:
            return True
    return False


@njit(cache=True, nogil=True)
def _next_affordable(arc, end, indices, cost, distance, most):
    """The first arc before `end` that leads to the target at a cost of at most `most`; `end` if none does."""
    limit = np.int32(most)
    while arc < end and distance[np.uint32(indices[arc])] + np.int32(cost[arc]) > limit:
        arc += 1
    return arc


@njit(cache=True, nogil=True)
def _extend(spent, hops, path, arcs, barrier, best, node_type, barred):
    """Search below the opening ``path[:2]``."""
    distance, stack, work = barrier.distance, barrier.stack, barrier.work
    depth = 1
    stack[3, 1], stack[4, 1] = spent, -1
    while depth >= 1:
        node, rest = path[depth], hops - depth
        if rest == 1:
            if not len(barred) or not _ends_barred(path, hops, barrier.target[0], node_type, barred):
                _keep(stack[3, depth] + distance[1, node], hops, path, barrier.target[0], best)
            depth -= 1
            continue
        if stack[4, depth] < 0:
            _pay(_degree(arcs, node), work)
            stack[4, depth] = arcs.indptr[node]
        if work[2]:
            return
        if stack[4, depth] == arcs.indptr[node + 1]:
            depth -= 1
            continue
        arc = stack[4, depth]
        if rest <= 3:  # what is left is known, and most arcs are too dear: pass them over in a loop of its own
            most = _limit(hops, best) - stack[3, depth]
            arc = _next_affordable(arc, arcs.indptr[node + 1], arcs.indices, arcs.cost, distance[rest - 1], most)
            if arc == arcs.indptr[node + 1]:
                depth -= 1
                continue
        stack[4, depth] = arc + 1
        onward = arcs.indices[arc]
        visited = False
        for step in range(depth):
            visited |= path[step] == onward
        if visited or not _inner(onward, arcs, barrier):
            continue
        if len(barred) and _ends_barred(path, depth + 1, onward, node_type, barred):
            continue
        total, limit = stack[3, depth] + np.int64(arcs.cost[arc]), _limit(hops, best)
        if _hopeless(total, onward, rest - 1, limit, arcs, barrier):
            continue
        bound = _bound(rest - 1, onward, arcs, barrier)
        if work[2] == 0 and total + bound <= limit:
            depth += 1
            path[depth] = onward
            stack[3, depth], stack[4, depth] = total, -1


@njit(cache=True, nogil=True)
def _pair(source, min_hops, max_hops, path, arcs, barrier, best, node_type, barred):
    best.count[0] = 0
    path[0] = source
    if min_hops == 1 and barrier.distance[1, source] < INFINITE:
        _keep(np.int64(barrier.distance[1, source]), 1, path, barrier.target[0], best)
    opening = np.empty(_degree(arcs, source), dtype=np.int64)
    opening_arc = np.empty(_degree(arcs, source), dtype=np.int64)
    for hops in range(max(min_hops, 2), max_hops + 1):
        _pay(_degree(arcs, source), barrier.work)
        n_open = 0
        for arc in range(arcs.indptr[source], arcs.indptr[source + 1]):
            if barrier.work[2]:
                return
            first, spent, limit = arcs.indices[arc], np.int64(arcs.cost[arc]), _limit(hops, best)
            if not _inner(first, arcs, barrier) or _hopeless(spent, first, hops - 1, limit, arcs, barrier):
                continue
            bound = _bound(hops - 1, first, arcs, barrier)
            if spent + bound <= limit:
                opening[n_open], opening_arc[n_open] = spent + bound, arc
                n_open += 1
        for choice in np.argsort(opening[:n_open], kind="mergesort"):
            if barrier.work[2] or opening[choice] > _limit(hops, best):
                break
            path[1] = arcs.indices[opening_arc[choice]]
            _extend(np.int64(arcs.cost[opening_arc[choice]]), hops, path, arcs, barrier, best, node_type, barred)


@njit(cache=True, nogil=True)
def search(arcs, hubs, barrier, node_type, barred, sources, targets, rounds, budget, out_cost, out_hops, out_nodes):
    """Fill the outputs, pair by pair, for every row (k, fewest hops, most hops) of `rounds`; `hubs` exceed the cap.

    Return how many paths there are, and the arcs touched.
    """
    max_hops, most = rounds[:, 2].max(), rounds[:, 0].max()
    barrier.work[:] = 0
    barrier.work[1] = budget
    path = np.empty(max_hops + 1, dtype=np.int64)
    nodes = np.empty((most, max_hops + 1), dtype=np.int64)
    best = Best(np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64), nodes, np.zeros(2, dtype=np.int64))
    found = 0
    for target in targets:
        if barrier.work[2]:
            break
        _aim(target, max_hops - 1, hubs, False, arcs, barrier)
        for source in sources:
            for turn in range(len(rounds)):
                if barrier.work[2] or source == target:
                    continue
                best.count[1] = rounds[turn, 0]
                _pair(source, rounds[turn, 1], rounds[turn, 2], path, arcs, barrier, best, node_type, barred)
                for row in range(best.count[0]):
                    out_cost[found], out_hops[found] = best.cost[row], best.hops[row]
                    out_nodes[found] = best.nodes[row]
                    found += 1
    return found, barrier.work[0]


@njit(cache=True, nogil=True)
def reach(arcs, barrier, targets, places, hops, out):
    """Fill ``out[target, hops - 1, place]`` with walk distances."""
    barrier.work[:] = 0
    barrier.work[1] = 2**62
    nobody = np.empty(0, dtype=np.int64)
    for number in range(len(targets)):
        _aim(targets[number], hops, nobody, True, arcs, barrier)
        for level in range(1, hops + 1):
            for index in range(len(places)):
                out[number, level - 1, index] = barrier.distance[level, places[index]]
