"""Do paths lead over what an expert thinks of? Agreement with written explanations, method by method.

    python benchmarks/paths_agreement.py DATA [GRAPH]

DATA holds `casimedicos_en.jsonl` (doctors' comments) and `medmcqa_dev.jsonl` (teachers' explanations). Measured on the
half of the questions that nothing is learned from; the learned ranker is fitted here on the other half. Measures:
`kgpaths.paths.agreement`. `bridge*` does not count classes and kinds of the answer as named because the answer is.
All methods choose six paths of at most three hops from the same nodes; means over questions where the method has any
middle to offer, `items`; the interval is a paired bootstrap of `learned` minus the row on questions both have.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
import numpy as np

from kgpaths import EntityLinker, KnowledgeGraph, PathFinder
from kgpaths.config import PathConfig
from kgpaths.paths.agreement import Agreement, Expert, agreement, expert
from kgpaths.paths.features import FEATURES
from kgpaths.paths.learning import Explained, candidates, explained, kept_for_testing, learn_ranker
from kgpaths.paths.options import options_of
from kgpaths.paths.ranker import Ranker, blank_ranker
from kgpaths.records import QAItem
from kgpaths.sources import open_source

SETS = {"CasiMedicos": "casimedicos:casimedicos_en.jsonl", "MedMCQA dev": "medmcqa:medmcqa_dev.jsonl"}
SELECTED, POOL = 6, 10
Paths = Sequence[Sequence[int]]


class Question(NamedTuple):
    asked: Explained
    who: Expert
    starts: list[int]
    ends: list[int]
    barred: set[int]


def main(data: Path, spec: str) -> None:
    graph = KnowledgeGraph.open(spec)
    linker = EntityLinker(graph)
    sets: dict[str, list[Explained]] = {}
    for name, place in SETS.items():
        dataset, file = place.split(":")
        rows = open_source(f"{dataset}:{data / file}", training=False)
        sets[name] = explained(linker, (row for row in rows if isinstance(row, QAItem)))
    learning = [one for asked in sets.values() for one in asked if not kept_for_testing(one.item.id)]
    ranker, n_questions, n_middles = learn_ranker(PathFinder(graph, ranker=blank_ranker()), learning)
    print(f"{graph}\nlearned from {n_questions} questions with {n_middles} middles, the other half is measured\n")
    finder = PathFinder(graph, PathConfig(ranking="learned"), ranker=ranker)
    methods = methods_of(graph, finder)
    for name, asked in sets.items():
        tested = [prepared(finder, one) for one in asked if kept_for_testing(one.item.id)]
        linked = [question for question in tested if question.starts and question.ends]
        print(f"{name}: {len(tested)} questions, question and answer linked in {len(linked)}")
        report({method: [agreement(choose(one), one.who) for one in linked] for method, choose in methods.items()})
        middles(finder, linked)
        ingredients(finder, learning, linked)


def prepared(finder: PathFinder, one: Explained) -> Question:
    graph = finder.graph
    options = options_of(finder, one.item, one.mentions)
    right = next(option for option in options if option.key == one.item.answer_key)
    findings = finder.evidence_model.findings(one.mentions)
    barred = {node for option in options for node in option.nodes} - set(right.nodes)
    starts = [node for node in findings.present if node not in right.nodes]
    who = expert(graph, one.mentions, one.explanation)
    return Question(one, who, starts, list(right.nodes), barred | findings.absent)


def methods_of(graph: KnowledgeGraph, learned: PathFinder) -> dict[str, Callable[[Question], Paths]]:
    rng = np.random.default_rng(0)
    hub = PathFinder(graph, PathConfig(cost="hub"))
    pivot = PathFinder(graph, PathConfig(ranking="pivot"))
    arcs = learned.kernel.graph
    peer = nx.Graph()
    peer.add_edges_from((u, v) for u in range(arcs.n_nodes) for v in arcs.neighbours(u).tolist() if u < v)

    def cheapest(finder: PathFinder, one: Question) -> list[tuple[int, ...]]:
        config = finder.config
        found = finder.kernel.search(
            one.starts, one.ends, k=POOL, max_hops=config.max_hops, degree_cap=config.degree_cap
        ).paths
        return [path.nodes for path in found if not one.barred.intersection(path.nodes)]

    def shuffled(one: Question) -> Paths:
        pool = cheapest(learned, one)
        return [pool[place] for place in rng.permutation(len(pool))[:SELECTED].tolist()]

    def shortest(one: Question) -> Paths:
        found = []
        for start in one.starts:
            for end in one.ends:
                if start in peer and end in peer and nx.has_path(peer, start, end):
                    path = nx.shortest_path(peer, start, end)
                    if len(path) <= 4 and not one.barred.intersection(path):
                        found.append(tuple(path))
        return sorted(found, key=lambda path: (len(path), path))[:SELECTED]

    def of_item(finder: PathFinder) -> Callable[[Question], Paths]:
        def choose(one: Question) -> Paths:
            found = finder.find_item(one.asked.item, one.asked.mentions).paths
            return [[graph.index(node) for node in path.node_ids] for path in found if path.kind == "selected"]

        return choose

    return {
        "random": shuffled,
        "networkx shortest": shortest,
        "hub-penalised": lambda one: list(islice(cheapest(hub, one), SELECTED)),
        "DWPC": lambda one: list(islice(cheapest(learned, one), SELECTED)),
        "pivot": of_item(pivot),
        "learned": of_item(learned),
    }


def report(measured: Mapping[str, Sequence[Agreement]]) -> None:
    fields: dict[str, Callable[[Agreement], float | None]] = {
        "node": lambda one: one.node,
        "bridge@5": lambda one: one.bridge,
        "bridge*@5": lambda one: one.bridge_beyond_answer,
        "finding": lambda one: one.finding,
        "recall": lambda one: one.recall,
    }
    print(f"{'':20s}{'items':>7s}" + "".join(f"{name:>11s}" for name in fields) + f"{'bridge: learned minus row':>30s}")
    ours = [one.bridge for one in measured["learned"]]
    for method, rows in measured.items():
        means = []
        for read in fields.values():
            values = [value for one in rows if (value := read(one)) is not None]
            means.append(f"{np.mean(values):11.3f}" if values else f"{'-':>11s}")
        both = [(x, y.bridge) for x, y in zip(ours, rows, strict=True) if x is not None and y.bridge is not None]
        items = sum(one.bridge is not None for one in rows)
        print(f"{method:20s}{items:7d}" + "".join(means) + f"{interval(both):>30s}")


def interval(pairs: Sequence[tuple[float, float]]) -> str:
    if not pairs:
        return "-"
    gain = np.array([x - y for x, y in pairs])
    drawn = np.random.default_rng(0).integers(0, len(gain), (2000, len(gain)))
    low, high = np.quantile(gain[drawn].mean(axis=1), [0.025, 0.975])
    return f"{gain.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


def middles(finder: PathFinder, questions: Sequence[Question]) -> None:
    """Agreement of the five best candidate middles, before they become paths: floor, single features, ceiling."""
    tables = [table for one in questions if len((table := candidates(finder, one.asked))[0])]
    names = list(FEATURES)
    rng = np.random.default_rng(0)
    orders: dict[str, Callable[[Any, Any], Any]] = {
        "random": lambda values, _: rng.random(len(values)),
        "low degree": lambda values, _: -values[:, names.index("degree")],
        "findings (coverage)": lambda values, _: values[:, names.index("findings")],
        "Adamic-Adar": lambda values, _: values[:, names.index("adamic_adar")],
        "learned": lambda values, _: finder.ranker.log_odds(values),
        "ceiling": lambda _, named: named.astype(float),
    }
    print(f"the five best of all candidate middles ({len(tables)} questions have any):")
    line = []
    for name, order in orders.items():
        line.append(
            f"{name} {np.mean([best(nodes, order(values, named), named) for nodes, values, named in tables]):.3f}"
        )
    print("  " + " | ".join(line))


def best(nodes: Any, score: Any, named: Any) -> float:
    ranked = np.lexsort((nodes, -score))
    kept = list(dict.fromkeys(nodes[ranked].tolist()))[:5]
    truth = dict(zip(nodes.tolist(), named.tolist(), strict=True))
    return float(np.mean([truth[node] for node in kept]))


def ingredients(finder: PathFinder, learning: Sequence[Explained], questions: Sequence[Question]) -> None:
    """What the ranker loses without a group of features; every row is fitted anew."""
    train = [candidates(finder, one) for one in learning]
    test = [table for one in questions if len((table := candidates(finder, one.asked))[0])]
    names = list(FEATURES)
    groups = {
        "nothing": (),
        "findings": ("findings", "share", "worth", "best_worth", "two_hops", "finding_cost", "adamic_findings"),
        "option": ("adjacent", "option_cost", "adamic_adar", "curated_option"),
        "degree": ("degree", "degree_squared", "kinds", "names", "catalogued"),
        "hierarchy": ("class_of_option", "kind_of_option", "class_of_finding"),
        "name": ("name_in_stem", "name_words"),
        "texts": ("text_option", "text_findings", "text_share", "text_degree"),
        "types": tuple(name for name in names if name.startswith(("is_", "condition_of", "type_of"))),
    }
    from kgpaths.paths.ranker import fit

    line = []
    for group, without in groups.items():
        kept = np.array([name not in without for name in names])
        values = np.concatenate([table[1] for table in train]) * kept
        weight = np.concatenate([np.full(len(table[2]), max(len(table[2]), 1) ** -0.5) for table in train])
        fitted: Ranker = fit(values, np.concatenate([table[2] for table in train]), weight)
        mean = np.mean([best(nodes, fitted.log_odds(rows * kept), named) for nodes, rows, named in test])
        line.append(f"{group} {mean:.3f}")
    print("learned without … : " + " | ".join(line) + "\n")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "default")
