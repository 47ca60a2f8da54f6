"""`kgpaths train`: an adapter from the rows of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgpaths.cli import complete
from kgpaths.cli.settings import MODEL, OUTPUT, ConfigFile, flag, given_options

PUBLISHING = "Publishing"
_FLAGS = ("run", "base_model", "out", "preset", "overwrite", "repo", "policy")


def train(
    run: Annotated[
        str, typer.Argument(help="Train on this run folder, JSONL or Parquet file with `messages`, or hf:ORG/NAME.")
    ],
    base_model: Annotated[
        str,
        typer.Option(
            metavar="MODEL",
            help="Start from the model in this folder or with this name on the Hub.",
            rich_help_panel=MODEL,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER",
            help="Write adapter, merged model, card, metrics and checkpoints into this folder.",
            rich_help_panel=OUTPUT,
        ),
    ],
    preset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Start from these options: q3x1, clinical-r16 or smoke.",
            rich_help_panel=MODEL,
            autocompletion=complete.presets,
        ),
    ] = None,
    config: ConfigFile = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Set any option of the training, for example rank=64 or stabilise.epochs=1.",
            rich_help_panel=OUTPUT,
            autocompletion=complete.train_options,
        ),
    ] = None,
    overwrite: Annotated[
        bool, flag("--overwrite", help="Discard another training in the folder.", panel=OUTPUT)
    ] = False,
    repo: Annotated[
        str | None,
        typer.Option(
            metavar="ORG/NAME",
            help="Publish the adapter on the Hub under this name when it is done.",
            rich_help_panel=PUBLISHING,
        ),
    ] = None,
    policy: Annotated[
        str,
        typer.Option(
            metavar="POLICY",
            help="Publish under this policy: open, open+sa or noncommercial.",
            rich_help_panel=PUBLISHING,
            autocompletion=complete.policies,
        ),
    ] = "open",
    quiet: Annotated[bool, flag("--quiet", "-q", help="Show no progress bar and no messages.", panel=OUTPUT)] = False,
) -> None:
    """Train an adapter on the rows of a run; after an interruption, the same command continues."""
    import sys

    from kgpaths.training import TrainConfig
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
        **given_options(TrainConfig, config, set_, _FLAGS),
    )
    if not is_main():
        return
    for name, value in result.record.results.items():
        print(f"{name}: {value:.4f}")
    print(f"adapter: {result.adapter}")
    if result.merged is not None:
        print(f"merged: {result.merged}")
