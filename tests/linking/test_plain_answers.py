"""Plain answers in other words than a catalogue uses: tests, heads of names, nouns that little narrows."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.tables import NodeName, NodeRecord
from kgpaths.linking import EntityLinker

_FILE = Path(__file__).parents[1] / "data" / "linking" / "plain_answers_read.tsv"
_NODES = {
    "Electromyography": ("test", "EMG"),
    "colonoscopy": ("procedure", ""),
    "Immunohistochemistry": ("test", ""),
    "Human Papillomavirus DNA Tests": ("test", "HPV DNA test"),
    "Occult Blood": ("test", ""),
    "Radionuclide Imaging": ("test", ""),
    "Thyroid": ("anatomy", ""),
    "Iron": ("drug", ""),
    "surgical procedure": ("procedure", "surgery"),
    "Brain Concussion": ("disease", ""),
    "Artificial Cardiac Pacing": ("procedure", ""),
    "Sprains and Strains": ("disease", "Strain ; Sprain"),
    "Bone fracture": ("phenotype", ""),
    "Bites and Stings": ("disease", "Bite"),
    "vascular disease": ("disease", ""),
    "cholecystectomy": ("procedure", "gallbladder surgical removal"),
    "Brucella": ("organism", "Brucella melitensis"),
}


@pytest.fixture(scope="module")
def linker() -> EntityLinker:
    return EntityLinker(
        KnowledgeGraph.from_records(
            [
                NodeRecord(
                    f"T:{i}", name, kind, "t", names=tuple(NodeName(n, "exact") for n in others.split(" ; ") if n)
                )
                for i, (name, (kind, others)) in enumerate(_NODES.items())
            ],
            [],
        )
    )


def linked(linker: EntityLinker, text: str) -> list[tuple[str, bool]]:
    """Return what a string names, and whether in part."""
    return [(linker.graph.name(m.node_id), m.tier == "partial") for m in linker.link_string(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Electromyographic study", "Electromyography"),
        ("Electromyographical studies.", "Electromyography"),
        ("Perform an electromyographic examination", "Electromyography"),
        ("EMG testing", "Electromyography"),
        ("Electromyograms", "Electromyography"),
        ("electromyography evaluation", "Electromyography"),
        ("Colonoscopic evaluation", "colonoscopy"),
        ("Evaluation by colonoscopy", "colonoscopy"),
        ("Colonoscopy procedure", "colonoscopy"),
        ("Immunohistochemical analysis", "Immunohistochemistry"),
        ("HPV DNA testing", "Human Papillomavirus DNA Tests"),
        ("HPV DNA assays", "Human Papillomavirus DNA Tests"),
        ("Radionuclide scan", "Radionuclide Imaging"),
        ("Concussion", "Brain Concussion"),
        ("concussions", "Brain Concussion"),
        ("Severe concussion", "Brain Concussion"),
        ("Pacing", "Artificial Cardiac Pacing"),
        ("Vascular disorders", "vascular disease"),
        ("Removal of the gallbladder", "cholecystectomy"),
        ("Gallbladder removal", "cholecystectomy"),
        ("Brucella species", "Brucella"),
        ("Brucella spp.", "Brucella"),
    ],
)
def test_other_words_for_the_same_are_linked_as_a_whole(linker: EntityLinker, text: str, name: str) -> None:
    assert linked(linker, text) == [(name, False)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Lumbosacral strain", "Sprains and Strains"),
        ("Acute cervical strain", "Sprains and Strains"),
        ("Strain of the left calf", "Sprains and Strains"),
        ("wrist sprains", "Sprains and Strains"),
        ("Nasal fracture", "Bone fracture"),
        ("Fracture of the femoral shaft", "Bone fracture"),
        ("Dog bite", "Bites and Stings"),
        ("Transvenous pacing", "Artificial Cardiac Pacing"),
        ("Temporary transcutaneous pacing", "Artificial Cardiac Pacing"),
    ],
)
def test_a_kind_of_what_a_noun_names_is_linked_in_part(linker: EntityLinker, text: str, name: str) -> None:
    assert linked(linker, text) == [(name, True)]


@pytest.mark.parametrize(
    "text",
    [
        "Thyroid evaluation",
        "Iron studies",
        "Surgery evaluation",
        "Occult blood imaging",
        "Electromyographic electrode",
        "Colonoscopic polypectomy",
        "Escharotomy",
        "Lateral canthotomy",
        "Monofilament testing",
        "Financial strain",
        "Resistant bacterial strain",
        "Right heart strain",
        "Instrument fracture",
        "Bite force",
        "Concussion grenade",
        "Pacing of speech",
        "Brucella vaccine",
    ],
)
def test_what_a_noun_does_not_say_is_not_linked(linker: EntityLinker, text: str) -> None:
    assert linked(linker, text) == []


def test_pacing_about_is_no_treatment(linker: EntityLinker) -> None:
    assert linker.link("He was pacing the room.") == []


def test_what_was_read_is_still_linked_and_right() -> None:
    """The graph has the nodes that were read, under the names by which they were found."""
    rows = list(csv.DictReader(_FILE.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    names: dict[str, tuple[str, str, set[str]]] = {}
    for row in rows:
        known = names.setdefault(row["node_id"], (row["name"], row["type"], set()))[2]
        known.add(row["known_as"])
        if row["rule"] == "species":
            known.add(f"{row['known_as']} vulgaris")
    linker = EntityLinker(
        KnowledgeGraph.from_records(
            [
                NodeRecord(node, name, kind, "t", names=tuple(NodeName(text, "exact") for text in sorted(known)))
                for node, (name, kind, known) in names.items()
            ],
            [],
        )
    )
    verdicts: dict[str, Counter[str]] = {}
    for row, mentions in zip(rows, linker.link_strings(row["string"] for row in rows), strict=True):
        found = verdicts.setdefault(row["rule"], Counter())
        found[row["verdict"] if [m.node_id for m in mentions] == [row["node_id"]] else "unlinked"] += 1
        if mentions and row["rule"] == "narrowed":
            assert mentions[0].tier == "partial"
    for rule, found in verdicts.items():
        assert found["unlinked"] <= 3, (rule, found)
        assert found["right"] / (found["right"] + found["wrong"]) >= 0.97, (rule, found)
