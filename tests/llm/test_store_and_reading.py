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
from kgpaths.language.control_tokens import leaked, own_turn
from kgpaths.llm import Endpoint, ReplyStore
from kgpaths.llm.reply_body import read_reply
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


THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}


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
        # content in parts
        ({"content": ["So", "."]}, "stop", None, "So.", ""),
        ({"content": [{"type": "text", "text": "So."}]}, "stop", None, "So.", ""),
        ({"content": {"type": "output_text", "text": "So."}}, "stop", None, "So.", ""),
        ({"content": [{"type": "text", "text": {"value": "So.", "annotations": []}}]}, "stop", None, "So.", ""),
        ({"content": [THOUGHT, {"type": "text", "text": "So."}]}, "stop", None, "So.", "Hm."),
        ({"content": [{"type": "thinking", "thinking": "Hm."}, "So."]}, "stop", None, "So.", "Hm."),
        ({"content": [{"text": "Hm.", "thought": True}, {"text": "So."}]}, "stop", None, "So.", "Hm."),
        ({"content": [{"type": "reasoning", "summary": [{"text": "Hm."}]}, "So."]}, "stop", None, "So.", "Hm."),
        ({"content": json.dumps([THOUGHT, {"type": "text", "text": "So."}])}, "stop", None, "So.", "Hm."),
        ({"content": "So.", "reasoning_content": [{"type": "text", "text": "Hm."}]}, "stop", None, "So.", "Hm."),
        (
            {"content": "So.", "reasoning_details": [{"type": "reasoning.text", "text": "Hm."}]},
            "stop",
            None,
            "So.",
            "Hm.",
        ),
        ({"content": [{"type": "text", "text": "Fev"}, {"type": "text", "text": "er."}]}, "stop", None, "Fever.", ""),
        ({"content": ["## Steps", "1. So [E1].", "Answer: B"]}, "stop", None, "## Steps\n1. So [E1].\nAnswer: B", ""),
        ({"content": [{"type": "refusal", "refusal": "No."}]}, "stop", "refusal", "", ""),
        (
            {"content": [{"type": "image_url", "text": "So."}, {"type": "tool_use", "input": "x"}]},
            "stop",
            "empty",
            "",
            "",
        ),
        ({"content": [THOUGHT]}, "stop", "empty", "", "Hm."),
        ({"content": [{"type": "text", "text": None}, 5, None]}, "stop", "empty", "", ""),
        ({"content": [], "reasoning": "All of it."}, "stop", None, "", "All of it."),
        (
            {"content": '[{"type": "finding", "text": "Fever"}]'},
            "stop",
            None,
            '[{"type": "finding", "text": "Fever"}]',
            "",
        ),
        # tokens of the model's format
        ({"content": "So.<|im_end|>\n<|im_start|>user\nWhy?"}, "stop", None, "So.", ""),
        ({"content": "So.<|eot_id|>", "reasoning": "Hm.<|end|>"}, "stop", None, "So.", "Hm."),
        ({"content": "So.<|im_end|>\nWhy? Beca"}, "length", None, "So.", ""),
        ({"content": "<s>So"}, "length", "length", "So", ""),
        ({"content": "<|im_end|>"}, "stop", "empty", "", ""),
        ({"content": "<|im_start|>user\nWhy?"}, "stop", "empty", "", ""),
        ({"content": None, "reasoning": "All of it.</s>"}, "stop", None, "", "All of it."),
    ],
)
def test_what_is_an_answer(message: Any, finish: str | None, fault: str | None, text: str, reasoning: str) -> None:
    reply = read_reply(json.dumps({"choices": [{"message": message, "finish_reason": finish}]}))
    assert (reply.fault, reply.text, reply.reasoning) == (fault, text, reasoning)


def test_an_empty_reply_says_what_its_parts_were() -> None:
    body = json.dumps({"choices": [{"message": {"content": [{"type": "image_url"}, {"type": "audio"}]}}]})
    assert read_reply(body).detail == "the message has no text; its parts are of type image_url, audio"


def test_parts_within_parts_within_parts_do_not_break_the_reading() -> None:
    deep = '{"type": "text", "text": [' * 300 + "]}" * 300
    assert read_reply(f'{{"choices": [{{"message": {{"content": [{deep}]}}}}]}}').fault == "empty"


SAID = "1. Fever with PaO2 <60 mmHg [E1].\nAnswer: B"
ENDS = [
    "<|im_end|>", "<|im_start|>user\n", "<|im_sep|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|endoftext|>",
    "<|start_header_id|>user<|end_header_id|>\n\n", "<|end|>", "<|user|>\n", "<|system|>", "<|return|>", "<|call|>",
    "<|END_OF_TURN_TOKEN|>", "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>", "<|observation|>", "<|end_of_role|>",
    "<｜end▁of▁sentence｜>", "<｜User｜>", "<｜begin▁of▁sentence｜>", "</s>", "<s>", "[/INST]", "</s>[INST] ",
    "<<SYS>>", "<end_of_turn>\n<start_of_turn>user\n", "<eos>", "<EOT>", "<eoa>", "[EOS]",
    "<|im_user|>", "<| im_end |>", "<|IM_END|>",
    "&lt;|im_end|&gt;", "\\<|im_end|\\>", "[TOOL_CALLS]", "\n### Instruction:\n", "\n\n### Human: ", "\nUser: ",
    "\nHuman: ", "<|endoftext|>Human: ",
]  # fmt: skip
OPENINGS = [
    "<s>", "<bos>", "<|begin_of_text|>", "<|im_start|>assistant\n", "<|assistant|>\n", "[/INST] ", "<｜Assistant｜>",
    "<|start_header_id|>assistant<|end_header_id|>\n\n", "<start_of_turn>model\n", "### Response:\n", "Assistant: ",
    "<|start|>assistant<|channel|>final<|message|>",
    "<|channel|>analysis<|message|>Hm. Answer: A<|end|><|start|>assistant<|channel|>final<|message|>",
]  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
def test_what_follows_the_end_of_a_turn_is_no_part_of_the_reply(end: str) -> None:
    for more in ("", "\n", "Another question: gout or flu?\nAnswer: A", end, f"Another question?{end}"):
        assert own_turn(f"{SAID}{end}{more}") == SAID


@pytest.mark.parametrize("end", ["<|im_end|>", "</s>", "[/INST]", "<｜end▁of▁sentence｜>"])
def test_a_token_that_breaks_off_a_sentence_is_told_of(end: str) -> None:
    text = f"1. Fever{end} fits [E1].\nAnswer: B"
    assert own_turn(text) == text
    assert leaked(text) == end
    assert own_turn(f"1. Fever fits [E1].\n{end}\n2. Cough") == "1. Fever fits [E1]."
    assert own_turn(f"**Answer:** B{end}\n2. Cough") == "**Answer:** B"
    assert own_turn(f"Fever fits{end}") == "Fever fits"


@pytest.mark.parametrize("opening", OPENINGS)
def test_what_opens_a_turn_is_no_part_of_the_reply(opening: str) -> None:
    assert own_turn(f"{opening}{SAID}") == own_turn(f" {opening}{SAID}<|im_end|>") == SAID


@pytest.mark.parametrize("cut", ["<|im_end", "<|im_end|", "<|", "</s", "<end_of_turn", "<｜end▁of"])
def test_a_token_that_was_cut_short_is_taken_off(cut: str) -> None:
    assert own_turn(f"{SAID}{cut}") == SAID


@pytest.mark.parametrize(
    "token",
    [
        "<|reserved_special_token_7|>",
        "<|fim_middle|>",
        "<|object_ref_start|>",
        "<unk>",
        "<0x0A>",
        "<unused7>",
        "<tool_call>",
        "[gMASK]",
        "▁",
    ],
)
def test_a_token_that_may_stand_for_anything_is_told_of(token: str) -> None:
    assert own_turn(f"Fever{token}fits.") == f"Fever{token}fits."
    assert leaked(f"Fever{token}fits.") == token
    assert own_turn(f"{SAID}<|box_end|><|im_end|>") == SAID


@pytest.mark.parametrize(
    "text",
    [
        "PaO2 <60 mmHg, LDH >300, p <.05",
        "‹|im_end|> and ⁅INST] as the question has them",
        "H<sub>2</sub>O, <b>bold</b>",
        "A human: no other host. The user: unknown.",
        "|x| < 3 and a<b|c>d",
        "[Na+] is low; S [sic].",
        "## Response to treatment\nIt responds.",
        " \n",
    ],
)
def test_what_only_looks_like_a_token_stays(text: str) -> None:
    assert own_turn(text) == text
    assert leaked(text) == ""


@given(st.text())
def test_a_text_without_tokens_is_left_alone(text: str) -> None:
    assert own_turn(text) == text or leaked(text)


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
