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

app = typer.Typer(
    help="Make a knowledge graph, look at it, take it to Neo4j and back.", no_args_is_help=True, rich_markup_mode=None
)
app.command("build")(graph_build.build)
app.command("info")(graph_info.info)
app.command("view")(graph_view.view)
app.command("extract")(graph_extract.extract)
app.command("gaps")(graph_extract.gaps)
app.command("complaints")(graph_complaints.complaints)
app.command("sample")(graph_sample.sample)
app.command("push")(graph_neo4j.push)
app.command("pull")(graph_neo4j.pull)


@app.command("path")
def path(
    start: Annotated[str, typer.Argument(help="Node id or name.")],
    end: Annotated[str, typer.Argument(help="Node id or name.")],
    k: Annotated[int, typer.Option("-k", min=1)] = 5,
    max_hops: Annotated[int, typer.Option(min=1, max=6)] = 4,
    mechanism: Annotated[
        bool, typer.Option("--mechanism", help="How one acts on the other: over targets and processes, no direct edge.")
    ] = False,
    graph: Annotated[str, typer.Option(help="`default` or a snapshot folder.")] = "default",
    tiers: settings.Tiers = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines, one a path, its edges whole.")] = False,
) -> None:
    """Print the best paths between two nodes; for every hop its phrase and source, and the sentence of a text."""
    from kgpaths.cli import screen
    from kgpaths.config import PathConfig
    from kgpaths.errors import EXIT_CHECK_FAILED, UsageError
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.graph.lookup import resolve
    from kgpaths.paths import PathFinder
    from kgpaths.paths.signs import effect_sentence

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


@app.command("verify")
def verify(graph: Annotated[str, typer.Argument(help="`default` or a snapshot folder.")] = "default") -> None:
    """Hash every file of a snapshot again; a changed or torn one ends with an error."""
    from kgpaths.graph import KnowledgeGraph

    opened = KnowledgeGraph.open(graph)
    opened.verify()
    typer.echo(f"{opened.meta.name}  {opened.hash[:16]}: {len(opened.meta.files)} files are as they were written")
