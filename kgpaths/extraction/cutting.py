"""Cut a text for reading, into segments and into stretches that are linked each by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from kgpaths.extraction.segments import Segment, split
from kgpaths.extraction.texts import ReferenceText
from kgpaths.language.words import LETTERS

_CHUNK = 20_000
"""Characters that are linked at once."""


class Cut(NamedTuple):
    """A text cut up for reading.

    >>> cut = Cut.of(ReferenceText("t", "It is rare. Fever is common."))
    >>> len(cut.segments), cut.pieces
    (2, [(0, 28)])
    """

    text: ReferenceText
    """With what introduces the list before an item that is a text of its own."""
    shift: int
    """Characters that were put before it."""
    segments: list[Segment]
    pieces: list[tuple[int, int]]
    """Stretches that are linked each by itself."""

    @classmethod
    def of(cls, text: ReferenceText) -> Cut:
        """Return the text cut up."""
        if text.kind == "table_row" and text.cells:
            return cls(text, 0, [], [(cell.start, cell.end) for cell in text.cells])
        shift = 0
        if text.kind == "item" and text.lead:
            before = f"{text.lead}\n- "
            text, shift = text._replace(text=before + text.text), len(before)
        segments = list(split(text.text))
        if text.kind == "item" and not shift and segments:
            segments[0] = segments[0]._replace(kind="item")
        pieces, start = [], 0
        for number, segment in enumerate(segments):
            if number + 1 == len(segments) or segments[number + 1].end - start > _CHUNK:
                pieces.append((start, segment.end))
                start = segment.end
        return cls(text, shift, segments, pieces)


def short_names(titles: Sequence[str]) -> set[str]:
    """Return how a text is likely to abbreviate its title.

    >>> sorted(short_names(["Langerhans Cell Histiocytosis (LCH)"]))
    ['LCH', 'LCHL']
    """
    found: set[str] = set()
    for title in titles:
        words = [word for word in LETTERS.findall(title) if word.casefold() not in ("of", "the", "and", "in")]
        found.add("".join(word[0] for word in words).upper())
        found |= set(re.findall(r"\(([A-Z]{2,8})\)", title))
    return {name for name in found if len(name) > 1}
