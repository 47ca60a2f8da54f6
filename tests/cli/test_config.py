"""`kgpaths config`, configuration files, and what goes before what."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from kgpaths.cli.app import app
from kgpaths.cli.settings import given_options
from kgpaths.config import BuildConfig, group_of
from kgpaths.corpus import Corpus
from kgpaths.errors import ConfigError
from kgpaths.evaluation import EvaluateConfig
from kgpaths.training.config import TrainConfig

OPTIONS = Path(__file__).parents[2] / "docs" / "options.md"
QUESTION = {
    "id": "q1",
    "question": "A man has fever, cough and chest pain but no headache. What is the diagnosis?",
    "options": {"A": "Pneumonia", "B": "Gout"},
    "answer_idx": "A",
    "split": "train",
}


def run(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "q.jsonl"
    path.write_text(json.dumps(QUESTION) + "\n", encoding="utf-8")
    return f"jsonl:{path}"


@pytest.mark.parametrize("model", [BuildConfig, TrainConfig, EvaluateConfig], ids=lambda model: model.__name__)
def test_every_option_says_in_a_sentence_what_it_does(model: type[BuildConfig]) -> None:
    for name, field in model.options():
        said = field.description or ""
        assert re.match(r"[A-Z`].*[.]$", said, re.S), f"{name}: {said!r}"
        assert len(said.split()) > 4, f"{name}: {said!r}"


def test_the_page_of_options_is_up_to_date() -> None:
    assert OPTIONS.read_text("utf-8") == run("config", "--markdown"), "print it again: kgpaths config --markdown"


def test_the_file_of_defaults_is_the_default_configuration(tmp_path: Path) -> None:
    text = run("config", "--yaml")
    read = yaml.safe_load(text)
    assert BuildConfig.parse({"source": "medqa", **read}) == BuildConfig(source="medqa")
    keys = {name for name, field in BuildConfig.options() if group_of(field) is None}
    assert len(re.findall(r"^[# ]*\w+:.*  # ", text, re.M)) == len(keys)
    model = yaml.safe_load("\n".join(re.findall(r"^# (llm:|  .*)$", text, re.M)))
    assert model["llm"]["endpoint"]["concurrency"] == 64


def test_one_option_and_a_group_are_shown() -> None:
    assert "integer, 1 to 6" in run("config", "paths.max_hops")
    group = run("config", "llm.endpoint")
    assert "llm.endpoint.prices.prompt" in group
    assert "paths." not in group
    wrong = CliRunner().invoke(app, ["config", "max_hop"])
    assert isinstance(wrong.exception, ConfigError)
    assert "did you mean 'paths.max_hops'?" in str(wrong.exception)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "shard_size: 7\npaths:\n  k: 5\n  selected: 3\n"),
        ("a.toml", "shard_size = 7\n[paths]\nk = 5\nselected = 3\n"),
        ("a.json", '{"shard_size": 7, "paths": {"k": 5, "selected": 3}}'),
    ],
)
def test_a_file_goes_before_the_defaults_and_set_before_the_file(name: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    assert given_options(BuildConfig, file) == {"shard_size": 7, "paths": {"k": 5, "selected": 3}}
    assert given_options(BuildConfig, file, ["paths.k=9"])["paths"] == {"k": 9, "selected": 3}


def test_a_build_takes_all_from_a_file_and_what_is_typed_goes_before_it(
    ward: Path, source: str, tmp_path: Path
) -> None:
    file, out = tmp_path / "build.yaml", tmp_path / "run"
    chosen = {"source": source, "graph": str(ward), "tiers": "curated", "paths": {"k": 5}, "shard_size": 7}
    file.write_text(yaml.safe_dump({**chosen, "validation": {"min_margin": 99.0}}), encoding="utf-8")
    run("build", "--config", file, "--set", "shard_size=8", "--min-margin", "-99", "--out", out, "-q")
    config = Corpus.open(out).manifest.config
    assert (config.graph, config.tiers, config.paths.k, config.shard_size) == (str(ward), ("curated",), 5, 8)
    assert config.validation.min_margin == -99
    assert "margin_below_threshold" in run("preview", "--config", file, "-n", 1)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.yaml", "paths:\n  max_hop: 2\n", "a.yaml: unknown option 'paths.max_hop'; did you mean 'max_hops'?"),
        ("a.yaml", "max_hops: 2\n", "did you mean 'paths.max_hops'?"),
        ("a.yaml", "linking: {overlap: maximla}\n", "'linking.overlap' cannot be 'maximla'; did you mean 'maximal'?"),
        ("a.yaml", "paths: {k: many}\n", "a.yaml: option 'paths.k'"),
        ("a.yaml", "paths: 3\n", "'paths' is a group"),
        ("a.yaml", "linking: {stop_names: gout}\n", "takes a list"),
        ("a.yaml", "tiers: [txt]\n", "did you mean 'text'?"),
        ("a.yaml", "paths: [\n", "a.yaml cannot be read"),
        ("a.yaml", "- 1\n", "must hold options"),
        ("a.toml", "paths = \n", "a.toml cannot be read"),
        ("a.json", "{", "a.json cannot be read"),
        ("a.yml", "\xff", "a.yml"),
        ("a.ini", "", ".yaml"),
        ("missing/a.yaml", None, "No such file"),
    ],
)
def test_a_wrong_file_is_told_with_its_name(name: str, text: str | None, says: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="latin-1")
    result = CliRunner().invoke(app, ["build", "--source", "medqa", "--config", str(tmp_path / name)])
    assert isinstance(result.exception, ConfigError)
    assert says in str(result.exception)
    assert "\n" not in str(result.exception)


def test_set_names_the_nearest_option_and_value() -> None:
    for setting, says in (
        ("paths.max_hop=2", "did you mean 'max_hops'?"),
        ("concurency=3", "did you mean 'llm.endpoint.concurrency'?"),
        ("linking.overlap=nestd", "did you mean 'nested'?"),
    ):
        result = CliRunner().invoke(app, ["build", "--source", "medqa", "--set", setting])
        assert isinstance(result.exception, ConfigError)
        assert str(result.exception).startswith("--set: ")
        assert says in str(result.exception)


def test_a_file_names_the_model_or_only_how_it_is_treated(ward: Path, source: str, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("llm: {samples: 2}\n", encoding="utf-8")
    alone = CliRunner().invoke(app, ["build", "--source", source, "--config", str(file)])
    assert "--model NAME" in str(alone.exception)
    file.write_text("llm: {models: [m], base_url: 'http://127.0.0.1:9/v1', samples: 2}\n", encoding="utf-8")
    shown = run("build", "--source", source, "--graph", ward, "--config", file, "--dry-run")
    assert "nothing was sent" in shown
