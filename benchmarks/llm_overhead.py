"""What kgpaths' endpoint costs over a bare `AsyncOpenAI` loop on the same transport, and whether its memory stays flat.

Claims: at 64 and 256 calls in flight at least 90 % of the bare loop's requests a second, with every reply stored; and
over 200,000 rows no growth. The server is `kgpaths.testing` in a process of its own; both clients ask the same things
in turn. Beside the clock stands the client's own CPU time a call, all threads, which a busy machine distorts less.

    python benchmarks/llm_overhead.py              # the table
    python benchmarks/llm_overhead.py --memory     # memory over 200,000 rows
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from kgpaths.config import EndpointConfig
from kgpaths.llm import ChatRequest, Endpoint, Message, ordered_map

PROMPT = "A 54-year-old man has crushing chest pain and sweating; he denies fever. " * 40  # about 3 KB


def request(run: str, number: int) -> ChatRequest:
    """Return a request that nobody asked before."""
    messages = (
        Message(role="system", content="Reason step by step."),
        Message(role="user", content=f"{run} {number}. {PROMPT}"),
    )
    return ChatRequest(model="m", messages=messages, temperature=0.0, max_tokens=512, seed=number)


@contextmanager
def server(latency_s: float) -> Iterator[str]:
    """Run the server in a process of its own."""
    command = [sys.executable, "-m", "kgpaths.testing", "--latency", str(latency_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


class Took(NamedTuple):
    """What a round took."""

    seconds: float
    cpu: float


@contextmanager
def timed() -> Iterator[Callable[[], Took]]:
    """Give a function that returns what was taken since."""
    gc.collect()
    clock, cpu = time.perf_counter(), time.process_time()
    yield lambda: Took(time.perf_counter() - clock, time.process_time() - cpu)


async def bare(base_url: str, run: str, calls: int, concurrency: int) -> Took:
    """Return what it takes in the plainest loop there is: N workers, one client, nothing kept."""
    import openai

    client = openai.AsyncOpenAI(base_url=base_url, api_key="none", http_client=openai.DefaultAioHttpClient())
    numbers = iter(range(calls))

    async def worker() -> None:
        for number in numbers:
            reply = await client.chat.completions.create(**request(run, number).wire())
            assert reply.choices[0].message.content

    async with client:
        await client.chat.completions.create(**request(run, -1).wire())
        with timed() as took:
            await asyncio.gather(*(worker() for _ in range(concurrency)))
            return took()


async def ours(base_url: str, run: str, calls: int, concurrency: int) -> Took:
    """Return what the same calls take through the endpoint, results in order, every reply in SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        async with Endpoint(base_url, EndpointConfig(), store=Path(folder) / "replies.sqlite") as endpoint:
            await endpoint.complete(request(run, -1))
            with timed() as took:
                async for reply in stream(endpoint, run, calls, concurrency):
                    assert reply
                return took()


async def stream(endpoint: Endpoint, run: str, calls: int, concurrency: int) -> AsyncIterator[str]:
    """Yield the replies' texts in order."""

    async def worker(number: int) -> str:
        return (await endpoint.complete(request(run, number))).text

    async for text in ordered_map(range(calls), worker, concurrency=concurrency):
        yield text


def table(calls: int, rounds: int, latency_s: float) -> None:
    """Print requests a second and CPU time a call of both, in turn, and the medians of the rounds' ratios."""
    print(f"{calls} calls of {len(PROMPT)} characters, {latency_s * 1000:.0f} ms latency, {rounds} rounds in turn")
    print(f"{'in flight':>9} {'':<14}{'bare AsyncOpenAI':>17} {'kgpaths, stored':>16} {'ratio':>6}   of the rounds")
    with server(latency_s) as base_url:
        asyncio.run(bare(base_url, "warm-b", 200, 64))
        asyncio.run(ours(base_url, "warm-o", 200, 64))
        for concurrency in (64, 256):
            pairs = []
            for number in range(rounds):
                run = f"{concurrency}-{number}"
                first, second = (bare, ours) if number % 2 else (ours, bare)
                took = {way: asyncio.run(way(base_url, run, calls, concurrency)) for way in (first, second)}
                pairs.append((took[bare], took[ours]))
            line(
                f"{concurrency:>9} requests a s  ", "{:.0f}", [(calls / b.seconds, calls / o.seconds) for b, o in pairs]
            )
            line(f"{'':>9} CPU ms a call ", "{:.2f}", [(1e3 * b.cpu / calls, 1e3 * o.cpu / calls) for b, o in pairs])


def line(name: str, form: str, pairs: list[tuple[float, float]]) -> None:
    """Print the medians of both sides and of the ratios."""
    plain, mine = (form.format(statistics.median(side)) for side in zip(*pairs, strict=True))
    ratios = [mine / plain for plain, mine in pairs]
    rounds = " ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"{name}{plain:>16} {mine:>16} {statistics.median(ratios):>6.2f}   {rounds}", flush=True)


def memory(rows: int) -> None:
    """Print the resident memory along a long run."""

    async def run(base_url: str, folder: str) -> None:
        config = EndpointConfig(concurrency=256)
        async with Endpoint(base_url, config, store=Path(folder) / "replies.sqlite") as endpoint:
            done = 0
            async for _ in stream(endpoint, "memory", rows, config.concurrency):
                done += 1
                if done in (1, rows // 100, rows // 10) or done % (rows // 5) == 0:
                    print(f"{done:>8,} rows  {resident_mb():6.1f} MB", flush=True)

    with server(0.0) as base_url, tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(base_url, folder))


def resident_mb() -> float:
    """Return the resident memory of this process (Linux)."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--latency", type=float, default=0.05, help="seconds")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--rows", type=int, default=200_000)
    options = parser.parse_args()
    memory(options.rows) if options.memory else table(options.calls, options.rounds, options.latency)


if __name__ == "__main__":
    main()
