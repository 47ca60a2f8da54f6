"""Links to what lies below a root, and in the ids of its vocabulary: merged nodes, older ids, namesakes."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from kgpaths.cli import main
from kgpaths.config import LinkingConfig
from kgpaths.errors import UsageError
from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeName, NodeRecord, build_snapshot
from kgpaths.linking import EntityLinker

NODES = [
    NodeRecord("HP:0000118", "Phenotypic abnormality", "phenotype", "hpo"),
    NodeRecord("HP:0000365", "Hearing impairment", "phenotype", "hpo", names=(NodeName("Hearing loss", "exact"),)),
    NodeRecord("HP:0003577", "Epistaxis", "phenotype", "hpo"),
    NodeRecord("HP:0002153", "Hyperkalemia", "phenotype", "hpo"),
    NodeRecord("DOID:4", "disease", "disease", "doid"),
    NodeRecord("DOID:674", "cleft palate", "disease", "doid", ("HP:0000175", "HP:0000003", "MESH:D002972")),
    NodeRecord("DOID:13189", "gout", "disease", "doid"),
    NodeRecord("MESH:D034381", "Hearing Loss", "disease", "mesh"),
    NodeRecord("MESH:D001241", "Aspirin", "drug", "mesh"),
]
EDGES = [
    EdgeRecord(child, "is_a", parent, source, "1", "CC0-1.0")
    for child, parent, source in [
        ("HP:0000365", "HP:0000118", "hpo"),
        ("HP:0002153", "HP:0000118", "hpo"),
        ("DOID:674", "HP:0000118", "hpo"),
        ("DOID:674", "DOID:4", "doid"),
        ("DOID:13189", "DOID:4", "doid"),
    ]
]
TEXT = "Cleft palate, hearing loss, gout, epistaxis; takes aspirin."
Row = dict[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("roots") / "graph"
    build_snapshot(NODES, EDGES, path, name="mine")
    return str(path)


@pytest.fixture(scope="module")
def graph(folder: str) -> KnowledgeGraph:
    return KnowledgeGraph.open(folder)


def _ids(graph: KnowledgeGraph, **options: Any) -> list[str | None]:
    linker = EntityLinker(graph, LinkingConfig(**options))
    return [linker.id_of(mention) for mention in linker.link(TEXT)]


def test_without_roots_ids_are_those_of_the_graph(graph: KnowledgeGraph) -> None:
    assert _ids(graph) == ["DOID:674", "MESH:D034381", "DOID:13189", "HP:0003577", "MESH:D001241"]


@pytest.mark.parametrize(
    ("roots", "ids"),
    [
        (("HP:0000118",), ["HP:0000175", "HP:0000365"]),
        (("HP:0000175",), ["HP:0000175"]),
        (("HP:0000003",), ["HP:0000175"]),
        (("DOID:4",), ["DOID:674", "DOID:13189"]),
        (("HP:0000118", "DOID:4"), ["HP:0000175", "HP:0000365", "DOID:13189"]),
        (("DOID:4", "HP:0000118"), ["DOID:674", "HP:0000365", "DOID:13189"]),
        (("HP:0000365", "DOID:4"), ["DOID:674", "HP:0000365", "DOID:13189"]),  # an HP id, but not below the HP root
        (("HP:0000365", "HP:0003577"), ["HP:0000365", "HP:0003577"]),
        (("MESH:D001241",), ["MESH:D001241"]),
    ],
)
def test_roots_say_what_is_linked_and_in_which_ids(
    graph: KnowledgeGraph, roots: tuple[str, ...], ids: list[str]
) -> None:
    assert _ids(graph, roots=roots) == ids


@pytest.mark.parametrize(
    ("vocabularies", "ids"),
    [
        (("HP",), ["HP:0000175", "HP:0000365", None, "HP:0003577", None]),
        (("HP", "DOID", "MESH"), ["HP:0000175", "MESH:D034381", "DOID:13189", "HP:0003577", "MESH:D001241"]),
        (("MESH", "HP"), ["MESH:D002972", "MESH:D034381", None, "HP:0003577", "MESH:D001241"]),
        (("DOID",), ["DOID:674", None, "DOID:13189", None, None]),
    ],
)
def test_vocabularies_say_in_which_ids(
    graph: KnowledgeGraph, vocabularies: tuple[str, ...], ids: list[str | None]
) -> None:
    assert _ids(graph, ids=vocabularies) == ids


def test_a_root_says_what_is_linked_and_vocabularies_in_which_ids(graph: KnowledgeGraph) -> None:
    assert _ids(graph, roots=("HP:0000118",), ids=("MESH", "HP")) == ["MESH:D002972", "HP:0000365"]
    assert _ids(graph, roots=("DOID:4",), ids=("HP",)) == ["HP:0000175", None]


def test_a_namesake_of_another_kind_is_no_stand_in() -> None:
    nodes = [NodeRecord("MESH:1", "Plague", "disease", "mesh"), NodeRecord("X:1", "Plague", "exposure", "x")]
    linker = EntityLinker(KnowledgeGraph.from_records(nodes, []), LinkingConfig(ids=("X",)))
    mention = linker.link("A plague, again.")[0]
    assert (mention.node_id, linker.id_of(mention)) == ("MESH:1", None)


def test_an_unknown_vocabulary_is_told_with_those_of_the_graph(graph: KnowledgeGraph) -> None:
    with pytest.raises(UsageError, match=r"no ids of 'HPO'; did you mean 'HP'\? Known: DOID, HP, MESH"):
        EntityLinker(graph, LinkingConfig(ids=("DOID", "HPO")))


def _run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, list[Row], str]:
    monkeypatch.setattr(sys, "argv", ["kgpaths", "link", *arguments])
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with pytest.raises(SystemExit) as leaving:
        main()
    printed = capsys.readouterr()
    return int(leaving.value.code or 0), [json.loads(line) for line in printed.out.splitlines()], printed.err


def test_the_command_prints_both_ids(
    folder: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, rows, error = _run(monkeypatch, capsys, TEXT, "--graph", folder, "--root", "HP:0000118")
    assert (code, error) == (0, "")
    assert [(row["node_id"], row["canonical_id"]) for row in rows] == [
        ("HP:0000175", "DOID:674"), ("HP:0000365", "HP:0000365"),
    ]  # fmt: skip
    _, rows, error = _run(monkeypatch, capsys, TEXT, "--graph", folder, "--ids", "DOID, HP")
    assert [row["node_id"] for row in rows] == ["DOID:674", "HP:0000365", "DOID:13189", "HP:0003577"]
    assert error == "1 mention left out: no id of DOID, HP\n"
    _, rows, _ = _run(monkeypatch, capsys, TEXT, "--graph", folder)
    assert all("canonical_id" not in row for row in rows)


def test_values_have_the_same_ids(
    folder: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("K+ 6.1 mEq/L.", "--graph", folder, "--values")
    _, (mention, value), _ = _run(monkeypatch, capsys, *arguments, "--root", "HP:0000118")
    assert mention["node_id"] == mention["value"]["node_id"] == value["node_id"] == "HP:0002153"
    _, rows, error = _run(monkeypatch, capsys, *arguments, "--ids", "MESH")
    assert [(row["what"], row["node_id"], row["canonical_id"]) for row in rows] == [("potassium", "", "HP:0002153")]
    assert error == "1 mention left out: no id of MESH\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--ids", "HP,hpo"), "has no ids of 'hpo'; did you mean 'HP'?"),
        (("--root", "HP:9"), "'HP:9' is in no node"),
        (("--root", "pain"), "'pain' is in no node"),
    ],
)
def test_a_wrong_vocabulary_or_root_is_told_in_one_line(
    arguments: tuple[str, ...], says: str, folder: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    code, rows, error = _run(monkeypatch, capsys, TEXT, "--graph", folder, *arguments)
    assert (code, rows) == (2, [])
    assert says in error
    assert len(error.splitlines()) == 1


def test_the_default_graph_below_its_phenotypes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "Cleft palate, brachydactyly and hearing loss; treated with aspirin."
    _, rows, _ = _run(monkeypatch, capsys, text, "--root", "HP:0000118")
    assert [(row["text"].lower(), row["node_id"]) for row in rows] == [
        ("cleft palate", "HP:0000175"), ("brachydactyly", "HP:0001156"), ("hearing loss", "HP:0000365"),
    ]  # fmt: skip
    assert rows[0]["canonical_id"] == "DOID:674"
