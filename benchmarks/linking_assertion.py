"""Assertion status against labels read by hand, beside negspacy on the same sentences and findings.

    python benchmarks/linking_assertion.py [LABELS.tsv ...]

By default all of `tests/data/linking/assertion_labels*.tsv`. Prints precision and recall of every status; negspacy
(extra `bench`) tells the absent from the rest, which it calls present here.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, get_args

from kgpaths.linking.assertion.status import assertions
from kgpaths.linking.words.tokenizer import tokenize
from kgpaths.records import Assertion

LABELS = Path(__file__).resolve().parents[1] / "tests" / "data" / "linking"


class Label(NamedTuple):
    """A finding in a sentence and what the sentence says of it."""

    start: int
    end: int
    label: str
    sentence: str


def read(path: Path) -> list[Label]:
    """Read the labels."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Label(int(row["start"]), int(row["end"]), row["label"], row["sentence"]) for row in rows]


def ours(labels: Sequence[Label]) -> list[str]:
    """Return our status of every finding."""
    found = []
    for label in labels:
        tokens = tokenize(label.sentence)
        found.append(assertions(tokens)[tokens.starts.index(label.start)])
    return found


def negspacy(labels: Sequence[Label]) -> list[str]:
    """Return what negspacy, with its clinical cues, says of every finding."""
    import spacy
    from negspacy.negation import Negex
    from negspacy.termsets import termset

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    negex = Negex(nlp, "negex", neg_termset=termset("en_clinical").get_patterns(), ent_types=[], extension_name="negex",
                  chunk_prefix=[])  # fmt: skip
    found = []
    for label in labels:
        doc = nlp(label.sentence)
        span = doc.char_span(label.start, label.end, label="FINDING", alignment_mode="expand")
        doc.set_ents([span])
        negex(doc)
        found.append("absent" if doc.ents[0]._.negex else "present")
    return found


def main() -> None:
    """Print one table a file."""
    for path in [Path(name) for name in sys.argv[1:]] or sorted(LABELS.glob("assertion_labels*.tsv")):
        labels = read(path)
        print(f"{path.name}: {len(labels)} findings\n{'':24}  gold  precision  recall")
        for name, found in (("kgpaths", ours(labels)), ("negspacy", negspacy(labels))):
            for status in get_args(Assertion):
                gold = [label.label == status for label in labels]
                said = [one == status for one in found]
                right = sum(g and s for g, s in zip(gold, said, strict=True))
                precision = f"{right / sum(said):.3f}" if any(said) else "-"
                print(f"{name:9}  {status:13}  {sum(gold):>4}  {precision:>9}  {right / max(1, sum(gold)):>6.3f}")


if __name__ == "__main__":
    main()
