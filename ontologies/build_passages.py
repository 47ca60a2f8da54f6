"""Make the index of which concepts stand together in passages of the reference texts.

    python ontologies/build_passages.py --data DIR            writes ontologies/paths/passages/
    python ontologies/build_passages.py --data DIR --check    makes it anew and compares, exit 1 on any difference

`DIR` holds the files of the default graph's sources. That graph comes first: the texts are linked to it. A passage is a
run of whole sentences of at most 900 characters, together with what its page is about, or the definition of a term in
one of four ontologies, together with the term. Sections that reprint the Human Phenotype Ontology are left out, as they
are for edges, and so are its own definitions: its licence forbids altered copies.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from kgpaths.extraction import read_texts
from kgpaths.extraction.readers import REPRINT
from kgpaths.extraction.segments import split
from kgpaths.extraction.texts import ReferenceText
from kgpaths.files import Fault
from kgpaths.graph import KnowledgeGraph
from kgpaths.linking import EntityLinker
from kgpaths.paths.passages import write_passages
from kgpaths.records import Mention

OUT = Path(__file__).parent / "paths" / "passages"
TEXTS = {"medquad": "qa/medquad.jsonl.gz", "openstax": "text/openstax.jsonl.gz"}
DEFINITIONS = {
    "doid": (
        "ontology/doid/doid-2018-07-05.json.gz",
        "ontology/doid/DO_rare_slim.obo",
        "ontology/doid/NCIthesaurus.obo",
    ),
    "maxo": ("ontology/maxo/maxo-base.obo",),
    "ordo": ("ontology/ordo/ordo-2_6-2018-07-12.json.gz",),
    "symp": ("ontology/symp.obo",),
}
"""By source; of several definitions of a term the last counts."""
_PREFIXES = {"Orphanet": "ORPHA"}
_DEFINITION = re.compile(r'def: "(.*?)(?<!\\)"')
_JOINED = re.compile(r"(\w)_(\w)")
"""Relations within definitions: has_symptom."""
_LONGEST = 900
"""Characters of a passage, the space between its sentences included; one sentence may be longer."""
_LEAST_SCORE = 0.5
_LEAST_FOCUS = 0.7
"""Least score of a mention, and of one in the heading, which is on all the page's passages."""


def main() -> int:
    """Run the script; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the reference texts")
    parser.add_argument("--check", action="store_true", help="compare with what is there, write nothing")
    arguments = parser.parse_args()
    graph = KnowledgeGraph.open("default")
    linker = EntityLinker(graph)
    differing = []
    for source in (*TEXTS, *DEFINITIONS):
        if source in TEXTS:
            passages = list(read(linker, arguments.data / TEXTS[source]))
        else:
            passages = list(defined(graph, linker, [arguments.data / file for file in DEFINITIONS[source]]))
        path = OUT / f"{source}.tsv.xz"
        with tempfile.TemporaryDirectory() as folder:
            made = path if not arguments.check else Path(folder) / path.name
            write_passages(made, passages)
            differing += [path] if made.read_bytes() != path.read_bytes() else []
        concepts = len({name for row in passages for name in row})
        print(f"{source}\t{len(passages)} passages\t{sum(map(len, passages))} mentions\t{concepts} concepts")
    for path in differing:
        print(f"{path} differs from what the texts give", file=sys.stderr)
    return int(bool(differing))


def read(linker: EntityLinker, file: Path) -> Iterator[list[str]]:
    """Yield the concepts that each passage of a file names, sorted; passages that name none are left out."""
    texts = (one for one in read_texts(file) if not isinstance(one, Fault) and one.section != REPRINT)
    while some := list(islice(texts, 256)):
        bodies = linker.link_batch(one.text for one in some)
        headings = linker.link_batch("; ".join(one.focus) for one in some)
        for text, mentions, heading in zip(some, bodies, headings, strict=True):
            focus = {one.node_id for one in heading if one.score > _LEAST_FOCUS}
            yield from passages_of(text, [one for one in mentions if one.score >= _LEAST_SCORE], focus)


def passages_of(text: ReferenceText, mentions: list[Mention], focus: set[str]) -> Iterator[list[str]]:
    """Yield the concepts of each passage of a text."""
    named: set[str] = set()
    start: int | None = None
    for segment in split(text.text):
        if start is not None and segment.end - start > _LONGEST:
            if named:
                yield sorted(named | focus)
            named, start = set(), None
        start = segment.start if start is None else start
        named |= {one.node_id for one in mentions if segment.start <= one.start < segment.end}
    if named:
        yield sorted(named | focus)


def defined(graph: KnowledgeGraph, linker: EntityLinker, files: list[Path]) -> Iterator[list[str]]:
    """Yield each term with the concepts that its definition names, sorted; those that name none are left out."""
    meanings = {term: meaning for file in files for term, meaning in definitions(file) if term in graph}
    linked = linker.link_batch(meanings.values())
    for term, mentions in zip(meanings, linked, strict=True):
        named = {graph.canonical(term), *(one.node_id for one in mentions if one.score >= _LEAST_SCORE)}
        if len(named) > 1:
            yield sorted(named)


def definitions(file: Path) -> Iterator[tuple[str, str]]:
    """Yield the terms of an ontology that has definitions, in OBO or as a graph in JSON."""
    if file.suffix == ".gz":
        graph = json.loads(gzip.decompress(file.read_bytes()))["graphs"][0]
        for node in graph["nodes"]:
            meaning = node.get("meta", {}).get("definition")
            if meaning:
                prefix, _, number = node["id"].rpartition("/")[2].partition("_")
                yield f"{_PREFIXES.get(prefix, prefix)}:{number}", _plain(meaning["val"])
        return
    term = ""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("id: "):
            term = line.removeprefix("id: ").strip()
        elif found := _DEFINITION.match(line):
            yield term, _plain(found[1])


def _plain(text: str) -> str:
    return _JOINED.sub(r"\1 \2", text)


if __name__ == "__main__":
    sys.exit(main())
