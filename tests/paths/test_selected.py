"""Which paths are selected, and which of parallel edges they show; small graphs on which both can be read off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from kgpaths.config import PathConfig
from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.paths import PathFinder
from kgpaths.paths.features import FEATURES, Ranker
from kgpaths.records import Mention, Option, PathSet, QAItem, ReasoningPath

TYPES = {"DOID": "disease", "HP": "phenotype", "DRUG": "drug", "CLASS": "drug_class", "ROCK": "mineral"}


def graph_of(edges: Sequence[tuple[str, str, str]], *, strength: float = 1.0) -> KnowledgeGraph:
    """Return a graph of named edges, with bystanders enough for a finding to be specific."""
    ids = sorted({node for subject, _, object in edges for node in (subject, object)})
    nodes = [NodeRecord(node, f"concept {node}", TYPES[node.split(":")[0]], "doid") for node in ids]
    nodes += [NodeRecord(f"DOID:9{number:04}", f"bystander {number}", "disease", "doid") for number in range(2000)]
    return KnowledgeGraph.from_records(
        nodes, [EdgeRecord(*edge, "doid", "1", "CC0-1.0", strength=strength) for edge in edges]
    )


def select(
    graph: KnowledgeGraph,
    present: Sequence[str],
    answer: str,
    *,
    stem: str = "Which is it?",
    config: PathConfig | None = None,
    ranker: Ranker | None = None,
) -> PathSet:
    mentions = [
        Mention(section=section, start=0, end=1, text="x", node_id=node, score=1.0, tier="label", role=role)
        for nodes, section, role in ((present, "question", "question"), ([answer], "option:A", "answer"))
        for node in nodes
    ]  # fmt: skip
    item = QAItem(id="q", dataset="d", split="train", question=stem, answer="a", answer_key="A", licence="CC0-1.0",
                  options=(Option(key="A", text="a"), Option(key="B", text="b")))  # fmt: skip
    return PathFinder(graph, config, ranker=ranker).find_item(item, mentions)


def routes(found: PathSet) -> list[tuple[str, ...]]:
    return [path.node_ids for path in found.paths if path.kind == "selected"]


def weighing(**weights: float) -> Ranker:
    """Return a ranker with some weights and no others."""
    values = np.array([weights.pop(name, 0.0) for name in FEATURES])
    assert not weights
    return Ranker(tuple(FEATURES), 0.0, values, np.zeros(len(FEATURES)))


FINDINGS = [f"HP:{number}" for number in range(1, 5)]
DRUG = "DRUG:1"
SEVERAL = [
    *((f"DOID:{disease}", "has_symptom", finding) for disease in range(1, 6) for finding in FINDINGS),
    *((DRUG, "treats", f"DOID:{disease}") for disease in range(1, 6)),
]
"""Five diseases, each with the same four findings and treated with the same drug."""


class TestLearned:
    """By the learned weights."""

    def test_one_thought_carries_all_findings_before_a_second_one_is_taken(self) -> None:
        found = routes(select(graph_of(SEVERAL), FINDINGS, DRUG, config=PathConfig(selected=4)))
        assert {path[0] for path in found} == set(FINDINGS)
        assert len({path[1] for path in found}) == 1

    @pytest.mark.parametrize("intermediate_nodes", [1, 2, 3])
    def test_few_nodes_carry_all_paths(self, intermediate_nodes: int) -> None:
        config = PathConfig(selected=12, per_question_node=9, intermediate_nodes=intermediate_nodes)
        found = routes(select(graph_of(SEVERAL), FINDINGS, DRUG, config=config))
        assert len({node for path in found for node in path[1:-1]}) == intermediate_nodes

    def test_without_a_middle_only_direct_paths_are_left(self) -> None:
        edges = [*SEVERAL, (FINDINGS[0], "palliates", FINDINGS[1]), (DRUG, "palliates", FINDINGS[0])]
        found = routes(select(graph_of(edges), FINDINGS, DRUG, config=PathConfig(intermediate_nodes=0)))
        assert found == [(FINDINGS[0], DRUG)]

    @pytest.mark.parametrize(
        ("stem", "shown"),
        [
            ("Which drug is the best treatment?", (FINDINGS[0], "DOID:1", DRUG)),
            ("Which drug is the most likely cause?", (FINDINGS[0], DRUG)),
        ],
    )
    def test_what_a_remedy_does_harm_with_is_no_reason_to_give_it(self, stem: str, shown: tuple[str, ...]) -> None:
        harm = (DRUG, "has_side_effect", FINDINGS[0])
        edges = [harm, ("DOID:1", "has_symptom", FINDINGS[0]), (DRUG, "treats", "DOID:1")]
        found = routes(select(graph_of(edges), FINDINGS[:1], DRUG, stem=stem, ranker=weighing()))
        assert found[0] == shown
        alone = routes(select(graph_of([harm]), FINDINGS[:1], DRUG, stem=stem))
        assert alone == ([] if "treatment" in stem else [(FINDINGS[0], DRUG)])

    def test_a_way_over_harm_is_worth_less_where_a_remedy_is_asked_for(self) -> None:
        edges = [("DOID:1", "has_symptom", FINDINGS[0]), ("DOID:2", "has_symptom", FINDINGS[0]),
                 (DRUG, "causes", "DOID:1"), (DRUG, "treats", "DOID:2"), (DRUG, "causes", "DOID:2")]  # fmt: skip
        wanted, other = (
            routes(select(graph_of(edges), FINDINGS[:1], DRUG, stem=stem, ranker=weighing()))
            for stem in ("Which drug is the best treatment?", "What explains it?")
        )
        assert {path[1] for path in wanted} == {"DOID:2"}
        assert {path[1] for path in other} == {"DOID:1", "DOID:2"}

    def test_what_is_hardly_worth_showing_is_shown_twice_at_most(self) -> None:
        graph, config = graph_of(SEVERAL), PathConfig(min_worth=None)
        sure, doubtful = (
            routes(select(graph, FINDINGS, DRUG, config=config, ranker=weighing(degree=weight)))
            for weight in (0.0, -30.0)
        )
        assert len(sure) > 2
        assert len(doubtful) == 2

    def test_paths_can_be_asked_to_be_worth_something(self) -> None:
        graph = graph_of(SEVERAL)

        def found(min_worth: float | None, weight: float) -> PathSet:
            config = PathConfig(min_worth=min_worth)
            return select(graph, FINDINGS, DRUG, config=config, ranker=weighing(degree=weight))

        assert routes(found(None, -30.0))
        assert routes(found(0.0, 0.0))
        assert found(0.0, -30.0).no_path == "no_path"

    def test_what_is_worth_much_less_than_the_best_is_left_out(self) -> None:
        edges = [*SEVERAL, *((f"DOID:1{number}", "is_a", "DOID:1") for number in range(10))]
        config = PathConfig(per_question_node=9)
        even = select(graph_of(edges), FINDINGS, DRUG, config=config, ranker=weighing())
        steep = select(graph_of(edges), FINDINGS, DRUG, config=config, ranker=weighing(hierarchy=20.0))
        assert len({path[1] for path in routes(even)}) > 1
        assert {path[1] for path in routes(steep)} == {"DOID:1"}

    def test_joint_evidence_decides_between_nodes_that_the_ranker_likes_as_well(self) -> None:
        edges = [
            *SEVERAL,
            *(("DOID:7", "has_symptom", f"HP:1{number}") for number in range(3)),
            (DRUG, "treats", "DOID:7"),
        ]
        present = [*FINDINGS, "HP:10", "HP:11", "HP:12"]
        edges += [("DOID:7", "has_symptom", finding) for finding in FINDINGS]
        config = PathConfig(intermediate_nodes=1)
        found = routes(select(graph_of(edges), present, DRUG, config=config, ranker=weighing()))
        assert {path[1] for path in found} == {"DOID:7"}

    def test_the_drugs_of_a_class_do_not_explain_the_class(self) -> None:
        """Four drugs of the class each have to do with the finding; one of them may stand in the chain."""
        drugs = [f"DRUG:{number}" for number in range(2, 6)]
        edges = [*((drug, "has_action", "CLASS:1") for drug in drugs), *((drug, "palliates", "HP:1") for drug in drugs)]
        config = PathConfig(per_question_node=9)
        found = routes(select(graph_of(edges), ["HP:1"], "CLASS:1", config=config))
        assert len({node for path in found for node in path[1:-1]} & set(drugs)) == 1

    def test_a_path_says_what_moved_its_middle(self) -> None:
        config = PathConfig(intermediate_nodes=1)
        found = select(graph_of(SEVERAL), FINDINGS, DRUG, config=config, ranker=weighing(share=2.0))
        assert all("share +2.00" in path.explanation for path in found.paths if path.kind == "selected")

    def test_the_fallback_ranks_what_it_finds(self) -> None:
        """Two ways of four hops: the ranker turns their order around, which the costs alone would not."""
        ways = [[f"DOID:{way}{step}" for step in range(3)] for way in (1, 2)]
        edges = []
        for way in ways:
            edges += [("HP:1", "causes", way[0]), (way[0], "causes", way[1]), (way[1], "causes", way[2])]
            edges += [(way[2], "causes", "DOID:3")]
        edges += [("DOID:50", "is_a", node) for node in ways[0]] + [("DOID:51", "falls_under", n) for n in ways[1]]
        first = []
        for sign in (30.0, -30.0):
            config = PathConfig()
            found = select(graph_of(edges), ["HP:1"], "DOID:3", config=config, ranker=weighing(kinds=sign))
            assert [path.fallback_step for path in found.paths] == ["longer"]
            first.append(found.paths[0].node_ids)
        assert [path[1:-1] for path in first] == [tuple(way) for way in ways]


LENGTHS = [("DOID:1", "has_symptom", finding) for finding in FINDINGS] + [
    ("DOID:2", "has_symptom", finding) for finding in FINDINGS
]
LENGTHS += [(DRUG, "treats", node) for node in ("DOID:1", "DOID:3")] + [("DOID:2", "causes", "DOID:3")]
LENGTHS += [(DRUG, "palliates", node) for node in FINDINGS]


class TestQuotas:
    """`per_length` and `exclude_direct`."""

    @staticmethod
    def lengths(**options: object) -> list[int]:
        config = PathConfig.model_validate({"per_question_node": 3, **options})
        found = select(graph_of(LENGTHS), FINDINGS, DRUG, config=config, ranker=weighing())
        return sorted(len(path) - 1 for path in routes(found))

    def test_without_quotas_there_are_direct_paths_and_others(self) -> None:
        found = self.lengths(selected=12)
        assert found.count(1) > 1
        assert 2 in found

    def test_direct_paths_can_be_left_out(self) -> None:
        without = self.lengths(selected=12, exclude_direct=True)
        assert 1 not in without
        assert 2 in without

    @pytest.mark.parametrize(("quota", "most"), [((0, 2), {1: 0, 2: 2}), ((1, 1), {1: 1, 2: 1})])
    def test_no_more_of_a_length_than_its_quota(self, quota: tuple[int, ...], most: dict[int, int]) -> None:
        found = self.lengths(selected=12, per_length=quota)
        assert {length: found.count(length) for length in most} == most

    def test_lengths_without_a_quota_are_free(self) -> None:
        assert self.lengths(selected=12, per_length=(0, 0)) != []
        assert set(self.lengths(selected=12, per_length=(0, 0))) == {3}


def test_what_the_vocabulary_does_not_have_is_walked_around() -> None:
    edges = [*SEVERAL, ("ROCK:1", "sings_to", "DOID:1"), (DRUG, "sings_to", "ROCK:1"), ("ROCK:1", "is_a", "DOID:2")]
    found = select(graph_of(edges), [*FINDINGS, "ROCK:1"], DRUG)
    assert routes(found)
    assert all("ROCK:1" not in path and "sings_to" not in predicates(found) for path in routes(found))


def test_the_same_call_selects_the_same_paths() -> None:
    config = PathConfig()
    first = select(graph_of(SEVERAL), FINDINGS, DRUG, config=config)
    assert select(graph_of(SEVERAL[::-1]), FINDINGS[::-1], DRUG, config=config) == first


def predicates(found: PathSet) -> set[str]:
    return {hop.predicate for path in found.paths for hop in path.hops}


class TestShownEdge:
    """A drug that both treats and helps to prevent the disease of the findings."""

    @staticmethod
    def told(stem: str, *more: tuple[str, str, str]) -> set[str]:
        prevented = [(DRUG, "prevents", "DOID:1"), (DRUG, "treats", "DOID:1")]
        # Many are treated with it, one is prevented: the rare relation is the cheap one.
        edges = [("DOID:1", "has_symptom", finding) for finding in FINDINGS] + prevented
        edges += [(DRUG, "treats", f"DOID:9{number:04}") for number in range(300)] + list(more)
        found = select(graph_of(edges), FINDINGS, DRUG, stem=stem)
        last: list[ReasoningPath] = [path for path in found.paths if path.kind == "selected"]
        return {path.hops[-1].predicate for path in last}

    def test_the_stronger_relation_is_shown(self) -> None:
        assert self.told("A man has fever. Which drug helps?") == {"treats"}

    def test_what_is_asked_for_comes_first(self) -> None:
        assert self.told("He flies to Peru. Which drug is best for prophylaxis?") == {"prevents"}

    def test_a_relation_of_another_family_never_takes_its_place(self) -> None:
        assert self.told("Which drug helps?", (DRUG, "is_a", "DOID:1")) == {"treats"}
