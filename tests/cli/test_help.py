"""Help pages, what a shell completes, and how a mistyped word is answered."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from kgpaths.cli.app import app


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("width", [80, 100])
def test_no_help_page_is_cut(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for path in COMMANDS:
        page = CliRunner().invoke(app, [*path, "--help"])
        assert page.exit_code == 0
        assert "…" not in page.output, path
        assert max(map(len, page.output.splitlines())) <= width


def test_every_command_and_option_says_what_it_does() -> None:
    for path, command in COMMANDS.items():
        assert (command.help or "").split("\n\n")[0].rstrip().endswith("."), path
        for option in command.params:
            said = getattr(option, "help", "") or ""
            assert said.endswith("."), (path, option.name)
            assert len(said.split()) > 2, (path, option.name)


def test_the_top_page_groups_the_commands_and_build_shows_examples() -> None:
    page = CliRunner().invoke(app, ["--help"]).output
    places = [page.index(title) for title in ("Make a corpus", "Look at it", "Graph", "Training", "What there is")]
    assert places == sorted(places)
    page = CliRunner().invoke(app, ["build", "--help"]).output
    assert page.index("Questions") < page.index("Model") < page.index("Output") < page.index("Examples")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("bui", "build"),
        ("build --source medq", "medqa@hub"),
        ("build --recipe med", "medreason"),
        ("build --tiers curated,t", "curated,text"),
        ("build --set paths.max", "paths.max_hops="),
        ("build --set linking.overlap=", "linking.overlap=nested"),
        ("config llm.end", "llm.endpoint.concurrency"),
        ("graph view --relation trea", "treats"),
        ("graph view --policy open", "open+sa"),
        ("graph sample st", "star"),
        ("train run --set ra", "rank="),
        ("train run --preset q", "q3x1"),
        ("evaluate model --tasks medqa", "medqa4"),
        ("checks quot", "quotes_verbatim"),
    ],
)
def test_a_shell_completes_choices(typed: str, offered: str) -> None:
    environment = {"_KGPATHS_COMPLETE": "complete_bash", "COMP_WORDS": f"kgpaths {typed}"}
    environment["COMP_CWORD"] = str(len(typed.split()))
    command = [sys.executable, "-m", "kgpaths"]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    assert offered in done.stdout.split(), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("bild", "build"),
        ("graph bild", "build"),
        ("build --sorce medqa", "--source"),
        ("build --source medqqa", "medqa"),
        ("build --source medqa --graph defualt", "default"),
        ("build --source medqa --model m --base-url http://localhost:9/v1 --recipe medreson", "medreason"),
        ("build --source medqa --graph WARD --set linking.types=[diseas] --out run", "disease"),
        ("recipes medreson", "medreason"),
        ("checks quotes_verbatm", "quotes_verbatim"),
        ("config paths.max_hop", "max_hops"),
        ("graph view WARD --relation treat", "treats"),
        ("graph view WARD --node-type diseas", "disease"),
        ("graph path pneumona Fever --graph WARD", "pneumonia"),
        ("graph sample strr --graph WARD", "star"),
        ("graph build spec.yaml --out made", "hetionet"),
        ("train run --base-model m --out adapter --preset smok", "smoke"),
        ("train run --base-model m --out adapter --set rnk=8", "rank"),
        ("train run --base-model m --out adapter --policy opn", "open"),
        ("evaluate m --tasks medqa4 --set mod=generate", "mode"),
    ],
)
def test_a_mistyped_word_is_answered_in_one_line(typed: str, nearest: str, ward: Path, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text("name: x\nsources: [{format: hetionett, path: x}]\n", encoding="utf-8")
    command = [sys.executable, "-m", "kgpaths", *typed.replace("WARD", str(ward)).split()]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("kgpaths: ")
    assert nearest in done.stderr.partition("Known:")[0].lower()
