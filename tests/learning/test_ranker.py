"""The learned ranker, its weights file, and the measure it is learned for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kgpaths.errors import UsageError
from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.learning.agreement import agreement, expert
from kgpaths.learning.logit import fit
from kgpaths.learning.ranker import Explained, candidates, learn_ranker
from kgpaths.paths import PathFinder
from kgpaths.paths.features import FEATURES, Ranker, shipped_ranker
from kgpaths.paths.opened import Opened
from kgpaths.records import Mention, QAItem

FINDING, RIGHT, WRONG, DRUG, CLASS = "HP:1", "DOID:1", "DOID:2", "DRUGBANK:1", "DOID:3"


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    """A finding of two diseases, a drug that treats both, and a class above the first."""
    types = {FINDING: "phenotype", RIGHT: "disease", WRONG: "disease", DRUG: "drug", CLASS: "disease"}
    nodes = [NodeRecord(node, f"concept {node}", kind, "doid") for node, kind in types.items()]
    nodes += [NodeRecord(f"DOID:9{number:04}", f"bystander {number}", "disease", "doid") for number in range(500)]
    edges = [(RIGHT, "has_symptom", FINDING), (WRONG, "has_symptom", FINDING), (DRUG, "treats", RIGHT),
             (DRUG, "treats", WRONG), (RIGHT, "is_a", CLASS)]  # fmt: skip
    return KnowledgeGraph.from_records(nodes, [EdgeRecord(*edge, "doid", "1", "CC0-1.0") for edge in edges])


def mention(node: str, role: str) -> Mention:
    section = {"question": "question", "answer": "answer"}[role]
    return Mention(
        section=section, start=0, end=1, text="x", node_id=node, score=1.0, tier="label",
        role="question" if role == "question" else "answer",
    )  # fmt: skip


def question(named: str) -> Explained:
    item = QAItem(id="q", dataset="d", split="train", question="x", answer="x", licence="CC0-1.0")
    asked = (mention(FINDING, "question"), mention(DRUG, "answer"))
    return Explained(item, asked, (mention(named, "question"),))


def test_candidates_are_the_inner_nodes_of_paths_and_the_expert_names_some(graph: KnowledgeGraph) -> None:
    nodes, values, named = candidates(Opened(graph), question(RIGHT))
    assert {graph.id(node): bool(is_named) for node, is_named in zip(nodes, named, strict=True)} == {
        RIGHT: True,
        WRONG: False,
    }
    assert values.shape == (2, len(FEATURES))


def test_what_was_learned_decides_which_middle_comes_first(graph: KnowledgeGraph) -> None:
    """The two intermediate nodes differ in degree alone, so one weight turns their order around."""
    place = list(FEATURES).index("degree")
    for sign, first in ((1.0, RIGHT), (-1.0, WRONG)):
        weight = np.zeros(len(FEATURES))
        weight[place] = sign
        finder = PathFinder(graph, ranker=Ranker(tuple(FEATURES), 0.0, weight, np.zeros(len(FEATURES))))
        asked = question(RIGHT)
        [best, other] = finder.find_item(asked.item, asked.mentions).paths
        assert best.node_ids == (FINDING, first, DRUG)
        assert "degree" in best.explanation
        assert other.node_ids[1] != first


def test_learning_finds_what_the_expert_looks_at(graph: KnowledgeGraph) -> None:
    asked = candidates(Opened(graph), question(RIGHT))
    ranker, questions, nodes = learn_ranker([asked] * 20)
    assert (questions, nodes) == (20, 40)
    assert ranker.weight[list(FEATURES).index("degree")] > 0


def test_nothing_to_learn_from_is_said() -> None:
    with pytest.raises(UsageError, match="nothing to learn from"):
        learn_ranker([])


def test_a_fitted_ranker_recovers_the_weights_that_made_the_labels() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(20_000, len(FEATURES)))
    truth = np.zeros(len(FEATURES))
    truth[:3] = (1.0, -2.0, 0.5)
    labels = rng.random(20_000) < 1 / (1 + np.exp(-(values @ truth - 1)))
    found = fit(values, labels, np.ones(20_000))
    assert found.weight == pytest.approx(truth, abs=0.1)
    assert found.bias == pytest.approx(-1, abs=0.1)


def test_the_weights_file_reads_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "ranker.txt"
    shipped = shipped_ranker()
    file.write_text(shipped.text(["a remark"]), encoding="utf-8")
    assert Ranker.read(file, FEATURES).text(["a remark"]) == file.read_text(encoding="utf-8")
    assert np.array_equal(Ranker.read(file, FEATURES).weight, shipped.weight)


@pytest.mark.parametrize("line", ["nonsense\t1\t2", "share\t1", "share\tone\t2"])
def test_a_damaged_weights_file_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "ranker.txt"
    file.write_text(shipped_ranker().text([]) + line + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"ranker\.txt:\d+"):
        Ranker.read(file, FEATURES)
    file.write_text("bias\t0\t1\n", encoding="utf-8")
    with pytest.raises(UsageError, match="lacks share"):
        Ranker.read(file, FEATURES)


def test_agreement_counts_neighbours_by_is_a_but_not_those_of_the_answer(graph: KnowledgeGraph) -> None:
    asked = [mention(FINDING, "question"), mention(RIGHT, "answer")]
    who = expert(graph, asked, [mention(FINDING, "question"), mention(RIGHT, "question")])
    index = graph.index
    path = [index(FINDING), index(WRONG), index(CLASS), index(RIGHT)]
    found = agreement([path], who)
    assert found.node == pytest.approx(2 / 3)  # the finding and the class of the answer, not the other disease
    assert found.intermediate == pytest.approx(1 / 2)
    assert found.intermediate_beyond_answer == 0.0
    assert found.finding == 1.0
    assert found.recall is None
    assert agreement([path], who, k=1).intermediate == 0.0
