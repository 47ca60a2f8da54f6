"""`kgpaths train`: an adapter from the rows of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

FLAGS = {"run", "base_model", "out", "preset", "overwrite", "repo", "policy"}
"""What has an option of its own, in a YAML file too."""


def train(
    run: Annotated[str, typer.Argument(help="Run folder, a JSONL or Parquet file with `messages`, or hf:ORG/NAME.")],
    base_model: Annotated[str, typer.Option(help="Folder of the base model, or its name on the Hub.")],
    out: Annotated[Path, typer.Option(help="Folder for adapter, merged model, card, metrics, checkpoints.")],
    preset: Annotated[str | None, typer.Option(help="q3x1, clinical-r16 or smoke.")] = None,
    config: Annotated[Path | None, typer.Option(help="YAML file with options; stronger than the preset.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Any option as KEY=VALUE, e.g. rank=64, stabilise.epochs=1.")
    ] = None,
    overwrite: Annotated[bool, typer.Option(help="Discard another training in the folder.")] = False,
    repo: Annotated[
        str | None, typer.Option(help="Publish the adapter on the Hub as ORG/NAME when it is done.")
    ] = None,
    policy: Annotated[str, typer.Option(help="What release it is: open, open+sa or noncommercial.")] = "open",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar, no messages.")] = False,
) -> None:
    """Train an adapter, or continue a training that was cut off: the same command does both."""
    import sys

    from kgpaths.training import train as run_training
    from kgpaths.training.hardware import is_main

    def say(line: str) -> None:
        print(line, file=sys.stderr)

    result = run_training(
        run,
        base_model=base_model,
        out=out,
        preset=preset,
        overwrite=overwrite,
        progress=not quiet,
        repo=repo,
        policy=policy,  # type: ignore[arg-type]  # checked where it is used
        say=None if quiet else say,
        **read_options(config, set_ or []),
    )
    if not is_main():
        return
    for name, value in result.record.results.items():
        print(f"{name}: {value:.4f}")
    print(f"adapter: {result.adapter}")
    if result.merged is not None:
        print(f"merged: {result.merged}")


def read_options(config: Path | None, settings: list[str], flags: set[str] | None = None) -> dict[str, Any]:
    """Return the options of a YAML file with those of ``--set`` over them.

    Raises:
        ConfigError: the file cannot be read or is no mapping; or it names what has a flag of its own.

    >>> read_options(None, ["rank=64", "stabilise.epochs=2"])
    {'rank': 64, 'stabilise': {'epochs': 2}}
    """
    import yaml

    from kgpaths.cli.settings import parse_settings
    from kgpaths.errors import ConfigError

    options: dict[str, Any] = {}
    if config is not None:
        try:
            read = yaml.safe_load(config.read_text(encoding="utf-8")) or {}
        except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
            raise ConfigError(f"{config} cannot be read: {error}") from None
        if not isinstance(read, dict):
            raise ConfigError(f"{config} must hold options as `key: value` lines")
        options = read
    for key, value in parse_settings(settings).items():
        earlier = options.get(key)
        options[key] = {**earlier, **value} if isinstance(earlier, dict) and isinstance(value, dict) else value
    for key in (flags or FLAGS) & options.keys():
        raise ConfigError(f"option {key!r}: type --{key.replace('_', '-')} instead")
    return options
