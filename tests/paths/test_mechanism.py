"""Asking for a mechanism, and learning what it costs."""

from __future__ import annotations

import pytest

from kgpaths.config import PathConfig
from kgpaths.errors import ConfigError
from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.learning.step_costs import Example, learn_step_costs, node_f1
from kgpaths.paths import PathFinder
from kgpaths.paths.priors import priors_file, read_priors
from kgpaths.vocabulary.node_types import node_types
from kgpaths.vocabulary.relations import relations


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    """Five drugs, each with a target and a gene that it binds to, both of its disease, and a sister drug for it."""
    nodes, edges = [], []
    for n in range(5):
        kinds = {f"DRUG:{n}": "drug", f"DRUG:1{n}": "drug", f"DOID:{n}": "disease"}
        kinds |= {f"GENE:{n}": "gene", f"GENE:1{n}": "gene"}
        nodes += [NodeRecord(node, node, kind, "doid") for node, kind in kinds.items()]
        edges += [(f"DRUG:{n}", "treats", f"DOID:{n}"), (f"DRUG:1{n}", "treats", f"DOID:{n}"),
                  (f"DRUG:{n}", "resembles", f"DRUG:1{n}"), (f"DRUG:{n}", "targets", f"GENE:{n}"),
                  (f"GENE:{n}", "gene_associated_with", f"DOID:{n}"), (f"DRUG:{n}", "binds", f"GENE:1{n}"),
                  (f"GENE:1{n}", "gene_associated_with", f"DOID:{n}")]  # fmt: skip
    return KnowledgeGraph.from_records(nodes, [EdgeRecord(*edge, "doid", "1", "CC0-1.0") for edge in edges])


def test_a_mechanism_goes_over_the_target_and_not_over_the_direct_edge(graph: KnowledgeGraph) -> None:
    ends = {"question": ["DRUG:1"], "answer": ["DOID:1"]}
    assert PathFinder(graph).find(**ends)[0].node_ids == ("DRUG:1", "DOID:1")
    best = PathFinder(graph, PathConfig.mechanism()).find(**ends)[0]
    assert best.node_ids == ("DRUG:1", "GENE:1", "DOID:1")


def test_the_preset_takes_changes_and_refuses_unknown_ones() -> None:
    assert PathConfig.mechanism(degree_cap=7).degree_cap == 7
    with pytest.raises(ConfigError, match="degree_cap"):
        PathConfig.mechanism(degree_cup=7)


def test_the_shipped_costs_are_of_steps_that_the_vocabulary_has() -> None:
    shipped = read_priors(priors_file("mechanism"))
    assert len(shipped) > 100
    for step in shipped:
        left, predicate, right = step.split(">")
        assert {left, right} <= set(node_types())
        assert predicate in relations()
    assert shipped["drug>targets>gene"] < shipped["drug>indicated_for>disease"]


def test_costs_are_learned_from_the_nodes_that_curators_named(graph: KnowledgeGraph) -> None:
    def learned(named: str) -> dict[str, int]:
        triples = [[graph.index(f"{kind}{n}") for kind in ("DRUG:", "DOID:", named)] for n in range(4)]
        examples = [Example(start, end, frozenset((start, end, inner))) for start, end, inner in triples]
        return learn_step_costs([(graph, examples)], config=PathConfig.mechanism(), rounds=1)

    bound = learned("GENE:1")
    assert bound == learned("GENE:1")
    assert bound["drug>binds>gene"] < bound["drug>targets>gene"]
    assert learned("GENE:")["drug>binds>gene"] > relations()["binds"].cost_millinats
    assert all(0 <= cost <= 12_000 for cost in bound.values())


def test_node_f1() -> None:
    assert node_f1((1, 2), {1, 2}) == 1
    assert node_f1((1, 2, 3, 4), {1, 9}) == pytest.approx(1 / 3)
