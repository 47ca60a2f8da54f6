"""Which ids of DOID, MeSH, OMIM and Orphanet are one disease, by the exact matches of Mondo (CC BY 4.0)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container
from functools import cache
from pathlib import Path
from typing import NamedTuple

from kgpaths.graph.tables import NodeRecord
from readers.records import node, table

_FILES = {"doid": "DOID", "mesh": "MESH", "omim": "OMIM", "orphanet": "ORPHA"}


class Crosswalk(NamedTuple):
    """Mondo's exact matches."""

    labels: dict[str, str]
    """MONDO id → name."""
    members: dict[str, tuple[str, ...]]
    """MONDO id → ids of other vocabularies, sorted."""
    concept: dict[str, str]
    """Any of those ids → MONDO id."""

    def xrefs(self, *ids: str) -> set[str]:
        """Return everything that is one concept with these ids, MONDO id included."""
        found: set[str] = set()
        for mondo in {self.concept[one] for one in ids if one in self.concept}:
            found |= {mondo, *self.members[mondo]}
        return found


@cache
def read_crosswalk(data: Path) -> Crosswalk:
    """Read the matches; an id that Mondo gives to two concepts, and a concept with two DOIDs, prove nothing."""
    labels: dict[str, str] = {}
    claims: dict[str, set[str]] = defaultdict(set)
    members: dict[str, set[str]] = defaultdict(set)
    for file, prefix in _FILES.items():
        for row in table(data / f"mappings/mondo/mondo_exactmatch_{file}.sssom.tsv", comment="#"):
            labels[row["subject_id"]] = row["subject_label"]
            other = f"{prefix}:{row['object_id'].partition(':')[2]}"
            if other.startswith("MESH:C"):
                continue  # a supplementary concept: no heading, in no tree
            claims[other].add(row["subject_id"])
            members[row["subject_id"]].add(other)
    unique = {
        mondo: tuple(sorted(one for one in ids if len(claims[one]) == 1 and _sole(one, ids)))
        for mondo, ids in members.items()
    }
    concept = {one: mondo for mondo, ids in unique.items() for one in ids}
    return Crosswalk(labels, unique, concept)


def _sole(one: str, ids: set[str]) -> bool:
    prefix = one.partition(":")[0]
    return sum(other.startswith(f"{prefix}:") for other in ids) == 1


def rare_diseases(crosswalk: Crosswalk, taken: set[str]) -> list[NodeRecord]:
    """Return a node for each concept that OMIM or Orphanet has and that none of the `taken` nodes stands for."""
    nodes = []
    for mondo, ids in crosswalk.members.items():
        rare = [one for one in ids if one.startswith(("OMIM:", "ORPHA:"))]
        if rare and not taken.intersection(ids):
            nodes.append(node(rare[0], crosswalk.labels[mondo], "disease", "mondo", xrefs=[mondo, *rare[1:]]))
    return nodes


def stand_in(crosswalk: Crosswalk, one: str, known: Container[str]) -> str:
    """Return the first id of the same concept that is known; "" when there is none."""
    ids = crosswalk.members.get(crosswalk.concept.get(one, ""), ())
    return next(
        (other for prefix in _FILES.values() for other in ids if other.startswith(f"{prefix}:") and other in known), ""
    )


def representative(crosswalk: Crosswalk, mondo: str) -> str:
    """Return the id that a Mondo concept has in DOID, or else in MeSH, OMIM or Orphanet; "" where it has none."""
    ids = crosswalk.members.get(mondo, ())
    return next((one for prefix in _FILES.values() for one in ids if one.startswith(f"{prefix}:")), "")
