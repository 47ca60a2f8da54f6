"""A folder of the compressed tables in which a graph travels, with their counts and hashes.

`nodes.tsv.xz` and `edges.tsv.xz` hold what the sources give, before nodes are merged; `text_edges.tsv.xz` the edges
that were drawn over the graph of both; `COUNTS.tsv` how much there is of each source, and `SHA256SUMS` the hashes. What
the ledger calls unalterable has no place there: it is read from its own files when the tables are opened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from kgpaths.errors import GraphError
from kgpaths.files import sha256_of
from kgpaths.graph.tables import EdgeRecord, NodeRecord, write_tables
from kgpaths.graph.text_edges import TEXT_EDGES, write_text_edges

_TABLES = ("edges.tsv.xz", "nodes.tsv.xz", TEXT_EDGES)
_COUNTS = "COUNTS.tsv"
_SUMS = "SHA256SUMS"


def write_table_folder(
    folder: Path, nodes: Sequence[NodeRecord], edges: Sequence[EdgeRecord], text_edges: Sequence[EdgeRecord]
) -> None:
    """Write the tables, their counts, and the hashes of all; the same records give the same bytes."""
    write_tables(folder, nodes, edges)
    write_text_edges(folder, text_edges)
    counts = Counter(("nodes", one.source, one.type) for one in nodes)
    counts += Counter(("names", one.source, one.type) for one in nodes for _ in (one.name, *one.names))
    counts += Counter(("edges", edge.source, edge.predicate) for edge in (*edges, *text_edges))
    counts += Counter(("sentences", edge.source, edge.predicate) for edge in text_edges for _ in edge.evidence)
    totals: Counter[tuple[str, str, str]] = Counter()
    for (what, _, _), count in counts.items():
        totals[what, "all", "all"] += count
    lines = ["what\tsource\tkind\tcount"]
    lines += ["\t".join((*key, str(count))) for key, count in sorted((counts + totals).items())]
    (folder / _COUNTS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    sums = (f"{sha256_of(folder / name)}  {name}\n" for name in sorted((*_TABLES, _COUNTS)))
    (folder / _SUMS).write_text("".join(sums), encoding="utf-8")


def differing(folder: Path, other: Path) -> list[str]:
    """Return the names of the files that are not the same in both folders."""
    names = (*_TABLES, _COUNTS, _SUMS)
    return [name for name in names if _bytes(folder / name) != _bytes(other / name)]


def check_tables(folder: Path) -> None:
    """Compare the tables with `SHA256SUMS`, lines of `hash  name` as `sha256sum` writes them.

    Raises:
        GraphError: a table is not the one that was written.
    """
    lines = (folder / _SUMS).read_text(encoding="utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split() for line in lines)}
    for name in _TABLES:
        if sha256_of(folder / name) != sums.get(name):
            raise GraphError(f"{folder / name} is not the file that SHA256SUMS names; install kgpaths again")


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
