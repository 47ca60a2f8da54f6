"""Pull a graph out of Neo4j into a snapshot folder: the very bytes that were pushed, or an error.

Rows are read page by page and kept beside the folder until all are there, so that a pull that was cut short goes on
where it stopped. The snapshot is built from them, its content hash is compared with the one that was pushed, and only
then does it get its name.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from kgpaths.errors import GraphError, SnapshotError, UsageError
from kgpaths.files import FolderLock, disk_errors, new_file, new_folder
from kgpaths.graph.builder import build_snapshot
from kgpaths.graph.snapshot import META, SnapshotMeta, read_meta, write_meta
from kgpaths.neo4j.connection import Database, connect
from kgpaths.neo4j.rows import PULL_EDGES, PULL_NODES, Row, edge_record, node_record
from kgpaths.neo4j.schema import require_complete
from kgpaths.resources import cache_dir

Progress = Callable[[int], object]
"""Called with the number of rows that arrived since the last call (`tqdm.update` fits)."""


def pull(url: str, out: str | Path, *, batch: int = 10_000, progress: Progress | None = None) -> SnapshotMeta:
    """Make a snapshot of the graph in a Neo4j database; the content hash is that of the graph that was pushed.

    If the folder holds that graph already, nothing is read. After an interruption the same call goes on.

    Args:
        url: ``neo4j://host[:port][/database]``; user and password come from the environment.
        out: the folder to make.
        batch: rows in one read.
        progress: see `Progress`.

    Raises:
        UsageError: `out` holds something else or cannot be written; wrong credentials; no such database.
        GraphError: no graph is there, only a part of one, or one that was changed since it was pushed.
        ServiceUnavailable: the server does not answer, or no longer.
    """
    out = Path(out)
    if batch < 1:
        raise UsageError(f"a batch holds at least one row, not {batch}")
    with connect(url) as database:
        state = require_complete(database)
        if (there := _there(out)) is not None:
            if there.content_hash == state.content_hash:
                return there
            raise UsageError(f"{out} holds another graph already ({there.name}); remove it or choose another folder")
        wanted, tick = state.snapshot, progress or (lambda _: None)
        with _pages_for(out, wanted) as pages:
            _fetch(database, PULL_NODES, wanted.nodes, pages, "nodes", batch, tick)
            _fetch(database, PULL_EDGES, wanted.edges, pages, "edges", batch, tick)
            _build(pages, wanted, out, database)
    return read_meta(out)


def snapshot_of(url: str, *, progress: Progress | None = None) -> Path:
    """Return the folder of a snapshot of the graph in a Neo4j database, in the user's cache; made if it is not there.

    The folder is named after the content, so a graph that was replaced is pulled anew.

    Raises:
        As `pull`.
    """
    with connect(url) as database:
        state = require_complete(database)
    folder = cache_dir() / "graphs" / f"neo4j-{state.content_hash[:16]}"
    pull(url, folder, progress=progress)
    return folder


def _there(out: Path) -> SnapshotMeta | None:
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / META).is_file())):
        raise UsageError(f"{out} exists and is no graph snapshot; choose another folder")
    return read_meta(out) if (out / META).is_file() else None


@contextmanager
def _pages_for(out: Path, wanted: SnapshotMeta) -> Iterator[Path]:
    """Give the folder for the pages of this very graph; one that an earlier pull began is used again."""
    pages = out.parent / f".{out.name}-{wanted.content_hash[:16]}.pull"
    lock = FolderLock(pages, who="another process", does=f"is pulling this graph into {out}; wait for it")
    with ExitStack() as stack:
        with disk_errors(out):
            pages.mkdir(parents=True, exist_ok=True)
            stack.enter_context(lock)
        yield pages


def _fetch(
    database: Database, statement: str, count: int, pages: Path, kind: str, batch: int, tick: Callable[[int], object]
) -> None:
    """Read the rows up to `count` that no page holds yet. A page is whole or absent, and is named after its end."""
    first = max((last for last, _ in _pages(pages, kind)), default=0)
    tick(first)
    while first < count:
        last = min(first + batch, count)
        rows = database.read(statement, first=first, last=last)
        if len(rows) != last - first:
            raise GraphError(
                f"{database.address} lacks {last - first - len(rows)} of the {kind} {first} to {last - 1}; "
                "push it again with --replace"
            )
        with disk_errors(pages), new_file(pages / f"{kind}-{last:012}.jsonl", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        tick(last - first)
        first = last


def _pages(pages: Path, kind: str) -> list[tuple[int, Path]]:
    """Return the number of rows up to its end, and the file, of every page in order; there is no gap between pages."""
    return [(int(path.stem.split("-")[1]), path) for path in sorted(pages.glob(f"{kind}-*.jsonl"))]


def _rows(pages: Path, kind: str) -> Iterator[Row]:
    for _, path in _pages(pages, kind):
        with path.open(encoding="utf-8") as file:
            yield from map(json.loads, file)


def _build(pages: Path, wanted: SnapshotMeta, out: Path, database: Database) -> None:
    nodes, edges = map(node_record, _rows(pages, "nodes")), map(edge_record, _rows(pages, "edges"))
    with disk_errors(out), new_folder(out) as draft:
        built = build_snapshot(nodes, edges, draft, name=wanted.name)
        if built.content_hash != wanted.content_hash:
            shutil.rmtree(pages)
            raise SnapshotError(
                f"the graph in {database.address} was changed since it was pushed: its content is "
                f"{built.content_hash[:12]}, not {wanted.content_hash[:12]}; push it again with --replace"
            )
        write_meta(draft, wanted)  # with what the first build was told and what it left out
    shutil.rmtree(pages)
