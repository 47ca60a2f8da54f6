"""Which words of a text stand in capitals because all around them does: they are words, not abbreviations.

"ALL OF THE FOLLOWING" is no leukemia, "THE REST IS NORMAL" no gene. The words of a vignette in capitals are told from a
row of abbreviations ("AML, ALL and CLL") by the ordinary words among them.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from kgpaths.linking.words.tokenizer import COLON, Tokens
from kgpaths.linking.words.word_lists import function_words

_LONG = 6
"""Letters of a word that is hardly an abbreviation."""


def written_in_capitals(tokens: Tokens, abbreviations: Container[str]) -> frozenset[int]:
    """Return the positions of the words that stand in a row of words in capitals, not of abbreviations. O(words).

    A row goes on to a word with a small letter, a colon or a bracket. It needs an ordinary word, one that holds
    sentences together or is long, and no fewer of these than of known abbreviations.

    Args:
        tokens: the words of a text.
        abbreviations: those that are known, as they are written.

    >>> from kgpaths.linking.words.tokenizer import tokenize
    >>> def found(text):
    ...     tokens = tokenize(text)
    ...     return [text[tokens.starts[i]:tokens.ends[i]] for i in sorted(written_in_capitals(tokens, {"ALL", "AML"}))]
    >>> found("PATIENT DENIES ALL COMPLAINTS. He has ALL, AML, CT."), found("NONE OF THEM: ALL AND AML")
    (['PATIENT', 'DENIES', 'ALL', 'COMPLAINTS'], ['NONE', 'OF', 'THEM'])
    """
    text = tokens.text
    short = [word for i in tokens.capital if (word := text[tokens.starts[i] : tokens.ends[i]]).isupper()]
    if not (any(map(_is_ordinary, short)) or text.isupper()):
        return frozenset()
    found: set[int] = set()
    for row in _rows(tokens):
        words = [text[tokens.starts[i] : tokens.ends[i]] for i in row]
        known = sum(word in abbreviations for word in words)
        ordinary = sum(_is_ordinary(word) and word not in abbreviations for word in words)
        if len(row) > 1 and ordinary and ordinary >= known:
            found.update(row)
    return frozenset(found)


def _rows(tokens: Tokens) -> Iterator[list[int]]:
    row: list[int] = []
    for i, gap in enumerate(tokens.gaps):
        word = tokens.text[tokens.starts[i] : tokens.ends[i]]
        if row and (gap == COLON or word.upper() != word):
            yield row
            row = []
        if word.isupper():
            row.append(i)
    if row:
        yield row


def _is_ordinary(word: str) -> bool:
    return word.isalpha() and (len(word) >= _LONG or (len(word) > 1 and word.lower() in function_words()))
