"""Read the embedded table of edges from reference texts, with one row for each sentence that states an edge.

`text_edges.tsv.xz` stands beside `nodes.tsv.xz` and `edges.tsv.xz`. Its ids are those of the merged graph, for it is
made from texts linked to that graph. Versions and licences are in the ledger.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

from kgpaths.errors import GraphError
from kgpaths.graph.tables import EdgeRecord, SourceTerms
from kgpaths.records import Evidence

TEXT_EDGES = "text_edges.tsv.xz"
_COLUMNS = (
    "subject", "predicate", "object", "source", "tier", "strength",
    "reference", "score", "start", "end", "section", "rule", "url", "lead", "sentence",
)  # fmt: skip
_PLAIN = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}


def write_text_edges(folder: Path, edges: Iterable[EdgeRecord]) -> Path:
    """Write `text_edges.tsv.xz`; the same records give the same bytes in whatever order they come.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> said = Evidence(reference="t1", score=0.9, sentence="Flu causes\\nfever.", start=3, end=20, rule="causes")
    >>> edge = EdgeRecord("DOID:1", "causes", "HP:1", "medquad", "2019", "CC-BY-4.0", "text", 0.9, (said,))
    >>> _ = write_text_edges(folder, [edge])
    >>> from kgpaths.vocabulary.licences import licences
    >>> list(read_text_edges(folder, licences())) == [edge]
    True
    """
    lines: set[str] = set()
    for edge in edges:
        key = (*edge[:4], edge.tier, repr(float(edge.strength)).removesuffix(".0"))
        for item in edge.evidence or (Evidence(),):
            score = "" if item.score is None else repr(float(item.score)).removesuffix(".0")
            place = (str(item.start), str(item.end)) if item.sentence else ("", "")
            cells = (*key, item.reference, score, *place, item.section, item.rule, item.url, item.lead, item.sentence)
            lines.add("\t".join(map(_escaped, cells)))
    text = "\n".join(("\t".join(_COLUMNS), *sorted(lines))) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / TEXT_EDGES
    path.write_bytes(lzma.compress(text.encode(), check=lzma.CHECK_CRC64, preset=9 | lzma.PRESET_EXTREME))
    return path


def read_text_edges(folder: Path, ledger: Mapping[str, SourceTerms]) -> Iterator[EdgeRecord]:
    """Yield the edges of `text_edges.tsv.xz`, each once with all its sentences; none where there is no such file.

    Raises:
        GraphError: the file cannot be read, or a row is wrong; the message names file and line.
    """
    path = folder / TEXT_EDGES
    if not path.exists():
        return
    try:
        lines = lzma.decompress(path.read_bytes()).decode().split("\n")
    except (OSError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise GraphError(f"{path} cannot be read ({error})") from None
    if lines[0].split("\t") != list(_COLUMNS):
        raise GraphError(f"{path}:1: columns are {lines[0]!r}, expected {' '.join(_COLUMNS)}")
    rows = (_cells(path, number, line) for number, line in enumerate(lines[1:-1], 2))
    for (subject, predicate, object_, source, tier, strength), same in groupby(rows, key=lambda row: tuple(row[:6])):
        if source not in ledger:
            raise GraphError(f"{path}: source {source!r} is not in the licence ledger")
        terms = ledger[source]
        yield EdgeRecord(
            subject,
            predicate,
            object_,
            source,
            terms.version,
            terms.licence,
            tier,
            float(strength),
            tuple(filter(None, map(_evidence, same))),
        )


def _cells(path: Path, number: int, line: str) -> list[str]:
    cells = [_unescaped(cell) for cell in line.split("\t")]
    if len(cells) != len(_COLUMNS):
        raise GraphError(f"{path}:{number}: {len(cells)} columns, expected {len(_COLUMNS)}")
    return cells


def _evidence(row: list[str]) -> Evidence | None:
    reference, score, start, end, section, rule, url, lead, sentence = row[6:]
    if not any(row[6:]):
        return None
    return Evidence(
        reference=reference,
        score=float(score) if score else None,
        sentence=sentence,
        start=int(start or 0),
        end=int(end or 0),
        lead=lead,
        url=url,
        section=section,
        rule=rule,
    )


def _escaped(cell: str) -> str:
    return cell.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _unescaped(cell: str) -> str:
    if "\\" not in cell:
        return cell
    plain, at = [], 0
    while at < len(cell):
        pair = cell[at : at + 2]
        plain.append(_PLAIN.get(pair, cell[at]))
        at += 2 if pair in _PLAIN else 1
    return "".join(plain)
