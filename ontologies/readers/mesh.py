"""Medical Subject Headings 2024: trees A to G as hierarchy, all entry terms as names, pharmacological actions.

Courtesy of the U.S. National Library of Medicine; modified: selected and turned into a graph.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from kgpaths.graph.merge import normal_name
from kgpaths.graph.readers.own import OwnReader, Records
from kgpaths.graph.tables import EdgeRecord, NodeRecord
from readers.crosswalk import read_crosswalk
from readers.records import is_useful, node, statement, table

_TYPES = (  # tree → node type; of a heading in several trees the first rule here that fits any of them decides
    ("C", "disease"),  # unless only in branches of manifestations or of pathology
    ("F03", "disease"),
    ("F01.145.126", "symptom"),  # behavioural symptoms: depression, agitation
    ("F01.470.132", "symptom"),  # anxiety
    ("A11.284", "cellular_component"),
    ("A11", "cell"),
    ("A", "anatomy"),
    ("D27", "drug_class"),
    ("D", "chemical"),
    ("B", "organism"),
    ("G", "physiology"),  # "blood pressure" is also listed as a test
    ("E01", "test"),
    ("E05.200", "test"),  # clinical laboratory techniques
    ("E07", "device"),
    ("E", "procedure"),
    ("F04", "procedure"),
    ("F", "behaviour"),
)
_PATHOLOGY = ("C23.300", "C23.550")
_MANIFESTATIONS = ("C08.618", "C09.218.458", "C10.597", "C11.966", "C17.800.685", "C17.800.862", "C23")
_LOOSE = ("cell", "cellular_component", "physiology", "behaviour")
_ANIMAL_DISEASES = "C22"
_PHARMACOLOGICAL = "D27.505"  # not D27.720, "specialty uses of chemicals"
_LEFT_OUT = ("G17", "E05.318.308", "E05.318.740")  # mathematics, data collection, statistics
_TOPS = {  # the file of tree numbers leaves out the top headings, which MeSH lists by these
    "A": "Body Regions|Musculoskeletal System|Digestive System|Respiratory System|Urogenital System|Endocrine System|"
    "Cardiovascular System|Nervous System|Sense Organs|Tissues|Cells|Fluids and Secretions|Animal Structures|"
    "Stomatognathic System|Hemic and Immune Systems|Embryonic Structures|Integumentary System|Plant Structures|"
    "Fungal Structures|Bacterial Structures|Viral Structures",
    "B": "Eukaryota|Archaea|Bacteria|Viruses|Organism Forms",
    "C": "Infections|||Neoplasms|Musculoskeletal Diseases|Digestive System Diseases|Stomatognathic Diseases|"
    "Respiratory Tract Diseases|Otorhinolaryngologic Diseases|Nervous System Diseases|Eye Diseases|"
    "Urogenital Diseases||Cardiovascular Diseases|Hemic and Lymphatic Diseases|"
    "Congenital, Hereditary, and Neonatal Diseases and Abnormalities|Skin and Connective Tissue Diseases|"
    "Nutritional and Metabolic Diseases|Endocrine System Diseases|Immune System Diseases|"
    "Disorders of Environmental Origin|Animal Diseases|Pathological Conditions, Signs and Symptoms|"
    "Occupational Diseases|Chemically-Induced Disorders|Wounds and Injuries",
    "D": "Inorganic Chemicals|Organic Chemicals|Heterocyclic Compounds|Polycyclic Compounds|Macromolecular Substances|"
    "Hormones, Hormone Substitutes, and Hormone Antagonists||Enzymes and Coenzymes|Carbohydrates|Lipids||"
    "Amino Acids, Peptides, and Proteins|Nucleic Acids, Nucleotides, and Nucleosides|||||||Complex Mixtures|||"
    "Biological Factors||Biomedical and Dental Materials|Pharmaceutical Preparations|Chemical Actions and Uses",
    "E": "Diagnosis|Therapeutics|Anesthesia and Analgesia|Surgical Procedures, Operative|Investigative Techniques|"
    "Dentistry|Equipment and Supplies",
    "F": "Behavior and Behavior Mechanisms|Psychological Phenomena|Mental Disorders|"
    "Behavioral Disciplines and Activities",
    "G": "Physical Phenomena|Chemical Phenomena|Metabolism|Cell Physiological Phenomena|Genetic Phenomena|"
    "Microbiological Phenomena|Physiological Phenomena|Reproductive and Urinary Physiological Phenomena|"
    "Circulatory and Respiratory Physiological Phenomena|Digestive System and Oral Physiological Phenomena|"
    "Musculoskeletal and Neural Physiological Phenomena|Immune System Phenomena|"
    "Integumentary System Physiological Phenomena|Ocular Physiological Phenomena|Plant Physiological Phenomena|"
    "Biological Phenomena",
}
_ABBREVIATIONS = frozenset({"ABB", "ABX", "ACR", "ACX"})
_USELESS_TAGS = frozenset({"LAB", "HIST"})  # laboratory numbers, words given up


class Mesh(OwnReader):
    """Reads the headings of trees A to G."""

    def read(self) -> Records:
        data, crosswalk = self.folder, read_crosswalk(self.folder)
        folder = data / "ontology/mesh"
        headings = {row["id"]: row["name"] for row in table(folder / "descriptors.tsv.gz")}
        trees = _tops(headings)
        for row in table(folder / "trees.tsv.gz"):
            number = row["tree_number"]
            if number[0] in "ABCDEFG" and not number.startswith(_LEFT_OUT):
                trees[row["id"]].append(number)
        for heading, numbers in list(trees.items()):
            of_people = any(one.startswith("DOID:") for one in crosswalk.xrefs(heading))
            if any(number.startswith(_ANIMAL_DISEASES) for number in numbers) and not of_people:
                del trees[heading]
        medical = pharmacological_actions(data)
        actions = [
            (row["id"], row["action_id"])
            for row in table(folder / "pharmacological_actions.tsv.gz")
            if row["id"] in trees and row["action_id"] in medical
        ]
        drugs = {drug for drug, _ in actions}
        terms: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in table(folder / "terms.tsv.gz"):
            terms[row["id"]].append(row)
        nodes = []
        for heading, numbers in trees.items():
            kind = _type(numbers)
            kind = "drug" if kind == "chemical" and heading in drugs else kind
            xrefs = crosswalk.xrefs(heading) if kind in ("disease", "symptom", "finding") else set()
            nodes.append(_heading(heading, headings[heading], kind, terms[heading], xrefs))
        edges = _hierarchy(trees)
        edges += [statement(drug, "has_action", action, "mesh") for drug, action in actions]
        return nodes, edges


def pharmacological_actions(data: Path) -> set[str]:
    """Return the headings of actions in medicine; "Rodenticides" and "Food Additives" are uses outside it."""
    rows = table(data / "ontology/mesh/trees.tsv.gz")
    return {row["id"] for row in rows if row["tree_number"].startswith(_PHARMACOLOGICAL)}


def typed_alike(nodes: Sequence[NodeRecord], phenotypes: Iterable[NodeRecord]) -> list[NodeRecord]:
    """Return the nodes, headings of the looser trees with the type that a closer vocabulary gives to their name.

    "Lewy Bodies" stand below the parts of cells, "Platelet Count" below what the body does.
    """
    alike = {normal_name(one.name): "finding" for one in phenotypes if one.type == "phenotype"}
    alike |= {normal_name(one.name): "test" for one in nodes if one.id.startswith("MAXO:") and one.type == "test"}
    return [
        one._replace(type=alike.get(normal_name(one.name), one.type))
        if one.id.startswith("MESH:") and one.type in _LOOSE
        else one
        for one in nodes
    ]


def _tops(headings: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the tree numbers of the top headings."""
    ids = {name: heading for heading, name in headings.items()}
    trees: dict[str, list[str]] = defaultdict(list)
    for letter, names in _TOPS.items():
        for number, name in enumerate(names.split("|"), 1):
            if name in ids:
                trees[ids[name]].append(f"{letter}{number:02}")
    return trees


def _type(numbers: Sequence[str]) -> str:
    diseases = [number for number in numbers if number.startswith("C")]
    if diseases and all(number.startswith(_PATHOLOGY) for number in diseases):
        return "finding"
    if diseases and all(number.startswith(_MANIFESTATIONS) for number in diseases):
        return "symptom"
    return next(kind for prefix, kind in _TYPES if any(number.startswith(prefix) for number in numbers))


def _heading(mesh_id: str, name: str, kind: str, terms: list[dict[str, str]], xrefs: set[str]) -> NodeRecord:
    """Return one heading; terms of its other concepts are narrower or merely near, and are scoped so."""
    concept = next((row["concept"] for row in terms if row["record_preferred"] == "Y"), "")
    names = [(name, "exact")]
    for row in terms:
        if row["lexical_tag"] in _USELESS_TAGS:
            continue
        if row["lexical_tag"] in _ABBREVIATIONS and len(row["term"]) <= 12 and " " not in row["term"]:
            scope = "abbreviation" if row["concept"] == concept else "narrow"
        else:
            scope = "exact" if row["concept"] == concept else "narrow"
        names.append((row["term"], scope))
    return node(
        mesh_id, _natural(name, [text for text, scope in names if scope == "exact"]), kind, "mesh", names, xrefs
    )


def _natural(name: str, exact: Sequence[str]) -> str:
    """Return a heading in the order in which it is spoken: "Arthritis, Rheumatoid" is "Rheumatoid Arthritis"."""
    if ", " not in name:
        return name
    words = sorted(_words(name))
    spoken = sorted(text for text in exact if "," not in text and is_useful(text) and sorted(_words(text)) == words)
    return min(spoken, key=lambda text: (not text[0].isupper(), text.count("-") != name.count("-"), text), default=name)


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.lower())


def _hierarchy(trees: Mapping[str, list[str]]) -> list[EdgeRecord]:
    """Return one edge for each pair of neighbouring headings; what kind of step it is depends on the tree."""
    headings = {number: heading for heading, numbers in trees.items() for number in numbers}
    steps: dict[tuple[str, str], set[str]] = defaultdict(set)
    for number, heading in headings.items():
        above = headings.get(number.rpartition(".")[0])
        if above is not None and above != heading:
            steps[heading, above].add(_step(number))
    order = ("is_a", "part_of", "falls_under")
    return [
        statement(heading, min(kinds, key=order.index), above, "mesh")
        for (heading, above), kinds in sorted(steps.items())
    ]


def _step(number: str) -> str:
    """Return the predicate of a step in a tree: organs are parts, techniques and processes are merely grouped."""
    if number.startswith(("A11", "A12", "A15", "A18", "A19", "A20", "A21")):
        return "is_a"
    if number.startswith("A"):
        return "part_of"
    if number.startswith(("E", "G", "F01", "F02")):
        return "falls_under"
    return "is_a"
