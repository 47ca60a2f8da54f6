"""The JSON object in a reply: fenced, behind leading words, with trailing commas or comments of the model around it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from kgpaths.verbalization.recipes.reply_parsing import without_thinking

_FENCE = re.compile(r"^\s*```[\w-]*\s*$", re.MULTILINE)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")


def json_object(text: str, reasoning: str = "") -> dict[str, Any] | None:
    """Return the largest JSON object of a reply; None where there is none that can be read.

    Args:
        text: the message's content.
        reasoning: what the server gave as thinking; read only where the content is empty but for thinking.

    >>> json_object('Here it is:\\n```json\\n{"a": [1, 2,],}\\n```')
    {'a': [1, 2]}
    >>> json_object("none") is None
    True
    """
    said = without_thinking(text) or without_thinking(reasoning)
    bare = _without_trailing_commas(_FENCE.sub("", said))
    decoder = json.JSONDecoder(strict=False)
    found: list[tuple[int, dict[str, Any]]] = []
    place = 0
    while (start := bare.find("{", place)) >= 0:
        try:
            value, end = decoder.raw_decode(bare, start)
        except (json.JSONDecodeError, RecursionError):
            place = start + 1
            continue
        if isinstance(value, dict):
            found.append((end - start, value))
        place = end
    return max(found, key=lambda one: one[0])[1] if found else None


def _without_trailing_commas(text: str) -> str:
    """Take the commas before a closing bracket away, but for those that stand in strings."""
    pieces, place = [], 0
    for string in _STRING.finditer(text):
        pieces += [_TRAILING_COMMA.sub(r"\1", text[place : string.start()]), string.group()]
        place = string.end()
    return "".join([*pieces, _TRAILING_COMMA.sub(r"\1", text[place:])])


def member(value: Mapping[str, Any], *names: str) -> Any:
    """Return the first member of these names, whatever their case and whether words are joined by spaces or not."""
    folded = {re.sub(r"[\s_-]+", "_", str(key)).strip().casefold(): inner for key, inner in value.items()}
    return next((folded[name] for name in names if name in folded), None)


def text_of(value: Any) -> str:
    """Return a text or number as a text on one line; nothing for anything else."""
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""


def texts_of(value: Any) -> list[str] | None:
    """Return a list of texts, one text counting as a list; None for anything else."""
    if value is None:
        return []
    if isinstance(value, str):
        return [text for text in [text_of(value)] if text]
    if not isinstance(value, list):
        return None
    made = [text_of(one) for one in value]
    return [text for text in made if text] if all(made) or not made else None
