"""Rates and budgets hold: no more goes out than they allow, and a budget is used up. Times have lower bounds only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from kgpaths.config import EndpointConfig
from kgpaths.errors import BudgetSpent
from kgpaths.llm import ChatRequest, Endpoint, ordered_map
from kgpaths.llm.limits import Rates
from kgpaths.testing import FaultServer


@pytest.mark.parametrize(
    ("config", "tokens", "calls", "at_least_s"),
    [
        ({"requests_per_minute": 1200}, 1, 40, (40 - 20) / 20),
        ({"tokens_per_minute": 60_000}, 500, 5, (5 * 500 - 1000) / 1000),
        ({"tokens_per_minute": 60_000}, 2500, 1, 1.5),
        ({"tokens_per_minute": 1e9, "requests_per_minute": 1200}, 2500, 30, 0.5),
    ],
)
def test_no_more_than_allowed_goes_out(config: dict[str, float], tokens: int, calls: int, at_least_s: float) -> None:
    async def run() -> float:
        rates, clock = Rates(EndpointConfig.parse(config)), asyncio.get_running_loop()
        began = clock.time()
        await asyncio.gather(*(rates.wait(tokens) for _ in range(calls)))
        return clock.time() - began

    assert asyncio.run(run()) >= at_least_s * 0.98


def test_less_than_one_request_a_minute() -> None:
    async def run() -> None:
        rates = Rates(EndpointConfig(requests_per_minute=0.5))
        await asyncio.wait_for(rates.wait(10), 5)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(rates.wait(10), 0.3)

    asyncio.run(run())


@pytest.mark.parametrize("concurrency", [1, 64])
def test_a_budget_is_used_up_whatever_is_in_flight(concurrency: int, request_of: Callable[..., ChatRequest]) -> None:
    config = EndpointConfig(max_tokens_total=1000, concurrency=concurrency)

    async def run(base_url: str) -> Endpoint:
        async with Endpoint(base_url, config) as endpoint:
            requests = (request_of(f"{number} {'why ' * 20}") for number in range(200))
            with pytest.raises(BudgetSpent, match="--max-tokens"):
                async for _ in ordered_map(requests, endpoint.complete, concurrency=concurrency):
                    pass
            return endpoint

    with FaultServer(latency_s=0.01) as server:
        endpoint = asyncio.run(run(server.base_url))
    used = endpoint.budget.prompt_tokens + endpoint.budget.completion_tokens
    assert 1000 - 64 - 2 * used / server.requests < used <= 1000, "one more call may take 64 tokens and its prompt"


def test_without_rates_nothing_waits() -> None:
    asyncio.run(asyncio.wait_for(Rates(EndpointConfig()).wait(10**9), 5))
