"""DrugMechDB (CC0): curated mechanisms, one path of statements from each drug to the disease it treats."""

from __future__ import annotations

from kgpaths.graph.readers.own import OwnReader, Records
from kgpaths.graph.tables import NodeRecord
from kgpaths.records import Evidence
from readers.records import in_format, node, table

_PREFIXES = {"reactome": "REACT", "Pfam": "PFAM"}
"""Spellings that the ids of the default graph have had from its beginning."""


class DrugMechDB(OwnReader):
    """Reads the statements of all paths, and that each drug treats its disease; nodes for ids that have none above."""

    def read(self) -> Records:
        known = {one.id for one in self.above}
        go_terms = table(self.folder / "ontology/go_terms_parents.tsv")
        go_names = {row["id"]: row["name"] for row in go_terms if row["obsolete"] == "0"}
        nodes, edges = in_format(
            "drugmechdb",
            self.folder / "paths/drugmechdb_paths_dev.jsonl",
            "drugmechdb",
            options={"indications": True},
            types={"MacromolecularComplex": "gene_family"},
        )
        ids = {one.id: _id(one.id) for one in nodes}
        return [
            _node(one._replace(id=ids[one.id], names=()), go_names)
            for one in nodes
            if ids[one.id] not in known and not one.id.startswith("HP:")
        ], [
            edge._replace(
                subject=_id(edge.subject),
                object=_id(edge.object),
                evidence=tuple(Evidence(reference=f"DrugMechDB:{one.reference}") for one in edge.evidence),
            )
            for edge in edges
        ]


def _id(curie: str) -> str:
    prefix, _, number = curie.partition(":")
    return f"{_PREFIXES.get(prefix, prefix)}:{number}"


def _node(given: NodeRecord, go_names: dict[str, str]) -> NodeRecord:
    if given.id in go_names:  # the ontology's own name, the curators' beside it
        return node(given.id, go_names[given.id], given.type, "go", [(given.name, "related")])
    return given
