"""A dialect is a way to ask for a fixed shape: JSON schema, JSON mode, a grammar, or none.

Servers differ: some reject `response_format`, some ignore it without a word. `probe` sends one tiny request for each
dialect that only a server which obeys can answer rightly. The default is `none`: numbered steps read leniently, which
thinking models write best.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from kgpaths.errors import UsageError, nearest
from kgpaths.verbalization.recipes.json_grammar import json_grammar
from kgpaths.verbalization.recipes.reply_parsing import ABSTAINS, without_thinking

if TYPE_CHECKING:
    from kgpaths.llm import ChatRequest, Reply

_PROBE = "pq-4711"
"""A word that no model says by itself."""


def chain_schema(titles: Sequence[str]) -> dict[str, Any]:
    """Return the JSON schema of a reply: why it abstains, or steps under the titles of a layout and the answer.

    >>> list(chain_schema(["Reasoning"])["properties"])
    ['abstain', 'steps', 'answer']
    >>> chain_schema(["Reasoning"])["properties"]["steps"]["items"]["required"]
    ['section', 'text', 'cites', 'quotes', 'knowledge']
    """
    section: dict[str, Any] = {"type": "string", **({"enum": list(titles)} if titles else {})}
    strings = {"type": "array", "items": {"type": "string"}}
    step = _whole(
        section=section, text={"type": "string"}, cites=strings, quotes=strings, knowledge={"type": "boolean"}
    )
    return _whole(**{ABSTAINS: {"type": "string"}}, steps={"type": "array", "items": step}, answer={"type": "string"})


def _whole(**members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an object with all of these members and no others, as strict servers want it."""
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}


class Dialect(Protocol):
    """One way of asking for a shape."""

    @property
    def name(self) -> str:
        """Name, as configurations give it."""

    @property
    def shapes(self) -> bool:
        """True when the reply is JSON."""

    def apply(self, request: ChatRequest, schema: Mapping[str, Any]) -> ChatRequest:
        """Return the request in this dialect."""

    def probe(self, model: str) -> ChatRequest:
        """Return a tiny request that shows whether a server obeys."""

    def obeyed(self, reply: Reply) -> bool:
        """Say whether the reply to the probe does."""


def _ask(model: str, words: str) -> ChatRequest:
    from kgpaths.llm import ChatRequest, Message

    return ChatRequest(model=model, messages=(Message(role="user", content=words),), temperature=0.0, max_tokens=64)


def _told(request: ChatRequest, schema: Mapping[str, Any]) -> ChatRequest:
    """Return the request with the shape described in its last message."""
    *rest, last = request.messages
    words = (
        f"{last.content}\n\nWrite the reply as one JSON object and nothing else: the steps in order, each with the "
        f"title of its section, its text without marks, and what it rests on: the labels it cites, quotes (words of "
        f"the case copied exactly), and knowledge, true where it says what only you know. Where no honest argument "
        f"can be made, {ABSTAINS} says why and there are no steps; else it is empty. The JSON schema:\n"
        f"{json.dumps(schema, separators=(',', ':'))}"
    )
    return request.model_copy(update={"messages": (*rest, last.model_copy(update={"content": words}))})


def _object(text: str) -> Any:
    try:
        return json.loads(without_thinking(text))
    except json.JSONDecodeError:
        return None


class NoDialect:
    """Plain text."""

    name = "none"
    shapes = False

    def apply(self, request: ChatRequest, schema: Mapping[str, Any]) -> ChatRequest:  # noqa: ARG002  # one signature
        """Return the request unchanged."""
        return request

    def probe(self, model: str) -> ChatRequest:
        """Return a request for any text."""
        return _ask(model, "Say yes.")

    def obeyed(self, reply: Reply) -> bool:
        """Any answer will do, also one that goes on for too long."""
        return reply.fault in (None, "length")


class JsonSchema:
    """`response_format` of type `json_schema` (OpenAI, vLLM, SGLang)."""

    name = "json_schema"
    shapes = True

    def apply(self, request: ChatRequest, schema: Mapping[str, Any]) -> ChatRequest:
        """Return the request with the schema in its payload; the words name the shape too."""
        inner = {"name": "reply", "strict": True, "schema": schema}
        shape = json.dumps({"type": "json_schema", "json_schema": inner})
        return _told(request, schema).model_copy(update={"response_format": shape})

    def probe(self, model: str) -> ChatRequest:
        """Ask for a word that stands only in the schema."""
        schema = {
            "type": "object",
            "properties": {"word": {"type": "string", "enum": [_PROBE]}},
            "required": ["word"],
            "additionalProperties": False,
        }
        inner = {"name": "probe", "strict": True, "schema": schema}
        shape = json.dumps({"type": "json_schema", "json_schema": inner})
        request = _ask(model, "Reply with a JSON object that has one member, word.")
        return request.model_copy(update={"response_format": shape})

    def obeyed(self, reply: Reply) -> bool:
        """Only a server that reads the schema knows the word."""
        return reply.fault is None and _object(reply.text) == {"word": _PROBE}


class JsonObject:
    """`response_format` of type `json_object`, with the schema in the words."""

    name = "json_object"
    shapes = True
    _shape = '{"type": "json_object"}'

    def apply(self, request: ChatRequest, schema: Mapping[str, Any]) -> ChatRequest:
        """Return the request in JSON mode."""
        return _told(request, schema).model_copy(update={"response_format": self._shape})

    def probe(self, model: str) -> ChatRequest:
        """Ask for what only JSON mode turns into an object; servers insist on the word JSON."""
        request = _ask(model, "Name a colour, in plain words, not as JSON.")
        return request.model_copy(update={"response_format": self._shape})

    def obeyed(self, reply: Reply) -> bool:
        """The reply is a JSON object all the same, or the start of one that a small model does not end."""
        if reply.fault == "length":
            return without_thinking(reply.text).lstrip().startswith("{")
        return reply.fault is None and isinstance(_object(reply.text), dict)


class Grammar:
    """A GBNF grammar of the schema in the payload's `grammar` member (llama.cpp's server)."""

    name = "grammar"
    shapes = True

    def apply(self, request: ChatRequest, schema: Mapping[str, Any]) -> ChatRequest:
        """Return the request with a grammar of the schema."""
        extra = json.loads(request.extra) | {"grammar": json_grammar(schema)}
        return _told(request, schema).model_copy(update={"extra": json.dumps(extra, sort_keys=True)})

    def probe(self, model: str) -> ChatRequest:
        """Ask under a grammar that allows one word."""
        extra = json.dumps({"grammar": f'root ::= "{_PROBE}"'})
        return _ask(model, "Name a colour.").model_copy(update={"extra": extra})

    def obeyed(self, reply: Reply) -> bool:
        """Only the one word came back."""
        return reply.fault is None and reply.text.strip() == _PROBE


_DIALECTS: tuple[Dialect, ...] = (JsonSchema(), JsonObject(), Grammar(), NoDialect())


def dialects() -> Mapping[str, Dialect]:
    """Return all dialects by name, the strictest first.

    >>> list(dialects())
    ['json_schema', 'json_object', 'grammar', 'none']
    """
    return MappingProxyType({dialect.name: dialect for dialect in _DIALECTS})


def dialect(name: str) -> Dialect:
    """Return a dialect.

    Raises:
        UsageError: there is none of that name.
    """
    try:
        return dialects()[name]
    except KeyError:
        raise UsageError(f"unknown dialect {name!r}; {nearest(name, dialects())}") from None


class _Completes(Protocol):
    async def complete(self, request: ChatRequest, *, attempt: int = 0) -> Reply: ...


async def probe(endpoint: _Completes, model: str) -> Mapping[str, bool]:
    """Ask a server in every dialect; return which ones it obeys. Four tiny calls, stored like all others.

    Raises:
        UsageError: wrong key or unknown model, from the endpoint.
        EndpointDown: the server does not answer.
    """
    return {
        name: known.obeyed(await endpoint.complete(known.probe(model), attempt=0)) for name, known in dialects().items()
    }
