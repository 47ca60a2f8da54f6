"""One writer in a folder."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from kgpaths.errors import UsageError


class FolderLock:
    """One writer in a folder, on every system; the lock is released when its process ends, however it ends.

    Args:
        folder: the folder, which exists; the lock is its file ``.lock``.
        who: what another process is that holds the lock.
        does: what that process does, and what to do about it.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with FolderLock(folder), FolderLock(folder):
    ...     pass
    Traceback (most recent call last):
    ...
    kgpaths.errors.UsageError: another build (process ...) is writing to ...
    """

    def __init__(self, folder: Path, *, who: str = "another build", does: str = "") -> None:
        self.path = folder / ".lock"
        self.who = who
        self.does = does or f"is writing to {folder}; wait for it, or choose another folder with --out"
        from filelock import FileLock  # inside: it takes as long to load as all other readers and writers together

        # Without flock there is no lock that ends with its process, so nothing weaker takes its place.
        self._lock = FileLock(self.path, thread_local=False, fallback_to_soft=False)

    def __enter__(self) -> FolderLock:
        """Take the lock.

        Raises:
            UsageError: another process has it.
        """
        from filelock import Timeout

        try:
            self._lock.acquire(timeout=0.1, poll_interval=0.02)
        except Timeout:
            raise UsageError(f"{self.who}{self._holder()} {self.does}") from None
        with suppress(PermissionError):  # Windows lets nobody write to what is locked
            self.path.write_text(str(os.getpid()), encoding="ascii")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with suppress(PermissionError):  # Windows removes it with the lock
                self.path.unlink(missing_ok=True)
        finally:
            self._lock.release()

    def _holder(self) -> str:
        with suppress(OSError):
            process = self.path.read_text(encoding="ascii").strip()
            return f" (process {process})" if process else ""
        return ""
