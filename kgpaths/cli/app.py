"""The commands, in the order of a user's day, and what is typed before all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from kgpaths.cli import (
    build,
    checks,
    config,
    evaluate,
    explain,
    graph,
    link,
    paths,
    preview,
    recipes,
    settings,
    sources,
    stats,
    train,
    verify,
)


class _Page(TyperCommand):
    """A command whose options stand in panels; `--help` stands in the last one, not alone in a first one."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option `--help`."""
        option: Any = super().get_help_option(ctx)
        if option is not None:
            option.rich_help_panel, option.metavar = settings.OUTPUT, ""
        return option


app = typer.Typer(
    name="kgpaths",
    help="Turn medical question-answer pairs into reasoning chains that are grounded in a knowledge graph.",
    epilog="`kgpaths COMMAND --help` shows the options of a command.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        from kgpaths import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    verbose: Annotated[
        int,
        typer.Option(
            "--verbose",
            "-v",
            count=True,
            metavar="",
            show_default=False,
            help="Say on stderr what is done; -vv says more.",
        ),
    ] = 0,
    log_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Append what -vv says to this file, with the time of each line.")
    ] = None,
    version: Annotated[  # noqa: ARG001  # its callback prints it
        bool, typer.Option("--version", callback=_version, is_eager=True, metavar="", help="Print the version.")
    ] = False,
) -> None:
    if verbose or log_file is not None:
        from kgpaths.cli.logs import start_logging

        start_logging(verbose, log_file)


MAKE, LOOK, GRAPH, TRAINING, KNOWN = "Make a corpus", "Look at it", "Graph", "Training", "What there is"

app.command("build", rich_help_panel=MAKE, epilog=build.EXAMPLES, cls=_Page)(build.build)
app.command("preview", rich_help_panel=MAKE, cls=_Page)(preview.preview)
app.command("explain", rich_help_panel=LOOK)(explain.explain)
app.command("stats", rich_help_panel=LOOK)(stats.stats)
app.command("verify", rich_help_panel=LOOK)(verify.verify)
app.add_typer(graph.app, name="graph", rich_help_panel=GRAPH)
app.command("link", rich_help_panel=GRAPH)(link.link)
app.add_typer(paths.app, name="paths", rich_help_panel=GRAPH)
app.command("train", rich_help_panel=TRAINING, cls=_Page)(train.train)
app.command("evaluate", rich_help_panel=TRAINING, cls=_Page)(evaluate.evaluate)
app.command("sources", rich_help_panel=KNOWN)(sources.sources)
app.command("recipes", rich_help_panel=KNOWN)(recipes.recipes)
app.command("checks", rich_help_panel=KNOWN)(checks.checks)
app.command("config", rich_help_panel=KNOWN)(config.config)
