"""Do paths find how a drug acts? Curated mechanisms of DrugMechDB, from drug and disease alone.

    python benchmarks/paths_mechanisms.py PACK [--default]    # PACK has kg_assembled/, mappings/mondo/ and paths/
    python benchmarks/paths_mechanisms.py PACK --learn OUT    # learn ontologies/paths/mechanism.yaml anew

The graph holds none of DrugMechDB's statements (`--default`: the default graph instead of the assembled one). Costs are
learned from half of the drugs, by a hash of the drug's id, and measured on the others. A gold mechanism is a graph; its
nodes are those that the searched view has. Node and edge F1 are against all of it, the edit distance (insertions,
deletions, exchanges over the longer length) against its nearest route from drug to disease. A pair without a path
counts 0, at distance 1. `with both ends` is the public benchmarks' way of counting; both ends are given, so `inner`
counts the nodes between them alone.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import NamedTuple

import networkx as nx
from mechanism_gold import Mechanism, assembled_graph, default_graph, read_mechanisms
from paths_baselines import kernel_by_degrees

from kgpaths.config import PathConfig
from kgpaths.graph import KnowledgeGraph
from kgpaths.learning.step_costs import Example, costs_text, learn_step_costs, node_f1
from kgpaths.paths import PathFinder
from kgpaths.paths.search_graph import SearchGraph
from kgpaths.paths.views import search_graph

Nodes = tuple[int, ...]
Ask = Callable[[int, int], list[Nodes]]
TOP, MANY = 10, 60


class Scores(NamedTuple):
    """Of one path, or the best of several by node F1."""

    node_f1: float
    inner_f1: float
    edge_f1: float
    distance: float


def main(arguments: Sequence[str]) -> None:
    pack = Path(arguments[0])
    file = pack / "paths/drugmechdb_paths_dev.jsonl"
    with tempfile.TemporaryDirectory() as folder:
        if "--learn" in arguments:
            learn(pack, file, Path(folder), Path(arguments[arguments.index("--learn") + 1]))
            return
        is_default = "--default" in arguments
        graph = default_graph(Path(folder, "graph")) if is_default else assembled_graph(pack, Path(folder, "graph"))
        arcs = search_graph(graph, PathConfig())
        gold, funnel = read_mechanisms(file, graph, arcs)
        print(f"{graph}: {graph.n_nodes:,} nodes, {graph.n_edges:,} edges", *funnel, sep="\n")
        measure(graph, arcs, [one for one in gold if not one.learns])


def learn(pack: Path, file: Path, folder: Path, out: Path) -> None:
    tasks = []
    for graph in (assembled_graph(pack, folder / "assembled"), default_graph(folder / "default")):
        gold, _ = read_mechanisms(file, graph, search_graph(graph, PathConfig()))
        tasks.append((graph, [Example(one.drug, one.disease, one.nodes) for one in gold if one.learns]))
    costs = learn_step_costs(tasks)
    head = "Costs of steps in milli-nats, for the question how a drug acts on a disease; see `PathConfig.mechanism`."
    made = "Made by `benchmarks/paths_mechanisms.py PACK --learn` from half of the drugs of DrugMechDB (CC0-1.0)."
    out.write_text(costs_text(costs, [head, made]), encoding="utf-8")
    print(f"{out}: {len(costs)} steps")


def measure(graph: KnowledgeGraph, arcs: SearchGraph, gold: Sequence[Mechanism]) -> None:
    plain = nx.Graph()
    plain.add_edges_from((u, v) for u in range(arcs.n_nodes) for v in arcs.neighbours(u).tolist() if u < v)
    ours = {"priors": "mechanism", "degree_weight": 0.3, "exclude_direct": True}
    rows: dict[str, Ask] = {
        "networkx shortest, direct edge and all": lambda u, v: shortest(plain, u, v, direct=True),
        "networkx shortest": lambda u, v: shortest(plain, u, v, direct=False),
        "hub-penalised shortest": by_degrees(graph),
        "DWPC only": kernel(graph, PathConfig(exclude_direct=True)),
        "ours: PathConfig.mechanism()": kernel(graph, PathConfig.mechanism()),
        "  without the learned costs of steps": kernel(graph, PathConfig(**{**ours, "priors": ""})),
        "  without degrees": kernel(graph, PathConfig(**{**ours, "degree_weight": 0.0})),
        "  without a cap on hubs": kernel(graph, PathConfig(**ours, degree_cap=10**6)),
        "  at most 3 hops": kernel(graph, PathConfig(**ours), max_hops=3),
        f"  {MANY} paths, the best of them under @10": kernel(graph, PathConfig.mechanism(), top=MANY),
    }
    print(f"\n{len(gold):,} pairs of drugs that nothing was learned from, {sum(one.complete for one in gold)} complete")
    print(f"{'':42}{'complete gold':^36}{'gold restricted to nodes there':^36}")
    print(f"{'':42}" + f"{'node F1':>8}{'@10':>6}{'inner':>6}{'edge':>6}{'dist.':>6}    " * 2 + " s")
    results: dict[str, list[tuple[Scores, Scores]]] = {}
    for name, ask in rows.items():
        started = time.perf_counter()
        results[name] = [score(ask(one.drug, one.disease), one) for one in gold]
        seconds = time.perf_counter() - started
        parts = [mean([row for row, one in zip(results[name], gold, strict=True) if one.complete or not only])
                 for only in (True, False)]  # fmt: skip
        print(f"{name:42}" + "    ".join(parts) + f"{seconds:7.0f}")
    for other in ("networkx shortest, direct edge and all", "networkx shortest", "DWPC only"):
        for only in (True, False):
            print(f"ours - {other} ({'complete' if only else 'all'}): {interval(results, other, gold, only)}")


def kernel(graph: KnowledgeGraph, config: PathConfig, max_hops: int = 4, top: int = TOP) -> Ask:
    """Ask the library as a user does."""
    finder = PathFinder(graph, config)

    def ask(drug: int, disease: int) -> list[Nodes]:
        found = finder.find(question=[graph.id(drug)], answer=[graph.id(disease)], k=top, max_hops=max_hops)
        return [tuple(graph.index(node) for node in path.node_ids) for path in found]

    return ask


def by_degrees(graph: KnowledgeGraph) -> Ask:
    """Ask the same search with hub-penalised costs."""
    searched, config = kernel_by_degrees(graph, "hub"), PathConfig()
    limits = {"k": TOP, "max_hops": 4, "min_hops": 2, "degree_cap": config.degree_cap}
    return lambda drug, disease: [path.nodes for path in searched.search([drug], [disease], **limits).paths]


def shortest(plain: nx.Graph[int], drug: int, disease: int, *, direct: bool) -> list[Nodes]:
    had = plain.has_edge(drug, disease)
    if had and not direct:
        plain.remove_edge(drug, disease)
    try:
        return [tuple(path) for path in islice(nx.shortest_simple_paths(plain, drug, disease), TOP)]
    except nx.NetworkXNoPath:
        return []
    finally:
        if had:
            plain.add_edge(drug, disease)


def score(paths: Sequence[Nodes], gold: Mechanism) -> tuple[Scores, Scores]:
    """Return the scores of the first path, and of the best of all by node F1."""
    scored = [_score(path, gold) for path in paths] or [Scores(0.0, 0.0, 0.0, 1.0)]
    return scored[0], max(scored)


def _score(path: Nodes, gold: Mechanism) -> Scores:
    ends, steps = {gold.drug, gold.disease}, [frozenset(pair) for pair in pairwise(path)]
    return Scores(
        node_f1(path, gold.nodes),
        node_f1(path[1:-1], gold.nodes - ends),
        2 * len({*steps} & gold.edges) / (len(steps) + len(gold.edges)),
        min((distance(path, route) for route in gold.routes), default=1.0),
    )


def distance(path: Sequence[int], other: Sequence[int]) -> float:
    """Return the edit distance over the longer length."""
    row = list(range(len(other) + 1))
    for count, node in enumerate(path, 1):
        last, row[0] = row[0], count
        for place, wanted in enumerate(other, 1):
            last, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, last + (node != wanted))
    return row[-1] / max(len(path), len(other))


def mean(scores: Sequence[tuple[Scores, Scores]]) -> str:
    first = [sum(column) / len(scores) for column in zip(*(one for one, _ in scores), strict=True)]
    top = sum(best.node_f1 for _, best in scores) / len(scores)
    return f"{first[0]:8.3f}{top:6.3f}{first[1]:6.3f}{first[2]:6.3f}{first[3]:6.3f}"


def interval(results: dict[str, list[tuple[Scores, Scores]]], other: str, gold: Sequence[Mechanism], only: bool) -> str:
    """Return the difference of node F1 with its 95 % bootstrap interval; whole drugs are drawn."""
    by_drug: dict[int, list[float]] = {}
    for ours, theirs, one in zip(results["ours: PathConfig.mechanism()"], results[other], gold, strict=True):
        if one.complete or not only:
            by_drug.setdefault(one.drug, []).append(ours[0].node_f1 - theirs[0].node_f1)
    rng, drugs = random.Random(0), list(by_drug.values())

    def draw(sample: Sequence[list[float]]) -> float:
        flat = [value for values in sample for value in values]
        return sum(flat) / len(flat)

    drawn = sorted(draw(rng.choices(drugs, k=len(drugs))) for _ in range(1000))
    return f"{draw(drugs):+.3f} [{drawn[25]:+.3f}, {drawn[974]:+.3f}]"


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
