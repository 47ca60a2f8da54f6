"""Paths for prompts that hide the answer: every option's are chosen as if it were the right one.

A build's own path set will not do: it has more paths to the right option, and chooses them with more care.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from kgpaths.graph import KnowledgeGraph
from kgpaths.paths.item import paths_of_item
from kgpaths.paths.opened import Opened
from kgpaths.records import Mention, QAItem, ReasoningPath


def finds_alike(graph: KnowledgeGraph) -> Callable[[QAItem, Sequence[Mention]], tuple[ReasoningPath, ...]]:
    """Return what finds the paths to all options of an item alike, by the default configuration."""
    return partial(paths_alike, Opened(graph))


def paths_alike(opened: Opened, item: QAItem, mentions: Sequence[Mention]) -> tuple[ReasoningPath, ...]:
    """Return the paths that each option would have if it were right, option by option; the same whichever one is."""
    paths: list[ReasoningPath] = []
    for option in item.options:
        claimed = item.model_copy(update={"answer_key": option.key, "answer": option.text})
        roles = {f"option:{other.key}": "answer" if other.key == option.key else "option" for other in item.options}
        seen = [
            mention.model_copy(update={"role": roles[mention.section]}) if mention.section in roles else mention
            for mention in mentions
        ]
        paths += (path for path in paths_of_item(opened, claimed, seen).paths if path.kind == "selected")
    return tuple(paths)
