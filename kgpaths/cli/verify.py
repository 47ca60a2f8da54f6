"""`kgpaths verify`: every edge, span and hash of a run checked again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgpaths.cli import complete


def verify(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Check this run folder.")],
    graph: Annotated[
        str | None,
        typer.Option(
            metavar="GRAPH",
            help="Check against this graph; without it, against the one that the run names.",
            autocompletion=complete.graphs,
        ),
    ] = None,
    texts: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="Look every sentence up in these reference texts: a file, a folder, or `default` for those that come "
            "along; give it again for more of them.",
        ),
    ] = None,
) -> None:
    """Check every edge, sentence, span and hash of a run again; a fault ends with exit code 1."""
    from kgpaths.corpus import verify as verify_run
    from kgpaths.errors import EXIT_CHECK_FAILED
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.texts import passages

    report = verify_run(
        run,
        None if graph is None else KnowledgeGraph.open(graph),
        texts=passages(texts) if texts else None,
    )
    for fault in report.faults:
        typer.echo(str(fault))
    for source, count in report.unread.items():
        typer.echo(f"not looked up, for no text of {source} was given: {count:,} sentences")
    counts = ", ".join(f"{count:,} {what}" for what, count in report.counts.items())
    typer.echo(f"checked {counts}: {len(report.faults) or 'no'} fault{'' if len(report.faults) == 1 else 's'}")
    if report.faults:
        raise typer.Exit(EXIT_CHECK_FAILED)
