"""The Medical Action Ontology and its annotations (CC BY 4.0): procedures, what they treat, how features are seen."""

from __future__ import annotations

import re
from pathlib import Path

from kgpaths.graph.readers.own import OwnReader, Records
from kgpaths.graph.tables import EdgeRecord
from readers.crosswalk import Crosswalk, read_crosswalk, representative
from readers.records import in_format, statement, table

_DIAGNOSTIC = "MAXO:0000003"
_ANY_FEATURE = "HP:0000118"
_LEFT_OUT = ("BFO:0000051", "RO:0002233", "MAXO:0000521", "MAXO:0000864", "MAXO:0001015", "MAXO:0001027")
"""Relations of actions: has part, has input, what is avoided (behaviour, actions, food), therapeutic uses."""
_RELATIONS = {"treats": "treats", "prevents": "prevents", "contraindicated": "contraindicated_for"}
_NO_TEST = re.compile(r"^(medical action|clinical assessment|dysmorphology assessment|.* (evaluation|assessment))$")
"""A referral or "assessment" is observable for nearly everything, and no test a clinician would name."""


class Maxo(OwnReader):
    """Reads procedures and tests with names and hierarchy, and the annotations of HPO features and diseases."""

    def read(self) -> Records:
        data, crosswalk = self.folder, read_crosswalk(self.folder)
        nodes, edges = _procedures(data / "ontology/maxo/maxo-base.obo")
        labels = {one.id: one.name for one in nodes}
        return nodes, edges + _diagnostic(data, labels) + _therapeutic(data, labels, crosswalk)


def _procedures(path: Path) -> Records:
    """Return the actions; those below the diagnostic ones are tests. Parents of other ontologies have no node here."""
    nodes, edges = in_format("obo", path, "maxo", options={"prefixes": ["MAXO"]}, predicates=dict.fromkeys(_LEFT_OUT))
    ids = {one.id for one in nodes}
    edges = [edge for edge in edges if edge.object in ids]
    tests, size = {_DIAGNOSTIC}, 0
    while size < (size := len(tests)):
        tests |= {edge.subject for edge in edges if edge.object in tests}
    return [one._replace(type="test") if one.id in tests else one for one in nodes], edges


def _diagnostic(data: Path, labels: dict[str, str]) -> list[EdgeRecord]:
    """Return by which test a feature can be seen."""
    return [
        statement(row["hpo_id"], "diagnosed_by", row["maxo_id"], "maxo-annotations")
        for row in table(data / "kg/maxo/maxo_diagnostic_annotations.tsv", comment="#")
        if row["maxo_id"] in labels and not _NO_TEST.match(labels[row["maxo_id"]])
    ]


def _therapeutic(data: Path, labels: dict[str, str], crosswalk: Crosswalk) -> list[EdgeRecord]:
    """Return what treats what: a feature where one is named, else the disease itself."""
    edges = []
    for row in table(data / "kg/maxo/maxo-annotations.tsv"):
        predicate = _RELATIONS.get(row["relation"])
        target = row["hpo_id"]
        if target == _ANY_FEATURE:
            target = representative(crosswalk, row["disease_id"])
        if predicate and target and row["maxo_id"] in labels:
            edges.append(statement(row["maxo_id"], predicate, target, "maxo-annotations", reference=row["source_id"]))
    return edges
