"""Push and pull against a real server: nothing is lost, nothing is sent twice, nothing foreign is touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgpaths.config import PathConfig
from kgpaths.errors import GraphError, SnapshotError, UsageError
from kgpaths.graph import KnowledgeGraph
from kgpaths.neo4j import Neo4jGraph, pull, push, snapshot_of

Maker = Callable[..., KnowledgeGraph]
Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def ask(neo4j_server: Any) -> Ask:
    """Return a function that asks the server directly."""
    return neo4j_server.ask  # type: ignore[no-any-return]


def same(left: Path, right: Path) -> bool:
    names = {path.name for path in left.iterdir()} | {path.name for path in right.iterdir()}
    return all((left / name).read_bytes() == (right / name).read_bytes() for name in names)


@pytest.mark.parametrize("seed", range(3))
def test_what_comes_back_is_what_was_pushed_to_the_byte(
    seed: int, neo4j_server: Any, multigraph: Maker, tmp_path: Path
) -> None:
    graph = multigraph(seed)
    report = push(graph, neo4j_server.url, batch=17)
    assert (report.nodes, report.edges, report.found) == (graph.n_nodes, graph.n_edges, 0)
    meta = pull(neo4j_server.url, tmp_path / "back", batch=13)
    back = KnowledgeGraph.open(tmp_path / "back")
    back.verify()
    assert meta.content_hash == back.hash == graph.hash
    assert list(back.nodes()) == list(graph.nodes())
    assert list(back.edges()) == list(graph.edges())
    assert same(graph.folder, back.folder)
    assert [path.name for path in tmp_path.iterdir()] == ["back"]


def test_a_graph_without_edges_and_one_without_nodes(neo4j_server: Any, multigraph: Maker, tmp_path: Path) -> None:
    for edges in (multigraph(0, edges=0), KnowledgeGraph.from_records([], [])):
        push(edges, neo4j_server.url, replace=True)
        assert pull(neo4j_server.url, tmp_path / edges.hash).content_hash == edges.hash
        assert push(edges, neo4j_server.url).sent == 0


def test_a_user_finds_the_graph_in_the_words_of_the_field(neo4j_server: Any, ward: Path, ask: Ask) -> None:
    push(KnowledgeGraph.open(ward), neo4j_server.url)
    rows = ask(
        "MATCH ({name: $name})-[e:KG_EDGE {predicate: 'has_symptom'}]->(f) RETURN f.name AS name, e.licence AS l",
        name="migraine disorder",
    )
    assert rows == [{"name": "Headache", "l": "CC0-1.0"}]


def test_ids_are_unique_by_constraint_and_found_by_index(neo4j_server: Any, ward: Path, ask: Ask) -> None:
    push(KnowledgeGraph.open(ward), neo4j_server.url)
    constraints = ask("SHOW CONSTRAINTS YIELD labelsOrTypes, properties RETURN labelsOrTypes + properties AS on")
    on = {tuple(row["on"]) for row in constraints}
    assert {("KgNode", "id"), ("KgNode", "index"), ("KG_EDGE", "id"), ("KgGraph", "key")} <= on
    indexes = ask("SHOW INDEXES YIELD state, labelsOrTypes, properties WHERE labelsOrTypes = ['KG_EDGE'] RETURN *")
    assert {tuple(row["properties"]) for row in indexes} == {("id",), ("number",)}
    assert {row["state"] for row in indexes} == {"ONLINE"}


def test_pushing_twice_sends_nothing_the_second_time(neo4j_server: Any, multigraph: Maker, ask: Ask) -> None:
    graph = multigraph(3)
    first = push(graph, neo4j_server.url)
    count = "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN count(DISTINCT n) AS nodes, count(r) AS rows"
    before = ask(count)
    ticks: list[int] = []
    again = push(graph, neo4j_server.url, batch=7, progress=ticks.append)
    assert (again.sent, again.found, sum(ticks)) == (0, first.sent, first.sent)
    assert ask(count) == before


def test_another_graph_is_replaced_only_when_asked_and_other_data_stays(
    neo4j_server: Any, multigraph: Maker, ask: Ask, tmp_path: Path
) -> None:
    ask("CREATE (:Patient {name: 'not ours'})-[:HAS]->(:Visit)")
    old, new = multigraph(4), multigraph(5, nodes=20, edges=40)
    push(old, neo4j_server.url)
    with pytest.raises(UsageError, match="--replace") as refused:
        push(new, neo4j_server.url)
    assert old.hash[:12] in str(refused.value)
    assert pull(neo4j_server.url, tmp_path / "old").content_hash == old.hash
    push(new, neo4j_server.url, replace=True, batch=9)
    assert pull(neo4j_server.url, tmp_path / "new").content_hash == new.hash
    assert ask("MATCH (p:Patient)-[:HAS]->(:Visit) RETURN p.name AS name") == [{"name": "not ours"}]


def test_an_interrupted_replacement_is_finished_by_the_next_push(
    neo4j_server: Any, multigraph: Maker, ask: Ask, tmp_path: Path
) -> None:
    old, new = multigraph(4), multigraph(5)
    push(old, neo4j_server.url)
    # What a push leaves that was killed while it removed: the new mark, a part of the old rows.
    push_mark = {"content_hash": new.hash, "meta": new.meta.model_dump_json(), "name": "new", "removing": "all"}
    ask("MATCH (g:KgGraph) SET g += $mark, g.nodes = 0, g.edges = 0, g.arcs = 0, g.degrees = 0", mark=push_mark)
    ask("MATCH ()-[e:KG_EDGE]->() WITH e LIMIT 50 DELETE e")
    with pytest.raises(GraphError, match="only a part"):
        pull(neo4j_server.url, tmp_path / "new")
    push(new, neo4j_server.url)
    assert pull(neo4j_server.url, tmp_path / "new").content_hash == new.hash


def test_new_costs_replace_the_search_graph_and_nothing_else(neo4j_server: Any, multigraph: Maker) -> None:
    graph, config = multigraph(6), PathConfig(degree_weight=1.5)
    push(graph, neo4j_server.url)
    report = push(graph, neo4j_server.url, config=config)
    assert (report.found, report.sent) == (graph.n_nodes + graph.n_edges, graph.n_nodes + report.arcs)
    question, answer = graph.id(0), graph.id(1)
    with pytest.raises(UsageError, match="degree_weight"):
        Neo4jGraph(neo4j_server.url).find(question=[question], answer=[answer])
    Neo4jGraph(neo4j_server.url, config).find(question=[question], answer=[answer])


@pytest.mark.parametrize(
    "harm",
    ["MATCH ()-[e:KG_EDGE]->() WITH e LIMIT 1 DELETE e", "MATCH (n:KgNode) WITH n LIMIT 1 DETACH DELETE n"],
)
def test_a_graph_that_lost_something_is_neither_pulled_nor_topped_up(
    harm: str, neo4j_server: Any, multigraph: Maker, ask: Ask, tmp_path: Path
) -> None:
    graph = multigraph(7)
    push(graph, neo4j_server.url)
    ask(harm)
    with pytest.raises(GraphError, match="--replace"):
        pull(neo4j_server.url, tmp_path / "out")
    with pytest.raises(GraphError, match="--replace"):
        push(graph, neo4j_server.url)
    push(graph, neo4j_server.url, replace=True)
    assert pull(neo4j_server.url, tmp_path / "out").content_hash == graph.hash


def test_a_graph_that_was_edited_is_not_passed_off_as_the_one_that_was_pushed(
    neo4j_server: Any, multigraph: Maker, ask: Ask, tmp_path: Path
) -> None:
    push(multigraph(8), neo4j_server.url)
    ask("MATCH (n:KgNode {index: 3}) SET n.name = 'harmless'")
    with pytest.raises(SnapshotError, match="changed since it was pushed"):
        pull(neo4j_server.url, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_graph_on_a_server_is_kept_in_the_cache_under_its_content(
    neo4j_server: Any, multigraph: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KGPATHS_CACHE", str(tmp_path))
    folders = []
    for graph in (multigraph(1), multigraph(1), multigraph(2)):
        push(graph, neo4j_server.url, replace=True)
        folders.append(snapshot_of(neo4j_server.url))
        assert KnowledgeGraph.open(folders[-1]).hash == graph.hash
    assert folders[0] == folders[1] != folders[2]


def test_pull_refuses_a_folder_that_holds_something_else(
    neo4j_server: Any, multigraph: Maker, ward: Path, tmp_path: Path
) -> None:
    graph = multigraph(9)
    push(graph, neo4j_server.url)
    with pytest.raises(UsageError, match="another graph"):
        pull(neo4j_server.url, ward)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("keep")
    with pytest.raises(UsageError, match="no graph snapshot"):
        pull(neo4j_server.url, tmp_path / "notes")
    assert pull(neo4j_server.url, graph.folder).content_hash == graph.hash, "the same graph is there already"


def test_an_empty_database_has_nothing_to_pull(neo4j_server: Any, tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="holds no graph"):
        pull(neo4j_server.url, tmp_path / "out")
    with pytest.raises(GraphError, match="holds no graph"):
        Neo4jGraph(neo4j_server.url).find(question=["A:1"], answer=["A:2"])
