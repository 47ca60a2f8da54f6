"""What decides where no rule does: a language model, by a number."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from kgpaths.config import EndpointConfig
from kgpaths.errors import EndpointDown, UsageError
from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.tables import NodeName, NodeRecord
from kgpaths.linking import EntityLinker, by_model
from kgpaths.llm import ChatRequest, Endpoint, Message
from kgpaths.testing import FaultKind, FaultServer


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    names = (NodeName("blorb", "exact"),)
    return KnowledgeGraph.from_records(
        [NodeRecord("X:1", "common infection", "disease", "t", names=names),
         NodeRecord("X:2", "chilly weather", "disease", "t", names=names)], []
    )  # fmt: skip


def test_a_model_chooses_by_number_alone(graph: KnowledgeGraph) -> None:
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return " 1. "

    (mention,) = EntityLinker(graph, chooser=by_model(ask)).link("He has a blorb.")
    assert mention.node_id == "X:2"
    assert mention.score > EntityLinker(graph).link("He has a blorb.")[0].score
    assert "0. common infection (disease)" in asked[0]


@pytest.mark.parametrize("reply", ["2", "-1", "X:2", "1 or 0", "", "none", "The second."])
def test_any_other_reply_changes_nothing(graph: KnowledgeGraph, reply: str) -> None:
    assert EntityLinker(graph, chooser=by_model(lambda _: reply)).link("a blorb") == EntityLinker(graph).link("a blorb")


def test_a_chooser_that_answers_nonsense_is_an_error(graph: KnowledgeGraph) -> None:
    with pytest.raises(UsageError, match="none of the 2"):
        EntityLinker(graph, chooser=lambda _: 7).link("a blorb")


def test_nobody_is_asked_where_a_rule_decides() -> None:
    graph = KnowledgeGraph.from_records([NodeRecord("X:1", "Fever", "symptom", "t")], [])
    EntityLinker(graph, chooser=lambda choice: pytest.fail(str(choice))).link("Fever")


def _asking(server: FaultServer) -> Callable[[str], str]:
    """Return what asks a model behind an OpenAI-compatible server."""

    async def ask(question: str) -> str:
        async with Endpoint(server.base_url, EndpointConfig(max_retries=0)) as endpoint:
            return (
                await endpoint.complete(ChatRequest(model="m", messages=(Message(role="user", content=question),)))
            ).text

    return lambda question: asyncio.run(ask(question))


@pytest.mark.parametrize(
    ("reply", "node"),
    [("1", "X:2"), ("(0)", "X:1"), ("7", None), ("-1", None), ("1.5", None), ("I think it is 1, chilly weather.", None),
     ("none", None), ('{"answer": 1}', None), ("<think>0 or 1?</think>1", None), ("१", None)],
)  # fmt: skip
def test_a_server_chooses_by_an_index_and_by_nothing_else(graph: KnowledgeGraph, reply: str, node: str | None) -> None:
    open_choice = EntityLinker(graph).link("He has a blorb.")
    with FaultServer(reply=lambda _: reply) as server:
        found = EntityLinker(graph, chooser=by_model(_asking(server))).link("He has a blorb.")
        assert server.answered == 1
    if node is None:
        assert found == open_choice
    else:
        assert [mention.node_id for mention in found] == [node]
        assert found[0].score > open_choice[0].score


@pytest.mark.parametrize("fault", ["500", "empty_text", "refusal", "invalid_json"])
def test_a_server_that_fails_leaves_it_open(graph: KnowledgeGraph, fault: FaultKind) -> None:
    with FaultServer(reply=lambda _: "1", plan=fault) as server:
        linker = EntityLinker(graph, chooser=by_model(_asking(server)))
        assert linker.link("a blorb") == EntityLinker(graph).link("a blorb")


def test_a_server_that_is_down_is_told(graph: KnowledgeGraph) -> None:
    with FaultServer(plan="close") as server, pytest.raises(EndpointDown, match="nothing answers"):
        EntityLinker(graph, chooser=by_model(_asking(server))).link("a blorb")
