"""Read the body that a server sent: it is an answer, or has a reason why not."""

from __future__ import annotations

import json
from typing import Any

from kgpaths.language.control_tokens import own_turn
from kgpaths.language.printable import printable
from kgpaths.llm.content import content_of
from kgpaths.llm.messages import Fault, Reply

_MOST_TOKENS = 10**8
"""Tokens of one call; a server that counts more miscounts."""


def read_reply(body: str) -> Reply:
    """Return what a 200 response says; whatever is no chat completion becomes a typed fault, never an exception.

    >>> read_reply('{"choices": [{"message": {"content": "So."}, "finish_reason": "length"}]}').fault
    'length'
    >>> read_reply("<html>busy</html>").fault
    'bad_response'
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        return Reply(fault="bad_response", detail=f"not JSON ({error}): {_shown(body)}")
    choices = document.get("choices") if isinstance(document, dict) else None
    if not isinstance(choices, list):
        return Reply(fault="bad_response", detail=f"no chat completion: {_shown(body)}")
    usage = document.get("usage")
    common = {
        "model": _text(document.get("model")),
        "prompt_tokens": _count(usage, "prompt_tokens"),
        "completion_tokens": _count(usage, "completion_tokens"),
    }
    if not choices:
        return Reply(**common, fault="empty", detail="the reply has no choice")
    choice = choices[0]
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(message, dict):
        return Reply(**common, fault="bad_response", detail=f"a choice without a message: {_shown(body)}")
    content = content_of(message.get("content"))
    apart = (content_of(message.get(name)) for name in ("reasoning_content", "reasoning", "reasoning_details"))
    written = _text(content.text)
    text = own_turn(written)
    reasoning = own_turn(_text(content.thinking or next((said.whole for said in apart if said.whole), "")))
    refusal = _text(message.get("refusal")) or _text(content.refusal)
    finish = _text(choice.get("finish_reason"))
    fault: Fault | None = None
    detail = ""
    if refusal or finish == "content_filter":
        fault, detail = "refusal", refusal or "stopped by the content filter"
    elif finish == "length" and written.rstrip().endswith(text.rstrip()):  # else the turn was over before the limit
        fault, detail = "length", f"cut off after {common['completion_tokens']} tokens"
    elif not text.strip() and (content.parts or not reasoning.strip()):
        held = f"; its parts are of type {_text(', '.join(content.parts))}" if content.parts else ""
        fault, detail = "empty", f"the message has no text{held}"
    return Reply(
        **common, text=text, reasoning=reasoning, refusal=refusal, finish_reason=finish, fault=fault, detail=detail
    )


def _text(value: Any) -> str:
    """Return a string that can be written anywhere.

    Half surrogate pairs, which JSON allows, become question marks; control characters go.
    """
    return printable(value.encode("utf-8", "replace").decode()) if isinstance(value, str) else ""


def _count(usage: Any, name: str) -> int:
    """Return a number of tokens, 0 where the server gives none that can be one."""
    value = usage.get(name) if isinstance(usage, dict) else None
    return value if type(value) is int and 0 <= value <= _MOST_TOKENS else 0


def _shown(body: str) -> str:
    return repr(body if len(body) <= 120 else body[:120] + "…")
