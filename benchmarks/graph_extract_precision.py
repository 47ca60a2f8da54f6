"""Precision of the edges drawn from texts, from a table of edges that were read one by one.

    python benchmarks/graph_extract_precision.py [benchmarks/data/text_edges_read.tsv] [EDGES.csv]

Every row of the table is one edge with its sentence, a verdict and a reason. The reader was a language model, not a
clinician: its verdict says whether the sentence states the edge, and whether the edge is true as far as it knows. The
first two samples hold two edges of every rule at least, rounds 6 and 7 are of the table by their share of sections and
rules: edges of strength 0.9 and more (6) and the others (7); round 8 is of the edges that a later lexicon of bedside
wording brought. With the edges of a run beside, each rule is weighed by its share, else all rows count the same.
Intervals are Wilson's (95 %).
"""

from __future__ import annotations

import csv
import math
import sys
from collections import Counter, defaultdict
from pathlib import Path

READ = Path(__file__).parent / "data" / "text_edges_read.tsv"


def main() -> None:
    """Print the tables."""
    csv.field_size_limit(10**9)
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else READ
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    share: Counter[str] = Counter()
    if len(sys.argv) > 2:
        with Path(sys.argv[2]).open(encoding="utf-8", newline="") as file:
            share.update(row["rule"] for row in csv.DictReader(file) if row["tier"] == "text")
    for number in sorted({row["round"] for row in rows}):
        some = [row for row in rows if row["round"] == number]
        right = sum(row["verdict"] == "right" for row in some)
        low, high = wilson(right, len(some))
        line = f"round {number}: {right} of {len(some)} right, {right / len(some):.3f} [{low:.3f}, {high:.3f}]"
        print(line + (f", weighed by rule {weighed(some, share):.3f}" if share else ""))
        for what, count in Counter(row["class"] for row in some if row["class"]).most_common():
            print(f"  {count:3d}  {what}")
    by_rule: dict[str, list[bool]] = defaultdict(list)
    last = max(row["round"] for row in rows)
    for row in rows:
        if row["round"] == last:
            by_rule[row["rule"]].append(row["verdict"] == "right")
    print(f"round {last} by rule")
    for rule, verdicts in sorted(by_rule.items(), key=lambda item: (-len(item[1]), item[0])):
        print(f"  {sum(verdicts):3d} of {len(verdicts):3d}  {rule}")


def weighed(rows: list[dict[str, str]], share: Counter[str]) -> float:
    """Return the precision when each rule counts by its share of the edges."""
    verdicts: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        verdicts[row["rule"]].append(row["verdict"] == "right")
    total = sum(share[rule] for rule in verdicts)
    return sum(share[rule] * sum(found) / len(found) for rule, found in verdicts.items()) / total if total else 0.0


def wilson(right: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Return the 95 % interval of a share."""
    share, low = right / n, z * z / n
    middle = (share + low / 2) / (1 + low)
    half = z / (1 + low) * math.sqrt(share * (1 - share) / n + low / (4 * n))
    return middle - half, middle + half


if __name__ == "__main__":
    main()
