"""Hetionet v1.0 (CC0), the metaedges whose sources are free: symptoms, treatments, anatomy and nearness of diseases.

Treatments are PharmacotherapyDB's. The others were counted in MEDLINE headings, not curated: they say that two things
are written of together more often than by chance, and are half as strong.
"""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

from kgpaths.graph.readers import formats
from readers.records import Tables, in_format

_METAEDGES = ("CtD", "CpD", "DpS", "DlA", "DrD")
_COUNTED = ("has_symptom", "localizes_to", "associated_with")


def read(data: Path, symptoms: Container[str]) -> Tables:
    """Return the edges, and nodes for anatomical structures; `edges-5k.sif` is whole for these five metaedges.

    `symptoms` are the MeSH headings that are symptoms; Hetionet's list holds syndromes and measurements too.
    """
    files = [data / "kg/hetionet" / name for name in ("hetionet-v1.0-nodes.tsv", "edges-5k.sif.gz")]
    others = {name: None for name in formats()["hetionet"].PREDICATES if name not in _METAEDGES}
    nodes, edges = in_format("hetionet", files, "hetionet", predicates={**others, "DrD": "associated_with"})
    return [one._replace(source="uberon") for one in nodes if one.type == "anatomy"], [
        edge._replace(strength=0.5 if edge.predicate in _COUNTED else 1.0)
        for edge in edges
        if edge.predicate != "has_symptom" or edge.object in symptoms
    ]
