"""Read DrugMechDB: mechanisms of drugs as small graphs, one a line (JSONL) or one an item of a list (YAML).

Format: https://github.com/SuLab/DrugMechDB
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from kgpaths.errors import GraphError
from kgpaths.files import format_of
from kgpaths.graph.readers.names import curie
from kgpaths.graph.readers.reader import Reader
from kgpaths.graph.readers.text import JsonLines, Lines
from kgpaths.graph.readers.values import as_text, load_yaml
from kgpaths.graph.tables import EdgeRecord, NodeName, NodeRecord
from kgpaths.records import Evidence

_BETWEEN_URLS = re.compile(r"[\s,;|]+(?=https?://)")


class DrugMechDB(Reader):
    """Reads paths; a link is an edge with the paths that hold it and their references as evidence.

    Each path names its nodes anew. A node is called what most paths call it, the other names are `related`.
    """

    FORMAT = "drugmechdb"
    DESCRIPTION = "DrugMechDB's mechanism paths (YAML list or JSON lines)"
    SUFFIXES = (".yaml", ".yml", ".jsonl")
    SOURCE = "drugmechdb"
    OPTIONS: ClassVar[Mapping[str, str]] = {
        "indications": "true: each path also says that its drug treats its disease, which its header names"
    }
    TYPES: ClassVar[Mapping[str, str]] = {
        "GeneFamily": "gene_family",
        "MacromolecularComplex": "protein",
        "MacromolecularMachine": "protein",
    }

    _where = ""

    @property
    def where(self) -> str:
        return self._where or str(self.paths[0])

    def nodes(self) -> Iterator[NodeRecord]:
        names: dict[str, Counter[str]] = {}
        types: dict[str, Counter[str]] = {}
        for path in self._paths():
            for node in path["nodes"]:
                node_id, name = curie(as_text(node.get("id")) or ""), node.get("name")
                if not node_id or name is None or name == "":
                    self.fault("bad_value", f"a node of path {_title(path)} has no id or no name: {node}")
                    continue
                ours = self.type_of(str(node.get("label") or ""), node_id)
                if ours is not None:
                    types.setdefault(node_id, Counter())[ours] += 1
                    names.setdefault(node_id, Counter())[self.named(node_id, name)] += 1
            drug, disease = self._indication(path)
            kind = self.type_of("Drug", drug) if drug and disease and path["graph"].get("drug") else None
            if kind is not None:
                types.setdefault(drug, Counter())[kind] += 1
                names.setdefault(drug, Counter())[self.named(drug, path["graph"]["drug"])] += 1
        for node_id, given in names.items():
            first, *others = _by_frequency(given)
            kind = _by_frequency(types[node_id])[0]
            yield NodeRecord(
                node_id, first, kind, self.source, names=tuple(NodeName(name, "related") for name in others)
            )

    def edges(self) -> Iterator[EdgeRecord]:
        for path in self._paths():
            title = _title(path)
            given = self.texts(path.get("references") or path.get("reference"), f"a reference of path {title}")
            urls = [url for text in given for url in _BETWEEN_URLS.split(text.strip())]
            evidence = (Evidence(reference=title), *(Evidence(url=url) for url in urls))
            drug, disease = self._indication(path)
            if drug and disease:
                yield EdgeRecord(drug, "treats", disease, self.source, self.version, self.licence, evidence=evidence)
            for link in path["links"]:
                ends = [curie(as_text(link.get(key)) or "") for key in ("source", "target")]
                if not all(ends):
                    self.fault("bad_value", f"a link of path {title} lacks an end: {link}")
                    continue
                known = self.predicate(as_text(link.get("key")) or "")
                if known is not None:
                    subject, object_ = reversed(ends) if known[1] else ends
                    yield EdgeRecord(
                        subject, known[0], object_, self.source, self.version, self.licence, evidence=evidence
                    )

    def _indication(self, path: Mapping[str, Any]) -> tuple[str, str]:
        """Return the drug and the disease that a path is about; empty where its header lacks them or nobody asks."""
        about = path.get("graph")
        if not self.option("indications", False) or not isinstance(about, dict):
            return "", ""
        drug, disease = (
            as_text(one) for one in (about.get("drugbank") or about.get("drug_mesh"), about.get("disease_mesh"))
        )
        return curie(drug or ""), curie(disease or "")

    def _paths(self) -> Iterator[dict[str, Any]]:
        """Yield the paths that are whole; anything else is a fault."""
        for file in self.files():
            empty = True
            for number, path, repeated in self._items(file):
                self._where = f"{file}:{number}"
                if isinstance(path, dict) and all(
                    isinstance(path.get(key), list) and all(isinstance(item, dict) for item in path[key])
                    for key in ("nodes", "links")
                ):
                    empty = False
                    yield path
                elif not repeated:
                    self.fault("bad_value", "expected a mapping with the lists `nodes` and `links`")
            if empty:
                raise GraphError(f"{file} holds no path of DrugMechDB (a mapping with `nodes` and `links`)")

    def _items(self, file: Path) -> Iterator[tuple[int, Any, bool]]:
        """Yield what stands in a list or on a line, with the line, and whether the file was read before."""
        if format_of(file) in (".jsonl", ".json"):
            records = JsonLines(file, self.faults)
            yield from ((records.number, record, records.repeated) for record in records)
            return
        lines = Lines(file, self.faults)
        for number, block in _yaml_blocks(lines):
            try:
                found = _parse_yaml(block)
            except ValueError as error:
                if not lines.repeated:
                    self.fault("bad_value", f"the path cannot be read: {error}", f"{file}:{number}")
                continue
            yield from ((number, item, lines.repeated) for item in found)


def _title(path: dict[str, Any]) -> str:
    graph = path.get("graph")
    return str((graph.get("_id") if isinstance(graph, dict) else "") or path.get("_id") or "")


def _by_frequency(counts: Counter[str]) -> list[str]:
    return sorted(counts, key=lambda name: (-counts[name], name))


def _yaml_blocks(lines: Lines) -> Iterator[tuple[int, str]]:
    """Cut a list into its items, so that a file of many megabytes is never parsed as a whole."""
    start, block = 1, ""
    for line in lines:
        if line.startswith("- ") and block.strip():
            yield start, block
            start, block = lines.number, ""
        block += line
    if block.strip():
        yield start, block


def _parse_yaml(text: str) -> list[Any]:
    import yaml

    try:
        found = load_yaml(text)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None
    return found if isinstance(found, list) else [found]
