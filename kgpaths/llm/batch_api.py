"""The Batch API of an OpenAI-compatible endpoint: files go up, a batch is made of one, and its results come down."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from typing import Any, NamedTuple

from kgpaths.errors import EndpointDown, KgpathsError, UsageError
from kgpaths.language.printable import printable
from kgpaths.llm.client import Client, cause_of

_ENDED = ("completed", "failed", "expired", "cancelled")
_PAGE, _MOST_PAGES = 100, 100
_METADATA = "kgpaths"
"""Key of the metadata that holds our name for a batch."""
_MISSING = (404, 405, 501)


class Batch(NamedTuple):
    """What an endpoint says of a batch."""

    id: str
    status: str
    """`validating`, `in_progress`, `finalizing`, `cancelling`, or how it ended."""
    done: int = 0
    failed: int = 0
    total: int = 0
    """Requests."""
    files: tuple[str, ...] = ()
    """Ids of the files with results and with errors, as far as there are any."""
    errors: str = ""
    """For people: why it failed."""

    @property
    def ended(self) -> bool:
        """True when no more results will come."""
        return self.status in _ENDED

    def __str__(self) -> str:
        """For people: how far it is."""
        return f"batch {self.id} is {self.status}, {self.done} of {self.total} requests done, {self.failed} failed"


class FileTooLarge(Exception):  # what came before is good, and is taken
    """A file of results is larger than it may be."""


class BatchApi(Client):
    """The connections of a client, to the files and batches of its endpoint.

    Every method raises `UsageError` where the endpoint has no such API, refuses the key or the request, and
    `EndpointDown` where it does not answer.
    """

    async def upload(self, name: str, data: bytes) -> str:
        """Return the id of a new file of requests."""
        call = self._client.files.with_raw_response.create(
            file=(_filename(name), data, "application/jsonl"), purpose="batch", timeout=self._patience(len(data))
        )
        return self._text(await self._asked(call, "files"), "id", "files")

    async def create(self, file_id: str, name: str) -> Batch:
        """Return a new batch; tried once, as a batch made twice is paid twice."""
        once = self._client.with_options(max_retries=0).batches.with_raw_response
        call = once.create(
            input_file_id=file_id,
            endpoint="/v1/chat/completions",
            completion_window="24h",
            metadata={_METADATA: name},
        )
        return self._batch(await self._asked(call, "batches"))

    async def batch(self, batch_id: str) -> Batch:
        """Return a batch as it is now."""
        call = self._client.batches.with_raw_response.retrieve(batch_id)
        return self._batch(await self._asked(call, "batches", thing=f"batch {batch_id}"))

    async def find(self, name: str) -> Batch | None:
        """Return the batch with this name of ours, if the endpoint has it and can list its batches."""
        async for one in self._listed(self._client.batches):
            if isinstance(about := one.get("metadata"), dict) and about.get(_METADATA) == name:
                return self._batch(one)
        return None

    async def find_file(self, name: str, size: int) -> str | None:
        """Return the id of the file of requests that was uploaded under this name, if it is there, whole."""
        async for one in self._listed(self._client.files, purpose="batch"):
            if one.get("filename") == _filename(name) and one.get("bytes") == size:
                return self._text(one, "id", "files")
        return None

    async def lines(self, file_id: str, most: int) -> AsyncGenerator[bytes, None]:
        """Yield the lines of a file as they come; of one that is larger than a reply may be, the beginning.

        Every `LARGEST_REPLY` bytes may take as long as a whole call.

        Args:
            most: bytes that the file may have.

        Raises:
            FileTooLarge: it has more.
        """
        import aiohttp
        import httpx2
        import openai

        from kgpaths.llm.http import LARGEST_REPLY

        what = f"the results of a batch (file {file_id})"
        clock = asyncio.get_running_loop()
        line, size, piece, skipping = bytearray(), 0, 0, False
        try:
            async with self._client.files.with_streaming_response.content(file_id) as response:
                chunks = response.iter_bytes()
                ends = clock.time() + self._timeout_s
                while True:
                    async with asyncio.timeout_at(ends):
                        chunk = await anext(chunks, None)
                    if chunk is None:
                        break
                    size, piece = size + len(chunk), piece + len(chunk)
                    if size > most:
                        raise FileTooLarge
                    if piece > LARGEST_REPLY:
                        ends, piece = clock.time() + self._timeout_s, 0
                    parts = chunk.split(b"\n")
                    for number, part in enumerate(parts):
                        if not skipping:
                            line += part
                        if len(line) > LARGEST_REPLY:
                            del line[100:]
                            skipping = True
                        if number + 1 < len(parts):
                            yield bytes(line)
                            line.clear()
                            skipping = False
            if line:
                yield bytes(line)
        except openai.APIError as error:
            raise self._explained(error, "files", what) from None
        except openai.OpenAIError as error:  # what answers is no HTTP, or a refusal without end
            raise EndpointDown(f"{self.base_url} did not send {what} ({printable(str(error))})") from None
        except TimeoutError:
            raise EndpointDown(f"{self.base_url} did not send {what} within {self._timeout_s:g} s") from None
        except (httpx2.HTTPError, aiohttp.ClientError, OSError) as error:
            raise EndpointDown(f"{self.base_url} did not send {what} ({cause_of(error)})") from None

    async def _listed(self, things: Any, **which: str) -> AsyncIterator[dict[str, Any]]:
        """Yield what the endpoint lists, newest first; nothing where it cannot list."""
        more: dict[str, str] = {}
        for _ in range(_MOST_PAGES):
            call = things.with_raw_response.list(limit=_PAGE, **which, **more)
            page = await self._asked(call, "lists", optional=True)
            entries = [one for one in page.get("data") or () if isinstance(one, dict)]
            for one in entries:
                yield one
            if page.get("has_more") is not True or not entries:
                return
            more = {"after": self._text(entries[-1], "id", "lists")}

    async def _asked(
        self, call: Awaitable[Any], what: str, *, thing: str = "", optional: bool = False
    ) -> dict[str, Any]:
        """Return the JSON object that a call is answered with.

        Args:
            what: which part of the API is called.
            thing: what is asked for by its id, if it is.
            optional: an endpoint without this part is an empty object.
        """
        import openai

        from kgpaths.llm.http import NoHttp, ReplyTooLarge

        try:
            raw = await call
        except openai.APIStatusError as error:
            if optional and error.status_code in _MISSING:
                return {}
            raise self._explained(error, what, thing) from None
        except openai.APIConnectionError as error:
            raise self._explained(error, what, thing) from None
        except (ReplyTooLarge, NoHttp) as error:
            raise self._no_batches(printable(str(error))) from None
        try:
            document = json.loads(raw.text)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise self._no_batches(f"its {what} answer with {self.shown(raw.text)!r}")
        return document

    def _explained(self, error: Any, what: str, thing: str) -> KgpathsError:
        """Return what an error of the client means to the run."""
        import openai

        if not isinstance(error, openai.APIStatusError):
            return EndpointDown(f"{self.base_url} does not answer for its {what} ({cause_of(error)})")
        code, detail = error.status_code, self._detail(error)
        if code in (408, 409, 429) or (code >= 500 and code not in _MISSING):
            return EndpointDown(f"{self.base_url} does not answer for its {what} ({detail})")
        if code in _MISSING and thing:
            return UsageError(
                f"{self.base_url} does not know {thing} ({detail}); give the API key that made it. "
                "Without --batch, what is missing is asked directly"
            )
        if code in _MISSING:
            return self._no_batches(detail)
        return UsageError(f"{self.base_url} does not accept the batch ({detail})")

    def _no_batches(self, detail: str) -> UsageError:
        return UsageError(f"{self.base_url} has no Batch API ({detail}); leave --batch out")

    def _batch(self, document: dict[str, Any]) -> Batch:
        counts = document.get("request_counts")
        errors = document.get("errors")
        listed = errors.get("data") if isinstance(errors, dict) else None
        said = [one.get("message") for one in listed or () if isinstance(one, dict)] if isinstance(listed, list) else []
        files = (document.get("output_file_id"), document.get("error_file_id"))
        return Batch(
            id=self._text(document, "id", "batches"),
            status=self._text(document, "status", "batches"),
            done=_number(counts, "completed"),
            failed=_number(counts, "failed"),
            total=_number(counts, "total"),
            files=tuple(one for one in files if isinstance(one, str) and one),
            errors=self.shown("; ".join(str(one) for one in said[:3])),
        )

    def _text(self, document: dict[str, Any], name: str, what: str) -> str:
        value = document.get(name)
        if not isinstance(value, str) or not value or not value.isprintable():
            raise self._no_batches(f"its {what} answer without {name!r}")
        return value

    def _patience(self, size: int) -> float:
        """Return seconds that so many bytes may take."""
        from kgpaths.llm.http import LARGEST_REPLY

        return self._timeout_s * (1 + size // LARGEST_REPLY)


def _filename(name: str) -> str:
    return f"kgpaths-{name}.jsonl"


def _number(counts: Any, name: str) -> int:
    value = counts.get(name) if isinstance(counts, dict) else None
    return value if type(value) is int and value >= 0 else 0
