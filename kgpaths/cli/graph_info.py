"""`kgpaths graph info`: a graph in tables and figures, or one of its nodes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kgpaths.cli import settings

if TYPE_CHECKING:
    from rich.console import Console

    from kgpaths.graph import KnowledgeGraph


def info(
    node: Annotated[
        str | None, typer.Argument(help="Print the node with this id or name; without it, the whole graph.")
    ] = None,
    graph: settings.Graph = "default",
    tiers: settings.Tiers = None,
    as_json: Annotated[
        bool, settings.flag("--json", help="Print the counts, or the node and its edges, as one JSON object.")
    ] = False,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FOLDER", help="Also draw the graph, as SVG files in this folder.")
    ] = None,
) -> None:
    """Print what a graph holds, by type, predicate, source, licence and tier; or print one node with its edges."""
    from kgpaths.cli import screen
    from kgpaths.errors import UsageError
    from kgpaths.graph import KnowledgeGraph

    if node is not None and plot is not None:
        raise UsageError(f"--plot draws the whole graph; leave {node!r} out")
    opened = KnowledgeGraph.open(graph, tiers=settings.chosen_tiers(tiers))
    out = screen.console()
    if as_json:
        typer.echo(_json(opened, node))
        return
    if node is not None:
        _print_node(out, opened, node)
        return
    _print_graph(out, opened)
    if plot is not None:
        from kgpaths.graph.figures import write_figures

        out.print()
        for path in write_figures(opened, plot):
            out.print(str(path), markup=False, soft_wrap=True)


def _json(graph: KnowledgeGraph, text: str | None) -> str:
    import json

    from kgpaths.graph.lookup import resolve

    if text is None:
        facts = graph.info()
        return json.dumps({**facts._asdict(), "hubs": [hub._asdict() for hub in facts.hubs]}, ensure_ascii=False)
    record = graph.node(resolve(graph, text))
    node = {**record._asdict(), "names": [name._asdict() for name in record.names]}
    edges = [edge.model_dump() for edge in graph.edges_of(record.id)]
    return json.dumps({"node": node, "edges": edges}, ensure_ascii=False)


def _print_node(out: Console, graph: KnowledgeGraph, text: str) -> None:
    from kgpaths.cli import screen
    from kgpaths.graph.lookup import resolve

    record = graph.node(resolve(graph, text))
    out.print(f"{record.name}  {record.id}  {record.type}", style="bold", markup=False, soft_wrap=True)
    also = "also " + ", ".join(record.xrefs) if record.xrefs else "no other ids"
    out.print(also, style="dim", markup=False, soft_wrap=True)
    names = "; ".join(sorted({name.text for name in record.names}))
    out.print(f"names: {names}" if names else "no other names", markup=False, soft_wrap=True)
    out.print(f"neighbours: {graph.degree(record.id):,}")
    for edge in graph.edges_of(record.id):
        for line in screen.edge_lines(graph, edge):
            out.print("  " + line, markup=False, soft_wrap=True)


def _print_graph(out: Console, graph: KnowledgeGraph) -> None:
    facts = graph.info()
    out.print(f"{facts.name}  {graph.hash[:16]}", style="bold", markup=False)
    out.print(f"nodes {facts.nodes:,}   edges {facts.edges:,}   names {facts.names:,}   other ids {facts.xrefs:,}")
    if facts.built_on:
        out.print(f"built on {facts.built_on}", markup=False, soft_wrap=True)
    tables: dict[str, Mapping[str, float]] = {
        "node type": facts.nodes_by_type,
        "node source": facts.nodes_by_source,
        "predicate": facts.edges_by_predicate,
        "edge source": facts.edges_by_source,
        "edge licence": facts.edges_by_licence,
        "edge tier": facts.edges_by_tier,
        "neighbours": facts.degrees,
        "connected parts": facts.components,
        "most neighbours": {f"{hub.name} ({hub.node_id})": hub.degree for hub in facts.hubs},
        "left out by the build": facts.skipped,
    }
    for title, counts in tables.items():
        if counts:
            out.print()
            _print_counts(out, title, counts)


def _print_counts(out: Console, title: str, counts: Mapping[str, float]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(show_edge=False, pad_edge=False)
    table.add_column(title)
    table.add_column("count", justify="right")
    for name, count in counts.items():
        table.add_row(Text(name), f"{count:,.2f}".removesuffix(".00"))
    out.print(table)
