"""What the spans of accepted questions mean: a reader's verdicts on `tests/data/linking/row_links_read.tsv`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.tables import NodeName, NodeRecord
from kgpaths.linking import EntityLinker
from kgpaths.records import Option, QAItem

_FILE = Path(__file__).parents[1] / "data" / "linking" / "row_links_read.tsv"
_ROWS = list(csv.DictReader(_FILE.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def linked() -> list[bool]:
    """Whether each row's span is still linked to its node, in a graph of the nodes that were read."""
    nodes: dict[str, tuple[str, str, set[NodeName]]] = {}
    for row in _ROWS:
        names = nodes.setdefault(row["node_id"], (row["name"], row["type"], set()))[2]
        names |= {NodeName(*name.rsplit("|", 1)) for name in row["names"].split(" ; ") if name}
    records = (
        NodeRecord(node, name, kind, "t", names=tuple(sorted(names))) for node, (name, kind, names) in nodes.items()
    )
    linker = EntityLinker(KnowledgeGraph.from_records(records, []))
    found = linker.link_items(map(_item, _ROWS))
    return [
        any(m.node_id == row["node_id"] and m.text == row["span"] for m in mentions)
        for row, mentions in zip(_ROWS, found, strict=True)
    ]


def _item(row: Mapping[str, str]) -> QAItem:
    """Return the row's question, with the string that was linked as its only option."""
    option = "nothing of it" if row["role"] == "question" else row["string"]
    return QAItem(
        id=row["item"], dataset="t", split="train", question=row["context"], answer=option, answer_key="A",
        options=(Option(key="A", text=option),), licence="CC-BY-4.0",
    )  # fmt: skip


def test_what_was_mended_stays_mended(linked: list[bool]) -> None:
    wrong = [row["span"] for row, is_linked in zip(_ROWS, linked, strict=True) if row["mended"] == "yes" and is_linked]
    assert not wrong


def test_what_is_right_stays_linked(linked: list[bool]) -> None:
    lost = [row["span"] for row, is_linked in zip(_ROWS, linked, strict=True) if row["right"] == "y" and not is_linked]
    assert len(lost) <= 2, lost
    assert sum(row["right"] == "y" for row in _ROWS) >= 150
