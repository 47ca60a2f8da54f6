"""DDXPlus (CC BY 4.0): findings and risk factors of everyday conditions, mapped by hand to ontology terms."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from kgpaths.graph.readers.own import OwnReader, Records
from readers.records import statement, table

MAPPING = Path(__file__).parents[1] / "ddxplus_mapping.tsv"
_STRENGTHS = {"exact": 1.0, "broader": 0.8, "related": 0.6}


class DDXPlus(OwnReader):
    """Reads the statements; every term is a node of another source.

    A statement is as strong as the weaker of its two mappings: 1.0 exact, 0.8 a broader term, 0.6 a related one.
    """

    def read(self) -> Records:
        conditions: dict[str, list[tuple[str, float]]] = defaultdict(list)
        evidences: dict[str, tuple[str, str, float]] = {}
        for row in table(MAPPING, comment="#"):
            if row["target"] and row["kind"] == "condition":
                conditions[row["key"]].append((row["target"], _STRENGTHS[row["how"]]))
            elif row["target"]:
                evidences[row["key"]] = (row["predicate"], row["target"], _STRENGTHS[row["how"]])
        release = json.loads(self.folder.read_text(encoding="utf-8"))
        found: dict[tuple[str, str, str], tuple[float, set[str]]] = {}
        for name, condition in release.items():
            for disease, certainty in conditions[name]:
                for key in (*condition["symptoms"], *condition["antecedents"]):
                    if key not in evidences:
                        continue
                    predicate, target, strength = evidences[key]
                    if target == disease:
                        continue  # an earlier attack of the same disease
                    known, keys = found.get((disease, predicate, target), (0.0, set()))
                    found[disease, predicate, target] = (
                        max(known, min(certainty, strength)),
                        keys | {f"DDXPlus:{key}"},
                    )
        edges = [
            statement(*triple, "ddxplus", strength=strength, reference="|".join(sorted(keys)))
            for triple, (strength, keys) in found.items()
        ]
        return [], edges
