"""Assertion status of words in sentences as vignettes write them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import get_args

import pytest

from kgpaths.linking.assertion.status import assertions
from kgpaths.linking.words.tokenizer import tokenize
from kgpaths.records import Assertion

DATA = Path(__file__).parents[1] / "data" / "linking"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _status(text: str, word: str) -> str:
    tokens = tokenize(text)
    (status,) = {s for w, s in zip(tokens.words, assertions(tokens), strict=True) if w == word}
    return status


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She denies fever, chills, chest pain, cough, nausea, vomiting, and diarrhea.",
         {"fever": "absent", "chill": "absent", "cough": "absent", "vomiting": "absent", "diarrhea": "absent"}),
        ("The patient denies any history of smoking, alcohol use, or recreational drug use.",
         {"smoking": "absent", "alcohol": "absent", "drug": "absent"}),
        ("There is no edema, clubbing, or cyanosis.", {"edema": "absent", "clubbing": "absent", "cyanosis": "absent"}),
        ("There is no edema, and the abdomen is tender.", {"edema": "absent", "tender": "present"}),
        ("She has no fever but has a cough.", {"fever": "absent", "cough": "present"}),
        ("He has not had nausea or vomiting.", {"nausea": "absent", "vomiting": "absent"}),
        ("No complaints other than pain.", {"pain": "present"}),
        ("He has a non-productive cough and dyspnea.", {"cough": "present", "dyspnea": "present"}),
        ("There is no rash due to lupus.", {"rash": "absent", "lupus": "present"}),
        ("HBsAg: negative. Fever: present.", {"hbsag": "absent", "fever": "present"}),
        ("Deep tendon reflexes are absent.", {"reflex": "absent"}),
        ("Serum is negative for ANA.", {"ana": "absent"}),
        ("Gram-negative rods grow in the sputum.", {"rod": "present", "sputum": "present"}),
        ("There is no change in the rash.", {"rash": "present"}),
        ("The pain is not relieved by aspirin.", {"aspirin": "present"}),
        ("The nurse reports an absent gallbladder and a dilated duct.", {"gallbladder": "absent", "duct": "present"}),
        ("He presents with a 3-day history of fever and cough.", {"fever": "present", "cough": "present"}),
        ("She has a history of hypertension, asthma, and gout.",
         {"hypertension": "historical", "asthma": "historical", "gout": "historical"}),
        ("Medical history is significant for asthma. He has a cough.", {"asthma": "historical", "cough": "present"}),
        ("A man with a history of gout presents with fever.", {"gout": "historical", "fever": "present"}),
        ("His mother had breast cancer and his father died of stroke.", {"cancer": "family", "stroke": "family"}),
        ("She has a family history of diabetes, gout, and psoriasis.", {"diabetes": "family", "psoriasis": "family"}),
        ("There is no family history of cancer.", {"cancer": "absent"}),
        ("His father has a past medical history of hypertension.", {"hypertension": "family"}),
        ("He is brought by his mother with fever and a rash.", {"fever": "present", "rash": "present"}),
        ("Asthma runs in the family.", {"asthma": "family"}),
        ("She is at increased risk of stroke.", {"stroke": "hypothetical"}),
        ("Aspirin is given to prevent stroke.", {"stroke": "hypothetical"}),
        ("The chest pain has resolved.", {"pain": "historical"}),
        ("She denies fever, chills, night sweats, weight loss, cough, chest pain, nausea, vomiting, or rash.",
         {"fever": "absent", "weight": "absent", "cough": "absent", "nausea": "absent", "rash": "absent"}),
        ("They denied his use of alcohol, or any vomiting or diarrhea.", {"vomiting": "absent", "diarrhea": "absent"}),
        ("He denies fever but reports cough.", {"fever": "absent", "cough": "present"}),
        ("Nitrites negative", {"nitrite": "absent"}),
        ("A fetus with a suspected anomaly.", {"anomaly": "hypothetical"}),
        ("The findings are suggestive of pneumonia.", {"pneumonia": "hypothetical"}),
        ("Pneumonia is suspected.", {"pneumonia": "hypothetical"}),
        ("A biopsy is done for possible melanoma.", {"melanoma": "hypothetical"}),
        ("She fears that she may have cancer.", {"cancer": "hypothetical"}),
        ("They note the presence or absence of asthma.", {"asthma": "hypothetical"}),
        ("The drug increases the risk of stroke.", {"stroke": "hypothetical"}),
        ("The patient is most likely to develop gout.", {"gout": "hypothetical"}),
        ("He is evaluated for epistaxis.", {"epistaxis": "present"}),
        ("He started to develop weakness.", {"weakness": "present"}),
        ("The action potential reaches the muscle.", {"muscle": "present"}),
        ("He had a stroke 3 years ago.", {"stroke": "historical"}),
        ("Three years ago, he had an episode of gout.", {"gout": "historical"}),
        ("He had gout 3 years ago, and now has fever.", {"gout": "historical", "fever": "present"}),
        ("Her cough began 3 weeks ago.", {"cough": "present"}),
        ("She had a cough 3 days ago.", {"cough": "present"}),
        ("She has had gout twice in the past.", {"gout": "historical"}),
        ("She has had vertigo in the past month.", {"vertigo": "present"}),
        ("He was treated for gout and had asthma as a child.", {"gout": "historical", "asthma": "historical"}),
        ("He has a history of falls due to vertigo.", {"fall": "historical", "vertigo": "historical"}),
        ("A man with a history of sudden onset vertigo.", {"vertigo": "present"}),
        ("Three years ago, he had gout, mumps, and rubella.", {"mumps": "historical", "rubella": "historical"}),
        ("He had gout in the past, and you give aspirin.", {"gout": "historical", "aspirin": "present"}),
        ("For the last year she has had gout.", {"gout": "present"}),
        ("History of gout managed with aspirin.", {"gout": "historical", "aspirin": "present"}),
        ("He takes a drug for malaria prophylaxis.", {"malaria": "hypothetical"}),
        ("These findings suggest anemia.", {"anemia": "hypothetical"}),
        ("Studies show a negative ANA.", {"ana": "absent"}),
        ("Three weeks earlier she presented with rash and gout.", {"rash": "historical", "gout": "historical"}),
        ("History of several prior infections including gout, mumps, and rubella.", {"rubella": "historical"}),
        ("Which of the following tumors is expected in gout?", {"tumor": "hypothetical", "gout": "present"}),
        ("Which of the following is the cause of the rash?", {"rash": "present"}),
        ("Which of the following might be seen in gout?", {"gout": "present"}),
        ("His sister was treated for mumps.", {"mumps": "family"}),
        ("The rash resolved.", {"rash": "historical"}),
        ("The rash has not resolved.", {"rash": "present"}),
        ("He reports lung cancer in his mother.", {"cancer": "family"}),
        ("He lost his sister, who died last year from lymphoma.", {"lymphoma": "family"}),
        ("Her mother and aunt have anemia.", {"anemia": "family"}),
    ],
)  # fmt: skip
def test_status(text: str, expected: dict[str, str]) -> None:
    assert {word: _status(text, word) for word in expected} == expected


KINDS = DATA / "assertion_kinds.tsv"


@pytest.mark.parametrize("kind", sorted({row["kind"] for row in _rows(KINDS)}))
def test_kinds_of_wording(kind: str) -> None:
    wrong = []
    for row in (row for row in _rows(KINDS) if row["kind"] == kind):
        text, wanted = row["text"].replace("\\n", "\n"), row["status"].split("|")
        tokens = tokenize(text)
        said = {
            status
            for start, end, status in zip(tokens.starts, tokens.ends, assertions(tokens), strict=True)
            if text[start:end].removesuffix("'s") == row["word"]
        }
        if said.isdisjoint(wanted):
            wrong.append((text, row["word"], said, wanted))
    assert wrong == []


def test_no_status_leaves_its_sentence() -> None:
    assert _status("She denies chest pain. Fever started today.", "fever") == "present"


def test_every_word_has_a_status() -> None:
    tokens = tokenize("No fever, no cough, " * 3000)
    assert len(assertions(tokens)) == len(tokens.words)
    assert assertions(tokenize("")) == []


@pytest.mark.parametrize(
    ("file", "fewest", "least"),
    [
        ("assertion_labels.tsv", 300, 0.75),
        ("assertion_labels_2.tsv", 190, 0.72),
        ("assertion_labels_3.tsv", 160, 0.8),
        ("assertion_labels_4.tsv", 80, 0.9),
        ("assertion_labels_6.tsv", 160, 0.85),
    ],
)
def test_statuses_are_said_rightly_of_findings_read_by_hand(file: str, fewest: int, least: float) -> None:
    rows = _rows(DATA / file)
    assert len(rows) >= fewest
    pairs = []
    for row in rows:
        tokens = tokenize(row["sentence"])
        pairs.append((row["label"], assertions(tokens)[tokens.starts.index(int(row["start"]))]))
    for status in get_args(Assertion):
        right = sum(label == said == status for label, said in pairs)
        if not any(status in pair for pair in pairs):
            continue
        lowest = 0.93 if status == "absent" else least
        assert right >= lowest * sum(said == status for _, said in pairs), status
        assert right >= lowest * sum(label == status for label, _ in pairs), status
