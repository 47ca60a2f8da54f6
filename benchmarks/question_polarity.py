"""Does a question ask for what holds, for the exception, for what must not be done, or for what harms?

    python benchmarks/question_polarity.py [--errors]

Stems were labelled by reading (benchmarks/data/README.md); no rule was made on the rows of split `held`. Beside the
reader of `kgpaths.language` stand two that anyone would write first: a list of negative words anywhere in the stem, and
the same list in its last sentence. *Negative* is an exception or what must not be done.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from kgpaths.language.question import sentence_that_asks
from kgpaths.language.question_polarity import polarity

DATA = Path(__file__).parent / "data"
FILES = ("question_polarity.tsv", "question_polarity_held.tsv")
WORDS = re.compile(
    r"\b(?:not|never|except|false|untrue|incorrect|wrong|least|unlikely|exclude[ds]?|contraindicat\w+|avoid\w*|absent|"
    r"lacks?|inappropriate|without|cannot)\b|n['’]t\b",
    re.IGNORECASE,
)
NEGATIVE = ("exception", "not_to_do")
CLASSES: Mapping[str, tuple[str, ...]] = {
    "negative": NEGATIVE,
    "exception": ("exception",),
    "not_to_do": ("not_to_do",),
    "harms": ("harms",),
}
Reader = Callable[[str], str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--errors", action="store_true", help="print the stems of split dev that are read wrongly")
    arguments = parser.parse_args()
    readers: dict[str, Reader] = {
        "kgpaths": lambda stem: polarity(stem[slice(*sentence_that_asks(stem))]),
        "words in the last sentence": lambda stem: word_list(re.split(r"(?<=[.?!])\s+", stem.strip())[-1]),
        "words in the stem": word_list,
    }
    for split in ("dev", "held"):
        asked = [row for row in rows() if row["split"] == split]
        if asked:
            print(f"{split}: {len(asked)} stems, {sum(row['polarity'] in NEGATIVE for row in asked)} negative")
            for name, read in readers.items():
                table(name, [(row["polarity"], read(row["stem"])) for row in asked])
    if arguments.errors:
        for row in rows():
            found = readers["kgpaths"](row["stem"])
            if row["split"] == "dev" and found != row["polarity"]:
                print(f"{row['id']}: {row['polarity']}, read as {found}: …{row['stem'][-160:]}")


def rows() -> Iterator[dict[str, str]]:
    for name in FILES:
        with (DATA / name).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def word_list(text: str) -> str:
    return "exception" if WORDS.search(text) else "holds"


def table(name: str, pairs: list[tuple[str, str]]) -> None:
    for label, kinds in CLASSES.items() if name == "kgpaths" else [("negative", NEGATIVE)]:
        hit = sum(wanted in kinds and found in kinds for wanted, found in pairs)
        wanted = sum(one in kinds for one, _ in pairs)
        found = sum(one in kinds for _, one in pairs)
        print(f"  {name:28s} {label:10s} recall {hit / max(wanted, 1):.3f} of {wanted:3d}, "
              f"precision {hit / max(found, 1):.3f} of {found:3d}")  # fmt: skip


if __name__ == "__main__":
    main()
