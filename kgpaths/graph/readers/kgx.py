"""Read KGX: graphs of the Biolink Model as node and edge tables, TSV or JSON lines.

Format: https://github.com/biolink/kgx/blob/master/specification/kgx-format.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from kgpaths.errors import GraphError
from kgpaths.files import format_of
from kgpaths.graph.readers.biolink import is_denied, is_true, observed_share, qualified, qualifiers
from kgpaths.graph.readers.names import curie
from kgpaths.graph.readers.reader import Obsolete, Reader
from kgpaths.graph.readers.text import JsonLines, Table
from kgpaths.graph.readers.values import as_text
from kgpaths.graph.tables import EdgeRecord, NodeName, NodeRecord
from kgpaths.records import Evidence
from kgpaths.vocabulary.relations import relations

_BROADER = ("biolink:NamedThing", "biolink:BiologicalEntity", "biolink:ThingWithTaxon", "biolink:Entity")
"""Categories that say too little: the prefix of the id, or a narrower category beside them, decides."""

Record = dict[str, Any]


class Kgx(Reader):
    """Reads nodes and edges files, told apart by their columns; a folder is read with all that is in it.

    Edges keep their `primary_knowledge_source` as source (`infores:hpo-annotations` -> `hpo-annotations`).
    """

    FORMAT = "kgx"
    DESCRIPTION = "KGX of the Biolink Model (TSV or JSON lines; files or a folder)"
    SUFFIXES = (".tsv", ".jsonl")
    SOURCE = "kgx"
    PREDICATES: ClassVar[Mapping[str, str]] = {
        # where several of our predicates have the same Biolink name, and names without a counterpart
        "biolink:has_phenotype": "has_phenotype",
        "biolink:phenotype_of": "phenotype of",
        "biolink:affects": "regulates",
        "biolink:affected_by": "affected by",
        "biolink:regulates": "regulates",
        "biolink:has_attribute": "has_modifier",
        "biolink:superclass_of": "superclass of",
        "biolink:has_part": "has part",
        "biolink:location_of": "location of",
        "biolink:disease_has_location": "located_in",
        "biolink:caused_by": "caused by",
        "biolink:treats_or_applied_or_studied_to_treat": "treats",
        "biolink:ameliorates": "palliates",
        "biolink:contraindicated_in": "contraindicated_for",
        "biolink:contraindicated_for": "contraindicated_for",
        "biolink:physically_interacts_with": "interacts_with",
        "biolink:directly_physically_interacts_with": "interacts_with",
        "biolink:genetically_interacts_with": "interacts_with",
        "biolink:gene_associated_with_condition": "gene_associated_with",
        "biolink:condition_associated_with_gene": "^gene_associated_with",
        "biolink:related_to": "associated_with",
        "biolink:correlated_with": "associated_with",
        "biolink:has_adverse_event": "has_side_effect",
        "biolink:causes_adverse_event": "has_side_effect",
        "biolink:actively_involved_in": "participates_in",
        "biolink:has_participant": "has participant",
        "biolink:active_in": "located_in",
        "biolink:enables": "enables",
    }
    OPTIONS: ClassVar[Mapping[str, str]] = {"separator": "between the values of a list in TSV; | when not given"}

    _open: Table | JsonLines | None = None

    @property
    def where(self) -> str:
        return self._open.where if self._open else str(self.paths[0])

    def _find_predicate(self, name: str) -> tuple[str, bool] | None:
        found = super()._find_predicate(name)
        if found is not None or name in self.settings.predicates:
            return found
        plain = super()._find_predicate(name.removeprefix("biolink:"))
        same = sorted(predicate for predicate, relation in relations().items() if relation.biolink == name)
        return plain or ((same[0], False) if same else None)

    def nodes(self) -> Iterator[NodeRecord]:
        return self.once(self._nodes())

    def _nodes(self) -> Iterator[NodeRecord]:
        for record in self._records(edges=False):
            node_id = curie(self._one(record, "id"))
            if not node_id:
                self.fault("bad_value", "the node has no id")
                continue
            try:
                if is_true(record, "deprecated"):
                    self.obsolete[node_id] = Obsolete()
                    self.faults.skip("obsolete term")
                    continue
            except ValueError as error:
                self.fault("bad_value", str(error))
            ours = self._category(node_id, self._many(record, "category"))
            if ours is not None:
                same = [text for key in ("same_as", "equivalent_identifiers") for text in self._many(record, key)]
                own = [text for text in same if curie(text).partition(":")[0] == node_id.partition(":")[0]]
                xrefs = self.references(node_id, [*self._many(record, "xref"), *same], own)
                names = [
                    NodeName(text, "exact") for key in ("synonym", "exact_synonym") for text in self._many(record, key)
                ]
                for scope in ("narrow", "broad", "related"):
                    names += [NodeName(text, scope) for text in self._many(record, f"{scope}_synonym")]
                given = (self._many(record, "provided_by") or [self.source])[0]
                source = self.settings.source or _source(given)
                yield NodeRecord(node_id, self.named(node_id, record.get("name")), ours, source, xrefs, tuple(names))

    def edges(self) -> Iterator[EdgeRecord]:
        for record in self._records(edges=True):
            ends = [curie(self._one(record, key)) for key in ("subject", "object")]
            if not all(ends):
                self.fault("bad_value", "the subject or the object is empty")
                continue
            known = self.predicate(self._one(record, "predicate"))
            if known is None:
                continue
            predicate, swapped = known
            try:
                stated = self._statement(record, predicate, swapped)
            except ValueError as error:
                self.fault("bad_value", str(error))
                continue
            if stated is None:
                continue
            predicate, patients = stated
            subject, object_ = reversed(ends) if swapped else ends
            given = next(
                (
                    value
                    for key in (
                        "primary_knowledge_source",
                        "knowledge_source",
                        "aggregator_knowledge_source",
                        "provided_by",
                    )
                    for value in self._many(record, key)
                ),
                self.source,
            )
            source = _source(given)
            evidence = tuple(Evidence(reference=text, score=patients) for text in self._many(record, "publications"))
            if not evidence and patients is not None:
                evidence = (Evidence(score=patients),)
            yield EdgeRecord(
                subject,
                predicate,
                object_,
                source,
                self.version,
                self.licence_for(source),
                strength=patients or 1.0,
                evidence=evidence,
            )

    def _statement(self, record: Record, predicate: str, swapped: bool) -> tuple[str, float | None] | None:
        """Return what an edge says, and in which share of patients; None where nothing of ours says it.

        Raises:
            ValueError: a frequency or a truth value that cannot be.
        """
        if is_true(record, "deprecated"):
            self.faults.skip("deprecated statement")
            return None
        denied, patients = is_denied(record), observed_share(record)
        stated = self.stated(predicate, denied=denied, patients=patients)
        if stated is None:
            return None
        found = qualified(stated, dict(qualifiers(record)), swapped=swapped)
        if not found.predicate:
            self.faults.skip(f"statement with qualifiers that no predicate of ours says: {found.why}")
            return None
        for name in found.without:
            self.faults.skip(f"{name} of a statement that is kept, and true without it")
        return found.predicate, patients

    def _category(self, node_id: str, categories: list[str]) -> str | None:
        """Return the type of the narrowest category that we know."""
        narrow = [category for category in categories if category not in _BROADER]
        for category in narrow[:-1]:
            if self._find_type(category, "") is not None:
                return self.type_of(category, node_id)
        return self.type_of(narrow[-1] if narrow else "", node_id)

    def _records(self, *, edges: bool) -> Iterator[Record]:
        for path in self.files():
            if format_of(path) == ".jsonl":
                yield from self._json_records(path, edges)
            else:
                table = self._open = Table(path, self.faults)
                kind = {"subject", "predicate", "object"} <= set(table.header)
                if not kind and not {"id", "category"} <= set(table.header):
                    raise GraphError(
                        f"{path} is no KGX table: its header is {', '.join(table.header)}; expected id, category, name "
                        "or subject, predicate, object"
                    )
                if kind == edges:
                    table.require(table.header)  # each is there once
                    header = [column.removeprefix("biolink:") for column in table.header]
                    yield from (dict(zip(header, row, strict=True)) for row in table)

    def _json_records(self, path: Path, edges: bool) -> Iterator[Record]:
        records = self._open = JsonLines(path, self.faults)
        first = True
        for record in records:
            kind = "subject" in record
            if not kind and "id" not in record:
                if not records.repeated:
                    self.fault("bad_value", "neither a node (id, category) nor an edge (subject, predicate, object)")
            elif kind == edges:
                yield record
            elif first:
                return  # a file holds either nodes or edges
            first = False

    def _many(self, record: Record, key: str) -> list[str]:
        value = record.get(key)
        if isinstance(value, str):
            value = value.split(self.option("separator", "|"))
        return self.texts(value, key)

    @staticmethod
    def _one(record: Record, key: str) -> str:
        return (as_text(record.get(key)) or "").strip()


def _source(text: str) -> str:
    return text.removeprefix("infores:")
