"""What edges from texts make possible: the best and a random choice of intermediate nodes, against experts'
explanations.

    python benchmarks/graph_extract_agreement.py DATA [GRAPH]

DATA holds `casimedicos_en.jsonl` and `medmcqa_dev.jsonl`. An *intermediate node* is a node on a path of at most three
hops from a finding of the question to the right answer that stands in neither. It agrees when the explanation, or an
is_a neighbour of what it links, names it. *Ceiling*: agreement of the five best intermediate nodes that could be
chosen; *random*: share of all intermediate nodes that agree. Means over the questions that have an intermediate node,
`items`. Four graphs: without the edges from texts, with the surest of them (strength 0.9 and more, the first tier),
with all typed ones, with the associations.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kgpaths import EntityLinker, KnowledgeGraph
from kgpaths.learning.agreement import SHORTEST_EXPLANATION
from kgpaths.records import QAItem
from kgpaths.sources import open_source
from kgpaths.vocabulary.relations import relations

SETS = {"CasiMedicos": "casimedicos:casimedicos_en.jsonl", "MedMCQA dev": "medmcqa:medmcqa_dev.jsonl"}
CHOSEN, HUB = 5, 1500
FIRST_TIER = 0.9
"""Strength from which an edge from texts belongs to the tier that is used first."""
GRAPHS = {
    "curated edges": (("curated",), 0.0),
    "and the surest from texts": (("curated", "text"), FIRST_TIER),
    "and edges from texts": (("curated", "text"), 0.0),
    "and associations": (("curated", "text", "associated_in_text"), 0.0),
}


class Neighbours:
    """Neighbours of nodes within the relations of reasoning and some tiers."""

    def __init__(self, graph: KnowledgeGraph, tiers: tuple[str, ...], least: float) -> None:
        walked = [
            relations()[name].in_paths and relations()[name].polarity != "contradicts" for name in graph.predicates
        ]
        kept = np.array(walked)[graph.predicate] & np.array([tier in tiers for tier in graph.tiers])[graph.tier]
        kept &= (np.array([tier != "text" for tier in graph.tiers])[graph.tier]) | (graph.strength >= least)
        one, other = graph.subject[kept].astype(np.int64), graph.object[kept].astype(np.int64)
        ends, others = np.concatenate((one, other)), np.concatenate((other, one))
        order = np.argsort(ends, kind="stable")
        self._others = others[order]
        self._indptr = np.append(0, np.cumsum(np.bincount(ends, minlength=graph.n_nodes)))

    def of(self, nodes: set[int]) -> set[int]:
        """Return the neighbours of some nodes; those of hubs are left out."""
        found: set[int] = set()
        for node in nodes:
            near: NDArray[np.int64] = self._others[self._indptr[node] : self._indptr[node + 1]]
            if len(near) <= HUB:
                found.update(near.tolist())
        return found


def main() -> None:
    """Print one table for each set of questions."""
    data = Path(sys.argv[1])
    graph = KnowledgeGraph.open(sys.argv[2] if len(sys.argv) > 2 else "default")
    views = {name: Neighbours(graph, tiers, least) for name, (tiers, least) in GRAPHS.items()}
    print(graph)
    for name, place in SETS.items():
        asked = list(questions(graph, data, place))
        print(f"\n{name}: {len(asked)} questions with a linked answer and an explanation")
        print(f"  {'':28s}{'items':>6s}{'intermediate nodes':>9s}{'random':>8s}{'ceiling':>9s}")
        for what, view in views.items():
            shares, best, counts = [], [], []
            for stated, answer, named in asked:
                intermediate_nodes = between(view, stated, answer)
                if intermediate_nodes:
                    agreeing = len(intermediate_nodes & named)
                    shares.append(agreeing / len(intermediate_nodes))
                    best.append(min(CHOSEN, agreeing) / min(CHOSEN, len(intermediate_nodes)))
                    counts.append(len(intermediate_nodes))
            print(f"  {what:28s}{len(shares):6d}{np.median(counts):9.0f}{np.mean(shares):8.3f}{np.mean(best):9.3f}")


def between(view: Neighbours, stated: set[int], answer: set[int]) -> set[int]:
    """Return the nodes on paths of two or three hops between two sets of nodes."""
    first, last = view.of(stated), view.of(answer)
    return ((first & (last | view.of(last))) | (last & view.of(first))) - stated - answer


def questions(graph: KnowledgeGraph, data: Path, place: str) -> Iterator[tuple[set[int], set[int], set[int]]]:
    """Yield stated findings, answer, and what the expert names, as node indices."""
    linker = EntityLinker(graph)
    is_a = graph.predicates.index("is_a")
    dataset, file = place.split(":")
    for item in open_source(f"{dataset}:{data / file}", training=False):
        if not isinstance(item, QAItem) or len(item.explanation) < SHORTEST_EXPLANATION:
            continue
        mentions = linker.link_item(item)
        stated = {
            graph.index(m.node_id) for m in mentions if m.role in ("question", "context") and m.assertion == "present"
        }
        answer = {graph.index(m.node_id) for m in mentions if m.role == "answer"}
        named = {graph.index(m.node_id) for m in linker.link(item.explanation)}
        for node in list(named):
            edges = graph.arcs[graph.indptr[node] : graph.indptr[node + 1]]
            edges = edges[graph.predicate[edges] == is_a]
            named.update(graph.subject[edges].tolist(), graph.object[edges].tolist())
        if stated and answer:
            yield stated, answer, named


if __name__ == "__main__":
    main()
