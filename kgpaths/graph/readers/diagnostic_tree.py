"""Read diagnostic trees in the form of DiReCT: a tree of diagnoses, and what each of them rests on.

Format: https://github.com/wbw520/DiReCT; one JSON file a disease::

    {"diagnostic": {"Suspected Heart Failure": {"Heart Failure": {"HFrEF": [], "HFpEF": []}}},
     "knowledge":  {"HFrEF": "LVEF≤40%",
                    "Suspected Heart Failure": {"Risk Factors": "hypertension; CAD", "Symptoms": "…", "Signs": "…"}}}
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from kgpaths.errors import GraphError
from kgpaths.graph.readers.faults import FaultReason
from kgpaths.graph.readers.reader import Reader
from kgpaths.graph.readers.text import Lines
from kgpaths.graph.readers.values import as_list
from kgpaths.graph.tables import EdgeRecord, NodeRecord
from kgpaths.language.words import WORD

_PREMISES = re.compile(r"[;\n]")


class DiagnosticTree(Reader):
    """Reads trees; ids are made from the names, so the same name is the same node in all files."""

    FORMAT = "diagnostic_tree"
    DESCRIPTION = 'DiReCT-style trees (JSON: {"diagnostic": tree, "knowledge": premises}); a file or a folder'
    SUFFIXES = (".json",)
    SOURCE = "direct"
    OPTIONS: ClassVar[Mapping[str, str]] = {"prefix": "of the ids that are made from names; DIRECT when not given"}
    PREDICATES: ClassVar[Mapping[str, str]] = {
        "parent": "is_a",
        "Risk Factors": "has_risk_factor",
        "Symptoms": "has_symptom",
        "Signs": "has_phenotype",
        "premise": "has_phenotype",
    }

    _where = ""
    _repeated = False

    @property
    def where(self) -> str:
        return self._where or str(self.paths[0])

    def nodes(self) -> Iterator[NodeRecord]:
        diagnoses: dict[str, str] = {}
        premises: dict[str, tuple[str, str]] = {}
        for parent, child, predicate in self._statements():
            if predicate == "parent":
                for name in (parent, child):
                    if name:
                        diagnoses.setdefault(self._id(name), name)
            else:
                kind = "symptom" if predicate == "Symptoms" else "finding"
                premises.setdefault(self._id(child), (child, kind))
        for node_id, name in diagnoses.items():
            yield NodeRecord(node_id, name, "disease", self.source)
        for node_id, (name, kind) in premises.items():
            if node_id not in diagnoses:
                yield NodeRecord(node_id, name, kind, self.source)

    def edges(self) -> Iterator[EdgeRecord]:
        for parent, child, predicate in self._statements():
            known = self.predicate(predicate) if parent else None
            if known is not None:
                upwards = predicate == "parent"
                subject, object_ = (child, parent) if upwards != known[1] else (parent, child)
                yield EdgeRecord(
                    self._id(subject), known[0], self._id(object_), self.source, self.version, self.licence
                )

    def _statements(self) -> Iterator[tuple[str, str, str]]:
        """Yield (diagnosis, narrower diagnosis or premise, kind); the root of a tree has an empty diagnosis above."""
        for path in self.files():
            self._where = str(path)
            self._repeated = path in self.faults.read
            tree = self._load(path)
            named: set[str] = set()
            for parent, child in self._branches("", tree["diagnostic"]):
                named.add(child)
                yield parent, child, "parent"
            for diagnosis, knowledge in tree["knowledge"].items():
                if diagnosis not in named:
                    self._wrong("dangling_edge", f"knowledge about {diagnosis!r}, which is not in the tree")
                    continue
                groups = knowledge if isinstance(knowledge, dict) else {"premise": knowledge}
                for kind, given in groups.items():
                    texts = as_list(given)
                    if not all(isinstance(text, str) for text in texts):
                        self._wrong("bad_value", f"{kind} of {diagnosis!r} is no text")
                        continue
                    for premise in (premise for text in texts for premise in _PREMISES.split(text)):
                        if premise.strip(" ."):
                            yield diagnosis, " ".join(premise.split()).strip("."), kind

    def _branches(self, parent: str, tree: Any) -> Iterator[tuple[str, str]]:
        if isinstance(tree, list):
            tree = dict.fromkeys(map(str, tree))
        if not isinstance(tree, dict):
            if tree:
                self._wrong("bad_value", f"below {parent!r} stands no tree: {tree!r}")
            return
        for name, below in tree.items():
            yield parent, name
            yield from self._branches(name, below)

    def _wrong(self, reason: FaultReason, message: str) -> None:
        if not self._repeated:
            self.fault(reason, message)

    def _load(self, path: Path) -> dict[str, Any]:
        lines = Lines(path, self.faults)
        try:
            tree = json.loads("".join(lines))
        except ValueError as error:
            raise GraphError(f"{path}: not JSON, or not whole: {error}") from None
        if not isinstance(tree, dict) or not all(
            isinstance(tree.get(key), dict) for key in ("diagnostic", "knowledge")
        ):
            raise GraphError(f"{path} is no diagnostic tree; expected the keys 'diagnostic' and 'knowledge'")
        return tree

    def _id(self, name: str) -> str:
        """Return an id that keeps letters, digits and signs of comparison: `LVEF≤40%` -> `DIRECT:lvef-le-40-pct`."""
        text = name.lower()
        for sign, word in (
            ("≤", " le "),
            ("<=", " le "),
            ("≥", " ge "),
            (">=", " ge "),
            ("<", " lt "),
            (">", " gt "),
            ("%", " pct "),
        ):
            text = text.replace(sign, word)
        words = WORD.findall(unicodedata.normalize("NFKD", text))
        return f"{self.option('prefix', 'DIRECT')}:{'-'.join(words)}"
