"""Read OBO graphs, which are ontologies as JSON, term by term.

Format: https://github.com/geneontology/obographs
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kgpaths.errors import GraphError
from kgpaths.graph.readers.faults import Faults
from kgpaths.graph.readers.names import curie
from kgpaths.graph.readers.ontology import OntologyReader, Term
from kgpaths.graph.readers.text import JsonElements
from kgpaths.graph.readers.values import as_list, as_text
from kgpaths.graph.tables import EdgeRecord, NodeName

_NODES, _EDGES = ("graphs", "nodes"), ("graphs", "edges")
_SCOPES = {
    "hasExactSynonym": "exact",
    "hasNarrowSynonym": "narrow",
    "hasBroadSynonym": "broad",
    "hasRelatedSynonym": "related",
}


class OboGraph(OntologyReader):
    """Reads the nodes and edges of all graphs of a file; properties and logical axioms are left out."""

    FORMAT = "obograph"
    DESCRIPTION = "OBO graphs (JSON, compressed or not)"
    SUFFIXES = (".json",)

    _open: JsonElements | None = None
    _repeated = False

    @property
    def where(self) -> str:
        return self._open.where if self._open else str(self.paths[0])

    def _elements(self, path: Path, place: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        repeated = path in self.faults.read and place == _NODES
        self._open = JsonElements(path, self.faults, frozenset({_NODES, _EDGES}))
        found = False
        for key, element in self._open:
            found = True
            if key == place:
                if isinstance(element, dict):
                    yield element
                elif not repeated:
                    self.fault("bad_value", f"expected an object in {'.'.join(place)}")
        if not found:
            raise GraphError(f"{path} is no OBO graph: it has no lists graphs.nodes and graphs.edges")

    def terms(self, path: Path) -> Iterator[Term]:
        self._repeated = path in self.faults.read
        for node in self._elements(path, _NODES):
            identifier = curie(as_text(node.get("id")) or "")
            if node.get("type") == "PROPERTY":
                self.declare([identifier, str(node.get("id", "")), as_text(node.get("lbl")) or ""])
            elif not identifier:
                self._wrong("the node has no id")
            elif node.get("type", "CLASS") == "CLASS":
                yield self._term(identifier, node)

    def _term(self, identifier: str, node: dict[str, Any]) -> Term:
        meta = node.get("meta")
        if not isinstance(meta, dict):
            if meta is not None:
                self._wrong(f"meta of {identifier} is no object")
            meta = {}
        term = Term(id=identifier, name=node.get("lbl"), obsolete=str(meta.get("deprecated")).lower() == "true")
        for val, xref in self._values(meta, "xrefs", identifier):
            term.xrefs.append((curie(val), self._notes(xref, identifier)))
        for val, synonym in self._values(meta, "synonyms", identifier):
            term.names.append(NodeName(val, _SCOPES.get(str(synonym.get("pred")), "related")))
        for val, note in self._values(meta, "basicPropertyValues", identifier):
            term.note(str(note.get("pred")), val)
        return term

    def _values(self, holder: dict[str, Any], key: str, identifier: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the text `val` of each object of a list, and the object; what has none is a fault, not the term."""
        for item in as_list(holder.get(key)):
            val = as_text(item.get("val")) if isinstance(item, dict) else None
            if val:
                yield val, item
            else:
                self._wrong(f"{key} of {identifier} hold no object with a val: {item!r}")

    def _notes(self, holder: dict[str, Any], identifier: str) -> list[tuple[str, str]]:
        """Return what is noted of an axiom, by key and value."""
        meta = holder.get("meta")
        notes = [("xref", text) for text in map(as_text, as_list(holder.get("xrefs"))) if text]
        if isinstance(meta, dict):
            found = self._values(meta, "basicPropertyValues", identifier)
            notes += [(str(note.get("pred")), val) for val, note in found]
            notes += [("xref", val) for val, _ in self._values(meta, "xrefs", identifier)]
        return notes

    def _wrong(self, message: str) -> None:
        if not self._repeated:
            self.fault("bad_value", message)

    def edges(self) -> Iterator[EdgeRecord]:
        """Yield the edges between terms that are taken; what stands in other files is for the caller to check."""
        taken = {term.id for term in self._taken()}
        for path in self.files():
            for edge in self._elements(path, _EDGES):
                ends = [curie(as_text(edge.get(key)) or "") for key in ("sub", "obj")]
                if not all(ends):
                    self.fault("bad_value", "the edge has no sub or no obj")
                    continue
                if edge.get("pred") == "subPropertyOf":
                    continue
                if ends[0] not in taken:
                    self.faults.skip("edge of a term that is left out")
                    continue
                self._repeated = False
                notes = self._notes(edge, f"the edge of {ends[0]}")
                record = self.edge(ends[0], _relation(str(edge.get("pred") or "")), ends[1], notes)
                if record is not None:
                    yield record

    def hierarchy(self, path: Path) -> Iterator[tuple[str, str]]:
        elements = JsonElements(path, Faults(), frozenset({_NODES, _EDGES}))  # the next reading notes the faults
        for place, edge in elements:
            if place == _EDGES and isinstance(edge, dict) and edge.get("pred") == "is_a":
                yield curie(str(edge.get("sub") or "")), curie(str(edge.get("obj") or ""))


def _relation(pred: str) -> str:
    """Return a predicate without its IRI: `http://purl.obolibrary.org/obo/doid#has_symptom` -> `has_symptom`."""
    return pred.rpartition("#")[2] if "#" in pred else curie(pred) if pred.startswith("http") else pred
