"""A graph is made from three plain records, which everything that reads or writes graphs uses.

They can be kept in two compressed tables, `nodes.tsv.xz` and `edges.tsv.xz`. Lists are joined with ``|``; inside a
cell ``|``, tab, line ends and backslash are written ``\\p \\t \\n \\r \\\\``. Versions and licences of edges are not in
the tables but in the ledger.
"""

from __future__ import annotations

import lzma
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol, get_args

from kgpaths.errors import GraphError
from kgpaths.graph.ids import check_id
from kgpaths.records import EdgeTier, Evidence

SCOPES = ("label", "exact", "abbreviation", "lay", "narrow", "broad", "related")
"""How a name stands to its node, closest first."""
TIERS: tuple[str, ...] = get_args(EdgeTier)
"""How an edge came to be, surest first."""


class NodeName(NamedTuple):
    """One name of a node.

    >>> NodeName("heart attack", "lay").scope
    'lay'
    """

    text: str
    scope: str
    """One of `SCOPES`."""


class NodeRecord(NamedTuple):
    """A concept, before or after it is in a graph.

    >>> NodeRecord("HP:0001945", "Fever", "phenotype", "hpo", xrefs=("SYMP:0000613",)).name
    'Fever'
    """

    id: str
    """CURIE."""
    name: str
    """Preferred name."""
    type: str
    """Key of `ontologies/node_types.yaml`."""
    source: str
    """Ledger key of the source that defines it."""
    xrefs: tuple[str, ...] = ()
    """Other CURIEs of the same concept; of several in one vocabulary the first is its id, the others were given up."""
    names: tuple[NodeName, ...] = ()
    """Its other names; the preferred one need not be repeated."""


class EdgeRecord(NamedTuple):
    """A statement of one source about two nodes.

    >>> EdgeRecord("DOID:552", "has_symptom", "HP:0001945", "doid", "2026-08", "CC0-1.0").tier
    'curated'
    """

    subject: str
    predicate: str
    object: str
    source: str
    source_version: str
    licence: str
    tier: str = "curated"
    """One of `TIERS`."""
    strength: float = 1.0
    """0..1; 1 where the source gives none."""
    evidence: tuple[Evidence, ...] = ()


def joined(first: NodeRecord, second: NodeRecord) -> NodeRecord:
    """Return one record for two of the same id, whichever comes first.

    The least of (type, name, source) is kept; the other name becomes an exact one, other names and cross-references
    are put together, the latter sorted.

    >>> joined(NodeRecord("a:1", "fever", "t", "s"), NodeRecord("a:1", "Fever", "t", "s")).names
    (NodeName(text='fever', scope='exact'),)
    """
    kept, other = sorted((first, second), key=lambda node: (node.type, node.name, node.source))
    extra = () if other.name == kept.name else (NodeName(other.name, "exact"),)
    return kept._replace(xrefs=tuple(sorted({*kept.xrefs, *other.xrefs})), names=(*kept.names, *extra, *other.names))


def by_id(nodes: Iterable[NodeRecord]) -> dict[str, NodeRecord]:
    """Return the records by id, those of the same id joined."""
    records: dict[str, NodeRecord] = {}
    for node in nodes:
        records[node.id] = joined(records[node.id], node) if node.id in records else node
    return records


class SourceTerms(Protocol):
    """Version and licence of a source; entries of the licence ledger are such."""

    @property
    def version(self) -> str: ...
    @property
    def licence(self) -> str: ...


NODE_COLUMNS = ("id", "name", "type", "source", "xrefs", "names")
EDGE_COLUMNS = ("subject", "predicate", "object", "source", "tier", "strength", "reference")


def write_tables(folder: Path, nodes: Iterable[NodeRecord], edges: Iterable[EdgeRecord]) -> tuple[Path, Path]:
    """Write `nodes.tsv.xz` and `edges.tsv.xz`; the same records give the same bytes in whatever order they come.

    Of the evidence only the references are kept.

    Raises:
        GraphError: an edge has evidence with more than a reference: a sentence or a score has no place here; or an
            id is empty or holds an invisible character.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> node = NodeRecord("HP:0001945", "Fever", "phenotype", "hpo", ("SYMP:0000613",), (NodeName("a|b", "exact"),))
    >>> _ = write_tables(folder, [node], [])
    >>> list(read_nodes(folder)) == [node]
    True
    """
    node_rows = (
        (
            *_checked(node.id),
            node.name,
            node.type,
            node.source,
            _join(dict.fromkeys(node.xrefs)),
            _join(f"{scope}:{text}" for text, scope in sorted(set(node.names))),
        )
        for node in nodes
    )
    edge_rows = (
        (
            *_checked(*edge[:3]),
            edge.source,
            edge.tier,
            repr(float(edge.strength)).removesuffix(".0"),
            _join(_references(edge)),
        )
        for edge in edges
    )
    return (
        _write(folder / "nodes.tsv.xz", NODE_COLUMNS, node_rows, lists=2),
        _write(folder / "edges.tsv.xz", EDGE_COLUMNS, edge_rows, lists=1),
    )


def read_nodes(folder: Path) -> Iterator[NodeRecord]:
    """Yield the nodes of `nodes.tsv.xz`.

    Raises:
        GraphError: a row has the wrong number of columns; the message names file and line.
    """
    for node_id, name, kind, source, xrefs, names in _read(folder / "nodes.tsv.xz", NODE_COLUMNS):
        scoped = (name.partition(":") for name in _split(names))
        yield NodeRecord(
            _plain(node_id),
            _plain(name),
            kind,
            source,
            tuple(_split(xrefs)),
            tuple(NodeName(text, scope) for scope, _, text in scoped),
        )


def read_edges(folder: Path, ledger: Mapping[str, SourceTerms]) -> Iterator[EdgeRecord]:
    """Yield the edges of `edges.tsv.xz`, with version and licence of their source from the ledger.

    Raises:
        GraphError: a row has the wrong number of columns or a source that the ledger lacks.
    """
    for subject, predicate, object_, source, tier, strength, reference in _read(folder / "edges.tsv.xz", EDGE_COLUMNS):
        if source not in ledger:
            raise GraphError(f"{folder / 'edges.tsv.xz'}: source {source!r} is not in the licence ledger")
        terms = ledger[source]
        yield EdgeRecord(
            _plain(subject),
            predicate,
            _plain(object_),
            source,
            terms.version,
            terms.licence,
            tier,
            float(strength),
            tuple(Evidence(reference=text) for text in _split(reference)),
        )


def _checked(*ids: str) -> tuple[str, ...]:
    for node_id in ids:
        check_id(node_id, "node id")
    return ids


def _references(edge: EdgeRecord) -> list[str]:
    for item in edge.evidence:
        if item != Evidence(reference=item.reference):
            raise GraphError(
                f"edge {edge.subject} {edge.predicate} {edge.object} has evidence with more than a reference; "
                "the tables have no column for it"
            )
    return sorted({item.reference for item in edge.evidence if item.reference})


_ESCAPES = {"\\": "\\\\", "|": "\\p", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_PLAIN = {escaped: char for char, escaped in _ESCAPES.items()}


def _escape(text: str) -> str:
    return re.sub(r"[\\|\t\n\r]", lambda match: _ESCAPES[match[0]], text)


def _plain(text: str) -> str:
    return re.sub(r"\\.", lambda match: _PLAIN[match[0]], text) if "\\" in text else text


def _join(texts: Iterable[str]) -> str:
    return "|".join(map(_escape, texts))


def _split(cell: str) -> Iterator[str]:
    return map(_plain, cell.split("|")) if cell else iter(())


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]], *, lists: int) -> Path:
    """Write rows, sorted; the last `lists` cells are escaped already."""
    lines = sorted({"\t".join((*map(_escape, row[:-lists]), *row[-lists:])) for row in rows})
    text = "\n".join(("\t".join(columns), *lines)) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lzma.compress(text.encode(), check=lzma.CHECK_CRC64, preset=9 | lzma.PRESET_EXTREME))
    return path


def _read(path: Path, columns: tuple[str, ...]) -> Iterator[list[str]]:
    try:
        lines = lzma.decompress(path.read_bytes()).decode().split("\n")
    except (OSError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise GraphError(f"{path} cannot be read ({error})") from None
    if lines[0].split("\t") != list(columns):
        raise GraphError(f"{path}:1: columns are {lines[0]!r}, expected {' '.join(columns)}")
    for number, line in enumerate(lines[1:-1], 2):
        cells = line.split("\t")
        if len(cells) != len(columns):
            raise GraphError(f"{path}:{number}: {len(cells)} columns, expected {len(columns)}")
        yield cells
