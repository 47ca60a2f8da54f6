"""DrugMechDB's mechanisms in a graph that holds none of DrugMechDB's statements: the graph, and which nodes it has."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
from graph_build import PREDICATES, TYPES

from kgpaths.errors import UnknownNode
from kgpaths.graph import GraphView, KnowledgeGraph, build_from_spec
from kgpaths.paths.search_graph import SearchGraph
from kgpaths.vocabulary.node_types import node_types

SOURCE = "drugmechdb"
GROUPS = {
    "substance": ("Drug", "ChemicalSubstance"),
    "condition": ("Disease", "PhenotypicFeature"),
    "gene_product": ("Protein", "GeneFamily", "MacromolecularComplex"),
    "process": ("BiologicalProcess", "MolecularActivity", "Pathway"),
    "structure": ("CellularComponent", "Cell", "GrossAnatomicalStructure"),
    "living_thing": ("OrganismTaxon",),
}
"""Group of node types that a name may stand for, by DrugMechDB's label."""
PREFIXES = {"DB": "DRUGBANK", "taxonomy": "NCBITaxon", "reactome": "REACT"}


class Mechanism(NamedTuple):
    """A curated mechanism; node indices of the graph. What the graph lacks is left out."""

    id: str
    drug: int
    disease: int
    nodes: frozenset[int]
    edges: frozenset[frozenset[int]]
    routes: tuple[tuple[int, ...], ...]
    """The mechanism's own simple paths from drug to disease."""
    complete: bool
    """The graph has all of its nodes."""

    @property
    def learns(self) -> bool:
        """True for the half of the drugs that costs may be learned from; the other half is measured on."""
        return hashlib.sha256(self.id.split("_MESH")[0].encode()).digest()[0] % 2 == 0


def assembled_graph(pack: Path, out: Path) -> KnowledgeGraph:
    """Build the assembled tables without DrugMechDB's edges; nodes that are one concept are joined.

    What is one concept: Mondo's mappings, and the ids that the default graph holds together (UniProt and Entrez, MeSH
    and DrugBank, ...).
    """
    edges, same = out.with_suffix(".edges.tsv"), out.with_suffix(".sssom.tsv")
    with (
        gzip.open(pack / "kg_assembled/edges.tsv.gz", "rt", encoding="utf-8") as rows,
        edges.open("w", encoding="utf-8") as kept,
    ):
        kept.writelines(row for row in rows if row.split("\t")[3] != SOURCE)
    with same.open("w", encoding="utf-8") as table:
        table.write("subject_id\tpredicate_id\tobject_id\n")
        for node in KnowledgeGraph.open("default").nodes():
            table.writelines(f"{node.id}\tskos:exactMatch\t{xref}\n" for xref in node.xrefs)
    mappings = sorted((pack / "mappings/mondo").glob("mondo_exactmatch_*.sssom.tsv"))
    sources = [
        {"format": "node_table", "path": str(pack / "kg_assembled/nodes.tsv.gz"), "types": TYPES},
        {"format": "edge_table", "path": str(edges), "predicates": PREDICATES},
        *({"format": "sssom", "path": str(path)} for path in (same, *mappings)),
    ]
    build_from_spec({"name": "assembled", "sources": sources}, out)
    return KnowledgeGraph.open(out)


def default_graph(out: Path) -> KnowledgeGraph:
    """Return the default graph without DrugMechDB's edges."""
    whole = KnowledgeGraph.open("default")
    GraphView(whole, sources=[source for source in whole.sources if source != SOURCE]).save(out)
    return KnowledgeGraph.open(out)


def read_mechanisms(file: Path, graph: KnowledgeGraph, arcs: SearchGraph) -> tuple[list[Mechanism], list[str]]:
    """Return the mechanisms whose drug, disease and at least one inner node the graph has, and the funnel as lines.

    A node counts as there when edges lead to it in the view that is searched; an id is tried before the name.
    """
    found: list[Mechanism] = []
    funnel: Counter[str] = Counter()
    by_how: Counter[str] = Counter()
    for mechanism in _mechanisms(file):
        about, place = mechanism["graph"], {}
        for node in mechanism["nodes"]:
            ids = [node["id"], about.get("drugbank", "")] if node["id"] == about.get("drug_mesh") else [node["id"]]
            place[node["id"]], how = _resolve(graph, arcs, ids, node["name"], node["label"])
            by_how[how] += 1
        start = about["drug_mesh"] if about.get("drug_mesh") in place else mechanism["nodes"][0]["id"]
        end = about["disease_mesh"] if about.get("disease_mesh") in place else mechanism["nodes"][-1]["id"]
        drug, disease = place[start], place[end]
        nodes = frozenset(node for node in place.values() if node is not None)
        funnel["mechanisms"] += 1
        if drug is None or disease is None or drug == disease:
            continue
        funnel["drug and disease there"] += 1
        if len(nodes) < 3:
            continue
        complete = None not in place.values()
        funnel["and an inner node"] += 1
        funnel["and all nodes"] += complete
        links = [(link["source"], link["target"]) for link in mechanism["links"] if link["source"] != link["target"]]
        edges = [frozenset({place[one], place[other]} - {None}) for one, other in links if {one, other} <= set(place)]
        found.append(
            Mechanism(
                id=str(about["_id"]),
                drug=drug,
                disease=disease,
                nodes=nodes,
                edges=frozenset(edge for edge in edges if len(edge) == 2),
                routes=tuple(_routes(links, start, end, place)),
                complete=complete,
            )
        )
    lines = [f"  {count:6,} {what}" for what, count in funnel.items()]
    return found, [*lines, f"  nodes found by id {by_how['id']:,}, by name {by_how['name']:,}, not {by_how['no']:,}"]


def _mechanisms(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _resolve(
    graph: KnowledgeGraph, arcs: SearchGraph, ids: Iterable[str], name: str, label: str
) -> tuple[int | None, str]:
    for given in ids:
        prefix, _, number = given.removeprefix("DB:" if given.startswith("DB:DB:") else "").partition(":")
        for node_id in (f"{PREFIXES.get(prefix, prefix)}:{number}", given):
            try:
                node = graph.index(node_id)
            except UnknownNode:
                continue
            if arcs.degree(node):
                return node, "id"
    for node_id in graph.search(name):
        node, group = graph.index(node_id), node_types()[graph.type(node_id)].group
        if arcs.degree(node) and label in GROUPS.get(group, ()):
            return node, "name"
    return None, "no"


def _routes(
    links: Iterable[tuple[str, str]], start: str, end: str, place: dict[str, int | None]
) -> Iterator[tuple[int, ...]]:
    gold = nx.Graph(links)
    if start in gold and end in gold:
        for route in islice(nx.all_simple_paths(gold, start, end), 50):
            yield tuple(node for name in route if (node := place.get(name)) is not None)
