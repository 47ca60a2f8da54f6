"""`kgpaths sources`: the question sources there are."""

from __future__ import annotations


def sources() -> None:
    """List the sources of questions that come with kgpaths, and how others are named."""
    from rich.table import Table

    from kgpaths.cli import screen
    from kgpaths.sources import sources as known

    table = Table(show_edge=False, pad_edge=False)
    for column in ("source", "bundled rows", "licence", "what it is"):
        table.add_column(column, justify="right" if column == "bundled rows" else "left")
    for entry in known():
        table.add_row(entry.name, f"{entry.rows:,}", entry.licence, entry.description)
    out = screen.console()
    out.print(table)
    out.print("\nOther forms: SOURCE@hub[:revision], SOURCE:path/to/file, jsonl:path/to/file, hf:org/name")
