"""Replies that decline in words, where a server does not say so itself."""

from __future__ import annotations

import re

from kgpaths.verbalization.parsing import without_thinking

_DECLINES = re.compile(
    r"\A\W*(?:i['’]?m (?:very |really )?sorry\b|sorry\b|i apologi[sz]e\b|unfortunately,? i\b|"
    r"as an? (?:ai|language model)\b|"
    r"i (?:cannot|can['’]?t|can not|am unable|am not able|won['’]?t|will not|must decline)\b)",
    re.IGNORECASE,
)
LONGEST = 600
"""Characters; what is longer has something else to say as well."""
_NONE = re.compile(r"\A\W*(?:NONE\b|(?i:none)\W*\Z)")


def is_refusal(text: str) -> bool:
    """Say whether a reply that holds no chain declines to write one.

    >>> is_refusal("I'm sorry, but I can't help with that."), is_refusal("1. Fever is a sign of influenza.")
    (True, False)
    """
    said = without_thinking(text)
    return len(said) <= LONGEST and _DECLINES.match(said) is not None


def declines(text: str) -> bool:
    """Say whether a reply says that no honest argument can be made.

    >>> declines("NONE"), declines("NONE. The statements are about mice."), declines("None of the findings is new.")
    (True, True, False)
    """
    return _NONE.match(without_thinking(text)) is not None
