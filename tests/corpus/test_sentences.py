"""Edges from texts in a run: the row holds the sentence, the card names the texts, and `verify` looks it up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgpaths.corpus import Corpus, verify
from kgpaths.extraction import ReferenceText, read_texts
from kgpaths.graph import KnowledgeGraph
from kgpaths.records import Row


@pytest.fixture
def run(quoting_run: Path, tmp_path: Path) -> Path:
    """Return a copy of the run, to be tampered with."""
    import shutil

    return Path(shutil.copytree(quoting_run, tmp_path / "run"))


def passages(folder: Path) -> list[ReferenceText]:
    return [text for text in read_texts(folder) if isinstance(text, ReferenceText)]


def tamper(run: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the first structured row, and make the manifest fit."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    manifest = json.loads((run / "manifest.json").read_text())
    entry = next(entry for entry in manifest["files"] if entry["config"] == "structured")
    path = run / entry["path"]
    table = pq.read_table(path)
    rows = table.to_pylist()
    change(rows[0])
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    entry.update(bytes=path.stat().st_size, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    (run / "manifest.json").write_text(json.dumps(manifest))


def text_edge(row: dict[str, Any]) -> dict[str, Any]:
    return next(edge for edge in row["edges"] if edge["tier"] == "text")


def test_a_row_says_by_itself_where_its_edges_were_read(quoting_run: Path) -> None:
    (row,) = Corpus.open(quoting_run).rows("structured")
    assert {edge.id for edge in row.edges} == row.cited
    said = next(edge for edge in row.edges if edge.tier == "text" and edge.object == "HP:0001945")
    assert (said.source, said.licence, len(said.evidence)) == ("medquad", "CC-BY-4.0", 2)
    first = said.evidence[0]
    assert first.sentence == "The symptoms of gout include fever and chest pain."
    assert (first.reference, first.url, first.section) == ("gout-1", "https://example.org/gout", "symptoms")
    assert first.rule
    assert row.chain is not None
    assert any(said.id in step.edge_ids for step in row.chain.steps)


def test_rows_without_the_column_are_still_rows(quoting_run: Path) -> None:
    fields = next(Corpus.open(quoting_run).rows("structured")).model_dump(exclude={"edges"})
    assert Row.model_validate(fields).edges == ()


def test_funnel_and_card_count_by_tier_and_name_the_texts(quoting_run: Path, read_ward: Path) -> None:
    stats = Corpus.open(quoting_run).stats
    assert sum(stats["tiers"].values()) == stats["cited_edges"]
    assert stats["tiers"]["text"] == stats["texts"]["medquad"] >= 1
    assert stats["quoting"] == 1
    card = (quoting_run / "README.md").read_text()
    in_graph = KnowledgeGraph.open(read_ward).info().edges_by_tier["text"]
    assert f"| `text` | {in_graph} | {stats['tiers']['text']} |" in card
    assert "Ben Abacha and Demner-Fushman" in card.split("## Licences")[0]


def test_verify_looks_sentences_up(quoting_run: Path, leaflets: Path) -> None:
    plain = verify(quoting_run)
    assert plain.ok
    assert plain.counts["sentences"] >= 2
    looked_up = verify(quoting_run, texts=passages(leaflets))
    assert looked_up.ok
    assert looked_up.counts["sentences in their texts"] >= 2
    assert looked_up.unread == {}


def _edit_evidence(**changes: Any) -> Callable[[dict[str, Any]], object]:
    return lambda row: text_edge(row)["evidence"][0].update(changes)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_edit_evidence(sentence="Gout never brings fever."), "not “Gout never brings fever.”"),
        (_edit_evidence(start=0), "its start is “24” in the graph, not “0”"),
        (_edit_evidence(url="https://example.org/other"), "its url is “https://example.org/gout” in the graph"),
        (_edit_evidence(rule=""), "its rule is"),
        (lambda row: text_edge(row).update(licence="CC0-1.0"), "has licence CC-BY-4.0 in the graph, not CC0-1.0"),
        (lambda row: text_edge(row).update(tier="curated"), "has tier text in the graph, not curated"),
        (lambda row: text_edge(row)["evidence"].pop(), "1 pieces of evidence, 2 in the graph"),
        (lambda row: row["edges"].remove(text_edge(row)), "is cited but does not stand in the row"),
        (lambda row: row.update(edges=[]), "is cited but does not stand in the row"),
    ],
)
def test_what_was_changed_fails_with_row_and_edge(run: Path, change: Callable[[Any], object], says: str) -> None:
    edge = text_edge(next(Corpus.open(run).rows("structured")).model_dump())["id"]
    tamper(run, change)
    faults = [fault for fault in verify(run).faults if fault.row == "q1" and edge in fault.what]
    assert faults
    assert says in faults[0].what
    assert "\n" not in str(faults[0])


def test_a_text_that_changed_since(quoting_run: Path, leaflets: Path) -> None:
    texts = passages(leaflets)
    edited = [text._replace(text=f"Note. {text.text}") if text.id == "gout-1" else text for text in texts]
    faults = verify(quoting_run, texts=edited).faults
    assert {fault.row for fault in faults} == {"q1"}
    assert all("is not at 24:74 of text gout-1, where" in fault.what for fault in faults)
    lost = verify(quoting_run, texts=[text for text in texts if text.id != "gout-1"]).faults
    assert all("its text gout-1 is not among those given" in fault.what for fault in lost)
    other = verify(quoting_run, texts=[text._replace(source="openstax") for text in texts])
    assert other.ok
    assert other.unread == {"medquad": plain_count(quoting_run)}


def plain_count(run: Path) -> int:
    """Return how many sentences the run quotes, each edge of it once."""
    (row,) = Corpus.open(run).rows("structured")
    return sum(len(edge.evidence) for edge in row.edges if edge.tier == "text")
