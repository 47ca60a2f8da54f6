"""Texts from outside as they may be printed and kept."""

from __future__ import annotations

import re

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours and movements of a terminal's cursor
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles and links
    r"|\x1b[@-Z\\-_]"
)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and line breaks, and the marks that turn a line's direction around."""


def printable(text: str) -> str:
    r"""Return a text without what a terminal would obey: escape sequences, control characters, turned directions.

    >>> printable("\x1b[31mbusy\x1b[0m\x07, \x1b]0;title\x07come\rback\n")
    'busy, come\nback\n'
    """
    return _UNPRINTABLE.sub("", _ESCAPES.sub("", text)).replace("\r\n", "\n").replace("\r", "\n")
