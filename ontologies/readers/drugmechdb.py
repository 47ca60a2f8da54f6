"""DrugMechDB (CC0): curated mechanisms, one path of statements from each drug to the disease it treats."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection
from pathlib import Path

from kgpaths.graph.tables import NodeRecord
from kgpaths.graph.vocabulary import resolve_predicate
from readers.records import Tables, node, statement, table, tidy

_PREFIXES = {
    "DB": "DRUGBANK",
    "taxonomy": "NCBITaxon",
    "reactome": "REACT",
    "Pfam": "PFAM",
}
_TYPES = {
    "Drug": "drug",
    "Disease": "disease",
    "PhenotypicFeature": "phenotype",
    "ChemicalSubstance": "chemical",
    "OrganismTaxon": "organism",
    "Protein": "protein",
    "GeneFamily": "gene_family",
    "MacromolecularComplex": "gene_family",
    "MolecularActivity": "molecular_activity",
    "BiologicalProcess": "biological_process",
    "Pathway": "pathway",
    "GrossAnatomicalStructure": "anatomy",
    "CellularComponent": "cellular_component",
    "Cell": "cell",
}
_ELSEWHERE = ("HP:",)


def read(data: Path, known: Collection[str]) -> Tables:
    """Return the statements of all paths, and that each drug treats its disease; nodes for ids that are not `known`."""
    go_terms = table(data / "ontology/go_terms_parents.tsv")
    go_names = {row["id"]: row["name"] for row in go_terms if row["obsolete"] == "0"}
    names: dict[str, Counter[str]] = defaultdict(Counter)
    types: dict[str, Counter[str]] = defaultdict(Counter)
    statements: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    with (data / "paths/drugmechdb_paths_dev.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            path = json.loads(line)
            about = path["graph"]
            for one in path["nodes"]:
                names[_id(one["id"])][tidy(one["name"])] += 1
                types[_id(one["id"])][_TYPES[one["label"]]] += 1
            for link in path["links"]:
                predicate, exchanged = resolve_predicate(link["key"])
                ends = (_id(link["source"]), _id(link["target"]))
                subject, object_ = reversed(ends) if exchanged else ends
                statements[subject, predicate, object_].add(about["_id"])
            drug = about["drugbank"] if about.get("drugbank") else about["drug_mesh"]
            if about.get("disease_mesh"):
                statements[_id(drug), "treats", _id(about["disease_mesh"])].add(about["_id"])
                names[_id(drug)][tidy(about["drug"])] += 1
                types[_id(drug)]["drug"] += 1
    nodes = [
        _node(one, _most(names[one]), _most(types[one]), go_names)
        for one in sorted(names)
        if one not in known and not one.startswith(_ELSEWHERE)
    ]
    edges = [
        statement(
            subject, predicate, object_, "drugmechdb", reference="|".join(f"DrugMechDB:{one}" for one in sorted(paths))
        )
        for (subject, predicate, object_), paths in statements.items()
    ]
    return nodes, edges


def _id(text: str) -> str:
    prefix, _, number = tidy(text).partition(":")
    number = number.removeprefix("DB:") if prefix == "DB" else number
    return f"{_PREFIXES.get(prefix, prefix)}:{number}"


def _most(counts: Counter[str]) -> str:
    return min(counts, key=lambda text: (-counts[text], text))


def _node(node_id: str, name: str, kind: str, go_names: dict[str, str]) -> NodeRecord:
    if node_id in go_names:  # the ontology's own name, the curators' beside it
        return node(node_id, go_names[node_id], kind, "go", [(name, "related")])
    return node(node_id, name, kind, "drugmechdb")
