"""What a chain may say."""

from __future__ import annotations

from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.tables import EdgeRecord, NodeRecord
from kgpaths.graph.unsaid import sayable, unsaid

NODES = [NodeRecord(f"DOID:{n}", f"disease {n}", "disease", "doid") for n in range(4)]


def edge(end: int, predicate: str, source: str, tier: str = "curated", strength: float = 1.0) -> EdgeRecord:
    return EdgeRecord(
        "DOID:0",
        predicate,
        f"DOID:{end}",
        source,
        "1",
        "CC0-1.0",
        tier=tier,
        strength=strength,  # type: ignore[arg-type]
    )


def test_kinds_and_strengths() -> None:
    graph = KnowledgeGraph.from_records(
        NODES,
        [
            edge(1, "causes", "doid"),
            edge(1, "has_complication", "hetionet"),
            edge(2, "has_symptom", "hetionet"),
            edge(2, "associated_with", "doid"),
            edge(3, "causes", "medquad", "text", unsaid().text_strength),
            edge(3, "has_complication", "medquad", "text", unsaid().text_strength - 0.01),
            edge(3, "has_symptom", "medquad", "associated_in_text"),
        ],
    )
    said = {(graph.edge_at(n).predicate, graph.edge_at(n).source) for n in range(graph.n_edges) if graph.may_say(n)}
    assert said == {("causes", "doid"), ("has_complication", "hetionet"), ("causes", "medquad")}


def test_what_two_other_sources_state_is_said() -> None:
    kinds = [edge(1, "is_a", source) for source in ("mesh", "mondo", "ordo")]
    for number in (1, 2, 3):
        graph = KnowledgeGraph.from_records(NODES, [*kinds[:number], edge(2, "associated_with", "doid")])
        assert sayable(graph).sum() == (3 if number == 3 else 0)


def test_names_that_say_nothing() -> None:
    nodes = [
        NodeRecord("DOID:0", "acute kidney failure", "disease", "doid"),
        NodeRecord("DOID:1", "Kidney failure", "disease", "doid"),
        NodeRecord("DOID:2", "Abnormality of renal physiology", "disease", "doid"),
        NodeRecord("DOID:3", "anuria", "disease", "doid"),
    ]
    graph = KnowledgeGraph.from_records(nodes, [edge(n, "has_symptom", "doid") for n in (1, 2, 3)])
    assert [graph.edge_at(n).object for n in range(graph.n_edges) if graph.may_say(n)] == ["DOID:3"]


def test_every_name_in_the_table_is_one() -> None:
    from kgpaths.graph.vocabulary import licences, relations

    named = unsaid().predicates.union(*unsaid().sources.values())
    assert named <= relations().keys()
    assert unsaid().sources.keys() <= licences().keys()
