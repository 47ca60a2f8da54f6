"""Estimate the tokens of a request without a tokenizer: each model has its own, and it would be a download."""

from __future__ import annotations

from math import ceil

from kgpaths.llm.messages import ChatRequest

_BYTES_PER_TOKEN = 4.0
"""English text; UTF-8 bytes rather than characters, so that other scripts are not counted too low."""
_TOKENS_PER_MESSAGE = 4
"""Role and separators in the common chat templates."""
_ENOUGH = 5_000
"""Tokens of seen prompts that weigh as much as the rule of four bytes a token."""


def rough_tokens(request: ChatRequest) -> int:
    """Return the prompt tokens of a request by the rule of four bytes a token.

    >>> from kgpaths.llm.messages import ChatRequest, Message
    >>> rough_tokens(ChatRequest(model="m", messages=(Message(role="user", content="x" * 400),)))
    104
    """
    size = sum(len(message.content.encode()) for message in request.messages)
    return round(size / _BYTES_PER_TOKEN) + _TOKENS_PER_MESSAGE * len(request.messages)


class TokenMeter:
    """Corrects the rough estimate by what the usage of earlier replies showed.

    >>> meter = TokenMeter()
    >>> meter.corrected(100)
    100
    >>> meter.learn(estimated=45_000, real=95_000)
    >>> meter.corrected(100)
    200
    >>> meter.at_most(100)
    212
    """

    def __init__(self) -> None:
        self._estimated = self._real = _ENOUGH
        self._worst = 1.0

    def corrected(self, estimated: int) -> int:
        """Return what a rough estimate really comes to."""
        return round(estimated * self._real / self._estimated)

    def at_most(self, estimated: int) -> int:
        """Return what a rough estimate comes to if it is as wrong as the worst of those seen."""
        return ceil(estimated * self._worst)

    def learn(self, *, estimated: int, real: int) -> None:
        """Take in what replies' usage says; a server that reports none teaches nothing."""
        if real > 0:
            self._estimated += estimated
            self._real += real
            self._worst = max(self._worst, real / max(1, estimated))
