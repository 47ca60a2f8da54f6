"""`kgpaths graph push` and `kgpaths graph pull`: a graph to a Neo4j server and back.

User and password are read from KGPATHS_NEO4J_USER and KGPATHS_NEO4J_PASSWORD and from nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from kgpaths.cli.settings import flag

_Url = Annotated[
    str,
    typer.Argument(metavar="URL", help="Name the database as neo4j://host:port/database, without user or password."),
]


def push(
    graph: Annotated[str, typer.Argument(help="Push this graph: `default` or a snapshot folder.")],
    url: _Url,
    replace: Annotated[bool, flag("--replace", help="Remove another graph of kgpaths that is there.")] = False,
    batch: Annotated[int, typer.Option(min=1, metavar="N", help="Send this many rows in one transaction.")] = 5000,
) -> None:
    """Put a graph into a Neo4j database; after an interruption, the same command continues.

    User and password come from KGPATHS_NEO4J_USER and KGPATHS_NEO4J_PASSWORD. Other data of the database stays.
    """
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.neo4j import push as push_graph

    opened = KnowledgeGraph.open(graph)
    with _progress("push") as tick:
        report = push_graph(opened, url, replace=replace, batch=batch, progress=tick)
    typer.echo(f"{opened.meta.name}  {opened.hash[:16]}")
    typer.echo(f"nodes {report.nodes:,}   edges {report.edges:,}   search arcs {report.arcs:,}")
    typer.echo(f"rows sent {report.sent:,}   rows that were there {report.found:,}")


def pull(
    url: _Url,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Write the snapshot into this folder.")],
    batch: Annotated[int, typer.Option(min=1, metavar="N", help="Read this many rows at a time.")] = 10_000,
) -> None:
    """Make a snapshot of the graph in a Neo4j database; after an interruption, the same command continues.

    User and password come from KGPATHS_NEO4J_USER and KGPATHS_NEO4J_PASSWORD.
    """
    from kgpaths.neo4j import pull as pull_graph

    with _progress("pull") as tick:
        meta = pull_graph(url, out, batch=batch, progress=tick)
    typer.echo(f"{meta.name}  {meta.content_hash[:16]}  {out}")
    typer.echo(f"nodes {meta.nodes:,}   edges {meta.edges:,}   names {meta.names:,}")


@contextmanager
def _progress(verb: str) -> Iterator[Callable[[int], object]]:
    import logging

    from tqdm import tqdm

    # The driver tells every failed attempt to a logger without a handler, hence to the terminal; we tell the outcome.
    logging.getLogger("neo4j").addHandler(logging.NullHandler())
    with tqdm(desc=verb, unit=" rows", unit_scale=True) as bar:
        yield bar.update
