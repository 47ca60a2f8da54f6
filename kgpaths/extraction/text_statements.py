"""Define what reading a text gives, statements of one sentence each, and the interface of readers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from kgpaths.extraction.texts import ReferenceText, TextFault


class Statement(NamedTuple):
    """What one sentence states of two nodes.

    >>> said = Statement("DOID:552", "has_symptom", "HP:0001945", "symptoms_include", "symptoms", 0.95, 0, 24)
    >>> said.moved(10).start
    10
    """

    subject: str
    predicate: str
    object: str
    rule: str
    section: str
    score: float
    start: int
    """Of the sentence, in the text."""
    end: int
    lead: str = ""
    """What introduces the list, for its items."""
    at: tuple[int, int] = (0, 0)
    """Of the mention that the statement is about, in the text; what matters when a sentence must be cut."""
    whole: bool = False
    """Whether the sentence names both nodes itself, and can be read without its text."""

    def moved(self, by: int) -> Statement:
        """Return the statement with its offsets moved."""
        if not by:
            return self
        return self._replace(start=self.start + by, end=self.end + by, at=(self.at[0] + by, self.at[1] + by))


class Reading(NamedTuple):
    """All that one text gives."""

    statements: list[Statement]
    together: list[tuple[str, ...]]
    """Ids of the nodes that each sentence names, sorted; the focus among them."""
    faults: list[TextFault]
    focus: str | None = None


class Extractor(Protocol):
    """Whatever turns a text into statements: the rules here, or a language model with the same interface."""

    @property
    def version(self) -> str:
        """Changes whenever the same text may be read otherwise."""
        ...

    def read(self, texts: Iterable[ReferenceText]) -> Iterator[Reading]:
        """Yield what each text states, in order."""
        ...
