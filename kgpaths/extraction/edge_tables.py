"""Write the tables of an extraction: edges with a row for each sentence, nodes, and a specification of the graph."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kgpaths.extraction.strengths import stated
from kgpaths.files import new_file, write_whole
from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.readers.reader import UNKNOWN_LICENCE
from kgpaths.graph.tables import EdgeRecord
from kgpaths.records import Evidence

_COLUMNS = (
    "subject", "predicate", "object", "source", "version", "licence", "tier", "strength",
    "reference", "score", "sentence", "start", "end", "lead", "url", "section", "rule",
)  # fmt: skip
ASSOCIATED = "associated_with"


_SPEC = """\
name: text-edges
sources:
  - {format: node_table, path: nodes.csv}
  - {format: edge_table, path: edges.csv}
merge: {xrefs: false, exact_names: false}
output: snapshot
"""


def write_tables(
    out: Path, graph: KnowledgeGraph, edges: Mapping[tuple[str, ...], Iterable[Any]], associations: Iterable[Any]
) -> None:
    """Write `edges.csv`, `nodes.csv` and `graph.yaml`.

    Args:
        edges: (subject, predicate, object, source, version, licence) to the rows of its sentences.
        associations: (one, other, NPMI, sentences).
    """
    _write_nodes(out, graph, _write_edges(out, edges, associations))
    write_whole(out / "graph.yaml", _SPEC.encode())


def read_edges(folder: str | Path) -> Iterator[EdgeRecord]:
    """Yield the edges of an output folder, one for each sentence, as the edge table reader gives them."""
    from kgpaths.graph.readers import Faults, Settings, open_reader

    yield from open_reader(
        "edge_table", [Path(folder) / "edges.csv"], settings=Settings(), faults=Faults(strict=True)
    ).edges()


def best_evidence(rows: Iterable[tuple[Any, ...]]) -> list[Evidence]:
    """Return the sentences of an edge, each once under its surest rule, the surest first."""
    best: dict[tuple[str, int], Evidence] = {}
    # The surest come first, among these the sentences that name both things, and then the shortest.
    order = sorted(rows, key=lambda r: (-r[1], not r[9], len(r[2]), r[0], r[3], r[8]))
    for reference, score, sentence, start, end, lead, url, section, rule, _ in order:
        best.setdefault(
            (reference, start),
            Evidence(
                reference=reference, score=score, sentence=sentence, start=start, end=end, lead=lead,
                url=url, section=section, rule=rule,
            ),
        )  # fmt: skip
    return list(best.values())


def _write_edges(out: Path, edges: Mapping[tuple[str, ...], Iterable[Any]], associations: Iterable[Any]) -> set[str]:
    used: set[str] = set()
    with new_file(out / "edges.csv", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(_COLUMNS)
        for key in sorted(edges):
            evidence = best_evidence(edges[key])
            # Sentences that repeat each other word by word (one page copied into another) count once.
            strength = stated({item.sentence: item.score or 0.0 for item in evidence}.values())
            used |= {key[0], key[2]}
            for item in evidence:
                values = [getattr(item, column) for column in _COLUMNS[8:]]
                table.writerow([*key, "text", strength, *values])
        for one, other, score, count in associations:
            used |= {one, other}
            table.writerow([one, ASSOCIATED, other, "text", "", UNKNOWN_LICENCE, "associated_in_text", score,
                            f"{count} sentences", "", "", "", "", "", "", "", "together"])  # fmt: skip
    return used


def _write_nodes(out: Path, graph: KnowledgeGraph, used: Iterable[str]) -> None:
    with new_file(out / "nodes.csv", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("id", "name", "type", "source", "xrefs", "alt_ids"))
        for node_id in sorted(used):
            node = graph.node(node_id)
            own = node.id.partition(":")[0] + ":"
            ids = ("|".join(xref for xref in node.xrefs if xref.startswith(own) is same) for same in (False, True))
            table.writerow((node.id, node.name, node.type, node.source, *ids))
