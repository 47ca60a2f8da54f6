"""A graph confined to some tiers is the graph that those edges alone would make, without its numbers changing."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from kgpaths.errors import UsageError
from kgpaths.graph import EdgeRecord, GraphView, KnowledgeGraph, NodeRecord
from kgpaths.records import Evidence

TIERS = ("curated", "text", "associated_in_text")


@pytest.fixture(scope="module")
def whole() -> KnowledgeGraph:
    rng = np.random.default_rng(7)
    nodes = [NodeRecord(f"DOID:{n:02}", f"disease {n}", "disease", "doid") for n in range(30)]
    edges = [
        EdgeRecord(
            f"DOID:{a:02}", ("causes", "is_a")[p], f"DOID:{b:02}", "doid", "1", "CC0-1.0", TIERS[t], 0.5,
            (Evidence(reference=f"{a}-{b}"),),
        )
        for a, b, p, t in zip(*(rng.integers(0, top, 200).tolist() for top in (30, 30, 2, 3)), strict=True)
    ]  # fmt: skip
    return KnowledgeGraph.from_records(nodes, list({edge[:4]: edge for edge in edges}.values()))


@pytest.mark.parametrize("tiers", [("curated",), ("text", "curated"), ("associated_in_text",)])
def test_it_is_what_its_edges_alone_would_make(whole: KnowledgeGraph, tiers: tuple[str, ...], tmp_path: Path) -> None:
    part = whole.only(tiers)
    nodes = [whole.node(n) for n in range(whole.n_nodes)]
    kept = [edge for edge in whole.edges() if edge.tier in tiers]
    alone = KnowledgeGraph.from_records(
        nodes, [EdgeRecord(*(getattr(edge, field) for field in EdgeRecord._fields)) for edge in kept]
    )
    assert list(part.edges()) == kept == list(alone.edges())
    for name in ("subject", "object", "tier", "strength", "edge_hash", "indptr", "arcs", "degrees"):
        assert np.array_equal(getattr(part, name), getattr(alone, name)), name
        assert getattr(part, name).dtype == getattr(alone, name).dtype, name
    assert [part.edge(edge.id) for edge in kept] == kept
    assert not any(part.has_edge(edge.id) for edge in whole.edges() if edge.tier not in tiers)
    assert all(list(part.edges_of(n)) == list(alone.edges_of(n)) for n in range(30))
    assert part.info().edges_by_tier == alone.info().edges_by_tier
    assert part.n_edges == len(GraphView(whole, tiers=tiers))


def test_hash_and_pickle(whole: KnowledgeGraph) -> None:
    part = whole.only(["text", "curated"])
    assert part.hash not in (whole.hash, whole.only(["text"]).hash)
    assert part.hash == whole.only(["curated", "text"]).hash
    assert part.only_tiers == ("curated", "text")
    again = pickle.loads(pickle.dumps(part))
    assert (again.hash, again.n_edges) == (part.hash, part.n_edges)
    assert part.only(["text"]).n_edges == whole.only(["text"]).n_edges
    assert part.only(["associated_in_text"]).n_edges == 0


def test_all_tiers_are_the_graph_itself(whole: KnowledgeGraph) -> None:
    assert whole.only(()) is whole
    assert whole.only(TIERS) is whole
    assert KnowledgeGraph.open(whole.folder, tiers=["text"]).n_edges == whole.only(["text"]).n_edges


def test_an_unknown_tier_names_the_nearest(whole: KnowledgeGraph) -> None:
    with pytest.raises(UsageError, match="no tier 'txt'; did you mean 'text'"):
        whole.only(["txt"])


def test_a_text_without_a_licence_is_not_published(read_ward: Path) -> None:
    graph = KnowledgeGraph.open(read_ward)
    texts = GraphView(graph, tiers=["text"])
    published = GraphView(graph, tiers=["text"], policy="open")
    sources = {graph.edge_at(number).source for number in (texts & ~published).edges.tolist()}
    assert sources == {"local"}
    assert {graph.edge_at(number).source for number in published.edges.tolist()} == {"medquad"}
    assert {edge.source for edge in graph.only(["text"]).edges()} == {"local", "medquad"}
