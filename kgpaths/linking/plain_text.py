"""Texts in the characters that names and cues are written in; offsets still point at the text as it was given.

Text copied from web pages and PDF has soft hyphens and zero-width spaces inside words, minus signs and dashes for
hyphens, and blanks of many widths. A text is made plain once, before anything looks at it: what shows nothing is left
out, what looks the same is the same, and "non" is joined to its word, since neither "non−Hodgkin" nor "non Hodgkin
lymphoma" is Hodgkin lymphoma.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

_HYPHENS = "\u2010-\u2013\u2212\u02d7\u2043\ufe58\ufe63\uff0d"
_BLANKS = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_LINE_ENDS = "\u0085\u2028\u2029"
_UNSEEN = (
    "\u00ad\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\u1ab0-\u1aff\u1dc0-\u1dff\ufe20-\ufe2f"
)
"""Soft hyphen, zero-width characters, marks of direction and variation; and accents that no letter of a name has."""
_ODD = re.compile(
    rf"(?:\u00ad\s*\n\s*|[{_UNSEEN}])+|(?P<hyphen>[{_HYPHENS}])|(?P<blank>[{_BLANKS}])|(?P<line_end>[{_LINE_ENDS}])"
)
_SOME_ODD = re.compile(f"[{_UNSEEN}{_HYPHENS}{_BLANKS}{_LINE_ENDS}]")
_PLAIN = {None: "", "hyphen": "-", "blank": " ", "line_end": "\n"}
_NON = re.compile(r"\b([Nn]on|NON)(?!-[^-\s])[-\u2014\u2015\s]{1,4}(?=[^\W\d_]{2})(?!(?i:and|or|nor|to|vs)\b)")
"""The word "non" and what parts it from the next; "non- and" is left alone."""
_SOME_NON = ("non ", "non\n", "non\t", "non\u2014", "non\u2015", "non--", "non- ", "non-\n")


class PlainText(NamedTuple):
    """A text in plain characters, and where they stand in the text as it was given."""

    text: str
    given: str
    places: Sequence[int] | None = None
    """Place of every character in the given text; None where all stand at their own."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the characters from `start` to `end` stand in the given text."""
        if self.places is None or start >= end:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def plain(text: str) -> PlainText:
    """Return a text in plain characters. O(characters).

    >>> text = "No pneu\\u00admonia; non\\u2212Hodgkin lymphoma."
    >>> found = plain(text)
    >>> found.text, found.span(3, 12)
    ('No pneumonia; non-Hodgkin lymphoma.', (3, 13))
    """
    found = PlainText(text, text)
    if not text.isascii() and _SOME_ODD.search(text):
        found = _changed(found, _ODD, lambda match: _PLAIN[match.lastgroup])
    lowered = found.text.lower()
    if "non" in lowered and any(parted in lowered for parted in _SOME_NON):
        found = _changed(found, _NON, lambda match: f"{match[1]}-")
    return found


def _changed(found: PlainText, pattern: re.Pattern[str], become: Callable[[re.Match[str]], str]) -> PlainText:
    """Return a text with every match replaced by characters that are no more than it had."""
    text, places = found.text, range(len(found.text)) if found.places is None else found.places
    pieces: list[str] = []
    kept: list[int] = []
    at = 0
    for match in pattern.finditer(text):
        start, end = match.span()
        piece = become(match)
        pieces += text[at:start], piece
        kept += places[at:start]
        kept += places[start : start + len(piece)]
        at = end
    pieces.append(text[at:])
    kept += places[at:]
    return PlainText("".join(pieces), found.given, kept)
