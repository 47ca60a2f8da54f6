"""`kgpaths graph` as a user types it: what is printed, exit codes, and wrong input said in one line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kgpaths.graph import KnowledgeGraph

SPEC = """\
name: clinic
sources:
  - {format: node_table, path: nodes.csv, source: doid, licence: CC0-1.0}
  - {format: edge_table, path: edges.csv, source: doid, licence: CC0-1.0}
  - {format: edge_table, path: others.csv, source: colleague, version: "7", licence: CC-BY-NC-4.0}
output: graph
"""
NO_NODES = "name: none\nsources: [{format: edge_table, path: edges.csv}]\noutput: none\n"
NODES = """\
id,name,type,xrefs
DOID:552,pneumonia,disease,MESH:D011014
MESH:D011014,Pneumonia,disease,
HP:0001945,Fever,phenotype,
HP:0012735,Cough,phenotype,
"""
EDGES = """\
subject,predicate,object
DOID:552,has_symptom,HP:0001945
DOID:552,has_symptom,HP:0099999
DOID:552,lacks_phenotype,HP:0001945
"""
OTHERS = "subject,predicate,object\nMESH:D011014,has_symptom,HP:0001945\nDOID:552,has_symptom,HP:0012735\n"


def graph(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from kgpaths.cli import main; main()", "graph", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a specification, its files, and the graph built from it."""
    folder = tmp_path_factory.mktemp("clinic")
    for name, text in (
        ("spec.yaml", SPEC),
        ("nodes.csv", NODES),
        ("edges.csv", EDGES),
        ("others.csv", OTHERS),
        ("no_nodes.yaml", NO_NODES),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    done = graph("build", "spec.yaml", "--merges", "merges.tsv", "--faults", "faults.txt", cwd=folder)
    assert done.returncode == 0, done.stderr
    (folder / "report.txt").write_text(done.stdout, encoding="utf-8")
    return folder


def test_build_reports_sources_faults_and_merges(clinic: Path) -> None:
    report = (clinic / "report.txt").read_text(encoding="utf-8")
    for expected in (
        "licences CC-BY-NC-4.0",
        "wrong 1: dangling_edge",
        "edges.csv:3: has_symptom: HP:0099999 is a node of no source",
        "merged 1 nodes into 1 concepts",
        "joined or left out 1: denial of what the source states",
        "1 by same_label",
        "nodes 3   edges 3",
        "in graph",
    ):
        assert expected in report


def test_build_writes_all_merges_and_all_faults(clinic: Path) -> None:
    merges = (clinic / "merges.tsv").read_text(encoding="utf-8").splitlines()
    assert merges[1:] == ["merged\tMESH:D011014\tDOID:552\t\t"]
    faults = (clinic / "faults.txt").read_text(encoding="utf-8").splitlines()
    assert faults == ["edges.csv:3: has_symptom: HP:0099999 is a node of no source [dangling_edge]"]


def test_statements_of_two_sources_stay_side_by_side(clinic: Path) -> None:
    opened = KnowledgeGraph.open(clinic / "graph")
    found = {
        (edge.source, edge.source_version, edge.licence) for edge in opened.edges_between("DOID:552", "HP:0001945")
    }
    assert {(source, licence) for source, _, licence in found} == {("doid", "CC0-1.0"), ("colleague", "CC-BY-NC-4.0")}
    assert ("colleague", "7", "CC-BY-NC-4.0") in found


def test_info_prints_counts_parts_and_figures(clinic: Path) -> None:
    done = graph("info", "--graph", "graph", "--plot", "figures", cwd=clinic)
    assert done.returncode == 0, done.stderr
    for expected in ("nodes 3   edges 3", "connected parts", "CC-BY-NC-4.0", "dangling_edge", "figures/degrees.svg"):
        assert expected in done.stdout
    assert len(list((clinic / "figures").iterdir())) == 4


def test_info_of_a_node_by_name_id_or_older_id(clinic: Path) -> None:
    printed = {graph("info", text, "--graph", "graph", cwd=clinic).stdout for text in ("Pneumonia", "MESH:D011014")}
    assert len(printed) == 1
    (text,) = printed
    assert text.startswith("pneumonia  DOID:552  disease")
    assert "pneumonia (DOID:552) can present with Fever (HP:0001945)  [colleague 7, CC-BY-NC-4.0]" in text


def test_path_prints_phrases_and_sources(clinic: Path) -> None:
    done = graph("path", "fever", "cough", "--graph", "graph", cwd=clinic)
    assert done.returncode == 0, done.stderr
    assert "Fever ─can be a symptom of→ pneumonia ─can present with→ Cough" in done.stdout
    assert "[colleague 7, CC-BY-NC-4.0]" in done.stdout


def test_view_by_policy_becomes_a_graph(clinic: Path, tmp_path: Path) -> None:
    done = graph("view", clinic / "graph", "--policy", "open", "--out", "open", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "edges 1 of 3" in done.stdout
    part = KnowledgeGraph.open(tmp_path / "open")
    assert [(edge.source, edge.licence) for edge in part.edges()] == [("doid", "CC0-1.0")]
    assert KnowledgeGraph.open(clinic / "graph").has_edge(next(part.edges()).id)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["info", "--graph", "nowhere"], "nowhere does not exist"),
        (["info", "--graph", "."], "is no graph snapshot"),
        (["info", "--graph", "spec.yaml"], "is no graph snapshot"),
        (["info", "pneumonai", "--graph", "graph"], "nearest: pneumonia"),
        (["info", "", "--graph", "graph"], "no node has the id or name ''"),
        (["info", "fever", "--graph", "graph", "--plot", "x"], "--plot draws the whole graph"),
        (["info", "--graph", "graph", "--plot", "spec.yaml"], "choose another folder"),
        (["path", "fever", "nonsense", "--graph", "graph"], "no node has the id or name 'nonsense'"),
        (["path", "Pneumonia", "MESH:D011014", "--graph", "graph"], "are one node, DOID:552"),
        (["view", "graph", "--policy", "opne"], "did you mean 'open'"),
        (["view", "graph", "--relation", "has_symptoms"], "did you mean 'has_symptom'"),
        (["view", "graph", "--source", "doid", "--out", "."], "exists and is no graph snapshot"),
        (["verify", "nowhere"], "nowhere does not exist"),
        (["build", "nowhere.yaml"], "nowhere.yaml cannot be read"),
        (["build", "."], "cannot be read"),
        (["build", "nodes.csv"], "holds no mapping"),
        (["build", "no_nodes.yaml"], "no source gave a node"),
        (["build", "spec.yaml", "--out", "nodes.csv"], "exists and is no graph snapshot"),
        (["build", "spec.yaml", "--out", "nodes.csv/graph"], "choose another folder"),
        (["build", "spec.yaml", "--strict", "--out", "strict"], "edges.csv:3"),
        (["build", "spec.yaml", "--faults", "nowhere/faults.txt"], "choose another file"),
        (["build", "spec.yaml", "--merges", "nowhere/merges.tsv"], "choose another file"),
        (["push", "graph", "http://localhost/x"], "neo4j://"),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, list) else "",
)
def test_wrong_input_ends_with_one_line_and_code_2(clinic: Path, arguments: list[str], message: str) -> None:
    before = sorted(path.name for path in clinic.iterdir())
    done = graph(*arguments, cwd=clinic)
    assert done.returncode == 2, done.stdout + done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in clinic.iterdir()) == before


@pytest.mark.parametrize("damage", ["torn", "changed", "other", "array"])
def test_a_damaged_snapshot_is_refused(clinic: Path, tmp_path: Path, damage: str) -> None:
    shutil.copytree(clinic / "graph", tmp_path / "graph")
    file = tmp_path / "graph" / "subject.npy"
    if damage == "torn":
        file.write_bytes(file.read_bytes()[:-1])
    elif damage == "changed":
        file.write_bytes(file.read_bytes()[:-1] + b"\x07")
    elif damage == "array":
        file.write_bytes(b"x" * file.stat().st_size)
    else:
        meta = json.loads((tmp_path / "graph" / "meta.json").read_text())
        (tmp_path / "graph" / "meta.json").write_text(json.dumps({**meta, "format": "kgpaths-snapshot/99"}))
    done = graph("verify", "graph", cwd=tmp_path)
    assert done.returncode == 2
    assert "build the graph again" in done.stderr
    assert "Traceback" not in done.stderr
