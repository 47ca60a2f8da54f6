"""An endpoint answers requests from its store or over the wire; language models are asked through it alone.

A request is answered from the store where it was asked before; otherwise it is sent, and the reply is stored before
anything looks at it. What concerns one row comes back as a `Reply` with a fault; what concerns the run is raised.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from kgpaths.config import EndpointConfig, base_url_fault
from kgpaths.errors import EndpointDown, KgpathsError, UsageError
from kgpaths.llm.accounting import Spent, Usage
from kgpaths.llm.client import Answer, Client, api_key
from kgpaths.llm.limits import Budget, Outage, Rates
from kgpaths.llm.messages import ChatRequest, Fault, Reply, canonical_json, reply_key
from kgpaths.llm.reply_body import read_reply
from kgpaths.llm.store import Note, ReplyStore, StoredReply
from kgpaths.llm.tokens import TokenMeter, rough_tokens

_log = logging.getLogger(__name__)

_FAILURES: tuple[Fault, ...] = ("transport", "timeout", "rate_limited", "bad_response")
"""Faults that speak of the endpoint and not of the question."""
USUAL_COMPLETION = 512
"""Tokens that a completion is expected to have until one was seen."""


class Endpoint:
    """An OpenAI-compatible endpoint with its reply store, rates, budget and outage rule.

    The first call goes alone: a wrong key, path or model ends the run before anything else is sent.

    Args:
        base_url: root of the API, e.g. ``http://localhost:8000/v1``.
        config: timeouts, retries, rates, limits, prices.
        store: file of the replies; None keeps none.

    ::

        async with Endpoint("http://localhost:8000/v1", store=Path("replies.sqlite")) as endpoint:
            reply = await endpoint.ask(request, tries=2)
    """

    def __init__(self, base_url: str, config: EndpointConfig | None = None, *, store: Path | None = None) -> None:
        if fault := base_url_fault(base_url):
            raise UsageError(fault)
        api_key()  # one that cannot be sent is said before any work
        self.base_url = base_url.rstrip("/")
        self.config = config or EndpointConfig()
        self.store = ReplyStore(store) if store is not None else None
        self.spent = Spent()
        self.budget = Budget(self.config)
        self.meter = TokenMeter()
        self._rates = Rates(self.config)
        self._outage = Outage(self.config.outage_after, self.config.outage_share)
        self._over: KgpathsError | None = None
        self._proven = False
        self._first = asyncio.Lock()
        self._noted: asyncio.Future[None] | None = None
        self._seen = 0
        self._flying: dict[str, asyncio.Future[Reply]] = {}
        self._client: Client | None = None
        self._open = ExitStack()

    async def __aenter__(self) -> Self:
        if self.store is not None:
            store = self._open.enter_context(self.store)
            for stored in store.unread():
                await self._note(stored.key, read_reply(stored.body))
            totals = store.totals()
            self.budget.spend(totals.prompt_tokens, totals.completion_tokens)
            self.meter.learn(estimated=totals.estimated_tokens, real=totals.prompt_tokens)
            self._seen = totals.replies
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._client is not None:
                await self._client.close()
        finally:
            self._open.close()

    def key(self, request: ChatRequest, attempt: int = 0) -> str:
        """Return the key that the reply to a request is stored under."""
        return reply_key(canonical_json(request.wire()), self.base_url, attempt)

    @property
    def failing(self) -> bool:
        """True while the latest calls have failed: what failed with them may be the endpoint's fault."""
        return self._outage.streak > 0

    async def usage(self) -> Usage:
        """Return what the run has used in all, this call of it and those before; needs a store."""
        assert self.store is not None
        if self._noted is not None:
            await asyncio.wait([self._noted])  # notes are written in order
        return Usage.of(self.store.totals(), self.spent, self.config.prices)

    async def ask(self, request: ChatRequest, *, attempt: int = 0, tries: int = 1) -> Reply:
        """Return the first answer of up to `tries` attempts from `attempt` on, or the last reply when none is one.

        Only what the model itself said badly (length, refusal, empty, unreadable) is asked again, with the seed
        one further; what failed on its way was retried already.

        Raises:
            UsageError, EndpointDown, BudgetSpent: as `complete`.
        """
        for number in range(tries):
            reply = await self.complete(request.next_try(number), attempt=attempt + number)
            if reply.fault not in ("length", "refusal", "empty", "bad_response"):
                break
        return reply

    async def complete(self, request: ChatRequest, *, attempt: int = 0) -> Reply:
        """Return the reply to a request: from the store if it is there, else from the endpoint.

        The same request asked twice at the same time is sent once.

        Raises:
            UsageError: wrong key, path or model; the endpoint is not what the user meant.
            EndpointDown: too many calls failed; nothing more is sent.
            BudgetSpent: the call does not fit into the run's limits; nothing more is sent.
            StorageFull: the reply could not be stored.
        """
        canonical = canonical_json(request.wire())
        key = reply_key(canonical, self.base_url, attempt)
        stored = self.store.get(key) if self.store is not None else None
        if stored is not None and (reply := read_reply(stored.body)).fault != "bad_response":
            self.spent.replayed += 1
        elif (flying := self._flying.get(key)) is not None:
            reply = await asyncio.shield(flying)
            self.spent.replayed += 1
        else:
            return await self._fly(key, canonical, request, attempt)
        self._count_fault(reply)
        return reply.model_copy(update={"cached": True, "key": key, "attempt": attempt})

    async def _fly(self, key: str, canonical: str, request: ChatRequest, attempt: int) -> Reply:
        flight: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._flying[key] = flight
        try:
            reply = await self._send(key, canonical, request, attempt)
        except Exception as error:
            flight.set_exception(error)
            flight.exception()  # perhaps nobody waits for it
            raise
        except asyncio.CancelledError:
            flight.cancel()
            raise
        finally:
            del self._flying[key]
        reply = reply.model_copy(update={"key": key, "attempt": attempt})
        flight.set_result(reply)
        self._count_fault(reply)
        return reply

    async def _send(self, key: str, canonical: str, request: ChatRequest, attempt: int) -> Reply:
        if self._proven:
            return await self._exchange(key, canonical, request, attempt)
        async with self._first:
            if not self._proven:
                return await self._exchange(key, canonical, request, attempt)
        return await self._exchange(key, canonical, request, attempt)

    async def _exchange(self, key: str, canonical: str, request: ChatRequest, attempt: int) -> Reply:
        if self._over is not None:
            raise self._over
        rough = rough_tokens(request)
        prompt, completion = self.meter.corrected(rough), self._expected_completion(request)
        try:
            longest = request.max_tokens or max(completion, USUAL_COMPLETION)
            async with self.budget.reserve(self.meter.at_most(rough), longest):
                await self._rates.wait(prompt + completion)
                if self._over is not None:
                    raise self._over
                answer = await self._call(canonical, request)
                if answer.body is None:
                    reply = Reply(fault=answer.fault, detail=answer.detail)
                else:
                    if self.store is not None:
                        await self.store.put(StoredReply(key, self.base_url, attempt, canonical, rough, answer.body))
                    reply = read_reply(answer.body)
                    self._account(key, rough, reply)
            if reply.fault is not None:
                _log.info("no answer from %s: %s (%s)", request.model, reply.fault, reply.detail)
            _log.debug("reply %s: %d and %d tokens", key[:16], reply.prompt_tokens, reply.completion_tokens)
            self._judge(answer, reply)
        except KgpathsError as error:
            if self._over is None:
                self._over = error
                _log.info("nothing more is sent: %s", error)
            raise
        return reply

    async def _call(self, canonical: str, request: ChatRequest) -> Answer:
        if self._client is None:
            self._client = Client(self.base_url, self.config)
        self.spent.calls += 1
        try:
            return await self._client.send(canonical, request.model)
        finally:
            self.spent.retries = max(0, self._client.requests - self.spent.calls)

    def _account(self, key: str, estimated: int, reply: Reply) -> None:
        self._seen += 1
        self.budget.spend(reply.prompt_tokens, reply.completion_tokens)
        self.spent.prompt_tokens += reply.prompt_tokens
        self.spent.completion_tokens += reply.completion_tokens
        if reply.prompt_tokens:
            self.spent.estimated_prompt_tokens += estimated
            self.meter.learn(estimated=estimated, real=reply.prompt_tokens)
        if self.store is not None:
            self._note(key, reply)

    def _note(self, key: str, reply: Reply) -> asyncio.Future[None]:
        assert self.store is not None
        self._noted = self.store.note(key, Note(reply.fault, reply.prompt_tokens, reply.completion_tokens))
        return self._noted

    def _judge(self, answer: Answer, reply: Reply) -> None:
        """Raise when the endpoint counts as down."""
        if not answer.heard and not self._proven:
            raise EndpointDown(f"nothing answers at {self.base_url} ({answer.detail})")
        self._proven = True
        if why := self._outage.note(reply.fault in _FAILURES):
            raise EndpointDown(f"{self.base_url} is down: {why}, the last with {reply.fault} ({reply.detail})")

    def _expected_completion(self, request: ChatRequest) -> int:
        most = request.max_tokens or USUAL_COMPLETION
        return round(self.budget.completion_tokens / self._seen) if self._seen else min(most, USUAL_COMPLETION)

    def _count_fault(self, reply: Reply) -> None:
        if reply.fault is not None:
            self.spent.faults[reply.fault] += 1
