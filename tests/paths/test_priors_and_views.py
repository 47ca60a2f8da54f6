"""Costs that a file sets, and steps that are forbidden."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgpaths.config import PathConfig
from kgpaths.errors import ConfigError
from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.paths import PathFinder
from kgpaths.paths.priors import read_priors, steps


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    """From 0 to 3 over 1, by relations of two kinds, or over the hub 2."""
    kinds = {"DOID:0": "disease", "DOID:1": "disease", "DOID:2": "disease", "DRUGBANK:3": "drug", "DRUGBANK:4": "drug"}
    nodes = [NodeRecord(node, node, kind, "doid") for node, kind in kinds.items()]
    nodes += [NodeRecord(f"DOID:1{number:03}", f"other {number}", "disease", "doid") for number in range(60)]
    edges = [("DOID:0", "causes", "DOID:1"), ("DRUGBANK:3", "palliates", "DOID:1"), ("DOID:0", "causes", "DOID:2"),
             ("DRUGBANK:3", "treats", "DOID:2"), ("DRUGBANK:4", "treats", "DOID:1")]  # fmt: skip
    edges += [("DOID:2", "has_symptom", f"DOID:1{number:03}") for number in range(60)]
    return KnowledgeGraph.from_records(nodes, [EdgeRecord(*edge, "doid", "1", "CC0-1.0") for edge in edges])


def best(graph: KnowledgeGraph, config: PathConfig) -> list[str]:
    paths = PathFinder(graph, config).find(question=["DOID:0"], answer=["DRUGBANK:3"], k=5, max_hops=2)
    return [path.node_ids[1] for path in paths]


@pytest.mark.parametrize("step", ["drug>treats>disease", "disease>treats>drug", "*>treats>*"])
def test_a_forbidden_step_is_on_no_path(graph: KnowledgeGraph, step: str) -> None:
    assert best(graph, PathConfig(forbidden=(step,))) == ["DOID:1"]
    assert best(graph, PathConfig(forbidden=("drug>disease",))) == []


@pytest.mark.parametrize("sequence", ["disease>disease>drug", "drug>disease>disease", "*>disease>drug"])
def test_a_forbidden_sequence_of_types_is_on_no_path(graph: KnowledgeGraph, sequence: str) -> None:
    assert best(graph, PathConfig(forbidden=(sequence,))) == []
    assert best(graph, PathConfig(forbidden=("drug>disease>drug",))) == best(graph, PathConfig())


@pytest.mark.parametrize("step", ["drug", "drug>heals>disease", "drag>disease", "a>b>c>d", "drug>disease>", "*"])
def test_a_step_that_does_not_exist_is_refused(graph: KnowledgeGraph, step: str) -> None:
    with pytest.raises(ConfigError, match="forbidden"):
        best(graph, PathConfig(forbidden=(step,)))


def test_priors_change_the_order(graph: KnowledgeGraph, tmp_path: Path) -> None:
    assert best(graph, PathConfig())[0] == "DOID:2"
    file = tmp_path / "priors.yaml"
    file.write_text("palliates: 0\ntreats: 3000\n", encoding="utf-8")
    assert read_priors(file) == {"palliates": 0, "treats": 3000}
    assert best(graph, PathConfig(priors=str(file)))[0] == "DOID:1"


@pytest.mark.parametrize("option", ["ranking", "cost"])
def test_options_that_are_gone_are_refused_with_what_there_is(option: str) -> None:
    with pytest.raises(ConfigError, match=f"unknown option '{option}'"):
        PathConfig.parse({option: "pivot"})


@pytest.mark.parametrize("content", ["treats: -1", "treats: cheap", "- treats", "treats: [", "treats: true"])
def test_damaged_priors_are_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "priors.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match="priors"):
        read_priors(file)
    with pytest.raises(ConfigError, match="priors"):
        read_priors(tmp_path / "nowhere.yaml")


def test_the_cost_of_a_step_goes_before_that_of_its_relation(graph: KnowledgeGraph, tmp_path: Path) -> None:
    file = tmp_path / "priors.yaml"
    file.write_text("treats: 0\npalliates: 900\n", encoding="utf-8")
    assert best(graph, PathConfig(priors=str(file)))[0] == "DOID:2"
    file.write_text("treats: 0\npalliates: 900\ndrug>treats>disease: 5000\n", encoding="utf-8")
    assert best(graph, PathConfig(priors=str(file)))[0] == "DOID:1"
    names, step = steps(graph)
    assert {names[kind] for kind in step.tolist()} == set(names) >= {"drug>treats>disease", "disease>causes>disease"}
