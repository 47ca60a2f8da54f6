"""From an item and its mentions to its set of paths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

from kgpaths.paths.bridges import Bridges
from kgpaths.paths.ladder import climb
from kgpaths.paths.options import Weighing
from kgpaths.paths.question_type import asks_for_a_remedy
from kgpaths.paths.shown import asked_relations
from kgpaths.records import Mention, OptionEvidence, PathSet, QAItem, Reason, ReasoningPath

if TYPE_CHECKING:
    from kgpaths.paths.finder import PathFinder


class _Quota(TypedDict):
    barred: set[int]
    limit: int
    per_question_node: int


def paths_of_item(finder: PathFinder, item: QAItem, mentions: Sequence[Mention]) -> PathSet:
    """Return the selected and contrast paths, the options' evidence and the margin; see `PathFinder.find_item`."""
    graph, config = finder.graph, finder.config
    weighing = Weighing(finder, item, mentions)
    options, right, evidence = weighing.options, weighing.right, weighing.evidence
    selector, pivots = weighing.selector, weighing.pivots
    option_evidence = tuple(
        OptionEvidence(key=option.key, node_ids=tuple(graph.id(node) for node in option.nodes), score=score)
        for option, score in zip(options, weighing.scores, strict=True)
    )
    paths: list[ReasoningPath] = []
    no_path: Reason | None = None
    if not evidence.findings.present:
        no_path = "unlinked_question"
    elif not right.nodes:
        no_path = "unlinked_answer"
    else:
        others = {node for option in options for node in option.nodes} - set(right.nodes)
        quota = _Quota(barred=others, limit=config.selected, per_question_node=config.per_question_node)
        wanted = asked_relations(item.question)
        remedy = asks_for_a_remedy(item.question)
        bridges = (
            Bridges(selector, weighing.features, finder.ranker, remedy=remedy) if config.ranking == "learned" else None
        )
        if bridges:
            ranked = bridges.paths(right, **quota)
            paths = [
                finder.path(
                    finder.kernel, path.found, option_key=right.key, explanation=path.explanation, wanted=wanted
                )
                for path in ranked
            ]
        else:
            by_pivot = config.ranking == "pivot"
            of_right = pivots[options.index(right)]
            chosen = selector.paths(right, of_right, **quota) if by_pivot else selector.cheapest(right, **quota)
            paths = [finder.path(finder.kernel, path, option_key=right.key, wanted=wanted) for path in chosen]
        if not paths:
            paths = climb(finder, selector, right, barred=others, bridges=bridges, wanted=wanted)
        if not paths:
            no_path = "no_path"
        else:
            starts = {graph.index(path.node_ids[0]) for path in paths}
            for option, reached in zip(options, pivots, strict=True):
                if option is not right and config.contrast:
                    contrast = selector.paths(
                        option,
                        [pivot for pivot in reached if pivot.loss < 0],
                        barred=set(right.nodes),
                        limit=config.contrast,
                        per_question_node=1,
                        preferred=starts,
                    )
                    paths += [
                        finder.path(finder.kernel, path, kind="contrast", option_key=option.key, wanted=wanted)
                        for path in contrast
                    ]
    return PathSet(
        paths=tuple(paths),
        option_evidence=option_evidence,
        question_type=weighing.kind,
        margin=weighing.margin,
        truncated=selector.truncated,
        no_path=no_path,
    )
