"""Local files of every format: the good rows come through, the bad ones are named with their line."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgpaths.errors import SourceError
from kgpaths.records import QAItem
from kgpaths.sources import SourceFault, open_source


def row(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"q{number}",
        "question": f"Question {number}, naïve?",
        "options": {"A": "Pneumonia", "B": "Gout"},
        "answer": "Gout",
        "answer_idx": "B",
    } | changes


def read(path: Path, name: str = "jsonl") -> tuple[list[QAItem], list[SourceFault]]:
    found = list(open_source(f"{name}:{path}"))
    return [x for x in found if isinstance(x, QAItem)], [x for x in found if isinstance(x, SourceFault)]


def as_jsonl(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in rows).encode()


def as_csv(rows: list[dict[str, Any]], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows({**x, "options": json.dumps(x["options"])} for x in rows)
    return text.getvalue().encode()


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), buffer, row_group_size=2)
    return buffer.getvalue()


FORMATS: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {
    "q.jsonl": as_jsonl,
    "q.ndjson": as_jsonl,
    "q": as_jsonl,
    "bom.jsonl": lambda rows: b"\xef\xbb\xbf" + as_jsonl(rows),
    "crlf.jsonl": lambda rows: as_jsonl(rows).replace(b"\n", b"\r\n"),
    "lines.json": as_jsonl,
    "array.json": lambda rows: json.dumps(rows, indent=1).encode(),
    "flat.json": lambda rows: json.dumps(rows).encode(),
    "keyed.json": lambda rows: json.dumps({x["id"]: x for x in rows}, indent=2).encode(),
    "keyed-flat.json": lambda rows: json.dumps({x["id"]: x for x in rows}).encode(),
    "q.csv": as_csv,
    "q.tsv": lambda rows: as_csv(rows, "\t"),
    "q.parquet": as_parquet,
    "q.jsonl.gz": lambda rows: gzip.compress(as_jsonl(rows)),
    "q.csv.gz": lambda rows: gzip.compress(as_csv(rows)),
    "array.json.gz": lambda rows: gzip.compress(json.dumps(rows).encode()),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_questions(name: str, tmp_path: Path) -> None:
    rows = [row(n, question=f"Line one of {n}\nline two, “quoted”; U+2028 \u2028 inside?") for n in range(5)]
    (tmp_path / name).write_bytes(FORMATS[name](rows))
    items, faults = read(tmp_path / name)
    assert not faults
    assert [item.id for item in items] == [x["id"] for x in rows]
    assert [item.question for item in items] == [x["question"] for x in rows]
    assert {(item.answer_key, item.answer, item.split) for item in items} == {("B", "Gout", "train")}


def test_the_large_array_is_read_in_pieces(tmp_path: Path) -> None:
    rows = [row(n, question="x" * 40_000) for n in range(60)]
    (tmp_path / "q.json").write_text(json.dumps(rows), encoding="utf-8")
    items, faults = read(tmp_path / "q.json")
    assert (len(items), faults) == (60, [])


def test_malformed_lines_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    lines = [
        json.dumps(row(0)).encode(),
        b'{"id": "q1", "question": ',
        b"",
        b'["a list"]',
        b'{"question": "caf\xe9?"}',
        b"[" * 100_000,
        b'{"id": "s", "question": "\\ud800?", "answer": "x"}',
        json.dumps(row(7)).encode(),
    ]
    (tmp_path / "q.jsonl").write_bytes(b"\n".join(lines))
    items, faults = read(tmp_path / "q.jsonl")
    assert [item.id for item in items] == ["q0", "q7"]
    assert [fault.where for fault in faults] == [f"q.jsonl:{n}" for n in (2, 4, 5, 6, 7)]
    assert {fault.reason for fault in faults} == {"malformed_input"}
    assert faults[0].message.startswith("not JSON: Expecting value at column ")
    assert faults[1].message == "not a JSON object but list"
    assert faults[2].message == "not UTF-8: byte 0xe9 at column 18"
    assert "lone surrogate" in faults[4].message
    for fault in faults:
        f"{fault}".encode()  # can be printed and stored


def test_a_line_without_end_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgpaths.files.text.LONGEST_ROW", 1000)
    monkeypatch.setattr("kgpaths.files.text._SKIPPED_AT_ONCE", 100)
    (tmp_path / "q.jsonl").write_bytes(b"x" * 5000 + b"\n" + as_jsonl([row(1)]) + b"y" * 3000)
    items, faults = read(tmp_path / "q.jsonl")
    assert [item.id for item in items] == ["q1"]
    assert [(fault.where, fault.message) for fault in faults] == [
        ("q.jsonl:1", "the line is longer than 1000 bytes"),
        ("q.jsonl:3", "the line is longer than 1000 bytes"),
    ]


def test_a_long_question_passes(tmp_path: Path) -> None:
    for name in ("q.jsonl", "q.csv", "q.json", "q.parquet"):
        make = FORMATS.get(name, lambda rows: json.dumps(rows).encode())
        (tmp_path / name).write_bytes(make([row(0, question="fever " * 50_000)]))
        items, faults = read(tmp_path / name)
        assert not faults
        assert len(items[0].question) == 300_000


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.9])
def test_a_gzip_file_cut_short(tmp_path: Path, keep: float) -> None:
    noise = random.Random(1)
    rows = [row(n, explanation="".join(noise.choices("abcdefgh", k=2000))) for n in range(200)]
    whole = gzip.compress(as_jsonl(rows))
    (tmp_path / "q.jsonl.gz").write_bytes(whole[: int(len(whole) * keep)])
    items, faults = read(tmp_path / "q.jsonl.gz")
    assert len(items) > 200 * keep - 60
    assert [item.id for item in items] == [f"q{n}" for n in range(len(items))]
    assert len(faults) == 1
    assert faults[0].where == f"q.jsonl.gz:{len(items) + 1}"
    assert "damaged or cut short" in faults[0].message


@pytest.mark.parametrize("name", ["q.json.gz", "q.csv.gz"])
def test_other_gzip_files_cut_short(tmp_path: Path, name: str) -> None:
    noise = random.Random(1)
    rows = [row(n, explanation="".join(noise.choices("abcdefgh", k=2000))) for n in range(200)]
    whole = gzip.compress(as_csv(rows) if "csv" in name else json.dumps(rows).encode())
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    items, faults = read(tmp_path / name)
    assert len(items) > 40
    assert ["damaged or cut short" in fault.message for fault in faults] == [True]


def test_binary_files(tmp_path: Path) -> None:
    noise = random.Random(2)
    (tmp_path / "q.jsonl").write_bytes(noise.randbytes(20_000))
    items, faults = read(tmp_path / "q.jsonl")
    assert not items
    assert faults
    (tmp_path / "q.jsonl.gz").write_bytes(noise.randbytes(2000))
    items, faults = read(tmp_path / "q.jsonl.gz")
    assert (items, len(faults)) == ([], 1)
    (tmp_path / "q.parquet").write_bytes(noise.randbytes(2000))
    with pytest.raises(SourceError, match="not a Parquet file"):
        read(tmp_path / "q.parquet")


def test_a_json_array_that_breaks(tmp_path: Path) -> None:
    good = json.dumps([row(0), row(1)], indent=1)
    (tmp_path / "q.json").write_text(good[:-1] + ", 7, {broken", encoding="utf-8")
    items, faults = read(tmp_path / "q.json")
    assert [item.id for item in items] == ["q0", "q1"]
    assert [fault.message.partition(";")[0] for fault in faults] == [
        "not a JSON object but int",
        "not JSON: Expecting property name enclosed in double quotes",
    ]
    (tmp_path / "q.json").write_text(good[:-2], encoding="utf-8")
    items, faults = read(tmp_path / "q.json")
    assert (len(items), faults[-1].message) == (2, "the file ends before its last bracket")


def test_damaged_csv_rows(tmp_path: Path) -> None:
    text = as_csv([row(n) for n in range(3)]).splitlines(keepends=True)
    (tmp_path / "q.csv").write_bytes(b"".join([*text[:2], b"one,two\r\n", b"q9,caf\xe9?,,x,\r\n", b"\r\n", *text[2:]]))
    items, faults = read(tmp_path / "q.csv")
    assert [item.id for item in items] == ["q0", "q1", "q2"]
    assert [(fault.where, fault.message.partition(":")[0]) for fault in faults] == [
        ("q.csv:3", "2 cells under 5 column names"),
        ("q.csv:4", "not UTF-8"),
    ]


def test_a_table_without_questions(tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text("name,value\na,b\n")
    with pytest.raises(SourceError, match=r"no column 'question'; its columns: name, value"):
        read(tmp_path / "q.csv")


@pytest.mark.parametrize("name", ["missing.jsonl", "folder"])
def test_what_is_no_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(SourceError, match=name):
        read(tmp_path / name)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"[]"])
def test_an_empty_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "q.json").write_bytes(content)
    with pytest.raises(SourceError, match="holds no rows"):
        read(tmp_path / "q.json")


@pytest.mark.parametrize("name", ["x" * 5000, "nul\0.jsonl"])
def test_names_that_no_file_can_have(name: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        read(tmp_path / name)


TWICE = '{"id": "k", "question": "Why?", "options": {"A": "Gout", "A": "Flu", "B": "Stroke"}, "answer_idx": "A"}'
TWICE_INSIDE = (
    '{"id": "k", "question": "Why?", "answer": "Flu", "options": [{"key": "A", "text": "Gout", "text": "Flu"}]}'
)
TWICE_OUTSIDE = '{"id": "k", "question": "Why?", "answer": "Gout", "answer": "Flu"}'


@pytest.mark.parametrize("twice", [TWICE, TWICE_INSIDE, TWICE_OUTSIDE])
@pytest.mark.parametrize("form", ["lines", "lines.json", "array", "keyed", "indented"])
def test_a_key_that_stands_twice_in_an_object_loses_its_row_only(twice: str, form: str, tmp_path: Path) -> None:
    good = json.dumps(row(1)), json.dumps(row(2))
    rows = [good[0], twice, good[1]]
    path = tmp_path / ("q.jsonl" if form == "lines" else "q.json")
    path.write_text(
        {
            "lines": "\n".join(rows),
            "lines.json": "\n".join(rows[1:]),
            "array": f"[{', '.join(rows)}]",
            "keyed": "{" + ", ".join(f'"q{n}": {one}' for n, one in enumerate(rows)) + "}",
            "indented": "[\n " + ",\n ".join(one.replace(', "', ',\n  "') for one in rows) + "\n]",
        }[form],
        encoding="utf-8",
    )
    items, faults = read(path)
    assert [item.id for item in items] == (["q2"] if form == "lines.json" else ["q1", "q2"])
    assert [(fault.reason, "stands twice in one object" in fault.message) for fault in faults] == [
        ("malformed_input", True)
    ]


def test_an_object_with_a_key_twice_may_be_longer_than_a_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kgpaths.files.json_rows._BLOCK", 50)
    (tmp_path / "q.json").write_text(f"[{TWICE}, {json.dumps(row(1))}]", encoding="utf-8")
    items, faults = read(tmp_path / "q.json")
    assert ([item.id for item in items], len(faults)) == (["q1"], 1)


def test_options_in_a_cell_with_a_key_twice(tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text(
        'id,question,options,answer_idx\nq,Why?,"{""A"": ""Gout"", ""A"": ""Flu""}",A\n', encoding="utf-8"
    )
    items, faults = read(tmp_path / "q.csv")
    assert not items
    assert "key 'A' stands twice" in faults[0].message


def test_a_table_with_two_columns_of_one_name(tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text("question,answer,answer\nWhy?,Gout,Flu\n", encoding="utf-8")
    with pytest.raises(SourceError, match="more than one column 'answer'"):
        read(tmp_path / "q.csv")
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_arrays(
        [pa.array(["Why?"]), pa.array(["Gout"]), pa.array(["Flu"])], ["question", *["answer"] * 2]
    )
    pq.write_table(table, tmp_path / "q.parquet")
    with pytest.raises(SourceError, match="more than one column 'answer'"):
        read(tmp_path / "q.parquet")
