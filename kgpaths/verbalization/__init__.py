"""Verbalizers put paths into words: every sentence of a chain cites the edges and quotations that it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from kgpaths.records import Chain, Generation, Mention, PathSet, QAItem
from kgpaths.verbalization.recipes.llm_verbalizer import LLMVerbalizer
from kgpaths.verbalization.template.template_verbalizer import TemplateVerbalizer

__all__ = ["LLMVerbalizer", "TemplateVerbalizer", "Verbalizer"]


class Verbalizer(Protocol):
    """Anything that writes a chain for a question with its mentions and paths."""

    def verbalize(
        self, item: QAItem, mentions: Sequence[Mention], path_set: PathSet
    ) -> tuple[Chain, tuple[Generation, ...]]:
        """Return the chain and one record for each call that made it.

        Raises:
            ValueError: the path set has no selected path.
        """
