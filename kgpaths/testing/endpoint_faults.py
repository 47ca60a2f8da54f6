"""Describe what a server can do wrong, when it does it, and what it says otherwise."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

FaultKind = Literal[
    # refused with a status
    "400",
    "401",
    "403",
    "404",
    "unknown_model",
    "429",
    "429_retry_after",
    "500",
    "503",
    # broken on the way
    "close",
    "reset",
    "reset_mid_body",
    "hang",
    "slow_first_byte",
    # answered, but not with an answer
    "invalid_json",
    "html",
    "not_a_completion",
    "empty_choices",
    "empty_text",
    "length",
    "refusal",
    "content_filter",
    "no_usage",
]
"""`close`: the connection ends without a word; `reset`: it is torn down; `reset_mid_body`: torn down in the middle of
the reply; `slow_first_byte` and `no_usage` are odd, but answers."""

FAULT_KINDS: tuple[str, ...] = get_args(FaultKind)

Payload = Mapping[str, Any]
"""The decoded body of a chat completion request."""
Plan = Callable[[Payload, int], FaultKind | None]
"""From a request and how often that same request came before to what goes wrong with it."""


def times(kind: FaultKind, count: int) -> Plan:
    """Return a plan that fails every request the first `count` times it comes.

    >>> plan = times("503", 1)
    >>> plan({}, 0), plan({}, 1)
    ('503', None)
    """
    return lambda _, before: kind if before < count else None


def share(kinds: Mapping[FaultKind, float], *, before: int = 1) -> Plan:
    """Return a plan that fails a fixed share of the requests, the same ones in every run.

    Args:
        kinds: share of each kind, 0..1.
        before: how often a request fails before it is answered.

    >>> plan = share({"500": 0.5})
    >>> sum(plan({"seed": n}, 0) == "500" for n in range(1000)) in range(450, 550)
    True
    """

    def plan(payload: Payload, came_before: int) -> FaultKind | None:
        if came_before >= before:
            return None
        digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).digest()
        point = int.from_bytes(digest[:8], "big") / 2**64
        for kind, part in kinds.items():
            if point < part:
                return kind
            point -= part
        return None

    return plan


def echo(payload: Payload) -> str:
    """Return a text that depends on all of the request and on nothing else.

    >>> echo({"model": "m", "messages": []}) == echo({"messages": [], "model": "m"})
    True
    """
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    return f"Reply {digest[:16]}."
