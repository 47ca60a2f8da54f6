"""The lexicon: tables of bedside wording, and the lists of words that say too little."""

from __future__ import annotations

import pytest

from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.tables import NodeRecord
from kgpaths.linking import EntityLinker
from kgpaths.linking.match.graph_names import _folded
from kgpaths.resources import resource

TABLES = ("clinical_synonyms.tsv", "clinical_abbreviations.tsv")
LISTS = ("general_names.txt", "stop_names.txt")


def rows(name: str) -> list[str]:
    lines = resource("ontologies", "linking", name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("table", TABLES)
def test_every_row_gives_one_other_name_once(table: str) -> None:
    pairs = [tuple(row.split("\t")) for row in rows(table)]
    assert all(len(pair) == 2 and all(part == part.strip() != "" for part in pair) for pair in pairs)
    said = [pair[0] for pair in pairs]
    assert len(said) == len(set(said))
    if table == "clinical_synonyms.tsv":
        assert not [pair for pair in pairs if _folded(pair[0]) == _folded(pair[1])]


def test_no_wording_leads_two_ways() -> None:
    meant: dict[str, set[str]] = {}
    for row in rows("clinical_synonyms.tsv"):
        said, other = row.split("\t")
        meant.setdefault(_folded(said), set()).add(_folded(other))
    assert not {said: others for said, others in meant.items() if len(others) > 1}


def test_no_wording_denies_itself() -> None:
    said, meant = zip(*(row.split("\t") for row in rows("clinical_synonyms.tsv")), strict=True)
    names = sorted(set(meant))
    nodes = [NodeRecord(f"HP:{i:07}", name, "phenotype", "hpo") for i, name in enumerate(names, 1)]
    linker = EntityLinker(KnowledgeGraph.from_records(nodes, []))
    for wording, mentions in zip(said, linker.link_batch(f"Examination shows {words}." for words in said), strict=True):
        assert not [m.text for m in mentions if m.text == wording and m.assertion == "absent"]


def test_no_name_is_both_everyday_and_general() -> None:
    general, stopped = (set(map(_folded, rows(name))) for name in LISTS)
    assert not general & stopped


FINDINGS = {
    "Abdominal distention": ("The abdomen is distended and tense.", "abdomen is distended"),
    "Abdominal guarding": ("There is no rebound or guarding.", "guarding"),
    "Palpitations": ("Her heart skips a beat at times.", "heart skips a beat"),
    "Diminished ability to concentrate": ("He has trouble focusing at work.", "trouble focusing"),
    "Auditory hallucination": ("She has been hearing voices.", "hearing voices"),
    "Exertional dyspnea": ("Shortness of breath with exertion for a week.", "Shortness of breath with exertion"),
    "Limitation of joint mobility": ("Its range of motion is limited by pain.", "range of motion is limited"),
    "Abnormal blistering of the skin": ("Several flaccid blisters on the arms.", "flaccid blisters"),
    "Malaise": ("The child looks unwell.", "unwell"),
}


@pytest.fixture(scope="module")
def linker() -> EntityLinker:
    names = [*FINDINGS, "Movement", "nerve", "Human immunodeficiency virus", "Bacillus"]
    types = dict.fromkeys(FINDINGS, "phenotype") | {"Human immunodeficiency virus": "organism", "Bacillus": "organism"}
    nodes = [NodeRecord(f"HP:{i:07}", name, types.get(name, "anatomy"), "hpo") for i, name in enumerate(names, 1)]
    return EntityLinker(KnowledgeGraph.from_records(nodes, []))


@pytest.mark.parametrize("finding", FINDINGS)
def test_bedside_wording_is_the_finding(linker: EntityLinker, finding: str) -> None:
    text, said = FINDINGS[finding]
    assert [(linker.graph.name(m.node_id), m.text) for m in linker.link(text)] == [(finding, said)]


@pytest.mark.parametrize(
    "text",
    [
        "The movement of the donated blood was withdrawn.",
        "Guarded prognosis",
        "An HIV test is ordered.",
        "Acid-fast bacilli",
        "He skips school.",
    ],
)
def test_other_senses_are_not(linker: EntityLinker, text: str) -> None:
    assert linker.link(text) == []


@pytest.mark.parametrize("answer", ["Movement at the fracture site", "Suprascapular nerve injury site"])
def test_a_kind_of_thing_is_no_answer(linker: EntityLinker, answer: str) -> None:
    assert linker.link_string(answer) == []


def test_the_kind_of_thing_may_be_the_whole_answer(linker: EntityLinker) -> None:
    assert [m.text for m in linker.link_string("Movement")] == ["Movement"]
