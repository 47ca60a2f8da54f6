"""`kgpaths evaluate`: what a model knows, and whether training helped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgpaths.cli import complete
from kgpaths.cli.settings import MODEL, OUTPUT, QUESTIONS, ConfigFile, flag, given_options

_FLAGS = ("model", "tasks", "against", "base_model", "out", "limit")


def evaluate(
    model: Annotated[
        str, typer.Argument(help="Measure this training, adapter or model: a folder, or a name on the Hub.")
    ],
    tasks: Annotated[
        list[str],
        typer.Option(
            metavar="TASKS",
            help="Ask the questions of these benchmarks: NAME (from the Hub) or NAME=FILE, for example "
            "medqa5=test.jsonl; separate several by commas, or give it again.",
            rich_help_panel=QUESTIONS,
            autocompletion=complete.tasks,
        ),
    ],
    against: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="Compare with this model; without it an adapter is compared with its own base.",
            rich_help_panel=MODEL,
        ),
    ] = None,
    base_model: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL", help="Use this base model instead of the one that an adapter names.", rich_help_panel=MODEL
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Write report.json, report.md and items.jsonl into this folder.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Ask only the first so many questions of each task.", rich_help_panel=QUESTIONS
        ),
    ] = None,
    generate: Annotated[
        bool,
        flag("--generate", help="Let the model write its answers instead of comparing likelihoods.", panel=MODEL),
    ] = False,
    config: ConfigFile = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Set any option of the evaluation, for example batch_size=16.",
            rich_help_panel=OUTPUT,
            autocompletion=complete.evaluate_options,
        ),
    ] = None,
    quiet: Annotated[bool, flag("--quiet", "-q", help="Show no progress bar and no messages.", panel=OUTPUT)] = False,
) -> None:
    """Measure a model on medical multiple-choice questions, side by side with its base."""
    import sys

    from rich.table import Table

    from kgpaths.cli import screen
    from kgpaths.evaluation import EvaluateConfig
    from kgpaths.evaluation import evaluate as run_evaluation

    def say(line: str) -> None:
        print(line, file=sys.stderr)

    options = given_options(EvaluateConfig, config, set_, _FLAGS)
    if generate:
        options["mode"] = "generate"
    if limit is not None:
        options["limit"] = limit
    report = run_evaluation(
        model,
        tasks=[name for part in tasks for name in part.split(",") if name],
        against=against,
        base_model=base_model,
        out=out,
        say=None if quiet else say,
        progress=not quiet and sys.stderr.isatty(),
        **options,
    ).report
    head, *lines = report.rows()
    table = Table(title=model, title_justify="left", show_edge=False, pad_edge=False)
    for number, name in enumerate(head):
        table.add_column(name, justify="right" if number else "left")
    for line in lines:
        table.add_row(*line)
    screen.console().print(table)
    for note in report.notes():
        print(note)
    if out is not None:
        print(f"report: {out}")
