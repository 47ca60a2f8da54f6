"""Check that the sentences which rows quote from reference texts stand there, at their offsets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from kgpaths.records import Row


class Passage(Protocol):
    """What is asked of a reference text; `kgpaths.extraction.ReferenceText` is such."""

    @property
    def id(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def source(self) -> str: ...


class _Place(NamedTuple):
    """Where a sentence is said to stand."""

    source: str
    reference: str
    start: int
    end: int
    sentence: str


class _Quoted(NamedTuple):
    """Who says so, first."""

    file: str
    row: str
    what: str
    """The edge or the sentence, with its id."""


class SentenceChecks:
    """Collects what rows quote, then looks it up in the texts.

    >>> from collections import namedtuple
    >>> from kgpaths.records import Edge, Evidence
    >>> said = Evidence(reference="a", sentence="Gout hurts.", start=0, end=11)
    >>> edge = Edge(id="0" * 16, subject="DOID:13189", predicate="has_symptom", object="HP:0012531", source="medquad",
    ...             source_version="2019", licence="CC-BY-4.0", tier="text", evidence=(said,))
    >>> checks = SentenceChecks()
    >>> checks.note("f", Row(id="q1", status="accepted", graph_hash="", licence="", edges=(edge,)))
    >>> text = namedtuple("text", "id text source")
    >>> list(checks.faults([text("a", "Gout hurts. Much.", "medquad")]))
    []
    >>> list(checks.faults([text("a", "Gout is old.", "medquad")]))[0][2]
    'edge 0000000000000000: “Gout hurts.” is not at 0:11 of text a, where “Gout is old” stands'
    """

    def __init__(self) -> None:
        self._quoted: dict[str, dict[_Place, _Quoted]] = {}
        self.found = 0
        """Sentences that stand where they should, after `faults`."""
        self.unread: Counter[str] = Counter()
        """Sentences of sources of which no text was given, after `faults`."""

    def note(self, file: str, row: Row) -> None:
        """Remember the sentences of a row."""
        for edge in row.edges:
            for said in edge.evidence:
                if said.sentence:
                    place = _Place(edge.source, said.reference, said.start, said.end, said.sentence)
                    here = self._quoted.setdefault(said.reference, {})
                    here.setdefault(place, _Quoted(file, row.id, f"edge {edge.id}"))
        for sentence in row.cited_sentences:
            place = _Place(sentence.source, sentence.text_id, sentence.start, sentence.end, sentence.text)
            here = self._quoted.setdefault(sentence.text_id, {})
            here.setdefault(place, _Quoted(file, row.id, f"sentence {sentence.id}"))

    def faults(self, texts: Iterable[Passage]) -> Iterator[tuple[str, str, str]]:
        """Yield (file, row id, what is wrong) for every sentence that is not in its text.

        A text that does not say its source (`local`) may be of any. Where no text of a source is given, its sentences
        are counted in `unread` and are no faults.
        """
        right: set[_Place] = set()
        instead: dict[_Place, str] = {}
        sources: set[str] = set()
        for text in texts:
            sources.add(text.source)
            for place in self._quoted.get(text.id, ()):
                if text.source not in (place.source, "local"):
                    continue
                if text.text[place.start : place.end] == place.sentence:
                    right.add(place)
                else:
                    instead[place] = text.text[place.start : place.end]
        self.found = len(right)
        self.unread.clear()
        for place, quoted in ((place, by) for here in self._quoted.values() for place, by in here.items()):
            if place in right:
                continue
            if place in instead:
                where = (
                    f"at {place.start}:{place.end} of text {place.reference}, where “{shown(instead[place])}” stands"
                )
                yield quoted.file, quoted.row, f"{quoted.what}: “{shown(place.sentence)}” is not {where}"
            elif sources & {place.source, "local"}:
                what = f"{quoted.what}: its text {place.reference} is not among those given"
                yield quoted.file, quoted.row, what
            else:
                self.unread[place.source] += 1


def shown(text: str, most: int = 80) -> str:
    """Return a text on one line, cut to `most` characters.

    >>> shown("one\\n two", 100), shown("a b c d", 4)
    ('one two', 'a b…')
    """
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
