"""Read OptimusKG's Parquet files.

Nodes have id, label, properties; edges have from, to, label, relation, undirected, properties.

Format: https://github.com/mims-harvard/OptimusKG (gold layer). `properties` is JSON text and is missing in the small
form of the files. Labels are codes: `DIS`, and `DRG-DIS` for edges.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from kgpaths.errors import GraphError
from kgpaths.graph.frequency import pooled
from kgpaths.graph.readers.names import curie
from kgpaths.graph.readers.parquet import ParquetTable
from kgpaths.graph.readers.reader import Reader
from kgpaths.graph.readers.text import places
from kgpaths.graph.readers.values import as_list
from kgpaths.graph.tables import EdgeRecord, NodeName, NodeRecord
from kgpaths.records import Evidence

_NODE, _EDGE = ("id", "label"), ("from", "to", "label", "relation")
_SYNONYMS = {  # property: scope; older releases write some of them in camel case
    "synonyms": "exact",
    "exact_synonyms": "exact",
    "exactSynonyms": "exact",
    "narrow_synonyms": "narrow",
    "narrowSynonyms": "narrow",
    "broad_synonyms": "broad",
    "broadSynonyms": "broad",
    "related_synonyms": "related",
    "relatedSynonyms": "related",
    "trade_names": "related",
}
_SCORES = ("evidence_score", "disgenet_score", "combined_score", "score")
_PREFIXES = (
    ("ENSG", "ENSEMBL"),
    ("CHEMBL", "CHEMBL"),
    ("DB", "DRUGBANK"),
    ("R-HSA-", "reactome"),
    ("C", "MESH"),
    ("D", "MESH"),
)
_SWAPPED = frozenset({"PARENT", "ANA-GEN", "BPO-GEN", "MFN-GEN", "CCO-GEN", "PWY-GEN"})
"""Relations and labels whose first end is the object of our predicate: parent first, anatomy before gene."""
_BY_LABEL = frozenset({"BPO-GEN", "MFN-GEN", "CCO-GEN", "PWY-GEN"})
"""Labels that say more than their relation, which is a mere INTERACTS_WITH."""

_UP = "increases_activity_of"
_DOWN = "decreases_activity_of"


class OptimusKG(Reader):
    """Reads nodes and edges files, told apart by their columns; a folder is read with all that is in it.

    An edge of several direct sources becomes one edge for each of them, with its licence from `licences:` in the
    settings or from the ledger.
    """

    FORMAT = "optimuskg"
    DESCRIPTION = "OptimusKG's Parquet files (nodes.parquet and edges.parquet, or the folders nodes/ and edges/)"
    SUFFIXES = (".parquet",)
    SOURCE = "optimuskg"
    LICENCE_PER_EDGE = True
    TYPES: ClassVar[Mapping[str, str]] = {
        "GEN": "gene",
        "DRG": "drug",
        "DIS": "disease",
        "PHE": "phenotype",
        "ANA": "anatomy",
        "PWY": "pathway",
        "EXP": "exposure",
        "BPO": "biological_process",
        "CCO": "cellular_component",
        "MFN": "molecular_activity",
    }
    PREDICATES: ClassVar[Mapping[str, str]] = {
        "BPO-GEN": "participates_in",
        "MFN-GEN": "participates_in",
        "PWY-GEN": "participates_in",
        "CCO-GEN": "located_in",
        "PARENT": "is_a",
        "IS_A": "is_a",
        "INTERACTS_WITH": "interacts_with",
        "ASSOCIATED_WITH": "associated_with",
        "LINKED_TO": "associated_with",
        "EXPRESSION_PRESENT": "expressed_in",
        "EXPRESSION_ABSENT": "not_expressed_in",
        "PHENOTYPE_PRESENT": "has_phenotype",
        "PHENOTYPE_ABSENT": "lacks_phenotype",
        "INDICATION": "indicated_for",
        "OFF_LABEL_USE": "off-label use",
        "CONTRAINDICATION": "contraindicated_for",
        "ADVERSE_DRUG_REACTION": "has_side_effect",
        "SYNERGISTIC_INTERACTION": "interacts_with",
        "TARGET": "targets",
        "BINDING_AGENT": "binds",
        "DEGRADER": "decreases_abundance_of",
        "DISRUPTING_AGENT": "disrupts",
        "STABILISER": "increases_abundance_of",
        "MODULATOR": "regulates",
        **dict.fromkeys(("ENZYME", "TRANSPORTER", "CARRIER", "SUBSTRATE", "OTHER"), "interacts_with"),
        **dict.fromkeys(
            (
                "ACTIVATOR",
                "AGONIST",
                "PARTIAL_AGONIST",
                "OPENER",
                "POSITIVE_MODULATOR",
                "POSITIVE_ALLOSTERIC_MODULATOR",
            ),
            _UP,
        ),
        **dict.fromkeys(
            (
                "INHIBITOR",
                "ANTAGONIST",
                "BLOCKER",
                "INVERSE_AGONIST",
                "NEGATIVE_MODULATOR",
                "ALLOSTERIC_ANTAGONIST",
                "NEGATIVE_ALLOSTERIC_MODULATOR",
                "ANTISENSE_INHIBITOR",
                "RNAI_INHIBITOR",
            ),
            _DOWN,
        ),
        **dict.fromkeys(
            (
                "CROSS_LINKING_AGENT",
                "EXOGENOUS_GENE",
                "EXOGENOUS_PROTEIN",
                "HYDROLYTIC_ENZYME",
                "PROTEOLYTIC_ENZYME",
                "RELEASING_AGENT",
                "VACCINE_ANTIGEN",
            ),
            "targets",
        ),
    }

    _open: ParquetTable | None = None

    @property
    def where(self) -> str:
        return self._open.where if self._open else str(self.paths[0])

    def nodes(self) -> Iterator[NodeRecord]:
        return self.once(self._nodes())

    def _nodes(self) -> Iterator[NodeRecord]:
        for row in self._rows(edges=False):
            their_id, label, properties = row["id"], row["label"], self._properties(row)
            node_id = _id(their_id)
            ours = self.type_of(label, node_id)
            if not node_id:
                self.fault("bad_value", "the node has no id")
            elif ours is not None:
                properties = properties or {}  # not JSON: a fault, and the term is still one
                labels = [properties.get(key) for key in ("symbol", "name") if properties.get(key) not in (None, "")]
                scoped = [(label, "exact") for label in labels[1:]]
                scoped += [(properties.get(key), scope) for key, scope in _SYNONYMS.items()]
                what = f"a name of {node_id}"
                names = [NodeName(text, scope) for value, scope in scoped for text in self.texts(value, what)]
                xrefs = self.references(node_id, self.texts(properties.get("xrefs"), f"an xref of {node_id}"))
                name = self.named(node_id, labels[0] if labels else "")
                yield NodeRecord(node_id, name, ours, self.source, xrefs, tuple(names))

    def edges(self) -> Iterator[EdgeRecord]:
        for row in self._rows(edges=True):
            relation, label, properties = row["relation"], row["label"], self._properties(row)
            subject, object_ = _id(row["from"]), _id(row["to"])
            if not subject or not object_:
                self.fault("bad_value", "the edge has no from or no to")
                continue
            key = label if label in _BY_LABEL else relation.upper()
            known = self.predicate(key)
            if known is None or properties is None:
                continue
            if known[1] != (key in _SWAPPED or label in _SWAPPED):
                subject, object_ = object_, subject
            seen = self._seen(known[0], properties)
            if seen is None:
                continue
            predicate, patients = seen
            evidence = self._evidence(properties)
            for source in self._sources(properties):
                licence = self.licence_for(source)
                yield EdgeRecord(
                    *(subject, predicate, object_, source, self.version, licence),
                    strength=patients or 1.0,
                    evidence=evidence,
                )

    def _seen(self, predicate: str, properties: dict[str, Any]) -> tuple[str, float | None] | None:
        """Return the predicate, and the share of patients, of an edge that may be HPO's; None where nothing says it.

        One edge stands for all annotations of a disease with a term: what some of them state is denied by none.
        """
        denied = predicate == "lacks_phenotype"
        if not denied and predicate != "has_phenotype":
            return predicate, None
        if denied and properties.get("relation_conflict") not in (None, False, "", [], "false"):
            self.faults.skip("denial of what the source states")
            return None
        try:
            patients = pooled([curie(str(text)) for text in as_list(properties.get("frequency"))])
        except ValueError as error:
            self.fault("bad_value", str(error))
            return None
        only = [column for column in ("sexes", "onset", "modifiers") if as_list(properties.get(column))]
        stated = self.stated("has_phenotype", denied=denied, patients=patients, only=only)
        return None if stated is None else (stated, patients)

    def _rows(self, *, edges: bool) -> Iterator[dict[str, str]]:
        found = False
        for path in self.files():
            table = ParquetTable(path)
            kind = set(_EDGE) <= set(table.header)
            if not kind:
                places(table.header, _NODE, path)
            if kind == edges:
                found, self._open = True, table
                yield from (dict(zip(table.header, row, strict=True)) for row in table)
        if not found:
            raise GraphError(f"{self.paths[0]} holds no {'edges' if edges else 'nodes'} file of OptimusKG")

    def _properties(self, row: dict[str, str]) -> dict[str, Any] | None:
        try:
            found = json.loads(row.get("properties") or "{}")
        except ValueError as error:
            self.fault("bad_value", f"properties are not JSON: {error}")
            return None
        return found if isinstance(found, dict) else {}

    def _sources(self, properties: dict[str, Any]) -> list[str]:
        given = properties.get("sources")
        direct = as_list(given.get("direct")) if isinstance(given, dict) else as_list(given)
        direct = direct or as_list(properties.get("direct_sources"))
        return sorted({str(source).lower().replace("_", "") for source in direct}) or [self.source]

    @staticmethod
    def _evidence(properties: dict[str, Any]) -> tuple[Evidence, ...]:
        score = next((properties[key] for key in _SCORES if isinstance(properties.get(key), int | float)), None)
        given = properties.get("sources")
        behind = given.get("indirect") if isinstance(given, dict) else properties.get("indirect_sources")
        behind = as_list(behind)
        references = [*behind, *as_list(properties.get("references")), *as_list(properties.get("reference_ids"))]
        found = tuple(Evidence(reference=str(reference), score=score) for reference in references)
        return found or ((Evidence(score=score),) if score is not None else ())


def _id(text: str) -> str:
    """Return the CURIE of an id of OptimusKG, which has them bare: `MONDO_0011451`, `ENSG00000139618`, `CHEMBL25`.

    >>> _id("MONDO_0011451"), _id("ENSG00000139618"), _id("R-HSA-73857"), _id("D013749")
    ('MONDO:0011451', 'ENSEMBL:ENSG00000139618', 'reactome:R-HSA-73857', 'MESH:D013749')
    """
    if ":" not in text and "_" not in text:
        for start, prefix in _PREFIXES:
            if text.startswith(start):
                return f"{prefix}:{text}"
    return curie(text, "OPTIMUSKG")
