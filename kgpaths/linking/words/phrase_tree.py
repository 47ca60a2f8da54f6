"""Tables of phrases in `ontologies/linking/`, and trees of words in which they are looked up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from kgpaths.language.denial import denied_verbs
from kgpaths.linking.words.tokenizer import tokenize
from kgpaths.resources import resource

T = TypeVar("T")


class _Node(Generic[T]):
    """A word of a phrase: the words that may follow, and what the phrase that ends here means."""

    __slots__ = ("following", "meaning")

    def __init__(self) -> None:
        self.following: dict[str, _Node[T]] = {}
        self.meaning: T | None = None


class Phrases(Generic[T]):
    """Phrases as a tree of words.

    >>> phrases = Phrases[str](frozenset({"very"}))
    >>> phrases.add([["is", "unlikely"]], "doubt")
    >>> phrases.match("gout is very unlikely today".split(), 1, 5)
    ('doubt', 4)
    """

    def __init__(self, adverbs: frozenset[str]) -> None:
        self._root: _Node[T] = _Node()
        self._skipped = adverbs | {""}

    def add(self, phrases: Iterable[Sequence[str]], meaning: T) -> None:
        """Add phrases, given as words; one that is there already keeps its meaning."""
        for phrase in phrases:
            node = self._root
            for word in phrase:
                node = node.following.setdefault(word, _Node())
            if node.meaning is None:
                node.meaning = meaning

    def heads(self) -> dict[str, tuple[T | None, frozenset[str]]]:
        """Return the first words, each with what it means by itself and the words that may follow."""
        return {
            word: (node.meaning, frozenset(node.following) | self._skipped if node.following else frozenset())
            for word, node in self._root.following.items()
        }

    def match(self, words: Sequence[str], i: int, last: int) -> tuple[T, int] | None:
        """Return what the longest phrase from word i means, and the word after it; adverbs may stand inside."""
        best, following, first = None, self._root.following, i
        while i < last:
            node = following.get(words[i])
            if node is None:
                if i == first or words[i] not in self._skipped:
                    break
            else:
                following = node.following
                if node.meaning is not None:
                    best = node.meaning, i + 1
            i += 1
        return best


class Table:
    """A table as it is written in YAML; `<be>` in a phrase stands for every phrase of its class `be`.

    The classes of verbs that all readers of denials share need not be written down again.

    >>> table = Table("assertion.yaml")
    >>> "was" in table.words("verbs"), table.expand("<modal> be seen")[0]
    (True, ['may', 'be', 'seen'])
    """

    def __init__(self, file: str) -> None:
        import yaml

        self.rows: dict[str, Any] = yaml.safe_load(resource("ontologies", "linking", file).read_text("utf-8"))
        self.classes: dict[str, list[str]] = {**denied_verbs(), **self.rows["classes"]}
        self._words: dict[str, frozenset[str]] = {}

    def words(self, name: str) -> frozenset[str]:
        """Return the single words of a list, those of its classes too."""
        if name not in self._words:
            self._words[name] = frozenset(phrase[0] for phrase in self._listed(self.rows[name]) if len(phrase) == 1)
        return self._words[name]

    def phrases(self, name: str) -> Iterator[tuple[str, list[list[str]]]]:
        """Yield the keys of a mapping of lists, with the phrases of each."""
        for key, listed in self.rows[name].items():
            yield key, list(self._listed(listed))

    def expand(self, phrase: str) -> list[list[str]]:
        """Return a phrase as words, once for every phrase of its classes."""
        found, written = [], [phrase.split()]
        while written:
            words = written.pop()
            place = next((i for i, word in enumerate(words) if word.startswith("<")), None)
            if place is None:
                found.append([one for word in words for one in _surfaces(word)])
            else:
                for one in reversed(self.classes[words[place][1:-1]]):
                    written.append([*words[:place], *one.split(), *words[place + 1 :]])
        return found

    def _listed(self, rows: Mapping[str, list[str]] | list[str]) -> Iterator[list[str]]:
        listed = [word for group in rows.values() for word in group] if isinstance(rows, Mapping) else rows
        for line in listed:
            yield from self.expand(line)


def _surfaces(word: str) -> list[str]:
    """Return a word as texts are cut: "first-degree" is two, "non-reactive" one; signs stay as they are."""
    tokens = tokenize(word)
    return [word[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)] or [word]
