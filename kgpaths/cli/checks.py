"""`kgpaths checks`: what a chain has to pass."""

from __future__ import annotations

from typing import Annotated

import typer

from kgpaths.cli import complete


def checks(
    check: Annotated[str | None, typer.Argument(help="Show only this check.", autocompletion=complete.checks)] = None,
) -> None:
    """List the checks that a chain has to pass."""
    from rich.table import Table

    from kgpaths.cli import screen
    from kgpaths.errors import UsageError, nearest
    from kgpaths.validation import checks as known

    if check is not None and check not in known():
        raise UsageError(f"no check {check!r}; {nearest(check, known())}")
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("check")
    table.add_column("what it demands")
    for name, description in known().items():
        if check in (None, name):
            table.add_row(name, description)
    screen.console().print(table)
