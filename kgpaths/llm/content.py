"""Read the content of a message: one text, or a list of parts, of which some are text and some thinking."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

_TEXT = ("text", "output_text")
_THINKING = ("thinking", "reasoning", "reasoning_content", "reasoning.text", "reasoning.summary", "redacted_thinking")
_DEEPEST = 4
"""Parts within parts; what lies deeper is no message."""
_HELD = ("text", "thinking", "reasoning", "summary", "content", "refusal")
# Parts are pieces of one text. Only where one ends a sentence and the next begins a line of its own is a line between.
_BLOCK = re.compile(r"#{1,6}\s|(?:\*\*)?\d{1,2}[.)]\s|[-*•]\s|\*\*|(?:step \d|(?:final )?answer\s*:)", re.IGNORECASE)
_ENDED = re.compile(r"(?:[.!?:\])】]|(?:\A|\n)#{1,6} [^\n]*)\Z")


class Content(NamedTuple):
    """What a message holds."""

    text: str = ""
    thinking: str = ""
    refusal: str = ""
    parts: tuple[str, ...] = ()
    """Types of its parts; empty where it is one text."""

    @property
    def whole(self) -> str:
        """Text or thinking, for a field that holds nothing but thinking."""
        return self.text or self.thinking


def content_of(value: Any) -> Content:
    """Return what the value of a message's `content` says; a part of an unknown type says nothing.

    >>> content_of("So.").text
    'So.'
    >>> parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}, {"type": "text", "text": "So."}]
    >>> content_of(parts)
    Content(text='So.', thinking='Hm.', refusal='', parts=('thinking', 'text'))
    """
    parts = _parts(value)
    if parts is None:
        return Content(text=value) if isinstance(value, str) else Content()
    held: dict[str, list[str]] = {"text": [], "thinking": [], "refusal": []}
    for part in parts:
        kind = _kind(part)
        if kind is not None:
            held[kind].append(_said(part))
    types = tuple("text" if isinstance(part, str) else str(part.get("type", "unknown"))[:40] for part in parts)
    text, thinking, refusal = ("".join(_in_lines(held[kind])) for kind in ("text", "thinking", "refusal"))
    return Content(text, thinking, refusal, types)


def _parts(value: Any) -> list[Any] | None:
    """Return the parts of a content, also of one that was written out as JSON; None where it is no list of parts."""
    if isinstance(value, Mapping):
        value = [value]
    if isinstance(value, str) and re.match(r"\s*\[\s*\{", value):
        try:
            written = json.loads(value)
        except (ValueError, RecursionError):
            return None
        if all(isinstance(part, dict) and part.get("type") in (*_TEXT, *_THINKING) for part in written):
            value = written
    if not isinstance(value, Sequence) or isinstance(value, str):
        return None
    return [part for part in value if isinstance(part, str | Mapping)]


def _kind(part: str | Mapping[str, Any]) -> str | None:
    if isinstance(part, str):
        return "text"
    kind = part.get("type")
    if kind in _THINKING or part.get("thought") is True:
        return "thinking"
    if kind in _TEXT or (kind is None and isinstance(part.get("text"), str)):
        return "text"
    return "refusal" if kind == "refusal" else None


def _said(part: Any, depth: int = 0) -> str:
    """Return the text of a part, which may hold parts again."""
    if isinstance(part, str):
        return part
    if depth == _DEEPEST:
        return ""
    if isinstance(part, Mapping):
        return _said(next((part[name] for name in _HELD if part.get(name)), part.get("value")), depth + 1)
    return "".join(_in_lines([_said(inner, depth + 1) for inner in part])) if isinstance(part, Sequence) else ""


def _in_lines(pieces: Sequence[str]) -> Sequence[str]:
    lines: list[str] = []
    for piece in filter(None, pieces):
        if lines and _ENDED.search(lines[-1]) and (_BLOCK.match(piece) or piece[:1].isupper()):
            lines.append("\n")
        lines.append(piece)
    return lines
