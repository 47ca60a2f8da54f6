"""Imports follow the table in `docs/architecture.md`, and no files import each other in a circle."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

import kgpaths

PACKAGE = Path(kgpaths.__file__).parent
TABLE = (Path(__file__).parents[1] / "docs" / "architecture.md").read_text("utf-8")
COMMON = {"records", "errors", "config", "resources", "files", "vocabulary", "graph", "__version__"}
DOORS = {"__init__", "__main__"}
"""The package itself names what users import."""
OPENED_BY_NAME = {"kgpaths.graph.knowledge_graph", "kgpaths.shortcuts"}
"""Files whose functions import what is built on them; the table names and explains them."""


def modules() -> dict[str, ast.Module]:
    """Return every file of the package by its module's name."""
    files = [path for path in PACKAGE.rglob("*.py") if "_data" not in path.parts]
    names = {".".join(("kgpaths", *path.relative_to(PACKAGE).with_suffix("").parts)): path for path in files}
    return {name.removesuffix(".__init__"): ast.parse(path.read_text("utf-8")) for name, path in names.items()}


MODULES = modules()


def imported(nodes: Iterator[ast.AST]) -> Iterator[str]:
    """Yield the modules of the package that statements import."""
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "kgpaths":
            for alias in node.names:
                longer = f"{node.module}.{alias.name}"
                yield longer if longer in MODULES or node.module == "kgpaths" else str(node.module)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "kgpaths")


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def running(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a tree without what only type checkers see."""
    for node in ast.iter_child_nodes(tree):
        if not is_for_types(node):
            yield node
            yield from running(node)


def room(module: str) -> str:
    """Return the room of a module: the first name below the package."""
    return [*module.split("."), "__init__"][1]


def allowed() -> dict[str, set[str]]:
    """Return the table: room to the rooms that it may import."""
    rows = re.findall(r"^\| `(\w+)` \| (.*?) ?\|$", TABLE, re.M)
    return {name: set(re.findall(r"`(\w+)`", cell)) | ({"*"} if cell == "all" else set()) for name, cell in rows}


@pytest.mark.parametrize("name", sorted({room(module) for module in MODULES} - COMMON - DOORS | {"graph"}))
def test_a_room_imports_what_the_table_names(name: str) -> None:
    table = allowed()
    assert name in table, "the table in docs/architecture.md has a row for every room"
    found = {
        (module, target)
        for module, tree in MODULES.items()
        if room(module) == name
        for target in imported(ast.walk(tree))
        if room(target) not in {name, *COMMON, *table[name]}
    }
    assert "*" in table[name] or not found


def test_the_table_names_only_what_is_imported() -> None:
    used = {(room(module), room(target)) for module, tree in MODULES.items() for target in imported(ast.walk(tree))}
    granted = {(name, other) for name, others in allowed().items() for other in others - {"*"}}
    assert granted - used <= {("linking", "language")}, "a row grants what nobody needs"


def test_common_rooms_import_no_room() -> None:
    used = {(room(module), room(target)) for module, tree in MODULES.items() for target in imported(ast.walk(tree))}
    for name in sorted(COMMON - {"graph", "__version__"}):
        others = COMMON - {"graph"} if name in ("files", "vocabulary") else COMMON - {"graph", "files", "vocabulary"}
        assert {other for one, other in used if one == name} <= {name, *others}


def circles(later: bool) -> list[list[str]]:
    """Return the files that import each other in a circle: when they are loaded or, with `later`, when they run."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for module, tree in MODULES.items():
        nodes = running(tree) if later else iter(tree.body)
        graph.add_edges_from((module, target) for target in imported(nodes) if target in MODULES)
    graph.remove_nodes_from(["kgpaths"])  # the version, and the doors that load on first use
    return [sorted(some) for some in nx.strongly_connected_components(graph) if len(some) > 1]


def test_no_files_load_each_other() -> None:
    assert circles(later=False) == []


def test_a_circle_that_closes_later_is_named_in_the_table() -> None:
    assert all(OPENED_BY_NAME & set(circle) for circle in circles(later=True))
