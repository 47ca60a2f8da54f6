"""A call is sent as its prompt was rendered, tried again where the reply is no answer, and recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from kgpaths.config import LLMConfig
from kgpaths.llm import ChatRequest, Message, Reply
from kgpaths.records import Generation
from kgpaths.verbalization.recipes.prompt_files import PromptFile, as_data
from kgpaths.verbalization.recipes.structured_output import dialect

ATTEMPTS_PER_SAMPLE = 100
"""Sample `s` asks under the attempts from `100 * s` on."""
_NO_ANSWER = frozenset({"length", "refusal", "empty", "bad_response"})


class Completes(Protocol):
    """The one thing that is needed of an endpoint."""

    async def complete(self, request: ChatRequest, *, attempt: int = 0) -> Reply:
        """Return the reply to exactly this attempt, replayed or fresh."""


class Calls:
    """The calls of one row, in order, with what is to be recorded of each."""

    def __init__(self, endpoint: Completes, config: LLMConfig, sample: int) -> None:
        self._endpoint, self._config, self._sample = endpoint, config, sample
        self.made: list[Generation] = []

    async def ask(self, request: ChatRequest, prompt: PromptFile) -> Reply:
        """Return the first reply that is an answer, or the last."""
        for number in range(self._config.tries):
            tried = request.next_try(number)
            reply = await self._endpoint.complete(tried, attempt=ATTEMPTS_PER_SAMPLE * self._sample + number)
            self.made.append(self._generation(tried, reply, prompt))
            if reply.fault not in _NO_ANSWER:
                break
        return reply

    def _generation(self, asked: ChatRequest, reply: Reply, prompt: PromptFile) -> Generation:
        wire = asked.wire()
        names = ("temperature", "top_p", "max_tokens", "seed")
        sampling: dict[str, Any] = {name: wire[name] for name in names if name in wire}
        if "response_format" in wire or "grammar" in wire:
            sampling["dialect"] = self._config.dialect
        return Generation(
            model=reply.model or asked.model,
            prompt_id=prompt.id,
            prompt_hash=prompt.hash,
            parameters=json.dumps(sampling, sort_keys=True, separators=(",", ":")),
            reply_key=reply.key,
            prompt_tokens=reply.prompt_tokens,
            completion_tokens=reply.completion_tokens,
            saw_gold_answer=prompt.head.shows_gold_answer,
        )


def request(config: LLMConfig, prompt: PromptFile, inputs: Mapping[str, Any], sample: int) -> ChatRequest:
    """Return the call of a prompt: a sample's model, temperature and seed, the same bytes for the same inputs."""
    blocks = prompt.render(inputs)
    model, temperature, seed = config.sampling(sample)
    messages = [Message(role="system", content=blocks["system"])] if blocks.get("system") else []
    return ChatRequest(
        model=model,
        messages=(*messages, Message(role="user", content=blocks["user"])),
        temperature=temperature,
        top_p=config.top_p,
        max_tokens=config.max_tokens,
        seed=seed,
    )


def shaped(config: LLMConfig, asked: ChatRequest, schema: Mapping[str, Any]) -> ChatRequest:
    """Return a call held to a schema by the dialect of the configuration.

    The prompts that ask for an object describe it in words of their own, so the dialect's are left out.
    """
    return dialect(config.dialect).apply(asked, schema).model_copy(update={"messages": asked.messages})


def mending(asked: ChatRequest, reply: Reply, words: str) -> ChatRequest:
    """Return the call that sends a reply back, with what is wrong with it."""
    said = Message(role="assistant", content=as_data(reply.text or reply.reasoning))
    return asked.model_copy(update={"messages": (*asked.messages, said, Message(role="user", content=words))})
