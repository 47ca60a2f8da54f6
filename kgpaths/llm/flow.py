"""Keep many calls in flight over one iterator, with results in input order and bounded memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


async def ordered_map(
    items: Iterable[Item],
    worker: Callable[[Item], Coroutine[Any, Any, Result]],
    *,
    concurrency: int,
    window: int | None = None,
    wanted: int | None = None,
    counts: Callable[[Result], bool] = bool,
    stop: asyncio.Event | None = None,
) -> AsyncGenerator[Result, None]:
    """Yield ``await worker(item)`` for every item, in input order, `concurrency` of them at a time.

    There is no list of all tasks and no barrier: an item is taken when there is room for it, also while the consumer is
    busy with a result. Close the generator (``contextlib.aclosing``) when leaving it early.

    Args:
        window: items in hand at most, finished ones that wait for an earlier one included; four times `concurrency` by
            default.
        wanted: end when this many results count. No item is begun that a run of one by one would not have begun, so the
            results are the same for every concurrency and no work is thrown away.
        counts: which results count towards `wanted`.
        stop: when set, no further item is begun; what is in hand is finished and yielded.

    Raises:
        BaseException: what the iterator or a worker raised for the earliest item, after all work in hand is finished
            and the results before that item are yielded.

    >>> async def square(number):
    ...     await asyncio.sleep(0.01 / (1 + number))
    ...     return number * number
    >>> async def example():
    ...     return [value async for value in ordered_map(range(6), square, concurrency=3)]
    >>> asyncio.run(example())
    [0, 1, 4, 9, 16, 25]
    """
    source = iter(items)
    most = max(window or 4 * concurrency, concurrency)
    running: set[asyncio.Task[Result]] = set()
    done: dict[int, Result] = {}
    faults: dict[int, BaseException] = {}
    begun = yielded = counted = 0
    happened = asyncio.Event()

    def begin() -> None:
        nonlocal begun, source
        while (
            len(running) < concurrency
            and begun - yielded < most
            and not faults
            and not (stop is not None and stop.is_set())
            and (wanted is None or counted + len(running) < wanted)
        ):
            try:
                item = next(source)
            except StopIteration:
                source = iter(())
                return
            except Exception as error:
                faults[begun] = error
                return
            number = begun
            begun += 1
            task = asyncio.create_task(worker(item))
            running.add(task)
            task.add_done_callback(lambda task, number=number: finish(task, number))  # type: ignore[misc]

    def finish(task: asyncio.Task[Result], number: int) -> None:
        nonlocal counted
        running.discard(task)
        if task.cancelled():
            faults[number] = asyncio.CancelledError()
        elif (error := task.exception()) is not None:
            faults[number] = error
        else:
            done[number] = task.result()
            counted += counts(done[number])
        begin()
        happened.set()

    try:
        while True:
            begin()
            while yielded in done:
                yielded += 1
                yield done.pop(yielded - 1)
                begin()
            if not running and yielded not in done:
                break
            happened.clear()
            await happened.wait()
        if faults:
            raise faults[min(faults)]
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
