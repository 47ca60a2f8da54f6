"""Words and names that the rules of linking speak of: the lists in `ontologies/linking/`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from kgpaths.linking.words.normalisation import canonical
from kgpaths.linking.words.tokenizer import content_words
from kgpaths.resources import resource


@cache
def listed_names(file: str) -> frozenset[str]:
    """Return the names of a list, one a line, as `name_key` writes them."""
    return frozenset(map(name_key, _lines(file)))


def name_key(name: str) -> str:
    """Return the words of a name that it is matched by, as one string.

    >>> name_key("Diseases of the heart")
    'disease heart'
    """
    return " ".join(content_words(name))


@cache
def turning_words() -> frozenset[str]:
    """Return the canonical words that make something else of a condition named before them."""
    return frozenset(canonical(word) for line in _lines("turning_words.txt") for word in line.split())


@cache
def function_words() -> frozenset[str]:
    """Return the words that hold sentences together and name nothing."""
    return frozenset(word for line in _lines("function_words.txt") for word in line.split())


def _lines(file: str) -> Iterator[str]:
    for line in resource("ontologies", "linking", file).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line
