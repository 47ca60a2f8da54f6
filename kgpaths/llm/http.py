"""The HTTP client below the `openai` client: deadlines for calls, a largest reply, and no redirect that is followed.

A server can send a byte every half second, a body without end, or a small one that unpacks to gigabytes; the client
libraries' own time limit is for each read, and they have no limit of size.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import openai

if TYPE_CHECKING:
    import httpx2

LARGEST_REPLY = 16 * 2**20
"""Bytes of a reply, unpacked, beyond which it is no answer."""
_UNPACKED = ("content-encoding", "content-length", "transfer-encoding")


class ReplyTooLarge(openai.OpenAIError):
    """The reply is larger than `LARGEST_REPLY`; asking again would bring the same."""


class NoHttp(openai.OpenAIError):
    """What answers at the endpoint's port does not speak HTTP."""


class BoundedClient(openai.DefaultAioHttpClient):
    """Reads every reply whole, within a deadline and a size.

    Args:
        deadline_s: seconds that a request may take in all, from the connection to the last byte of the reply; one that
            sends more than `LARGEST_REPLY` has as long again for each further piece of that size.
    """

    def __init__(self, deadline_s: float) -> None:
        super().__init__(follow_redirects=False)
        self._deadline_s = deadline_s
        self.requests = 0
        """Requests so far, retries included."""

    async def send(self, request: httpx2.Request, *, stream: bool = False, **_: Any) -> httpx2.Response:
        """Return the whole response; with `stream`, a good one open, for a reader that keeps the limits itself.

        Raises:
            httpx2.ReadTimeout: the deadline passed.
            ReplyTooLarge: see there.
            NoHttp: see there.
        """
        import aiohttp
        import httpx2

        self.requests += 1
        deadline_s = self._deadline_s * (1 + int(request.headers.get("content-length", 0)) // LARGEST_REPLY)
        try:
            async with asyncio.timeout(deadline_s):
                response = await super().send(request, stream=True, follow_redirects=False)
                if stream and response.status_code == 200:
                    return response
                try:
                    body = await _whole(response)
                finally:
                    await response.aclose()
        except TimeoutError:
            late = f"no whole reply within {deadline_s:g} s"
            raise httpx2.ReadTimeout(late, request=request) from TimeoutError(late)
        except aiohttp.ClientResponseError as error:
            # aiohttp's own text holds the request's headers, and with them the key
            raise NoHttp(" ".join(error.message.split())) from None
        headers = [(name, value) for name, value in response.headers.multi_items() if name.lower() not in _UNPACKED]
        return httpx2.Response(response.status_code, headers=headers, content=body, request=request)


async def _whole(response: httpx2.Response) -> bytes:
    parts, size = [], 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > LARGEST_REPLY:
            raise ReplyTooLarge(f"the reply is larger than {LARGEST_REPLY // 2**20} MiB")
        parts.append(part)
    return b"".join(parts)
