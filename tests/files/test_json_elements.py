"""Streaming a JSON file gives what parsing it as a whole gives, wherever its blocks end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgpaths.files import Fault, JsonElements, json_rows

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(
    nodes=st.lists(values, max_size=6),
    edges=st.lists(values, max_size=6),
    rest=values,
    indent=st.sampled_from([None, 1]),
    block=st.integers(1, 40),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_elements_are_those_of_the_whole(
    tmp_path: Path, nodes: list[Any], edges: list[Any], rest: Any, indent: int | None, block: int
) -> None:
    whole = {
        "before": rest,
        "graphs": [{"nodes": nodes, "meta": rest, "edges": edges}, {"edges": edges}],
        "after": rest,
    }
    file = tmp_path / "x.json"
    file.write_text(json.dumps(whole, indent=indent))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_rows, "_BLOCK", block)
        wanted = frozenset({("graphs", "nodes"), ("graphs", "edges")})
        found = list(JsonElements(file, wanted))
    assert not [one for one in found if isinstance(one, Fault)]
    assert [element for place, element in found if place[-1] == "nodes"] == nodes
    assert [element for place, element in found if place[-1] == "edges"] == edges + edges


@pytest.mark.parametrize(
    "text", ['{"nodes": [1, 2', '{"nodes": [1, 2]} x', '{"nodes" [1]}', "{'nodes': 1}", '{"nodes": [tru']
)
def test_what_is_no_json_ends_the_reading_with_its_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.json"
    file.write_text("\n\n" + text)
    *good, last = JsonElements(file, {("nodes",)})
    assert isinstance(last, Fault)
    assert (last.where, last.reason) == ("x.json:3", "damaged")
    assert last.message.startswith(("not JSON: ", "the file ends before its last bracket"))
    assert [element for _, element in good] == [1, 2][: len(good)]


def test_the_line_is_that_of_the_element(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text('{"nodes": [\n1,\n2,\n\n3]}\n')
    elements = JsonElements(file, frozenset({("nodes",)}))
    assert [elements.where.rpartition(":")[2] for _ in elements] == ["2", "3", "5"]


def test_an_element_that_is_not_utf8_costs_no_other(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(b'{"nodes": ["a",\n"caf\xe9",\n"b"]}')
    found = list(JsonElements(file, {("nodes",)}))
    assert found == [
        (("nodes",), "a"),
        Fault("x.json:2", "not_utf8", "not UTF-8: byte 0xe9 at column 5"),
        (("nodes",), "b"),
    ]


def test_a_comma_behind_the_last_element_is_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text('{"nodes": [1, 2,],}')
    assert [element for _, element in JsonElements(file, {("nodes",)})] == [1, 2]


def test_one_long_line_is_read_in_blocks(tmp_path: Path) -> None:
    """Memory stays at some blocks, also where the whole file is one line and nobody wants its largest array."""
    import tracemalloc

    file = tmp_path / "x.json"
    rows = ",".join(f'{{"id": {number}}}' for number in range(400_000))
    file.write_text(f'{{"other": [{rows}], "nodes": [{rows}]}}')
    del rows
    tracemalloc.start()
    count = sum(1 for _ in JsonElements(file, frozenset({("nodes",)})))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 400_000
    assert peak < file.stat().st_size / 4
