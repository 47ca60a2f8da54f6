"""A page is a text whose mentions are known, as the rules read it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from kgpaths.extraction.patterns import lowered
from kgpaths.extraction.rules import Cue
from kgpaths.extraction.sides import Near
from kgpaths.extraction.texts import ReferenceText


class Lead(NamedTuple):
    """What introduces a list, and how it takes its items."""

    text: str
    cue: Cue | None = None
    anchors: Sequence[str] = ()
    """What it speaks of by its cue."""
    by_section: bool = False
    """Whether it leaves the items to the section."""


class Page:
    """A text in lower case and its mentions by their place.

    >>> page = Page(ReferenceText("t", "Gout hurts. Rest helps."), [Near(0, 4, "DOID:13189", "disease", "present")])
    >>> page.lower[:4], len(page.between(0, 11)), len(page.between(12, 23))
    ('gout', 1, 0)
    """

    def __init__(self, text: ReferenceText, mentions: Sequence[Near]) -> None:
        self.text = text
        self.lower = lowered(text.text)
        """As long as the text: offsets count in both."""
        self.mentions = mentions
        self.leads: dict[tuple[object, ...], Lead] = {}
        """What is known of the leads that were read."""
        self._starts = [near.start for near in mentions]

    def between(self, start: int, end: int) -> Sequence[Near]:
        """Return the mentions that begin in a stretch. O(log mentions)."""
        first = bisect_left(self._starts, start)
        return self.mentions[first : bisect_left(self._starts, end, first)]
