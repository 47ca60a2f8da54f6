"""The flow when a model writes the chains: many questions in flight, rows in the order of the source.

Linking, paths and checks run in one thread beside the event loop, so that replies are read while they compute.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, Protocol, TypeVar

from kgpaths.errors import BatchPending, Interrupted, UsageError
from kgpaths.llm import REPLIES, Endpoint, ordered_map
from kgpaths.llm.accounting import USAGE
from kgpaths.llm.batch import BatchEndpoint
from kgpaths.llm.batch_ledger import open_batches
from kgpaths.records import Draft, Mention, PathSet, QAItem, Row

if TYPE_CHECKING:
    from pathlib import Path

    from kgpaths.corpus.run_folder import RunFolder
    from kgpaths.pipeline import Pipeline
    from kgpaths.sources import SourceFault
    from kgpaths.verbalization.recipes.guided import Judge

_log = logging.getLogger(__name__)
_Args = ParamSpec("_Args")
_Value = TypeVar("_Value")

_ON_THE_WAY = frozenset(("llm_transport", "llm_timeout", "llm_rate_limited", "llm_bad_response"))
"""Reasons that may be the endpoint's fault and not the question's."""


class Drafter(Protocol):
    """What writes chains with a model: `LLMVerbalizer` or `GuidedVerbalizer`."""

    def serves(self, path_set: PathSet) -> bool:
        """Say whether a question is worth a call."""

    async def draft(
        self,
        item: QAItem,
        mentions: Sequence[Mention],
        path_set: PathSet,
        endpoint: Endpoint,
        *,
        sample: int = 0,
    ) -> Draft:
        """Return one try at a chain."""


class _Task(NamedTuple):
    """One source row and its place."""

    shard: int
    size: int
    item: QAItem | SourceFault


def write_shards(
    pipeline: Pipeline,
    run: RunFolder,
    shards: Iterable[tuple[int, list[QAItem | SourceFault]]],
    made_row: Callable[[], object],
    drafter: Drafter | None = None,
) -> None:
    """Make and write the rows of all shards, `concurrency` questions at a time.

    Args:
        made_row: called for every row, for a progress bar.
        drafter: what writes the chains; by default the `LLMVerbalizer` that the configuration asks for.

    Raises:
        UsageError: the endpoint refuses the key, or has no such model or path.
        EndpointDown, BudgetSpent, BatchPending, StorageFull: what is finished is written; the same call continues.
        KeyboardInterrupt: Ctrl-C; what was in flight is stored, at a second one left.
    """
    flow = _Stream(pipeline, run, made_row, drafter or pipeline.drafter())
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        flow.start(shards)
    else:  # in a notebook, whose loop is running
        with ThreadPoolExecutor(1) as beside:
            beside.submit(flow.start, shards).result()


def drafted_rows(
    pipeline: Pipeline, items: Iterable[QAItem | SourceFault], *, store: Path | None = None
) -> Iterator[Row]:
    """Yield rows whose chains the configured model writes, one question at a time: for a look at a few of them.

    Args:
        store: file that replies are kept in; without one every call is sent.

    Raises:
        UsageError, EndpointDown, BudgetSpent: as in a build.
    """
    config = pipeline.config.llm
    assert config is not None
    drafter, judge = pipeline.drafter(), pipeline.model_judge()
    with asyncio.Runner() as runner:
        endpoint = runner.run(Endpoint(config.base_url, config.endpoint, store=store).__aenter__())
        try:
            for item in items:
                if isinstance(item, QAItem):
                    yield runner.run(_written(pipeline, drafter, judge, endpoint, item, _at_once))
                else:
                    yield pipeline.fault_row(item)
        finally:
            runner.run(endpoint.__aexit__(None, None, None))


async def _written(
    pipeline: Pipeline,
    drafter: Drafter,
    judge: Judge | None,
    endpoint: Endpoint,
    item: QAItem,
    compute: Callable[..., Awaitable[Any]],
) -> Row:
    """Return the row of one question; `compute` runs the stages that no reply is awaited in."""
    assert pipeline.config.llm is not None
    try:
        mentions, path_set = await compute(pipeline.find, item)
        if not drafter.serves(path_set):
            return pipeline.without_path(item, mentions, path_set)
        drafts: list[Draft] = []
        pending: BatchPending | None = None
        for sample in range(pipeline.config.llm.samples):
            try:
                drafts.append(await drafter.draft(item, mentions, path_set, endpoint, sample=sample))
            except BatchPending as waiting:  # the other samples' requests go into the same batch
                pending = waiting
        if pending is not None:
            raise pending
        row: Row = await compute(pipeline.best, item, mentions, path_set, drafts)
        if judge is not None and row.status == "accepted":
            row = pipeline.judged(row, *await judge.judge(row, endpoint))
    except (Interrupted, UsageError):  # concerns the run
        raise
    except Exception as error:
        return pipeline.broken_row(item, error)
    pipeline.watch(row)
    return row


async def _at_once(function: Callable[_Args, _Value], *args: _Args.args, **kwargs: _Args.kwargs) -> _Value:
    return function(*args, **kwargs)


class _Stream:
    def __init__(self, pipeline: Pipeline, run: RunFolder, made_row: Callable[[], object], drafter: Drafter) -> None:
        assert run.config.llm is not None
        self.pipeline = pipeline
        self.run = run
        self.config = run.config.llm
        self.made_row = made_row
        self.drafter = drafter
        self.judge = pipeline.model_judge()
        store = run.out / REPLIES
        self.batches = (
            BatchEndpoint(self.config.base_url, self.config.endpoint, store=store)
            if self.config.endpoint.batch
            else None
        )
        if self.batches is None and (count := open_batches(store)):
            _log.warning("%d batches of this run are open, and what they are asked is asked again directly", count)
        self.endpoint = self.batches or Endpoint(self.config.base_url, self.config.endpoint, store=store)
        self.unsettled: list[tuple[int, list[Row]]] = []
        self.waiting = 0

    def start(self, shards: Iterable[tuple[int, list[QAItem | SourceFault]]]) -> None:
        self.computing = ThreadPoolExecutor(1, thread_name_prefix="kgpaths-stages")
        try:
            asyncio.run(self._flow(shards))
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None
        finally:
            self.computing.shutdown(wait=False, cancel_futures=True)

    async def _flow(self, shards: Iterable[tuple[int, list[QAItem | SourceFault]]]) -> None:
        stop = asyncio.Event()
        async with self.endpoint:
            try:
                with _two_stage_interrupt(stop):
                    if self.batches is not None:
                        await self.batches.fetch(self.run.identity_hash)
                    await self._write(shards, stop)
            finally:
                (await self.endpoint.usage()).write(self.run.out / USAGE)
        if stop.is_set():
            raise KeyboardInterrupt

    async def _write(self, shards: Iterable[tuple[int, list[QAItem | SourceFault]]], stop: asyncio.Event) -> None:
        accept = self.run.config.accept
        tasks = (_Task(number, len(shard), item) for number, shard in shards for item in shard)
        stream = ordered_map(
            tasks,
            self._row,
            concurrency=self.config.endpoint.concurrency,
            wanted=None if accept is None else accept - self.run.accepted,
            counts=lambda made: made[1] is None or made[1].status == "accepted",  # what waits may be
            stop=stop,
        )
        rows: list[Row] = []
        number, looked_at = None, 0
        async with aclosing(stream):
            async for task, row in stream:
                number, looked_at = task.shard, looked_at + 1
                if row is None:
                    self.waiting += 1
                else:
                    rows.append(row)
                    self.made_row()
                if looked_at == task.size:
                    if len(rows) == task.size:
                        await self._settle(number, rows)
                    rows, looked_at = [], 0
        if stop.is_set():
            return
        if number is not None and rows and not self.waiting:  # enough rows are accepted
            self.unsettled.append((number, rows))
        await self._write_out()
        if self.batches is not None:
            if self.waiting:
                await self.batches.send(self.run.identity_hash)
            self.batches.finished()

    async def _settle(self, number: int, rows: list[Row]) -> None:
        """Write a shard; but while the endpoint fails, keep back what may have failed with it.

        If it turns out to be down these rows are not lost questions: the next call asks them again.
        """
        self.unsettled.append((number, rows))
        failed = any(_ON_THE_WAY.intersection(row.reasons) for _, held in self.unsettled for row in held)
        if not (failed and self.endpoint.failing):
            await self._write_out()

    async def _write_out(self) -> None:
        while self.unsettled:
            number, rows = self.unsettled.pop(0)
            await self._beside(self.run.write_shard, number, rows)

    async def _row(self, task: _Task) -> tuple[_Task, Row | None]:
        """Return a row; None for one that waits for a batch."""
        item = task.item
        if not isinstance(item, QAItem):
            return task, self.pipeline.fault_row(item)
        try:
            return task, await _written(self.pipeline, self.drafter, self.judge, self.endpoint, item, self._beside)
        except BatchPending:
            return task, None

    def _beside(
        self, function: Callable[_Args, _Value], *args: _Args.args, **kwargs: _Args.kwargs
    ) -> Awaitable[_Value]:
        return asyncio.get_running_loop().run_in_executor(self.computing, lambda: function(*args, **kwargs))


@contextmanager
def _two_stage_interrupt(stop: asyncio.Event) -> Iterator[None]:
    """First Ctrl-C: begin nothing more. Second: leave at once."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def interrupted() -> None:
        if stop.is_set():
            task.cancel()
            return
        stop.set()
        _log.warning("finishing what is in flight; press Ctrl-C again to leave at once")

    handled = threading.current_thread() is threading.main_thread() and hasattr(signal, "pthread_kill")
    if handled:
        loop.add_signal_handler(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        if handled:
            loop.remove_signal_handler(signal.SIGINT)
