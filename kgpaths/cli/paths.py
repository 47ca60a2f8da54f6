"""`kgpaths paths`: the path stage by itself, and what it learns."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgpaths.cli.paths_learn import learn_options, learn_ranker
from kgpaths.cli.settings import Graph, Tiers, chosen_tiers, given_options

app = typer.Typer(help="Find the best paths between nodes, and learn what ranks them.", rich_markup_mode="rich")


@app.callback(invoke_without_command=True)
def paths(
    context: typer.Context,
    from_: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="NODE", help="Start at the node with this id or name; give it again for more."),
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option("--to", metavar="NODE", help="End at the node with this id or name; give it again for more."),
    ] = None,
    k: Annotated[
        int | None,
        typer.Option("-k", min=1, metavar="N", help="Print this many paths for each pair (10, or as --config says)."),
    ] = None,
    max_hops: Annotated[
        int | None,
        typer.Option(
            min=1, max=6, metavar="N", help="Search for paths of at most this many edges (4, or as --config says)."
        ),
    ] = None,
    graph: Graph = "default",
    tiers: Tiers = None,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Read costs, caps and quotas from this YAML, TOML or JSON file: options of `kgpaths config paths`, "
            "without the `paths.` before them.",
        ),
    ] = None,
) -> None:
    """Find the best paths between nodes, and print one JSON line for each, with its edges; or learn what ranks them."""
    if context.invoked_subcommand:
        return
    from kgpaths.cli.screen import path_json
    from kgpaths.config import PathConfig
    from kgpaths.errors import UsageError
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.graph.lookup import resolve
    from kgpaths.paths import PathFinder

    if not from_ or not to:
        raise UsageError("say where paths start and end: kgpaths paths --from ID --to ID")
    opened = KnowledgeGraph.open(graph, tiers=chosen_tiers(tiers))
    starts, ends = ([resolve(opened, name) for name in names] for names in (from_, to))
    finder = PathFinder(opened, PathConfig.parse(given_options(PathConfig, config)) if config else None)
    for path in finder.find(question=starts, answer=ends, k=k, max_hops=max_hops):
        typer.echo(path_json(opened, path))


app.command("learn-ranker")(learn_ranker)
app.command("learn-options")(learn_options)
