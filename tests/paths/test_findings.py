"""What a question says of the concepts it names."""

from __future__ import annotations

import pytest

from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeName, NodeRecord
from kgpaths.linking import EntityLinker
from kgpaths.paths import PathFinder
from kgpaths.records import Finding, Option, PathSet, QAItem

NODES = [
    ("HP:1", "Fever", "phenotype"), ("HP:2", "Cough", "phenotype"), ("HP:3", "Angioedema", "phenotype"),
    ("DOID:1", "pneumonia", "disease"), ("DOID:2", "syphilis", "disease"), ("DOID:3", "lung cancer", "disease"),
    ("DR:1", "lisinopril", "drug"), ("DR:2", "metformin", "drug"), ("DR:3", "penicillin", "drug"),
    ("DR:4", "warfarin", "drug"), ("DR:5", "vitamin K", "drug"), ("CH:1", "glucose", "chemical"),
    ("CH:2", "antineutrophil antibodies", "chemical"), ("T:1", "chest x-ray", "test"), ("T:2", "RPR test", "test"),
    ("P:1", "splenectomy", "procedure"), ("A:1", "heart", "anatomy"), ("A:2", "spleen", "anatomy"),
    ("B:1", "urine", "anatomy"), ("O:1", "Escherichia coli", "organism"), ("O:2", "Peanuts", "organism"),
    ("G:1", "BRCA1", "gene"), ("D:1", "pacemaker", "device"), ("BE:1", "Smoking", "behaviour"),
    ("BE:2", "Alcohol Drinking", "behaviour"), ("PH:1", "coagulation", "physiology"),
]  # fmt: skip
EDGES = [
    ("DOID:1", "has_symptom", "HP:1"), ("DOID:1", "has_symptom", "HP:2"), ("DR:1", "causes", "HP:3"),
    ("DOID:1", "diagnosed_by", "T:1"), ("DOID:1", "located_in", "A:1"), ("DR:2", "treats", "DOID:1"),
    ("DOID:2", "diagnosed_by", "T:2"), ("DR:4", "targets", "G:1"),
]  # fmt: skip


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    nodes = [NodeRecord(*node, "t") for node in NODES]
    nodes += [NodeRecord(f"DOID:9{number:05}", f"bystander {number}", "disease", "t") for number in range(2000)]
    return KnowledgeGraph.from_records(nodes, [EdgeRecord(s, p, o, "t", "2025", "CC0-1.0") for s, p, o in EDGES])


def found(graph: KnowledgeGraph, question: str, *options: str) -> PathSet:
    """Return what the path room makes of a question; the first option is the right one."""
    given = tuple(Option(key=key, text=text) for key, text in zip("ABCD", options, strict=False))
    item = QAItem(
        id="q", dataset="d", split="train", question=question, licence="CC0-1.0", options=given,
        answer=options[0] if options else "pneumonia", answer_key="A" if options else None,
    )  # fmt: skip
    return PathFinder(graph).find_item(item, EntityLinker(graph).link_item(item))


def kinds(graph: KnowledgeGraph, question: str) -> dict[str, str]:
    """Return the kind of every finding by the words of the question."""
    return {one.text: one.kind for one in found(graph, question).findings if one.value is None}


NEXT = " Which of the following is the most likely diagnosis?"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("He has a fever and a cough.", {"fever": "finding", "cough": "finding"}),
        # taken, given, allergic, exposed
        ("Fever. He takes metformin and lisinopril.", {"metformin": "context", "lisinopril": "context"}),
        ("Fever. Current medications include metformin, warfarin, and lisinopril.", {"warfarin": "context"}),
        ("Fever. Medications: warfarin 5 mg daily.", {"warfarin": "context"}),
        ("Fever. He is treated with penicillin for 3 days.", {"penicillin": "context"}),
        ("Fever. He has been on warfarin since May.", {"warfarin": "context"}),
        ("Fever. A man on warfarin with a cough.", {"warfarin": "context", "cough": "finding"}),
        ("Fever. Metformin was started last week.", {"Metformin": "context"}),
        ("Fever. He is allergic to penicillin and peanuts.", {"penicillin": "context", "peanuts": "context"}),
        ("Fever. Allergies: penicillin.", {"penicillin": "context"}),
        ("Fever after ingestion of peanuts.", {"peanuts": "context"}),
        ("Fever after a warfarin overdose.", {"warfarin": "context"}),
        ("Fever. He denies use of warfarin.", {"warfarin": "context"}),
        ("Fever. He smokes and drinks alcohol.", {"smokes": "context", "drinks alcohol": "context"}),
        ("Fever. She has a history of smoking.", {"smoking": "context"}),
        ("Fever during pregnancy.", {"pregnancy": "context"}),
        # done, worn
        ("Fever. He underwent splenectomy in May.", {"splenectomy": "context"}),
        ("Fever. He is status post splenectomy.", {"splenectomy": "context"}),
        ("Fever. A pacemaker was implanted in May.", {"pacemaker": "context"}),
        # results
        ("Fever. Urine culture grows Escherichia coli.", {"Escherichia coli": "finding"}),
        ("Fever. Cultures are positive for Escherichia coli.", {"Escherichia coli": "finding"}),
        ("Fever with positive antineutrophil antibodies.", {"antineutrophil antibodies": "finding"}),
        ("Fever. The RPR test is positive.", {"RPR test": "finding"}),
        ("Fever. She has a mutation in BRCA1.", {"BRCA1": "finding"}),
    ],
)
def test_what_is_said_of_a_concept(graph: KnowledgeGraph, question: str, expected: dict[str, str]) -> None:
    assert kinds(graph, question + NEXT).items() >= expected.items()


@pytest.mark.parametrize(
    "question",
    [
        "Fever. A chest x-ray is performed.",
        "Fever. A chest x-ray is shown.",
        "Fever. The heart and the spleen are examined.",
        "Fever. The urine is dark.",
        "Fever. Serum glucose is 88 mg/dL.",
        "Fever. Laboratory studies show glucose 88 mg/dL.",
        "Fever. He takes no drugs; penicillin was discovered in 1928.",
        "Fever. Escherichia coli is a rod.",
        "Fever. BRCA1 lies on chromosome 17.",
        "Fever. He is scheduled for splenectomy.",
        "Fever. The RPR test is ordered.",
        "Fever. Which of the following is seen on chest x-ray?",
        "Fever. Which is true of this patient's heart?",
    ],
)
def test_what_is_merely_named_is_no_finding(graph: KnowledgeGraph, question: str) -> None:
    asked = question if question.endswith("?") else question + NEXT
    assert set(kinds(graph, asked)) == {"Fever"}


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Mechanism of action of warfarin is:", "warfarin"),
        ("Which of these reverses warfarin?", "warfarin"),
        ("A man bleeds. Which of these reverses warfarin?", "warfarin"),
        ("The spleen develops from:", "spleen"),
        ("BRCA1 is located on which chromosome?", "BRCA1"),
        ("True about Escherichia coli is", "Escherichia coli"),
    ],
)
def test_what_a_question_asks_about_is_its_subject(graph: KnowledgeGraph, question: str, subject: str) -> None:
    assert kinds(graph, question) == {subject: "subject"}


@pytest.mark.parametrize(
    "question",
    [
        "Which penicillin helps?",
        "Which of the following penicillin is oral?",
        "What is the most appropriate penicillin?",
        "All are penicillin except:",
        "It is caused by one of the following penicillin drugs:",
    ],
)
def test_the_kind_of_answer_that_is_wanted_is_no_subject(graph: KnowledgeGraph, question: str) -> None:
    assert kinds(graph, question) == {}


def test_paths_start_from_findings_and_not_from_names(graph: KnowledgeGraph) -> None:
    paths = found(
        graph, "A chest x-ray of the heart is obtained. He takes metformin. Diagnosis?", "Pneumonia", "Syphilis"
    )
    assert paths.no_path == "unlinked_question"
    paths = found(graph, "Fever. A chest x-ray of the heart is obtained. Diagnosis?", "Pneumonia", "Syphilis")
    assert {path.node_ids[0] for path in paths.paths} == {"HP:1"}


def test_a_drug_that_is_taken_counts_where_the_cause_is_asked_for(graph: KnowledgeGraph) -> None:
    story = "A man takes lisinopril. "
    cause = found(graph, story + "Which of these adverse effects is likely?", "Angioedema", "Cough")
    assert {path.node_ids for path in cause.paths} == {("DR:1", "HP:3")}
    assert found(graph, story + "Which of these signs is likely?", "Angioedema", "Cough").no_path == "unlinked_question"


def test_what_a_drug_is_taken_for_is_no_cause(graph: KnowledgeGraph) -> None:
    asked = "A man takes metformin. What is the most likely cause?"
    assert found(graph, asked, "Pneumonia", "Syphilis").no_path == "no_path"
    assert found(graph, "Metformin is the drug of choice in:", "Pneumonia", "Syphilis").paths


def test_a_negative_test_is_absent(graph: KnowledgeGraph) -> None:
    (test,) = (one for one in found(graph, "Fever. The RPR test is negative." + NEXT).findings if one.node_id == "T:2")
    assert (test.kind, test.status) == ("finding", "absent")


def test_values_are_kept_with_and_without_a_node(graph: KnowledgeGraph) -> None:
    question = "A 54-year-old man has a fever. Potassium 2.1 mEq/L, sodium 140 mEq/L, glucose in urine." + NEXT
    ages, fever, potassium, sodium = found(graph, question).findings
    assert (ages.kind, ages.text, ages.value and ages.value.numbers) == ("context", "54-year-old man", (54.0,))
    assert (fever.node_id, fever.value) == ("HP:1", None)
    assert (potassium.node_id, potassium.direction, potassium.kind) == ("", "low", "finding")
    assert (sodium.node_id, sodium.direction) == ("", "normal")


def test_findings_quote_the_question(graph: KnowledgeGraph) -> None:
    question = "A 54-year-old man takes warfarin and denies fever; his pulse is 140/min." + NEXT
    said = found(graph, question).findings
    assert all(question[one.start : one.end] == one.text for one in said)
    assert [(one.kind, one.status, one.node_id) for one in said] == [
        ("context", "present", ""), ("context", "present", "DR:4"), ("finding", "absent", "HP:1"),
        ("finding", "present", ""),
    ]  # fmt: skip
    assert Finding.model_validate(said[0].model_dump()) == said[0]


@pytest.mark.parametrize(
    ("question", "denied"),
    [
        ("Cough. She denies fever.", True),
        ("Cough. There is no family history of fever.", False),
        ("Cough. Family history is negative for fever.", False),
        ("Cough. He denies any family history of lung cancer or fever.", False),
        ("Cough. No relatives have had fever.", False),
        ("Cough. There is no history of fever in his family.", False),
        ("Cough. The mother has no fever.", False),
        ("Cough. His mother denies fever.", True),
        ("Cough. A boy is brought by his parents with vomiting and without fever.", True),
        ("Cough. Family history is unremarkable; he has no fever.", True),
        ("Cough. There is no personal or family history of fever.", True),
    ],
)
def test_what_is_denied_of_the_family_is_no_finding(graph: KnowledgeGraph, question: str, denied: bool) -> None:
    absent = {one.node_id for one in found(graph, question + NEXT).findings if one.status == "absent"}
    assert ("HP:1" in absent) is denied


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Cough. She denies fever.", "finding"),
        ("Cough. She denies a history of fever.", "context"),
        ("Cough. There is no history of gout or fever.", "context"),
        ("Cough. He has had no previous fever.", "context"),
        ("Cough. No prior fever was noted. There is no fever.", "context"),
        ("Cough. She has no fever or prior gout.", "finding"),
    ],
)
def test_what_is_denied_of_the_past_is_no_finding(graph: KnowledgeGraph, question: str, kind: str) -> None:
    fever = [one for one in found(graph, question + NEXT).findings if one.node_id == "HP:1"]
    assert fever[0].status == "absent"
    assert fever[0].kind == kind


def test_what_is_narrower_and_denied_says_nothing_of_the_wider() -> None:
    nodes = [NodeRecord("D:1", "headache", "symptom", "t", names=(NodeName("thunderclap headache", "narrow"),))]
    graph = KnowledgeGraph.from_records([*nodes, NodeRecord("DOID:1", "pneumonia", "disease", "t")], [])
    for question, expected in (("No thunderclap headache.", set()), ("No headache.", {"D:1"})):
        assert {one.node_id for one in found(graph, question + NEXT, "pneumonia").findings} == expected
    assert {one.node_id for one in found(graph, "A thunderclap headache." + NEXT, "pneumonia").findings} == {"D:1"}
