"""Hetionet v1.0 (CC0), the metaedges whose sources are free: symptoms, treatments, anatomy and nearness of diseases.

Treatments are PharmacotherapyDB's. The others were counted in MEDLINE headings, not curated: they say that two things
are written of together more often than by chance, and are half as strong.
"""

from __future__ import annotations

from kgpaths.graph.readers import formats
from kgpaths.graph.readers.own import OwnReader, Records
from readers.records import in_format

_METAEDGES = ("CtD", "CpD", "DpS", "DlA", "DrD")
_COUNTED = ("has_symptom", "localizes_to", "associated_with")
_NO_SYMPTOMS = ("Birth Weight", "Body Weight", "Body Weight Changes", "Signs and Symptoms", "Prodromal Symptoms")


class Hetionet(OwnReader):
    """Reads the edges, and nodes for anatomical structures; `edges-5k.sif` is whole for these five metaedges.

    Symptoms are the headings above that are some; Hetionet's list holds syndromes and measurements too.
    """

    def read(self) -> Records:
        symptoms = {one.id for one in self.above if one.type == "symptom" and one.name not in _NO_SYMPTOMS}
        others = {name: None for name in formats()["hetionet"].PREDICATES if name not in _METAEDGES}
        predicates = {**others, "DrD": "associated_with"}
        nodes, edges = in_format("hetionet", self.paths, "hetionet", predicates=predicates)
        return [one._replace(source="uberon") for one in nodes if one.type == "anatomy"], [
            edge._replace(strength=0.5 if edge.predicate in _COUNTED else 1.0)
            for edge in edges
            if edge.predicate != "has_symptom" or edge.object in symptoms
        ]
