"""The whole flow with a model: questions in, a real server between, a verified corpus out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import kgpaths as kg
from kgpaths.corpus import verify
from kgpaths.testing import FaultServer
from kgpaths.verbalization.recipes.rehearsal import rehearse

OPTIONS = {"A": "Pneumonia", "B": "Gout", "C": "Asthma"}
STEMS = {
    "A": "A {age}-year-old man has fever, cough and chest pain. He denies headache. What is the diagnosis?",
    "B": "A {age}-year-old man has arthralgia but no fever. What is the diagnosis?",
    "C": "A {age}-year-old girl has wheezing and dyspnea. She has no chest pain. What is the diagnosis?",
}


def answer(payload: Any) -> str:
    return rehearse("\n".join(message["content"] for message in payload["messages"]))


@pytest.mark.parametrize("recipe", ["medreason", "evidence-steps", "clinical-phases"])
def test_a_corpus_written_by_a_model_is_verified_and_not_paid_twice(recipe: str, ward: Path, tmp_path: Path) -> None:
    questions = tmp_path / "q.jsonl"
    rows = [
        {
            "id": f"q{n}",
            "question": STEMS["ABC"[n % 3]].format(age=20 + n),
            "options": OPTIONS,
            "answer_idx": "ABC"[n % 3],
        }
        for n in range(12)
    ]
    questions.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with FaultServer(reply=answer) as server:
        llm = {"models": ("stand-in",), "base_url": server.base_url, "recipe": recipe}
        result = kg.build(f"jsonl:{questions}", out=tmp_path / "run", graph=str(ward), llm=llm)
        calls = server.answered
        assert result.accepted + result.rejected + result.failed == 12
        assert result.accepted >= 8
        assert calls >= result.accepted
        again = kg.build(f"jsonl:{questions}", out=tmp_path / "run", graph=str(ward), llm=llm)
        assert again.stats["accepted"] == result.stats["accepted"]
        assert server.answered == calls
    report = verify(result.out, kg.KnowledgeGraph.open(ward))
    assert not report.faults
    card = (result.out / "README.md").read_text(encoding="utf-8")
    assert f"written by stand-in with the recipe {recipe}" in card
    assert "without a language model" not in card
    for row in result.corpus.rows("structured"):
        assert row.chain is not None
        assert row.generation[-1].model == "stand-in"
        assert row.generation[-1].prompt_hash
        assert all(step.edge_ids for step in row.chain.steps if step.kind in ("evidence", "link"))
