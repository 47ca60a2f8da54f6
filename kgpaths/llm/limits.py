"""Decide when to wait and when to stop: by rates, by the budget, and by the rule for an endpoint that is down."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from kgpaths.config import EndpointConfig, Prices
from kgpaths.errors import BudgetSpent

if TYPE_CHECKING:
    from aiolimiter import AsyncLimiter

_WINDOW = 100
"""Calls that the share of failures is taken over."""


class Rates:
    """Requests and tokens a minute, spread evenly: no burst at the start of a minute."""

    def __init__(self, config: EndpointConfig) -> None:
        self._requests = _limiter(config.requests_per_minute)
        self._tokens = _limiter(config.tokens_per_minute)

    async def wait(self, tokens: int) -> None:
        """Wait until a request of so many tokens may go out."""
        if self._requests is not None:
            await self._requests.acquire()
        left = float(tokens)
        while (
            self._tokens is not None and left > 0
        ):  # a request is larger than the bucket of one second: piece by piece
            piece = min(left, self._tokens.max_rate)
            await self._tokens.acquire(piece)
            left -= piece


def _limiter(per_minute: float | None) -> AsyncLimiter | None:
    if per_minute is None:
        return None
    from aiolimiter import AsyncLimiter

    # A bucket of one second; below one a second, a bucket of one.
    return AsyncLimiter(per_minute / 60, 1) if per_minute >= 60 else AsyncLimiter(1, 60 / per_minute)


class Outage:
    """Whether an endpoint still answers: too many failures in a row, or too many of the last hundred calls.

    >>> outage = Outage(in_a_row=3, share=0.5)
    >>> [outage.note(failed) for failed in (True, True, False, True, True, True)]
    ['', '', '', '', '', '3 calls in a row failed']
    """

    def __init__(self, in_a_row: int, share: float) -> None:
        self.in_a_row = in_a_row
        self.share = share
        self.streak = 0
        self._recent: deque[bool] = deque(maxlen=_WINDOW)

    def note(self, failed: bool) -> str:
        """Take in how a call ended; return why the endpoint counts as down, or nothing."""
        self.streak = self.streak + 1 if failed else 0
        self._recent.append(failed)
        if self.streak >= self.in_a_row:
            return f"{self.streak} calls in a row failed"
        failures = sum(self._recent)
        if len(self._recent) == _WINDOW and failures > self.share * _WINDOW:
            return f"{failures} of the last {_WINDOW} calls failed"
        return ""


class Budget:
    """What a run may cost; room is held for the most that each call in flight may take, so that it is not overdrawn.

    >>> import asyncio
    >>> async def example(budget):
    ...     async with budget.reserve(50, 40):
    ...         budget.spend(50, 30)
    ...     async with budget.reserve(50, 40):
    ...         pass
    >>> asyncio.run(example(Budget(EndpointConfig(max_tokens_total=100))))
    Traceback (most recent call last):
    ...
    kgpaths.errors.BudgetSpent: 80 of 100 tokens are used and the next call may take 90; ...
    """

    def __init__(self, config: EndpointConfig) -> None:
        self.config = config
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self._prompt_reserved = 0
        self._completion_reserved = 0
        self._returned = asyncio.Event()

    def spend(self, prompt_tokens: int, completion_tokens: int) -> None:
        """Count what a reply used."""
        self.prompt_tokens += prompt_tokens
        self.completion_tokens += completion_tokens

    @property
    def cost(self) -> float:
        """US dollars so far."""
        return price(self.config.prices, self.prompt_tokens, self.completion_tokens)

    @asynccontextmanager
    async def reserve(self, prompt_tokens: int, completion_tokens: int) -> AsyncIterator[None]:
        """Hold room for a call; where only what is in flight stands against it, wait for that to come back.

        Raises:
            BudgetSpent: the call does not fit any more.
        """
        while not self.fits(prompt_tokens + self._prompt_reserved, completion_tokens + self._completion_reserved):
            if not self.fits(prompt_tokens, completion_tokens):
                raise BudgetSpent(self.obstacle(prompt_tokens + completion_tokens))
            self._returned.clear()
            await self._returned.wait()
        self._prompt_reserved += prompt_tokens
        self._completion_reserved += completion_tokens
        try:
            yield
        finally:
            self._prompt_reserved -= prompt_tokens
            self._completion_reserved -= completion_tokens
            self._returned.set()

    def fits(self, prompt_tokens: int, completion_tokens: int) -> bool:
        """Return whether so much more stays within what the run may use."""
        prompt, completion = self.prompt_tokens + prompt_tokens, self.completion_tokens + completion_tokens
        tokens, cost = self.config.max_tokens_total, self.config.max_cost
        return (tokens is None or prompt + completion <= tokens) and (
            cost is None or price(self.config.prices, prompt, completion) <= cost
        )

    def obstacle(self, next_tokens: int) -> str:
        """Say which limit the next call, of so many tokens, would pass."""
        most, used = self.config.max_tokens_total, self.prompt_tokens + self.completion_tokens
        if most is not None and used + next_tokens > most:
            return (
                f"{used:,} of {most:,} tokens are used and the next call may take {next_tokens:,}; "
                "raise max_tokens_total (--max-tokens) and run the same command again"
            )
        return (
            f"the run has cost ${self.cost:.4f} and the next call may not fit below ${self.config.max_cost:g}; "
            "raise max_cost (--max-cost) and run the same command again"
        )


def price(prices: Prices, prompt_tokens: int, completion_tokens: int) -> float:
    """Return US dollars.

    >>> price(Prices(prompt=2.0, completion=8.0), 1_000_000, 500_000)
    6.0
    """
    return (prompt_tokens * prices.prompt + completion_tokens * prices.completion) / 1e6
