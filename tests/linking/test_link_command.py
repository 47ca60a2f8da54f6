"""`kgpaths link`: texts, files and stdin to JSON lines."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from kgpaths.cli import main
from kgpaths.graph import build_snapshot
from kgpaths.graph.tables import EdgeRecord, NodeRecord


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("command") / "graph"
    nodes = [NodeRecord("HP:1", "Pain", "phenotype", "t"), NodeRecord("HP:2", "Chest pain", "phenotype", "t"),
             NodeRecord("HP:3", "Fever", "phenotype", "t")]  # fmt: skip
    build_snapshot(nodes, [EdgeRecord("HP:2", "is_a", "HP:1", "t", "1", "CC0-1.0")], path, name="t")
    return str(path)


def _run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str, stdin: str = ""
) -> tuple[int, list[dict[str, object]], str]:
    monkeypatch.setattr(sys, "argv", ["kgpaths", "link", *arguments])
    monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
    with pytest.raises(SystemExit) as leaving:
        main()
    printed = capsys.readouterr()
    return int(leaving.value.code or 0), [json.loads(line) for line in printed.out.splitlines()], printed.err


def test_texts_files_and_stdin(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "texts.txt"
    file.write_text("Chest pain.\nNo fever.\n", encoding="utf-8")
    code, rows, _ = _run(monkeypatch, capsys, "-", "Fever", "-f", str(file), "--graph", folder, stdin="pain\n\nfever\n")
    assert code == 0
    assert [(r["text_number"], r["text"], r["node_id"]) for r in rows] == [
        (0, "pain", "HP:1"), (2, "fever", "HP:3"), (3, "Fever", "HP:3"), (4, "Chest pain", "HP:2"),
        (5, "fever", "HP:3"),
    ]  # fmt: skip
    assert rows[-1]["assertion"] == "absent"
    assert rows[-1]["name"] == "Fever"


def test_options_of_linking(folder: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def found(*options: str) -> list[object]:
        _, rows, _ = _run(monkeypatch, capsys, "Chest pain and fever", "--graph", folder, *options)
        return [row["node_id"] for row in rows]

    assert found() == ["HP:2", "HP:3"]
    assert found("--nested") == ["HP:2", "HP:1", "HP:3"]
    assert found("--root", "HP:1") == ["HP:2"]
    assert found("--min-score", "1.0") == []
    assert found("--string") == ["HP:2", "HP:3"]


def test_values_are_records_of_their_own(
    folder: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "A 45-year-old with a temperature of 39.2°C and pain."
    _, mentions, _ = _run(monkeypatch, capsys, text, "--graph", folder)
    assert [(row["tier"], "value" in row) for row in mentions] == [("value", True), ("label", False)]
    _, rows, _ = _run(monkeypatch, capsys, text, "pain", "--graph", folder, "--values")
    assert [(row["text_number"], row.get("kind"), row.get("what"), row["text"]) for row in rows] == [
        (0, None, None, "temperature of 39.2°C"), (0, None, None, "pain"), (0, "age", "age", "45-year-old"),
        (0, "vital_sign", "temperature", "temperature of 39.2°C"), (1, None, None, "pain"),
    ]  # fmt: skip
    assert rows[3]["node_id"] == rows[0]["node_id"] == "HP:3"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff\xfe\x00pain", "is not UTF-8 text"), (b"pain\nfe\0ver\n", "line 2: binary data"), (None, "cannot be read")],
)
def test_a_wrong_file_is_told_in_one_line(
    content: bytes | None, said: str, folder: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = tmp_path / "file"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    code, _, error = _run(monkeypatch, capsys, "-f", str(file), "--graph", folder)
    assert code == 2
    assert said in error
    assert str(file) in "".join(error.split("\n"))
    assert "Traceback" not in error


def test_an_empty_stdin_is_told(
    folder: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, rows, error = _run(monkeypatch, capsys, "--graph", folder)
    assert (code, rows) == (2, [])
    assert "stdin is empty" in error


def test_a_file_that_cannot_be_read_is_named(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, rows, error = _run(monkeypatch, capsys, "-f", str(tmp_path / "none.txt"), "--graph", folder)
    assert (code, rows) == (2, [])
    assert "none.txt cannot be read" in error
