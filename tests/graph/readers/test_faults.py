"""What is wrong with a file is said with file and line; what is right in it is still read."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from kgpaths.errors import GraphError
from kgpaths.files import Fault
from kgpaths.graph.readers import FaultReason, Settings, open_reader

EDGES = "subject\tpredicate\tobject\nDOID:1\tis_a\tDOID:2\nDOID:2\tis_a\tDOID:3\n"
KG = "relation,display_relation,x_index,x_id,x_type,x_name,x_source,y_index,y_id,y_type,y_name,y_source\n"
PPI = "protein_protein,ppi,{},{},gene/protein,{},NCBI,{},{},gene/protein,{},NCBI\n"


def line_reader_files(graphs: Path) -> list[tuple[str, bytes]]:
    """One whole file for each format of text."""
    kgx = "id\tcategory\tname\nMONDO:1\tbiolink:Disease\tone\n"
    hpoa = (
        "database_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\taspect\n"
    )
    tree = {"diagnostic": {"Heart Failure": []}, "knowledge": {"Heart Failure": "dyspnea"}}
    return [
        ("primekg", (KG + PPI.format(1, 10, "A", 2, 20, "B") * 1).encode()),
        ("hetionet", (graphs / "hetionet" / "nodes.tsv").read_bytes()),
        ("obo", (graphs / "symp.obo").read_bytes()),
        ("obograph", (graphs / "doid.json").read_bytes()),
        ("hpoa", hpoa.encode() + b"OMIM:1\tone\t\tHP:1\tX\tTAS\t\t\t\t\tP\n"),
        ("drugmechdb", (graphs / "drugmechdb.jsonl").read_bytes()),
        ("diagnostic_tree", json.dumps(tree).encode()),
        ("kgx", kgx.encode()),
        ("node_table", b"id\tname\ttype\nDOID:1\tone\tdisease\n"),
    ]


SUFFIX = {"primekg": ".csv", "obo": ".obo", "obograph": ".json", "drugmechdb": ".jsonl", "diagnostic_tree": ".json"}
TEXT_FORMATS = ["primekg", "hetionet", "obo", "obograph", "hpoa", "drugmechdb", "diagnostic_tree", "kgx", "node_table"]


@pytest.mark.parametrize("format", TEXT_FORMATS)
def test_whole_missing_empty_and_truncated_files(tmp_path: Path, graphs: Path, format: str) -> None:
    content = dict(line_reader_files(graphs))[format]
    packed = gzip.compress(content, mtime=0)
    file = tmp_path / f"data{SUFFIX.get(format, '.tsv')}.gz"
    file.write_bytes(packed)
    assert list(open_reader(format, file).nodes()), "the whole file can be read"
    file.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(GraphError, match=r"data\.\w+\.gz:\d+.*ends or breaks here.*download it again"):
        list(open_reader(format, file).nodes())
    file.write_bytes(b"")
    with pytest.raises(GraphError, match="is empty"):
        list(open_reader(format, file).nodes())
    file.write_bytes(gzip.compress(b""))
    with pytest.raises(GraphError, match=r"is empty|no header|no OBO|not JSON|no path|no list"):
        list(open_reader(format, file).nodes())
    with pytest.raises(GraphError, match="does not exist"):
        list(open_reader(format, tmp_path / "nowhere.tsv").nodes())


@pytest.mark.parametrize("format", TEXT_FORMATS)
def test_a_file_of_another_format_is_refused(tmp_path: Path, format: str) -> None:
    """A wrong header never ends as an empty graph."""
    file = tmp_path / f"data{SUFFIX.get(format, '.tsv')}"
    file.write_text('{"some": "thing"}\n' if "json" in file.suffix else "color\tweight\nred\t3\n")
    with pytest.raises(GraphError, match=r"has no column|is no |no list|no path|expected"):
        list(open_reader(format, file).nodes())


def test_a_missing_column_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "e.tsv").write_text("subject\tpredicat\tobject\na\tb\tc\n")
    with pytest.raises(GraphError, match=r"e\.tsv has no column 'predicate'; did you mean 'predicat'"):
        list(open_reader("edge_table", tmp_path / "e.tsv").edges())


@pytest.mark.parametrize("suffix", [".parquet", ".tsv.parquet"])
def test_torn_parquet_is_refused(tmp_path: Path, suffix: str) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    file = tmp_path / f"edges{suffix}"
    pq.write_table(pa.table({"subject": ["a"], "predicate": ["is_a"], "object": ["b"]}), file)
    assert len(list(open_reader("edge_table", file).edges())) == 1
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(GraphError, match="is no Parquet file, or is not whole"):
        list(open_reader("edge_table", file).edges())
    with pytest.raises(GraphError, match="does not exist"):
        list(open_reader("edge_table", tmp_path / "nowhere.parquet").edges())


def test_bad_rows_are_left_out_and_the_others_are_read(tmp_path: Path, read: Any) -> None:
    file = tmp_path / "edges.tsv"
    rows = [
        b"DOID:1\tis_a\tDOID:2",  # line 2
        b"DOID:1\tis_a",  # 3: too few columns
        b"DOID:1\tis_a\tDOID:3\tmore",  # 4: too many
        b"DOID:1\tcures everything\tDOID:3",  # 5: unknown predicate
        b"DOID:1\tis_a\tDOID:\xff",  # 6: Latin-1
        b"\tis_a\tDOID:3",  # 7: no subject
        "DOID:1\tis_a\tDOID:é".encode(),  # 8: good
    ]
    file.write_bytes(b"subject\tpredicate\tobject\n" + b"\n".join(rows) + b"\n")
    found = read("edge_table", file)
    assert [edge.object for edge in found.edges] == ["DOID:2", "DOID:é"]
    assert sorted(found.wrong) == [
        ("3", "wrong_column_count"),
        ("4", "wrong_column_count"),
        ("5", "unknown_predicate"),
        ("6", "not_utf8"),
        ("7", "bad_value"),
    ]
    assert found.faults.counts["wrong_column_count"] == 2
    assert all(fault.where.startswith(str(file)) for fault in found.faults)


def test_strict_fails_on_the_first(tmp_path: Path) -> None:
    file = tmp_path / "edges.tsv"
    file.write_text(EDGES + "DOID:1\tis_a\nDOID:1\tcures\tDOID:2\n")
    reader = open_reader("edge_table", file, strict=True)
    seen = []
    with pytest.raises(GraphError, match=r"edges\.tsv:4: 2 cells under 3 column names"):
        seen.extend(reader.edges())
    assert not reader.faults.total


def test_every_fault_reaches_the_listener_and_memory_keeps_a_few(tmp_path: Path) -> None:
    file = tmp_path / "edges.tsv"
    file.write_text(EDGES + "DOID:1\tcures\tDOID:2\n" * 1000)
    heard: list[Fault[FaultReason]] = []
    reader = open_reader("edge_table", file, listener=heard.append)
    assert len(list(reader.edges())) == 2
    assert len(heard) == reader.faults.total == 1000
    assert len(list(reader.faults)) == 5
    assert str(heard[0]).startswith(f"{file}:4: unknown predicate 'cures'")


def test_predicates_can_be_mapped_turned_round_or_left_out(tmp_path: Path, read: Any) -> None:
    file = tmp_path / "edges.tsv"
    file.write_text("subject\tpredicate\tobject\nX:1\tcures\tX:2\nX:1\tseen in\tX:2\nX:1\tjunk\tX:2\n")
    found = read("edge_table", file, predicates={"cures": "treats", "seen in": "^has_symptom", "junk": None})
    assert found.triples == {("X:1", "treats", "X:2"), ("X:2", "has_symptom", "X:1")}
    assert not found.faults.total
    assert found.faults.skipped == {"predicate 'junk', left out by the specification": 1}


def test_types_can_be_mapped_or_left_out(tmp_path: Path, read: Any) -> None:
    file = tmp_path / "nodes.tsv"
    file.write_text("id\tname\ttype\nX:1\tone\tgizmo\nX:2\ttwo\twidget\nX:3\tthree\tother\nX:4\t\tdisease\n")
    found = read("node_table", file, types={"gizmo": "device", "widget": None})
    assert {node.id: (node.name, node.type) for node in found.nodes.values()} == {
        "X:1": ("one", "device"),
        "X:4": ("X:4", "disease"),
    }
    assert found.wrong == [("4", "unknown_type")]


@pytest.mark.parametrize(
    ("format", "content", "line"),
    [
        ("node_table", "id\tname\ttype\nD:1\tone\tdisease\nD:1\tOne\tdisease\nD:1\ttwo\tdisease\n", "4"),
        ("hetionet", "id\tname\tkind\nGene::1\tA\tGene\nGene::1\tB\tGene\n", "3"),
        ("primekg", KG + PPI.format(1, 10, "A", 2, 20, "B") + PPI.format(1, 10, "Z", 3, 30, "C"), "3"),
        ("kgx", "id\tcategory\tname\nHP:1\tbiolink:PhenotypicFeature\ta\nHP:1\tbiolink:PhenotypicFeature\tb\n", "3"),
        ("obo", "format-version: 1.2\n\n[Term]\nid: HP:1\nname: a\n\n[Term]\nid: HP:1\nname: b\n", "7"),
    ],
)
def test_an_id_with_another_name_is_a_fault_and_the_first_stays(
    tmp_path: Path, read: Any, format: str, content: str, line: str
) -> None:
    file = tmp_path / f"data{SUFFIX.get(format, '.tsv')}"
    file.write_text(content)
    found = read(format, file)
    assert found.wrong == [(line, "duplicate_id")]
    assert next(iter(found.nodes.values())).name in ("one", "A", "a")


def test_faults_of_form_count_once_though_nodes_and_edges_are_two_readings(tmp_path: Path, read: Any) -> None:
    file = tmp_path / "kg.csv"
    file.write_bytes((KG + PPI.format(1, 10, "A", 2, 20, "B")).encode() + b"protein_protein,ppi\n\xff\n")
    assert sorted(read("primekg", file).wrong) == [("3", "wrong_column_count"), ("4", "not_utf8")]
    paths = tmp_path / "paths.jsonl"
    paths.write_text('{"nodes": [], "links": []}\n{"nodes": 3}\n{"nodes"\n')
    assert [line for line, _ in read("drugmechdb", paths).wrong] == ["2", "3"]


def test_a_line_that_is_no_obo_is_left_out(tmp_path: Path, read: Any) -> None:
    file = tmp_path / "x.obo"
    good = "[Term]\nid: HP:{0}\nname: {0}\n\n"
    bad = "[Term]\nid: HP:2\nname: two\nsynonym: unquoted EXACT []\n\n"
    file.write_text("format-version: 1.2\n\n" + good.format(1) + bad + good.format(3))
    found = read("obo", file)
    assert list(found.nodes) == ["HP:1", "HP:2", "HP:3"]
    assert found.nodes["HP:2"].names == ()
    assert found.wrong == [("10", "bad_value")]


def test_elements_of_another_shape_are_left_out(tmp_path: Path, read: Any) -> None:
    file = tmp_path / "graph.json"
    nodes = [{"kind": "Gene", "identifier": 1, "name": "A"}, "Gene", {"kind": "Gene", "name": "no id"}]
    edges = [{"source_id": ["Gene", 1], "target_id": ["Gene", 1], "kind": "interacts"}, {"kind": "interacts"}, 7]
    file.write_text(json.dumps({"nodes": nodes, "edges": edges}, indent=0))
    found = read("hetionet", file)
    assert (len(found.nodes), len(found.edges)) == (1, 1)
    assert found.faults.counts == {"bad_value": 4}


def test_a_quote_that_never_ends_is_a_fault(tmp_path: Path, read: Any) -> None:
    file = tmp_path / "edges.csv"
    file.write_text('subject,predicate,object\nD:1,is_a,D:2\nD:1,is_a,"D:3\n' + "D:4,is_a,D:5\n" * 20_000)
    found = read("edge_table", file)
    assert found.faults.total >= 1, "what the quote swallowed is not silently lost"
    assert ("D:1", "is_a", "D:2") in found.triples


def test_hpoa_reports_values_it_does_not_know(tmp_path: Path, read: Any) -> None:
    columns = "database_id disease_name qualifier hpo_id reference evidence onset frequency sex modifier aspect"
    rows = [
        "OMIM:1 one - HP:1 X TAS - often - - P",
        "OMIM:1 one - HP:1 X TAS - - - - Q",
        "OMIM:1 one ? HP:1 X TAS - - - - P",
    ]
    text = "\n".join([columns, *rows]).replace(" ", "\t").replace("-", "") + "\n"
    (tmp_path / "phenotype.hpoa").write_text(text)
    found = read("hpoa", tmp_path / "phenotype.hpoa")
    assert found.wrong == [("2", "bad_value"), ("3", "bad_value"), ("4", "bad_value")]
    assert not found.edges


def test_settings_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    from kgpaths.errors import ConfigError

    (tmp_path / "n.tsv").write_text("id\tname\ttype\nX:1\tone\tgizmo\n")
    reader = open_reader("node_table", tmp_path / "n.tsv", settings=Settings(types={"gizmo": "devise"}))
    with pytest.raises(ConfigError, match="did you mean 'device'"):
        list(reader.nodes())
