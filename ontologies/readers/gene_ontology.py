"""The Gene Ontology (CC BY 4.0): what genes of known diseases do, by direct experiment, and how the terms order."""

from __future__ import annotations

from collections.abc import Mapping

from kgpaths.graph.readers import Faults
from kgpaths.graph.readers.own import OwnReader, Records
from kgpaths.graph.readers.text import Table
from kgpaths.graph.tables import EdgeRecord
from readers.records import LONGEST_NAME, node, statement, table

_TYPES = {"biological_process": "biological_process", "molecular_function": "molecular_activity"}
_TOO_COMMON = 250
"""A term that more genes than this carry ("protein binding", "signal transduction") explains no disease."""


class GeneOntology(OwnReader):
    """Reads terms that genes of known diseases take part in, and the hierarchy between those terms.

    Which genes belong to diseases is looked up in HPO's table; nothing of that table is taken over.
    """

    def read(self) -> Records:
        data = self.folder
        # The columns are named in a remark alone, so the first row stands where their names are looked for.
        rows = Table(data / "kg/hpo/genes_to_phenotype.txt.gz", Faults(strict=True), comment="#")
        with_disease = {rows.header[0], *(row[0] for row in rows)}
        parents = {
            row["id"]: tuple(one for one in row["parents"].split("|") if one)
            for row in table(data / "ontology/go_terms_parents.tsv")
            if row["obsolete"] == "0"
        }
        nodes, edges, kept = [], [], set()
        for row in table(data / "kg/rephetio/GO_annotations-9606-direct-expev.tsv"):
            kind = _TYPES.get(row["go_domain"])
            genes = [gene for gene in row["gene_ids"].split("|") if gene in with_disease]
            term = row["go_id"]
            if (
                kind
                and genes
                and int(row["size"]) <= _TOO_COMMON
                and term in parents
                and len(row["go_name"]) <= LONGEST_NAME
            ):
                kept.add(term)
                nodes.append(node(term, row["go_name"], kind, "go"))
                edges += [statement(f"NCBIGene:{gene}", "participates_in", term, "go") for gene in genes]
        return nodes, edges + _hierarchy(kept, parents)


def _hierarchy(kept: set[str], parents: Mapping[str, tuple[str, ...]]) -> list[EdgeRecord]:
    """Return the order of the kept terms; a term between two of them that is not kept is stepped over."""
    edges = []
    for term in sorted(kept):
        stack, seen = list(parents[term]), {term}
        while stack:
            one = stack.pop()
            if one in seen:
                continue
            seen.add(one)
            if one in kept:
                edges.append(statement(term, "is_a", one, "go"))
            else:
                stack += parents.get(one, ())
    return edges
