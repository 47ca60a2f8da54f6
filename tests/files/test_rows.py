"""Every format, whole and damaged, through the one reader of rows; and where sources, texts and graphs meet it."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgpaths.errors import FileError, GraphError, SourceError
from kgpaths.extraction import ReferenceText, read_texts
from kgpaths.files import Fault, Row, Rows
from kgpaths.graph.readers import open_reader
from kgpaths.sources import SourceFault, open_source

ROWS = [{"id": str(number), "name": f"naïve “{number}”, a\tb\nc"} for number in range(5)]
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


def _table(delimiter: str) -> bytes:
    lines = [f'{row["id"]}{delimiter}"{row["name"]}"' for row in ROWS]
    return "\r\n".join([f"id{delimiter}name", *lines]).encode()


FORMATS = {
    ".jsonl": "\n".join(map(json.dumps, ROWS)).encode(),
    "": "\r\n".join(map(json.dumps, ROWS)).encode(),
    ".json": json.dumps(ROWS, indent=1).encode(),
    ".csv": _table(","),
    ".tsv": _table("\t"),
}


def read(path: Path) -> tuple[list[Any], list[Fault[Any]]]:
    found = list(Rows(path))
    return [x.fields for x in found if isinstance(x, Row)], [x for x in found if isinstance(x, Fault)]


@pytest.mark.parametrize("packing", PACKED)
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_every_format_packed_or_not_gives_the_same_rows(tmp_path: Path, format: str, packing: str, mark: bytes) -> None:
    path = tmp_path / f"rows{format}{packing}"
    path.write_bytes(PACKED[packing](mark + FORMATS[format]))
    assert read(path) == (ROWS, [])


def test_parquet_gives_the_same_rows(tmp_path: Path) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "rows.parquet")
    assert read(tmp_path / "rows.parquet") == (ROWS, [])


def test_what_was_unpacked_and_kept_its_name_is_read(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl.gz").write_bytes(FORMATS[".jsonl"])
    assert read(tmp_path / "rows.jsonl.gz") == (ROWS, [])


@pytest.mark.parametrize("packing", [".gz", ".bz2", ".xz"])
@pytest.mark.parametrize("format", [".jsonl", ".json", ".csv", ".tsv"])
def test_a_stream_cut_short_gives_its_rows_and_one_fault(tmp_path: Path, format: str, packing: str) -> None:
    noise = random.Random(1)
    rows = [{"id": str(n), "name": "".join(noise.choices("abcdefgh", k=1000))} for n in range(2000)]
    table = "\n".join(f"{row['id']}{',' if format == '.csv' else chr(9)}{row['name']}" for row in rows)
    head = "id,name\n" if format == ".csv" else "id\tname\n"
    text = {".jsonl": "\n".join(map(json.dumps, rows)), ".json": json.dumps(rows)}.get(format, head + table)
    whole = PACKED[packing](text.encode())
    path = tmp_path / f"rows{format}{packing}"
    path.write_bytes(whole[: len(whole) * 3 // 4])
    good, faults = read(path)
    assert good == rows[: len(good)]
    assert len(good) > (300 if packing == ".bz2" else 1000)  # bzip2 has blocks of 900 KB
    assert [fault.reason for fault in faults] == ["damaged"]
    assert "damaged or cut short" in faults[0].message


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json", "rows.csv", "rows.jsonl.gz", "rows"])
def test_an_empty_file_has_no_rows(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    assert read(tmp_path / name) == ([], [])


@pytest.mark.parametrize("name", ["none.jsonl", "."])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileError, match=r"does not exist|is not a file"):
        Rows(tmp_path / name)


@pytest.mark.parametrize("format", [".jsonl", ".csv", ".tsv"])
def test_a_row_in_another_encoding_costs_no_other(tmp_path: Path, format: str) -> None:
    path = tmp_path / f"rows{format}"
    path.write_bytes(
        {
            ".jsonl": b'{"id": "1"}\n{"id": "caf\xe9"}\n{"id": "3"}\n',
            ".csv": b'id,name\n1,a\n2,"two\ncaf\xe9"\n3,c\n',
            ".tsv": b'id\tname\n1\ta\n2\t"two\ncaf\xe9"\n3\tc\n',
        }[format]
    )
    good, (fault,) = read(path)
    assert [row["id"] for row in good] == ["1", "3"]
    assert (fault.file, fault.line, fault.reason) == (path.name, 2 if format == ".jsonl" else 3, "not_utf8")
    assert fault.message.startswith("not UTF-8: byte 0xe9 at column ")


def test_a_line_without_end_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgpaths.files.text.LONGEST_ROW", 1000)
    monkeypatch.setattr("kgpaths.files.tables.LONGEST_ROW", 1000)
    monkeypatch.setattr("kgpaths.files.text._SKIPPED_AT_ONCE", 1 << 16)
    path = tmp_path / "rows.tsv"
    with path.open("wb") as file:
        file.write(b"id\tname\n1\t")
        for _ in range(200):
            file.write(b"x" * 100_000)
        file.write(b"\n2\tb\n")
    tracemalloc.start()
    good, faults = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (good, [fault.where for fault in faults]) == ([{"id": "2", "name": "b"}], ["rows.tsv:2"])
    assert peak < 5_000_000


@pytest.mark.parametrize("tail", ['2,"open\n3,c\n4,d\n', '2,"shut"later\n3,c\n4,d\n'])
def test_a_quote_in_the_wrong_place_costs_its_own_row(tmp_path: Path, tail: str) -> None:
    (tmp_path / "rows.csv").write_text("id,name\n1,a\n" + tail)
    good, (fault,) = read(tmp_path / "rows.csv")
    assert [row["id"] for row in good] == ["1", "3", "4"]
    assert (fault.where, fault.message.partition(":")[0]) == ("rows.csv:3", "not CSV")


def test_a_long_cell_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(f"subject,predicate,object,sentence\nD:1,is_a,D:2,{'x' * 300_000}\n")
    (edge,) = open_reader("edge_table", tmp_path / "e.csv").edges()
    assert len(edge.evidence[0].sentence) == 300_000


def test_a_comma_behind_the_last_row_is_no_harm_and_text_behind_the_array_is_told(tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_text('[{"id": 1}, {"id": 2},]\n[{"id": 3}]')
    good, (fault,) = read(tmp_path / "rows.json")
    assert good == [{"id": 1}, {"id": 2}]
    assert (fault.where, fault.message) == ("rows.json:2", "not JSON: text after the end of the value")


def test_a_key_given_twice_is_a_fault_in_graphs_and_texts_too(tmp_path: Path) -> None:
    node = '{"id": "MONDO:1", "category": "biolink:Disease", "name": "one", "name": "two"}'
    (tmp_path / "nodes.jsonl").write_text(node + "\n" + node.replace(', "name": "two"', "") + "\n")
    reader = open_reader("kgx", tmp_path / "nodes.jsonl")
    assert [found.name for found in reader.nodes()] == ["one"]
    assert [fault.message.partition(";")[0] for fault in reader.faults] == ["key 'name' stands twice in one object"]
    (tmp_path / "texts.jsonl").write_text('{"id": "a", "text": "Fever.", "text": "Cough."}\n')
    (fault,) = read_texts(tmp_path / "texts.jsonl")
    assert isinstance(fault, Fault)
    assert (fault.reason, "stands twice" in fault.message) == ("unreadable_row", True)


def test_a_graph_table_with_two_columns_of_a_name_that_is_asked_for_is_refused(tmp_path: Path) -> None:
    (tmp_path / "e.tsv").write_text("subject\tpredicate\tobject\tobject\nD:1\tis_a\tD:2\tD:3\n")
    with pytest.raises(GraphError, match="more than one column 'object'"):
        list(open_reader("edge_table", tmp_path / "e.tsv").edges())


def test_a_header_that_is_not_utf8_is_refused_and_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "e.tsv").write_bytes(b"subject\tpredicate\tobject\tcaf\xe9\na\tb\tc\td\n")
    with pytest.raises(GraphError, match=r"e\.tsv:1: the header cannot be read: not UTF-8"):
        list(open_reader("edge_table", tmp_path / "e.tsv").edges())


def test_sources_and_texts_read_what_graphs_read_packed(tmp_path: Path) -> None:
    question = json.dumps({"id": "q", "question": "Why?", "answer": "Gout"}).encode()
    (tmp_path / "q.jsonl.xz").write_bytes(lzma.compress(question))
    assert [item.id for item in open_source(f"jsonl:{tmp_path / 'q.jsonl.xz'}") if not isinstance(item, Fault)] == ["q"]
    (tmp_path / "t.jsonl.bz2").write_bytes(bz2.compress(b'\xef\xbb\xbf{"id": "a", "text": "Fever."}'))
    assert [text.id for text in read_texts(tmp_path / "t.jsonl.bz2") if isinstance(text, ReferenceText)] == ["a"]


def test_a_quoted_tsv_of_questions_is_read_as_graphs_read_it(tmp_path: Path) -> None:
    (tmp_path / "q.tsv").write_text('id\tquestion\tanswer\nq1\t5" scar?\tGout\nq2\t"Two\nlines?"\tGout\n')
    found = list(open_source(f"jsonl:{tmp_path / 'q.tsv'}"))
    assert not [one for one in found if isinstance(one, SourceFault)]
    assert [getattr(one, "question", "") for one in found] == ['5" scar?', "Two\nlines?"]


def test_a_parquet_file_without_questions_is_refused_like_a_table(tmp_path: Path) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table({"name": ["a"]}), tmp_path / "q.parquet")
    with pytest.raises(SourceError, match="no column 'question'"):
        list(open_source(f"jsonl:{tmp_path / 'q.parquet'}"))
