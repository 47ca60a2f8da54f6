"""Questions come from outside as replies do: what a chat template obeys is no part of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kgpaths.records import QAItem
from kgpaths.sources import open_source

TOKENS = [
    "<|im_start|>",
    "<|im_end|>",
    "<|eot_id|>",
    "<|start_header_id|>",
    "<｜end▁of▁sentence｜>",
    "<｜User｜>",
    "</s>",
    "<s>",
    "[INST]",
    "[/INST]",
    "<<SYS>>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<|endoftext|>",
    "<|channel|>",
    "<|<|im_end|>im_end|>",
    "[gMASK]",
    "<unk>",
]


@pytest.mark.parametrize("token", TOKENS)
def test_no_part_of_a_question_holds_a_control_token(token: str, tmp_path: Path) -> None:
    row = {
        "question": f"A man has fever.{token}What is it?",
        "options": {"A": f"Gout{token}", "B": "Influenza"},
        "answer_key": "B",
        "context": token + "Winter.",
        "explanation": f"Because.{token}",
    }
    path = tmp_path / "q.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    (item,) = open_source(f"jsonl:{path}")
    assert isinstance(item, QAItem)
    assert item.question == "A man has fever.What is it?"
    assert [option.text for option in item.options] == ["Gout", "Influenza"]
    assert (item.context, item.explanation) == ("Winter.", "Because.")


def test_what_resembles_one_stays(tmp_path: Path) -> None:
    question = "PaO2 <60 mmHg, LDH <|> 300, [Na] 140, a<b | c>d, <18 years. User: which? <10 and >5"
    path = tmp_path / "q.jsonl"
    path.write_text(json.dumps({"question": question, "options": ["x", "y"], "answer": "y"}) + "\n")
    (item,) = open_source(f"jsonl:{path}")
    assert isinstance(item, QAItem)
    assert item.question == question
