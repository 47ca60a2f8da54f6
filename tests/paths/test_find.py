"""`PathFinder.find` on small graphs: what a user of the one stage sees."""

from __future__ import annotations

import random
import threading
from collections import Counter
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray

from kgpaths.config import PathConfig
from kgpaths.errors import UnknownNode, UsageError
from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.paths import PathFinder, views

FEVER, COUGH, PNEUMONIA, GOUT, AZITHROMYCIN = "HP:0001945", "HP:0012735", "DOID:552", "DOID:13189", "DRUGBANK:DB00207"


def edge(subject: str, predicate: str, object: str, source: str = "doid", tier: str = "curated") -> EdgeRecord:
    return EdgeRecord(subject, predicate, object, source, "2025", "CC0-1.0", tier=tier)


@pytest.fixture
def graph() -> KnowledgeGraph:
    nodes = [
        NodeRecord(FEVER, "Fever", "phenotype", "hpo", xrefs=("SYMP:0000613",)),
        NodeRecord(COUGH, "Cough", "phenotype", "hpo"),
        NodeRecord(PNEUMONIA, "pneumonia", "disease", "doid"),
        NodeRecord(GOUT, "gout", "disease", "doid"),
        NodeRecord(AZITHROMYCIN, "Azithromycin", "drug", "drugcentral"),
    ]
    edges = [
        edge(PNEUMONIA, "has_symptom", FEVER),
        edge(PNEUMONIA, "associated_with", FEVER, "hetionet"),
        edge(PNEUMONIA, "has_symptom", COUGH),
        edge(GOUT, "has_symptom", FEVER),
        edge(AZITHROMYCIN, "treats", PNEUMONIA, "drugcentral"),
        edge(AZITHROMYCIN, "contraindicated_for", GOUT, "drugcentral"),
        edge(AZITHROMYCIN, "associated_with", COUGH, "hetionet", tier="associated_in_text"),
    ]
    return KnowledgeGraph.from_records(nodes, edges)


def test_paths_are_real_edges_in_canonical_order(graph: KnowledgeGraph) -> None:
    paths = PathFinder(graph).find(question=[COUGH, FEVER], answer=[AZITHROMYCIN])
    assert [path.cost_millinats for path in paths] == sorted(path.cost_millinats for path in paths)
    assert {path.node_ids for path in paths} >= {(FEVER, PNEUMONIA, AZITHROMYCIN), (COUGH, PNEUMONIA, AZITHROMYCIN)}
    for hop in (hop for path in paths for hop in path.hops):
        stored = graph.edge(hop.edge_id)
        assert (stored.subject, stored.predicate, stored.object) == (hop.subject, hop.predicate, hop.object)
        assert (stored.source, stored.licence) == (hop.source, hop.licence)


def test_the_cheapest_parallel_edge_stands_for_all(graph: KnowledgeGraph) -> None:
    path = PathFinder(graph).find(question=[FEVER], answer=[PNEUMONIA])[0]
    assert [hop.predicate for hop in path.hops] == ["has_symptom"]


def test_neither_contradicting_nor_merely_associated_edges_are_walked(graph: KnowledgeGraph) -> None:
    finder = PathFinder(graph)
    walked = {hop.predicate for node in (GOUT, COUGH) for path in finder.find(question=[node], answer=[AZITHROMYCIN])
              for hop in path.hops}  # fmt: skip
    assert walked == {"has_symptom", "treats"}


def test_argument_order_and_cross_references_change_nothing(graph: KnowledgeGraph) -> None:
    finder = PathFinder(graph)
    assert finder.find(question=["SYMP:0000613", COUGH], answer=[GOUT, AZITHROMYCIN]) == finder.find(
        question=[COUGH, FEVER, FEVER], answer=[AZITHROMYCIN, GOUT]
    )


def test_a_node_has_no_path_to_itself(graph: KnowledgeGraph) -> None:
    assert PathFinder(graph).find(question=[FEVER], answer=[FEVER]) == []


def test_degree_cap_keeps_hubs_out_of_the_middle(graph: KnowledgeGraph) -> None:
    capped = PathFinder(graph, PathConfig(degree_cap=2))
    assert capped.find(question=[FEVER], answer=[AZITHROMYCIN]) == []
    assert len(capped.find(question=[FEVER], answer=[PNEUMONIA])) == 1


def test_bad_arguments_are_named(graph: KnowledgeGraph) -> None:
    finder = PathFinder(graph)
    with pytest.raises(UnknownNode, match="HP:9"):
        finder.find(question=["HP:9"], answer=[GOUT])
    with pytest.raises(UsageError, match="max_hops"):
        finder.find(question=[FEVER], answer=[GOUT], max_hops=7)
    with pytest.raises(UsageError, match="work_budget"):
        PathFinder(graph, PathConfig(work_budget=3)).find(question=[FEVER], answer=[GOUT])


def test_one_finder_serves_many_threads(graph: KnowledgeGraph) -> None:
    finder = PathFinder(graph)
    expected = finder.find(question=[FEVER, COUGH], answer=[AZITHROMYCIN, GOUT])
    results: list[object] = []

    def work() -> None:
        for _ in range(30):
            results.append(finder.find(question=[FEVER, COUGH], answer=[AZITHROMYCIN, GOUT]))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 120
    assert all(result == expected for result in results)


def test_quotas_by_length_and_the_direct_edge(graph: KnowledgeGraph) -> None:
    everything = PathFinder(graph).find(question=[FEVER], answer=[PNEUMONIA], max_hops=4)
    assert [len(path.hops) for path in everything] == [1]
    assert PathFinder(graph, PathConfig(exclude_direct=True)).find(question=[FEVER], answer=[PNEUMONIA]) == []
    lengths = [len(path.hops) for path in PathFinder(graph).find(question=[FEVER, COUGH], answer=[AZITHROMYCIN])]
    assert sorted(lengths) == [2, 2]
    assert PathFinder(graph, PathConfig(per_length=(5, 0))).find(question=[FEVER, COUGH], answer=[AZITHROMYCIN]) == []


def test_found_paths_equal_brute_force_in_both_views_with_steps_and_sequences_forbidden() -> None:
    """Every view, quota and prohibition that a user can set, against all simple paths of networkx."""
    kinds, draw, compared = ("disease", "drug", "gene"), random.Random(5), 0
    predicates = ("treats", "causes", "associated_with", "contraindicated_for", "member_of")
    forbidden = ((), ("drug>treats>disease",), ("drug>drug", "*>gene>*"), ("disease>drug>gene", "gene>*>gene"))
    for trial in range(60):
        ids = [f"{kinds[place % 3][:2].upper()}:{place}" for place in range(8)]
        edges = {(draw.choice(ids), draw.choice(predicates), draw.choice(ids)) for _ in range(20)}
        whole = KnowledgeGraph.from_records(
            [NodeRecord(node, node, kinds[place % 3], "doid") for place, node in enumerate(ids)],
            [EdgeRecord(*words, "doid", "1", "CC0-1.0") for words in sorted(edges)],
        )
        config = PathConfig(
            forbidden=forbidden[trial % 4],
            exclude_direct=bool(trial % 2),
            per_length=((), (1, 1), (2, 0, 2))[trial % 3],
            max_hops=4,
            degree_cap=(3, 2000)[trial % 2],
        )
        for view in ("default", "full"):
            finder = PathFinder(whole, config)
            if view == "full":
                finder.opened.__dict__["kernel"] = finder.opened.full_kernel
            costs = views.view_costs(whole, config, view)
            expected = all_paths(whole, costs, config, ids[0], ids[7])
            found = finder.find(question=[ids[0]], answer=[ids[7]], k=4)
            assert [(path.cost_millinats, path.node_ids) for path in found] == expected
            compared += len(expected)
    assert compared > 100


def all_paths(
    graph: KnowledgeGraph, costs: NDArray[np.uint16], config: PathConfig, start: str, end: str
) -> list[tuple[int, tuple[str, ...]]]:
    """The four best of all simple paths of at most four hops, by the letter of the configuration."""
    cheapest: dict[tuple[str, str], int] = {}
    for edge, cost in zip(graph.edges(), costs.tolist(), strict=True):
        if cost and edge.subject != edge.object:
            for pair in ((edge.subject, edge.object), (edge.object, edge.subject)):
                cheapest[pair] = min(cost, cheapest.get(pair, cost))
    plain = nx.Graph(list(cheapest))
    sequences = [entry.split(">") for entry in config.forbidden if entry in ("*>gene>*", "disease>drug>gene")]
    sequences += [sequence[::-1] for sequence in sequences]
    found = []
    for nodes in nx.all_simple_paths(plain, start, end, cutoff=4) if {start, end} <= set(plain) else ():
        types = [graph.type(node) for node in nodes]
        windows = [(sequence, types[at : at + 3]) for sequence in sequences for at in range(len(types) - 2)]
        if (
            len(nodes) > 1 + config.exclude_direct
            and all(plain.degree(node) <= config.degree_cap for node in nodes[1:-1])
            and not any(all(a in ("*", b) for a, b in zip(*window, strict=True)) for window in windows)
        ):
            cost = sum(cheapest[pair] for pair in pairwise(nodes))
            found.append((cost, len(nodes) - 1, [graph.index(node) for node in nodes], tuple(nodes)))
    kept: list[tuple[int, tuple[str, ...]]] = []
    lengths: Counter[int] = Counter()
    for cost, hops, _, nodes in sorted(found):
        lengths[hops] += 1
        if hops > len(config.per_length) or lengths[hops] <= config.per_length[hops - 1]:
            kept.append((cost, nodes))
    return kept[:4]


def test_what_a_call_does_not_say_the_configuration_says(graph: KnowledgeGraph) -> None:
    ends = {"question": [COUGH, FEVER], "answer": [AZITHROMYCIN]}
    for config in (PathConfig(k=1), PathConfig(max_hops=1), PathConfig()):
        said = PathFinder(graph, config).find(**ends, k=config.k, max_hops=config.max_hops)
        assert PathFinder(graph, config).find(**ends) == said
    assert PathFinder(graph).find(**ends) == PathFinder(graph).find(**ends, k=10, max_hops=4)
    assert len(PathFinder(graph, PathConfig(k=1)).find(**ends)) == 2
