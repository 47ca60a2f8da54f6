"""Do paths lead over what an expert thinks of? Agreement with written explanations, method by method.

    python benchmarks/paths_agreement.py DATA [GRAPH] [EVERY]

DATA holds `casimedicos_en.jsonl` (doctors' comments) and `medmcqa_dev.jsonl` (teachers' explanations); EVERY takes each
so-manieth question only. Measures: `kgpaths.learning.agreement`; `inner*` does not count classes and kinds of the
answer as named because the answer is. Nothing is measured on a question that it was learned from: `learned` is
cross-validated (five folds of both sets together, by a hash of the id), `transferred` is learned from the other set.
What they are compared with is in `paths_baselines.py`. The rows under `learned` leave out one ingredient of the choice
each, on every third question. All methods choose six paths of at most three hops from the same nodes. Means over the
questions where the method has any intermediate node to offer, `items`; intervals are paired bootstraps of `learned`
minus the row on questions both have.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
from paths_baselines import Formula, by_joint_evidence, cheapest, kernel_by_degrees

from kgpaths import EntityLinker, KnowledgeGraph, PathFinder
from kgpaths.config import PathConfig
from kgpaths.language import read_question
from kgpaths.learning.agreement import Agreement, Expert, agreement, expert
from kgpaths.learning.ranker import Candidates, Explained, candidates, explained, fold_of, learn_ranker
from kgpaths.paths import choosing
from kgpaths.paths.features import FEATURES, Ranker
from kgpaths.paths.findings import starting, stated
from kgpaths.paths.kernel import Kernel
from kgpaths.paths.opened import Opened
from kgpaths.paths.options import options_of
from kgpaths.records import Mention, QAItem
from kgpaths.sources import open_source

SETS = {"CasiMedicos": "casimedicos:casimedicos_en.jsonl", "MedMCQA dev": "medmcqa:medmcqa_dev.jsonl"}
SELECTED, POOL, FOLDS, THIRD = 6, 10, 5, 3
Paths = Sequence[Sequence[int]]
Choose = Callable[["Question"], Paths]


class Question(NamedTuple):
    dataset: str
    asked: Explained
    who: Expert
    starts: list[int]
    ends: list[int]
    barred: set[int]
    table: Candidates


def main(data: Path, spec: str, every: int) -> None:
    graph = KnowledgeGraph.open(spec)
    linker, base = EntityLinker(graph), PathFinder(graph)
    questions: list[Question] = []
    asked: dict[str, list[Explained]] = {}
    for name, place in SETS.items():
        dataset, file = place.split(":")
        rows = islice(open_source(f"{dataset}:{data / file}", training=False), None, None, every)
        asked[name] = explained(linker, (row for row in rows if isinstance(row, QAItem)))
        questions += [one for each in asked[name] if (one := prepared(base, name, each))]
    folds = [learned_from(one for one in questions if fold(one) != number) for number in range(FOLDS)]
    others = {name: learned_from(one for one in questions if one.dataset != name) for name in SETS}
    print(graph)
    for name in SETS:
        linked = [one for one in questions if one.dataset == name]
        print(f"\n{name}: {len(asked[name])} questions, question and answer linked in {len(linked)}")
        measured = {
            method: [agreement(choose(one), one.who) for one in linked]
            for method, choose in methods_of(base, folds, others).items()
        }
        report(measured)
        part = linked[::THIRD]
        ablated = {"learned": measured["learned"][::THIRD]}
        for method, setting in ABLATIONS.items():
            with setting() as config:
                choose = by_fold(base, folds, config)
                ablated[f"- {method}"] = [agreement(choose(one), one.who) for one in part]
        report(ablated)
        intermediate_nodes([one for one in linked if len(one.table.nodes)], folds, others[name], questions)


def prepared(finder: PathFinder, dataset: str, one: Explained) -> Question | None:
    """Return a question whose findings and answer are linked."""
    ends = ends_of(finder.opened, one.item, one.mentions)
    if ends is None:
        return None
    who = expert(finder.opened.graph, one.mentions, one.explanation)
    return Question(dataset, one, who, *ends, candidates(finder.opened, one))


def ends_of(opened: Opened, item: QAItem, mentions: Sequence[Mention]) -> tuple[list[int], list[int], set[int]] | None:
    """Return where paths start, where they end, and what they may not lead over; None where either end is missing."""
    options = options_of(opened.graph, item, mentions)
    right = next(option for option in options if option.key == item.answer_key)
    asked = read_question(item)
    findings = opened.evidence.findings(starting(asked, stated(opened.graph, item, asked, mentions)))
    barred = {node for option in options for node in option.nodes} - set(right.nodes)
    starts = [node for node in findings.present if node not in right.nodes]
    return (starts, list(right.nodes), barred | findings.absent) if starts and right.nodes else None


def fold(one: Question) -> int:
    return fold_of(one.asked.item.id, FOLDS)


def learned_from(questions: Iterator[Question]) -> Ranker:
    return learn_ranker(one.table for one in questions)[0]


def like(base: PathFinder, config: PathConfig, ranker: Ranker | None = None) -> PathFinder:
    """Return another finder that shares what was opened and computed for the first."""
    finder = PathFinder(base.opened.graph, config, ranker=ranker)
    for part in ("kernel", "full_kernel", "evidence", "features", "passages"):
        finder.opened.__dict__[part] = getattr(base.opened, part)
    return finder


def by_fold(base: PathFinder, folds: Sequence[Ranker], config: PathConfig) -> Choose:
    finders = [like(base, config, ranker) for ranker in folds]
    return lambda one: selected(finders[fold(one)], one)


def selected(finder: PathFinder, one: Question) -> Paths:
    found = finder.find_item(one.asked.item, one.asked.mentions).paths
    return [[finder.opened.graph.index(node) for node in path.node_ids] for path in found if path.kind == "selected"]


def methods_of(base: PathFinder, folds: Sequence[Ranker], others: Mapping[str, Ranker]) -> dict[str, Choose]:
    rng = np.random.default_rng(0)
    formulas: dict[str, Formula] = {"hub-penalised": "hub", "PathRAG": "pathrag", "idf": "idf"}
    kernels = {name: kernel_by_degrees(base.opened.graph, formula) for name, formula in formulas.items()}
    arcs = base.opened.kernel.graph
    peer = nx.Graph()
    peer.add_edges_from((u, v) for u in range(arcs.n_nodes) for v in arcs.neighbours(u).tolist() if u < v)

    def pool_of(kernel: Kernel, one: Question) -> list[tuple[int, ...]]:
        return [path.nodes for path in cheapest(kernel, one.starts, one.ends, one.barred, k=POOL)]

    def shuffled(one: Question) -> Paths:
        pool = pool_of(base.opened.kernel, one)
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

    def by_cost(kernel: Kernel) -> Choose:
        return lambda one: pool_of(kernel, one)[:SELECTED]

    transferred = {name: like(base, PathConfig(), ranker) for name, ranker in others.items()}
    return {
        "random": shuffled,
        "networkx shortest": shortest,
        **{name: by_cost(kernel) for name, kernel in kernels.items()},
        "DWPC": by_cost(base.opened.kernel),
        "joint evidence": lambda one: [path.nodes for path in by_joint_evidence(base.opened, *one.asked[:2])],
        "transferred": lambda one: selected(transferred[one.dataset], one),
        "learned": by_fold(base, folds, PathConfig()),
        **{
            f"learned, worth {least:g} or more": by_fold(base, folds, PathConfig(min_worth=least))
            for least in (-2.0, 0.0)
        },
    }


@contextmanager
def changed(intermediate_nodes: int = PathConfig().intermediate_nodes, **constants: int) -> Iterator[PathConfig]:
    """Choose with other constants of `kgpaths.paths.choosing` for a while."""
    before = {name: getattr(choosing, name) for name in constants}
    for name, value in constants.items():
        setattr(choosing, name, value)
    try:
        yield PathConfig(intermediate_nodes=intermediate_nodes)
    finally:
        for name, value in before.items():
            setattr(choosing, name, value)


ABLATIONS: Mapping[str, Callable[[], Any]] = {
    "joint evidence beside": lambda: changed(_EVIDENCE=10**9),
    "limit of intermediate nodes": lambda: changed(intermediate_nodes=99),
    "slack": lambda: changed(_SLACK=10**9),
    "both": lambda: changed(intermediate_nodes=99, _SLACK=10**9),
    "limit of the answer's related classes": lambda: changed(_RELATED=99),
}


def report(measured: Mapping[str, Sequence[Agreement]]) -> None:
    fields: dict[str, Callable[[Agreement], float | None]] = {
        "node": lambda one: one.node,
        "inner@5": lambda one: one.intermediate,
        "inner*@5": lambda one: one.intermediate_beyond_answer,
        "finding": lambda one: one.finding,
        "recall": lambda one: one.recall,
    }
    heads = ("inner: learned minus row", "inner*: learned minus row")
    print(f"{'':28s}{'items':>6s}" + "".join(f"{name:>10s}" for name in fields) + "".join(f"{h:>29s}" for h in heads))
    for method, rows in measured.items():
        means = []
        for read in fields.values():
            values = [value for one in rows if (value := read(one)) is not None]
            means.append(f"{np.mean(values):10.3f}" if values else f"{'-':>10s}")
        gains = []
        for field in ("inner@5", "inner*@5"):
            both = [(fields[field](x), fields[field](y)) for x, y in zip(measured["learned"], rows, strict=True)]
            gains.append(interval([(x, y) for x, y in both if x is not None and y is not None]))
        items = sum(one.intermediate is not None for one in rows)
        print(f"{method:28s}{items:6d}" + "".join(means) + "".join(f"{gain:>29s}" for gain in gains))


def interval(pairs: Sequence[tuple[float, float]]) -> str:
    if not pairs:
        return "-"
    gain = np.array([x - y for x, y in pairs])
    drawn = np.random.default_rng(0).integers(0, len(gain), (2000, len(gain)))
    low, high = np.quantile(gain[drawn].mean(axis=1), [0.025, 0.975])
    return f"{gain.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


GROUPS: Mapping[str, tuple[str, ...]] = {
    "findings": ("share", "worth", "best_worth", "two_hops"),
    "way to the option": ("option_cost", "adamic_adar"),
    "neighbours of findings": ("adamic_findings",),
    "passages": ("told", "kin_told"),
    "how well known": ("degree", "kinds", "hierarchy", "names", "catalogued"),
    "related classes of the option": ("class_of_option", "kind_of_option", "sibling_of_option"),
    "related classes of findings": ("class_of_finding", "kind_of_finding"),
    "types and name": ("type_of_option", "name_in_stem", *(name for name in FEATURES if name.startswith("is_"))),
}


def intermediate_nodes(
    tested: Sequence[Question], folds: Sequence[Ranker], other: Ranker, everything: Sequence[Question]
) -> None:
    """The best candidate nodes before they become paths: floor, single features, ceiling, groups of features."""
    names = list(FEATURES)
    rng = np.random.default_rng(0)

    def single(feature: str, sign: int = 1) -> Callable[[Question], Any]:
        return lambda one: sign * one.table.values[:, names.index(feature)]

    def without(group: Sequence[str]) -> Callable[[Question], Any]:
        kept = np.array([name not in group for name in names])
        tables = [one.table._replace(values=one.table.values * kept) for one in everything]
        fitted = [
            learn_ranker(table for one, table in zip(everything, tables, strict=True) if fold(one) != number)[0]
            for number in range(FOLDS)
        ]
        return lambda one: fitted[fold(one)].log_odds(one.table.values * kept)

    orders: dict[str, Callable[[Question], Any]] = {
        "random": lambda one: rng.random(len(one.table.nodes)),
        "low degree": single("degree", -1),
        "findings covered": single("share"),
        "joint evidence": single("worth"),
        "Adamic-Adar": single("adamic_adar"),
        "transferred": lambda one: other.log_odds(one.table.values),
        "learned": lambda one: folds[fold(one)].log_odds(one.table.values),
        **{f"- {group}": without(features) for group, features in GROUPS.items()},
        "ceiling": lambda one: one.table.named.astype(float),
        "ceiling*": lambda one: np.isin(one.table.nodes, sorted(one.who.beyond_answer)).astype(float),
    }
    print(f"best of all candidate nodes ({len(tested)} questions have any)")
    print(f"{'':28s}{'@1':>8s}{'@3':>8s}{'@5':>8s}{'*@3':>8s}{'*@5':>8s}{'@3: learned minus row':>29s}")
    ours: list[float] = []
    rows = {name: np.array([best(one, order(one)) for one in tested]) for name, order in orders.items()}
    ours = rows["learned"][:, 1].tolist()
    for name, row in rows.items():
        gain = interval(list(zip(ours, row[:, 1].tolist(), strict=True)))
        print(f"{name:28s}" + "".join(f"{mean:8.3f}" for mean in row.mean(axis=0)) + f"{gain:>29s}")


def best(one: Question, score: Any) -> list[float]:
    """Shares of named nodes among the 1, 3 and 5 best, and among the 3 and 5 best beyond the answer's related
    classes."""
    ranked = one.table.nodes[np.lexsort((one.table.nodes, -score))]
    kept = list(dict.fromkeys(ranked.tolist()))
    named = [[node in which for node in kept[:5]] for which in (one.who.named, one.who.beyond_answer)]
    return [float(np.mean(named[which][:k])) for which, k in ((0, 1), (0, 3), (0, 5), (1, 3), (1, 5))]


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(
        Path(sys.argv[1]),
        sys.argv[2] if len(sys.argv) > 2 else "default",
        int(sys.argv[3]) if len(sys.argv) > 3 else 1,
    )
