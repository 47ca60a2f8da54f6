"""What a model was sent for a row, and what it replied, as the reply store has it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from rich.console import RenderableType

    from kgpaths.records import Generation, Row

THINKING_SHOWN = 400
"""Characters of a model's thinking that are printed unless all of it is asked for."""


_TAG = re.compile(r"</?think(?:ing)?>", re.IGNORECASE)


class Call(NamedTuple):
    """One call of a row."""

    generation: Generation
    messages: list[dict[str, str]]
    """Role and content of what was sent; empty where the store has no such reply."""
    thinking: str
    text: str
    fault: str


def calls_of(row: Row, store: Path) -> list[Call]:
    """Return the calls that the kept chain took, in order, as far as the store has them.

    Raises:
        CorpusError: the file is no reply store.
    """
    from kgpaths.llm import ReplyStore
    from kgpaths.llm.reply_body import read_reply
    from kgpaths.verbalization.recipes.reply_parsing import without_thinking

    calls = []
    with ReplyStore(store) as replies:
        for made in row.generation:
            if not made.reply_key:
                continue
            stored = replies.get(made.reply_key)
            if stored is None:
                calls.append(Call(made, [], "", "", f"{store} has no reply {made.reply_key[:16]}"))
                continue
            reply = read_reply(stored.body)
            said = without_thinking(reply.text)
            within = _TAG.sub("", reply.text[: reply.text.find(said)] if said else reply.text)
            request: dict[str, Any] = json.loads(stored.request)
            thinking = "\n".join(part.strip() for part in (reply.reasoning, within) if part.strip())
            calls.append(Call(made, request["messages"], thinking, said, reply.detail if reply.fault else ""))
    return calls


def calls_report(row: Row, store: Path, *, thinking: bool = False) -> RenderableType:
    """Return prompts and replies of a row; a repair shows only what it adds to the messages before."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    parts: list[RenderableType] = []
    before = 0
    for number, call in enumerate(calls_of(row, store), 1):
        made = call.generation
        spent = f"{made.prompt_tokens:,} tokens in, {made.completion_tokens:,} out"
        parts.append(Text(f"\nCall {number}: {made.model}, prompt {made.prompt_id}, {spent}", style="bold"))
        fresh = call.messages[before:] if before < len(call.messages) else call.messages
        for message in fresh:
            parts.append(Text(f"  {message['role']}", style="cyan"))
            parts.append(Padding(Text(message["content"].strip()), (0, 0, 0, 4)))
        before = len(call.messages)
        if call.thinking:
            whole = thinking or len(call.thinking) <= THINKING_SHOWN
            more = "" if whole else f" … ({len(call.thinking):,} characters; --thinking prints all)"
            shown = call.thinking if whole else call.thinking[:THINKING_SHOWN].rstrip()
            parts += [Text("  thinking", style="cyan"), Padding(Text(shown + more, style="dim"), (0, 0, 0, 4))]
        parts.append(Text("  reply", style="cyan"))
        parts.append(Padding(Text(call.text.strip() or f"no answer: {call.fault}"), (0, 0, 0, 4)))
    return Group(*parts)
