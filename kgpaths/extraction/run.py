"""`kgpaths graph extract` reads texts and writes tables of nodes and edges; stopped, it goes on where it was.

The output folder holds `edges.csv` (one row for each sentence that states an edge), `nodes.csv`, `graph.yaml` (a
specification for `kgpaths graph build`), `faults.jsonl` and `report.json`. While work goes on, `.parts/` holds what
was read so far, a file for every two thousand texts, whole or absent.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from kgpaths.extraction.directions import right_way_round
from kgpaths.extraction.edge_tables import read_edges, write_tables
from kgpaths.extraction.extractor import RuleExtractor
from kgpaths.extraction.parts import Parts
from kgpaths.extraction.readers import REPRINT, read_texts
from kgpaths.extraction.strengths import Together
from kgpaths.extraction.text_statements import Extractor, Statement
from kgpaths.extraction.texts import ReferenceText, TextFault
from kgpaths.files import Fault, fingerprint, new_file, write_whole
from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.readers.reader import UNKNOWN_LICENCE
from kgpaths.graph.tables import EdgeRecord
from kgpaths.vocabulary.licences import licence_order, licences

BATCH = 2_000
"""Texts between two places where work can be taken up again."""
LEAST_TOGETHER, LEAST_NPMI = 2, 0.1
"""Sentences, and normalised pointwise mutual information, from which two concepts count as associated."""


class ExtractReport(NamedTuple):
    """What was read and what came of it."""

    texts: int
    statements: int
    edges: int
    associations: int
    edges_by_predicate: dict[str, int]
    statements_by_rule: dict[str, int]
    statements_by_section: dict[str, int]
    edges_by_licence: dict[str, int]
    with_focus: int
    faults: dict[str, int]
    left_out: dict[str, int]
    """Texts that were not read, on purpose, by reason."""


def extract(
    texts: str | Path | Iterable[ReferenceText | TextFault],
    out: str | Path,
    *,
    graph: str | Path | KnowledgeGraph = "default",
    extractor: Extractor | None = None,
    source: str = "",
    licence: str = "",
    version: str = "",
    progress: Callable[[int], object] | None = None,
) -> ExtractReport:
    """Draw typed edges from reference texts into a folder of tables.

    Memory grows with the number of edges, not of texts. The same texts, graph and rules give the same bytes.

    Args:
        texts: a file or folder that `read_texts` reads, or texts.
        out: folder to write; work that was stopped goes on there.
        graph: whose nodes the texts are linked to.
        extractor: what reads a text; by default the rules of `ontologies/extraction/`.
        source, licence, version: for texts that name none themselves.
        progress: called with the number of texts read since the last call.

    Raises:
        UsageError: the texts cannot be read, or `out` cannot be written or belongs to other texts, rules or graph.

    >>> import tempfile
    >>> from kgpaths.graph.tables import NodeRecord
    >>> small = KnowledgeGraph.from_records([NodeRecord("DOID:552", "pneumonia", "disease", "doid"),
    ...                                      NodeRecord("HP:0001945", "Fever", "symptom", "hpo")], [])
    >>> text = ReferenceText("a", "Symptoms include fever.", ("Pneumonia",), "symptoms", licence="CC0-1.0")
    >>> folder = Path(tempfile.mkdtemp())
    >>> report = extract([text], folder / "out", graph=small)
    >>> report.edges, [edge.predicate for edge in read_edges(folder / "out")]
    (1, ['has_symptom'])
    """
    opened = graph if isinstance(graph, KnowledgeGraph) else KnowledgeGraph.open(graph)
    reader = extractor or RuleExtractor(opened)
    if isinstance(texts, str | Path):
        identity = fingerprint(Path(texts))
        texts = read_texts(texts, source=source, licence=licence, version=version)
    else:
        identity = "given"
    parts = Parts(Path(out), f"{identity} {opened.hash} {reader.version} {source} {licence} {version}")
    finished = parts.finished()
    stream = iter(texts)
    for number in range(1_000_000_000):
        batch = list(islice(stream, BATCH))
        if not batch:
            break
        if number not in finished or identity == "given":
            parts.write(number, _read_batch(batch, reader))
        if progress:
            progress(len(batch))
    report = _finish(Path(out), parts, opened)
    parts.remove()
    return report


def add_to_snapshot(graph: KnowledgeGraph, folder: str | Path, out: str | Path, *, name: str = "") -> None:
    """Build a snapshot of a graph together with the edges of an output folder."""
    from kgpaths.graph.builder import build_snapshot

    old = (
        EdgeRecord(
            e.subject, e.predicate, e.object, e.source, e.source_version, e.licence, e.tier, e.strength, e.evidence
        )
        for e in graph.edges()
    )
    build_snapshot(
        graph.nodes(),
        chain(old, read_edges(folder)),
        out,
        name=name or f"{graph.meta.name}+text",
        sources=graph.meta.sources,
        parameters={**graph.meta.parameters, "text_edges_from": Path(folder).name},
    )


def _read_batch(batch: Iterable[ReferenceText | TextFault], reader: Extractor) -> dict[str, Any]:
    together = Together()
    rows: list[tuple[Any, ...]] = []
    faults: list[TextFault] = []
    counts: Counter[str] = Counter()
    texts: list[ReferenceText] = []
    for text in batch:
        if isinstance(text, Fault):
            faults.append(text)
        elif text.section == REPRINT:
            counts["left out: reprints a source that the graph has"] += 1
        else:
            texts.append(text)
    counts["texts"] += len(texts)
    for text, reading in zip(texts, reader.read(texts), strict=True):
        terms, fault = _terms(text)
        faults += [fault] if fault else []
        faults += reading.faults
        counts["with_focus"] += reading.focus is not None
        for named in reading.together:
            together.add(named)
        rows += [_row(text, terms, statement) for statement in reading.statements]
    return {
        "counts": counts,
        "rows": rows,
        "faults": [(fault.where, fault.reason, fault.message) for fault in faults],
        "sentences": together.sentences,
        "concepts": together.concepts,
        "pairs": [(*pair, count) for pair, count in sorted(together.pairs.items())],
    }


def _terms(text: ReferenceText) -> tuple[tuple[str, str, str], TextFault | None]:
    """Return source, version and licence of a text, and a fault when nobody says under which licence it is."""
    from kgpaths.graph.readers.names import licence_id

    known = licences().get(text.source)
    version = text.version or (known.version if known else "") or "unknown"
    # A user's own file may hold anything, so the ledger does not vouch for it.
    given = text.licence or (known.licence if known and text.source != "local" else "")
    licence = licence_id(given) if given else UNKNOWN_LICENCE
    if licence in licence_order() and licence != UNKNOWN_LICENCE:
        return (text.source, version, licence), None
    kept = "its edges are built and marked as not to be published"
    fault: TextFault = Fault(text.id, "missing_licence", f"no licence is given; {kept}")
    if given:
        fault = Fault(text.id, "unknown_licence", f"licence {given!r} is not in the ledger; {kept}")
    return (text.source, version, licence), fault


def _row(text: ReferenceText, terms: tuple[str, str, str], statement: Statement) -> tuple[Any, ...]:
    sentence = text.text[statement.start : statement.end]
    return (
        *statement[:3], *terms,
        text.id, statement.score, sentence, statement.start, statement.end, statement.lead,
        text.url, statement.section, statement.rule, statement.whole,
    )  # fmt: skip


def _finish(out: Path, parts: Iterable[Mapping[str, Any]], graph: KnowledgeGraph) -> ExtractReport:
    together = Together()
    edges: dict[tuple[str, ...], dict[tuple[Any, ...], None]] = defaultdict(dict)
    counts: Counter[str] = Counter()
    faults: list[tuple[str, str, str]] = []
    for part in parts:
        counts.update(part["counts"])
        faults += part["faults"]
        together.update(part["sentences"], part["concepts"], part["pairs"])
        for row in part["rows"]:
            # One source's statement of an edge; a sentence that two rules read is one sentence.
            edges[tuple(row[:6])].setdefault(tuple(row[6:]))
    stated = right_way_round(edges, graph)
    typed = {frozenset((key[0], key[2])) for key in stated}
    associations = sorted(
        (*pair, round(score, 4), count)
        for pair, count in together.pairs.items()
        if count >= LEAST_TOGETHER and frozenset(pair) not in typed and (score := together.npmi(pair)) >= LEAST_NPMI
    )
    write_tables(out, graph, stated, associations)
    with new_file(out / "faults.jsonl", encoding="utf-8") as file:
        for where, reason, message in faults:
            file.write(json.dumps({"where": where, "reason": reason, "message": message}, ensure_ascii=False) + "\n")
    report = _report(stated, len(associations), counts, faults)
    write_whole(out / "report.json", (json.dumps(report._asdict(), indent=2, ensure_ascii=False) + "\n").encode())
    return report


def _report(
    edges: Mapping[tuple[str, ...], Iterable[Any]], associations: int, counts: Counter[str], faults: Iterable[Any]
) -> ExtractReport:
    rules: Counter[str] = Counter()
    sections: Counter[str] = Counter()
    for rows in edges.values():
        rules.update(row[8] for row in rows)
        sections.update(row[7] for row in rows)

    def listed(counter: Counter[str]) -> dict[str, int]:
        return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))

    return ExtractReport(
        texts=counts["texts"],
        statements=sum(rules.values()),
        edges=len(edges),
        associations=associations,
        edges_by_predicate=listed(Counter(key[1] for key in edges)),
        statements_by_rule=listed(rules),
        statements_by_section=listed(sections),
        edges_by_licence=listed(Counter(key[5] for key in edges)),
        with_focus=counts["with_focus"],
        faults=listed(Counter(reason for _, reason, _ in faults)),
        left_out={key.partition(": ")[2]: n for key, n in sorted(counts.items()) if key.startswith("left out: ")},
    )
