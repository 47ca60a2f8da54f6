"""How fast are reference texts read on one core, and how fast is what anyone would write first?

    python benchmarks/graph_extract_speed.py DATA [--graph default] [--every 1]

DATA is the folder with `qa/medquad.jsonl.gz` and `text/openstax.jsonl.gz`. *rules* is `RuleExtractor.read`: titles,
sentences, links, assertion, cues, guards. *co-mention* is the naive extractor: spaCy's blank pipeline with its
sentencizer and a PhraseMatcher over the same names, lower case, where two names in a sentence make a pair: no focus, no
status, no relation. Each reader runs in a process of its own on one thread; times are CPU seconds of reading alone,
nothing warmed up before; "slowest" is the slowest stretch of 1,000 texts. Exit status 1: MedQuAD below its goal.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from kgpaths.extraction import ReferenceText, RuleExtractor, read_texts
from kgpaths.extraction.readers import REPRINT
from kgpaths.extraction.segments import split
from kgpaths.graph import KnowledgeGraph

CORPORA = {"MedQuAD": "qa/medquad.jsonl.gz", "OpenStax": "text/openstax.jsonl.gz"}
STRETCH = 1_000
GOAL = 300
"""MedQuAD texts a second."""
Reader = Callable[[Iterable[ReferenceText]], Iterator[int]]
"""Yields for each text how much was found in it."""


class Task(NamedTuple):
    """What is read, and the graph whose names are looked for."""

    path: Path
    graph: str
    every: int


class Speed(NamedTuple):
    """What reading took."""

    opening: float
    seconds: list[float]
    """CPU seconds of each stretch of texts."""
    found: int


def main() -> None:
    """Print the table; exit 1 if the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--graph", default="default")
    parser.add_argument("--every", type=int, default=1, help="read every so many texts")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    heads = ("texts", "texts/s", "slowest", "sentences/s", "MB/s", "opening s", "found")
    print(f"{'corpus':10}{'reader':12}" + "".join(f"{head:>13}" for head in heads))
    missed = False
    for name, file in CORPORA.items():
        task = Task(options.data / file, options.graph, options.every)
        read = texts(task)
        sentences = sum(1 for text in read for _ in split(text.text))
        size = sum(len(text.text.encode()) for text in read)
        rates = []
        for reader in (rules, co_mention):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                speed = pool.apply(reader, (task,))
            total = sum(speed.seconds)
            rates.append(len(read) / total)
            # A short last stretch says little.
            slowest = STRETCH / max(speed.seconds[: max(1, len(read) // STRETCH)])
            print(
                f"{name:10}{reader.__name__:12}{len(read):13,}{rates[-1]:13,.0f}{slowest:13,.0f}"
                f"{sentences / total:13,.0f}{size / total / 1e6:13.2f}{speed.opening:13.2f}{speed.found:13,}"
            )
        print(f"{name:10}rules read {rates[0] / rates[1]:.2f} times as many texts a second as co-mention")
        missed |= name == "MedQuAD" and rates[0] < GOAL
    sys.exit(int(missed))


def texts(task: Task) -> list[ReferenceText]:
    """Return the texts that `kgpaths graph extract` reads of a file."""
    read = [text for text in read_texts(task.path) if isinstance(text, ReferenceText) and text.section != REPRINT]
    return read[:: task.every]


def rules(task: Task) -> Speed:
    """The rules: found are statements."""
    read = texts(task)
    start = time.process_time()
    extractor = RuleExtractor(KnowledgeGraph.open(task.graph))
    opening = time.process_time() - start
    return timed(read, lambda some: (len(reading.statements) for reading in extractor.read(some)), opening)


def co_mention(task: Task) -> Speed:
    """Two names in a sentence make a pair: found are pairs of different nodes."""
    import spacy
    from spacy.matcher import PhraseMatcher

    graph, read = KnowledgeGraph.open(task.graph), texts(task)
    start = time.process_time()
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.max_length = 10**9
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    for node, name in graph.names():
        matcher.add(graph.id(node), [nlp.make_doc(name.text)])
    opening = time.process_time() - start

    def pairs(some: Iterable[ReferenceText]) -> Iterator[int]:
        for doc in nlp.pipe(text.text for text in some):
            together = ({match[0] for match in matcher(sentence)} for sentence in doc.sents)
            yield sum(1 for named in together for _ in combinations(named, 2))

    return timed(read, pairs, opening)


def timed(read: list[ReferenceText], reader: Reader, opening: float) -> Speed:
    """Return how long a reader takes over its texts."""
    seconds, found = [], 0
    for first in range(0, len(read), STRETCH):
        start = time.process_time()
        found += sum(reader(read[first : first + STRETCH]))
        seconds.append(time.process_time() - start)
    return Speed(opening, seconds, found)


if __name__ == "__main__":
    main()
