"""The Human Disease Ontology (CC0): hierarchy, names, cross-references, and what its axioms state."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from kgpaths.graph.readers.own import OwnReader, Records
from kgpaths.graph.tables import EdgeRecord, NodeRecord
from readers.crosswalk import Crosswalk, read_crosswalk
from readers.records import node, statement, table, tidy

_AXIOM = re.compile(r"(?:'([^']+)'|(\w+)) some (\((?:[^()]|\([^()]*\))*\)|'[^']+'|[\w-]+)")
_LABEL = re.compile(r"'([^']+)'|([\w-]+)")
_WORDS = frozenset({"and", "or", "some", "disease", "has role", "drug"})
_PREDICATES = {  # property of an axiom → predicate, exchanged?
    "has symptom": ("has_symptom", False),
    "has phenotype": ("has_phenotype", False),
    "disease has feature": ("has_phenotype", False),
    "disease has location": ("located_in", False),
    "has_origin": ("located_in", False),
    "derives from": ("originates_in_cell", False),
    "has material basis in": ("causes", True),
    "has disease driver": ("causes", True),
    "has allergic trigger": ("triggered_by", False),
    "existence starts during": ("has_onset", False),
    "transmitted by": ("transmitted_by", False),
}
_FACETS = {  # column of the faceted browser → predicate, exchanged?
    "anatomy": ("located_in", False),
    "symptom": ("has_symptom", False),
    "phenotype": ("has_phenotype", False),
    "cell_type": ("originates_in_cell", False),
    "ncbitaxon": ("causes", True),
    "inheritance_pattern": ("has_inheritance", False),
    "onset": ("has_onset", False),
    "transmission_process": ("transmitted_by", False),
}
_TYPES = {
    "UBERON": "anatomy",
    "CL": "cell",
    "NCBITaxon": "organism",
    "CHEBI": "chemical",
    "FOODON": "food",
    "GENO": "inheritance",
    "TRANS": "transmission",
    "SYMP": "symptom",
}
_TOO_COMMON = 0.10
"""A facet value on more diseases than this share says nothing ("anatomical structure")."""
_BROAD = 50
"""What can be a symptom of a group of more diseases than this need not be one of each (ascites of appendicitis)."""
_GENERIC = frozenset({"CHEBI:23888", "FOODON:00002403", "GENO:0000141", "TRANS:0000000", "HP:0003674", "DOID:4"})
_SCOPES = {
    "hasExactSynonym": "exact",
    "hasNarrowSynonym": "narrow",
    "hasBroadSynonym": "broad",
    "hasRelatedSynonym": "related",
}

_NO_NAMES = {"DOID:446": ("Cushing syndrome", "Cushing's syndrome")}
"""Names that the files call exact and that mean something else: too much cortisol is not too much aldosterone."""


class DiseaseOntology(OwnReader):
    """Reads diseases with their hierarchy, and what they show, where they lie and what causes them."""

    def read(self) -> Records:
        data, crosswalk = self.folder, read_crosswalk(self.folder)
        folder = data / "ontology/doid"
        labels, parents = _hierarchy(folder / "HumanDO.tsv")
        names = _names(folder, labels)
        xrefs = _xrefs(folder / "allXREFinDO.tsv", labels, crosswalk)
        nodes = [
            node(doid, label, "disease", "doid", names.get(doid, ()), xrefs[doid]) for doid, label in labels.items()
        ]
        edges = [statement(child, "is_a", parent, "doid") for child, above in parents.items() for parent in above]
        facets = [row for row in table(folder / "facets.tsv.gz") if row["?id"] in labels]
        terms = {tidy(row["?import_keyword"]): row["?import_id"] for row in facets}
        terms |= {label: doid for doid, label in labels.items() if label not in terms}
        asserted = _axioms(folder, parents, labels, terms)
        inherited = _pruned_facets(facets, parents, asserted, len(labels))
        used = {end for edge in asserted + inherited for end in (edge.subject, edge.object)}
        nodes += _imported(facets, used)
        return nodes, edges + asserted + inherited


def _hierarchy(path: Path) -> tuple[dict[str, str], dict[str, set[str]]]:
    """Return id → label and id → parents; the file names parents by label."""
    rows = [(row["id"], tidy(row["label"]), tidy(row["subClassOf"])) for row in table(path)]
    labels = {doid: label for doid, label, _ in rows if "obsolete" not in label}
    ids = {label: doid for doid, label in labels.items()}
    parents: dict[str, set[str]] = defaultdict(set)
    for doid, _, parent in rows:
        if doid in labels and parent in ids:
            parents[doid].add(ids[parent])
    return labels, parents


def _names(folder: Path, labels: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Return synonyms: those the translators were given, and those of the release of 2018."""
    names: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for file in ("doid-es-translated.tsv", "doid-es-untranslated.tsv"):
        for row in table(folder / file):
            kind = (row.get("predicate") or "").partition(":")[2]
            if kind in _SCOPES and row["source_id"] in labels:
                names[row["source_id"]].append((row["source_text"], _SCOPES[kind]))
    graph = json.loads(gzip.decompress((folder / "doid-2018-07-05.json.gz").read_bytes()))["graphs"][0]
    for term in graph["nodes"]:
        doid = term["id"].rpartition("/")[2].replace("_", ":")
        if doid in labels:
            for synonym in term.get("meta", {}).get("synonyms", ()):
                names[doid].append((synonym["val"], _SCOPES[synonym["pred"]]))
    return {doid: [name for name in some if name[0] not in _NO_NAMES.get(doid, ())] for doid, some in names.items()}


def _xrefs(path: Path, labels: Mapping[str, str], crosswalk: Crosswalk) -> dict[str, set[str]]:
    """Return cross-references: Mondo's exact matches, and DO's own where neither side has another partner.

    DO's are loose ("see also"): several diseases may point to one MeSH heading. Only a pair that both sides have to
    themselves, and that Mondo does not place elsewhere, is the same concept.
    """
    prefixes = {"MIM": "OMIM", "MESH": "MESH", "ORDO": "ORPHA"}
    pairs: set[tuple[str, str]] = set()
    for row in table(path):
        prefix, _, number = row["xref"].partition(":")
        if prefix in prefixes and row["id"] in labels and not number.startswith("C"):
            pairs.add((row["id"], f"{prefixes[prefix]}:{number}"))
    partners = Counter(other for _, other in pairs)
    of_kind = Counter((doid, other.partition(":")[0]) for doid, other in pairs)
    xrefs: dict[str, set[str]] = defaultdict(set)
    for doid in labels:
        xrefs[doid] = crosswalk.xrefs(doid) - {doid}
    for doid, other in sorted(pairs):
        kind = other.partition(":")[0]
        known = any(one.startswith(f"{kind}:") for one in xrefs[doid])
        if partners[other] == 1 and of_kind[doid, kind] == 1 and not known and other not in crosswalk.concept:
            xrefs[doid].add(other)
    return xrefs


def _axioms(
    folder: Path, parents: dict[str, set[str]], labels: Mapping[str, str], terms: Mapping[str, str]
) -> list[EdgeRecord]:
    """Return what DO states of a disease itself; names in axioms are resolved by the faceted browser's table."""
    edges = []
    for file, column in (
        ("DO-subClassOf-anonymous.tsv", "SubClass Of [ANON]"),
        ("DO-equivalentClass.tsv", "Equivalent Class"),
    ):
        for row in table(folder / file):
            if row["ID"] not in labels:
                continue
            for quoted, plain, value in _AXIOM.findall(row[column]):
                if (quoted or plain) not in _PREDICATES:
                    continue
                for one, two in _LABEL.findall(value):
                    target = terms.get(one or two)
                    if (one or two) in _WORDS or target is None or target in _GENERIC | parents[row["ID"]]:
                        continue
                    predicate, exchanged = _PREDICATES[quoted or plain]
                    if target.startswith("GENO:"):
                        predicate, exchanged = "has_inheritance", False
                    if _fits(predicate, target):
                        edges.append(_edge(row["ID"], predicate, target, "doid", exchanged=exchanged))
    return edges


def _fits(predicate: str, target: str) -> bool:
    """Tell whether the term is of a kind that the predicate is about ("located in fever" is a slip of the axiom)."""
    kinds = {
        "has_symptom": ("SYMP:", "HP:"),
        "has_phenotype": ("HP:", "DOID:", "SYMP:"),
        "located_in": ("UBERON:",),
        "originates_in_cell": ("CL:",),
        "causes": ("NCBITaxon:", "CHEBI:", "FOODON:"),
        "triggered_by": ("CHEBI:", "FOODON:", "NCBITaxon:"),
        "has_onset": ("HP:",),
        "transmitted_by": ("TRANS:", "NCBITaxon:"),
        "has_inheritance": ("GENO:",),
    }
    return target.startswith(kinds[predicate])


def _edge(doid: str, predicate: str, other: str, source: str, *, exchanged: bool) -> EdgeRecord:
    subject, object_ = (other, doid) if exchanged else (doid, other)
    return statement(subject, predicate, object_, source)


def _pruned_facets(
    facets: Iterable[Mapping[str, str]], parents: Mapping[str, set[str]], asserted: list[EdgeRecord], diseases: int
) -> list[EdgeRecord]:
    """Return what diseases inherit from the diseases above them, without the ancestors of what is stated.

    The faceted browser lists for each disease also every ancestor of every value (lung, thoracic segment, body
    part …). Kept is a value that an axiom states of the disease or of one above it, unless a value below it is kept
    too, and unless it is on more than a tenth of all diseases. Symptoms are handed down from small groups only.
    """
    by_facet: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in facets:
        if row["?facet"] in _FACETS:
            by_facet[row["?facet"]][row["?id"]].add(row["?import_id"])
    stated: dict[str, set[str]] = defaultdict(set)
    for edge in asserted:
        for doid, other in ((edge.subject, edge.object), (edge.object, edge.subject)):
            stated[doid].add(other)
    below = Counter(above for doid in parents for above in _ancestors(doid, parents))
    edges = []
    for facet, values in sorted(by_facet.items()):
        predicate, exchanged = _FACETS[facet]
        shown = predicate in ("has_symptom", "has_phenotype")
        holders: dict[str, set[str]] = defaultdict(set)
        for doid, found in values.items():
            for value in found:
                holders[value].add(doid)
        for doid in sorted(values):
            above = [one for one in _ancestors(doid, parents) if not shown or below[one] <= _BROAD]
            kept = {
                value
                for value in values[doid] - _GENERIC
                if _fits(predicate, value)
                and len(holders[value]) <= _TOO_COMMON * diseases
                and any(value in stated[one] for one in above)
            }
            for value in sorted(kept):
                refined = any(holders[other] < holders[value] for other in kept)
                if value not in stated[doid] and not refined:
                    edges.append(_edge(doid, predicate, value, "doid-facets", exchanged=exchanged))
    return edges


def _ancestors(doid: str, parents: Mapping[str, set[str]]) -> set[str]:
    found, stack = {doid}, [doid]
    while stack:
        for parent in parents.get(stack.pop(), ()):
            if parent not in found:
                found.add(parent)
                stack.append(parent)
    return found


def _imported(facets: Iterable[Mapping[str, str]], used: set[str]) -> list[NodeRecord]:
    """Return the terms of other vocabularies that the axioms use, by the names that DO gives them; not HP's."""
    sources = {"UBERON": "uberon"}
    found = {}
    for row in facets:
        term, name = row["?import_id"], tidy(row["?import_keyword"])
        prefix = term.partition(":")[0]
        if prefix in _TYPES and prefix != "SYMP" and term not in _GENERIC:
            name = re.sub(r" <[^>]*>$", "", name)
            found[term] = node(term, name, _TYPES[prefix], sources.get(prefix, "doid-facets"))
    return [found[term] for term in sorted(found) if term in used]
