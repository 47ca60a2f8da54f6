"""The command `kgpaths`: one file a verb, argument parsing and printing and nothing else.

Results go to stdout, progress and messages to stderr. Exit codes: 0 done, 1 a check failed, 2 wrong usage or
configuration, 75 stopped early (the same command continues), 130 interrupted.
"""

from __future__ import annotations

import shlex
import sys
from typing import Any


def main() -> None:
    """Run the command line; every foreseen error ends as one message and an exit code, never as a traceback."""
    import typer

    from kgpaths.cli.app import app
    from kgpaths.errors import EXIT_INTERRUPTED, Interrupted, KgpathsError

    try:
        code = app(prog_name="kgpaths", standalone_mode=False)
    except KgpathsError as error:
        print(f"kgpaths: {error}", file=sys.stderr)
        if isinstance(error, Interrupted):
            print(f"continue with: {shlex.join(['kgpaths', *sys.argv[1:]])}", file=sys.stderr)
        sys.exit(error.exit_code)
    except typer.TyperException as wrong:  # an option or a command that there is not
        if says := _wrong_usage(wrong):
            print(f"kgpaths: {says}", file=sys.stderr)
        sys.exit(wrong.exit_code)
    if code == EXIT_INTERRUPTED:
        print("kgpaths: interrupted; the same command continues where it stopped", file=sys.stderr)
    sys.exit(code)


def _wrong_usage(error: Any) -> str:
    """Return what was wrong in one line; empty where a help page was printed instead."""
    from difflib import get_close_matches

    says = " ".join(error.format_message().split())
    if not says:
        return ""
    if (option := getattr(error, "option_name", None)) and getattr(error, "possibilities", None):
        near = get_close_matches(option, error.possibilities, n=1)
        says = f"no option {option!r}" + (f"; did you mean {near[0]!r}?" if near else "")
    context = getattr(error, "ctx", None)
    return f"{says.rstrip('.')} ({context.command_path if context else 'kgpaths'} --help tells more)"
