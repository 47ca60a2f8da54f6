"""Bodies of every kind are kept as they came, and read without ever breaking."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgpaths.errors import CorpusError
from kgpaths.llm import Endpoint, ReplyStore
from kgpaths.llm.reading import read_reply
from kgpaths.llm.store import Note, StoredReply

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "message", "content", "usage", "finish_reason", "refusal"]), inner
        )
    ),
    max_leaves=20,
)


def stored(key: str, body: str = "{}") -> StoredReply:
    return StoredReply(key, "http://127.0.0.1:1/v1", 0, "{}", 5, body)


@given(st.text() | JSON.map(json.dumps))
def test_no_body_breaks_the_reading(body: str) -> None:
    reply = read_reply(body)
    assert reply.fault is None or reply.detail
    reply.model_dump_json().encode()


@pytest.mark.parametrize(
    ("message", "finish", "fault", "text", "reasoning"),
    [
        ({"content": "So."}, "stop", None, "So.", ""),
        ({"content": "So.", "reasoning_content": "Hm."}, "stop", None, "So.", "Hm."),
        ({"content": "So.", "reasoning": "Hm."}, "stop", None, "So.", "Hm."),
        ({"content": "So."}, None, None, "So.", ""),
        ({"content": None, "reasoning_content": "All of it."}, "stop", None, "", "All of it."),
        ({"content": " \n"}, "stop", "empty", " \n", ""),
        ({"content": "So"}, "length", "length", "So", ""),
        ({"content": None, "refusal": "No."}, "stop", "refusal", "", ""),
        ({"content": "So"}, "content_filter", "refusal", "So", ""),
        ({"content": "half \ud83e pair"}, "stop", None, "half ? pair", ""),
        ("text", "stop", "bad_response", "", ""),
    ],
)
def test_what_is_an_answer(message: Any, finish: str | None, fault: str | None, text: str, reasoning: str) -> None:
    reply = read_reply(json.dumps({"choices": [{"message": message, "finish_reason": finish}]}))
    assert (reply.fault, reply.text, reply.reasoning) == (fault, text, reasoning)


def test_replies_outlive_the_process_and_come_in_order(tmp_path: Path) -> None:
    async def fill() -> None:
        with ReplyStore(tmp_path / "r.sqlite") as store:
            await asyncio.gather(*(store.put(stored(f"k{number:04}", f"body {number}")) for number in range(1000)))

    asyncio.run(fill())
    with ReplyStore(tmp_path / "r.sqlite") as store:
        assert [reply.body for reply in store] == [f"body {number}" for number in range(1000)]
        assert store.get("k0007") == stored("k0007", "body 7")
        assert store.get("other") is None


def test_a_reply_whose_process_was_killed_before_reading_is_counted_by_the_next(tmp_path: Path) -> None:
    body = json.dumps(
        {"choices": [{"message": {"content": "a"}, "finish_reason": "length"}],
         "usage": {"prompt_tokens": 11, "completion_tokens": 4}}
    )  # fmt: skip

    async def unread() -> None:
        with ReplyStore(tmp_path / "r.sqlite") as store:
            await store.put(stored("k", body))
            assert store.totals().prompt_tokens == 0

    async def next_process() -> None:
        async with Endpoint("http://127.0.0.1:1/v1", store=tmp_path / "r.sqlite") as endpoint:
            usage = await endpoint.usage()
            assert (usage.prompt_tokens, usage.completion_tokens, usage.no_answer) == (11, 4, {"length": 1})
            assert endpoint.budget.prompt_tokens == 11

    asyncio.run(unread())
    asyncio.run(next_process())


class Slow(sqlite3.Connection):
    """A connection to a slow disk: what it does first keeps others out for a while."""

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        if "CREATE" not in statement:
            return super().execute(statement, *values)
        super().execute("BEGIN IMMEDIATE")
        cursor = super().execute(statement)
        time.sleep(0.01)
        super().execute("COMMIT")
        return cursor


def test_reading_while_the_file_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **options: connect(*given, **options, factory=Slow))

    async def begin(path: Path) -> None:
        with ReplyStore(path) as store:
            first = asyncio.create_task(store.put(stored("k")))
            while not first.done():
                store.get("other")
                await asyncio.sleep(0)
            await first
            assert store.get("k") is not None

    for number in range(10):
        asyncio.run(begin(tmp_path / f"{number}.sqlite"))


def test_a_store_is_made_with_its_first_reply(tmp_path: Path) -> None:
    async def nothing() -> None:
        async with Endpoint("http://127.0.0.1:1/v1", store=tmp_path / "r.sqlite"):
            pass

    asyncio.run(nothing())
    assert not list(tmp_path.iterdir())


def test_another_file_is_not_taken_for_a_store(tmp_path: Path) -> None:
    (tmp_path / "r.sqlite").write_text("a text that is no database, long enough to be looked at" * 20)
    with pytest.raises(CorpusError, match="is no reply store"), ReplyStore(tmp_path / "r.sqlite") as store:
        store.get("k")


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    async def put() -> None:
        with ReplyStore(tmp_path / "missing" / "r.sqlite") as store:
            await store.put(stored("k"))

    with pytest.raises(CorpusError, match="cannot be written"):
        asyncio.run(put())


def test_the_reason_stands_beside_the_body(tmp_path: Path) -> None:
    async def put() -> None:
        with ReplyStore(tmp_path / "r.sqlite") as store:
            await store.put(stored("k"))
            await store.note("k", Note("refusal", 1, 2))

    asyncio.run(put())
    with sqlite3.connect(tmp_path / "r.sqlite") as connection:
        assert connection.execute("SELECT fault, prompt_tokens FROM replies").fetchall() == [("refusal", 1)]
