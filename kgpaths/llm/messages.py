"""These records are sent to a model and come back from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from kgpaths.records import Reason

Fault = Literal["length", "refusal", "empty", "bad_response", "transport", "timeout", "rate_limited", "not_accepted"]
"""Why a reply is no answer.

`length`: cut at the token limit. `refusal`: the model or its content filter declined. `empty`: no choice or no text.
`bad_response`: not the JSON of a chat completion. `transport`: no connection, a reset, a 5xx, after all retries.
`timeout` and `rate_limited` (429): likewise. `not_accepted`: the server rejects this one request (400, 413, 422), e.g.
because the prompt is too long.
"""

FAULT_REASON: dict[Fault, Reason] = {
    "length": "llm_length",
    "refusal": "llm_refusal",
    "empty": "llm_empty",
    "bad_response": "llm_bad_response",
    "transport": "llm_transport",
    "timeout": "llm_timeout",
    "rate_limited": "llm_rate_limited",
    "not_accepted": "llm_not_accepted",
}
"""The reason that a row fails with when a reply with that fault was the last one."""


_IN_ITS_ORDER = "response_format"
"""A model writes the members of an object in the order in which the schema names them."""


def canonical_json(payload: Mapping[str, Any]) -> str:
    """Return the one JSON text of a payload: sorted keys, no spaces, no NaN; an unknown type is an error.

    Only `response_format` keeps the order of its keys: sorted, a schema would have the answer written before the steps.

    >>> canonical_json({"response_format": {"steps": 1, "answer": 2}, "model": "é"})
    '{"model":"é","response_format":{"steps":1,"answer":2}}'
    """

    def text(value: Any, sort_keys: bool) -> str:
        return json.dumps(value, sort_keys=sort_keys, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

    members = (f"{text(name, True)}:{text(payload[name], name != _IN_ITS_ORDER)}" for name in sorted(payload))
    return "{" + ",".join(members) + "}"


class Message(BaseModel):
    """One message of a conversation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["system", "user", "assistant"]
    content: str


class ChatRequest(BaseModel):
    """A chat completion to ask for; `wire` is exactly what goes over the wire.

    >>> request = ChatRequest(model="m", messages=(Message(role="user", content="Why?"),), temperature=0.0, seed=7)
    >>> request.wire()
    {'model': 'm', 'messages': [{'role': 'user', 'content': 'Why?'}], 'temperature': 0.0, 'seed': 7}
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    messages: tuple[Message, ...] = Field(min_length=1)
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    """Longest completion, in tokens, thinking included."""
    seed: int | None = None
    response_format: str | None = None
    """The `response_format` object as JSON; None leaves it out."""
    extra: str = "{}"
    """Further members of the payload as a JSON object, e.g. a server's own `grammar`."""

    def wire(self) -> dict[str, Any]:
        """Return the payload; what is None is left out.

        Raises:
            ValueError: `response_format` or `extra` is not a JSON object.
        """
        payload: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": message.role, "content": message.content} for message in self.messages],
        }
        for name in ("temperature", "top_p", "max_tokens", "seed"):
            if (value := getattr(self, name)) is not None:
                payload[name] = value
        if self.response_format is not None:
            payload["response_format"] = _object(self.response_format, "response_format")
        return payload | _object(self.extra, "extra")

    def next_try(self, tries: int) -> ChatRequest:
        """Return the request for try number `tries`: the same, with a seed further on where it has one."""
        return self if self.seed is None or not tries else self.model_copy(update={"seed": self.seed + tries})


def _object(text: str, name: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be a JSON object, not {text!r}")
    return value


def reply_key(payload: str, base_url: str, attempt: int) -> str:
    """Return the key of a reply: SHA-256 over the canonical wire payload, the endpoint and the attempt number."""
    return hashlib.sha256(f"{base_url}\n{attempt}\n{payload}".encode()).hexdigest()


class Reply(BaseModel):
    """What came back; an answer exactly when `fault` is None."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = ""
    """What the message says in its own turn; kept for `length` and `refusal` too, but no answer then."""
    reasoning: str = ""
    """`reasoning_content`, `reasoning` or parts of the content, where a server gives the thinking apart."""
    finish_reason: str = ""
    refusal: str = ""
    fault: Fault | None = None
    detail: str = ""
    """For people: what went wrong. Never parsed."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    model: str = ""
    """The model's name as the server gives it."""
    cached: bool = False
    """True when the reply was replayed from the store."""
    key: str = ""
    """Key of the reply in `replies.sqlite`; goes into `Generation.reply_key`."""
    attempt: int = 0
