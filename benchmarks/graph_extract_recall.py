"""Of what fact sheets on everyday conditions state, how much became edges?

    python benchmarks/graph_extract_recall.py [GRAPH]

`benchmarks/data/text_edges_recall.tsv` lists, by reading, what sections of MedQuAD state of conditions that a clinician
sees every week. Its first column says what the rules knew of a text: `first` and `added` were looked at when rules were
mended, `held` was listed before and `fresh` after, and no rule was made for either. An item counts as *linkable* when
the graph has a node of that name, as *drawn from this text* when an edge with a sentence of this text joins it (or an
is_a neighbour) to the condition, as *in the graph* when any edge does.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

from kgpaths import EntityLinker, KnowledgeGraph

ITEMS = Path(__file__).parent / "data" / "text_edges_recall.tsv"


def main() -> None:
    """Print what was found, section by section, and what was missed."""
    graph = KnowledgeGraph.open(sys.argv[1] if len(sys.argv) > 1 else "default")
    linker = EntityLinker(graph)
    found: dict[str, Counter[str]] = {}
    with ITEMS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            counts = Counter[str]()
            condition = named(linker, row["condition"])
            missed = []
            for item in row["items"].split("|"):
                counts["stated"] += 1
                nodes = {near for node in named(linker, item) for near in (node, *kin(graph, node))}
                counts["linkable"] += bool(nodes)
                edges = [e for one in condition for other in nodes for e in graph.edges_between(one, other)]
                said = [one.reference for edge in edges for one in edge.evidence]
                here = any(f"{reference}@".startswith(f"{row['text']}@") for reference in said)
                counts["drawn from this text"] += here
                counts["in the graph"] += bool(edges)
                if not here:
                    missed.append(item)
            for what in (row["read"], row["section"], "all"):
                found.setdefault(what, Counter()).update(counts)
            print(f"{row['condition']:40s}{row['section']:18s}missed: {', '.join(missed) or 'nothing'}")
    print(f"\n{'':20s}{'stated':>8s}{'linkable':>10s}{'drawn from this text':>22s}{'in the graph':>14s}")
    for what, counts in found.items():
        print(line(what, counts))


def line(what: str, counts: Counter[str]) -> str:
    shares = (counts[share] / counts["stated"] for share in ("linkable", "drawn from this text", "in the graph"))
    one, two, three = shares
    return f"{what:20s}{counts['stated']:8d}{one:10.2f}{two:22.2f}{three:14.2f}"


def named(linker: EntityLinker, text: str) -> set[str]:
    return {mention.node_id for mention in linker.link_string(text)}


def kin(graph: KnowledgeGraph, node_id: str) -> set[str]:
    return {
        end for edge in graph.edges_of(node_id) if edge.predicate == "is_a" for end in (edge.subject, edge.object)
    } - {node_id}


if __name__ == "__main__":
    main()
