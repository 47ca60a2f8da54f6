"""Subgraphs drawn from the graph."""

from __future__ import annotations

from collections import Counter

import pytest

from kgpaths.errors import UsageError
from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.paths.samplers import SHAPES, Sampler, Shape


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    """Infections and tumours, each with three findings of its own and two that it shares with the next."""
    nodes = [
        NodeRecord("DOID:0050117", "infection", "disease", "doid"),
        NodeRecord("DOID:14566", "tumour", "disease", "doid"),
    ]
    edges = []
    for number in range(20):
        disease = f"DOID:5{number:03}"
        nodes.append(NodeRecord(disease, f"disease {number}", "disease", "doid"))
        edges.append((disease, "is_a", "DOID:0050117" if number % 2 else "DOID:14566"))
        for finding in range(5):
            symptom = f"HP:{number * 3 + finding:07}"
            edges.append((disease, "has_symptom", symptom))
    symptoms = sorted({o for _, p, o in edges if p == "has_symptom"})
    nodes += [NodeRecord(symptom, f"finding {symptom}", "phenotype", "hpo") for symptom in symptoms]
    return KnowledgeGraph.from_records(nodes, [EdgeRecord(*edge, "doid", "1", "CC0-1.0") for edge in edges])


@pytest.mark.parametrize("shape", SHAPES)
def test_samples_are_edges_of_the_graph_and_repeat_with_the_seed(graph: KnowledgeGraph, shape: Shape) -> None:
    samples = Sampler(graph, seed=3).draw(shape, 8, hops=2)
    assert len(samples) == 8
    assert samples == Sampler(graph, seed=3).draw(shape, 8, hops=2)
    assert samples != Sampler(graph, seed=4).draw(shape, 8, hops=2)
    for sample in samples:
        assert all(graph.has_edge(edge.id) for edge in sample.edges)
        assert {end for edge in sample.edges for end in (edge.subject, edge.object)} == set(sample.node_ids)
        assert len(set(sample.node_ids)) == len(sample.node_ids)


def test_areas_take_turns_and_can_be_chosen(graph: KnowledgeGraph) -> None:
    areas = [sample.area for sample in Sampler(graph).draw("star", 6)]
    assert areas.count("infections") == areas.count("tumours") == 3 or set(areas) >= {"infections", "tumours"}
    assert {sample.area for sample in Sampler(graph).draw("star", 5, area="tumours")} == {"tumours"}


@pytest.mark.parametrize("shape", ["star", "pair"])
def test_every_area_gets_the_same_number(graph: KnowledgeGraph, shape: Shape) -> None:
    areas = Counter(sample.area for sample in Sampler(graph).draw(shape, 12, hops=2))
    assert set(areas) >= {"infections", "tumours"}
    assert max(areas.values()) - min(areas.values()) <= 1


def test_walks_have_the_length_asked_for_and_spread_over_the_graph(graph: KnowledgeGraph) -> None:
    walks = Sampler(graph).draw("walk", 20, hops=2)
    assert {len(walk.edges) for walk in walks} == {2}
    starts = [walk.node_ids[0] for walk in walks]
    assert len(set(starts)) > 12  # what was used is drawn less often


def test_a_pair_shares_findings_and_differs_in_others(graph: KnowledgeGraph) -> None:
    for pair in Sampler(graph).draw("pair", 5):
        one, other = pair.node_ids[:2]
        of = {node: {edge.object for edge in pair.edges if edge.subject == node} for node in (one, other)}
        assert len(of[one] & of[other]) >= 2
        assert of[one] ^ of[other]


def test_unknown_words_name_the_nearest(graph: KnowledgeGraph) -> None:
    with pytest.raises(UsageError, match="walk"):
        Sampler(graph).draw("wolk", 1)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="tumours"):
        Sampler(graph).draw("walk", 1, area="tumour")
    with pytest.raises(UsageError, match="Known: infections"):
        Sampler(graph).draw("walk", 1, area="xyz")
