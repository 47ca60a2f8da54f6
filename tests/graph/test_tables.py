"""The tables give back what was written, and their bytes depend on nothing else."""

from __future__ import annotations

import lzma
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgpaths.errors import GraphError
from kgpaths.graph import EdgeRecord, NodeName, NodeRecord
from kgpaths.graph.tables import SCOPES, by_id, joined, read_edges, read_nodes, write_tables
from kgpaths.records import Evidence


class Terms(NamedTuple):
    version: str
    licence: str


LEDGER = {"s": Terms("2025", "CC0-1.0")}

_texts = st.text(st.sampled_from("a|\\\t\n\r:pß "), min_size=1, max_size=6)
_ids = st.text(st.sampled_from("a|\\:p"), min_size=1, max_size=6)
_nodes = st.builds(
    lambda *values: NodeRecord(*values),
    _ids,
    _texts,
    st.just("disease"),
    st.just("s"),
    st.sets(_texts, max_size=3).map(sorted).map(tuple),
    st.sets(st.tuples(_texts, st.sampled_from(SCOPES)).map(lambda pair: NodeName(*pair)), max_size=3)
    .map(sorted)
    .map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_nodes, max_size=4, unique_by=lambda node: node.id))
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, nodes: list[NodeRecord]) -> None:
    folder = tmp_path_factory.mktemp("tables")
    write_tables(folder, nodes, [])
    assert sorted(read_nodes(folder)) == sorted(nodes)


def test_edges_get_version_and_licence_from_the_ledger(tmp_path: Path) -> None:
    edges = [
        EdgeRecord("a:1", "is_a", "a:2", "s", "2025", "CC0-1.0"),
        EdgeRecord("a:1", "is_a", "a:3", "s", "2025", "CC0-1.0", "text", 0.125, (Evidence(reference="PMID|1"),)),
    ]
    write_tables(tmp_path, [], edges)
    assert list(read_edges(tmp_path, LEDGER)) == edges
    with pytest.raises(GraphError, match="'s' is not in the licence ledger"):
        list(read_edges(tmp_path, {}))


def test_the_same_records_give_the_same_bytes(tmp_path: Path) -> None:
    nodes = [NodeRecord(f"a:{number}", "x", "disease", "s", ("b:2", "b:1")) for number in range(5)]
    edges = [EdgeRecord("a:1", "is_a", f"a:{number}", "s", "", "") for number in range(5)]
    first = [path.read_bytes() for path in write_tables(tmp_path / "1", nodes, edges)]
    again = write_tables(tmp_path / "2", reversed(nodes), reversed(edges))
    assert [path.read_bytes() for path in again] == first
    assert next(read_nodes(tmp_path / "2")).xrefs == ("b:2", "b:1")  # the first is the id in its vocabulary


@pytest.mark.parametrize(
    "edge",
    [
        EdgeRecord("a:1", "is_a", "a:2", "s", "", "", evidence=(Evidence(reference="1", sentence="A sentence."),)),
        EdgeRecord("a:1\ufeff", "is_a", "a:2", "s", "", ""),
    ],
)
def test_what_the_table_cannot_hold_is_refused(tmp_path: Path, edge: EdgeRecord) -> None:
    with pytest.raises(GraphError):
        write_tables(tmp_path, [], [edge])


def test_broken_tables_are_named_with_their_line(tmp_path: Path) -> None:
    nodes, _ = write_tables(tmp_path, [NodeRecord("a:1", "x", "disease", "s")], [])
    text = lzma.decompress(nodes.read_bytes())
    nodes.write_bytes(lzma.compress(text + b"a:2\tx\n"))
    with pytest.raises(GraphError, match=r"nodes\.tsv\.xz:3: 2 columns, expected 6"):
        list(read_nodes(tmp_path))
    nodes.write_bytes(lzma.compress(b"other\ttable\n"))
    with pytest.raises(GraphError, match=r"nodes\.tsv\.xz:1"):
        list(read_nodes(tmp_path))
    nodes.write_bytes(b"torn")
    with pytest.raises(GraphError, match="cannot be read"):
        list(read_nodes(tmp_path))


@given(st.permutations([NodeRecord("a:1", name, "disease", "s", (f"b:{name}",)) for name in "abc"]))
def test_joining_does_not_depend_on_the_order(records: list[NodeRecord]) -> None:
    node = by_id(records)["a:1"]
    assert node.name == "a"
    assert set(node.xrefs) == {"b:a", "b:b", "b:c"}
    assert set(node.names) == {NodeName("b", "exact"), NodeName("c", "exact")}
    assert joined(records[0], records[1]) == joined(records[1], records[0])
