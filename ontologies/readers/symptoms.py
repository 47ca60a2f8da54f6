"""The Symptom Ontology (CC0)."""

from __future__ import annotations

from pathlib import Path

from readers.records import Tables, in_format

_NO_NAMES = {"SYMP:0000487": ("erythema", "rubor", "skin redness")}
"""Names that the file calls exact and that mean something else: redness is no rash."""


def read(data: Path) -> Tables:
    """Return symptoms with names and hierarchy."""
    nodes, edges = in_format("obo", data / "ontology/symp.obo", "symp")
    nodes = [
        one._replace(names=tuple(name for name in one.names if name.text not in _NO_NAMES.get(one.id, ())))
        for one in nodes
    ]
    return nodes, edges
