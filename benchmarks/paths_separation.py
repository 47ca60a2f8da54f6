"""How often the graph's evidence is strongest for the right option.

    python benchmarks/paths_separation.py DATA [GRAPH]

DATA holds `qa/medqa_test.jsonl` and `qa/mmlu_medical_test.jsonl` (tests: nothing is learned from them),
`qa/medqa_train_1k.jsonl` and `qa/medmcqa_train_1k.jsonl` (the weights of `learned` are fitted here on these), and the
reference texts `qa/medquad.jsonl.gz` and `text/openstax.jsonl.gz` for BM25. Measured on questions with at least two
linked options; options with equal evidence share the point. Rows: chance, direct evidence (idf), the best of two hops
(DWPC), personalised PageRank from the findings (damping 0.5 as in HippoRAG), mean NPMI of concept pairs in the
passages, BM25 (question and option against the best passage; the package bm25s), the best intermediate node, learned,
and learned without a group of features. The interval is a paired bootstrap of `learned` minus the row. On the training
questions `learned` is cross-validated in five folds: what was tried was chosen by that.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from paths_baselines import best_evidence

from kgpaths import EntityLinker, KnowledgeGraph
from kgpaths.extraction import read_texts
from kgpaths.files import Fault
from kgpaths.learning.logit import fit_choices
from kgpaths.paths.features import Ranker
from kgpaths.paths.opened import Opened
from kgpaths.paths.options import OPTION_FEATURES, Weighing
from kgpaths.paths.passages import Passages
from kgpaths.paths.search_graph import INFINITE
from kgpaths.paths.selection import OptionNodes
from kgpaths.records import QAItem, QuestionKind
from kgpaths.sources import open_source

LEARNED_FROM = {"MedQA train": "medqa:qa/medqa_train_1k.jsonl", "MedMCQA train": "medmcqa:qa/medmcqa_train_1k.jsonl"}
MEASURED_ON = {"MedQA test": "medqa:qa/medqa_test.jsonl", "MMLU medical": "jsonl:qa/mmlu_medical_test.jsonl"}
TEXTS = ("qa/medquad.jsonl.gz", "text/openstax.jsonl.gz")
GROUPS = {
    "intermediate nodes": ("intermediate_node",),
    "passages": ("passages",),
    "text edges": ("text_share",),
    "texts at all": ("passages", "text_share", "text_degree"),
    "two stages": ("diagnosis", "asked_relation", "any_relation"),
    "question type": ("asked_relation",),
    "assertion": ("denied", "contradicted"),
    "degree": ("degree", "text_degree"),
    "words of the stem": ("in_stem",),
    "any evidence": ("direct", "intermediate_node", "text_share", "passages", "diagnosis", "asked_relation",
                     "any_relation", "contradicted", "denied"),
}  # fmt: skip
_FOLDS = 5


class Question(NamedTuple):
    item: QAItem
    options: list[OptionNodes]
    right: int
    turned: int
    """-1 where the question asks for the exception."""
    kind: QuestionKind
    values: NDArray[np.float64]
    """Shape (options, features)."""
    present: list[int]
    intermediate: list[float]

    @classmethod
    def of(cls, weighing: Weighing) -> Question:
        return cls(
            item=weighing.item,
            options=weighing.options,
            right=weighing.options.index(weighing.right),
            turned=-1 if weighing.question.polarity == "exception" else 1,
            kind=weighing.question.kind,
            values=weighing.values,
            present=sorted(weighing.evidence.findings.present),
            intermediate=[best_evidence(weighing, place) for place in range(len(weighing.options))],
        )


def main(data: Path, spec: str) -> None:
    graph = KnowledgeGraph.open(spec)
    opened, linker = Opened(graph), EntityLinker(graph)
    trains = {name: questions(opened, linker, data, place) for name, place in LEARNED_FROM.items()}
    tests = {name: questions(opened, linker, data, place) for name, place in MEASURED_ON.items()}
    train = [one for some in trains.values() for one in some]
    learned, search = fitted(train), best_passages(data)
    rank = personalised_pagerank(opened)
    evidence = np.isin(list(OPTION_FEATURES), GROUPS["any evidence"])
    rows: dict[str, Callable[[Question], NDArray[np.float64]]] = {
        "chance": lambda one: np.zeros(len(one.options)),
        "direct idf": lambda one: one.values[:, list(OPTION_FEATURES).index("direct")],
        "two-hop": lambda one: two_hops(opened, one) * one.turned,
        "personalised PageRank": lambda one: rank(one) * one.turned,
        "NPMI in passages": lambda one: mean_npmi(opened.passages, one) * one.turned,
        "BM25 over the texts": lambda one: search(one) * one.turned,
        "best intermediate node": lambda one: np.array(one.intermediate) * one.turned,
        "learned": lambda one: scored(learned, one.values),
        "learned, exceptions not turned": lambda one: scored(learned, np.where(evidence, one.turned, 1) * one.values),
    }
    for group, without in GROUPS.items():
        ranker = fitted(train, without)
        rows[f"learned without {group}"] = lambda one, ranker=ranker: scored(ranker, one.values)  # type: ignore[misc]
    print(f"{graph}\nlearned from {len(train)} training questions\n")
    points = dict(zip((id(one) for one in train), cross_validated(train), strict=True))
    for name, asked in trains.items():
        chance = np.mean([1 / len(one.options) for one in asked])
        mean = np.mean([points[id(one)] for one in asked])
        print(f"{name}, cross-validated: {len(asked)} questions, chance {chance:.3f}, learned {mean:.3f}")
    for name, asked in tests.items():
        print(f"\n{name}: {len(asked)} questions with two linked options")
        ours = [point(rows["learned"](one), one.right) for one in asked]
        for method, score in rows.items():
            theirs = [point(score(one), one.right) for one in asked]
            print(f"  {method:36s}{np.mean(theirs):7.3f}{interval(ours, theirs):>28s}")
        for kind in sorted({one.kind for one in asked}):
            of_kind = [value for value, one in zip(ours, asked, strict=True) if one.kind == kind]
            print(f"    learned, {kind:14s}{np.mean(of_kind):7.3f} of {len(of_kind)}")
        report_margins(learned, asked)


def questions(opened: Opened, linker: EntityLinker, data: Path, place: str) -> list[Question]:
    dataset, file = place.split(":")
    found = []
    for item in open_source(f"{dataset}:{data / file}", training=False):
        if isinstance(item, QAItem) and item.options:
            weighing = Weighing(opened, item, linker.link_item(item))
            if sum(bool(option.nodes) for option in weighing.options) >= 2:
                found.append(Question.of(weighing))
    return found


def fitted(train: Sequence[Question], without: Sequence[str] = ()) -> Ranker:
    kept = np.array([name not in without for name in OPTION_FEATURES])
    return fit_choices([one.values * kept for one in train], [one.right for one in train])


def cross_validated(train: Sequence[Question]) -> list[float]:
    """Return the points of every training question, by weights learned from the other folds."""
    fold = np.random.default_rng(0).permutation(len(train)) % _FOLDS
    rankers = [fitted([one for one, place in zip(train, fold, strict=True) if place != f]) for f in range(_FOLDS)]
    return [point(scored(rankers[f], one.values), one.right) for one, f in zip(train, fold, strict=True)]


def scored(ranker: Ranker, values: NDArray[np.float64]) -> NDArray[np.float64]:
    return ranker.log_odds(values).astype(np.float64)


def report_margins(learned: Ranker, asked: Sequence[Question]) -> None:
    """Print how often the right option, where linked, is ahead of the other linked ones, and what a margin tells."""
    margins, best = [], []
    for one in asked:
        linked = np.array([bool(option.nodes) for option in one.options])
        score = scored(learned, one.values) / 1000
        order = np.sort(score[linked])
        best.append((order[-1] - order[-2], point(np.where(linked, score, -np.inf), one.right)))
        if linked[one.right]:
            others = linked.copy()
            others[one.right] = False
            margins.append(score[one.right] - score[others].max(initial=-np.inf))
    print(
        f"    margin above 0: {np.mean(np.array(margins) > 0):.3f} of {len(margins)} questions whose answer is linked"
    )
    lead, right = np.array(best).T
    for low, high in ((0.0, 0.1), (0.1, 0.3), (0.3, 0.6), (0.6, np.inf)):
        within = (lead >= low) & (lead < high)
        if within.any():
            print(f"    best option ahead by {low} to {high}: right in {right[within].mean():.3f} of {within.sum()}")


def two_hops(opened: Opened, one: Question) -> NDArray[np.float64]:
    """Minus the cost of the cheapest way of at most two hops from a finding to the option."""
    found = []
    for option in one.options:
        starts = [node for node in one.present if node not in option.nodes]
        best = float(INFINITE)
        if option.nodes and starts:
            places, cap = np.array(starts), opened.config.degree_cap
            best = float(opened.kernel.reach(np.array(option.nodes), places, hops=2, degree_cap=cap).min())
        found.append(-best)
    return np.array(found)


def personalised_pagerank(opened: Opened, damping: float = 0.5) -> Callable[[Question], NDArray[np.float64]]:
    arcs = opened.kernel.graph
    degree = np.diff(arcs.indptr)
    out = np.maximum(degree, 1)

    def scores(one: Question) -> NDArray[np.float64]:
        everything = {node for option in one.options for node in option.nodes}
        seed = np.zeros(arcs.n_nodes)
        seed[[node for node in one.present if node not in everything]] = 1
        seed /= max(seed.sum(), 1)
        rank = seed
        for _ in range(3):  # damping 0.5: what comes after is below an eighth
            spread = np.bincount(arcs.indices, weights=np.repeat(rank / out, degree), minlength=arcs.n_nodes)
            rank = (1 - damping) * seed + damping * spread
        return np.array([max((rank[node] / out[node] for node in o.nodes), default=0.0) for o in one.options])

    return scores


def mean_npmi(passages: Passages, one: Question) -> NDArray[np.float64]:
    """Mean normalised pointwise mutual information of findings and the option's nodes; 0 for pairs never met."""
    found = []
    for option in one.options:
        starts = [node for node in one.present if node not in option.nodes]
        values = [0.0]
        for node in option.nodes:
            together, number = passages.together(node, starts), passages.number
            met = together > 0
            share = together[met] / number
            apart = passages.count[starts][met] * passages.count[node] / number**2
            values += [0.0] * int((~met).sum()) + (np.log(share / apart) / -np.log(share)).tolist()
        found.append(sum(values) / max(len(values) - 1, 1))
    return np.array(found)


def best_passages(data: Path) -> Callable[[Question], NDArray[np.float64]]:
    """BM25 of question and option together against the best passage of the reference texts."""
    import bm25s

    index = bm25s.BM25()
    index.index(bm25s.tokenize(list(paragraphs(data)), stopwords="en", show_progress=False), show_progress=False)

    def scores(one: Question) -> NDArray[np.float64]:
        asked = [f"{one.item.question} {option.text}" for option in one.item.options]
        found = index.retrieve(bm25s.tokenize(asked, stopwords="en", show_progress=False), k=1, show_progress=False)
        return np.asarray(found.scores)[:, 0]

    return scores


def paragraphs(data: Path, longest: int = 900) -> Iterator[str]:
    for file in TEXTS:
        for text in read_texts(data / file):
            if not isinstance(text, Fault):
                words = text.text.split(" ")
                sizes = np.cumsum([len(word) + 1 for word in words]) // longest
                for number in range(int(sizes[-1]) + 1):
                    yield " ".join(word for word, size in zip(words, sizes, strict=True) if size == number)


def point(scores: NDArray[np.float64], right: int) -> float:
    best = np.round(scores, 12) == np.round(scores, 12).max()
    return float(best[right] / best.sum())


def interval(ours: Sequence[float], theirs: Sequence[float]) -> str:
    gain = np.array(ours) - np.array(theirs)
    drawn = np.random.default_rng(0).integers(0, len(gain), (1000, len(gain)))
    low, high = np.quantile(gain[drawn].mean(axis=1), [0.025, 0.975])
    return f"{gain.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "default")
