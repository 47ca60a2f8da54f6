"""What mentions of tests say came out of them, and which of these are findings."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.tables import NodeName, NodeRecord
from kgpaths.linking import EntityLinker
from kgpaths.linking.assertion.status import statuses
from kgpaths.linking.values.results import results
from kgpaths.linking.words.cue_words import wording
from kgpaths.linking.words.tokenizer import tokenize

DATA = Path(__file__).parents[1] / "data" / "linking"
NODES = [
    NodeRecord("T:1", "Complete Blood Count", "test", "t", names=(NodeName("CBC", "exact"),)),
    NodeRecord("T:2", "Coombs Test", "test", "t"),
    NodeRecord("T:3", "Electrocardiography", "test", "t", names=(NodeName("ECG", "exact"),)),
    NodeRecord("T:4", "Thoracic Radiography", "test", "t", names=(NodeName("chest x-ray", "exact"),)),
    NodeRecord("T:5", "Leukocyte Count", "test", "t"),
    NodeRecord("P:1", "colonoscopy", "procedure", "t"),
    NodeRecord("P:2", "appendectomy", "procedure", "t"),
    NodeRecord("C:1", "sodium", "chemical", "t"),
    NodeRecord("O:1", "hepatitis B virus", "organism", "t"),
    NodeRecord("F:1", "Babinski sign", "phenotype", "t"),
    NodeRecord("A:1", "uterus", "anatomy", "t"),
]


@pytest.fixture(scope="module")
def linker() -> EntityLinker:
    return EntityLinker(KnowledgeGraph.from_records(NODES, []))


def _said(linker: EntityLinker, text: str, mention: str) -> tuple[str, str]:
    (found,) = [m for m in linker.link(text) if m.text.lower() == mention.lower()]
    return found.assertion, found.result


def test_results_of_words() -> None:
    with (DATA / "results_said.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) >= 100
    wrong = []
    for row in rows:
        read = wording(tokenize(row["text"]))
        found = results(read, statuses(read))
        said = found[read.words.index(row["word"])] if found else ""
        if said != row["result"]:
            wrong.append((row["text"], row["word"], said))
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "mention", "assertion", "result"),
    [
        ("The CBC is unremarkable.", "CBC", "absent", "normal"),
        ("ECG: normal.", "ECG", "absent", "normal"),
        ("A chest x-ray shows no abnormalities.", "chest x-ray", "absent", "normal"),
        ("The direct Coombs test is negative.", "Coombs test", "absent", "negative"),
        ("The direct Coombs test is positive.", "Coombs test", "present", "positive"),
        ("He denies pain, and an abnormal ECG is seen.", "ECG", "present", "abnormal"),
        ("She has never had an abnormal ECG.", "ECG", "absent", "normal"),
        ("Colonoscopy 3 years ago was normal.", "colonoscopy", "absent", "normal"),
        ("The leukocyte count is 7,000/mm3.", "leukocyte count", "absent", "normal"),
        ("The leukocyte count is 17,000/mm3.", "leukocyte count", "present", "high"),
        ("An ECG is obtained.", "ECG", "present", ""),
        ("An ECG shows ST elevation.", "ECG", "present", ""),
        ("The CBC is pending.", "CBC", "present", ""),
        ("The CBC is normal except for anemia.", "CBC", "present", ""),
        ("No ECG was done.", "ECG", "absent", ""),
        ("The appendectomy scar is normal.", "appendectomy", "present", ""),
        ("Serum sodium is normal.", "sodium", "present", "normal"),
        ("She is hepatitis B virus-negative.", "hepatitis B virus", "absent", "negative"),
        ("There is a negative Babinski sign.", "Babinski sign", "absent", ""),
        ("The uterus is normal.", "uterus", "present", ""),
    ],
)
def test_a_result_decides_whether_a_test_is_a_finding(
    linker: EntityLinker, text: str, mention: str, assertion: str, result: str
) -> None:
    assert _said(linker, text, mention) == (assertion, result)


def test_a_number_that_no_range_judges_is_no_result(linker: EntityLinker) -> None:
    text = "A 3-month-old infant has a leukocyte count of 12,000/mm3."
    assert _said(linker, text, "leukocyte count") == ("present", "")
