"""What a user sees of the sentences behind edges, and of a model behind a chain."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kgpaths import build
from kgpaths.cli.app import app
from kgpaths.corpus import Corpus, verify
from kgpaths.errors import ConfigError, UsageError
from kgpaths.testing import FaultServer
from kgpaths.verbalization.recipes.recipe import load_recipe
from kgpaths.verbalization.recipes.rehearsal import rehearse

QUESTION = {
    "id": "q1",
    "question": "A man has fever and joint pain but no cough. What is the most likely diagnosis?",
    "options": {"A": "Gout", "B": "Pneumonia", "C": "Migraine"},
    "answer_idx": "A",
    "split": "train",
}
SENTENCE = "The symptoms of gout include fever and chest pain."


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "q.jsonl"
    path.write_text(json.dumps(QUESTION) + "\n", encoding="utf-8")
    return f"jsonl:{path}"


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    def reply(payload: Any) -> str:
        said = rehearse("\n".join(message["content"] for message in payload["messages"]))
        return f"<think>{'Let me see. ' * 60}</think>\n{said}"

    with FaultServer(reply=reply) as running:
        yield running


def run(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def test_edges_from_texts_are_printed_with_their_sentence(read_ward: Path) -> None:
    shown = run("graph", "path", "gout", "fever", "--graph", read_ward, "-k", 1)
    assert "medquad 2019, CC-BY-4.0, text 0.99" in shown
    assert "(https://example.org/more, section symptoms, symptoms_include; 1 more sentence)" in shown
    node = run("graph", "info", "gout", "--graph", read_ward)
    assert f"“{SENTENCE}” (https://example.org/gout, section symptoms, symptoms_include)" in node
    curated = run("graph", "info", "gout", "--graph", read_ward, "--tiers", "curated")
    assert SENTENCE not in curated
    whole = json.loads(run("graph", "info", "gout", "--graph", read_ward, "--json"))
    path = json.loads(run("graph", "path", "gout", "fever", "--graph", read_ward, "-k", 1, "--json"))
    lines = json.loads(run("paths", "--from", "gout", "--to", "fever", "--graph", read_ward, "-k", 1))
    for edges in (whole["edges"], path["edges"], lines["edges"]):
        said = [one for edge in edges if edge["object"] == "HP:0001945" for one in edge["evidence"]]
        assert [one["reference"] for one in said] == ["gout-1", "gout-2"]
        assert said[0]["sentence"] == SENTENCE
    assert json.loads(run("graph", "info", "--graph", read_ward, "--json"))["edges_by_tier"]["text"] == 5


def test_tiers_confine_a_build_a_preview_and_a_path(read_ward: Path, source: str, tmp_path: Path) -> None:
    out = tmp_path / "run"
    run("build", "--source", source, "--graph", read_ward, "--out", out, "--tiers", "curated", "-q")
    rows = list(Corpus.open(out).rows())
    assert {edge.tier for row in rows for edge in row.edges} == {"curated"}
    assert verify(out).ok
    assert "text" not in Corpus.open(out).stats["tiers"]
    both = run("preview", "--source", source, "--graph", read_ward, "--tiers", "text,curated", "-n", 1)
    assert "Fever ─can be a symptom of→ gout" in both
    assert run("graph", "path", "gout", "headache", "--graph", read_ward, "--tiers", "text", "--max-hops", 1)
    run("graph", "path", "gout", "headache", "--graph", read_ward, "--tiers", "curated", "--max-hops", 1, code=1)


def test_a_wrong_tier_names_the_nearest(read_ward: Path, source: str, tmp_path: Path) -> None:
    for arguments in (
        ["build", "--source", source, "--out", tmp_path / "r", "--tiers", "curated,txt"],
        ["preview", "--source", source, "--tiers", "txt"],
        ["graph", "path", "gout", "fever", "--tiers", "txt"],
        ["graph", "info", "--tiers", "txt"],
    ):
        result = CliRunner().invoke(app, [*map(str, arguments), "--graph", str(read_ward)])
        assert isinstance(result.exception, UsageError)
        assert "no tier 'txt'; did you mean 'text'?" in str(result.exception)
    with pytest.raises(ConfigError, match="no tier 'cureted'; did you mean 'curated'"):
        build(source, graph=str(read_ward), out=tmp_path / "r", tiers=["cureted"])


def test_conversations_say_their_sources_when_asked(read_ward: Path, source: str, tmp_path: Path) -> None:
    texts = {}
    for name, flags in (("plain", []), ("cited", ["--cite-sources"])):
        run("build", "--source", source, "--graph", read_ward, "--out", tmp_path / name, "-q", *flags)
        texts[name] = Corpus.open(tmp_path / name).dataset("sft")[0]["messages"][1]["content"]
        assert verify(tmp_path / name).ok
    assert "https://" not in texts["plain"]
    cited = "(source: “Common symptoms of gout include fever and headache.” https://example.org/more)"
    assert texts["cited"].count(cited) == 1
    rows = [next(Corpus.open(tmp_path / name).rows("structured")) for name in texts]
    assert rows[0].chain == rows[1].chain


def test_min_margin_is_counted_in_the_funnel(read_ward: Path, source: str, tmp_path: Path) -> None:
    run("build", "--source", source, "--graph", read_ward, "--out", tmp_path / "r", "--min-margin", 99, "-q")
    stats = Corpus.open(tmp_path / "r").stats
    assert (stats["accepted"], stats["reasons"]) == (0, {"margin_below_threshold": 1})
    assert (stats["with_margin"], stats["answer_ahead"]) == (0, 0), "of accepted rows"
    run("build", "--source", source, "--graph", read_ward, "--out", tmp_path / "all", "-q")
    (row,) = Corpus.open(tmp_path / "all").rows("structured")
    stats = Corpus.open(tmp_path / "all").stats
    assert (stats["with_margin"], stats["answer_ahead"]) == (1, int(row.path_set.margin > 0))
    assert re.search(rf"answer ahead\W+{stats['answer_ahead']} of 1", run("stats", tmp_path / "all"))
    shown = run("preview", "--source", source, "--graph", read_ward, "--min-margin", 99, "-n", 1)
    assert "margin_below_threshold" in shown
    assert "margin +" in shown


@pytest.mark.parametrize("recipe", ["medreason", "evidence-steps"])
def test_a_models_row_is_printed_and_explained(
    recipe: str, server: FaultServer, ward: Path, source: str, tmp_path: Path
) -> None:
    stem = "A man has fever, cough and chest pain. He denies headache. What is the diagnosis?"
    (tmp_path / "q.jsonl").write_text(json.dumps(QUESTION | {"question": stem, "answer_idx": "B"}), encoding="utf-8")
    model = ["--model", "stand-in", "--base-url", server.base_url, "--recipe", recipe]
    out = tmp_path / "run"
    run("build", "--source", source, "--graph", ward, "--out", out, "-q", *model)
    corpus = Corpus.open(out)
    (row,) = corpus.rows("structured")
    assert row.chain is not None
    content = corpus.dataset("sft")[0]["messages"][1]["content"]
    assert content.startswith(f"<think>\n{load_recipe(recipe).text(row.chain)}\n</think>")
    assert ("## Reasoning process" in content) == (recipe == "medreason")
    assert ("Supporting evidence: “" in content) == (recipe == "evidence-steps")
    assert verify(out).ok  # `sft` is rendered again from the row, in the layout that the manifest holds

    shown = run("explain", out, "q1")
    for expected in (
        "Call 1: stand-in",
        "He denies headache",
        "thinking Let me see.",
        "--thinking prints all",
        "reply",
    ):
        assert expected in shown
    assert "--thinking prints all" not in run("explain", out, "q1", "--thinking")
    assert "Call 1" not in run("explain", out, "q1", "--no-calls")
    (call,) = json.loads(run("explain", out, "q1", "--json"))["calls"]
    assert call["messages"][-1]["role"] == "user"
    assert call["thinking"].count("Let me see.") == 60
    (out / "replies.sqlite").unlink()
    assert "has no reply" in run("explain", out, "q1")

    preview = run("preview", "--source", source, "--graph", ward, "-n", 1, "--calls", *model)
    assert "Call 1: stand-in" in preview
    assert "margin" in preview
    assert "accepted" in preview


def test_how_sure_a_reading_is_is_not_told_as_a_frequency(server: FaultServer, read_ward: Path, source: str) -> None:
    model = ["--model", "stand-in", "--recipe", "medreason", "--base-url", server.base_url]
    asked = run("preview", "--source", source, "--graph", read_ward, "-n", 1, "--calls", *model)
    assert "can be a symptom of gout" in asked.partition("reply")[0]
    assert ", in 99%" not in asked
    assert "likelihood ratio" not in asked


def test_calls_without_a_model(ward: Path, source: str) -> None:
    result = CliRunner().invoke(app, ["preview", "--source", source, "--graph", str(ward), "--calls"])
    assert isinstance(result.exception, ConfigError)
    assert "--model" in str(result.exception)
