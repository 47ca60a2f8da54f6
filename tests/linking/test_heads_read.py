"""What stands for an option that is no name: a reader's verdicts on `tests/data/linking/heads_read.tsv`."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.tables import NodeName, NodeRecord
from kgpaths.linking import EntityLinker
from kgpaths.records import Option, QAItem

_FILE = Path(__file__).parents[1] / "data" / "linking" / "heads_read.tsv"


def test_what_is_linked_by_its_head_means_the_option() -> None:
    """The graph has the nodes that were read, under the names that the options call them by."""
    rows = list(csv.DictReader(_FILE.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    fields = ("node_id", "name", "type", "mention")
    nodes: dict[str, tuple[str, str, set[str]]] = {}
    for row in rows:
        for node, name, kind, said in zip(*(row[field].split(" ; ") for field in fields), strict=True):
            nodes.setdefault(node, (name, kind, set()))[2].add(said)
    records = (
        NodeRecord(node, name, kind, "t", names=tuple(NodeName(text, "exact") for text in sorted(said)))
        for node, (name, kind, said) in nodes.items()
    )
    linker = EntityLinker(KnowledgeGraph.from_records(records, []))
    items = [
        QAItem(
            id=str(number), dataset="t", split="train", question=row["question"], answer=row["option"],
            answer_key="A", options=(Option(key="A", text=row["option"]),), licence="CC0-1.0",
        )
        for number, row in enumerate(rows)
    ]  # fmt: skip
    verdicts: Counter[str] = Counter()
    for row, mentions in zip(rows, linker.link_items(items), strict=True):
        linked = {m.node_id for m in mentions if m.role == "answer" and m.tier == "partial"}
        if linked == set(row["node_id"].split(" ; ")):
            verdicts[row["verdict"]] += 1
    assert verdicts["right"] >= 110
    assert verdicts["right"] / verdicts.total() >= 0.95, verdicts
