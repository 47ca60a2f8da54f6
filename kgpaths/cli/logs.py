"""Where the log of a command goes: nowhere by default, to stderr with `-v`, to a file with `--log-file`."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from kgpaths.errors import UsageError

_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)


class _BesideTheBar(logging.Handler):
    """Writes to stderr above a progress bar that may be there."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        from tqdm import tqdm

        tqdm.write(self.format(record), file=sys.stderr)


def start_logging(verbose: int, file: Path | None) -> None:
    """Send the log of kgpaths, and of nothing else, to stderr and to a file.

    Args:
        verbose: 0 says warnings, 1 also what is done, 2 or more also details; the file gets everything.

    Raises:
        UsageError: the file cannot be written.
    """
    log = logging.getLogger("kgpaths")
    log.handlers.clear()
    screen = _BesideTheBar(_LEVELS[min(verbose, 2)])
    screen.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    log.addHandler(screen)
    if file is not None:
        try:
            kept = logging.FileHandler(file, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{file} cannot be written: {error.strerror}; choose another --log-file") from None
        kept.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        log.addHandler(kept)
    log.setLevel(logging.DEBUG if file is not None else screen.level)
    log.propagate = False
