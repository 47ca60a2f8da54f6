"""What goes into a chain: the behaviour of `PathFinder.find_item` on a small, readable graph."""

from __future__ import annotations

import pytest

from kgpaths.config import PathConfig
from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.paths import PathFinder
from kgpaths.records import Assertion, Mention, Option, PathSet, QAItem, ReasoningPath

FEVER, COUGH, RASH, TOE, CHEST = "HP:0001945", "HP:0012735", "HP:0000988", "HP:0040330", "HP:0100749"
CRUSHING, LONELY = "HP:9000001", "HP:9000002"
PNEUMONIA, MEASLES, GOUT, INFARCTION, HERMIT = "DOID:552", "DOID:8622", "DOID:13189", "DOID:5844", "DOID:1"
AZITHROMYCIN, COLCHICINE, ASPIRIN = "DRUGBANK:DB00207", "DRUGBANK:DB01394", "DRUGBANK:DB00945"

NAMES = {
    FEVER: "Fever", COUGH: "Cough", RASH: "Rash", TOE: "Toe pain", CHEST: "Chest pain", CRUSHING: "Crushing chest pain",
    LONELY: "Loneliness", PNEUMONIA: "pneumonia", MEASLES: "measles", GOUT: "gout", INFARCTION: "myocardial infarction",
    HERMIT: "hermit disease", AZITHROMYCIN: "Azithromycin", COLCHICINE: "Colchicine", ASPIRIN: "Aspirin",
}  # fmt: skip
EDGES = [
    (PNEUMONIA, "has_symptom", FEVER), (PNEUMONIA, "has_symptom", COUGH), (PNEUMONIA, "has_symptom", CHEST),
    (MEASLES, "has_symptom", FEVER), (MEASLES, "has_symptom", COUGH), (MEASLES, "has_symptom", RASH),
    (GOUT, "has_symptom", TOE), (GOUT, "has_symptom", FEVER), (INFARCTION, "has_symptom", CHEST),
    (CRUSHING, "is_a", CHEST), (AZITHROMYCIN, "treats", PNEUMONIA), (COLCHICINE, "treats", GOUT),
    (ASPIRIN, "treats", INFARCTION), (COLCHICINE, "contraindicated_for", PNEUMONIA),
]  # fmt: skip


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    def type_of(node: str) -> str:
        return {"HP": "phenotype", "DOID": "disease", "DRUGBANK": "drug"}[node.split(":")[0]]

    # Bystanders make the graph large enough for a finding with three diseases to be specific.
    nodes = [NodeRecord(node, name, type_of(node), "doid") for node, name in NAMES.items()]
    nodes += [NodeRecord(f"DOID:8{number:06}", f"bystander {number}", "disease", "doid") for number in range(4000)]
    edges = [EdgeRecord(s, p, o, "doid", "2025", "CC0-1.0") for s, p, o in EDGES]
    return KnowledgeGraph.from_records(nodes, edges)


def mention(node: str, section: str = "question", assertion: Assertion = "present", answer: str = "A") -> Mention:
    role = "question" if section == "question" else "answer" if section in (f"option:{answer}", "answer") else "option"
    return Mention(section=section, start=0, end=1, text="x", node_id=node, score=1.0, tier="label",
                   assertion=assertion, role=role)  # fmt: skip


def item(options: list[str], answer: str = "A") -> QAItem:
    texts = {"ABCDE"[place]: NAMES.get(node, node) for place, node in enumerate(options)}
    return QAItem(id="q", dataset="demo", split="train", question="x", licence="CC0-1.0", answer=texts[answer],
                  answer_key=answer, options=tuple(Option(key=k, text=text) for k, text in texts.items()))  # fmt: skip


def find(
    graph: KnowledgeGraph,
    present: list[str],
    options: list[str],
    *,
    answer: str = "A",
    extra: list[Mention] | None = None,
    config: PathConfig | None = None,
) -> PathSet:
    mentions = [mention(node) for node in present] + (extra or [])
    for place, node in enumerate(options):
        if node in NAMES:
            mentions.append(mention(node, f"option:{'ABCDE'[place]}", answer=answer))
    return PathFinder(graph, config).find_item(item(options, answer), mentions)


def selected(found: PathSet) -> list[ReasoningPath]:
    return [path for path in found.paths if path.kind == "selected"]


def test_a_diagnosis_is_reached_from_its_findings(graph: KnowledgeGraph) -> None:
    found = find(graph, [FEVER, COUGH, CHEST], [PNEUMONIA, GOUT])
    assert {path.node_ids for path in selected(found)} == {(node, PNEUMONIA) for node in (FEVER, COUGH, CHEST)}
    assert found.no_path is None
    assert not found.truncated


def test_a_drug_is_reached_through_the_disease_that_explains_most(graph: KnowledgeGraph) -> None:
    found = find(graph, [FEVER, COUGH, CHEST], [AZITHROMYCIN, COLCHICINE])
    assert {path.node_ids for path in selected(found)} == {
        (node, PNEUMONIA, AZITHROMYCIN) for node in (FEVER, COUGH, CHEST)
    }
    right, wrong = found.option_evidence
    assert right.score > 0 > wrong.score
    assert found.margin == pytest.approx(right.score - wrong.score)


def test_contrast_paths_lead_to_wrong_options_from_the_same_findings(graph: KnowledgeGraph) -> None:
    found = find(graph, [FEVER, COUGH, TOE], [PNEUMONIA, MEASLES, GOUT])
    contrast = {path.option_key: path for path in reversed(found.paths) if path.kind == "contrast"}
    assert set(contrast) == {"B", "C"}
    assert contrast["C"].node_ids == (FEVER, GOUT)  # the finding that both explain, though toe pain speaks louder
    assert not {node for path in contrast.values() for node in path.node_ids} & {PNEUMONIA}


def test_scores_never_depend_on_which_option_is_right(graph: KnowledgeGraph) -> None:
    options = [AZITHROMYCIN, COLCHICINE, ASPIRIN, MEASLES]
    tables = [find(graph, [FEVER, COUGH, CHEST], options, answer=key).option_evidence for key in "ABCD"]
    assert tables[0] == tables[1] == tables[2] == tables[3]


def test_a_finding_implies_its_parent(graph: KnowledgeGraph) -> None:
    found = find(graph, [CRUSHING], [ASPIRIN, COLCHICINE])
    assert [path.node_ids for path in selected(found)] == [(CRUSHING, CHEST, INFARCTION, ASPIRIN)]


@pytest.mark.parametrize("assertion", ["absent", "hypothetical", "family"])
def test_no_path_starts_at_what_is_not_stated_of_the_patient(graph: KnowledgeGraph, assertion: Assertion) -> None:
    found = find(graph, [COUGH], [MEASLES, GOUT], extra=[mention(RASH, assertion=assertion)])
    assert {path.node_ids[0] for path in found.paths} == {COUGH}


def test_denied_findings_count_against_and_are_never_touched(graph: KnowledgeGraph) -> None:
    without = find(graph, [FEVER, COUGH], [MEASLES, PNEUMONIA], extra=[mention(RASH, assertion="absent")])
    plain = find(graph, [FEVER, COUGH], [MEASLES, PNEUMONIA])
    assert without.option_evidence[0].score < plain.option_evidence[0].score
    denied = find(graph, [CHEST], [AZITHROMYCIN, ASPIRIN], extra=[mention(PNEUMONIA, assertion="absent")])
    assert all(PNEUMONIA not in path.node_ids for path in denied.paths)


def test_history_counts_less_than_a_finding_of_today(graph: KnowledgeGraph) -> None:
    past = find(graph, [], [MEASLES, GOUT], extra=[mention(RASH, assertion="historical")])
    today = find(graph, [RASH], [MEASLES, GOUT])
    assert 0 < past.option_evidence[0].score < today.option_evidence[0].score


def test_a_stated_disease_is_a_pivot_of_its_own(graph: KnowledgeGraph) -> None:
    found = find(graph, [PNEUMONIA], [AZITHROMYCIN, ASPIRIN])
    assert [path.node_ids for path in selected(found)] == [(PNEUMONIA, AZITHROMYCIN)]


def test_an_answer_in_the_question_does_not_speak_for_itself(graph: KnowledgeGraph) -> None:
    found = find(graph, [PNEUMONIA, COUGH], [PNEUMONIA, MEASLES])
    assert {path.node_ids for path in selected(found)} == {(COUGH, PNEUMONIA)}
    alone = find(graph, [PNEUMONIA], [PNEUMONIA, MEASLES])
    elsewhere = find(graph, [LONELY], [PNEUMONIA, MEASLES])
    assert alone.option_evidence[0].score <= elsewhere.option_evidence[0].score
    assert alone.no_path == "no_path"


def test_no_path_leads_over_another_option(graph: KnowledgeGraph) -> None:
    found = find(graph, [FEVER], [AZITHROMYCIN, PNEUMONIA])
    assert all(PNEUMONIA not in path.node_ids[:-1] for path in found.paths if path.kind == "selected")


def test_quotas(graph: KnowledgeGraph) -> None:
    config = PathConfig(selected=2, per_question_node=1, contrast=1)
    found = find(graph, [FEVER, COUGH, CHEST], [AZITHROMYCIN, MEASLES, GOUT], config=config)
    assert len(selected(found)) == 2
    assert len({path.node_ids[0] for path in selected(found)}) == 2
    assert sorted(path.option_key or "" for path in found.paths if path.kind == "contrast") == ["B", "C"]


@pytest.mark.parametrize(
    ("present", "options", "reason"),
    [
        ([], [PNEUMONIA, GOUT], "unlinked_question"),
        ([FEVER], ["nowhere", GOUT], "unlinked_answer"),
        ([FEVER], [HERMIT, GOUT], "no_path"),
        ([LONELY], [PNEUMONIA, GOUT], "no_path"),
    ],
)
def test_without_a_path_the_reason_is_given(
    graph: KnowledgeGraph, present: list[str], options: list[str], reason: str
) -> None:
    found = find(graph, present, options)
    assert found.no_path == reason
    assert found.paths == ()
    assert len(found.option_evidence) == 2


def test_what_two_options_share_is_evidence_for_neither(graph: KnowledgeGraph) -> None:
    shared = [mention(PNEUMONIA, "option:A"), mention(PNEUMONIA, "option:B")]
    found = find(graph, [FEVER], ["one", "other", GOUT], extra=shared)
    assert (found.no_path, found.paths, found.margin) == ("answer_not_told_apart", (), None)
    assert [entry.node_ids for entry in found.option_evidence] == [(), (), (GOUT,)]
    more = find(graph, [FEVER], ["one", "other", GOUT], extra=[*shared, mention(MEASLES, "option:A")])
    assert {path.node_ids[-1] for path in selected(more)} == {MEASLES}
    wrong = find(graph, [FEVER], [GOUT, "one", "other"], extra=[mention(PNEUMONIA, f"option:{key}") for key in "BC"])
    assert {path.option_key for path in wrong.paths} == {"A"}


@pytest.mark.parametrize(
    ("other", "told_apart"), [("Chronic Pneumonia", False), ("pleuropneumonia", False), ("gout", True)]
)
def test_a_name_in_two_options_tells_neither(graph: KnowledgeGraph, other: str, told_apart: bool) -> None:
    part = mention(PNEUMONIA, "option:A").model_copy(update={"tier": "partial", "text": "pneumonia"})
    found = find(graph, [FEVER], ["Acute pneumonia", other], extra=[part])
    assert bool(selected(found)) is told_apart
    assert found.no_path == (None if told_apart else "answer_not_told_apart")


def test_margin_needs_two_linked_options(graph: KnowledgeGraph) -> None:
    assert find(graph, [FEVER], [PNEUMONIA, "nowhere"]).margin is None
    assert find(graph, [FEVER], [PNEUMONIA, HERMIT]).margin is not None


def test_open_questions_have_one_unnamed_option(graph: KnowledgeGraph) -> None:
    question = QAItem(id="q", dataset="d", split="train", question="x", answer="pneumonia", licence="CC0-1.0")
    found = PathFinder(graph).find_item(question, [mention(FEVER), mention(PNEUMONIA, "answer")])
    assert [path.node_ids for path in found.paths] == [(FEVER, PNEUMONIA)]
    assert [(entry.key, entry.node_ids) for entry in found.option_evidence] == [(None, (PNEUMONIA,))]
    assert found.margin is None


def test_order_of_mentions_changes_nothing(graph: KnowledgeGraph) -> None:
    mentions = [mention(node) for node in (FEVER, COUGH, CHEST, TOE)]
    mentions += [mention(AZITHROMYCIN, "option:A"), mention(COLCHICINE, "option:B"), mention(ASPIRIN, "option:C")]
    question = item([AZITHROMYCIN, COLCHICINE, ASPIRIN])
    finder = PathFinder(graph)
    assert finder.find_item(question, mentions) == finder.find_item(question, mentions[::-1])


def test_a_spent_budget_is_said_and_what_was_found_is_kept(graph: KnowledgeGraph) -> None:
    options = [AZITHROMYCIN, COLCHICINE, ASPIRIN]
    whole = find(graph, [FEVER, COUGH, CHEST], options)
    cut = find(graph, [FEVER, COUGH, CHEST], options, config=PathConfig(work_budget=8))
    assert (whole.truncated, cut.truncated) == (False, True)
    assert set(cut.paths) < set(whole.paths)


class TestLadder:
    """A chain of `causes` edges: 0 - 1 - 2 - ... ; and an answer that hangs on it by other means."""

    @staticmethod
    def chain(length: int, *more: EdgeRecord) -> KnowledgeGraph:
        def edge(u: int, v: int) -> EdgeRecord:
            return EdgeRecord(f"DOID:{u}", "causes", f"DOID:{v}", "doid", "2025", "CC0-1.0")

        nodes = [NodeRecord(f"DOID:{number}", f"disease {number}", "disease", "doid") for number in range(100)]
        return KnowledgeGraph.from_records(nodes, [edge(u, u + 1) for u in range(length)] + list(more))

    @staticmethod
    def steps(graph: KnowledgeGraph, end: int) -> list[tuple[str, int]]:
        mentions = [mention("DOID:0"), mention(f"DOID:{end}", "answer")]
        question = QAItem(id="q", dataset="d", split="train", question="x", answer="x", licence="CC0-1.0")
        return [(path.fallback_step, len(path.hops)) for path in PathFinder(graph).find_item(question, mentions).paths]

    def test_default(self) -> None:
        assert self.steps(self.chain(3), 3) == [("", 3)]

    def test_one_hop_more(self) -> None:
        assert self.steps(self.chain(4), 4) == [("longer", 4)]

    def test_the_full_view(self) -> None:
        shortcut = EdgeRecord("DOID:2", "member_of", "DOID:50", "doid", "2025", "CC0-1.0")
        assert self.steps(self.chain(2, shortcut), 50) == [("full", 3)]

    def test_words_of_one_sentence_are_a_step_of_no_fallback(self) -> None:
        together = EdgeRecord(
            "DOID:2", "associated_with", "DOID:50", "medquad", "2019", "CC-BY-4.0", "associated_in_text"
        )
        assert self.steps(self.chain(2, together), 50) == []

    def test_a_relative_of_the_answer(self) -> None:
        child = EdgeRecord("DOID:60", "is_a", "DOID:4", "doid", "2025", "CC0-1.0")
        assert self.steps(self.chain(4, child), 60) == [("parent", 5)]

    def test_the_end(self) -> None:
        assert self.steps(self.chain(4), 70) == []


def test_a_batch_gives_what_its_items_give_one_by_one_in_their_order(graph: KnowledgeGraph) -> None:
    answers = [PNEUMONIA, AZITHROMYCIN, PNEUMONIA, GOUT, AZITHROMYCIN]
    starts = [[FEVER, COUGH], [CHEST], [CHEST, FEVER], [TOE], [COUGH, FEVER]]
    asked = [
        (item([answer, MEASLES]), [mention(node) for node in present] + [mention(answer, "option:A")])
        for answer, present in zip(answers, starts, strict=True)
    ]
    singly = [PathFinder(graph).find_item(*one) for one in asked]
    for window in (1, 2, 256):
        assert list(PathFinder(graph).find_items(iter(asked), window=window)) == singly
