"""Read PrimeKG's `kg.csv`, in which every edge stands twice, once in each direction.

Format and build: https://github.com/mims-harvard/PrimeKG (knowledge_graph/build_graph.ipynb). There the edges are
collected in one direction, then a reversed copy is appended: so of the two rows of a `parent-child` pair the one
that comes first has the direction that was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

from kgpaths.graph.readers.names import curie, undamaged
from kgpaths.graph.readers.reader import Reader
from kgpaths.graph.readers.text import Table
from kgpaths.graph.tables import EdgeRecord, NodeRecord

_END = ("index", "id", "type", "name", "source")
_COLUMNS = ("relation", "display_relation", *(f"x_{part}" for part in _END), *(f"y_{part}" for part in _END))
_NUMBERS = tuple(_COLUMNS.index(f"{end}_{part}") for end in "xy" for part in ("index", "id"))
_PREFIX = {"HPO": "HP", "NCBI": "NCBIGene", "DrugBank": "DRUGBANK", "REACTOME": "reactome", "CTD": "MESH"}
_MESH = re.compile(r"[CD]\d+")
_MASK = (1 << 64) - 1

_SUBJECT = {  # relations between two types: the type that our subject has
    "drug_protein": "drug",
    "contraindication": "drug",
    "indication": "drug",
    "off-label use": "drug",
    "drug_effect": "drug",
    "disease_phenotype_positive": "disease",
    "disease_phenotype_negative": "disease",
    "disease_protein": "disease",
    "phenotype_protein": "effect/phenotype",
    "bioprocess_protein": "gene/protein",
    "molfunc_protein": "gene/protein",
    "cellcomp_protein": "gene/protein",
    "pathway_protein": "gene/protein",
    "anatomy_protein_present": "gene/protein",
    "anatomy_protein_absent": "gene/protein",
    "exposure_protein": "exposure",
    "exposure_disease": "exposure",
    "exposure_bioprocess": "exposure",
    "exposure_molfunc": "exposure",
    "exposure_cellcomp": "exposure",
}
_PARENT_FIRST = {  # relations from child to parent: whether the first of the two rows has the parent first
    "disease_disease": True,
    "phenotype_phenotype": True,
    "bioprocess_bioprocess": True,
    "molfunc_molfunc": True,
    "cellcomp_cellcomp": True,
    "pathway_pathway": True,
    "anatomy_anatomy": False,  # read from Uberon as (term, is_a)
}


class PrimeKG(Reader):
    """Reads `kg.csv`; the two rows of an edge become one edge, directed as the vocabulary has it."""

    FORMAT = "primekg"
    DESCRIPTION = "PrimeKG's kg.csv (relation, display_relation, x_…, y_…)"
    SUFFIXES = (".csv",)
    SOURCE = "primekg"
    PREDICATES: ClassVar[Mapping[str, str]] = {
        "protein_protein": "interacts_with",
        "drug_drug": "interacts_with",
        "exposure_exposure": "associated_with",  # stressor and marker: no hierarchy, though it says parent-child
        "target": "targets",
        "drug_protein": "interacts_with",  # carrier, enzyme, transporter
        "contraindication": "contraindicated_for",
        "indication": "indicated_for",
        "off-label use": "off-label use",
        "drug_effect": "has_side_effect",
        "disease_phenotype_positive": "has_phenotype",
        "disease_phenotype_negative": "lacks_phenotype",
        "disease_protein": "associated_with",
        "phenotype_protein": "associated_with",
        "bioprocess_protein": "participates_in",
        "molfunc_protein": "participates_in",
        "cellcomp_protein": "located_in",
        "pathway_protein": "participates_in",
        "anatomy_protein_present": "expressed_in",
        "anatomy_protein_absent": "not_expressed_in",
        "exposure_protein": "interacts_with",
        "exposure_disease": "associated_with",
        "exposure_bioprocess": "interacts_with",
        "exposure_molfunc": "interacts_with",
        "exposure_cellcomp": "interacts_with",
        "pathway_pathway": "part_of",
        **dict.fromkeys((relation for relation in _PARENT_FIRST if relation != "pathway_pathway"), "is_a"),
    }

    _open: Table | None = None
    _twice: frozenset[tuple[str, str]] | None = None

    @property
    def where(self) -> str:
        return self._open.where if self._open else str(self.paths[0])

    def _rows(self) -> Iterator[list[str]]:
        for path in self.files():
            table = self._open = Table(path, self.faults)
            order = list(table.require(_COLUMNS).values())
            in_order = order == list(range(len(table.header)))
            for row in table if in_order else ([row[place] for place in order] for row in table):
                for place in _NUMBERS:
                    if row[place].endswith(".0"):  # a missing value elsewhere has made the column one of floats
                        row[place] = undamaged(row[place])
                yield row

    def nodes(self) -> Iterator[NodeRecord]:
        """Yield each node once; on the way learn which relations hold every edge in both directions."""
        names: dict[str, tuple[str, str]] = {}
        balance: dict[tuple[str, str], int] = {}
        for relation, display, x, x_id, x_type, x_name, x_source, y, y_id, y_type, y_name, y_source in self._rows():
            try:
                signed = _signed(int(x), int(y))
            except ValueError:
                self.fault("bad_value", f"x_index or y_index is no number: {x!r}, {y!r}")
                continue
            key = (relation, display)
            balance[key] = balance.get(key, 0) + signed & _MASK
            if names.get(x) != (x_id, x_name):
                yield from self._node(names, x, x_id, x_type, x_name, x_source)
            if names.get(y) != (y_id, y_name):
                yield from self._node(names, y, y_id, y_type, y_name, y_source)
        self._twice = frozenset(key for key, rest in balance.items() if rest == 0)

    def _node(
        self, names: dict[str, tuple[str, str]], index: str, identifier: str, kind: str, name: str, source: str
    ) -> Iterator[NodeRecord]:
        """Yield a node that is new; one that has the index of another is a fault."""
        if index in names:
            self.fault("duplicate_id", f"node {index} is {names[index][1]!r} already, here it is {name!r}")
            return
        names[index] = (identifier, name)
        node_id = self._id(source, identifier)
        ours = self.type_of(kind, node_id)
        if not node_id:
            self.fault("bad_value", f"node {index} has no id")
        elif ours is not None:
            yield NodeRecord(node_id, self.named(node_id, name), ours, self.source)

    def edges(self) -> Iterator[EdgeRecord]:
        if self._twice is None:
            for _ in self.nodes():
                pass
        twice = self._twice or frozenset()
        seen: dict[str, set[tuple[str, str]]] = {relation: set() for relation in _PARENT_FIRST}
        collapsed = 0
        for relation, display, x_index, x_id, x_type, _, x_source, y_index, y_id, _, _, y_source in self._rows():
            parent_first = _PARENT_FIRST.get(relation)
            if parent_first is None:
                subject_type = _SUBJECT.get(relation)
                swapped = x_type != subject_type if subject_type else _number(x_index) > _number(y_index)
                repeated = swapped and (relation, display) in twice
            else:
                swapped = parent_first
                repeated = (y_index, x_index) in seen[relation]
                seen[relation].add((x_index, y_index))
            if repeated:
                collapsed += 1
                continue
            known = self.predicate(display if relation == "drug_protein" and display == "target" else relation)
            if known is None:
                continue
            subject, object_ = self._id(x_source, x_id), self._id(y_source, y_id)
            if not subject or not object_:
                self.fault("bad_value", f"x_id or y_id is empty: {x_id!r}, {y_id!r}")
                continue
            if swapped != known[1]:
                subject, object_ = object_, subject
            yield EdgeRecord(subject, known[0], object_, self.source, self.version, self.licence)
        if collapsed:
            self.faults.skip("second row of an edge, the other way round", collapsed)

    def _id(self, source: str, identifier: str) -> str:
        """Return the CURIE of a node: `MONDO`, `5044` -> `MONDO:0005044`; a group of diseases keeps its numbers."""
        if source == "CTD" and not _MESH.fullmatch(identifier):
            return f"CTD:{identifier}"
        return curie(identifier, _PREFIX.get(source, source))


def _number(index: str) -> tuple[int, str]:
    return len(index), index


def _signed(x: int, y: int) -> int:
    """Return a number for a pair, negated for the pair the other way round.

    So the sum over the rows of a relation is 0 (of 64 bits) when each row has its reverse, and otherwise not, but for
    an accident that is as rare as two equal hashes.
    """
    return (x - y) * (x * y * 0x9E3779B97F4A7C15 ^ (x + y) * 0xBF58476D1CE4E5B9)
