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

_SAME = {
    "-": "\u2010\u2011\u2012\u2013\u2212\u02d7\u2043\ufe58\ufe63\uff0d",
    " ": "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "\n": "\u0085\u2028\u2029",
}
"""Characters, and others that look like them."""
_PLAIN = {other: one for one, others in _SAME.items() for other in others}
_UNSEEN = (
    "\u00ad\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\u1ab0-\u1aff\u1dc0-\u1dff\ufe20-\ufe2f"
)
"""Soft hyphen, zero-width characters, marks of direction and variation; and accents that no letter of a name has."""
_ODD = re.compile(rf"[{''.join(_PLAIN)}{_UNSEEN}](?:(?<=\u00ad)\s*\n\s*)?")
"""An odd character; of a soft hyphen at the end of a line also what parts it from the next."""
_NON = re.compile(r"\b([Nn]on|NON)(?!-[^-\s])[-\u2014\u2015\s]{1,4}(?=[^\W\d_]{2})(?!(?i:and|or|nor|to|vs)\b)")
"""The word "non" and what parts it from the next; "non- and" is left alone."""
_SOME_NON = re.compile(r"on(?<=\b[Nn]on)(?:[\u2014\u2015\s]|-[-\s])")  # a pattern that begins with letters is fast


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
    if not text.isascii() and _ODD.search(text):
        found = _changed(found, _ODD, lambda match: _PLAIN.get(match[0], ""))
    if _SOME_NON.search(found.text) or "NON" in found.text:
        found = _changed(found, _NON, lambda match: f"{match[1]}-")
    return found


def _changed(found: PlainText, pattern: re.Pattern[str], become: Callable[[re.Match[str]], str]) -> PlainText:
    """Return a text with every match replaced by characters that are no more than it had."""
    text = pattern.sub(become, found.text)
    if len(text) == len(found.text):
        return PlainText(text, found.given, found.places)
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
