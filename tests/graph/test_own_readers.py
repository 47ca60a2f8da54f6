"""Readers of one's own beside a specification: what they see, the last step, edges over the graph, and tables."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kgpaths.cli.app import app
from kgpaths.errors import ConfigError, UsageError
from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.assembly import build_from_spec
from kgpaths.graph.readers.own import beside
from kgpaths.graph.spec import GraphSpec

READERS = '''
from collections import Counter
from kgpaths.graph.readers.own import Finished, OverGraph, OwnReader
from kgpaths.graph.tables import EdgeRecord, NodeRecord


class Signs(OwnReader):
    """One node for each line, and that every disease above shows it."""

    def read(self):
        lines = (self.folder / "signs.txt").read_text().split()
        nodes = [NodeRecord(f"MY:{number}", name, "symptom", "doid") for number, name in enumerate(lines)]
        diseases = [one.id for one in self.above if one.type == "disease"] + ["MY:404"]
        pairs = [(disease, sign.id) for disease in diseases for sign in nodes]
        return nodes, [EdgeRecord(one, "has_symptom", other, "doid", "1", "CC0-1.0") for one, other in pairs]


class Drawn(OverGraph):
    """An edge between two concepts, by the ids that the merged graph has."""

    def read_edges(self):
        ends = [self.graph.search(name)[0] for name in ("pneumonia", "cough")]
        yield EdgeRecord(ends[0], "has_symptom", ends[1], self.source, "1", "CC-BY-4.0", "text", 0.5)


def fit(nodes, edges, unaltered, data):
    assert (data / "signs.txt").exists() and not unaltered
    known = {one.id for one in nodes}
    kept = [edge for edge in edges if {edge.subject, edge.object} <= known]
    return Finished(nodes, kept, Counter({"an end is no node": len(edges) - len(kept)}))
'''

SPEC = """
name: ours
sources:
  - {reader: own_readers:Drawn, source: medquad}
  - {format: node_table, path: nodes.csv, source: doid}
  - {reader: own_readers:Signs}
finish: own_readers:fit
merge: {apart: apart.tsv}
output: graph
"""


@pytest.fixture
def spec(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "data").mkdir()
    (tmp_path / "own_readers.py").write_text(READERS)
    (tmp_path / "apart.tsv").write_text("one\tother\twhy\nDOID:3\tMY:1\tread\n")
    (tmp_path / "data/signs.txt").write_text("cough fever\n")
    (tmp_path / "data/nodes.csv").write_text(
        "id,name,type\nDOID:552,pneumonia,disease\nSYMP:1,Cough,symptom\nDOID:3,fever,symptom\n"
    )
    (tmp_path / "spec.yaml").write_text(SPEC)
    yield tmp_path / "spec.yaml"
    sys.modules.pop("own_readers", None)


def test_a_reader_sees_the_nodes_above_and_draws_over_the_graph_of_all(spec: Path) -> None:
    report = build_from_spec(spec, data=spec.parent / "data")
    graph = KnowledgeGraph.open(spec.parent / "graph")
    assert {(edge.object, edge.tier) for edge in graph.edges_of("DOID:552")} == {
        ("MY:1", "curated"),
        (graph.canonical("SYMP:1"), "curated"),
        (graph.canonical("SYMP:1"), "text"),
    }
    assert graph.canonical("SYMP:1") == graph.canonical("MY:0"), "the same name"
    assert graph.canonical("DOID:3") != graph.canonical("MY:1"), "kept apart"
    assert [source.format for source in report.sources] == ["own_readers:Drawn", "node_table", "own_readers:Signs"]
    assert report.meta.skipped["an end is no node"] == 2
    assert report.faults == 0


def test_tables_hold_what_the_sources_give_and_are_compared(spec: Path) -> None:
    tables = spec.parent / "tables"
    given = ["graph", "build", str(spec), "--data", str(spec.parent / "data"), "--tables", str(tables)]
    written = CliRunner().invoke(app, given)
    assert written.exit_code == 0, written.output
    assert "left out 2: an end is no node" in written.output
    assert "nodes\tall\tall\t5" in (tables / "COUNTS.tsv").read_text()
    assert CliRunner().invoke(app, [*given, "--check"]).exit_code == 0
    (spec.parent / "data/signs.txt").write_text("cough chills\n")
    before = (tables / "SHA256SUMS").read_bytes()
    checked = CliRunner().invoke(app, [*given, "--check"])
    assert checked.exit_code == 1
    assert "nodes.tsv.xz differs from what the sources give" in checked.output
    assert (tables / "SHA256SUMS").read_bytes() == before


def test_what_is_not_beside_the_specification_is_refused(spec: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(ConfigError, match="cannot be loaded"):
        beside(spec.parent, "own_readers:Sings")
    beside(spec.parent, "own_readers:Signs")
    with pytest.raises(ConfigError, match="already"):
        beside(tmp_path_factory.mktemp("other"), "own_readers:Signs")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"format": "obo", "reader": "a:B", "path": "x"}, "sources.0: give either `format` or `reader`"),
        ({"path": "x"}, "sources.0: give either `format` or `reader`"),
        ({"format": "obo"}, "sources.0.path: Field required"),
    ],
)
def test_a_source_is_of_a_format_or_has_a_reader(source: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        GraphSpec.parse({"name": "g", "sources": [source]})


def test_options_of_tables_go_with_tables_alone(spec: Path) -> None:
    for given in (["--check"], ["--tables", "t", "--out", "o"]):
        assert isinstance(CliRunner().invoke(app, ["graph", "build", str(spec), *given]).exception, UsageError)
