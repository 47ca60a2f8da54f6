"""Read Hetionet in its three forms: JSON with a licence at each edge, SIF, and one TSV for each metaedge.

Formats: https://github.com/hetio/hetionet (hetnet/json, hetnet/tsv).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from kgpaths.errors import GraphError
from kgpaths.graph.readers.names import curie
from kgpaths.graph.readers.reader import UNKNOWN_LICENCE, Reader
from kgpaths.graph.readers.text import JsonElements, Table
from kgpaths.graph.readers.values import as_list, as_text
from kgpaths.graph.tables import EdgeRecord, NodeRecord
from kgpaths.records import Evidence

_KINDS = {  # kind: (letters in metaedges, our type, prefix of bare identifiers)
    "Anatomy": ("A", "anatomy", "UBERON"),
    "Biological Process": ("BP", "biological_process", "GO"),
    "Cellular Component": ("CC", "cellular_component", "GO"),
    "Compound": ("C", "drug", "DRUGBANK"),
    "Disease": ("D", "disease", "DOID"),
    "Gene": ("G", "gene", "NCBIGene"),
    "Molecular Function": ("MF", "molecular_activity", "GO"),
    "Pathway": ("PW", "pathway", "PATHWAY"),
    "Pharmacologic Class": ("PC", "drug_class", "NDFRT"),
    "Side Effect": ("SE", "phenotype", "UMLS"),
    "Symptom": ("S", "symptom", "MESH"),
}
_LETTER = {  # verb: its letter in metaedges
    "downregulates": "d",
    "upregulates": "u",
    "expresses": "e",
    "resembles": "r",
    "palliates": "p",
    "treats": "t",
    "binds": "b",
    "causes": "c",
    "associates": "a",
    "localizes": "l",
    "presents": "p",
    "covaries": "c",
    "interacts": "i",
    "participates": "p",
    "regulates": "r>",
    "includes": "i",
}
_START, _END = re.compile(r":START_ID\((.+)\)"), re.compile(r":END_ID\((.+)\)")
_NODES, _EDGES = ("nodes",), ("edges",)
_NODE_COLUMNS, _SIF_COLUMNS = ["id", "name", "kind"], ["source", "metaedge", "target"]


class Hetionet(Reader):
    """Reads any mix of the node table, SIF, metaedge tables, and JSON; a folder is read with all that is in it."""

    FORMAT = "hetionet"
    DESCRIPTION = "Hetionet: nodes TSV with SIF or metaedge TSVs (files or folders), or the JSON"
    SUFFIXES = (".tsv", ".sif", ".json")
    SOURCE = "hetionet"
    PREDICATES: ClassVar[Mapping[str, str]] = {
        # Measured expression: genes of a tissue or disease that are more or less active than elsewhere.
        "AuG": "positively_correlated_with",
        "AdG": "negatively_correlated_with",
        "DuG": "positively_correlated_with",
        "DdG": "negatively_correlated_with",
        "AeG": "expressed_in",
        "CuG": "increases_abundance_of",
        "CdG": "decreases_abundance_of",
        "CbG": "binds",
        "CcSE": "has_side_effect",
        "CpD": "palliates",
        "CrC": "resembles",
        "CtD": "treats",
        "DaG": "associated_with",
        "DlA": "localizes_to",
        "DpS": "has_symptom",
        "DrD": "resembles",
        "GcG": "associated_with",
        "GiG": "interacts_with",
        "GpBP": "participates_in",
        "GpCC": "located_in",
        "GpMF": "participates_in",
        "GpPW": "participates_in",
        "Gr>G": "regulates",
        "PCiC": "member_of",
    }
    _SWAPPED = frozenset({"AeG", "PCiC"})
    """Metaedges that our predicate says from the other end: gene expressed_in anatomy, compound member_of class."""

    _open: Table | JsonElements | None = None

    @property
    def where(self) -> str:
        return self._open.where if self._open else str(self.paths[0])

    def nodes(self) -> Iterator[NodeRecord]:
        return self.once(self._nodes())

    def _nodes(self) -> Iterator[NodeRecord]:
        for path in self.files():
            if ".json" in path.suffixes:
                for element in self._elements(path, _NODES):
                    yield from self._node(str(element.get("kind")), element.get("identifier"), element.get("name"))
                continue
            table = self._table(path)
            if table.header[:3] == _NODE_COLUMNS:
                for row in table:
                    kind, _, identifier = row[0].partition("::")
                    yield from self._node(kind, identifier, row[1])

    def edges(self) -> Iterator[EdgeRecord]:
        for path in self.files():
            if ".json" in path.suffixes:
                yield from self._json_edges(path)
                continue
            table = self._table(path)
            start, end = _START.fullmatch(table.header[0]), _END.fullmatch(table.header[-1])
            if table.header[:3] == _SIF_COLUMNS:
                for source, metaedge, target in table:
                    yield from self._edge(source.split("::", 1), metaedge, target.split("::", 1))
            elif start and end:
                metaedge = self._metaedge_of(path, start[1], end[1])
                for subject, *_, object_ in table:
                    yield from self._edge([start[1], subject], metaedge, [end[1], object_])

    def _table(self, path: Path) -> Table:
        """Open a table of one of the three kinds."""
        table = self._open = Table(path, self.faults)
        header = table.header
        metaedge = _START.fullmatch(header[0]) and _END.fullmatch(header[-1])
        if not metaedge and header[:3] not in (_NODE_COLUMNS, _SIF_COLUMNS):
            raise GraphError(
                f"{path} is no table of Hetionet: its header is {', '.join(header)}; expected id, name, kind "
                "or source, metaedge, target or :START_ID(Kind), :END_ID(Kind)"
            )
        return table

    def _elements(self, path: Path, place: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        self._open = JsonElements(path, self.faults, frozenset({_NODES, _EDGES}))
        found = False
        for key, element in self._open:
            found = found or key == place
            if key == place and isinstance(element, dict):
                yield element
            elif key == place:
                self.fault("bad_value", f"expected an object in the list {place[-1]!r}")
        if not found:
            raise GraphError(f"{path} has no list {place[-1]!r}; it is not the JSON of Hetionet")

    def _metaedge_of(self, path: Path, start: str, end: str) -> str:
        """Return the metaedge that a file's name says: `Disease_Localizes_Anatomy.tsv` -> `DlA`."""
        verb = path.name.lower().partition("_")[2].split("_")[0]
        return self._abbreviation(start, verb, end)

    @staticmethod
    def _abbreviation(start: str, verb: str, end: str) -> str:
        letters = [_KINDS[kind][0] if kind in _KINDS else kind for kind in (start, end)]
        return letters[0] + _LETTER.get(verb, f" {verb} ") + letters[1]

    def _id(self, kind: str, identifier: object) -> str:
        return curie(as_text(identifier) or "", _KINDS[kind][2] if kind in _KINDS else kind)

    def _node(self, kind: str, identifier: object, name: object) -> Iterator[NodeRecord]:
        node_id = self._id(kind, identifier)
        if not node_id:
            self.fault("bad_value", "the node has no identifier")
            return
        ours = self.type_of(kind, node_id) if kind in self.settings.types or kind not in _KINDS else _KINDS[kind][1]
        if ours is not None:
            yield NodeRecord(node_id, self.named(node_id, name), ours, self.source)

    def _edge(
        self, start: list[str], metaedge: str, end: list[str], licence: str = "", evidence: tuple[Evidence, ...] = ()
    ) -> Iterator[EdgeRecord]:
        if len(start) != 2 or len(end) != 2:
            self.fault("bad_value", f"an end is not of the form Kind::identifier: {start[0]}, {end[0]}")
            return
        known = self.predicate(metaedge)
        subject, object_ = self._id(*start), self._id(*end)
        if not subject or not object_:
            self.fault("bad_value", f"an end has no identifier: {start}, {end}")
        elif known is not None:
            builtin = metaedge in self._SWAPPED and metaedge not in self.settings.predicates
            if known[1] != builtin:
                subject, object_ = object_, subject
            yield EdgeRecord(
                subject, known[0], object_, self.source, self.version, licence or self.licence, evidence=evidence
            )

    def _json_edges(self, path: Path) -> Iterator[EdgeRecord]:
        for element in self._elements(path, _EDGES):
            try:
                start, end = (list(map(str, element[key])) for key in ("source_id", "target_id"))
                metaedge = self._abbreviation(start[0], str(element["kind"]), end[0])
                data = element.get("data")
            except (KeyError, TypeError, IndexError) as error:
                self.fault("bad_value", f"the edge has no {error}")
                continue
            given: Mapping[str, Any] = data if isinstance(data, dict) else {}
            yield from self._edge(start, metaedge, end, self._terms(given), self._evidence(given))

    def _terms(self, data: Mapping[str, Any]) -> str:
        if data.get("license"):
            return self.licence_of(str(data["license"]))
        # what Hetionet gives no licence for has none: https://doi.org/10.15363/thinklab.d107
        return self.licence if self.settings.licence else UNKNOWN_LICENCE

    @staticmethod
    def _evidence(data: Mapping[str, Any]) -> tuple[Evidence, ...]:
        """Keep the sources behind an edge, its articles, and its number where it has one."""
        numbers = (data.get(key) for key in ("z_score", "log2_fold_change", "similarity"))
        score = next((number for number in numbers if number and isinstance(number, int | float)), None)
        names, urls, articles = (
            [str(as_text(item)) for key in keys for item in as_list(data.get(key))]
            for keys in (("sources", "source"), ("urls", "url"), ("pubmed_ids",))
        )
        found = [Evidence(reference=name, score=score, url=urls[0] if urls else "") for name in names]
        found += [Evidence(reference=f"PMID:{article}") for article in articles]
        return tuple(found)
