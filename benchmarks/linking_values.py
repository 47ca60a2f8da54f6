"""Values against 40 question stems that were read in full.

    python benchmarks/linking_values.py [tests/data/linking/values_stems.jsonl]

A value is found when its span holds the labelled number, and typed right when it has the labelled name too. Prints both
as precision and recall, and what was missed or said wrongly.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NamedTuple

from kgpaths.linking.values.measurements import measurements

STEMS = Path(__file__).resolve().parents[1] / "tests" / "data" / "linking" / "values_stems.jsonl"


class Score(NamedTuple):
    """How many values were labelled and said, and how many of these agree."""

    gold: int
    said: int
    found: int
    """Labelled numbers inside a value that was said."""
    real: int
    """Values said that hold a labelled number."""
    typed: int
    """Of these, those with the labelled name."""
    faults: tuple[str, ...]


def score(path: Path) -> Score:
    """Compare the values of all stems of a file with their labels."""
    gold = said = found = real = typed = 0
    faults: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        stem = json.loads(line)
        text, labels = stem["text"], {start: what for start, _, what in stem["values"]}
        values = measurements(text)
        gold, said = gold + len(labels), said + len(values)
        for value in values:
            inside = [labels[at] for at in labels if value.quantity.start <= at < value.end]
            found += len(inside)
            real += bool(inside)
            right = bool(inside) and inside[0] in (value.what, value.kind)
            typed += right
            if not right:
                faults.append(f"{text[value.start : value.end]!r} is said to be {value.what or value.kind}")
        missed = [at for at in labels if not any(v.quantity.start <= at < v.end for v in values)]
        faults += [f"{text[max(0, at - 30) : at + 12]!r} is missed: {labels[at]}" for at in missed]
    return Score(gold, said, found, real, typed, tuple(faults))


def main() -> None:
    """Print the table."""
    result = score(Path(sys.argv[1]) if len(sys.argv) > 1 else STEMS)
    print(f"{result.gold} values labelled, {result.said} said\n{'':12}  precision  recall")
    print(f"{'found':12}  {result.real / result.said:>9.3f}  {result.found / result.gold:>6.3f}")
    print(f"{'typed right':12}  {result.typed / result.said:>9.3f}  {result.typed / result.gold:>6.3f}")
    print("\n".join(result.faults))


if __name__ == "__main__":
    main()
