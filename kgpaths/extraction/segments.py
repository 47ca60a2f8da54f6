"""A reference text into sentences, headings and items of lists, each with its offsets.

Web pages turned into text lose their marks: a list is `  - item  - item`, a heading a short line of its own. What
introduces a list ("Symptoms may include") is kept with each of its items.

>>> text = "Signs may include:\\n- fever  - dry cough\\nSee Dr. Lee. It is rare.\\n\\nRisk Factors\\nAge"
>>> for s in split(text):
...     print(s.kind, repr(text[s.start:s.end]), s.lead and text[s.lead[0]:s.lead[1]])
lead 'Signs may include:' None
item 'fever' Signs may include:
item 'dry cough' Signs may include:
sentence 'See Dr. Lee.' None
sentence 'It is rare.' None
heading 'Risk Factors' None
heading 'Age' None
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from kgpaths.language.sentences import sentences

_BULLET = r"(?:[-–•*]|\d{1,2}[.)])\s+"
_BLOCK = re.compile(
    rf"\s*\n\s*\n\s*(?:{_BULLET})?|\n\s{{0,3}}(?=[A-Z])|\s{{3,}}(?=[A-Z])|(?:^|\n|\s{{2,}})\s*{_BULLET}"
)
"""Where blocks end: blank lines, lines that start with a capital, wide gaps, bullets."""
_WIDE = re.compile(r"\s(?:\s+|(?<=\n))")
"""Blanks in which a block may end, unless its bullet begins the text."""
_MARK = re.compile(r"[-–•*]|\d[.)]")
_INLINE_BULLET = re.compile(r"(?<=[:\w.,;)])\s+-\s+(?=\w)")
_LEAD_END = re.compile(
    r"(?:\binclud(?:es?|ing)|\bsuch as(?: an?| the)?|\bfollowing|\bare|\bmay|\bcan|\bof|\bfor|\bto|\bby|\bin|\bwith"
    r"|\bfrom|\bis|\bhave|\bhas|\blike|\bthat|\bwho|\bas(?: an?)?)\s*$"
)
_LONGEST_HEADING = 9
"""Words."""
_CONTINUES = re.compile(
    r"(?:(?:some|common|other|possible) )?(?:examples|these|they|others)(?: of (?:these|such|this)[^,.;:]{0,30})?"
    r"(?: can| may| also)* include\b:?",
    re.IGNORECASE,
)
"""What goes on with the sentence before: "Examples include"."""
_FINITE = re.compile(
    r"\b(?:is|are|was|were|be|can|may|might|will|should|must|has|have|had|do|does|did|causes?|occurs?|develops?|affects?"
    r"|helps?|increases?|makes?|gets?|takes?|needs?|you|it|this|these|they|there)\b",
    re.IGNORECASE,
)
_PARENTHESES = re.compile(r"\([^()]*\)")


class Segment(NamedTuple):
    """A piece of a text."""

    start: int
    end: int
    kind: Literal["sentence", "lead", "item", "example", "heading", "question"]
    lead: tuple[int, int] | None = None
    """Offsets of what introduces the list, for its items; for an example, of the sentence before."""
    says_from: int = 0
    """Where an example begins to name what it names."""


def split(text: str) -> Iterator[Segment]:
    """Yield the segments of a text in reading order. O(characters)."""
    lead: tuple[int, int] | None = None
    before: Segment | None = None
    bulleted = False
    blocks = list(_blocks(text))
    for (start, end, bullet), following in zip(blocks, [*blocks[1:], (0, 0, False)], strict=True):
        pieces = list(sentences(text, start, end, lines=False))
        bulleted |= bullet
        # The paragraphs behind a colon that are no sentences are its list, though their bullets are lost.
        listed = not bulleted and lead is not None and text[lead[1] - 1] == ":" and _is_name(text[slice(*pieces[0])])
        for number, (first, last) in enumerate(pieces):
            goes_on = _CONTINUES.match(text, first, last) if before and before.kind == "sentence" else None
            introduces = number > 0 and last == end and following[2] and _LEAD_END.search(text[first:last].rstrip(":"))
            if (bullet or listed) and not introduces:
                # What follows the first sentence of an item explains it.
                segment = Segment(first, last, "item" if number == 0 else "sentence", lead)
            else:
                kind = _kind(text, first, last, end)
                unfinished = following[2] and text[last - 1] not in ".?!"  # "It may also cause" before bullets
                if kind == "sentence" and last == end and (unfinished or _LEAD_END.search(text[first:last])):
                    kind = "lead"
                segment = Segment(first, last, kind)
                lead, bulleted = (first, last) if kind == "lead" else None, False
                if goes_on and before and kind == "lead":
                    lead = (before.start, last)
                elif goes_on and before and kind == "sentence":
                    segment = Segment(first, last, "example", (before.start, before.end), goes_on.end())
            yield segment
            before = segment


def _is_name(piece: str) -> bool:
    """Tell whether a paragraph's first sentence names a thing and says nothing of it: "Lung abscesses."."""
    piece = _PARENTHESES.sub("", piece)
    return not piece.endswith((":", "?")) and (piece[-1:] not in ".!" or not _FINITE.search(piece))


def _blocks(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield (start, end, is an item) of the blocks between blank lines and bullets."""
    start, bullet = 0, False
    for match in _ends(text):
        bullet_next = _MARK.search(match.group()) is not None
        yield from _inline(text, start, match.start(), bullet, bullet or bullet_next)
        start, bullet = match.end(), bullet_next
    yield from _inline(text, start, len(text), bullet, bullet)


def _ends(text: str) -> Iterator[re.Match[str]]:
    """Yield the matches of `_BLOCK`, which is slow to search for: it is tried only where blanks are wide."""
    at = 0
    if first := _BLOCK.match(text):
        yield first
        at = first.end()
    for blanks in _WIDE.finditer(text, at):
        if blanks.start() < at:  # those behind a bullet
            continue
        tried = (_BLOCK.match(text, place) for place in range(*blanks.span()))
        if match := next(filter(None, tried), None):
            yield match
            at = match.end()


def _inline(text: str, start: int, end: int, bullet: bool, in_list: bool) -> Iterator[tuple[int, int, bool]]:
    """Cut a block at ` - ` when it holds several, or stands in a list: a list whose line ends are lost."""
    marks = []
    if text.find("-", start, end) >= 0:
        marks = [match.span() for match in _INLINE_BULLET.finditer(text, start, end)]
    if len(marks) < (1 if in_list else 2):
        marks = []
    for mark_start, mark_end in marks:
        yield from _trimmed(text, start, mark_start, bullet)
        start, bullet = mark_end, True
    yield from _trimmed(text, start, end, bullet)


def _trimmed(text: str, start: int, end: int, bullet: bool) -> Iterator[tuple[int, int, bool]]:
    piece = text[start:end].lstrip()
    if piece:
        start, end = end - len(piece), end - len(piece) + len(piece.rstrip())
        yield start, end, bullet


def _kind(text: str, start: int, end: int, block_end: int) -> Literal["sentence", "lead", "heading", "question"]:
    piece = text[start:end]
    if piece.endswith(":"):
        return "lead"
    if piece.endswith("?"):
        return "question"
    # A heading: a short block of its own without a full stop.
    if end == block_end and piece[-1] not in ".!;,)" and len(piece) < 90 and piece[0].isupper():
        words = piece.split()
        capitals = sum(word[0].isupper() for word in words)
        if len(words) <= _LONGEST_HEADING and capitals * 2 > len(words):
            return "heading"
    return "sentence"
