"""A user's own tables on top of a graph that was built before: it stays what it is, and theirs is added."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kgpaths.errors import ConfigError, SnapshotError
from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeName, NodeRecord, build_from_spec
from kgpaths.graph.assembly import BuildReport
from kgpaths.graph.builder import build_snapshot
from kgpaths.graph.unsaid import confirmed
from kgpaths.paths.passages import Passages
from kgpaths.records import Evidence

NODES = [
    "id,name,type,xrefs",
    "ACME:1,zolatrexine,drug,",
    "ACME:2,Pyrexia,phenotype,",
    "ACME:3,gout of ours,disease,MONDO:0005393",
]
EDGES = [
    "subject,predicate,object",
    "ACME:1,treats,MONDO:0005393",  # gout, by an id that is a cross-reference in the default graph
    "ACME:1,has side effect,HP:0001945",
    "MONDO:0005393,has symptom,ACME:2",  # fever, by a name
    "ACME:1,treats,NOWHERE:1",
]


def tables(folder: Path) -> list[dict[str, Any]]:
    (folder / "nodes.csv").write_text("\n".join(NODES) + "\n")
    (folder / "edges.csv").write_text("\n".join(EDGES) + "\n")
    return [
        {"format": "node_table", "path": str(folder / "nodes.csv"), "source": "acme"},
        {"format": "edge_table", "path": str(folder / "edges.csv"), "source": "acme", "licence": "CC0-1.0"},
    ]


@pytest.fixture(scope="module")
def default() -> KnowledgeGraph:
    return KnowledgeGraph.open("default")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> BuildReport:
    folder = tmp_path_factory.mktemp("on_top")
    nodes, edges = tables(folder)
    sources = [nodes, {"format": "snapshot", "path": "default"}, edges]
    return build_from_spec({"name": "ours", "sources": sources}, folder / "graph")


def test_the_default_graph_stays_what_it_is(report: BuildReport, default: KnowledgeGraph) -> None:
    graph = KnowledgeGraph.open(report.folder)
    assert np.isin(default.edge_hash, graph.edge_hash).all()
    assert graph.n_edges == default.n_edges + 3
    assert set(graph.ids) - set(default.ids) == {"ACME:1"}
    for place in range(0, default.n_edges, 997):
        assert graph.edge(default.edge_id_at(place)) == default.edge_at(place)
    said = next(number for number in range(default.n_edges) if default.edge_at(number).tier == "text")
    assert graph.edge(default.edge_id_at(said)).evidence[0].sentence
    for node_id in default.ids:
        if node_id not in ("DOID:13189", "HP:0001945"):
            assert graph.node(node_id) == default.node(node_id)


def test_their_tables_are_added_by_id_and_by_name(report: BuildReport, default: KnowledgeGraph) -> None:
    graph = KnowledgeGraph.open(report.folder)
    ours = {edge[:3] for edge in ((e.subject, e.predicate, e.object) for e in graph.edges() if e.source == "acme")}
    assert ours == {
        ("ACME:1", "treats", "DOID:13189"),
        ("ACME:1", "has_side_effect", "HP:0001945"),
        ("DOID:13189", "has_symptom", "HP:0001945"),
    }
    gout, before = graph.node("ACME:3"), default.node("DOID:13189")
    assert gout[:4] == before[:4]
    assert gout.xrefs == (*before.xrefs, "ACME:3")
    assert set(gout.names) - set(before.names) == {NodeName("gout of ours", "label")}
    assert [source.faults for source in report.sources] == [{}, {}, {"dangling_edge": 1}]
    assert report.meta.parameters["built_on"] == f"default {default.hash}"
    assert graph.info().built_on == f"default {default.hash}"
    assert report.meta.sources["hpo"] == default.meta.sources["hpo"]


def test_what_the_default_graph_knows_of_itself_holds_on_top(report: BuildReport, default: KnowledgeGraph) -> None:
    graph = KnowledgeGraph.open(report.folder)
    for place in range(0, default.n_edges, 499):
        assert graph.may_say(graph.edge_number(default.edge_id_at(place))) == default.may_say(place)
    assert np.isin(confirmed(), graph.edge_hash).sum() == np.isin(confirmed(), default.edge_hash).sum()
    assert all(graph.may_say(graph.edge_number(edge.id)) for edge in graph.edges_of("ACME:1"))
    ours, theirs = Passages.of(graph), Passages.of(default)
    assert (ours.number, ours.count.sum()) == (theirs.number, theirs.count.sum())


def test_a_corpus_is_built_on_it_and_its_paths_lead_over_their_edges(report: BuildReport, tmp_path: Path) -> None:
    row = {
        "question": "A 56-year-old man has had a swollen, red and very painful big toe since last night. Aspiration "
        "of the joint shows gout. Which of the following drugs is the most appropriate treatment?",
        "options": {"A": "zolatrexine", "B": "insulin", "C": "furosemide", "D": "warfarin"},
        "answer_idx": "A",
        "answer": "zolatrexine",
    }
    (tmp_path / "questions.jsonl").write_text(json.dumps(row) + "\n")
    source = f"medqa:{tmp_path / 'questions.jsonl'}"
    command = [sys.executable, "-m", "kgpaths", "build", "--source", source, "--graph", str(report.folder), "-q"]
    subprocess.run([*command, "--out", str(tmp_path / "run")], check=True, capture_output=True)
    from kgpaths.corpus import Corpus

    (built,) = Corpus.open(tmp_path / "run").rows()
    assert built.graph_hash == report.meta.content_hash
    assert "acme" in {edge.source for edge in built.edges}


def base(folder: Path) -> Path:
    """Build a graph of two concepts that the rules of merging would join, one of them with two of an id."""
    nodes = [
        NodeRecord("DOID:1", "gout", "disease", "doid", ("MESH:D1", "UMLS:C1")),
        NodeRecord("HP:2", "gout", "phenotype", "hpo", ("UMLS:C1", "UMLS:C2")),
        NodeRecord("MESH:D3", "toe", "anatomy", "mesh"),
    ]
    said = (Evidence(reference="t", sentence="Gout is seen in the toe.", start=3, end=27, url="https://x.org"),)
    edges = [
        EdgeRecord("DOID:1", "located_in", "MESH:D3", "doid", "1", "CC0-1.0", "text", 0.5, said),
        EdgeRecord("DOID:1", "has_phenotype", "HP:2", "doid", "1", "CC0-1.0"),
    ]
    build_snapshot(nodes, edges, folder / "base", name="base")
    return folder / "base"


def built(folder: Path, out: str, *sources: dict[str, Any], **settings: Any) -> tuple[KnowledgeGraph, BuildReport]:
    snapshot = {"format": "snapshot", "path": str(base(folder)), **settings}
    report = build_from_spec({"name": "g", "sources": [snapshot, *sources]}, folder / out)
    return KnowledgeGraph.open(folder / out), report


def test_a_graph_alone_is_built_again_to_the_byte(tmp_path: Path) -> None:
    graph, _ = built(tmp_path, "again")
    assert graph.hash == KnowledgeGraph.open(tmp_path / "base").hash


def test_two_concepts_of_a_graph_stay_two(tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text("id,name,type\nMONDO:5,Gout,disease\nMESH:D1,podagra,symptom\n")
    (tmp_path / "e.csv").write_text("subject,predicate,object\nDOID:1,causes,UMLS:C1\nDOID:1,located_in,MESH:D3\n")
    sources = [
        {"format": "node_table", "path": str(tmp_path / "n.csv"), "source": "s"},
        {"format": "edge_table", "path": str(tmp_path / "e.csv"), "source": "s"},
    ]
    graph, report = built(tmp_path, "g", *sources)
    again, _ = built(tmp_path, "h", *sources)
    assert graph.hash == again.hash
    assert list(graph.ids) == ["DOID:1", "HP:2", "MESH:D3"]
    assert report.merged == {"MONDO:5": "DOID:1"}, "an id that the graph knows needs no rule"
    assert report.merge is not None
    assert [(one.left, one.right, one.why) for one in report.merge.conflicts] == [("HP:2", "MONDO:5", "settled")]
    assert graph.node("MESH:D1").type == "disease"
    assert {name.text for name in graph.node("DOID:1").names} == {"podagra", "Gout"}
    assert [fault.message for fault in report.sources[2].first] == ["causes: UMLS:C1 stands for several: DOID:1, HP:2"]


def test_an_ontology_does_not_retire_what_the_graph_holds(tmp_path: Path) -> None:
    frames = (
        "[Term]\nid: HP:2\nname: obsolete gout\nis_obsolete: true\nreplaced_by: HP:9\n\n[Term]\nid: HP:9\nname: fever\n"
    )
    (tmp_path / "hp.obo").write_text(f"format-version: 1.2\n\n{frames}")
    graph, _ = built(tmp_path, "g", {"format": "obo", "path": str(tmp_path / "hp.obo")})
    assert "HP:2" in set(graph.ids)
    assert len(list(graph.edges_of("HP:2"))) == 1


def test_types_predicates_and_tiers_choose(tmp_path: Path) -> None:
    graph, report = built(tmp_path, "a", types={"anatomy": None})
    assert [edge.predicate for edge in graph.edges()] == ["has_phenotype"]
    assert report.faults == 0
    assert report.sources[0].skipped == {
        "edge of a node that is left out by the specification": 1,
        "node type 'anatomy', left out by the specification": 1,
    }
    graph, _ = built(tmp_path, "b", options={"tiers": ["text"]})
    assert [edge.predicate for edge in graph.edges()] == ["located_in"]
    graph, report = built(tmp_path, "c", predicates={"located_in": None, "has_phenotype": "has_symptom"})
    assert [edge.predicate for edge in graph.edges()] == ["has_symptom"]


def test_what_is_no_snapshot_or_no_setting_is_said(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="does not exist"):
        build_from_spec({"name": "g", "sources": [{"format": "snapshot", "path": "nowhere"}]}, tmp_path / "g")
    with pytest.raises(ConfigError, match="no use for `licence`"):
        built(tmp_path, "g", licence="CC0-1.0")
    with pytest.raises(ConfigError, match="one graph a source"):
        build_from_spec({"name": "g", "sources": [{"format": "snapshot", "path": ["default", "x"]}]}, tmp_path / "g")
