"""Tab-separated text as spreadsheets and pandas write it, and as everyone else does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kgpaths.graph.tables import NodeName

HEADER = "id\tname\ttype\tsynonyms\n"


def names(path: Path, read: Any, *rows: str, header: str = HEADER) -> dict[str, str]:
    (path / "n.tsv").write_bytes((header + "".join(rows)).encode())
    return {node.id: node.name for node in read("node_table", path / "n.tsv").nodes.values()}


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ('"Diabetes, type 2"', "Diabetes, type 2"),
        ('"5"" scar of skin"', '5" scar of skin'),
        ('"""Bombay"" phenotype"', '"Bombay" phenotype'),
        ('"tab\there"', "tab here"),
        ('"two\nlines"', "two lines"),
        ('"two\r\nlines, ""quoted"""', 'two lines, "quoted"'),
        # what is no quoting stays as it stands
        ('5" scar', '5" scar'),
        ('"Bombay" phenotype', '"Bombay" phenotype'),
        ('"Bombay" and "Para-Bombay"', '"Bombay" and "Para-Bombay"'),
        ('scar of 5"', 'scar of 5"'),
        ('"never closed', '"never closed'),
        ("5' nucleotidase", "5' nucleotidase"),
    ],
)
def test_a_cell_is_quoted_only_where_it_is_quoted_whole(tmp_path: Path, read: Any, cell: str, name: str) -> None:
    rows = [f"DOID:1\t{cell}\tdisease\t\n", "DOID:2\tplain\tdisease\t\n"]
    assert names(tmp_path, read, *rows) == {"DOID:1": name, "DOID:2": "plain"}


def test_headers_ids_and_lists_lose_their_quotes_too(tmp_path: Path, read: Any) -> None:
    header = '"id"\t"name"\t"type"\t"synonyms"\r\n'
    (tmp_path / "n.tsv").write_text(header + '"DOID:1"\t"a, b"\t"disease"\t"c, d|""e"""\r\n', newline="")
    (node,) = read("node_table", tmp_path / "n.tsv").nodes.values()
    assert (node.id, node.name, node.type) == ("DOID:1", "a, b", "disease")
    assert node.names == (NodeName("c, d", "exact"), NodeName('"e"', "exact"))


def test_a_quote_that_is_never_closed_swallows_no_row(tmp_path: Path, read: Any) -> None:
    rows = ['DOID:1\tone\tdisease\t"open\n', 'DOID:2\ttwo\tdisease\tshut"\n', 'DOID:3\t"\tdisease\t\n']
    assert names(tmp_path, read, *rows) == {"DOID:1": "one", "DOID:2": "two", "DOID:3": '"'}


def test_line_numbers_stay_right_beside_quotes(tmp_path: Path, read: Any) -> None:
    (tmp_path / "n.tsv").write_text(
        HEADER + 'DOID:1\t"two\nlines"\tdisease\t\nDOID:2\tshort\nDOID:3\tx\tgizmo\t"open\n'
    )
    assert read("node_table", tmp_path / "n.tsv").wrong == [("4", "wrong_column_count")]


def test_every_tab_separated_format_reads_them(tmp_path: Path, read: Any) -> None:
    (tmp_path / "n.tsv").write_text('id\tcategory\tname\nMONDO:1\tbiolink:Disease\t"Alpha, type ""2"""\n')
    assert read("kgx", tmp_path / "n.tsv").nodes["MONDO:1"].name == 'Alpha, type "2"'
    (tmp_path / "n.tsv").write_text('id\tname\tkind\nGene::1\t"A, B"\tGene\n')
    assert read("hetionet", tmp_path / "n.tsv").nodes["NCBIGene:1"].name == "A, B"
