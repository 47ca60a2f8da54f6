"""Files of texts, good and bad, and the folder that extraction writes."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest

from kgpaths.errors import UsageError
from kgpaths.extraction import ReferenceText, RuleExtractor, extract, read_texts
from kgpaths.extraction.edge_tables import read_edges
from kgpaths.extraction.run import add_to_snapshot
from kgpaths.files import Fault
from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.assembly import build_from_spec

ROW = {"id": "a", "focus": "Pneumonia", "section": "symptoms", "text": "Symptoms include fever.", "licence": "CC0-1.0"}


def _write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _reasons(path: Path) -> list[str]:
    return [one.reason for one in read_texts(path) if isinstance(one, Fault)]


def test_bad_rows_are_faults_in_their_place_and_stop_nothing(tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_bytes(
        json.dumps(ROW).encode()
        + b"\n{broken\n[1]\n"
        + json.dumps({**ROW, "text": ""}).encode()
        + b"\n"
        + '{"focus": "Pneumonia", "text": "Fi\xe8vre"}'.encode("cp1252")
        + b"\n"
        + json.dumps({**ROW, "text": 7}).encode()
        + b"\n"
    )
    found = list(read_texts(file))
    kinds = [one.reason if isinstance(one, Fault) else one.text for one in found]
    assert kinds == [
        "Symptoms include fever.", "unreadable_row", "unreadable_row", "no_text", "mixed_encoding", "Fièvre", "7",
    ]  # fmt: skip
    assert found[1].where == "texts.jsonl:2"


def test_a_torn_archive_gives_what_can_be_read(tmp_path: Path) -> None:
    whole = gzip.compress((json.dumps(ROW) + "\n").encode() * 2000)
    (tmp_path / "torn.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    found = list(read_texts(tmp_path / "torn.jsonl.gz"))
    assert isinstance(found[-1], Fault)
    assert "cut short" in found[-1].message


def test_a_path_that_cannot_be_read_is_an_error_that_says_why(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        list(read_texts(tmp_path / "none.jsonl"))
    (tmp_path / "text.docx").write_text("x")
    with pytest.raises(UsageError, match="no kind that can be read"):
        list(read_texts(tmp_path / "text.docx"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="holds no texts"):
        list(read_texts(tmp_path / "empty"))


def test_html_is_cut_at_its_headings_and_navigation_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        "<title>Pneumonia</title><nav><p>Symptoms of gout</p></nav><h1>Pneumonia</h1><p>A lung disease.</p>"
        "<h2>Symptoms</h2><p>They include<ul><li>fever<li>cough</ul><script>var fever</script>"
        "<h2>Treatment</h2><table><tr><th>Drug</th></tr><tr><td>penicillin</td></tr></table>",
        encoding="utf-8",
    )
    texts = [one for one in read_texts(tmp_path / "page.html") if isinstance(one, ReferenceText)]
    assert [(one.section, one.text) for one in texts] == [
        ("information", "A lung disease."),
        ("Symptoms", "They include\n- fever\n- cough"),
        ("Treatment", "penicillin"),
    ]
    assert all(one.focus[0] == "Pneumonia" for one in texts)
    assert texts[-1].cells[0].header == "Drug"


def test_html_soup_and_empty_pages_are_no_crash(tmp_path: Path) -> None:
    (tmp_path / "soup.html").write_text("<p><b>fever<li></p></table><h2>Symptoms<p>cough", encoding="utf-8")
    assert list(read_texts(tmp_path / "soup.html"))
    (tmp_path / "open.html").write_text("<html><title>Gout<h2>Symptoms<li>fever<li>cough", encoding="utf-8")
    assert [one.text for one in read_texts(tmp_path / "open.html") if isinstance(one, ReferenceText)][-1:] == [
        "- fever\n- cough"
    ]
    (tmp_path / "empty.html").write_text("", encoding="utf-8")
    assert _reasons(tmp_path / "empty.html") == ["no_text"]


def test_what_a_text_lacks_is_reported_and_costs_no_edges(tmp_path: Path, graph: KnowledgeGraph) -> None:
    rows = [
        {**ROW, "focus": ""},
        {**ROW, "id": "b", "focus": "Zorblax"},
        {**ROW, "id": "c", "section": "plumbing"},
        {**ROW, "id": "d", "licence": ""},
        {**ROW, "id": "e", "licence": "House rules"},
        {**ROW, "id": "f", "text": "<p></p><p></p><p></p><p></p><b>fever</b>"},
        {**ROW, "id": "g", "text": "Symptoms include fever. " * 60_000},
    ]
    report = extract(_write(tmp_path / "texts.jsonl", *rows), tmp_path / "out", graph=graph)
    assert report.faults == {
        "long_text": 1, "markup_in_text": 1, "missing_licence": 1, "no_focus": 1, "unknown_focus": 1,
        "unknown_licence": 1, "unknown_section": 1,
    }  # fmt: skip
    licences = {edge.licence for edge in read_edges(tmp_path / "out")}
    assert licences == {"CC0-1.0", "LicenseRef-unknown", "House rules"}


def test_every_sentence_lies_where_its_edge_says(tmp_path: Path, graph: KnowledgeGraph) -> None:
    text = "A fact.\n\nSymptoms include:\n- fever\n- cough\n\nIt is treated with penicillin. Symptoms include fever."
    file = _write(tmp_path / "texts.jsonl", {**ROW, "text": text, "url": "https://example.org/p"})
    extract(file, tmp_path / "out", graph=graph)
    edges = list(read_edges(tmp_path / "out"))
    assert len(edges) == 4
    for edge in edges:
        (said,) = edge.evidence
        assert text[said.start : said.end] == said.sentence
        assert (said.url, said.reference) == ("https://example.org/p", "a")
        assert said.rule
    fever = [edge for edge in edges if edge.object == "HP:0001945"]
    assert {edge.strength for edge in fever} == {fever[0].strength}
    assert fever[0].strength > edges[-1].strength or len(fever) == 2


def test_concepts_that_stand_together_are_associated(tmp_path: Path, graph: KnowledgeGraph) -> None:
    rows = [{**ROW, "id": str(n), "focus": "", "text": "Gout, smoking."} for n in range(3)]
    rows += [{**ROW, "id": f"x{n}", "focus": "", "text": "A cough."} for n in range(9)]
    report = extract(_write(tmp_path / "texts.jsonl", *rows), tmp_path / "out", graph=graph)
    (edge,) = read_edges(tmp_path / "out")
    assert (edge.tier, edge.predicate, report.associations) == ("associated_in_text", "associated_with", 1)


def test_stopped_work_goes_on_and_gives_the_same_bytes(
    tmp_path: Path, graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kgpaths.extraction import run

    monkeypatch.setattr(run, "BATCH", 2)
    rows = [{**ROW, "id": str(n), "text": f"Symptoms include {what}."} for n, what in enumerate(("fever", "cough") * 4)]
    file = _write(tmp_path / "texts.jsonl", *rows)
    extract(file, tmp_path / "whole", graph=graph)
    reads: list[str] = []

    class Stopping(RuleExtractor):
        stop_at: str | None = "5"

        def read(self, texts):  # type: ignore[no-untyped-def]
            for text in texts:
                if text.id == self.stop_at:
                    raise KeyboardInterrupt
                reads.append(text.id)
                yield from super().read([text])

    reader = Stopping(graph)
    with pytest.raises(KeyboardInterrupt):
        extract(file, tmp_path / "parts", graph=graph, extractor=reader)
    reader.stop_at = None
    extract(file, tmp_path / "parts", graph=graph, extractor=reader)
    assert reads == ["0", "1", "2", "3", "4", "4", "5", "6", "7"]
    for name in ("edges.csv", "nodes.csv", "report.json", "faults.jsonl"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes()


def test_a_folder_with_other_things_is_not_touched(tmp_path: Path, graph: KnowledgeGraph) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds something else"):
        extract(_write(tmp_path / "texts.jsonl", ROW), tmp_path / "out", graph=graph)


def test_the_tables_make_a_graph_and_a_snapshot(tmp_path: Path, graph: KnowledgeGraph) -> None:
    extract(_write(tmp_path / "texts.jsonl", ROW), tmp_path / "out", graph=graph)
    report = build_from_spec(tmp_path / "out" / "graph.yaml")
    assert (report.meta.nodes, report.meta.edges, report.faults) == (2, 1, 0)
    add_to_snapshot(graph, tmp_path / "out", tmp_path / "snapshot")
    both = KnowledgeGraph.open(tmp_path / "snapshot")
    assert both.n_nodes == graph.n_nodes
    (edge,) = both.edges_between("DOID:552", "HP:0001945")
    assert (edge.tier, edge.evidence[0].sentence) == ("text", "Symptoms include fever.")
    with (tmp_path / "out" / "edges.csv").open(encoding="utf-8") as file:
        assert next(csv.DictReader(file))["rule"] == "symptoms_include"
