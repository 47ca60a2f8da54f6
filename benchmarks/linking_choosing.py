"""What a chooser has to decide: the links that no rule decides, and what a model makes of them.

    python benchmarks/linking_choosing.py TEXTS.jsonl... --model FOLDER_OR_NAME [--graph default] [--first N]

TEXTS has `text` or `question` on every line. Needs the package sentence-transformers. Prints how many links are
open in a file, how many of them the model decides otherwise than the rules' last resort, and each that it does.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from embeddings import Embeddings

from kgpaths.graph import KnowledgeGraph
from kgpaths.linking import Choice, EntityLinker


def report(path: Path, graph: KnowledgeGraph, chooser: Embeddings, first: int | None) -> None:
    """Print the counts of one file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[:first]]
    texts: Sequence[str] = [row.get("text") or row["question"] for row in rows]
    asked: list[Choice] = []

    def choose(choice: Choice) -> int | None:
        asked.append(choice)
        return chooser(choice)

    by_rule = list(EntityLinker(graph).link_batch(texts))
    by_model = list(EntityLinker(graph, chooser=choose).link_batch(texts))
    changed = [
        (one, other)
        for some, others in zip(by_rule, by_model, strict=True)
        for one, other in zip(some, others, strict=True)
        if one.node_id != other.node_id
    ]
    print(f"{path.stem}: {sum(map(len, by_rule)):,} links, {len(asked)} open, {len(changed)} changed")
    for one, other in changed:
        names = (f"{graph.name(node)} ({node})" for node in (one.node_id, other.node_id))
        print(f"    {one.text}: {' -> '.join(names)}")


def main() -> None:
    """Print the counts of every file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--model", required=True)
    parser.add_argument("--graph", default="default")
    parser.add_argument("--first", type=int)
    options = parser.parse_args()
    graph = KnowledgeGraph.open(options.graph)
    for path in options.texts:
        report(path, graph, Embeddings(options.model), options.first)


if __name__ == "__main__":
    main()
