"""Several sources become one graph: what is merged, what is kept apart, what is said about it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kgpaths.errors import ConfigError, GraphError, UsageError
from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.assembly import build_from_spec
from kgpaths.graph.spec import GraphSpec
from kgpaths.vocabulary.licences import strictest

SPEC = """
name: small
sources:
  - {format: obograph, path: data/doid.json, licence: CC0-1.0}
  - {format: obo, path: data/symp.obo}
  - {format: hetionet, path: data/hetionet}
  - {format: sssom, path: data/mondo.sssom.tsv}
  - format: edge_table
    path: colleague.csv
    source: colleague
    licence: CC BY-NC 4.0
    predicates: {shows: has_symptom, is child of: is_a}
  - {format: node_table, path: mine.csv, source: mine}
output: graph
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").symlink_to(Path(__file__).parents[1] / "data" / "graphs")
    (tmp_path / "spec.yaml").write_text(SPEC)
    (tmp_path / "mine.csv").write_text("id,name,type\nMONDO:0004979,asthma,disease\nSYMP:1,old term,symptom\n")
    rows = [
        "subject,predicate,object",
        "DOID:2841,shows,SYMP:0019145",
        "MONDO:0004979,shows,MESH:D003371",
        "DOID:2841,shows,SYMP:404",
        "DOID:2841,heals,SYMP:0019145",
        "DOID:2841,is child of,MONDO:0004979",
    ]
    (tmp_path / "colleague.csv").write_text("\n".join(rows) + "\n")
    return tmp_path


def test_sources_become_one_graph_and_keep_their_terms(folder: Path) -> None:
    report = build_from_spec(folder / "spec.yaml")
    graph = KnowledgeGraph.open(folder / "graph")
    assert graph.canonical("MONDO:0004979") == "DOID:2841"
    cough = {(edge.source, edge.licence) for edge in graph.edges_between("DOID:2841", "MESH:D003371")}
    assert cough == {("hetionet", "CC0-1.0"), ("colleague", "CC-BY-NC-4.0")}, "parallel edges of two sources stay"
    hetionet, colleague = report.sources[2], report.sources[4]
    assert (hetionet.nodes, hetionet.edges, hetionet.licences) == (10, 7, ("CC0-1.0",))
    assert colleague.faults == {"dangling_edge": 1, "unknown_predicate": 1}
    assert [fault.where.rpartition("/")[2] for fault in colleague.first] == ["colleague.csv:4", "colleague.csv:5"]
    assert report.sources[3].xrefs == 2
    assert str(graph.meta.parameters["mappings"]).endswith("CC0-1.0"), "mappings have terms of use too"
    assert report.merge is not None
    assert report.merge.merged >= 1
    assert report.faults == 2
    assert graph.meta.skipped["edge_within_a_concept"] == 1
    assert strictest([graph.meta.sources["mine"].licence]) == "LicenseRef-unknown"


def test_the_same_sources_give_the_same_graph_in_any_order(folder: Path) -> None:
    first = build_from_spec(folder / "spec.yaml", folder / "first").meta
    lines = (folder / "spec.yaml").read_text().replace("\n  - ", "\n@  - ").split("\n@")
    head, *sources = lines
    sources[-1], _, tail = sources[-1].partition("\noutput")
    turned = "\n".join([head.rstrip("\n"), *reversed(sources)]) + "\noutput" + tail
    (folder / "turned.yaml").write_text(turned)
    assert build_from_spec(folder / "turned.yaml", folder / "second").meta.content_hash == first.content_hash


def test_merging_can_be_turned_off(folder: Path) -> None:
    spec = SPEC + "merge: {xrefs: false, exact_names: false}\n"
    (folder / "apart.yaml").write_text(spec)
    report = build_from_spec(folder / "apart.yaml")
    graph = KnowledgeGraph.open(folder / "graph")
    assert report.merge is None
    assert graph.node("MONDO:0004979").source == "mine"
    (folder / "names.yaml").write_text(SPEC + "merge: {xrefs: false}\n")
    merged = build_from_spec(folder / "names.yaml", folder / "named").merge
    assert merged is not None
    assert {rule for rule, count in merged.by_rule.items() if count} == {"same_label"}


def test_an_id_that_was_given_up_leads_to_its_term(tmp_path: Path) -> None:
    (tmp_path / "hp.obo").write_text(
        "format-version: 1.2\n\n[Term]\nid: HP:0001288\nname: Gait disturbance\nalt_id: HP:0002355\n"
    )
    (tmp_path / "n.csv").write_text("id,name,type\nOMIM:1,one,disease\n")
    (tmp_path / "e.csv").write_text("subject,predicate,object\nOMIM:1,has_phenotype,HP:0002355\n")
    spec = {
        "name": "g",
        "sources": [
            {"format": "obo", "path": str(tmp_path / "hp.obo")},
            {"format": "node_table", "path": str(tmp_path / "n.csv")},
            {"format": "edge_table", "path": str(tmp_path / "e.csv")},
        ],
    }
    assert build_from_spec(spec, tmp_path / "graph").faults == 0
    (edge,) = KnowledgeGraph.open(tmp_path / "graph").edges()
    assert edge.object == "HP:0001288"


def test_strict_writes_nothing(folder: Path) -> None:
    with pytest.raises(GraphError, match=r"colleague\.csv:4: has_symptom: SYMP:404 is a node of no source"):
        build_from_spec(folder / "spec.yaml", strict=True)
    assert not (folder / "graph").exists()
    assert not list(folder.glob(".graph*")), "no half-made folder stays behind"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("name: g\nsources: [{fromat: obo, path: x}]", "sources.0: unknown key 'fromat'; did you mean 'format'"),
        ("name: g\nsuorces: []", "specification: unknown key 'suorces'; did you mean 'sources'"),
        ("name: g\nsources: [{format: obo, path: x}]\nmerge: {xref: true}", "merge: unknown key 'xref'.*'xrefs'"),
        ("name: g\nsources: []", "sources: List should have at least 1 item"),
        ("sources: [{format: obo, path: x}]", "name: Field required"),
        (
            "name: g\nsources: [{format: obo, path: x, predicates: {a: treat}}]",
            "'a': unknown predicate 'treat'.*'treats'",
        ),
        ("name: g\nsources: [{format: obbo, path: x}]", "unknown format 'obbo'; did you mean 'obo'"),
        ("name: g\nfolder: x\nsources: [{format: obo, path: x}]", "unknown key 'folder'"),
        ("name: [", "is no YAML"),
        ("just text", "holds no mapping"),
    ],
)
def test_a_specification_with_a_mistake_is_refused(tmp_path: Path, spec: str, message: str) -> None:
    (tmp_path / "spec.yaml").write_text(spec)
    with pytest.raises(UsageError, match=message):
        build_from_spec(tmp_path / "spec.yaml", tmp_path / "graph")


def test_no_output_folder_and_no_file(tmp_path: Path) -> None:
    spec = GraphSpec.parse({"name": "g", "sources": [{"format": "obo", "path": "x.obo"}]}, folder=tmp_path)
    with pytest.raises(UsageError, match="give --out DIR"):
        build_from_spec(spec)
    with pytest.raises(GraphError, match=r"x\.obo does not exist"):
        build_from_spec(spec, tmp_path / "graph")
    with pytest.raises(ConfigError, match="cannot be read"):
        GraphSpec.load(tmp_path / "nowhere.yaml")


def test_the_verb_prints_what_was_read_and_left_out(folder: Path, capsys: Any) -> None:
    from kgpaths.cli.graph_build import build

    build(folder / "spec.yaml", out=folder / "built", strict=False, faults=folder / "faults.txt")
    shown = capsys.readouterr().out
    for expected in ("hetionet  data/hetionet", "nodes 10   edges 7", "wrong 1: dangling_edge", "merged ", "small  "):
        assert expected in shown
    assert "SYMP:404 is a node of no source" in shown
    assert len((folder / "faults.txt").read_text().splitlines()) == 2
    with pytest.raises(UsageError, match="cannot be written"):
        build(folder / "spec.yaml", out=folder / "other", strict=False, faults=folder / "no" / "faults.txt")


def test_reading_a_specification_loads_nothing_heavy() -> None:
    heavy = ("networkx", "numba", "pyarrow", "pandas", "fastobo", "yaml", "spacy")
    code = f"import sys, kgpaths.graph.assembly; print([name for name in {heavy!r} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_what_few_need_is_loaded_on_first_use() -> None:
    code = (
        "import sys, kgpaths.graph as room; before = set(sys.modules); "
        "from kgpaths.graph import GraphView, build_from_spec; from kgpaths.neo4j import Neo4jGraph; "
        "assert all(hasattr(room, name) for name in room.__all__); "
        "print(*sorted({name for name in before if name.startswith(('kgpaths.graph.readers', 'kgpaths.neo4j'))}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
