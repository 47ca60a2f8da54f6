"""Make the reference texts that come with kgpaths: `ontologies/texts/SOURCE.jsonl.xz`, one text a line.

    python ontologies/build_texts.py --data DIR

They are the texts that the edges of the default graph were read in (`ontologies/README.md` lists the files of `DIR`):
MedQuAD without the sections that reprint HPO, and six OpenStax textbooks, both CC BY 4.0, without their questions and
tasks. Beside them stand the definitions of two vocabularies (DOID, ORDO), and two works of the United States
government that no edge was read in: MedlinePlus topics, and the indications on drug labels.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kgpaths.extraction import read_texts
from kgpaths.extraction.readers import REPRINT
from kgpaths.extraction.rules import SET_ASIDE
from kgpaths.files import Fault

TEXTS = {
    "medquad": "qa/medquad.jsonl.gz",
    "openstax": "text/openstax.jsonl.gz",
    "medlineplus": "text/medlineplus.jsonl.gz",
    "dailymed": "text/dailymed_indications.jsonl.gz",
}
DOID = ("ontology/doid/doid-es-translated.tsv", "ontology/doid/doid-es-untranslated.tsv")
DOID_NAMES = "ontology/doid/HumanDO.tsv"
ORDO = "ontology/ordo/ordo-2_6-2018-07-12.json.gz"
_DEFINITION = "IAO:0000115"
_NO_TOPIC = frozenset({"glossary", "introduction", "key terms", "summary"})


class Line(NamedTuple):
    """A text as it is written."""

    id: str
    text: str
    url: str
    topics: list[str]


def texts(file: Path, *, headings: bool) -> Iterator[Line]:
    """Yield the texts of a file; of a textbook the two headings that a text stands under are its topic."""
    for text in read_texts(file):
        if isinstance(text, Fault) or text.section in (REPRINT, SET_ASIDE) or not text.text:
            continue
        topics = [topic for topic in text.focus if topic.strip().casefold() not in _NO_TOPIC]
        if headings:
            topics = [": ".join(" ".join(topic.split()) for topic in reversed(topics[:2]))] if topics else []
        yield Line(text.id, text.text, text.url, topics)


def doid(data: Path) -> Iterator[Line]:
    """Yield the definitions of the Human Disease Ontology in English, which stand in the files of its translators."""
    with (data / DOID_NAMES).open(encoding="utf-8", newline="") as rows:
        names = {row["id"]: row["label"] for row in csv.DictReader(rows, delimiter="\t")}
    for file in DOID:
        with (data / file).open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row["predicate"] == _DEFINITION and row["source_id"] in names:
                    url = "http://purl.obolibrary.org/obo/" + row["source_id"].replace(":", "_")
                    yield Line(row["source_id"], row["source_text"].strip('"'), url, [names[row["source_id"]]])


def ordo(data: Path) -> Iterator[Line]:
    """Yield the definitions of the Orphanet Rare Disease Ontology."""
    with gzip.open(data / ORDO, "rt", encoding="utf-8") as file:
        nodes = json.load(file)["graphs"][0]["nodes"]
    for node in nodes:
        number = node["id"].rpartition("_")[2]
        if number.isdigit() and node.get("lbl") and (definition := node.get("meta", {}).get("definition")):
            yield Line(f"ORPHA:{number}", definition["val"], node["id"], [node["lbl"]])


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the source files")
    data = parser.parse_args().data
    made = {source: texts(data / file, headings=source == "openstax") for source, file in TEXTS.items()}
    for source, found in (made | {"doid": doid(data), "ordo": ordo(data)}).items():
        lines = [json.dumps(one._asdict(), ensure_ascii=False) + "\n" for one in found]
        out = Path(__file__).parent / "texts" / f"{source}.jsonl.xz"
        out.parent.mkdir(exist_ok=True)
        out.write_bytes(lzma.compress("".join(lines).encode(), preset=9))
        print(f"{out}: {len(lines):,} texts, {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
