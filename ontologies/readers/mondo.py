"""Mondo (CC BY 4.0): its hierarchy and axioms, between the ids that its concepts have in other vocabularies."""

from __future__ import annotations

from collections import defaultdict

from kgpaths.graph.readers.own import OwnReader, Records
from readers.crosswalk import Crosswalk, rare_diseases, read_crosswalk, representative
from readers.records import statement, table

_ROOTS = frozenset({"MONDO:0000001", "MONDO:0700096"})  # disease, human disease
_MISTAKEN = frozenset({("MONDO:0006633", "MONDO:0006032"), ("MONDO:0005742", "MONDO:0006032")})
"""Two kinds of cholecystitis stand below cystitis in this release."""
_AXIOMS = {  # property → predicate, exchanged?, what its object must be
    "RO:0004029": ("has_phenotype", False, ("HP:", "MONDO:")),  # disease has feature
    "http://purl.obolibrary.org/obo/mondo#disease_has_major_feature": ("has_phenotype", False, ("HP:", "MONDO:")),
    "http://purl.obolibrary.org/obo/mondo#predisposes_towards": ("contributes_to", False, ("MONDO:",)),
    "RO:0004026": ("located_in", False, ("UBERON:",)),  # disease has location
    "RO:0004027": ("located_in", False, ("UBERON:",)),  # disease has inflammation site
    "RO:0014001": ("causes", True, ("NCBITaxon:",)),  # disease has infectious agent
}


class Mondo(OwnReader):
    """Reads what Mondo states; a class that no vocabulary has is stepped over on the way up.

    OMIM has no hierarchy of its own: without this its numbered types ("… 96") would hang in the air.
    """

    def read(self) -> Records:
        data, crosswalk = self.folder, read_crosswalk(self.folder)
        above: dict[str, set[str]] = defaultdict(set)
        edges = []
        for row in table(data / "ontology/mondo/mondo-edges-2023-08.tsv"):
            subject, predicate, object_ = row["x"], row["p"], row["y"]
            if (subject, object_) in _MISTAKEN:
                continue
            if predicate == "rdfs:subClassOf" and subject.startswith("MONDO:") and object_.startswith("MONDO:"):
                above[subject].add(object_)
            elif predicate in _AXIOMS:
                ours, exchanged, kinds = _AXIOMS[predicate]
                ends = [_known(subject, crosswalk), _known(object_, crosswalk)]
                if object_.startswith(kinds) and all(ends) and ends[0] != ends[1]:
                    first, second = reversed(ends) if exchanged else ends
                    edges.append(statement(first, ours, second, "mondo"))
        for mondo in sorted(crosswalk.members):
            child = representative(crosswalk, mondo)
            edges += [
                statement(child, "is_a", parent, "mondo") for parent in _parents(mondo, above, crosswalk) if child
            ]
        return rare_diseases(crosswalk, {one.id for one in self.above}), edges


def _known(curie: str, crosswalk: Crosswalk) -> str:
    return representative(crosswalk, curie) if curie.startswith("MONDO:") else curie


def _parents(mondo: str, above: dict[str, set[str]], crosswalk: Crosswalk) -> list[str]:
    found: set[str] = set()
    stack, seen = sorted(above[mondo]), {mondo}
    while stack:
        one = stack.pop()
        if one in seen or one in _ROOTS:
            continue
        seen.add(one)
        parent = representative(crosswalk, one)
        if parent:
            found.add(parent)
        else:
            stack += sorted(above[one])
    return sorted(found)
