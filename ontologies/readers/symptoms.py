"""The Symptom Ontology (CC0)."""

from __future__ import annotations

import warnings
from pathlib import Path

from readers.records import Tables, node, statement

_NO_NAMES = {"SYMP:0000487": ("erythema", "rubor", "skin redness")}
"""Names that the file calls exact and that mean something else: redness is no rash."""


def read(data: Path) -> Tables:
    """Return symptoms with names and hierarchy."""
    import pronto

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the file's xrefs of 2005 are no CURIEs
        ontology = pronto.Ontology(data / "ontology/symp.obo", import_depth=0)
    terms = [term for term in ontology.terms() if term.id.startswith("SYMP:") and not term.obsolete and term.name]
    ids = {term.id for term in terms}
    nodes = [
        node(
            term.id,
            term.name,
            "symptom",
            "symp",
            [
                (synonym.description, synonym.scope.lower())
                for synonym in term.synonyms
                if synonym.description not in _NO_NAMES.get(term.id, ())
            ],
        )
        for term in terms
    ]
    edges = [
        statement(term.id, "is_a", parent.id, "symp")
        for term in terms
        for parent in term.superclasses(distance=1, with_self=False)
        if parent.id in ids
    ]
    return nodes, edges
