"""Prepare text for patterns, and tell which patterns its words allow.

Patterns are written in lower case and read lower-case text: Python's `re` skips what cannot match several times as
fast when it need not compare letters of two cases.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from kgpaths.language.words import APOSTROPHES

_MOST_WORDS = 1 << 17
"""Different words, marks and all, that are remembered; past it the memory is emptied."""
_ODD_LETTERS = str.maketrans({"İ": "i", "ı": "i", "ſ": "s", **dict.fromkeys(APOSTROPHES, "'")})
"""Letters that are an i or s to a pattern that ignores case, though their lower case is something else, or longer; and
what stands for an apostrophe, which patterns write in one way."""


def lowered(text: str) -> str:
    """Return a text in lower case with straight apostrophes, as long as it was: offsets hold.

    >>> lowered("İn Ménière’s Disease")
    "in ménière's disease"
    """
    return text.translate(_ODD_LETTERS).lower()


def pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern for lower-case text.

    Raises:
        ValueError: it has capitals, which such text never holds.

    >>> pattern("\\\\bin [A-Z]")
    Traceback (most recent call last):
    ValueError: the pattern '\\\\bin [A-Z]' has capitals; patterns read lower-case text
    """
    if re.search(r"(?<![\\?])[A-Z]", text):
        raise ValueError(f"the pattern {text!r} has capitals; patterns read lower-case text")
    return re.compile(text)


class Wording(dict[str, int]):
    """Tells by the words of a sentence which patterns may match it, as a number with a bit for each pattern.

    Every word is looked at once and remembered.

    Args:
        parts: for every pattern parts of words, in lower case and without blanks, one of which every match holds; none
            where any sentence may match.

    >>> wording = Wording([["treat", "cure"], [], ["risk"]])
    >>> bin(wording.of("it is treatable")), bin(wording.of("those at risk are treated"))
    ('0b11', '0b111')
    """

    def __init__(self, parts: Sequence[Collection[str]]) -> None:
        super().__init__()
        self._any = sum(1 << number for number, some in enumerate(parts) if not some)
        self._bits: dict[str, int] = {}
        for number, some in enumerate(parts):
            for part in some:
                self._bits[part] = self._bits.get(part, 0) | 1 << number

    def of(self, text: str) -> int:
        """Return which patterns may match a lower-case text. O(characters)."""
        found = self._any
        for word in text.split():
            found |= self[word]
        return found

    def __missing__(self, word: str) -> int:
        if len(self) >= _MOST_WORDS:
            self.clear()
        found = 0
        for part, bits in self._bits.items():
            if part in word:
                found |= bits
        self[word] = found
        return found
