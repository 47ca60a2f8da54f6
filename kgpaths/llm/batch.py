"""An endpoint whose replies are made in batches: what is missing is gathered, sent as a whole, and fetched later.

A run by batches is the same command typed again: it takes in the batches that are done (`fetch`), makes all rows whose
replies are there, and sends what these rows ask next (`send`). One state of a run is in its reply store: `BatchLedger`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, NoReturn, Self

from kgpaths.config import EndpointConfig
from kgpaths.errors import BatchPending, BudgetSpent, UsageError
from kgpaths.llm.batch_api import Batch, BatchApi, FileTooLarge
from kgpaths.llm.batch_ledger import BatchLedger, Miss, Request
from kgpaths.llm.endpoint import USUAL_COMPLETION, Endpoint
from kgpaths.llm.http import LARGEST_REPLY
from kgpaths.llm.messages import ChatRequest, Fault, Reply
from kgpaths.llm.reply_body import read_reply
from kgpaths.llm.store import StoredReply
from kgpaths.llm.tokens import rough_tokens

_log = logging.getLogger(__name__)

MOST_REQUESTS, MOST_BYTES = 50_000, 200_000_000
"""What the file of a batch may hold, by OpenAI's limits."""
MOST_BATCHES = 3
"""Batches that a request goes into at most; then the row has the fault."""
_REPLY_BYTES = 2**20
"""Bytes for each request that a file of results may have, beside `LARGEST_REPLY`; it is not read on beyond that."""
_STORED_AT_ONCE = 256
_WITHOUT: dict[str, Fault] = {"failed": "not_accepted", "expired": "timeout", "cancelled": "transport"}
"""The fault of a request whose batches ended so, without a result for it."""


class _Answered(NamedTuple):
    stored: StoredReply
    reply: Reply


class _Taken:
    """What the files of a batch say."""

    def __init__(self) -> None:
        self.answered: set[str] = set()
        self.misses: dict[str, Miss] = {}
        self.odd = 0
        """Lines that are no result of the batch."""
        self.cut = False
        """A file was too large to be read to its end."""
        self.wrong: UsageError | None = None
        """What concerns the run."""


class BatchEndpoint(Endpoint):
    """An `Endpoint` that sends nothing at once: `complete` returns what is stored and raises `BatchPending` otherwise.

    ::

        async with BatchEndpoint("https://api.openai.com/v1", store=Path("replies.sqlite")) as endpoint:
            await endpoint.fetch("build")
            try:
                reply = await endpoint.complete(request)
            except BatchPending:
                await endpoint.send("build")          # raises BatchPending, which names the batch
    """

    def __init__(self, base_url: str, config: EndpointConfig | None = None, *, store: Path) -> None:
        super().__init__(base_url, config, store=store)
        assert self.store is not None
        self._replies = self.store
        self._ledger = BatchLedger(self.store)
        self._waiting: list[Batch] = []

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self._open.enter_context(self._ledger)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asked = self._ledger.holds_batches() or self._replies.totals().replies
        await super().__aexit__(kind, error, trace)
        if not asked:  # a wrong key or address, put right, is no other build
            self._replies.path.unlink(missing_ok=True)

    @property
    def _api(self) -> BatchApi:
        if not isinstance(self._client, BatchApi):
            self._client = BatchApi(self.base_url, self.config)
        return self._client

    async def fetch(self, build: str) -> None:
        """Take in the batches that are done.

        Args:
            build: names what is built and within which limits, as `send` is told.

        Raises:
            BatchPending: none is done, and this very build has nothing else to send.
            UsageError: the endpoint has no Batch API, or refuses the key, the model or the batch.
            EndpointDown: it does not answer.
            StorageFull: a reply could not be stored.
        """
        self._ledger.forget_gathered()
        for name in self._ledger.unconfirmed(self.base_url):
            await self._submit(name, perhaps_there=True)
        self._waiting = []
        for name, batch_id in self._ledger.open(self.base_url):
            batch = await self._api.batch(batch_id)
            if batch.ended:
                await self._take_in(name, batch)
            else:
                self._waiting.append(batch)
        if self._waiting and self._ledger.gathered_for == self._within_limits(build):
            raise BatchPending(_said([str(batch) for batch in self._waiting]))

    async def send(self, build: str) -> NoReturn:
        """Send what was asked since `fetch` and has no reply, in as few batches as it fits into.

        Raises:
            BatchPending: always, if a batch is sent or waited for.
            BudgetSpent: nothing is, as it might cost more than the run may.
            UsageError, EndpointDown: as `fetch`.
        """
        held = self._plan(build)
        sent = []
        for name in self._ledger.unconfirmed(self.base_url):
            batch = await self._submit(name)
            sent.append(f"batch {batch.id} is sent with {_requests(self._ledger.size(name))}")
        if not sent and not self._waiting:
            raise BudgetSpent(self.budget.obstacle(held[0]))
        told = [*sent, *map(str, self._waiting)]
        if held:
            told.append(f"{_requests(len(held))} that would pass the budget are held back")
        raise BatchPending(_said(told))

    def finished(self) -> None:
        """Forget what could not be asked: the build is made, and another may ask again."""
        self._ledger.forget_misses()

    async def _send(self, key: str, canonical: str, request: ChatRequest, attempt: int) -> Reply:
        miss = self._ledger.miss(key)
        if miss is not None and miss.final:
            stored = self._replies.get(key) if miss.fault == "bad_response" else None
            return read_reply(stored.body) if stored is not None else Reply(fault=miss.fault, detail=miss.detail)
        longest = request.max_tokens or max(self._expected_completion(request), USUAL_COMPLETION)
        self._ledger.gather(Request(key, attempt, request.model, canonical, rough_tokens(request), longest))
        raise BatchPending(f"the reply {key[:16]} is made in a batch")

    # to the endpoint -----------------------------------------------------------------------------------------------

    def _plan(self, build: str) -> list[int]:
        """Put what is missing into batches; return the tokens that each of the requests beyond the budget may take."""
        parts: list[list[str]] = []
        filling: dict[str, tuple[list[str], int]] = {}  # a batch asks one model
        held: list[int] = []
        prompt, completion = self._ledger.tokens()
        for request in self._ledger.gathered():
            more = prompt + request.estimated_tokens, completion + request.longest
            if held or not self.budget.fits(self.meter.at_most(more[0]), more[1]):
                held.append(self.meter.at_most(request.estimated_tokens) + request.longest)
                continue
            prompt, completion = more
            keys, size = filling.get(request.model, ([], 0))
            length = len(request.line)
            if not keys or len(keys) == MOST_REQUESTS or size + length > MOST_BYTES:
                keys, size = [], 0
                parts.append(keys)
            keys.append(request.key)
            filling[request.model] = keys, size + length
        self._ledger.plan(self.base_url, parts, self._within_limits(build))
        return held

    async def _submit(self, name: str, *, perhaps_there: bool = False) -> Batch:
        """Return a planned batch, made at the endpoint.

        Args:
            perhaps_there: an earlier command ended before it knew whether it had been made.
        """
        batch = await self._api.find(name) if perhaps_there else None
        if batch is None:
            lines = b"".join(request.line for request in self._ledger.requests(name))
            file = await self._api.find_file(name, len(lines)) if perhaps_there else None
            batch = await self._api.create(file or await self._uploaded(name, lines, perhaps_there), name)
            self.spent.calls += self._ledger.size(name)
        self._ledger.confirm(name, batch.id)
        _log.info("batch %s (%s) is at %s", batch.id, name[:16], self.base_url)
        return batch

    async def _uploaded(self, name: str, lines: bytes, perhaps_there: bool) -> str:
        """Return the id of a batch's file; where the endpoint takes none, nothing stays planned."""
        try:
            return await self._api.upload(name, lines)
        except UsageError:
            if not perhaps_there:
                self._ledger.forget_unconfirmed(self.base_url)
            raise

    def _within_limits(self, build: str) -> str:
        return f"{build} {self.config.max_cost} {self.config.max_tokens_total}"

    # from the endpoint ---------------------------------------------------------------------------------------------

    async def _take_in(self, name: str, batch: Batch) -> None:
        """Store what a batch brought, and note what it did not bring."""
        taken = _Taken()
        for file_id in batch.files:
            await self._take_file(name, file_id, taken)
        missing = 0
        for request in self._ledger.requests(name):
            if request.key not in taken.answered:
                taken.misses[request.key] = self._miss(request.key, taken.misses.get(request.key), batch)
                missing += not taken.misses[request.key].final
        self._ledger.close(name, taken.misses)
        if missing or taken.odd or batch.status != "completed":
            why = f" ({batch.errors})" if batch.errors else ""
            cut = "; its results are too many bytes and are not read to the end" if taken.cut else ""
            odd = f"; {taken.odd:,} lines of its results are none" if taken.odd else ""
            _log.warning(
                "batch %s is %s%s: %s replies are taken, requests to be asked again: %s%s%s",
                *(batch.id, batch.status, why, f"{len(taken.answered):,}", f"{missing:,}", odd, cut),
            )
        if taken.wrong is not None:
            raise taken.wrong

    def _miss(self, key: str, why: Miss | None, batch: Batch) -> Miss:
        """Return how a request ended that this batch brought no reply to."""
        if why is None:
            detail = f"batch {batch.id} is {batch.status} without a result for it"
            why = Miss(_WITHOUT.get(batch.status, "transport"), f"{detail}: {batch.errors}" if batch.errors else detail)
        before = self._ledger.miss(key)
        times = why.times + (before.times if before is not None else 0)
        return why._replace(times=times, final=why.final or times >= MOST_BATCHES)

    async def _take_file(self, name: str, file_id: str, taken: _Taken) -> None:
        """Take in one file of results, line by line."""
        most = LARGEST_REPLY + self._ledger.size(name) * _REPLY_BYTES
        waiting: list[_Answered] = []
        try:
            async with aclosing(self._api.lines(file_id, most)) as lines:
                async for line in lines:
                    if not line.strip():
                        continue
                    if (answered := self._read(name, line, taken)) is not None:
                        waiting.append(answered)
                    if len(waiting) == _STORED_AT_ONCE:
                        await self._keep(waiting)
                        waiting = []
        except FileTooLarge:
            taken.cut = True
        finally:
            await self._keep(waiting)

    def _read(self, name: str, line: bytes, taken: _Taken) -> _Answered | None:
        """Return what a line answers; note a line that answers nothing."""
        try:
            result = json.loads(line)
            key = result["custom_id"]
            request = self._ledger.request(name, key) if isinstance(key, str) else None
            response, error = result.get("response"), result.get("error")
            status = response.get("status_code") if isinstance(response, dict) else None
            body = response.get("body") if isinstance(response, dict) else None
            text = json.dumps(body)  # in ASCII: what a server sends may hold half a surrogate pair
        except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
            taken.odd += 1
            return None
        if request is None or key in taken.answered:
            taken.odd += 1
            return None
        if status == 200:
            reply = read_reply(text)
            if reply.fault == "bad_response":
                taken.misses[key] = Miss("bad_response", reply.detail, final=True)
            else:
                self._api.answered = True
            taken.answered.add(key)
            stored = StoredReply(key, self.base_url, request.attempt, request.request, request.estimated_tokens, text)
            return _Answered(stored, reply)
        taken.misses[key] = self._refused(request, status, body if isinstance(body, dict) else {}, error, taken)
        return None

    def _refused(self, request: Request, status: Any, body: dict[str, Any], error: Any, taken: _Taken) -> Miss:
        """Return the fault of a request that its batch could not answer."""
        about = body.get("error", body)
        said = self._api.shown((about.get("message") if isinstance(about, dict) else about) or body)
        if type(status) is not int:
            code = str(error.get("code")) if isinstance(error, dict) else ""
            told = error.get("message") if isinstance(error, dict) else error
            late = code == "batch_expired"
            return Miss("timeout" if late else "transport", self._api.shown(f"{code or 'no response'}: {told}"))
        try:
            answer = self._api.refused(status, f"HTTP {status}: {said}", json.dumps(body), request.model)
        except UsageError as wrong:
            taken.wrong = taken.wrong or wrong
            return Miss("transport", str(wrong))
        return Miss(answer.fault or "transport", answer.detail, final=answer.fault == "not_accepted")

    async def _keep(self, answered: list[_Answered]) -> None:
        """Store replies and count what they used.

        What is there already stays: an interrupted command stored it, or a direct call that did not wait.
        """
        fresh = []
        for one in answered:
            there = self._replies.get(one.stored.key)
            unread = there is not None and read_reply(there.body).fault == "bad_response"
            if there is None or (unread and there.body != one.stored.body):
                fresh.append(one)
        await asyncio.gather(*(self._replies.put(one.stored) for one in fresh))
        for one in fresh:
            self._account(one.stored.key, one.stored.estimated_tokens, one.reply)


def _requests(count: int) -> str:
    return f"{count:,} request{'' if count == 1 else 's'}"


def _said(told: list[str]) -> str:
    it = "it" if len(told) == 1 else "them"
    return f"{'; '.join(told)}. Run the same command again to fetch {it}"
