"""Making records: licence and version from the ledger, and which names are worth keeping."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from kgpaths.graph.readers import Faults, Settings, open_reader
from kgpaths.graph.readers.own import Records
from kgpaths.graph.readers.text import Table
from kgpaths.graph.tables import EdgeRecord, NodeName, NodeRecord
from kgpaths.records import Evidence
from kgpaths.vocabulary.licences import licences

LONGEST_NAME = 100
_SCOPE_ORDER = ("exact", "abbreviation", "lay", "narrow", "broad", "related")
_USELESS = re.compile(
    r"obsolete|\bdeprecated\b|,? \(?(nos|NOS)\)?$|not otherwise specified|unspecified|\((disorder|finding|procedure|"
    r"morphologic abnormality|qualifier value)\)|\bEDTA\b.*\bQ\b|\[dup\]|\(context-dependent category\)"
)
_IUPAC = re.compile(
    r"\(\d+[a-z]*[,-]|\d,\d[^ ]*-[^ ]*\d,\d|\(\([^ ]*\)|\d[a-zA-Z]*,\d+[a-zA-Z]*-[^ ]*[()\[\]]|\d(alpha|beta)"
)

Names = Iterable[tuple[str, str]]


def statement(
    subject: str, predicate: str, object_: str, source: str, *, strength: float = 1.0, reference: str = ""
) -> EdgeRecord:
    """Return an edge with version and licence of its source."""
    terms = licences()[source]
    evidence = tuple(Evidence(reference=part) for part in reference.split("|") if part)
    return EdgeRecord(
        subject, predicate, object_, source, terms.version, terms.licence, strength=strength, evidence=evidence
    )


def node(node_id: str, name: str, kind: str, source: str, names: Names = (), xrefs: Iterable[str] = ()) -> NodeRecord:
    """Return a node with those of its (text, scope) names that are worth keeping, each in its closest scope."""
    best: dict[str, str] = {}
    for text, scope in names:
        text = tidy(text)
        if text != name and is_useful(text) and _closer(scope, best.get(text)):
            best[text] = scope
    return NodeRecord(
        node_id,
        tidy(name),
        kind,
        source,
        tuple(sorted(set(xrefs) - {node_id})),
        tuple(NodeName(text, scope) for text, scope in sorted(best.items())),
    )


def _closer(scope: str, known: str | None) -> bool:
    return known is None or _SCOPE_ORDER.index(scope) < _SCOPE_ORDER.index(known)


def in_format(format: str, path: Path | Sequence[Path], source: str, **settings: Any) -> Records:
    """Return what kgpaths reads of a source in one of its formats; names as `node` keeps them, no cross-references.

    Raises:
        GraphError: a row is wrong.
    """
    reader = open_reader(format, path, settings=Settings(source=source, **settings), strict=True)
    nodes = [
        node(one.id, one.name, one.type, source, [(name.text, name.scope) for name in one.names])
        for one in reader.nodes()
    ]
    edges = []
    for one in reader.edges():
        references = "|".join(said.reference for said in one.evidence if said.reference)
        edges.append(statement(one.subject, one.predicate, one.object, source, reference=references))
    return nodes, edges


def tidy(text: str) -> str:
    """Return a name in one line, without quotation marks around it and characters that cannot be seen."""
    text = "".join(char for char in " ".join(text.split()) if char.isprintable())
    return text.strip().strip('"').strip()


def is_useful(text: str) -> bool:
    """Tell whether text can be linked to a name: not obsolete, not "not otherwise specified", no systematic formula."""
    return 1 < len(text) <= LONGEST_NAME and not _USELESS.search(text) and not (len(text) > 15 and _IUPAC.search(text))


def table(path: Path, *, comment: str = "") -> Iterator[dict[str, str]]:
    """Yield the rows of a tab-separated file as dictionaries.

    Raises:
        GraphError: the file is torn, or a row has another number of columns.
    """
    rows = Table(path, Faults(strict=True), comment=comment)
    return (dict(zip(rows.header, row, strict=True)) for row in rows)
