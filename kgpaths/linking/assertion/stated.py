"""What the mentions of a question and its context say of their concepts: there, not there, or neither."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kgpaths.records import Mention

PRESENT = frozenset({"present", "historical"})
"""Assertions of mentions that may speak for an answer."""


def reading_order(mention: Mention) -> tuple[int, str, int, int]:
    """Return the key that sorts mentions as they are read: question, context, the rest by section."""
    place = {"question": 0, "context": 1}.get(mention.section, 2)
    return (place, mention.section, mention.start, -mention.end)


@dataclass(frozen=True)
class Stated:
    """What question and context say of their concepts: node id to its first mention, in reading order."""

    present: dict[str, Mention]
    """What is or was there; it may speak for an answer."""
    absent: dict[str, Mention]
    """What is said not to be there, and nowhere to be there: the pertinent negatives."""
    moot: dict[str, Mention]
    """What is only possible, or somebody else's."""

    @property
    def unusable(self) -> frozenset[str]:
        """Nodes that may not speak for an answer."""
        return frozenset(self.absent) | frozenset(self.moot)


def stated(mentions: Iterable[Mention]) -> Stated:
    """Sort what question and context mention by what they say of it."""
    present: dict[str, Mention] = {}
    absent: dict[str, Mention] = {}
    moot: dict[str, Mention] = {}
    for mention in sorted(mentions, key=reading_order):
        if mention.role in ("question", "context"):
            kind = present if mention.assertion in PRESENT else absent if mention.assertion == "absent" else moot
            kind.setdefault(mention.node_id, mention)
    absent = {node: mention for node, mention in absent.items() if node not in present}
    moot = {node: mention for node, mention in moot.items() if node not in present and node not in absent}
    return Stated(present, absent, moot)
