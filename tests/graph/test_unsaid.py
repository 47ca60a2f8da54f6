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
        NodeRecord("DOID:1", "Kidney failure", "symptom", "doid"),
        NodeRecord("DOID:2", "Abnormality of renal physiology", "symptom", "doid"),
        NodeRecord("DOID:3", "anuria", "symptom", "doid"),
    ]
    graph = KnowledgeGraph.from_records(nodes, [edge(n, "has_symptom", "doid") for n in (1, 2, 3)])
    assert [graph.edge_at(n).object for n in range(graph.n_edges) if graph.may_say(n)] == ["DOID:3"]


def test_a_kind_of_a_thing_is_no_sign_of_it_and_a_symptom_has_no_symptoms() -> None:
    nodes = [
        NodeRecord("DOID:0", "gastrointestinal bleeding", "disease", "doid"),
        NodeRecord("DOID:1", "melena", "symptom", "doid"),
        NodeRecord("DOID:2", "pallor", "symptom", "doid"),
    ]
    signs = [edge(1, "has_symptom", "doid"), edge(2, "has_symptom", "doid")]
    kin = EdgeRecord("DOID:1", "is_a", "DOID:0", "doid", "1", "CC0-1.0")
    backwards = EdgeRecord("DOID:2", "has_symptom", "DOID:1", "doid", "1", "CC0-1.0")
    graph = KnowledgeGraph.from_records(nodes, [*signs, kin, backwards])
    said = [graph.edge_at(n) for n in range(graph.n_edges) if graph.may_say(n)]
    assert [(one.subject, one.predicate, one.object) for one in said] == [
        ("DOID:0", "has_symptom", "DOID:2"),
        ("DOID:1", "is_a", "DOID:0"),
    ]


def test_what_was_found_wrong_is_never_said() -> None:
    stroke = NodeRecord("DOID:0051061", "stroke", "disease", "doid")
    sclerosis = NodeRecord("DOID:332", "amyotrophic lateral sclerosis", "symptom", "doid")
    wrong = EdgeRecord(stroke.id, "has_symptom", sclerosis.id, "doid", "1", "CC0-1.0")
    assert not KnowledgeGraph.from_records([stroke, sclerosis], [wrong]).may_say(0)


def test_every_name_in_the_table_is_one() -> None:
    from kgpaths.vocabulary.licences import licences
    from kgpaths.vocabulary.relations import relations

    named = unsaid().predicates.union(*unsaid().sources.values())
    assert named <= relations().keys()
    assert unsaid().sources.keys() <= licences().keys()
