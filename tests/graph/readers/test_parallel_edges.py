"""Parallel edges of networkx files: the same key does not make them one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

BOTH = {("DRUGBANK:DB1", "treats", "DOID:1"), ("DRUGBANK:DB1", "contraindicated_for", "DOID:1")}
NODES = [{"id": "DRUGBANK:DB1", "name": "drug", "type": "drug"}, {"id": "DOID:1", "name": "disease", "type": "disease"}]


def graphml(edges: str, default: str = "directed") -> str:
    keys = "".join(
        f'<key id="{name}" for="edge" attr.name="{name}" attr.type="string"/>' for name in ("predicate", "key")
    )
    nodes = "".join(f'<node id="{node["id"]}"/>' for node in NODES)
    return (
        f'<graphml xmlns="http://graphml.graphdrawing.org/xmlns">{keys}'
        f'<graph edgedefault="{default}">{nodes}{edges}</graph></graphml>'
    )


def edge(predicate: str, attributes: str = "", *, more: str = "", turned: bool = False) -> str:
    ends = ["DRUGBANK:DB1", "DOID:1"][:: -1 if turned else 1]
    said = f'<data key="predicate">{predicate}</data>' if predicate else ""
    return f'<edge {attributes} source="{ends[0]}" target="{ends[1]}">{said}{more}</edge>'


@pytest.mark.parametrize("default", ["directed", "undirected"])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (edge("treats", 'id="0"'), edge("contraindicated_for", 'id="0"')),
        (edge("treats", 'id="e"'), edge("contraindicated_for", 'id="e"')),
        (edge("treats", 'id="0"'), edge("contraindicated_for", 'id="1"')),
        (edge("treats"), edge("contraindicated_for")),
        (edge("treats", more='<data key="key">k</data>'), edge("contraindicated_for", more='<data key="key">k</data>')),
        (edge("", 'id="treats"'), edge("", 'id="contraindicated_for"')),
    ],
)
def test_graphml_keeps_both(tmp_path: Path, read: Any, first: str, second: str, default: str) -> None:
    (tmp_path / "g.graphml").write_text(graphml(first + second, default))
    found = read("networkx", tmp_path / "g.graphml")
    assert found.triples == BOTH
    assert not found.faults.total


def test_an_undirected_edge_may_be_written_either_way(tmp_path: Path, read: Any) -> None:
    edges = edge("treats", 'id="0"') + edge("contraindicated_for", 'id="0"', turned=True)
    (tmp_path / "g.graphml").write_text(graphml(edges, "undirected"))
    assert read("networkx", tmp_path / "g.graphml").triples == BOTH


def test_a_key_that_is_the_predicate_may_stand_in_both_directions(tmp_path: Path, read: Any) -> None:
    nodes = '<node id="DOID:1"/><node id="DOID:2"/><node id="DOID:3"/>'
    edges = "".join(
        f'<edge id="{key}" source="DOID:{a}" target="DOID:{b}"/>'
        for key, a, b in (("resembles", 1, 2), ("resembles", 2, 1), ("is_a", 1, 2), ("is_a", 1, 3))
    )
    text = (
        f'<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="directed">{nodes}{edges}</graph>'
    )
    (tmp_path / "g.graphml").write_text(text + "</graphml>")
    found = read("networkx", tmp_path / "g.graphml")
    assert len(found.edges) == 4
    assert not found.faults.total


def test_gexf_keeps_both(tmp_path: Path, read: Any) -> None:
    nodes = "".join(f'<node id="{node["id"]}" label="{node["name"]}"/>' for node in NODES)
    edges = "".join(
        f'<edge id="0" source="DRUGBANK:DB1" target="DOID:1" label="{verb}"/>' for _, verb, _ in sorted(BOTH)
    )
    (tmp_path / "g.gexf").write_text(
        '<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2"><graph defaultedgetype="directed">'
        f"<nodes>{nodes}</nodes><edges>{edges}</edges></graph></gexf>"
    )
    found = read("networkx", tmp_path / "g.gexf")
    assert found.triples == BOTH
    assert not found.faults.total


@pytest.mark.parametrize("key", [0, "k", None])
@pytest.mark.parametrize("directed", [True, False])
def test_node_link_keeps_both(tmp_path: Path, read: Any, key: Any, directed: bool) -> None:
    edges = [
        {"source": subject, "target": object_, "key": key, "predicate": verb} for subject, verb, object_ in sorted(BOTH)
    ]
    (tmp_path / "g.json").write_text(json.dumps({"directed": directed, "nodes": NODES, "edges": edges}))
    found = read("networkx", tmp_path / "g.json")
    assert found.triples == BOTH
    assert not found.faults.total


def test_bad_elements_of_node_link_cost_no_more_than_themselves(tmp_path: Path, read: Any) -> None:
    nodes = [*NODES, {"name": "no id"}, 7, {**NODES[0], "name": "another"}, NODES[1]]
    edges = [
        {"source": "DRUGBANK:DB1", "target": "DOID:1", "key": "treats"},
        {"source": "DRUGBANK:DB1"},
        "edge",
        {
            "source": "DRUGBANK:DB1",
            "target": "DOID:1",
            "predicate": "contraindicated_for",
            "evidence": {"score": "high"},
        },
    ]
    (tmp_path / "g.json").write_text(json.dumps({"directed": True, "nodes": nodes, "edges": edges}))
    found = read("networkx", tmp_path / "g.json")
    assert found.triples == {("DRUGBANK:DB1", "treats", "DOID:1")}
    assert found.nodes["DRUGBANK:DB1"].name == "drug"
    assert found.faults.counts == {"bad_value": 5, "duplicate_id": 1}


def test_graphs_in_memory_keep_both(read: Any) -> None:
    import networkx as nx

    graph: Any = nx.MultiDiGraph()
    for node in NODES:
        graph.add_node(node["id"], **{key: value for key, value in node.items() if key != "id"})
    for subject, verb, object_ in BOTH:
        graph.add_edge(subject, object_, key=f"edge of {verb}", label=verb)
    assert read("networkx", graph).triples == BOTH
