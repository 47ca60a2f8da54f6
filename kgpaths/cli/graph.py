"""`kgpaths graph`: make a knowledge graph, look at it, take it to Neo4j and back."""

from __future__ import annotations

from typing import Annotated

import typer

from kgpaths.cli import (
    graph_build,
    graph_complaints,
    graph_extract,
    graph_info,
    graph_neo4j,
    graph_sample,
    graph_view,
    settings,
)
from kgpaths.cli.settings import flag

app = typer.Typer(
    help="Make a knowledge graph, look at it, and take it to Neo4j and back.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

MAKE, LOOK, NEO4J = "Make a graph", "Look at it", "Neo4j"

app.command("build", rich_help_panel=MAKE)(graph_build.build)
app.command("extract", rich_help_panel=MAKE)(graph_extract.extract)
app.command("view", rich_help_panel=MAKE)(graph_view.view)
app.command("info", rich_help_panel=LOOK)(graph_info.info)
app.command("gaps", rich_help_panel=LOOK)(graph_extract.gaps)
app.command("complaints", rich_help_panel=LOOK)(graph_complaints.complaints)
app.command("sample", rich_help_panel=LOOK)(graph_sample.sample)
app.command("push", rich_help_panel=NEO4J)(graph_neo4j.push)
app.command("pull", rich_help_panel=NEO4J)(graph_neo4j.pull)


@app.command("path", rich_help_panel=LOOK)
def path(
    start: Annotated[str, typer.Argument(help="Start at the node with this id or name.")],
    end: Annotated[str, typer.Argument(help="End at the node with this id or name.")],
    k: Annotated[int, typer.Option("-k", min=1, metavar="N", help="Print this many paths.")] = 5,
    max_hops: Annotated[
        int, typer.Option(min=1, max=6, metavar="N", help="Search for paths of at most this many edges.")
    ] = 4,
    mechanism: Annotated[
        bool,
        flag(
            "--mechanism", help="Search for how one acts on the other: over targets and processes, not the direct edge."
        ),
    ] = False,
    graph: settings.Graph = "default",
    tiers: settings.Tiers = None,
    as_json: Annotated[bool, flag("--json", help="Print JSON lines, one for each path, with its edges.")] = False,
) -> None:
    """Print the best paths between two nodes, and for each hop its source or the sentence that states it."""
    from kgpaths.cli import screen
    from kgpaths.config import PathConfig
    from kgpaths.errors import EXIT_CHECK_FAILED, UsageError
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.graph.lookup import resolve
    from kgpaths.paths import PathFinder
    from kgpaths.paths.telling import effect_sentence

    opened = KnowledgeGraph.open(graph, tiers=settings.chosen_tiers(tiers))
    ends = resolve(opened, start), resolve(opened, end)
    if ends[0] == ends[1]:
        raise UsageError(f"{start!r} and {end!r} are one node, {ends[0]}; a path needs two")
    config = PathConfig.mechanism() if mechanism else PathConfig()
    found = PathFinder(opened, config).find(question=ends[:1], answer=ends[1:], k=k, max_hops=max_hops)
    out = screen.console()
    for each in found:
        if as_json:
            typer.echo(screen.path_json(opened, each))
            continue
        out.print(
            f"{each.cost_millinats / 1000:6.2f}  {screen.arrow_line(opened, each)}",
            markup=False,
            soft_wrap=True,
        )
        if said := effect_sentence(opened, each):
            out.print(f"        {said}", markup=False, soft_wrap=True)
        for hop in each.hops:
            for line in screen.edge_lines(opened, opened.edge(hop.edge_id)):
                out.print("        " + line, style="dim", markup=False, soft_wrap=True)
    if not found:
        screen.console(stderr=True).print(f"no path of at most {max_hops} hops between {start!r} and {end!r}")
        raise typer.Exit(EXIT_CHECK_FAILED)


@app.command("verify", rich_help_panel=LOOK)
def verify(
    graph: Annotated[str, typer.Argument(help="Check this graph: `default` or a snapshot folder.")] = "default",
) -> None:
    """Hash every file of a snapshot again; a changed or torn file ends with an error."""
    from kgpaths.graph import KnowledgeGraph

    opened = KnowledgeGraph.open(graph)
    opened.verify()
    typer.echo(f"{opened.meta.name}  {opened.hash[:16]}: {len(opened.meta.files)} files are as they were written")
