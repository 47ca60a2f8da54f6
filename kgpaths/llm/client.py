"""Send one call with the `openai` client over aiohttp, with its own retries; what went wrong becomes a typed fault."""

from __future__ import annotations

import os
import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from kgpaths.config import EndpointConfig
from kgpaths.errors import UsageError
from kgpaths.language.printable import printable
from kgpaths.llm.messages import Fault

KEY_VARIABLES = ("KGPATHS_API_KEY", "OPENAI_API_KEY")
"""Environment variables that the key is read from, in this order; it comes from nowhere else and is written nowhere."""
_NO_KEY = "none"  # local servers ask for no key, but the client insists on one
_JSON = {"Content-Type": "application/json"}
_CONNECT_S = 10.0
_NOT_ACCEPTED = (400, 413, 422)
_NO_MODEL = re.compile(
    r"model_not_found|model\b[^.]{0,120}\b(not exist|not found|unknown|not available|no access)", re.I
)

_TOO_LONG = re.compile(r"context|tokens|length|too long", re.I)


class Answer(NamedTuple):
    """How a call ended: with a body, or with a fault."""

    body: str | None
    fault: Fault | None = None
    detail: str = ""
    heard: bool = True
    """False when no server answered at all: nothing listens there, or no reply came in time."""


class Client:
    """A connection pool to one endpoint."""

    def __init__(self, base_url: str, config: EndpointConfig) -> None:
        import openai

        from kgpaths.llm.http import BoundedClient

        self.base_url = base_url
        self._key = key = api_key()
        self.answered = False
        """True once a request was answered: key, path and model are right."""
        self._timeout_s = config.timeout_s
        self._client = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=key or _NO_KEY,
            max_retries=config.max_retries,
            timeout=openai.Timeout(config.timeout_s, connect=min(_CONNECT_S, config.timeout_s)),
            http_client=(http := BoundedClient(config.timeout_s)),
        )
        self._http = http

    @property
    def requests(self) -> int:
        """HTTP requests so far, retries included."""
        return self._http.requests

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def send(self, payload: str, model: str) -> Answer:
        """Send a chat completion request, as these very bytes, and return the body as it came.

        Raises:
            UsageError: the endpoint refuses the key, knows no such path or no such model, sends the request on to
                another address, or does not speak HTTP.
        """
        import openai

        from kgpaths.llm.http import NoHttp, ReplyTooLarge

        try:
            body = await self._client.post(
                "/chat/completions", content=payload.encode(), cast_to=str, options={"headers": _JSON}
            )
            self.answered = True
            return Answer(body)
        except openai.APITimeoutError as error:
            timeout = any(isinstance(cause, TimeoutError) for cause in _causes(error))
            # a connection that the server closed without a word is reported as a timeout too
            return Answer(None, "timeout" if timeout else "transport", cause_of(error), heard=False)
        except openai.APIConnectionError as error:
            return Answer(None, "transport", cause_of(error), heard=False)
        except openai.APIStatusError as error:
            return self._status(error, model)
        except ReplyTooLarge as error:
            return Answer(None, "bad_response", str(error))
        except NoHttp as error:
            if not self.answered:
                raise UsageError(
                    f"what answers at {self.base_url} does not speak HTTP ({printable(str(error))}); check --base-url"
                ) from None
            return Answer(None, "transport", printable(str(error)))

    def _status(self, error: Any, model: str) -> Answer:
        detail = self._detail(error)
        return self.refused(error.status_code, detail, error.response.text, model)

    def _detail(self, error: Any) -> str:
        """Return what a status says, for people, where it is not about the way to the endpoint.

        Raises:
            UsageError: the endpoint sends requests on, or refuses the key.
        """
        said = error.body.get("message") if isinstance(error.body, dict) else None
        code, said = error.status_code, self.shown(said or error.response.text)
        if 300 <= code < 400:
            target = urlsplit(printable(error.response.headers.get("location", "")))
            there = f"{target.scheme}://{target.netloc.rpartition('@')[2]}{target.path}"
            raise UsageError(
                f"{self.base_url} sends requests on to {there} (HTTP {code}), and they are not sent there; "
                "if that is the endpoint, give its root as --base-url"
            )
        detail = f"HTTP {code}: {said}"
        if code in (401, 403):
            does = "refuses the API key" if self._key else "wants an API key"
            raise UsageError(f"{self.base_url} {does} ({detail}); set {KEY_VARIABLES[0]} to a valid one")
        return detail

    def shown(self, said: object) -> str:
        """Return what a server said in one short line, without the key, which servers quote in their refusals."""
        line = " ".join(printable(str(said)).split())
        if self._key:
            line = line.replace(self._key, "…")
        return line if len(line) <= 200 else line[:200] + "…"

    def refused(self, code: int, detail: str, text: str, model: str) -> Answer:
        """Return the fault of a request that was answered with a status which is no success.

        Raises:
            UsageError: it says that there is no such path or model.
        """
        if code == 404 or (code in _NOT_ACCEPTED and self._names_the_model(text, model)):
            raise UsageError(
                f"{self.base_url} has no chat completions for model {model!r} ({detail}); "
                "check --model and --base-url, which usually ends in /v1"
            )
        if code == 429:
            return Answer(None, "rate_limited", detail)
        if code in _NOT_ACCEPTED:
            return Answer(None, "not_accepted", detail)
        return Answer(None, "transport", detail)

    def _names_the_model(self, said: str, model: str) -> bool:
        """Return whether a refusal is about the model: by its code or words, or, before any answer, by its name."""
        named = re.search(rf"(?<![\w./-]){re.escape(model)}(?![\w./-])", said) is not None
        return bool(_NO_MODEL.search(said)) or (not self.answered and named and not _TOO_LONG.search(said))


def api_key() -> str | None:
    """Return the key from the environment, without blanks around it; None where there is none.

    Raises:
        UsageError: it holds what no HTTP header can hold.
    """
    for name in KEY_VARIABLES:
        if key := os.environ.get(name, "").strip():
            if not (key.isascii() and key.isprintable()) or " " in key:
                raise UsageError(f"{name} holds a blank, a line break or a letter that no API key can have")
            return key
    return None


def _causes(error: BaseException) -> list[BaseException]:
    causes = [error]
    while (cause := causes[-1].__cause__) is not None:
        causes.append(cause)
    return causes


def cause_of(error: BaseException) -> str:
    """Return what an error comes from, for people."""
    last = _causes(error)[-1]
    return f"{type(last).__name__}: {last}".rstrip(": ")
