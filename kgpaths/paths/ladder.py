"""What is tried when the usual search finds no path, rung by rung; the rung stands on the path.

1. `longer`: one hop more, and no degree cap
2. `full`: all relations
3. `parent`: to an is_a neighbour of the answer, and from there to the answer
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from kgpaths.paths.bridges import Bridges
from kgpaths.paths.kernel import DEEPEST, FoundPath, Kernel
from kgpaths.paths.selection import OptionNodes, Selector
from kgpaths.records import ReasoningPath

if TYPE_CHECKING:
    from kgpaths.paths.finder import PathFinder

_DEAREST = 10_000
"""Milli-nats: a dearer path joins anything with anything."""
_TRIED = 50
"""Paths of a pair that are looked at; most lead over something merely shared."""
_FEW = 3
"""Paths taken from a rung: they are weak, and more of them do not make them stronger."""
_STARTS = 40
"""Findings that are tried, the most telling first."""


def climb(
    finder: PathFinder,
    selector: Selector,
    answer: OptionNodes,
    bridges: Bridges,
    *,
    barred: Collection[int],
    wanted: Sequence[str],
) -> list[ReasoningPath]:
    """Return the best paths of the first rung that has any; [] when none has."""
    model, findings = finder.evidence_model, selector.evidence.findings
    closed = {*barred, *findings.absent}
    starts = sorted(
        (node for node in findings.present if node not in answer.nodes),
        key=lambda node: (-round(findings.present[node] * int(model.specificity[node])), node),
    )[:_STARTS]
    longer = min(finder.config.max_hops + 1, DEEPEST)

    def search(kernel: Kernel, ends: Collection[int], *, cap: int | None = None) -> list[FoundPath]:
        found = selector.search(kernel, starts, sorted(ends), k=_TRIED, max_hops=longer, degree_cap=cap)
        return [path for path in found if not closed.intersection(path.nodes)]

    def few(kernel: Kernel, paths: Sequence[FoundPath], rung: str) -> list[ReasoningPath]:
        affordable = [path for path in paths if path.cost <= _DEAREST and selector.argues(path.nodes, kernel)]
        chosen: dict[FoundPath, str] = {}
        lengths: Counter[int] = Counter()
        for path, _, explanation in bridges.rank(answer, affordable):
            unused = all(path.nodes[0] != other.nodes[0] for other in chosen)
            if len(chosen) < _FEW and unused and selector.admits(path.hops, lengths):
                lengths[path.hops] += 1
                chosen[path] = explanation
        return [
            finder.path(kernel, path, rung=rung, option_key=answer.key, explanation=explanation, wanted=wanted)
            for path, explanation in chosen.items()
        ]

    if not starts:
        return []
    uncapped = finder.graph.n_nodes
    if chosen := few(finder.kernel, search(finder.kernel, answer.nodes, cap=uncapped), "longer"):
        return chosen
    if chosen := few(finder.full_kernel, search(finder.full_kernel, answer.nodes), "full"):
        return chosen
    relatives = {
        relative: node
        for node in answer.nodes
        for relative in model.relatives(node)
        if relative not in answer.nodes and relative not in closed
    }
    onward = [
        FoundPath(path.cost + finder.kernel.graph.arc_cost(path.nodes[-1], node), path.hops + 1, (*path.nodes, node))
        for path in search(finder.kernel, relatives, cap=uncapped)
        if (node := relatives[path.nodes[-1]]) not in path.nodes
    ]
    return few(finder.kernel, sorted(onward), "parent")
