"""Make `proper_nouns.txt`: the words that keep their capital inside a sentence, learnt from text that uses case.

Ontologies write names in three styles: "myocardial infarction", "Myocardial infarction", "Myocardial Infarction"; only
a word's habits elsewhere tell that "Infarction" loses its capital and "Crohn" keeps it. A word is taken when it
is a capitalised word of some name and, in running text (away from sentence starts) and in the names of ontologies
that write common nouns small, at least four of five occurrences are capitalised. Genera of organisms are taken when
nothing speaks against them, and so is what a syndrome or sign is named after where nothing writes it small.

    python prompts/template/make_proper_nouns.py DATA_PACK > prompts/template/proper_nouns.txt
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

WORD = re.compile(r"[A-Za-zÀ-ÿ]+")
SURE = {
    *("babinski", "bence", "blalock", "escherichia", "foley", "ganz", "gleason"),
    *("caenorhabditis", "hadziselimovic", "halal", "hippocratic", "kazal", "luria", "persian"),
    *("jarvik", "kupffer", "mohs", "papanicolaou", "taussig", "treitz", "vater"),
}
"""Names, of people for the most part, too rare in the texts to be learnt."""
COMMON = re.compile(
    r".*(?:emia|uria|megaly|plasia|osis|itis|pathy|penia|dactyly|oid|phalangia|esthesia|trophia)|"
    r".{6,}ation|.{9,}(?:al|ic|ous|ary|ate|ism|ion)"
)
"""Endings of medical words that are too rare to be learnt and begin names with a capital."""
EPONYMIC = re.compile(
    r"((?:[A-Z][a-zà-ÿ]+[- ])*[A-Z][a-zà-ÿ]+)(?:['’]s)? "
    r"(?:syndrome|disease|palsy|sign|phenomenon|contracture|tumou?r)$",
    re.IGNORECASE,
)
"""A name of people with what is named after them."""
DESCRIPTIVE = re.compile(
    r".*(?:al|ic|ous|ar|ary|oid|ive|ing|ed|ate|ory|ent|ant|ile|less|ness|ity|ia|tion|sion|ism|us|um|yl|ine|ome|oma|ase|"
    r"ostomy|otomy|pnea|plasma|trophy|cephaly|chaedel|biology)|"
    r"(?:acro|angio|amelo|cardio|encephal|erythemat|genito|hamarto|osteo|post|pseudo|psuedo|reno|surdo|vesiculo).*|"
    r"atoll|caisson|canyon|catscratch|corridor|edict|fillers|forefoot|gapo|hammertoe|hatters?|holster|mermaid|mims|mirage|"
    r"parc|propofol|puppet|reflow|riddle|runt|silk|steely|stiffman|sump|swami|swifts?|swineherd|sulphatase|whim|bigfoot"
)
"""Words before "syndrome" and the like that are no names, though nobody writes them small."""
AMID = re.compile(r"[a-z],? $")
"""What stands before a word that is neither at the start of a sentence nor in a title or a table."""


def lines(path: Path) -> Iterator[str]:
    """Yield the lines of a plain or gzipped text file."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as handle:
        yield from handle


def running_text(pack: Path) -> Iterator[str]:
    """Yield passages in which case follows the rules of English."""
    for line in lines(pack / "text/openstax.jsonl.gz"):
        row = json.loads(line)
        if row["kind"] == "para":
            yield row["text"]
    for line in lines(pack / "qa/medquad.jsonl.gz"):
        yield json.loads(line)["answer"]
    for name in ("medqa_train_1k", "medmcqa_train_1k", "casimedicos_en"):
        for line in lines(pack / f"qa/{name}.jsonl"):
            row = json.loads(line)
            yield row["question"]
            yield row.get("explanation") or ""


def small_names(pack: Path) -> Iterator[str]:
    """Yield names of ontologies that write common nouns small even at the start of a name."""
    for file, column in (
        ("ontology/doid/HumanDO.tsv", "label"),
        ("ontology/mondo/mondo-class-stats-2026-08.tsv", "cls_label"),
    ):
        with (pack / file).open(encoding="utf-8") as handle:
            rows = csv.reader((line.replace('"', "") for line in handle), delimiter="\t", quoting=csv.QUOTE_NONE)
            index = next(rows).index(column)
            for row in rows:
                yield row[index]


def large_names(pack: Path) -> Iterator[tuple[str, bool]]:
    """Yield (name, is an organism's) of the sources that write capitals."""
    organisms = set()
    for line in lines(pack / "ontology/mesh/trees.tsv.gz"):
        node, tree = line.rstrip("\n").split("\t")
        if tree.startswith("B"):
            organisms.add(node)
    for line in lines(pack / "ontology/mesh/terms.tsv.gz"):
        cells = line.rstrip("\n").split("\t")
        yield cells[1], cells[0] in organisms
    for line in lines(pack / "kg_core/nodes.tsv.gz"):
        cells = line.rstrip("\n").split("\t")
        yield cells[1], cells[2] == "organism"


def main(pack: Path) -> None:
    """Print the list, sorted, one word a line."""
    large, small = Counter[str](), Counter[str]()
    for text in running_text(pack):
        for match in WORD.finditer(text):
            word = match.group()
            if len(word) > 1 and word[1:].islower():
                if word[0].islower():
                    small[word] += 1
                elif AMID.search(text[max(0, match.start() - 4) : match.start()]):
                    large[word.lower()] += 1
    for name in small_names(pack):
        for word in WORD.findall(name):
            if len(word) > 1 and word[1:].islower():
                (small if word[0].islower() else large)[word.lower()] += 3
    wanted: set[str] = set()
    genera: set[str] = set()
    for name, organism in large_names(pack):
        for word in WORD.findall(name):
            if len(word) > 2 and word[0].isupper() and word[1:].islower():
                (genera if organism and word == WORD.findall(name)[0] else wanted).add(word.lower())
    eponyms: set[str] = set()
    ever_small = set(small)
    for name, _ in large_names(pack):
        ever_small |= {word for word in WORD.findall(name) if word.islower()}
        if found := EPONYMIC.match(name):
            eponyms |= {
                word.lower() for word in WORD.findall(found.group(1)) if word[0].isupper() and word[1:].islower()
            }
    eponyms = {word for word in eponyms - ever_small if len(word) > 3 and not DESCRIPTIVE.fullmatch(word)}
    kept = {w for w in wanted | genera if large[w] >= 2 and large[w] >= 4 * small[w]}
    kept |= {w for w in genera if large[w] and not small[w]}
    kept = {word for word in kept | eponyms if not COMMON.fullmatch(word)} | SURE
    print("\n".join(sorted(kept)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
