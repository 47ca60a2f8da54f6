"""From an item and its mentions to its set of paths.

What is tried when the usual search finds no path, step by step; the step stands on the path:

1. `longer`: one hop more, and no degree cap
2. `full`: all relations
3. `parent`: to an is_a neighbour of the answer, and from there to the answer
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from kgpaths.paths.choosing import PathChooser
from kgpaths.paths.features import shipped_ranker
from kgpaths.paths.kernel import DEEPEST, FoundPath, Kernel
from kgpaths.paths.opened import Opened
from kgpaths.paths.options import Weighing
from kgpaths.paths.selection import OptionNodes, Selector
from kgpaths.paths.statements import stated_paths
from kgpaths.paths.telling import told_path
from kgpaths.records import Mention, OptionEvidence, PathSet, QAItem, QuestionPolarity, Reason, ReasoningPath

_NOT_SAID: dict[QuestionPolarity, str] = {
    "exception": "the question asks for what does not hold, and no statement says of the answer that it does not",
    "not_to_do": "the question asks for what must not be done, and no statement says that of the answer",
    "harms": "the question asks what harms, and no statement says that of the answer",
}
"""Why a question that only certain statements answer has no path."""
_DEAREST = 10_000
"""Milli-nats: a dearer path joins anything with anything."""
_TRIED = 50
"""Paths of a pair that are looked at; most lead over something merely shared."""
_FEW = 3
"""Paths taken from a step: they are weak, and more of them do not make them stronger."""
_STARTS = 40
"""Findings that are tried, the most telling first."""


def paths_of_item(opened: Opened, item: QAItem, mentions: Sequence[Mention]) -> PathSet:
    """Return the selected and contrast paths, the options' evidence and the margin; see `PathFinder.find_item`."""
    graph, weighing = opened.graph, Weighing(opened, item, mentions)
    question, right, findings = weighing.question, weighing.right, weighing.evidence.findings
    option_evidence = tuple(
        OptionEvidence(key=option.key, node_ids=tuple(graph.id(node) for node in option.nodes), score=score)
        for option, score in zip(weighing.options, weighing.scores, strict=True)
    )
    paths: list[ReasoningPath] = []
    no_path: Reason | None = None
    if not findings.present:
        no_path = "unlinked_question"
    elif not any(mention.role == "answer" for mention in mentions):
        no_path = "unlinked_answer"
    elif not right.nodes:
        no_path = "answer_not_told_apart"
    else:
        if question.polarity == "holds":
            paths = _selected(opened, weighing)
            paths += _contrast(opened, weighing, paths) if paths else []
        else:
            paths = stated_paths(graph, question, findings.present, weighing.options, right, findings.absent)
        no_path = None if paths else "no_path"
    detail = ""
    if not paths and question.polarity != "holds":
        # Whatever else is missing: nothing says what is asked.
        no_path = "asks_exception" if question.polarity == "exception" else no_path
        detail = _NOT_SAID[question.polarity] if no_path in ("asks_exception", "no_path") else ""
    return PathSet(
        paths=tuple(paths),
        option_evidence=option_evidence,
        question=question,
        findings=weighing.findings,
        margin=weighing.margin,
        truncated=weighing.selector.truncated,
        no_path=no_path,
        detail=detail,
    )


def _selected(opened: Opened, weighing: Weighing) -> list[ReasoningPath]:
    """Return the paths to the right option that go into a chain; [] where there is none, by any fallback step."""
    graph, config, right = opened.graph, opened.config, weighing.right
    wanted = weighing.question.relations
    others = {node for option in weighing.options for node in option.nodes} - set(right.nodes)
    chooser = PathChooser(weighing.selector, weighing.features, opened.ranker or shipped_ranker(), weighing.question)
    found = chooser.paths(right, barred=others, limit=config.selected, per_question_node=config.per_question_node)
    return [
        told_path(
            graph, opened.kernel.graph, path.found, option_key=right.key, explanation=path.explanation, wanted=wanted
        )
        for path in found
    ] or fallback_paths(opened, weighing.selector, right, chooser, barred=others, wanted=wanted)


def _contrast(opened: Opened, weighing: Weighing, paths: Sequence[ReasoningPath]) -> list[ReasoningPath]:
    """Return paths to the wrong options, those first that start where the selected paths do."""
    graph, view, right = opened.graph, opened.kernel.graph, weighing.right
    starts = {graph.index(path.node_ids[0]) for path in paths}
    contrast = []
    for option, intermediates in zip(weighing.options, weighing.intermediates, strict=True):
        if option is not right and opened.config.contrast:
            found = weighing.selector.paths(
                option,
                [one for one in intermediates if one.loss < 0],
                barred=set(right.nodes),
                limit=opened.config.contrast,
                per_question_node=1,
                preferred=starts,
            )
            contrast += [
                told_path(graph, view, path, kind="contrast", option_key=option.key, wanted=weighing.question.relations)
                for path in found
            ]
    return contrast


def fallback_paths(
    opened: Opened,
    selector: Selector,
    answer: OptionNodes,
    chooser: PathChooser,
    *,
    barred: Collection[int],
    wanted: Sequence[str],
) -> list[ReasoningPath]:
    """Return the best paths of the first step that has any; [] when none has."""
    model, findings = opened.evidence, selector.evidence.findings
    closed = {*barred, *findings.absent}
    starts = sorted(
        (node for node in findings.present if node not in answer.nodes),
        key=lambda node: (-round(findings.present[node] * int(model.specificity[node])), node),
    )[:_STARTS]
    longer = min(opened.config.max_hops + 1, DEEPEST)

    def search(kernel: Kernel, ends: Collection[int], *, cap: int | None = None) -> list[FoundPath]:
        found = selector.search(kernel, starts, sorted(ends), k=_TRIED, max_hops=longer, degree_cap=cap)
        return [path for path in found if not closed.intersection(path.nodes)]

    def few(kernel: Kernel, paths: Sequence[FoundPath], step: str) -> list[ReasoningPath]:
        affordable = [path for path in paths if path.cost <= _DEAREST and selector.argues(path.nodes, kernel)]
        chosen: dict[FoundPath, str] = {}
        lengths: Counter[int] = Counter()
        for path, _, explanation in chooser.rank(answer, affordable):
            unused = all(path.nodes[0] != other.nodes[0] for other in chosen)
            if len(chosen) < _FEW and unused and selector.admits(path.hops, lengths):
                lengths[path.hops] += 1
                chosen[path] = explanation
        return [
            told_path(
                opened.graph,
                kernel.graph,
                path,
                fallback_step=step,
                option_key=answer.key,
                explanation=explanation,
                wanted=wanted,
            )
            for path, explanation in chosen.items()
        ]

    if not starts:
        return []
    uncapped = opened.graph.n_nodes
    if chosen := few(opened.kernel, search(opened.kernel, answer.nodes, cap=uncapped), "longer"):
        return chosen
    if chosen := few(opened.full_kernel, search(opened.full_kernel, answer.nodes), "full"):
        return chosen
    relatives = {
        relative: node
        for node in answer.nodes
        for relative in model.relatives(node)
        if relative not in answer.nodes and relative not in closed
    }
    onward = [
        FoundPath(path.cost + opened.kernel.graph.arc_cost(path.nodes[-1], node), path.hops + 1, (*path.nodes, node))
        for path in search(opened.kernel, relatives, cap=uncapped)
        if (node := relatives[path.nodes[-1]]) not in path.nodes
    ]
    return few(opened.kernel, sorted(onward), "parent")
