"""A graph in Neo4j: push, pull, and paths inside the database beside the search over arrays, pair by pair.

    KGPATHS_NEO4J_USER=… KGPATHS_NEO4J_PASSWORD=… python benchmarks/graph_neo4j.py GRAPH neo4j://host:port/database

GRAPH is `default` or a snapshot folder. Pairs are drawn with a fixed seed among nodes that a path of at most three hops
joins; both give the five best paths, and the lists must be the same.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

PAIRS, K, HOPS = 210, 5, 3


def main(arguments: list[str]) -> None:
    if len(arguments) != 2:
        sys.exit(__doc__)
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.neo4j import Neo4jGraph, pull, push
    from kgpaths.paths import PathFinder

    graph, url = KnowledgeGraph.open(arguments[0]), arguments[1]
    print(f"{graph.meta.name}: {graph.n_nodes:,} nodes, {graph.n_edges:,} edges")
    started = time.perf_counter()
    report = push(graph, url, replace=True)
    pushed = time.perf_counter()
    print(f"  push {pushed - started:6.1f} s   {report.sent:,} rows, {report.arcs:,} of them search arcs")
    with tempfile.TemporaryDirectory() as folder:
        same = pull(url, Path(folder, "graph")).content_hash == graph.hash
    print(f"  pull {time.perf_counter() - pushed:6.1f} s   the same content hash: {same}")
    finder, draw = PathFinder(graph), random.Random(0)
    finder.find(question=[graph.id(0)], answer=[graph.id(1)], k=K, max_hops=HOPS)  # compiled before the clock runs
    ours, theirs, equal = [], [], 0
    with Neo4jGraph(url) as inside:
        while len(ours) < PAIRS:
            ends = [[graph.id(draw.randrange(graph.n_nodes))] for _ in "ab"]
            started = time.perf_counter()
            expected = finder.find(question=ends[0], answer=ends[1], k=K, max_hops=HOPS)
            if not expected:
                continue
            ours.append(time.perf_counter() - started)
            started = time.perf_counter()
            equal += inside.find(question=ends[0], answer=ends[1], k=K, max_hops=HOPS) == expected
            theirs.append(time.perf_counter() - started)
    print(f"  paths: {equal} of {PAIRS} pairs with the same list")
    for name, seconds in (("arrays", ours), ("Neo4j", theirs)):
        print(
            f"    {name:7} median {1000 * statistics.median(seconds):8.2f} ms   slowest {1000 * max(seconds):8.1f} ms"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
