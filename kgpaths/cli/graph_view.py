"""`kgpaths graph view`: a part of a graph, looked at or made a graph of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgpaths.cli import complete

_MORE = "; give it again for more"


def view(
    graph: Annotated[
        str, typer.Argument(help="Look at this graph: `default`, a snapshot folder or neo4j://host/database.")
    ] = "default",
    policy: Annotated[
        str | None,
        typer.Option(
            metavar="POLICY",
            help="Keep what a release under this policy may carry: open, open+sa, noncommercial or internal.",
            autocompletion=complete.policies,
        ),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE", help=f"Keep edges of this source{_MORE}.", autocompletion=complete.ledger),
    ] = None,
    relation: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PREDICATE", help=f"Keep edges with this predicate{_MORE}.", autocompletion=complete.relations
        ),
    ] = None,
    node_type: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TYPE", help=f"Keep edges between nodes of this type{_MORE}.", autocompletion=complete.node_types
        ),
    ] = None,
    licence: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LICENCE", help=f"Keep edges under this licence{_MORE}.", autocompletion=complete.licences
        ),
    ] = None,
    tier: Annotated[
        list[str] | None,
        typer.Option(metavar="TIER", help=f"Keep edges of this tier{_MORE}.", autocompletion=complete.tiers),
    ] = None,
    degree_cap: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Keep edges between nodes with at most this many neighbours.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Write the part as a snapshot into this folder.")
    ] = None,
) -> None:
    """Print, by source, what of a graph fulfils all conditions; with --out, make a graph of it."""
    import sys
    from typing import Any, cast

    import numpy as np
    from rich.table import Table
    from tqdm import tqdm

    from kgpaths.cli import screen
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.graph.view import GraphView

    opened = KnowledgeGraph.open(graph)
    part = GraphView(
        opened,
        predicates=relation,
        node_types=node_type,
        sources=source,
        licences=licence,
        tiers=tier,
        policy=cast(Any, policy),
        degree_cap=degree_cap,
    )
    console = screen.console()
    console.print(f"{opened.meta.name}  {opened.hash[:16]}", style="bold", markup=False)
    console.print(f"nodes {len(part.nodes):,} of {opened.n_nodes:,}   edges {len(part):,} of {opened.n_edges:,}")
    table = Table(show_edge=False, pad_edge=False)
    for column in ("edge source", "licence", "kept", "of"):
        table.add_column(column, justify="right" if column in ("kept", "of") else "left")
    kept, all_ = (
        np.bincount(codes, minlength=len(opened.sources)) for codes in (opened.source[part.mask], opened.source)
    )
    for name, ours, total in sorted(zip(opened.sources, kept, all_, strict=True), key=lambda row: (-row[2], row[0])):
        if total:
            table.add_row(name, opened.meta.sources[name].licence, f"{ours:,}", f"{total:,}")
    console.print()
    console.print(table)
    if out is not None:
        with tqdm(desc="Writing the part", unit=" records", file=sys.stderr, mininterval=0.5, disable=None) as bar:
            meta = part.save(out, progress=bar.update)
        console.print()
        console.print(f"{meta.name}  {meta.content_hash[:16]}  in {out}", markup=False, soft_wrap=True)
