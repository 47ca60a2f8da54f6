"""Make the graph that comes with the library, from embedded tables and HPO, into a snapshot on first use."""

from __future__ import annotations

import gc
import hashlib
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kgpaths.errors import UsageError
from kgpaths.graph.hpo import hpo_version
from kgpaths.graph.snapshot import FORMAT, META
from kgpaths.graph.table_folder import check_tables
from kgpaths.resources import cache_dir, resource

_CODE = ("arrays.py", "builder.py", "frequency.py", "hpo.py", "merge.py", "tables.py", "text_edges.py", "ids.py",
         "../language/words.py")  # fmt: skip
_KNOWLEDGE = ("default/SHA256SUMS", "kept_apart.tsv", "licences.yaml", "node_types.yaml", "relations.yaml")


def default_snapshot() -> Path:
    """Return the snapshot folder of the default graph; build it in the user's cache folder if it is not there.

    The folder's name changes with the tables, the release of HPO, and the rules that merge them, so a graph never
    outlives what it was made from. Building shows a progress bar on stderr and takes less than half a minute; two
    processes may do it at once.

    Raises:
        UsageError: the cache folder cannot be written.
        GraphError: the embedded tables or HPO's files are missing or damaged.
    """
    folder = cache_dir() / "graphs" / f"default-{_key()}"
    if not (folder / META).is_file():
        _check_writable(folder.parent)
        tables = resource("ontologies", "default")
        check_tables(tables)
        with _no_cycle_search():
            _build(tables, folder)
    return folder


@contextmanager
def _no_cycle_search() -> Iterator[None]:
    """Keep Python from looking for cycles among millions of tuples that have none: a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _key() -> str:
    digest = hashlib.sha256(f"{FORMAT} {hpo_version()}".encode())
    for name in _KNOWLEDGE:
        digest.update(resource("ontologies", *name.split("/")).read_bytes())
    for name in _CODE:
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.hexdigest()[:16]


def _check_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK | os.X_OK)
        why = "no permission"
    except OSError as error:
        writable, why = False, error.strerror or str(error)
    if not writable:
        raise UsageError(
            f"the graph cannot be kept in {folder} ({why}); set KGPATHS_CACHE to a folder that you may write to"
        )


def _build(tables: Path, folder: Path) -> None:
    from tqdm import tqdm

    from kgpaths.graph.builder import build_snapshot
    from kgpaths.graph.hpo import read_hpo
    from kgpaths.graph.merge import merge_concepts, merged_edges, merged_nodes
    from kgpaths.graph.snapshot import SourceInfo
    from kgpaths.graph.tables import read_edges, read_nodes
    from kgpaths.graph.text_edges import read_text_edges
    from kgpaths.vocabulary.licences import licences

    ledger = licences()
    skipped: Counter[str] = Counter()
    with tqdm(desc="Building the default graph (once)", unit=" records", file=sys.stderr, mininterval=0.5) as bar:
        hpo_nodes, hpo_edges = read_hpo(bar.update)
        nodes = [*read_nodes(tables), *hpo_nodes]
        edges = [*read_edges(tables, ledger), *hpo_edges, *read_text_edges(tables, ledger)]
        bar.total = bar.n + len(nodes) + len(edges)
        bar.refresh()
        mapping, report = merge_concepts(nodes, apart=kept_apart())
        concepts = merged_nodes(nodes, mapping)
        bar.update(len(nodes) - len(concepts))
        build_snapshot(
            concepts,
            merged_edges(edges, mapping, skipped),
            folder,
            name="default",
            sources={key: SourceInfo(version=entry.version, licence=entry.licence) for key, entry in ledger.items()},
            parameters={
                "hpo": hpo_version(),
                "merged_nodes": report.merged,
                "kept_apart": len(report.conflicts),
                **{f"merged_by_{rule}": count for rule, count in report.by_rule.items()},
            },
            skipped=skipped,
            progress=bar.update,
        )


def kept_apart() -> frozenset[frozenset[str]]:
    """Return the pairs of nodes that the merge rules join and that reading found to be two concepts.

    >>> frozenset({"DOID:14115", "MESH:D012772"}) in kept_apart()  # toxic shock is one septic shock
    True
    """
    from kgpaths.graph.merge import read_apart

    return read_apart(resource("ontologies", "kept_apart.tsv"))
