"""One value where a list is expected, and words that a parser takes for something else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kgpaths.graph.spec import GraphSpec

PATH = """\
- graph: {_id: DB1_1}
  links: [{key: treats, source: DB:1, target: MESH:D1}]
  nodes:
  - {id: DB:1, label: Drug, name: drug}
  - {id: MESH:D1, label: Disease, name: disease}
"""


@pytest.mark.parametrize(
    ("reference", "urls"),
    [
        ("reference: https://example.org/a", ["https://example.org/a"]),
        ("references: https://example.org/a", ["https://example.org/a"]),
        ("reference: [https://example.org/a]", ["https://example.org/a"]),
        ("references:\n  - https://example.org/a\n  - https://example.org/b", ["https://example.org/a", "https://example.org/b"]),
        ("reference:\n    https://example.org/a\n    https://example.org/b", ["https://example.org/a", "https://example.org/b"]),
        ("reference: 'https://example.org/a, https://example.org/b'", ["https://example.org/a", "https://example.org/b"]),
        ("reference: https://example.org/a,b;c", ["https://example.org/a,b;c"]),
        ("reference: 12345678", ["12345678"]),
        ("reference: null", []),
        ("reference: []", []),
    ],
)  # fmt: skip
def test_one_reference_of_drugmechdb_is_one(tmp_path: Path, read: Any, reference: str, urls: list[str]) -> None:
    (tmp_path / "p.yaml").write_text(f"{PATH}  {reference}\n")
    found = read("drugmechdb", tmp_path / "p.yaml")
    assert [item.url for item in found.edges[0].evidence if item.url] == urls
    assert not found.faults.total


@pytest.mark.parametrize(
    "name", ["NO", "no", "On", "off", "Y", "yes", "true", "12:30", "007", "1e3", "2026-03-01", "0"]
)
def test_words_of_yaml_are_names(tmp_path: Path, read: Any, name: str) -> None:
    (tmp_path / "p.yaml").write_text(PATH.replace("name: disease", f"name: {name}"))
    found = read("drugmechdb", tmp_path / "p.yaml")
    assert found.nodes["MESH:D1"].name == name
    assert not found.faults.total


def test_a_truth_value_for_a_name_is_told_and_its_node_kept(tmp_path: Path, read: Any) -> None:
    nodes = [{"id": "MESH:D9569", "label": "ChemicalSubstance", "name": False}]
    (tmp_path / "p.jsonl").write_text(json.dumps({"nodes": nodes, "links": []}) + "\n")
    found = read("drugmechdb", tmp_path / "p.jsonl")
    assert found.nodes["MESH:D9569"].name == "MESH:D9569"
    (fault,) = found.faults
    assert "the name of MESH:D9569 is no text but False; is it a word like NO" in fault.message


def test_the_specification_has_words_too(tmp_path: Path) -> None:
    source = (
        "{format: edge_table, path: e.csv, version: 2026-03-01, predicates: {no: null, 1: treats}, types: {ON: gene}}"
    )
    (tmp_path / "spec.yaml").write_text(f"name: NO\nsources: [{source}]\nmerge: {{xrefs: false, exact_names: off}}\n")
    spec = GraphSpec.load(tmp_path / "spec.yaml")
    assert (spec.name, spec.merge.rules) == ("NO", ())
    assert spec.sources[0].version == "2026-03-01"
    assert spec.sources[0].predicates == {"no": None, "1": "treats"}
    assert spec.sources[0].types == {"ON": "gene"}


def test_single_values_of_other_formats(tmp_path: Path, read: Any) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    node = {"id": "CHEBI:1", "category": "biolink:SmallMolecule", "name": "one", "synonym": "uno", "xref": "MESH:D1"}
    edge = {"subject": "CHEBI:1", "predicate": "biolink:treats", "object": "MONDO:1", "publications": "PMID:1"}
    (tmp_path / "k.jsonl").write_text(json.dumps(node) + "\n")
    (tmp_path / "l.jsonl").write_text(json.dumps(edge) + "\n")
    found = read("kgx", [tmp_path / "k.jsonl", tmp_path / "l.jsonl"])
    assert ([name.text for name in found.nodes["CHEBI:1"].names], found.nodes["CHEBI:1"].xrefs) == (
        ["uno"],
        ("MESH:D1",),
    )
    assert [item.reference for item in found.edges[0].evidence] == ["PMID:1"]

    data = {"sources": "DISEASES", "pubmed_ids": 7, "urls": "https://example.org"}
    hetionet = {
        "nodes": [{"kind": "Gene", "identifier": 1, "name": "A"}],
        "edges": [{"source_id": ["Gene", 1], "target_id": ["Gene", 2], "kind": "interacts", "data": data}],
    }
    (tmp_path / "h.json").write_text(json.dumps(hetionet))
    (interacts,) = read("hetionet", tmp_path / "h.json").edges
    assert [(item.reference, item.url) for item in interacts.evidence] == [
        ("DISEASES", "https://example.org"),
        ("PMID:7", ""),
    ]

    tree = {"diagnostic": {"Heart Failure": []}, "knowledge": {"Heart Failure": {"Signs": ["edema", "rales; S3"]}}}
    (tmp_path / "t.json").write_text(json.dumps(tree))
    assert len(read("diagnostic_tree", tmp_path / "t.json").edges) == 3

    properties = {"name": "asthma", "synonyms": "bronchial asthma", "xrefs": "DOID:2841", "sources": {"direct": "BGEE"}}
    columns = {"id": ["MONDO_1"], "label": ["DIS"], "properties": [json.dumps(properties)]}
    pq.write_table(pa.table(columns), tmp_path / "nodes.parquet")
    columns = {
        "from": ["MONDO_1"],
        "to": ["MONDO_1"],
        "label": ["x"],
        "relation": ["IS_A"],
        **{"properties": columns["properties"]},
    }
    pq.write_table(pa.table(columns), tmp_path / "edges.parquet")
    found = read("optimuskg", [tmp_path / "nodes.parquet", tmp_path / "edges.parquet"])
    assert [name.text for name in found.nodes["MONDO:1"].names] == ["bronchial asthma"]
    assert (found.nodes["MONDO:1"].xrefs, found.edges[0].source) == (("DOID:2841",), "bgee")
