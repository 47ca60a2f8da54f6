"""The names a graph is linked by: its own, short forms of species, and what clinicians say for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from kgpaths.language.words import WORD
from kgpaths.linking.words.normalisation import read_pairs
from kgpaths.linking.words.tokenizer import content_words
from kgpaths.resources import resource

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

_SPECIES = re.compile(r"(([A-Z])[a-z]{3,}) ([a-z]{4,})")
_GENUS = re.compile(r"[A-Z][a-z]{3,}")
_START = 4
_GENERAL = re.compile(
    r"Abnormality of (?:the )?([\w-]+(?: [\w-]+){0,2})|Abnormal ([\w-]+(?: [\w-]+){0,2}) morphology"
    r"|([\w-]+(?: [\w-]+){0,2}) abnormality",
    re.IGNORECASE,
)
_FAULTS = ("anomaly", "malformation", "defect", "manifestation")
"""What texts call an abnormality that has no name of its own: "ear malformations", "skin manifestations"."""
_RECURS = re.compile(
    r"(?:recur|repeat|relaps|frequent|chronic|multiple|episod|intermittent|period|cycl|suscept)", re.IGNORECASE
)
"""Words without which a name of a finding that comes again and again names something else: "pulmonary infection"."""
_SURGICAL = re.compile(r"\bsurgical (?:plastic )?(?=(?:removal|repair|reconstruction)\b)", re.IGNORECASE)
"""What nobody says who speaks of a "gallbladder removal"."""
_EQUAL = frozenset({"label", "exact", "lay"})


def names_of(graph: KnowledgeGraph) -> Iterator[tuple[int, str, str]]:
    """Yield (node, name, scope): all names of the graph, then names that follow from them, then clinical synonyms.

    "E. coli" follows from "Escherichia coli", "Brucella species" from "Brucella", "ear malformation" from "Abnormality
    of the ear", "gallbladder removal" from "gallbladder surgical removal".

    Names of recurrent findings that do not say so are left out: HPO calls "Recurrent pneumonia" "Pulmonary infection".
    So are those that mean something else: the Disease Ontology calls mammary Paget's disease "Paget's disease".

    A clinical synonym (`ontologies/linking/clinical_synonyms.tsv`) that the graph itself has as a name of equal
    meaning is left to the graph.
    """
    synonyms = {_folded(said): (said, _folded(meant)) for said, meant in read_pairs("clinical_synonyms.tsv").items()}
    phrases = " ".join(f"{said} {meant}" for said, meant in read_pairs("clinical_synonyms.tsv").items())
    starts = {word[:_START] for word in WORD.findall(phrases.lower())}
    owners: dict[str, list[int]] = {}
    labelled: dict[str, list[int]] = {}
    species: dict[str, set[int]] = {}
    genera: dict[str, set[int]] = {}
    with_species: set[str] = set()
    faults: dict[str, list[int]] = {}
    recurrent, misnomers = _recurrent(graph), _misnomers()
    for node, name in graph.names():
        if node in recurrent and not _RECURS.search(name.text):
            continue
        if (others := misnomers.get(_singular(name.text))) and graph.name(node) in others:
            continue
        yield node, name.text, name.scope
        if name.scope in _EQUAL:
            # folding every name would double the time of indexing; few begin as a synonym's words do
            if all(word[:_START] in starts for word in WORD.findall(name.text.lower())):
                folded = _folded(name.text)
                owners.setdefault(folded, []).append(node)
                if name.scope == "label":
                    labelled.setdefault(folded, []).append(node)
            if match := _GENERAL.fullmatch(name.text):
                part = next(filter(None, match.groups())).lower()
                faults.setdefault(part, []).append(node)
            if "surgical" in name.text and graph.type(node) == "procedure":
                plain = _SURGICAL.sub("", name.text)
                if plain != name.text and " " in plain:
                    yield node, plain, name.scope if name.scope != "label" else "exact"
            if (match := _SPECIES.fullmatch(name.text)) and graph.type(node) == "organism":
                species.setdefault(f"{match[2]}. {match[3]}", set()).add(node)
                with_species.add(match[1])
            elif (
                _GENUS.fullmatch(name.text)
                and graph.type(node) == "organism"
                and not _SPECIES.fullmatch(graph.name(node))
            ):
                genera.setdefault(name.text, set()).add(node)
    for short in sorted(species):
        for node in sorted(species[short]):
            yield node, short, "abbreviation"
    for genus in sorted(with_species.intersection(genera)):
        for node in sorted(genera[genus]):
            yield from ((node, f"{genus} {species_of_it}", "exact") for species_of_it in ("species", "spp"))
    for part in sorted(faults):
        for fault in _FAULTS:
            yield min(faults[part]), f"{part} {fault}", "related"
    for said_folded, (said, meant) in synonyms.items():
        if said_folded not in owners:
            for node in sorted(set(labelled.get(meant, owners.get(meant, ())))):
                yield node, said, "lay"


def general_abnormalities(graph: KnowledgeGraph) -> frozenset[tuple[int, str]]:
    """Return the (node, name) pairs that `names_of` makes of "Abnormality of the ear" and its like."""
    own = {(node, name.text) for node, name in graph.names()}
    return frozenset((node, text) for node, text, scope in names_of(graph) if scope == "related") - own


def _recurrent(graph: KnowledgeGraph) -> frozenset[int]:
    """Return the findings that are called recurrent; vocabularies name them without the word too."""
    return frozenset(
        node
        for node, name in graph.names()
        if name.scope == "label" and name.text.startswith("Recurrent ") and graph.type(node) in ("phenotype", "symptom")
    )


@cache
def _misnomers() -> dict[str, set[str]]:
    """Return names, case and plural aside, with the own names of the nodes that they do not mean (`misnomers.tsv`)."""
    found: dict[str, set[str]] = {}
    for line in resource("ontologies", "linking", "misnomers.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            said, node, _ = line.split("\t")
            found.setdefault(_singular(said), set()).add(node)
    return found


def _singular(name: str) -> str:
    return name.casefold().removesuffix("s")


def _folded(text: str) -> str:
    return " ".join(sorted(content_words(text)))
