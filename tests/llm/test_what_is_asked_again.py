"""A build made anew from the replies of another, with one thing changed: what is asked again, and what is not."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import kgpaths as kg
from kgpaths.corpus import Corpus
from kgpaths.llm import REPLIES
from kgpaths.resources import resource
from kgpaths.testing import FaultServer
from kgpaths.verbalization.recipes.rehearsal import rehearse

ROWS = 4
Change = Callable[[dict[str, Any], Path, pytest.MonkeyPatch], None]


def answer(payload: Any) -> str:
    return rehearse("\n".join(message["content"] for message in payload["messages"]))


def llm(**values: Any) -> Change:
    return lambda options, _folder, _patch: options["llm"].update(values)


def stage(name: str, **values: Any) -> Change:
    return lambda options, _folder, _patch: options.update({name: values})


def prompt(name: str, old: str, new: str) -> Change:
    """Change a file of the prompts in a folder of the user's."""

    def change(options: dict[str, Any], folder: Path, _patch: pytest.MonkeyPatch) -> None:
        text = (resource("prompts") / name).read_text("utf-8")
        assert old in text
        path = folder / "prompts" / name
        path.parent.mkdir(parents=True)
        path.write_text(text.replace(old, new, 1), "utf-8")
        options["llm"]["prompts"] = str(folder / "prompts")

    return change


def other_parser(_options: dict[str, Any], _folder: Path, patch: pytest.MonkeyPatch) -> None:
    from kgpaths.verbalization.recipes import llm_verbalizer, reply_parsing

    def read(*given: Any) -> reply_parsing.Reading:
        reading = reply_parsing.read(*given)
        units = tuple(dataclasses.replace(unit, text=f"Now: {unit.text}") for unit in reading.units)
        return dataclasses.replace(reading, units=units)

    patch.setattr(llm_verbalizer, "read", read)


def other_card(_options: dict[str, Any], _folder: Path, patch: pytest.MonkeyPatch) -> None:
    from kgpaths.corpus import run_folder

    patch.setattr(run_folder, "card", lambda *_: "another card")


def other_key(_options: dict[str, Any], _folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("KGPATHS_API_KEY", "another")


COSTS_NOTHING: dict[str, Change] = {
    "nothing": llm(),
    "parser": other_parser,
    "checks": stage("validation", min_margin=99.0),
    "card": other_card,
    "timeout": llm(endpoint={"timeout_s": 7.0}),
    "concurrency": llm(endpoint={"concurrency": 2}),
    "retries, rates, limits": llm(endpoint={"max_retries": 0, "requests_per_minute": 6e4, "max_cost": 9.0}),
    "key": other_key,
    "shard size": lambda options, _folder, _patch: options.update(shard_size=2),
    "repair prompt": prompt("repair.j2", "cannot be used", "is of no use"),
    "titles of the layout": prompt("recipes/medreason.yaml", "Key findings", "Main findings"),
}
ASKS_AGAIN: dict[str, Change] = {
    "system prompt": prompt("medreason.j2", "You are a physician", "You are an old physician"),
    "template": prompt("medreason.j2", "Findings of the case", "What the case says"),
    "what is shown": prompt("recipes/medreason.yaml", "findings: 12", "findings: 1"),
    "recipe": llm(recipe="evidence-steps"),
    "model": llm(models=("other",)),
    "temperature": llm(temperatures=(0.1,)),
    "top_p": llm(top_p=0.5),
    "seed": llm(seed=1),
    "max tokens": llm(max_tokens=2047),
    "response format": llm(dialect="json_object"),
    "paths": stage("paths", selected=1),
}


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    with FaultServer(reply=answer) as server:
        yield server


@pytest.fixture(scope="module")
def finished(server: FaultServer, ward: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Return a finished run, and the arguments that it was built with."""
    folder = tmp_path_factory.mktemp("finished")
    lines = (
        f'{{"id": "q{n}", "question": "A man of {40 + n} has fever, cough and chest pain. What is the diagnosis?",'
        ' "options": {"A": "Pneumonia", "B": "Gout"}, "answer_idx": "A"}\n'
        for n in range(ROWS)
    )
    (folder / "q.jsonl").write_text("".join(lines), "utf-8")
    options: dict[str, Any] = {
        "source": f"jsonl:{folder / 'q.jsonl'}",
        "graph": str(ward),
        "llm": {"models": ("m",), "recipe": "medreason", "base_url": server.base_url},
    }
    result = kg.build(out=folder / "run", **options)
    assert (result.accepted, server.requests) == (ROWS, ROWS)
    return folder / "run", options


@pytest.fixture
def calls(
    finished: tuple[Path, dict[str, Any]], server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Change], int]:
    """Return a function from a change to the calls that the same build costs then."""
    run, options = finished

    def count(change: Change) -> int:
        changed = options | {"llm": dict(options["llm"])}
        change(changed, tmp_path, monkeypatch)
        before = server.requests
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        (tmp_path / "run").mkdir()
        shutil.copy(run / REPLIES, tmp_path / "run")
        kg.build(out=tmp_path / "run", **changed)
        return server.requests - before

    return count


@pytest.mark.parametrize("changed", COSTS_NOTHING)
def test_what_comes_after_the_reply_or_does_not_reach_the_model(changed: str, calls: Callable[[Change], int]) -> None:
    assert calls(COSTS_NOTHING[changed]) == 0


@pytest.mark.parametrize("changed", ASKS_AGAIN)
def test_what_the_model_sees_or_is_told(changed: str, calls: Callable[[Change], int]) -> None:
    assert calls(ASKS_AGAIN[changed]) == ROWS


def test_another_endpoint_is_asked_itself(calls: Callable[[Change], int], server: FaultServer) -> None:
    with FaultServer(reply=answer) as other:
        assert calls(llm(base_url=other.base_url)) == 0
        assert other.requests == ROWS


def test_the_changes_are_seen(calls: Callable[[Change], int], tmp_path: Path) -> None:
    """That no call was needed is no use if nothing became of the change."""
    calls(other_parser)
    assert all("Now: " in row.chain.text for row in Corpus.open(tmp_path / "run").rows() if row.chain)
    calls(other_card)
    assert (tmp_path / "run" / "README.md").read_text("utf-8") == "another card"
    calls(COSTS_NOTHING["checks"])
    assert {row.status for row in Corpus.open(tmp_path / "run").rows()} == {"rejected"}
