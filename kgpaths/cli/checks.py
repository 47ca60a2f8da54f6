"""`kgpaths checks`: what a chain has to pass."""

from __future__ import annotations


def checks() -> None:
    """List the checks that a chain has to pass."""
    from rich.table import Table

    from kgpaths.cli import screen
    from kgpaths.validation import checks as known

    table = Table(show_edge=False, pad_edge=False)
    table.add_column("check")
    table.add_column("what it demands")
    for name, description in known().items():
        table.add_row(name, description)
    screen.console().print(table)
