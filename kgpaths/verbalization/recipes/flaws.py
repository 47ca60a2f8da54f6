"""A flaw is a structural fault of a reply, in words that a model can act on. What all recipes ask for is said here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from kgpaths.records import Chain, Reason, Step


class Flaw(NamedTuple):
    """A structural fault of a reply."""

    reason: Reason
    message: str
    fatal: bool = True
    """True: no chain can be made of the reply. False: one can, and the checks will say what is wrong with it."""


@dataclass
class Assembled:
    """A chain, or why there is none."""

    chain: Chain | None = None
    flaws: list[Flaw] = field(default_factory=list)
    """Fatal ones first."""


def misquoted(number: int, words: str) -> Flaw:
    """Return the flaw of a step that says of words that they are the case's."""
    return Flaw("quote_not_verbatim", f"step {number} quotes {words[:80]!r}, which the question does not say")


def too_much_knowledge(steps: Sequence[Step], most: int) -> Iterator[Flaw]:
    """Yield the flaw of a chain with more than `most` steps that rest on own knowledge and cite nothing."""
    alone = [number for number, step in enumerate(steps, 1) if step.alone]
    if len(alone) > most:
        listed = ", ".join(map(str, alone))
        message = f"steps {listed} rest on own knowledge and cite nothing; at most {most} may"
        yield Flaw("too_much_knowledge", message, fatal=False)
