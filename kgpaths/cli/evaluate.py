"""`kgpaths evaluate`: what a model knows, and whether training helped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FLAGS = {"model", "tasks", "against", "base_model", "out", "limit"}


def evaluate(
    model: Annotated[str, typer.Argument(help="Folder of a training, an adapter or a model, or a name on the Hub.")],
    tasks: Annotated[
        list[str],
        typer.Option(help="NAME (from the Hub) or NAME=FILE; several by comma or by repeating: medqa5=test.jsonl."),
    ],
    against: Annotated[
        str | None, typer.Option(help="Model to compare with; an adapter is compared with its own base by default.")
    ] = None,
    base_model: Annotated[str | None, typer.Option(help="Stands in for the base model that an adapter names.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for report.json, report.md and items.jsonl.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Take the first so many questions of each task.")] = None,
    generate: Annotated[bool, typer.Option(help="Let the model write, rather than compare log-likelihoods.")] = False,
    config: Annotated[Path | None, typer.Option(help="YAML file with options.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Any option as KEY=VALUE, e.g. batch_size=16.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No messages, no progress bars.")] = False,
) -> None:
    """Measure a model on medical multiple-choice questions; base and tuned side by side."""
    import sys

    from rich.table import Table

    from kgpaths.cli import screen
    from kgpaths.cli.train import read_options
    from kgpaths.evaluation import evaluate as run_evaluation

    def say(line: str) -> None:
        print(line, file=sys.stderr)

    options = read_options(config, set_ or [], FLAGS)
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
