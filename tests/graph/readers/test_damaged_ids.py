"""Ids that a table of numbers has damaged: whole numbers are whole again, what is lost is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kgpaths.graph.readers.names import curie


@pytest.mark.parametrize(
    ("text", "prefix", "expected"),
    [
        ("9796.0", "NCBIGene", "NCBIGene:9796"),
        ("9796.00", "NCBIGene", "NCBIGene:9796"),
        ("NCBIGene:9796.0", "", "NCBIGene:9796"),
        ("OMIM:100100.0", "", "OMIM:100100"),
        ("7.0", "LAB", "LAB:7"),
        ("nan", "NCBIGene", ""),
        ("NCBIGene:nan", "", ""),
        ("<NA>", "HGNC", ""),
        ("None", "HGNC", ""),
        ("1.2345e+07", "SCTID", ""),
        ("SCTID:2.1E+08", "", ""),
        ("1945.0", "HP", "HP:0001945"),
        ("4979", "MONDO", "MONDO:0004979"),
        # what is right stays
        ("9796", "NCBIGene", "NCBIGene:9796"),
        ("100", "OMIM", "OMIM:100"),
        ("250.0", "ICD9", "ICD9:250.0"),
        ("ICD10CM:E10.0", "", "ICD10CM:E10.0"),
        ("DSM5:300.0", "", "DSM5:300.0"),
        ("EC:1.0", "", "EC:1.0"),
        ("ENSEMBL:ENSG00000139618.10", "", "ENSEMBL:ENSG00000139618.10"),
        ("MESH:D000100", "", "MESH:D000100"),
        ("PDB:1E10", "", "PDB:1E10"),
        ("KEGG:hsa+05200", "", "KEGG:hsa+05200"),
        ("NANS", "SYMBOL", "SYMBOL:NANS"),
    ],
)
def test_a_float_of_a_whole_number_is_one(text: str, prefix: str, expected: str) -> None:
    assert curie(text, prefix) == expected


def test_parquet_columns_of_floats(tmp_path: Path, read: Any) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    columns = {
        "subject": pa.array([9796.0, float("nan"), None, 1.0]),
        "predicate": ["associated_with"] * 4,
        "object": ["DOID:1", "DOID:2", "DOID:3", "DOID:4"],
        "strength": [1.0, 0.5, 0.25, None],
        "start": [5.0, None, None, 7.0],
    }
    pq.write_table(pa.table(columns), tmp_path / "e.parquet")
    found = read("edge_table", tmp_path / "e.parquet", options={"subject_prefix": "LAB"})
    assert [(edge.subject, edge.object, edge.strength) for edge in found.edges] == [
        ("LAB:9796", "DOID:1", 1.0),
        ("LAB:1", "DOID:4", 1.0),
    ]
    assert found.wrong == [("2", "bad_value"), ("3", "bad_value")]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [("float64", 2.0**53, []), ("float32", 2.0**24, []), ("float32", 2.0**24 - 1, ["LAB:16777215"])],
)
def test_a_float_that_skips_numbers_is_no_id(
    tmp_path: Path, read: Any, kind: str, value: float, expected: list[str]
) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    columns = {"subject": pa.array([value], getattr(pa, kind)()), "predicate": ["is_a"], "object": ["DOID:1"]}
    pq.write_table(pa.table(columns), tmp_path / "e.parquet")
    found = read("edge_table", tmp_path / "e.parquet", options={"subject_prefix": "LAB"})
    assert [edge.subject for edge in found.edges] == expected
    assert found.faults.total == (not expected)


def test_a_column_with_fractions_is_left_alone(tmp_path: Path, read: Any) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    columns = {"id": ["X:1", "X:2"], "name": [250.0, 250.5], "type": ["disease", "disease"]}
    pq.write_table(pa.table(columns), tmp_path / "n.parquet")
    names = [node.name for node in read("node_table", tmp_path / "n.parquet").nodes.values()]
    assert names == ["250.0", "250.5"]


@pytest.mark.parametrize("prefix", ["NCBIGene", ""])
def test_tables_of_text(tmp_path: Path, read: Any, prefix: str) -> None:
    head = "" if prefix else "NCBIGene:"
    (tmp_path / "n.csv").write_text(f"id,name,type\n{head}9796.0,PHYHIP,gene\n{head}nan,lost,gene\n")
    (tmp_path / "e.csv").write_text(f"subject,predicate,object\n{head}9796.0,associated_with,DOID:1\nnan,is_a,DOID:1\n")
    nodes = read("node_table", tmp_path / "n.csv", options={"prefix": prefix})
    edges = read("edge_table", tmp_path / "e.csv", options={"subject_prefix": prefix})
    assert list(nodes.nodes) == ["NCBIGene:9796"]
    assert nodes.wrong == edges.wrong == [("3", "bad_value")]
    assert [edge.subject for edge in edges.edges] == ["NCBIGene:9796"]


def test_primekg(tmp_path: Path, read: Any) -> None:
    header = "relation,display_relation,x_index,x_id,x_type,x_name,x_source,y_index,y_id,y_type,y_name,y_source\n"
    row = "{},x,{},{},gene/protein,A,NCBI,{},{},disease,asthma,MONDO\n"
    rows = row.format("disease_protein", "1.0", "9796.0", "2", "4979.0")
    rows += row.format("disease_protein", "1", "9796", "3.0", "nan")
    (tmp_path / "kg.csv").write_text(header + rows)
    found = read("primekg", tmp_path / "kg.csv")
    assert found.triples == {("MONDO:0004979", "associated_with", "NCBIGene:9796")}
    assert list(found.nodes) == ["NCBIGene:9796", "MONDO:0004979"]
    assert {reason for _, reason in found.wrong} == {"bad_value"}


def test_hetionet_kgx_and_networkx(tmp_path: Path, read: Any) -> None:
    import networkx as nx

    nodes = [{"kind": "Gene", "identifier": 9021.0, "name": "SOCS3"}, {"kind": "Gene", "identifier": None}]
    edges = [{"source_id": ["Gene", 9021.0], "target_id": ["Gene", 9021], "kind": "interacts"}]
    (tmp_path / "h.json").write_text(json.dumps({"nodes": nodes, "edges": edges}))
    found = read("hetionet", tmp_path / "h.json")
    assert list(found.nodes) == ["NCBIGene:9021"]
    assert found.triples == {("NCBIGene:9021", "interacts_with", "NCBIGene:9021")}
    (tmp_path / "k.tsv").write_text("id\tcategory\tname\nNCBIGene:9021.0\tbiolink:Gene\tSOCS3\n\tbiolink:Gene\tx\n")
    assert list(read("kgx", tmp_path / "k.tsv").nodes) == ["NCBIGene:9021"]
    graph: Any = nx.DiGraph()
    graph.add_node(9021.0, name="SOCS3", type="gene")
    graph.add_node(float("nan"), name="lost", type="gene")
    assert list(read("networkx", graph, options={"prefix": "NCBIGene"}).nodes) == ["NCBIGene:9021"]
