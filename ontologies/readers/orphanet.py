"""The Orphanet Rare Disease Ontology 2.6 (CC BY 4.0): names and classification of rare diseases."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from kgpaths.graph.readers.own import OwnReader, Records
from kgpaths.graph.tables import EdgeRecord
from readers.crosswalk import read_crosswalk
from readers.records import node, statement

_BASE = "http://www.orpha.net/ORDO/Orphanet_"
_SUBSETS = (
    "_disease",
    "_malformation_syndrome",
    "_morphological_anomaly",
    "_biological_anomaly",
    "_clinical_syndrome",
    "_particular_clinical_situation_in_a_disease_or_syndrome",
    "_group_of_disorders",
    "_etiological_subtype",
    "_clinical_subtype",
    "_histopathological_subtype",
)
_SCOPES = {
    "hasExactSynonym": "exact",
    "hasNarrowSynonym": "narrow",
    "hasBroadSynonym": "broad",
    "hasRelatedSynonym": "related",
}
_QUALIFIERS = {_BASE + "C016": "has_inheritance", _BASE + "C017": "has_onset"}
_UNKNOWN = frozenset({"unknown", "no data available", "not applicable", "all ages", "not yet documented"})


class Orphanet(OwnReader):
    """Reads the diseases and groups with names, hierarchy, mode of inheritance and age of onset."""

    def read(self) -> Records:
        data, crosswalk = self.folder, read_crosswalk(self.folder)
        graph = _graph(data)
        labels = {one["id"]: one.get("lbl", "") for one in graph["nodes"]}
        nodes, ids = [], {}
        for one in graph["nodes"]:
            meta = one.get("meta", {})
            if (
                not any(subset.endswith(_SUBSETS) for subset in meta.get("subsets", ()))
                or "obsolete" in one["lbl"].lower()
            ):
                continue
            ids[one["id"]] = orpha = "ORPHA:" + one["id"].removeprefix(_BASE)
            names = [(name["val"], _scope(name)) for name in meta.get("synonyms", ())]
            nodes.append(node(orpha, one["lbl"], "disease", "ordo", names, crosswalk.xrefs(orpha)))
        edges = []
        for edge in graph["edges"]:
            subject, predicate, object_ = edge["sub"], edge["pred"], edge["obj"]
            if subject not in ids:
                continue
            if predicate == "is_a" and object_ in ids:
                edges.append(statement(ids[subject], "is_a", ids[object_], "ordo"))
            elif predicate in _QUALIFIERS and labels[object_].lower() not in _UNKNOWN:
                ours = _QUALIFIERS[predicate]
                qualifier = "ORPHA:" + object_.removeprefix(_BASE)
                nodes.append(node(qualifier, labels[object_], ours.removeprefix("has_"), "ordo"))
                edges.append(statement(ids[subject], ours, qualifier, "ordo"))
        return nodes, edges


_ROLES = ("317343", "317344", "317345", "317348", "410295", "410296")
"""Mutations that cause it, of the germ line, somatic, of lost or gained function; great susceptibility; fused genes."""


def gene_diseases(data: Path, known: Mapping[str, str]) -> list[EdgeRecord]:
    """Return which genes cause which rare diseases; `known` are their node ids by symbol."""
    ids = {one.number: known[one.symbol] for one in genes(data) if one.symbol in known}
    return [
        statement(gene, "gene_associated_with", "ORPHA:" + edge["obj"].removeprefix(_BASE), "ordo")
        for edge in _graph(data)["edges"]
        if edge["pred"].removeprefix(_BASE) in _ROLES and (gene := ids.get(edge["sub"].removeprefix(_BASE)))
    ]


class Gene(NamedTuple):
    """A gene of a rare disease."""

    number: str
    """Of Orphanet."""
    symbol: str
    label: str
    names: tuple[str, ...]
    """Exact synonyms; names of the gene's diseases and old symbols are among them."""
    entries: tuple[str, ...]
    """Of Swiss-Prot."""


def genes(data: Path) -> Iterator[Gene]:
    """Yield the genes of rare diseases."""
    for one in _graph(data)["nodes"]:
        meta = one.get("meta", {})
        properties = {item["pred"].rpartition("#")[2]: item["val"] for item in meta.get("basicPropertyValues", ())}
        if "symbol" in properties:
            yield Gene(
                one["id"].removeprefix(_BASE),
                properties["symbol"],
                one["lbl"],
                tuple(name["val"] for name in meta.get("synonyms", ()) if name["pred"] == "hasExactSynonym"),
                tuple(
                    item["val"].removeprefix("SwissProt:")
                    for item in meta.get("xrefs", ())
                    if item["val"].startswith("SwissProt:")
                ),
            )


@cache
def _graph(data: Path) -> Any:
    packed = (data / "ontology/ordo/ordo-2_6-2018-07-12.json.gz").read_bytes()
    return json.loads(gzip.decompress(packed))["graphs"][0]


def _scope(name: dict[str, str]) -> str:
    text = name["val"]
    return "abbreviation" if len(text) <= 6 and text.isupper() else _SCOPES[name["pred"]]
