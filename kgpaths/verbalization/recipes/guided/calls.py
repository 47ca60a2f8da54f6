"""Calls of a stage: sent as it was rendered, tried again where the reply is no answer, each recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kgpaths.config import LLMConfig
from kgpaths.llm import ChatRequest, Message, Reply
from kgpaths.records import Generation
from kgpaths.verbalization.recipes.llm_verbalizer import ATTEMPTS_PER_SAMPLE, Completes
from kgpaths.verbalization.recipes.prompt_files import PromptFile, as_data
from kgpaths.verbalization.recipes.structured_output import dialect

_NO_ANSWER = frozenset({"length", "refusal", "empty", "bad_response"})


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
            self.made.append(_generation(tried, reply, prompt))
            if reply.fault not in _NO_ANSWER:
                break
        return reply


def request(
    config: LLMConfig,
    prompt: PromptFile,
    inputs: Mapping[str, Any],
    sample: int,
    *,
    schema: Mapping[str, Any] | None = None,
) -> ChatRequest:
    """Return the call of a stage; with a schema, held to it where the configuration names a dialect that can."""
    blocks = prompt.render(inputs)
    model, temperature, seed = config.sampling(sample)
    messages = [Message(role="system", content=blocks["system"])] if blocks.get("system") else []
    made = ChatRequest(
        model=model,
        messages=(*messages, Message(role="user", content=blocks["user"])),
        temperature=temperature,
        top_p=config.top_p,
        max_tokens=config.max_tokens,
        seed=seed,
    )
    if schema is None or config.dialect not in ("json_schema", "json_object"):
        return made
    # The prompts of these stages describe the object in words of their own.
    return dialect(config.dialect).apply(made, schema).model_copy(update={"messages": made.messages})


def mending(asked: ChatRequest, reply: Reply, words: str) -> ChatRequest:
    """Return the call that sends a reply back, with what is wrong with it."""
    said = Message(role="assistant", content=as_data(reply.text or reply.reasoning))
    return asked.model_copy(update={"messages": (*asked.messages, said, Message(role="user", content=words))})


def _generation(asked: ChatRequest, reply: Reply, prompt: PromptFile) -> Generation:
    wire: Mapping[str, Any] = asked.wire()
    sampling: dict[str, Any] = {
        name: wire[name] for name in ("temperature", "top_p", "max_tokens", "seed") if name in wire
    }
    if "response_format" in wire:
        sampling["response_format"] = wire["response_format"]["type"]
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
