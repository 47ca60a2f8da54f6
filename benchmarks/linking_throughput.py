"""Linking throughput on question stems with their options: documents a second, memory, and spaCy's PhraseMatcher.

    python benchmarks/linking_throughput.py QUESTIONS.jsonl [--graph default]

QUESTIONS has `question`, `options` (a mapping) and `answer_idx` on every line; one document is a stem with its options.
Dictionaries are 20,000 names of the graph and 500,000 (all its names, then recombinations of their words, with a fixed
seed). Each row runs in a process of its own on one thread; times are CPU seconds, memory is what opening and matching
added to the process.
"found" counts windows with verified names and offsets, "status" adds the assertion status of every word, "linked" is
`EntityLinker.link_batch`: mentions as records; "piped" the same in a spaCy pipeline. "items" is
`EntityLinker.link_items` on the graph as it is: options are whole strings, for which near names are looked for too. The
first pass over the documents is cold, the second is shown too.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph


class Task(NamedTuple):
    """What is measured: the documents, and so many names of a graph; `folder` has our index of them."""

    questions: Path
    graph: str
    size: int
    folder: Path


_SMALL, _LARGE = 20_000, 500_000
GOALS = {(_SMALL, "found"): 6_000, (_SMALL, "status"): 3_000, (_LARGE, "found"): 10_000}
GOAL_MB, GOAL_BUILD_S, GOAL_OPEN_S = 250, 6.0, 1.0


def main() -> None:
    """Print the table; exit 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("--graph", default="default")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    print(
        f"{'names':>8} {'matcher':24} {'build s':>8} {'open s':>7} {'MB':>6} {'cold/s':>8} {'warm/s':>8} {'ratio':>6}"
    )
    missed = False
    for size in (_SMALL, _LARGE):
        rows = [
            _measured(contender, options.questions, options.graph, size)
            for contender in (phrase_matcher, found, status, linked, *((piped,) if size == _SMALL else ()))
        ]
        for row in rows:
            _show(size, row, f"{row['warm'] / rows[0]['warm']:>5.1f}x")
            missed |= row["warm"] < GOALS.get((size, row["name"]), 0)
        ours = rows[1]
        missed |= size == _LARGE and (
            ours["mb"] > GOAL_MB or ours["build"] > GOAL_BUILD_S or ours["open"] > GOAL_OPEN_S
        )
    row = _measured(items, options.questions, options.graph, 0)
    _show(int(row["names"]), row)
    sys.exit(int(missed))


def _show(size: int, row: dict[str, Any], ratio: str = "") -> None:
    print(
        f"{size:>8,} {row['name']:15} {row['build']:>8.2f} {row['open']:>7.2f} {row['mb']:>6,.0f} "
        f"{row['cold']:>8,.0f} {row['warm']:>8,.0f} {ratio}"
    )


def _measured(contender: Callable[..., dict[str, Any]], questions: Path, graph: str, size: int) -> dict[str, Any]:
    """Build in one process, measure in another, which holds nothing but what it opens."""
    with tempfile.TemporaryDirectory() as folder:
        build = 0.0
        for step in (built, contender):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                if step is built and contender in (found, status, linked, piped):
                    build = pool.apply(built, (Path(folder), graph, size, contender in (linked, piped)))
                elif step is contender:
                    row = pool.apply(contender, (Task(questions, graph, size, Path(folder)),))
        return {"name": contender.__name__, "build": build, **row}


def built(folder: Path, graph: str, size: int, with_graph: bool) -> float:
    """Build our index of so many names in a folder, or a graph that has them and its index; return CPU seconds."""
    named = names(graph, size)
    if not with_graph:
        from kgpaths.linking.match.index import NameIndex

        start = time.process_time()
        NameIndex.build(named).save(folder / "index")
        return time.process_time() - start
    from kgpaths.graph import build_snapshot
    from kgpaths.graph.tables import NodeName, NodeRecord
    from kgpaths.linking import EntityLinker

    nodes: dict[int, NodeRecord] = {}
    for node, text, scope in named:
        record = nodes.get(node) or NodeRecord(f"X:{node}", text, "disease", "bench")
        nodes[node] = record._replace(names=(*record.names, NodeName(text, scope)))
    build_snapshot(nodes.values(), [], folder / "graph", name="bench")
    os.environ["KGPATHS_CACHE"] = str(folder)
    start = time.process_time()
    EntityLinker(_graph(folder))
    return time.process_time() - start


def _graph(folder: Path) -> KnowledgeGraph:
    from kgpaths.graph import KnowledgeGraph

    return KnowledgeGraph.open(folder / "graph")


def documents(questions: Path) -> list[str]:
    """Return stems with their options."""
    rows = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    return [" ".join([row["question"], *row["options"].values()]) for row in rows]


def names(graph: str, size: int) -> list[tuple[int, str, str]]:
    """Return (node, name, scope): a sample of the graph's names, or all of them and recombinations of their words."""
    from kgpaths.graph import KnowledgeGraph

    own = [(node, name.text, name.scope) for node, name in KnowledgeGraph.open(graph).names()]
    chance = random.Random(0)
    if size <= len(own):
        return sorted(chance.sample(own, size))
    words = [text.split() for _, text, _ in own]
    made = [
        (len(own) + n, " ".join(chance.choice(chance.choice(words)) for _ in range(chance.randint(2, 4))), "exact")
        for n in range(size - len(own))
    ]
    return own + made


def phrase_matcher(task: Task) -> dict[str, float]:
    """spaCy's dictionary matcher, lower case, on its blank pipeline."""
    import spacy
    from spacy.matcher import PhraseMatcher

    named, before = names(task.graph, task.size), _resident()
    start = time.process_time()
    nlp = spacy.blank("en")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    matcher.add("NAME", [nlp.make_doc(text) for _, text, _ in named])
    build = time.process_time() - start

    def match(texts: list[str]) -> None:
        for text in texts:
            matcher(nlp.make_doc(text))

    return {"build": build, "open": build, **_timed(match, documents(task.questions)), "mb": _resident() - before}


def found(task: Task, *, with_status: bool = False) -> dict[str, float]:
    """Our index: windows that are names, in batches of 256 documents."""
    from kgpaths.linking.assertion.status import assertions
    from kgpaths.linking.match.index import NameIndex
    from kgpaths.linking.values.spans import find_values

    before, start = _resident(), time.process_time()
    index = NameIndex.open(task.folder / "index")
    opening = time.process_time() - start

    def match(texts: list[str]) -> None:
        for at in range(0, len(texts), 256):
            some = texts[at : at + 256]
            batch = index.cut(some, find_values(some))
            index.find(batch)
            if with_status:
                for tokens in batch.tokens():
                    assertions(tokens)

    return {"open": opening, **_timed(match, documents(task.questions)), "mb": _resident() - before}


def status(task: Task) -> dict[str, float]:
    """The same with the assertion status of every word."""
    return found(task, with_status=True)


def linked(task: Task) -> dict[str, float]:
    """The whole of `link_batch` on a graph that has these names: all rules, mentions as records."""
    from kgpaths.linking import EntityLinker

    os.environ["KGPATHS_CACHE"] = str(task.folder)
    opened = _graph(task.folder)
    before, start = _resident(), time.process_time()
    linker = EntityLinker(opened)
    opening = time.process_time() - start

    def match(texts: list[str]) -> None:
        for _ in linker.link_batch(texts):
            pass

    return {"open": opening, **_timed(match, documents(task.questions)), "mb": _resident() - before}


def piped(task: Task) -> dict[str, float]:
    """The same as the component of a spaCy pipeline, with spaCy's own documents."""
    import spacy

    os.environ["KGPATHS_CACHE"] = str(task.folder)
    before, start = _resident(), time.process_time()
    nlp = spacy.blank("en")
    nlp.add_pipe("kgpaths_linker", config={"graph": str(task.folder / "graph")})
    opening = time.process_time() - start

    def match(texts: list[str]) -> None:
        for _ in nlp.pipe(texts):
            pass

    return {"open": opening, **_timed(match, documents(task.questions)), "mb": _resident() - before}


def items(task: Task) -> dict[str, float]:
    """The whole of `link_items` on the graph itself."""
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.linking import EntityLinker
    from kgpaths.records import Option, QAItem

    rows = [json.loads(line) for line in task.questions.read_text(encoding="utf-8").splitlines()]
    asked = [
        QAItem(
            id=str(number), dataset="bench", split="train", question=row["question"], licence="",
            options=tuple(Option(key=key, text=text) for key, text in row["options"].items()),
            answer=row["options"][row["answer_idx"]], answer_key=row["answer_idx"],
        )
        for number, row in enumerate(rows)
    ]  # fmt: skip
    opened = KnowledgeGraph.open(task.graph)
    EntityLinker(opened)  # its index is made and kept
    before, start = _resident(), time.process_time()
    linker = EntityLinker(opened)
    opening = time.process_time() - start

    def match(asked: list[QAItem]) -> None:
        for _ in linker.link_items(asked):
            pass

    return {"open": opening, **_timed(match, asked), "mb": _resident() - before, "names": opened.n_names}


def _timed(match: Callable[[list[Any]], None], documents: list[Any]) -> dict[str, float]:
    speeds = []
    for _ in range(3):
        start = time.process_time()
        match(documents)
        speeds.append(len(documents) / (time.process_time() - start))
    return {"cold": speeds[0], "warm": max(speeds[1:])}


def _resident() -> float:
    """Return the megabytes that this process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
