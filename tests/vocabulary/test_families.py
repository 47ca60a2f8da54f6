"""Families and roles: every relation has one, code keeps no lists of its own, and a new relation is used at once."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import get_args

import pytest
import yaml
from pydantic import ValidationError

import kgpaths
from kgpaths.config import PathConfig
from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.paths.views import search_graph
from kgpaths.pipeline import Pipeline
from kgpaths.records import Option, QAItem, Row
from kgpaths.resources import resource
from kgpaths.vocabulary import entries, node_types, relations

PACKAGE = Path(kgpaths.__file__).parent
HEAD = resource("ontologies", "relations.yaml").read_text("utf-8").split("\n\n")[0]
EXCEPTIONS = {
    "graph/readers/biolink.py": "words of Biolink, and the pairs of relations that they become",
    "linking/match/candidates.py": "an order of preference between node types, which no set has",
}
"""Files that list names of the vocabulary, and why."""
RELATIONS, TYPES = relations.relations(), node_types.node_types()


@pytest.mark.parametrize("family", get_args(relations.Family))
def test_every_family_has_relations_is_explained_and_gives_all_or_none_of_them_a_role(family: relations.Family) -> None:
    roles = [RELATIONS[name].role for name in relations.relations_of(family)]
    assert all(roles) or not any(roles)
    assert f"\n#                   {family} " in HEAD


@pytest.mark.parametrize("role", get_args(relations.Role))
def test_every_role_is_played_and_explained(role: relations.Role) -> None:
    assert relations.relations_of(role=role)
    assert role in HEAD.split("# role ")[1].split("# effect")[0]


def test_a_family_says_one_thing() -> None:
    assert relations.relations_of("denial") == {key for key, one in RELATIONS.items() if one.biolink_negated}
    assert {RELATIONS[key].effect for key in relations.relations_of("treatment")} == {-1}
    causes = relations.relations_of("etiology", role="outcome")
    assert {RELATIONS[key].effect for key in causes} == {1}
    assert not any(RELATIONS[key].in_paths for key in relations.relations_of("attribute"))


def test_every_node_type_has_a_group_and_relations_join_types_that_there_are() -> None:
    assert all(kind.group for kind in TYPES.values())
    assert node_types.types_of(role="sign") == node_types.types_of("condition") - {"disease"}
    assert all({*one.subject_types, *one.object_types} <= TYPES.keys() for one in RELATIONS.values())


def test_a_family_or_group_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError, match="no relation"):
        relations.relations_of("treatment", role="sign")
    with pytest.raises(KeyError, match="no node type"):
        node_types.types_of("remedy")


def listed(tree: ast.AST) -> Iterator[tuple[int, set[str]]]:
    """Yield the line and the strings of all sets, tuples and lists, and of all texts that are cut into words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Set | ast.Tuple | ast.List):
            words = [each.value for each in node.elts if isinstance(each, ast.Constant)]
            yield node.lineno, {word for word in words if isinstance(word, str)}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "split":
            text = node.func.value
            yield node.lineno, set(str(text.value).split()) if isinstance(text, ast.Constant) else set()


@pytest.mark.parametrize("kind", ["relations", "node types"])
def test_no_list_of_the_vocabulary_is_kept_by_hand(kind: str) -> None:
    groups = [node_types.types_of(one.group) for one in TYPES.values()] + [node_types.types_of(role="sign")]
    found = [
        f"{path.relative_to(PACKAGE)}:{line} {sorted(names)}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if "_data" not in path.parts and path.relative_to(PACKAGE).as_posix() not in EXCEPTIONS
        for line, names in listed(ast.parse(path.read_text("utf-8")))
        if (len(names & RELATIONS.keys()) > 1 if kind == "relations" else len(names) > 1 and names in groups)
    ]
    assert found == []


def forget() -> None:
    """Let the tables, and what is made from them, be read anew."""
    for name, module in list(sys.modules.items()):
        if name.startswith("kgpaths."):
            for each in vars(module).values():
                if isinstance(each, _lru_cache_wrapper):
                    each.cache_clear()


Add = Callable[..., None]


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Add]:
    """Return what adds a relation to the table as long as a test runs: `like` another, but for some fields."""

    def added(name: str, like: str, **fields: object) -> None:
        table = yaml.safe_load(resource("ontologies", "relations.yaml").read_text("utf-8"))
        table[name] = {**table[like], "aliases": [], "inverse_aliases": [], **fields}
        (tmp_path / "relations.yaml").write_text(yaml.safe_dump(table), "utf-8")
        monkeypatch.setattr(
            entries, "resource", lambda *parts: own if (own := tmp_path / parts[-1]).exists() else resource(*parts)
        )
        forget()

    yield added
    monkeypatch.undo()
    forget()


NODES = {
    "disease": {"D:1": "ambrosia fever", "D:2": "brine lung", "D:3": "cedar palsy"},
    "phenotype": {"P:1": "Hiccups", "P:2": "Yawning", "P:3": "Sneezing"},
    "drug": {"R:1": "Rosolin", "R:2": "Sapoxine"},
}


def graph_of(*edges: tuple[str, str, str]) -> KnowledgeGraph:
    nodes = [NodeRecord(node, name, kind, "s") for kind, some in NODES.items() for node, name in some.items()]
    return KnowledgeGraph.from_records(nodes, [EdgeRecord(*edge, "s", "1", "MIT") for edge in edges])


def row(question: str, options: tuple[str, ...], *edges: tuple[str, str, str]) -> Row:
    """Return the row of a question whose first option is right."""
    item = QAItem(
        id="q", dataset="d", split="train", question=question, answer=options[0], answer_key="A", licence="local",
        options=tuple(Option(key=key, text=text) for key, text in zip("ABC", options, strict=False)),
    )  # fmt: skip
    return Pipeline(graph_of(*edges)).row(item)


DIAGNOSIS = "A man has hiccups and yawning, and no sneezing. What is the most likely diagnosis?"
TREATMENT = "A woman has hiccups and yawning. Which drug is the best treatment?"
DISEASES, DRUGS = ("Ambrosia fever", "Brine lung", "Cedar palsy"), ("Rosolin", "Sapoxine")


@pytest.mark.parametrize("like", ["has_phenotype", "has_symptom", "treats", "palliates"])
@pytest.mark.parametrize(("question", "options"), [(DIAGNOSIS, DISEASES), (TREATMENT, DRUGS)])
def test_a_new_relation_is_used_as_the_others_of_its_family(
    add: Add, like: str, question: str, options: tuple[str, ...]
) -> None:
    shows, helps = (like, "treats") if like.startswith("has") else ("has_phenotype", like)
    edges = [("D:1", shows, "P:1"), ("D:1", shows, "P:2"), ("D:2", shows, "P:3"), ("R:1", helps, "D:1")]
    before = row(question, options, *edges)
    add("novel", like)
    after = row(question, options, *((u, "novel" if name == like else name, v) for u, name, v in edges))
    assert before.status == after.status == "accepted"
    assert before.chain is not None
    assert after.chain is not None
    assert before.chain.text == after.chain.text


@pytest.mark.parametrize(("like", "alike"), [("treats", True), ("prevents", True), ("has_side_effect", False)])
def test_two_conditions_that_a_remedy_helps_have_nothing_else_in_common(add: Add, like: str, alike: bool) -> None:
    add("novel", like)
    graph = graph_of(("R:1", "treats", "D:1"), ("R:1", "novel", "D:2"))
    one, remedy, other = (graph.index(node) for node in ("D:1", "R:1", "D:2"))
    assert search_graph(graph, PathConfig()).merely_shared(one, remedy, other) is alike


def test_a_relation_without_a_family_is_an_error(add: Add) -> None:
    add("novel", "treats", family="magic")
    with pytest.raises(ValidationError, match="family"):
        relations.relations()
