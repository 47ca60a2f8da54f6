"""Would a clinician call the paths relevant? Paths of two methods, read without knowing which is whose.

    python benchmarks/paths_reading.py draw FOLDER [GRAPH]
    python benchmarks/paths_reading.py count [SHEET KEY READ]

`draw` takes thirty questions of the MedQA training sample that nobody has read yet and both methods have a path for, in
the order of a hash, and writes up to five paths of each: `selected`, what `PathFinder.find_item` chooses by default,
and `dwpc`, the cheapest by degree-weighted cost alone (the row DWPC of `paths_agreement.py`). A path that both have is
shown once, the order within a question is shuffled, and FOLDER/key.tsv says whose it is; the reader fills in `label`,
`reason` and, for what is not relevant, `fault` in FOLDER/sheet.tsv, and leaves the key closed until all labels stand.
`count` joins the two into READ, or takes what was read before (`data/paths_read*.tsv`, each by itself), and prints the
shares of labels. Relevant is pivotal or supporting; the interval of the difference is a paired bootstrap over questions
of the mean share per question.
"""

from __future__ import annotations

import csv
import hashlib
import random
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from paths_agreement import ends_of, interval
from paths_baselines import cheapest

from kgpaths import EntityLinker, KnowledgeGraph, PathFinder
from kgpaths.language import read_question
from kgpaths.paths.telling import told_path
from kgpaths.records import Mention, QAItem, ReasoningPath
from kgpaths.sources import open_source
from kgpaths.vocabulary.relations import relations

SEED, QUESTIONS, PATHS = "paths-read-1", 30, 5
METHODS = ("selected", "dwpc")
RELEVANT = ("pivotal", "supporting")
LABELS = (*RELEVANT, "beside the point", "generic", "wrong link", "wrong polarity", "false edge")
READ = sorted((Path(__file__).parent / "data").glob("paths_read*.tsv"))
Row = dict[str, str]


def draw(folder: Path, spec: str) -> None:
    graph = KnowledgeGraph.open(spec)
    linker, finder = EntityLinker(graph), PathFinder(graph)
    known = {row["id"] for sheet in READ for row in read(sheet)}
    items = [row for row in open_source("medqa") if isinstance(row, QAItem) and row.id not in known]
    sheet: list[Row] = []
    key: list[Row] = []
    drawn = tried = 0
    for item in sorted(items, key=lambda item: hashlib.sha256(f"{SEED} {item.id}".encode()).digest()):
        if drawn == QUESTIONS:
            break
        tried += 1
        offered = paths_of(finder, item, linker.link_item(item))
        if not all(offered.values()):
            continue
        drawn += 1
        texts = {path.node_ids: text(graph, path) for paths in offered.values() for path in paths}
        order = sorted(texts)
        random.Random(f"{SEED} {item.id}").shuffle(order)
        for nodes in order:
            number = str(len(sheet) + 1)
            whose = [method for method in METHODS if any(path.node_ids == nodes for path in offered[method])]
            asked = {"number": number, "id": item.id, "question": item.question, "answer": item.answer}
            sheet.append({**asked, "path": texts[nodes], "label": "", "reason": "", "fault": ""})
            key.append({"number": number, "methods": "+".join(whose)})
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "sheet.tsv", sheet)
    write(folder / "key.tsv", key)
    print(f"{len(sheet)} paths of {drawn} questions, {tried} tried, on {graph}")


def paths_of(finder: PathFinder, item: QAItem, mentions: Sequence[Mention]) -> Mapping[str, Sequence[ReasoningPath]]:
    """Return the paths of both methods, best first, with edges chosen in the same way."""
    opened = finder.opened
    chosen = [path for path in finder.find_item(item, mentions).paths if path.kind == "selected"]
    ends = ends_of(opened, item, mentions)
    found = cheapest(opened.kernel, *ends) if ends else []
    wanted = read_question(item).relations
    dwpc = [told_path(opened.graph, opened.kernel.graph, path, wanted=wanted) for path in found[:PATHS]]
    return {"selected": chosen[:PATHS], "dwpc": dwpc}


def text(graph: KnowledgeGraph, path: ReasoningPath) -> str:
    words = [graph.name(path.node_ids[0])]
    for hop in path.hops:
        relation = relations()[hop.predicate]
        words += [f"— {relation.phrase if hop.forward else relation.inverse_phrase} →", graph.name(hop.end)]
    return " ".join(words)


def joined(sheet: Path, key: Path) -> Iterator[Row]:
    """Yield the rows as published: the question shortened, the methods beside the label."""
    methods = {row["number"]: row["methods"] for row in read(key)}
    for row in read(sheet):
        case, asked = textwrap.shorten(row["question"], 100, placeholder=" …"), row["question"].rsplit(". ", 1)[-1]
        yield {**row, "question": f"{case} {' '.join(asked.split())}", "methods": methods[row["number"]]}


def count(rows: Sequence[Row]) -> None:
    for row in rows:
        if row["label"] not in LABELS or not row["reason"]:
            sys.exit(f"path {row['number']}: no reason, or label {row['label']!r} is none of {', '.join(LABELS)}")
    table("all", rows)
    misread = {row["id"] for row in rows} - {row["id"] for row in rows if row["label"] != "wrong link"}
    table("without those where every path is a wrong link", [row for row in rows if row["id"] not in misread])
    print("\nfaults")
    for what, number in Counter(row["fault"] for row in rows if row["fault"]).most_common():
        print(f"{number:5d}  {what}")
    print("\nrelevant paths of each question, " + " : ".join(METHODS))
    for number, of in relevant(rows).items():
        print(f"  {number}  " + " : ".join(f"{sum(of[method])}/{len(of[method])}" for method in METHODS))


def table(what: str, rows: Sequence[Row]) -> None:
    whose = {method: [row["label"] for row in rows if method in row["methods"].split("+")] for method in METHODS}
    print(f"\n{what}: {len(rows)} paths of {len({row['id'] for row in rows})} questions")
    print(f"{'':18s}" + "".join(f"{method:>16s}" for method in METHODS))
    for name, labels in {**{label: (label,) for label in LABELS}, "relevant": RELEVANT}.items():
        found = [sum(label in labels for label in whose[method]) for method in METHODS]
        shares = (f"{n:9d} {n / len(whose[m]):6.3f}" for n, m in zip(found, METHODS, strict=True))
        print(f"{name:18s}" + "".join(shares))
    of_each = relevant(rows).values()
    some = [f"{sum(any(of[method]) for of in of_each)} {method}" for method in METHODS]
    print(f"questions with a relevant path: {', '.join(some)}")
    ours, other = ([float(np.mean(of[method])) for of in of_each] for method in METHODS)
    print(f"{' minus '.join(METHODS)}, per question: {interval(list(zip(ours, other, strict=True)))}")


def relevant(rows: Sequence[Row]) -> Mapping[str, Mapping[str, Sequence[bool]]]:
    """Return, for each question and method, which of its paths are relevant."""
    found: dict[str, dict[str, list[bool]]] = {row["id"]: {method: [] for method in METHODS} for row in rows}
    for row in rows:
        for method in row["methods"].split("+"):
            found[row["id"]][method].append(row["label"] in RELEVANT)
    return found


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def write(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["draw", folder, *rest] if len(rest) <= 1:
            draw(Path(folder), *rest or ["default"])
        case ["count"]:
            for published in READ:
                print(f"\n{published.name}")
                count(read(published))
        case ["count", sheet, key, out]:
            rows = list(joined(Path(sheet), Path(key)))
            count(rows)
            write(Path(out), rows)
        case _:
            sys.exit(__doc__)
