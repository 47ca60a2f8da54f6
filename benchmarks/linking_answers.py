"""How much of the right answers the linker finds: whole, in part, not at all, and what the rest is; findings of stems.

    python benchmarks/linking_answers.py QUESTIONS.jsonl... [--graph default] [--ngrams]

QUESTIONS has `question`, `options` (a mapping) and `answer_idx` on every line. Partial answers are counted by the type
of the mention that matters most, those linked by a general word alone ("cell", "drug") apart. What is not linked is
counted by the classes of `tests/data/linking/unlinked_answers.tsv`, as far as it was read. Findings are symptoms,
phenotypes and diseases, each counted once in a stem. `--ngrams` prints every option linked by its letters (tier
`ngram`).
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from kgpaths.graph import KnowledgeGraph
from kgpaths.linking import EntityLinker
from kgpaths.records import Mention
from kgpaths.vocabulary.node_types import types_of

READ = Path(__file__).parents[1] / "tests" / "data" / "linking" / "unlinked_answers.tsv"
_FINDINGS = types_of("condition")
_GENERAL = 0.3
"""Score of a partial mention that is a general word or an adjective."""


def classes() -> dict[str, str]:
    """Return the class of every unlinked answer that was read."""
    rows = (line.split("\t") for line in READ.read_text(encoding="utf-8").splitlines() if line and line[0] != "#")
    return {answer: named for _, named, answer in rows}


def share(mentions: Sequence[Mention]) -> str:
    """Return how much of a string its mentions cover."""
    if not mentions:
        return "none"
    return "part" if all(mention.tier == "partial" for mention in mentions) else "whole"


def report(path: Path, linker: EntityLinker, *, ngrams: bool) -> None:
    """Print the tables of one file."""
    rows = [json.loads(line) for line in path.open(encoding="utf-8")]
    answers = [row["options"][row["answer_idx"]] for row in rows]
    found = [linker.link_string(answer) for answer in answers]
    shares = Counter(map(share, found))
    print(
        f"{path.stem}: "
        + ", ".join(f"{name} {100 * shares[name] / len(rows):.1f} %" for name in ("whole", "part", "none"))
    )
    type_of = linker.graph.type
    stems = linker.link_batch(row["question"] for row in rows)
    several = sum(len({m.node_id for m in stem if type_of(m.node_id) in _FINDINGS}) > 2 for stem in stems)
    print(f"  stems with three findings or more: {100 * several / len(rows):.1f} %")
    partial = Counter(
        "a general word" if best.score <= _GENERAL else type_of(best.node_id)
        for best in (max(some, key=lambda m: m.score) for some in found if share(some) == "part")
    )
    print("  in part by: " + ", ".join(f"{name} {count}" for name, count in partial.most_common(12)))
    known = classes()
    missing = Counter(
        known.get(answer.strip(), "not read") for answer, some in zip(answers, found, strict=True) if not some
    )
    print("  not at all: " + ", ".join(f"{name} {count}" for name, count in missing.most_common()))
    tiers: Counter[str] = Counter()
    for text in sorted({option for row in rows for option in row["options"].values()}):
        for mention in linker.link_string(text):
            tiers[mention.tier] += 1
            if ngrams and mention.tier == "ngram":
                print(f"    {text} -> {linker.graph.name(mention.node_id)} ({mention.node_id}, {mention.score})")
    print("  all options by tier: " + ", ".join(f"{name} {count}" for name, count in tiers.most_common()))


def main() -> None:
    """Print the tables of all files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("questions", type=Path, nargs="+")
    parser.add_argument("--graph", default="default")
    parser.add_argument("--ngrams", action="store_true")
    options = parser.parse_args()
    linker = EntityLinker(KnowledgeGraph.open(options.graph))
    for path in options.questions:
        report(path, linker, ngrams=options.ngrams)


if __name__ == "__main__":
    main()
