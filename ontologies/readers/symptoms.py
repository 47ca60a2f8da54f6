"""The Symptom Ontology (CC0)."""

from __future__ import annotations

from kgpaths.graph.readers.own import OwnReader, Records
from readers.records import in_format

_NO_NAMES = {"SYMP:0000487": ("erythema", "rubor", "skin redness")}
"""Names that the file calls exact and that mean something else: redness is no rash."""


class Symptoms(OwnReader):
    """Reads symptoms with names and hierarchy."""

    def read(self) -> Records:
        nodes, edges = in_format("obo", self.paths, "symp")
        nodes = [
            one._replace(names=tuple(name for name in one.names if name.text not in _NO_NAMES.get(one.id, ())))
            for one in nodes
        ]
        return nodes, edges
