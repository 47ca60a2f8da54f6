"""Signs along a path."""

from __future__ import annotations

from itertools import product

import pytest

from kgpaths.config import PathConfig
from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.paths import PathFinder
from kgpaths.paths.telling import composed_effect, contradiction, effect_sentence
from kgpaths.records import Hop, ReasoningPath
from kgpaths.vocabulary.relations import relations

NODES = {"DRUG:1": "drug", "DRUG:2": "drug", "GENE:1": "gene", "GO:1": "biological_process", "DOID:1": "disease",
         "HP:1": "phenotype"}  # fmt: skip


def chain(*edges: tuple[str, str, str]) -> KnowledgeGraph:
    nodes = [NodeRecord(node, node.lower(), kind, "doid") for node, kind in NODES.items()]
    return KnowledgeGraph.from_records(nodes, [EdgeRecord(*edge, "doid", "1", "CC0-1.0") for edge in edges])


def one_path(graph: KnowledgeGraph, start: str, end: str) -> ReasoningPath:
    [path] = PathFinder(graph, PathConfig()).find(question=[start], answer=[end])
    return path


@pytest.mark.parametrize("first", ["increases_activity_of", "decreases_activity_of"])
@pytest.mark.parametrize("second", ["positively_regulates", "negatively_regulates"])
@pytest.mark.parametrize("third", ["causes", "prevents"])
def test_signs_multiply_along_a_chain_read_either_way(first: str, second: str, third: str) -> None:
    graph = chain(("DRUG:1", first, "GENE:1"), ("GENE:1", second, "GO:1"), ("GO:1", third, "DOID:1"))
    negative = [first.startswith("de"), second.startswith("neg"), third == "prevents"].count(True) % 2
    word = "decreases" if negative else "increases"
    forward, backward = one_path(graph, "DRUG:1", "DOID:1"), one_path(graph, "DOID:1", "DRUG:1")
    assert (forward.effect, backward.effect) == (f"start_{word}_end", f"end_{word}_start")
    assert effect_sentence(graph, forward) == effect_sentence(graph, backward)
    assert effect_sentence(graph, forward) == f"by the signs of its edges drug:1 {word} doid:1"
    # Of what increases a disease nobody says that it treats it.
    against = "against a treatment: by the signs of its edges drug:1 increases doid:1"
    for path in (forward, backward):
        assert contradiction(graph, path.hops) == ("" if negative else against)


def test_an_edge_without_a_sign_leaves_it_unknown() -> None:
    graph = chain(("DRUG:1", "decreases_activity_of", "GENE:1"), ("GENE:1", "gene_associated_with", "DOID:1"))
    path = one_path(graph, "DRUG:1", "DOID:1")
    assert (path.effect, path.explanation, effect_sentence(graph, path)) == (None, "", "")


def test_two_causes_of_one_effect_do_nothing_to_each_other() -> None:
    graph = chain(("DRUG:1", "decreases_activity_of", "GENE:1"), ("DRUG:2", "decreases_activity_of", "GENE:1"))
    assert one_path(graph, "DRUG:1", "DRUG:2").effect is None


def test_symmetric_signs_point_both_ways() -> None:
    graph = chain(("GO:1", "negatively_correlated_with", "DOID:1"), ("DRUG:1", "increases_activity_of", "GO:1"))
    assert one_path(graph, "DRUG:1", "DOID:1").effect == "start_decreases_end"
    assert one_path(graph, "DOID:1", "DRUG:1").effect == "end_decreases_start"


def test_what_increases_a_process_is_not_against_anything() -> None:
    graph = chain(("DRUG:1", "increases_activity_of", "GENE:1"), ("GENE:1", "positively_regulates", "GO:1"))
    path = one_path(graph, "DRUG:1", "GO:1")
    assert (path.effect, path.explanation) == ("start_increases_end", "")


def test_every_pair_of_signed_relations_composes_to_their_product() -> None:
    signed = [relation for relation in relations().values() if relation.effect]
    assert {relation.effect for relation in signed} == {1, -1}

    def hop(predicate: str) -> Hop:
        return Hop(edge_id="", subject="A", predicate=predicate, object="B", forward=True, source="", licence="")

    for one, other in product(signed, repeat=2):
        increases = one.effect * other.effect > 0
        expected = "start_increases_end" if increases else "start_decreases_end"
        assert composed_effect([hop(one.predicate), hop(other.predicate)]) == expected
