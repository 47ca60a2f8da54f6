"""`kgpaths graph extract` and `kgpaths graph gaps`: edges from texts, and where the graph is still blind."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgpaths.cli import complete, settings


def extract(
    texts: Annotated[
        Path, typer.Argument(help="Read this JSONL, Markdown or HTML file (also .gz), or a folder of them.")
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="FOLDER", help="Write the tables into this folder; unfinished work goes on there."
        ),
    ],
    graph: settings.Graph = "default",
    source: Annotated[
        str,
        typer.Option(
            metavar="KEY",
            help="Take this source of the licence ledger for texts that name none.",
            autocompletion=complete.ledger,
        ),
    ] = "",
    licence: Annotated[
        str,
        typer.Option(metavar="LICENCE", help="Take this licence for texts that name none."),
    ] = "",
    version: Annotated[
        str,
        typer.Option(metavar="VERSION", help="Write this version of the source into the edges."),
    ] = "",
    snapshot: Annotated[
        Path | None,
        typer.Option(
            "--snapshot",
            metavar="FOLDER",
            help="Also build a snapshot, of the graph together with the edges from the texts.",
        ),
    ] = None,
) -> None:
    """Draw typed edges from reference texts; every edge keeps the sentence that states it."""
    import sys

    from rich.table import Table
    from tqdm import tqdm

    from kgpaths.cli import screen
    from kgpaths.extraction.run import add_to_snapshot
    from kgpaths.extraction.run import extract as draw
    from kgpaths.graph import KnowledgeGraph

    opened = KnowledgeGraph.open(graph)
    with tqdm(desc="Reading texts", unit=" texts", file=sys.stderr, mininterval=0.5, disable=None) as bar:
        report = draw(texts, out, graph=opened, source=source, licence=licence, version=version, progress=bar.update)
    console = screen.console()

    def line(text: str, style: str = "") -> None:
        console.print(text, style=style, markup=False, soft_wrap=True)

    line(f"texts {report.texts:,}   with a focus {report.with_focus:,}", "bold")
    line(f"edges {report.edges:,} from {report.statements:,} statements   associations {report.associations:,}", "bold")
    for title, counts in (
        ("predicate", report.edges_by_predicate),
        ("rule (statements)", report.statements_by_rule),
        ("licence", report.edges_by_licence),
    ):
        table = Table(show_edge=False, pad_edge=False)
        table.add_column(title)
        table.add_column("count", justify="right")
        for name, count in counts.items():
            table.add_row(name, f"{count:,}")
        console.print(table)
    for reason, count in report.left_out.items():
        line(f"left out {count:,}: {reason}")
    for reason, count in report.faults.items():
        line(f"noted {count:,}: {reason}", "yellow")
    line(f"in {out}; what was noted is in {out / 'faults.jsonl'}")
    if snapshot is not None:
        add_to_snapshot(opened, out, snapshot)
        line(f"snapshot in {snapshot}")


def gaps(
    source: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            help="Read questions from here: a name that `kgpaths sources` lists, NAME:FILE, jsonl:FILE or hf:ORG/NAME.",
            autocompletion=complete.sources,
        ),
    ] = None,
    runs: Annotated[
        list[Path] | None,
        typer.Option("--from", metavar="RUN", help="List what the model of this run proposed and nothing says."),
    ] = None,
    graph: settings.Graph = "default",
    limit: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Read at most this many questions."),
    ] = None,
    top: Annotated[
        int,
        typer.Option("-n", min=1, metavar="N", help="Print this many concepts."),
    ] = 30,
    fewest: Annotated[
        int,
        typer.Option(min=1, metavar="N", help="Call a concept a gap when it has fewer informative edges than this."),
    ] = 5,
) -> None:
    """List answers and findings that the graph knows little of, by the questions that a text on them would open.

    With --from, list the claims that a model proposed in those runs and for which neither an edge nor a sentence was
    found, by the number of questions.
    """
    from rich.table import Table

    from kgpaths.cli import graph_complaints, screen
    from kgpaths.errors import UsageError
    from kgpaths.extraction.gaps import find_gaps
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.sources import open_source

    if runs:
        graph_complaints.print_ungrounded(runs, top)
    if source is None:
        if not runs:
            raise UsageError("graph gaps needs questions (--source medqa) or a run that a model wrote (--from RUN)")
        return
    opened = KnowledgeGraph.open(graph)
    report = find_gaps(opened, open_source(source, limit=limit, training=False), fewest=fewest)
    console = screen.console()
    console.print(
        f"questions {report.questions:,}   with a linked answer {report.linked_answer:,}   "
        f"of whose answer little is known {report.blind:,}   of whose findings {report.mute:,}"
    )
    for title, which in (("answer", "as_answer"), ("finding", "as_finding")):
        table = Table(show_edge=False, pad_edge=False)
        for column in (title, "id", "type", "informative edges", "would open"):
            table.add_column(column, justify="right" if column in ("informative edges", "would open") else "left")
        opening = sorted((gap for gap in report.gaps if getattr(gap, which)), key=lambda gap: -getattr(gap, which))
        for gap in opening[:top]:
            table.add_row(gap.name, gap.node_id, gap.type, str(gap.edges), str(getattr(gap, which)))
        console.print()
        console.print(table)
    if report.unlinked:
        console.print()
        names = "; ".join(f"{text} ({count})" for text, count in report.unlinked[:top])
        console.print(f"answers that no node is named like: {names}", markup=False, soft_wrap=True)
