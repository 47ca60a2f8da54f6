"""Read graphs: there is one file for each format, and all have the same interface.

>>> sorted(formats())
['diagnostic_tree', 'drugmechdb', 'edge_table', 'hetionet', 'hpo', 'hpoa', 'kgx', 'networkx', 'node_table', 'obo',
 'obograph', 'optimuskg', 'primekg', 'snapshot', 'sssom']
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kgpaths.errors import UsageError, nearest
from kgpaths.graph.readers.diagnostic_tree import DiagnosticTree
from kgpaths.graph.readers.drugmechdb import DrugMechDB
from kgpaths.graph.readers.faults import FaultReason, Faults, Listener
from kgpaths.graph.readers.hetionet import Hetionet
from kgpaths.graph.readers.hpo import Hpo
from kgpaths.graph.readers.hpoa import HpoAnnotations
from kgpaths.graph.readers.kgx import Kgx
from kgpaths.graph.readers.networkx_graph import NetworkxGraph
from kgpaths.graph.readers.obo import Obo
from kgpaths.graph.readers.obograph import OboGraph
from kgpaths.graph.readers.optimuskg import OptimusKG
from kgpaths.graph.readers.primekg import PrimeKG
from kgpaths.graph.readers.reader import Reader, Settings
from kgpaths.graph.readers.snapshot import Snapshot
from kgpaths.graph.readers.sssom import Sssom
from kgpaths.graph.readers.tables import EdgeTable, NodeTable

__all__ = ["FaultReason", "Faults", "Listener", "Reader", "Settings", "formats", "open_reader"]

_FORMATS: Mapping[str, type[Reader]] = MappingProxyType(
    {
        reader.FORMAT: reader
        for reader in (
            PrimeKG,
            OptimusKG,
            Hetionet,
            Obo,
            OboGraph,
            Hpo,
            HpoAnnotations,
            DrugMechDB,
            DiagnosticTree,
            Kgx,
            Sssom,
            NodeTable,
            EdgeTable,
            NetworkxGraph,
            Snapshot,
        )
    }
)


def formats() -> Mapping[str, type[Reader]]:
    """Return the reader of each format, with its `DESCRIPTION` and its `OPTIONS`."""
    return _FORMATS


def open_reader(
    format: str,
    path: str | Path | Sequence[str | Path] | Any,
    *,
    settings: Settings | None = None,
    strict: bool = False,
    listener: Listener | None = None,
    faults: Faults | None = None,
    **options: Any,
) -> Reader:
    """Return a reader of a graph in some format. Nothing is read before `nodes()` or `edges()`.

    Args:
        format: a name of `formats()`.
        path: a file, a folder where the format has several files, or a list of them; for `networkx` also a graph.
        settings: source, version, licence, and how their names become ours.
        strict: raise at the first fault instead of noting it in `reader.faults`.
        listener: called with every fault; `reader.faults` keeps only the first few of each reason.
        faults: note faults here instead; `strict` and `listener` are then those of `faults`.
        **options: options of the format, the same as `settings.options`.

    Raises:
        UsageError: no such format; the nearest is named.
        ConfigError: the format has no such option, or a mapping names a type that does not exist.

    >>> import networkx as nx
    >>> graph = nx.DiGraph()
    >>> graph.add_node("HP:0001945", name="Fever"); graph.add_node("DOID:552", name="pneumonia")
    >>> graph.add_edge("DOID:552", "HP:0001945", relation="has_symptom")
    >>> reader = open_reader("networkx", graph)
    >>> [node.type for node in reader.nodes()], [edge.predicate for edge in reader.edges()]
    (['phenotype', 'disease'], ['has_symptom'])
    >>> open_reader("primkg", "kg.csv")
    Traceback (most recent call last):
    ...
    kgpaths.errors.UsageError: unknown format 'primkg'; did you mean 'primekg'? ...
    """
    try:
        reader = _FORMATS[format]
    except KeyError:
        raise UsageError(f"unknown format {format!r}; {nearest(format, _FORMATS)}") from None
    settings = settings or Settings()
    if options:
        settings = settings.model_copy(update={"options": {**settings.options, **options}})
    faults = faults or Faults(strict=strict, listener=listener)
    if reader is NetworkxGraph and not isinstance(path, str | Path | list | tuple):
        return NetworkxGraph((), settings, faults, graph=path)
    given = [path] if isinstance(path, str | Path) else list(path)
    if not given:
        raise UsageError(f"{format}: no path is given")
    return reader([Path(one) for one in given], settings, faults)
