"""What decides between nodes when no rule does: a language model that answers with a number, or any other chooser.

It is optional. It sees the nodes that are left after all rules and chooses one of these; it can invent nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

_NUMBER = re.compile(r"\s*\(?([0-9]{1,2})\)?\.?\s*")
_AROUND = 200
"""Characters of context before and after a mention."""


class Choice(NamedTuple):
    """A mention whose node is open."""

    text: str
    """The whole text."""
    start: int
    end: int
    names: tuple[str, ...]
    """Names of the nodes it may mean."""
    types: tuple[str, ...]
    """Their types."""

    @property
    def mention(self) -> str:
        """The mention, verbatim."""
        return self.text[self.start : self.end]

    @property
    def context(self) -> str:
        """The mention with the text around it."""
        return self.text[max(0, self.start - _AROUND) : self.end + _AROUND]


Chooser = Callable[[Choice], int | None]
"""Returns the place of one of the names, from 0; None leaves it open."""


def question(choice: Choice) -> str:
    """Return the question that a language model is asked.

    >>> choice = Choice("Pain and a cold nose.", 11, 15, ("common cold", "Cold Temperature"), ("disease", "test"))
    >>> print(question(choice))
    In the text below, what does "cold" mean?
    0. common cold (disease)
    1. Cold Temperature (test)
    Answer with the number alone, or with "none".
    <BLANKLINE>
    Text: Pain and a cold nose.
    """
    options = "\n".join(f"{n}. {name} ({kind})" for n, (name, kind) in enumerate(zip(*choice[3:], strict=True)))
    return (
        f'In the text below, what does "{choice.mention}" mean?\n{options}\n'
        f'Answer with the number alone, or with "none".\n\nText: {choice.context}'
    )


def by_model(ask: Callable[[str], str]) -> Chooser:
    """Return a chooser that asks a language model; any reply but the number of an option leaves the choice open.

    Args:
        ask: sends one question and returns the reply's text.

    >>> choice = Choice("a cold nose", 2, 6, ("common cold", "Cold Temperature"), ("disease", "test"))
    >>> by_model(lambda question: "1")(choice), by_model(lambda question: "It is 7.")(choice)
    (1, None)
    """

    def choose(choice: Choice) -> int | None:
        answer = _NUMBER.fullmatch(ask(question(choice)))
        return int(answer[1]) if answer and int(answer[1]) < len(choice.names) else None

    return choose
