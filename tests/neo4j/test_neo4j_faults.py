"""Servers and clients that die, wrong logins, unknown databases: an error that says what to do, and no loss."""

from __future__ import annotations

import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from kgpaths.cli import graph_neo4j
from kgpaths.errors import EXIT_TRY_AGAIN, EXIT_USAGE, GraphError, KgpathsError, ServiceUnavailable, UsageError
from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.neo4j import Neo4jGraph, pull, push
from kgpaths.neo4j.connection import PASSWORD, USER

Maker = Callable[..., KnowledgeGraph]
BATCH = 20
SECRET = "hunter2-never-shown"


class _Stop(Exception):
    pass


def after(rows: int, act: Callable[[], None]) -> Callable[[int], None]:
    """Return a progress function that acts once, when so many rows are confirmed."""
    confirmed, acted = 0, False

    def tick(more: int) -> None:
        nonlocal confirmed, acted
        confirmed += more
        if confirmed >= rows and not acted:
            acted = True
            act()

    return tick


def test_a_server_that_restarts_in_the_middle_of_a_push_is_waited_for(
    neo4j_server: Any, multigraph: Maker, tmp_path: Path
) -> None:
    graph = multigraph(21, nodes=100, edges=400)

    def restart() -> None:
        neo4j_server.stop()
        neo4j_server.start()

    report = push(graph, neo4j_server.url, batch=BATCH, progress=after(200, restart))
    assert report.sent == 2 * graph.n_nodes + graph.n_edges + report.arcs
    assert pull(neo4j_server.url, tmp_path / "out").content_hash == graph.hash


def test_a_server_that_dies_in_the_middle_of_a_push_loses_no_confirmed_row(
    neo4j_server: Any, multigraph: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgpaths.neo4j.connection._PATIENCE_S", 1.0)
    graph = multigraph(22, nodes=100, edges=400)
    with pytest.raises(ServiceUnavailable, match="same command") as died:
        push(graph, neo4j_server.url, batch=BATCH, progress=after(260, neo4j_server.kill))
    assert died.value.exit_code == EXIT_TRY_AGAIN
    neo4j_server.start()
    with pytest.raises(GraphError, match="only a part"):
        pull(neo4j_server.url, tmp_path / "out")
    report = push(graph, neo4j_server.url, batch=BATCH)
    assert 260 <= report.found <= 260 + BATCH, "confirmed rows are not sent again"
    assert report.found + report.sent == 2 * graph.n_nodes + graph.n_edges + report.arcs
    assert pull(neo4j_server.url, tmp_path / "out").content_hash == graph.hash


def test_a_push_that_is_killed_is_continued_by_the_same_command(
    neo4j_server: Any, multigraph: Maker, tmp_path: Path
) -> None:
    graph = multigraph(23, nodes=100, edges=400)
    program = (
        "import sys; from kgpaths.graph import KnowledgeGraph; from kgpaths.neo4j import push\n"
        f"push(KnowledgeGraph.open(sys.argv[1]), sys.argv[2], batch={BATCH}, progress=lambda n: print(n, flush=True))"
    )
    command = [sys.executable, "-c", program, str(graph.folder), neo4j_server.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for _ in range(10):
            assert child.stdout.readline(), "the push ended by itself"
        child.send_signal(signal.SIGKILL)
        child.wait(30)
    report = push(graph, neo4j_server.url, batch=BATCH)
    assert 9 * BATCH <= report.found < 2 * graph.n_nodes + graph.n_edges
    assert report.found + report.sent == 2 * graph.n_nodes + graph.n_edges + report.arcs
    assert pull(neo4j_server.url, tmp_path / "out").content_hash == graph.hash


def test_two_pushes_of_one_graph_at_once_share_the_work(neo4j_server: Any, multigraph: Maker, tmp_path: Path) -> None:
    graph, other = multigraph(24), []
    push(graph, neo4j_server.url, batch=BATCH, progress=after(60, lambda: other.append(push(graph, neo4j_server.url))))
    assert other[0].found >= 60
    assert pull(neo4j_server.url, tmp_path / "out").content_hash == graph.hash


def test_a_push_of_another_graph_stops_the_first_one(neo4j_server: Any, multigraph: Maker, tmp_path: Path) -> None:
    mine, theirs = multigraph(25), multigraph(26)
    with pytest.raises(GraphError, match="another graph"):
        push(
            mine,
            neo4j_server.url,
            batch=BATCH,
            progress=after(60, lambda: push(theirs, neo4j_server.url, replace=True)),
        )
    assert pull(neo4j_server.url, tmp_path / "out").content_hash == theirs.hash


def test_a_pull_that_was_cut_short_goes_on_where_it_stopped(
    neo4j_server: Any, multigraph: Maker, tmp_path: Path
) -> None:
    graph = multigraph(27)
    push(graph, neo4j_server.url)

    def stop() -> None:
        raise _Stop

    with pytest.raises(_Stop):
        pull(neo4j_server.url, tmp_path / "out", batch=BATCH, progress=after(100, stop))
    assert not (tmp_path / "out").exists()
    ticks: list[int] = []
    assert pull(neo4j_server.url, tmp_path / "out", batch=BATCH, progress=ticks.append).content_hash == graph.hash
    assert ticks[0] == graph.n_nodes, "all nodes were there already"
    assert sum(ticks) == graph.n_nodes + graph.n_edges
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("scheme", ["neo4j", "bolt"])
def test_a_server_that_is_down_ends_at_once_and_says_try_again(
    scheme: str, ward: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(USER, "neo4j")
    monkeypatch.setenv(PASSWORD, SECRET)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"{scheme}://127.0.0.1:{free.getsockname()[1]}/neo4j"
    for attempt in (
        lambda: push(KnowledgeGraph.open(ward), url),
        lambda: pull(url, tmp_path / "out"),
        lambda: Neo4jGraph(url).find(question=["HP:0001945"], answer=["DOID:552"]),
    ):
        with pytest.raises(ServiceUnavailable, match="no Neo4j answers at") as down:
            attempt()
        assert down.value.exit_code == EXIT_TRY_AGAIN


def test_a_server_that_accepts_and_never_answers_is_given_up(ward: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgpaths.neo4j.connection._CONNECT_S", 0.5)
    monkeypatch.delenv(USER, raising=False)
    monkeypatch.delenv(PASSWORD, raising=False)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(ServiceUnavailable):
            push(KnowledgeGraph.open(ward), f"bolt://127.0.0.1:{silent.getsockname()[1]}/neo4j")


def test_wrong_credentials_are_refused_and_never_shown(
    neo4j_server: Any, ward: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(USER, "nobody")
    monkeypatch.setenv(PASSWORD, SECRET)
    with caplog.at_level(logging.DEBUG), pytest.raises(UsageError, match="refuses the login") as refused:
        push(KnowledgeGraph.open(ward), neo4j_server.url)
    assert refused.value.exit_code == EXIT_USAGE
    shown, error = caplog.text, refused.value
    while error is not None:
        shown, error = shown + repr(error) + str(error), error.__cause__  # type: ignore[assignment]
    assert caplog.records, "the driver does log at this level"
    assert SECRET not in shown


def test_right_credentials_are_not_logged_either(
    neo4j_server: Any, ward: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        push(KnowledgeGraph.open(ward), neo4j_server.url)
    assert caplog.records
    assert neo4j_server.password not in caplog.text


def test_no_credentials_at_all_are_refused_by_a_server_with_login(
    neo4j_server: Any, ward: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(USER)
    with pytest.raises(UsageError, match=f"{PASSWORD} is set and {USER} is not"):
        push(KnowledgeGraph.open(ward), neo4j_server.url)
    monkeypatch.delenv(PASSWORD)
    with pytest.raises(UsageError, match=USER):
        push(KnowledgeGraph.open(ward), neo4j_server.url)


def test_a_password_that_must_be_changed_is_told(
    neo4j_server: Any, ward: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    neo4j_server.ask("CREATE USER fresh IF NOT EXISTS SET PASSWORD $given CHANGE REQUIRED", given=SECRET)
    monkeypatch.setenv(USER, "fresh")
    monkeypatch.setenv(PASSWORD, SECRET)
    with pytest.raises(UsageError, match="ALTER CURRENT USER") as refused:
        push(KnowledgeGraph.open(ward), neo4j_server.url)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("name", ["nosuch", "no such` DROP DATABASE neo4j"])
def test_an_unknown_database_is_named(neo4j_server: Any, ward: Path, tmp_path: Path, name: str) -> None:
    url = neo4j_server.url.removesuffix("neo4j") + name
    with pytest.raises(UsageError, match=name):
        push(KnowledgeGraph.open(ward), url)
    with pytest.raises(UsageError, match=name):
        pull(url, tmp_path / "out")


def test_a_query_that_takes_too_long_is_ended(neo4j_server: Any, multigraph: Maker) -> None:
    graph = multigraph(28, nodes=200, edges=4000, predicates=3)
    push(graph, neo4j_server.url)
    began = time.monotonic()
    with pytest.raises(GraphError, match="fewer hops"):
        Neo4jGraph(neo4j_server.url, timeout_s=1).find(
            question=[graph.id(number) for number in range(10)], answer=[graph.id(199)], max_hops=6
        )
    assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    "url",
    [
        f"neo4j://neo4j:{SECRET}@localhost/neo4j",
        f"bolt://:{SECRET}@localhost",
        f"neo4j://neo4j:{SECRET}@localhost:port/neo4j",
        "http://localhost:7474/db",
        "localhost:7687",
        "neo4j://",
        "neo4j://localhost/a/b",
        "neo4j://localhost/neo4j?policy=x",
        "neo4j://localhost:99999/neo4j",
        "neo4j://[::1/neo4j",
        "",
    ],
)
def test_a_url_that_is_none_is_refused_without_repeating_a_password(url: str, ward: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"neo4j://host|KGPATHS_NEO4J_PASSWORD") as refused:
        pull(url, tmp_path / "out")
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None


def test_words_outside_the_vocabulary_travel_and_are_on_no_path(neo4j_server: Any, tmp_path: Path) -> None:
    kinds = {"A:1": "disease", "A:2": "disease", "A:3": "planet"}
    nodes = [NodeRecord(node, node, kind, "doid") for node, kind in kinds.items()]
    edges = [
        EdgeRecord(subject, predicate, object_, "doid", "1", "CC0-1.0")
        for subject, predicate, object_ in (("A:1", "orbits", "A:2"), ("A:2", "is_a", "A:3"))
    ]
    graph = KnowledgeGraph.from_records(nodes, edges)
    assert push(graph, neo4j_server.url).arcs == 0
    assert Neo4jGraph(neo4j_server.url).find(question=["A:1"], answer=["A:3"]) == []
    assert pull(neo4j_server.url, tmp_path / "out").content_hash == graph.hash


def test_the_commands_push_and_pull(neo4j_server: Any, ward: Path, tmp_path: Path) -> None:
    app = typer.Typer()
    app.command("push")(graph_neo4j.push)
    app.command("pull")(graph_neo4j.pull)
    pushed = CliRunner().invoke(app, ["push", str(ward), neo4j_server.url, "--batch", "5"])
    assert pushed.exit_code == 0, pushed.output
    assert "nodes 14   edges 12" in pushed.stdout
    pulled = CliRunner().invoke(app, ["pull", neo4j_server.url, "--out", str(tmp_path / "back")])
    assert pulled.exit_code == 0, pulled.output
    assert KnowledgeGraph.open(tmp_path / "back").hash == KnowledgeGraph.open(ward).hash
    missing = CliRunner().invoke(app, ["pull", neo4j_server.url + "x", "--out", str(tmp_path / "other")])
    assert isinstance(missing.exception, KgpathsError)


def test_the_commands_explain_themselves() -> None:
    app = typer.Typer()
    app.command("push")(graph_neo4j.push)
    app.command("pull")(graph_neo4j.pull)
    for verb in ("push", "pull"):
        told = CliRunner().invoke(app, [verb, "--help"])
        assert told.exit_code == 0, told.output
        assert "KGPATHS_NEO4J_PASSWORD" in told.stdout
