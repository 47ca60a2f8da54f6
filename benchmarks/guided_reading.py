"""What readers found in chains of a model: `data/guided_rows_read.tsv` and `data/guided_citations_read.tsv` counted.

    python benchmarks/guided_reading.py

`data/README.md` says who read, what, and how it was drawn. Intervals are Wilson's, 95 %.
"""

from __future__ import annotations

import csv
import math
from collections import Counter, defaultdict
from pathlib import Path

DATA = Path(__file__).parent / "data"


def wilson(hits: int, of: int) -> str:
    """Return a share with its interval."""
    z, p = 1.96, hits / of
    middle, half = p + z * z / 2 / of, z * math.sqrt(p * (1 - p) / of + z * z / 4 / of / of)
    low, high = (max(0.0, (middle + sign * half) / (1 + z * z / of)) for sign in (-1, 1))
    return f"{p:.3f} [{low:.3f}, {high:.3f}]"


def kappa(pairs: list[tuple[str, str]]) -> float:
    """Return Cohen's kappa; 1 where both always say the same one thing."""
    n = len(pairs)
    seen = sum(a == b for a, b in pairs) / n
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(first[label] * second[label] for label in first) / n / n
    return 1.0 if chance == 1 else (seen - chance) / (1 - chance)


def main() -> None:
    with (DATA / "guided_rows_read.tsv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file, delimiter="\t"))
    rows: dict[str, dict[tuple[str, str], dict[str, str]]] = {"first": {}, "second": {}}
    sentences: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        if line["place"] == "row":
            rows[line["reader"]][line["stratum"], line["row_id"]] = line
        elif line["reader"] == "first":
            sentences[line["stratum"]][line["label"]] += 1
    for stratum in dict.fromkeys(stratum for stratum, _ in sorted(rows["first"])):
        read = [line for (name, _), line in rows["first"].items() if name == stratum]
        fit, said = Counter(line["as_is"] for line in read), sentences[stratum]
        print(f"{stratum}: {len(read)} rows, Y {fit['Y']}, B {fit['B']}, N {fit['N']}; Y {wilson(fit['Y'], len(read))}")
        print(f"  main line {dict(Counter(line['main_line'] for line in read))}")
        print(f"  sentences {said.total()}: {dict(said)}; false {wilson(said['false'], said.total())}")
    both = [(line, rows["first"][key]) for key, line in rows["second"].items() if key in rows["first"]]
    pairs = [(one["as_is"], other["as_is"]) for one, other in both]
    print(f"second reader: {len(pairs)} rows, {sum(a == b for a, b in pairs)} alike as is, kappa {kappa(pairs):.2f}")
    with (DATA / "guided_citations_read.tsv").open(encoding="utf-8", newline="") as file:
        print("cited steps", dict(Counter(line["label"] for line in csv.DictReader(file, delimiter="\t"))))


if __name__ == "__main__":
    main()
