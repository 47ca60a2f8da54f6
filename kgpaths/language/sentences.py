"""Where the sentences of a text begin and end: of vignettes, reference texts and replies alike.

A full stop ends a sentence where what follows begins like one, with a capital letter or a digit: not inside a decimal,
not behind an abbreviation, an initial or the number of a list. Question and exclamation marks always do. Marks of
references and closing quotation marks belong to what they follow.

Two cuts are finer for a reason and stand where they are needed: the gaps between words that no cue and no name crosses
(`kgpaths.linking.words.tokenizer`), and the items and headings of reference texts, whose sentences are these
(`kgpaths.extraction.segments`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = re.compile(
    r"[.!?][\"”’')\]]*(?:"
    r"(?:(?<=[^\W\d]\.)\d{1,2})?\s+"  # "… of heart failure.12 The …": the number is a reference
    r"|(?<=[a-z]{2}\.)(?=(?:What|Which|The|In|How|Why|He|She|Most)\b)"  # "… on percussion.What is …"
    r")|\n\s*"
    r"|\)\s+(?=\d{1,2}\.\d{1,2}\s+[A-Z][a-z])"  # "… of symptoms (1.1) 1.1 Hypertension …": a section of a label begins
)
_BEGINNING = re.compile(r"[\"“‘(\[]?[A-Z0-9]")
_ABBREVIATION = re.compile(
    r"(?:(?:^|[\s(])(?:Dr|Mr|Mrs|Ms|St|vs|approx|e\.g|i\.e|etc|cf|Fig|No|spp?|subsp|ca|U\.S|Ph\.D|M\.D|al)"
    r"|(?:^|[^a-z0-9,)]\s|[(])[A-Z]"  # an initial: "Mr. P. Smith", not "vitamin D.", "Figures A and B."
    r"|^\d{1,2})\.$"  # the number of a list
)
_LONGEST = 16
"""Characters before a full stop that tell an abbreviation."""
_CLAUSE_END = re.compile(r";\s+")


def sentences(text: str, start: int = 0, end: int | None = None, *, lines: bool = True) -> Iterator[tuple[int, int]]:
    """Yield the offsets of the sentences of a text, blanks around them left out. O(characters).

    Args:
        text: the text.
        start: where to begin.
        end: where to stop; the end of the text by default.
        lines: whether the end of a line is the end of a sentence, as in questions; in running text it is a blank.

    >>> text = "T is 38.7 C, Dr. Lee says. Take vitamin D. 3 days later\\nshe coughs (e.g. at night).What now?"
    >>> [text[slice(*span)] for span in sentences(text)]
    ['T is 38.7 C, Dr. Lee says.', 'Take vitamin D.', '3 days later', 'she coughs (e.g. at night).What now?']
    >>> [text[slice(*span)] for span in sentences(text, lines=False)][-1][:23]
    '3 days later\\nshe coughs'
    """
    end = len(text) if end is None else end
    first = start
    for match in _END.finditer(text, start, end):
        if not (lines and "\n" in match.group()) and not _is_end(text, first, match, end):
            continue
        yield from _trimmed(text, first, match.end())
        first = match.end()
    yield from _trimmed(text, first, end)


def clauses(text: str) -> Iterator[str]:
    """Yield the sentences of a running text, cut at semicolons too.

    >>> list(clauses("Fever is common; cough is not. It is rare."))
    ['Fever is common;', 'cough is not.', 'It is rare.']
    """
    for start, end in sentences(text, lines=False):
        first = start
        for cut in _CLAUSE_END.finditer(text, start, end):
            yield text[first : cut.start() + 1]
            first = cut.end()
        yield text[first:end]


def _is_end(text: str, first: int, match: re.Match[str], end: int) -> bool:
    mark = match.start()
    if text[mark] != ".":
        return text[mark] != "\n"
    if _ABBREVIATION.search(text[max(first, mark + 1 - _LONGEST) : mark + 1]):
        return False
    return _BEGINNING.match(text, match.end(), end) is not None


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end].strip()
    if piece:
        start = text.index(piece[0], start)
        yield start, start + len(piece)
