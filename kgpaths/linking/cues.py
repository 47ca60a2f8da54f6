"""The cue phrases of assertion status, from `ontologies/linking/assertion.yaml`, as trees of words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

from kgpaths.records import Assertion
from kgpaths.resources import resource

Effect = Literal[
    "forward", "backward", "transitive", "closing", "clause", "pseudo", "end", "end_absent", "answer", "heading"
]  # fmt: skip
_GOVERNING: tuple[Effect, ...] = ("forward", "transitive", "closing", "backward", "clause")


class Cue(NamedTuple):
    """What a phrase says, and of which words."""

    effect: Effect
    status: Assertion


class _Node:
    """A word of a phrase: the words that may follow, and the cue that ends here."""

    __slots__ = ("cue", "following")

    def __init__(self) -> None:
        self.following: dict[str, _Node] = {}
        self.cue: Cue | None = None


class Phrases:
    """Phrases as a tree of words."""

    def __init__(self, adverbs: frozenset[str]) -> None:
        self._root = _Node()
        self._skipped = adverbs | {""}

    def add(self, phrases: Iterable[Sequence[str]], cue: Cue) -> None:
        """Add phrases, given as words; one that is there already keeps its cue."""
        for phrase in phrases:
            node = self._root
            for word in phrase:
                node = node.following.setdefault(word, _Node())
            node.cue = node.cue or cue

    def heads(self) -> dict[str, tuple[Cue | None, frozenset[str]]]:
        """Return the first words, each with the cue that it is by itself and the words that may follow."""
        return {
            word: (node.cue, frozenset(node.following) | self._skipped if node.following else frozenset())
            for word, node in self._root.following.items()
        }

    def match(self, words: Sequence[str], i: int, last: int) -> tuple[Cue, int] | None:
        """Return the longest phrase that begins at word i, and the word after it; adverbs may stand inside."""
        best, following, first = None, self._root.following, i
        while i < last:
            node = following.get(words[i])
            if node is None:
                if i == first or words[i] not in self._skipped:
                    break
            else:
                following = node.following
                if node.cue is not None:
                    best = node.cue, i + 1
            i += 1
        return best


@cache
def table() -> Mapping[str, Any]:
    """Return the table; the class `person` holds the words of `persons`."""
    import yaml

    loaded: dict[str, Any] = yaml.safe_load(resource("ontologies", "linking", "assertion.yaml").read_text("utf-8"))
    loaded["classes"]["person"] = [word for group in loaded["persons"].values() for word in group]
    return loaded


@cache
def words_of(name: str) -> frozenset[str]:
    """Return the single words of a list of the table, those of its classes too.

    >>> "was" in words_of("verbs"), "mother" in words_of("persons")
    (True, True)
    """
    rows = table()[name]
    listed = [word for group in rows.values() for word in group] if isinstance(rows, Mapping) else rows
    return frozenset(phrase[0] for line in listed for phrase in expand(line) if len(phrase) == 1)


def expand(phrase: str) -> Iterator[list[str]]:
    """Yield a phrase of the table as words, once for every word of its classes."""
    classes = table()["classes"]
    written = [phrase.split()]
    while written:
        words = written.pop()
        place = next((i for i, word in enumerate(words) if word.startswith("<")), None)
        if place is None:
            yield re.sub(r"(?<=\w)[-/](?=\w)", " ", " ".join(words)).split()
        else:
            for one in reversed(classes[words[place][1:-1]]):
                written.append([*words[:place], *one.split(), *words[place + 1 :]])


@cache
def cues() -> Phrases:
    """Return the cues of running text."""
    found = Phrases(words_of("adverbs"))
    for effect in _GOVERNING:
        for status, phrases in table()[effect].items():
            for phrase in phrases:
                found.add(expand(phrase), Cue(effect, status))
    for name, cue in (
        ("pseudo", Cue("pseudo", "present")),
        ("terminators", Cue("end", "present")),
        ("terminators_of_absent", Cue("end_absent", "absent")),
    ):
        for phrase in table()[name]:
            found.add(expand(phrase), cue)
    return found


@cache
def answers() -> Phrases:
    """Return the phrases that stand for a whole predicate."""
    return _listed("answers", "answer")


@cache
def headings() -> Phrases:
    """Return the phrases that govern what follows their colon."""
    return _listed("headings", "heading")


def _listed(name: str, effect: Effect) -> Phrases:
    found = Phrases(words_of("adverbs"))
    for status, phrases in table()[name].items():
        for phrase in phrases:
            found.add(expand(phrase), Cue(effect, status))
    return found
