"""From an item and its mentions to its set of paths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kgpaths.paths.bridges import Bridges
from kgpaths.paths.ladder import climb
from kgpaths.paths.options import Weighing
from kgpaths.paths.statements import stated_paths
from kgpaths.records import Mention, OptionEvidence, PathSet, QAItem, QuestionPolarity, Reason, ReasoningPath

if TYPE_CHECKING:
    from kgpaths.paths.finder import PathFinder


_NOT_SAID: dict[QuestionPolarity, str] = {
    "exception": "the question asks for what does not hold, and no statement says of the answer that it does not",
    "not_to_do": "the question asks for what must not be done, and no statement says that of the answer",
    "harms": "the question asks what harms, and no statement says that of the answer",
}
"""Why a question that only certain statements answer has no path."""


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
    question = weighing.question
    paths: list[ReasoningPath] = []
    no_path: Reason | None = None
    if not evidence.findings.present:
        no_path = "unlinked_question"
    elif not any(mention.role == "answer" for mention in mentions):
        no_path = "unlinked_answer"
    elif not right.nodes:
        no_path = "answer_not_told_apart"
    elif question.polarity != "holds":
        closed = evidence.findings.absent
        paths = stated_paths(finder, question, evidence.findings.present, options, right, closed)
        no_path = None if paths else "no_path"
    else:
        others = {node for option in options for node in option.nodes} - set(right.nodes)
        wanted = question.relations
        bridges = Bridges(selector, weighing.features, finder.ranker, question)
        paths = [
            finder.path(finder.kernel, path.found, option_key=right.key, explanation=path.explanation, wanted=wanted)
            for path in bridges.paths(
                right, barred=others, limit=config.selected, per_question_node=config.per_question_node
            )
        ]
        if not paths:
            paths = climb(finder, selector, right, bridges, barred=others, wanted=wanted)
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
        truncated=selector.truncated,
        no_path=no_path,
        detail=detail,
    )
