"""A snapshot holds what was given, whatever the order; it is whole or refused."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import pickle
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from kgpaths.errors import GraphError, SnapshotError, StorageFull, UsageError
from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeName, NodeRecord, SnapshotMeta, build_snapshot, edge_id
from kgpaths.graph.snapshot import META
from kgpaths.records import Evidence

Records = tuple[list[NodeRecord], list[EdgeRecord]]


@pytest.fixture
def folder(clinic: Records, tmp_path: Path) -> Path:
    build_snapshot(*clinic, tmp_path / "clinic", name="clinic")
    return tmp_path / "clinic"


def test_everything_given_comes_back(clinic: Records, folder: Path) -> None:
    nodes, edges = clinic
    graph = KnowledgeGraph.open(folder)
    assert list(graph.nodes()) == sorted(nodes)
    found = {edge.id: edge for edge in graph.edges()}
    assert len(found) == len(edges)
    for given in edges:
        edge = found[edge_id(given.subject, given.predicate, given.object, given.source)]
        assert (edge.subject, edge.predicate, edge.object, edge.source) == given[:4]
        assert (edge.source_version, edge.licence, edge.tier) == (given.source_version or "unknown", *given[5:7])
        assert edge.strength == pytest.approx(given.strength)
        assert set(edge.evidence) == set(given.evidence)
    assert graph.meta.sources["hpoa"].licence == "LicenseRef-HPO"
    graph.verify()


def test_the_hash_does_not_depend_on_the_order(clinic: Records, folder: Path, tmp_path: Path) -> None:
    nodes, edges = ([*part] for part in clinic)
    random.Random(5).shuffle(nodes)
    random.Random(6).shuffle(edges)
    shuffled = build_snapshot(nodes, edges, tmp_path / "other", name="other")
    assert shuffled.content_hash == KnowledgeGraph.open(folder).hash


def test_any_change_changes_the_hash(clinic: Records, folder: Path) -> None:
    nodes, edges = clinic
    changed = [edges[0]._replace(licence="CC-BY-4.0"), *edges[1:]]
    renamed = [nodes[0]._replace(type="phenotype"), *nodes[1:]]
    graphs = [KnowledgeGraph.from_records(*records) for records in ((nodes, changed), (renamed, edges), clinic)]
    hashes = [graph.hash for graph in graphs]
    assert len(set(hashes)) == 3
    assert hashes[2] == KnowledgeGraph.open(folder).hash


def test_edges_of_the_same_statement_and_source_become_one(clinic: Records) -> None:
    nodes, edges = clinic
    again = edges[1]._replace(
        tier="curated", strength=0.7, evidence=(Evidence(reference="PMID:3"), edges[1].evidence[0])
    )
    for order in ([*edges, again], [again, *edges]):
        graph = KnowledgeGraph.from_records(nodes, order)
        assert graph.n_edges == len(edges)
        assert graph.meta.skipped == {"duplicate_edge": 1}
        edge = graph.edge(edge_id(*again[:4]))
        assert (edge.tier, edge.strength) == ("curated", pytest.approx(0.7))
        assert [item.reference for item in edge.evidence] == ["PMID:2", "PMID:1", "PMID:3"]  # the surest first


def test_the_strictest_licence_of_joined_edges_stays(clinic: Records) -> None:
    nodes, edges = clinic
    free = edges[1]._replace(licence="CC0-1.0")
    for order in ([edges[1], free], [free, edges[1]]):
        assert next(KnowledgeGraph.from_records(nodes, order).edges()).licence == "LicenseRef-HPO"


def test_a_version_that_no_edge_keeps_leaves_no_trace(clinic: Records) -> None:
    nodes, edges = clinic
    older = edges[0]._replace(source_version="2024")
    assert KnowledgeGraph.from_records(nodes, [*edges, older]).hash == KnowledgeGraph.from_records(nodes, edges).hash


def test_nodes_of_the_same_id_become_one() -> None:
    records = [
        NodeRecord("a:1", "fever", "symptom", "s", ("b:1",), (NodeName("heat", "lay"),)),
        NodeRecord("a:1", "fever", "symptom", "s", ("b:2",)),
        NodeRecord("a:1", "Fieber", "symptom", "s", (), (NodeName("heat", "exact"),)),
    ]
    for order in (records, records[::-1]):
        graph = KnowledgeGraph.from_records(order, [])
        assert list(graph.nodes()) == [
            NodeRecord(
                "a:1", "Fieber", "symptom", "s", ("b:1", "b:2"), (NodeName("fever", "exact"), NodeName("heat", "exact"))
            )
        ]
        assert graph.meta.skipped == {"duplicate_node": 2, "duplicate_node_with_another_name": 1}


def test_dangling_edges_are_left_out_and_counted(clinic: Records) -> None:
    nodes, edges = clinic
    graph = KnowledgeGraph.from_records(nodes, [*edges, edges[0]._replace(object="HP:9")])
    assert graph.n_edges == len(edges)
    assert graph.meta.skipped == {"dangling_edge": 1}


@pytest.mark.parametrize(
    ("node", "edge"),
    [
        (NodeRecord("a:1", " ", "t", "s"), {}),
        (NodeRecord("", "name", "t", "s"), {}),
        (NodeRecord("a:\ufeff1", "name", "t", "s"), {}),
        (NodeRecord("a:1", "name", "t", "s", names=(NodeName("x", "nickname"),)), {}),
        (NodeRecord("a:1", "name", "t", "s"), {"tier": "hearsay"}),
        (NodeRecord("a:1", "name", "t", "s"), {"strength": 1.5}),
        (NodeRecord("a:1", "name", "t", "s"), {"strength": float("nan")}),
        (NodeRecord("a:1", "name", "t", "s"), {"predicate": "has\x1fsymptom"}),
    ],
)
def test_what_cannot_be_is_refused(node: NodeRecord, edge: dict[str, Any], tmp_path: Path) -> None:
    edges = [EdgeRecord("a:1", "is_a", "a:1", "s", "1", "MIT")._replace(**edge)]
    with pytest.raises(GraphError):
        build_snapshot([node], edges, tmp_path / "out", name="x")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_graph_is_a_graph() -> None:
    graph = KnowledgeGraph.from_records([], [])
    assert (graph.n_nodes, graph.n_edges, list(graph.nodes()), list(graph.edges()), graph.search("x")) == (
        0,
        0,
        [],
        [],
        [],
    )


@pytest.mark.parametrize("name", ["subject.npy", "name.text.npy", "codes.json"])
def test_a_torn_file_is_refused(folder: Path, name: str) -> None:
    os.truncate(folder / name, (folder / name).stat().st_size - 1)
    with pytest.raises(SnapshotError, match=name):
        KnowledgeGraph.open(folder)
    (folder / name).unlink()
    with pytest.raises(SnapshotError, match=rf"{name} is missing"):
        KnowledgeGraph.open(folder)


def test_a_changed_file_is_found_by_verify(folder: Path) -> None:
    content = bytearray((folder / "object.npy").read_bytes())
    content[-1] ^= 1
    (folder / "object.npy").write_bytes(content)
    graph = KnowledgeGraph.open(folder)
    with pytest.raises(SnapshotError, match=r"object\.npy was changed"):
        graph.verify()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (None, "no graph snapshot"),
        ("not json", "cannot be read"),
        ("[]", "something else"),
        ('{"format": "other/1"}', "something else"),
        ('{"format": "kgpaths-snapshot/999"}', "has format kgpaths-snapshot/999"),
        ('{"format": "kgpaths-snapshot/2"}', "field 'name'"),
    ],
)
def test_foreign_and_outdated_folders_are_refused(folder: Path, change: str | None, says: str) -> None:
    if change is None:
        (folder / META).unlink()
    else:
        (folder / META).write_text(change)
    with pytest.raises(SnapshotError, match=says):
        KnowledgeGraph.open(folder)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="does not exist"):
        KnowledgeGraph.open(tmp_path / "nothing")


def test_forged_hashes_do_not_verify(folder: Path) -> None:
    meta = json.loads((folder / META).read_text())
    meta["content_hash"] = "0" * 64
    (folder / META).write_text(json.dumps(meta))
    with pytest.raises(SnapshotError, match="content hash"):
        KnowledgeGraph.open(folder).verify()


def test_nothing_foreign_is_overwritten(clinic: Records, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="is no graph snapshot"):
        build_snapshot(*clinic, tmp_path / "mine", name="clinic")
    with pytest.raises(SnapshotError, match="holds another graph"):
        build_snapshot(clinic[0], [], folder, name="clinic")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    assert KnowledgeGraph.open(folder).n_edges == len(clinic[1])
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "clinic"}


def test_building_the_same_graph_again_keeps_the_first(clinic: Records, folder: Path) -> None:
    before = (folder / META).stat().st_mtime_ns
    assert build_snapshot(*clinic, folder, name="clinic").content_hash == KnowledgeGraph.open(folder).hash
    assert (folder / META).stat().st_mtime_ns == before


def test_a_failing_build_leaves_nothing(clinic: Records, tmp_path: Path) -> None:
    def broken() -> Any:
        yield clinic[1][0]
        raise RuntimeError("the source went away")

    with pytest.raises(RuntimeError, match="went away"):
        build_snapshot(clinic[0], broken(), tmp_path / "out", name="x")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing_and_says_so(
    clinic: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("numpy.lib.format.write_array", full)
    with pytest.raises(StorageFull, match="no space left"):
        build_snapshot(*clinic, tmp_path / "out", name="x")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(clinic: Records, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        build_snapshot(*clinic, tmp_path / "file" / "graph", name="x")


def _build(records: Records, out: Path, barrier: Any) -> None:
    def last() -> Any:
        yield from records[1]
        barrier.wait()  # both have read all edges and none has written

    meta: SnapshotMeta = build_snapshot(records[0], last(), out, name="x")
    graph = KnowledgeGraph.open(out)
    graph.verify()
    assert meta.content_hash == graph.hash


def test_two_processes_may_build_the_same_folder_at_once(clinic: Records, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    workers = [context.Process(target=_build, args=(clinic, tmp_path / "graph", barrier)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert [path.name for path in tmp_path.iterdir()] == ["graph"]


def test_a_pickled_graph_is_the_same_graph(folder: Path) -> None:
    graph = KnowledgeGraph.open(folder)
    copy = pickle.loads(pickle.dumps(graph))
    assert (copy.hash, copy.folder) == (graph.hash, graph.folder)


def test_a_graph_in_memory_cleans_up(clinic: Records) -> None:
    graph = KnowledgeGraph.from_records(*clinic)
    folder = graph.folder
    assert folder.exists()
    del graph
    assert not folder.parent.exists()


def test_a_snapshot_may_be_moved(folder: Path, tmp_path: Path) -> None:
    shutil.move(folder, tmp_path / "elsewhere")
    KnowledgeGraph.open(tmp_path / "elsewhere").verify()


def test_a_source_that_states_a_thing_does_not_deny_it() -> None:
    """Of two reports one counts patients with the finding: the disease does not lack it. Another source may deny it."""
    nodes = [NodeRecord(f"DOID:{n}", f"d{n}", "disease", "s") for n in (1, 2)]
    nodes += [NodeRecord(f"HP:{n}", f"h{n}", "phenotype", "s") for n in (1, 2)]

    def edge(predicate: str, object_: str, source: str = "hpoa", subject: str = "DOID:1") -> EdgeRecord:
        return EdgeRecord(
            subject, predicate, object_, source, "1", "CC0-1.0", evidence=(Evidence(reference=f"{predicate}:{source}"),)
        )

    edges = [
        edge("lacks_phenotype", "HP:1"),
        edge("has_phenotype", "HP:1"),
        edge("lacks_phenotype", "HP:1", "orphanet"),
        edge("lacks_phenotype", "HP:2"),
        edge("has_phenotype", "HP:2", subject="DOID:2"),
    ]
    graph = KnowledgeGraph.from_records(nodes, edges)
    found = {(one.predicate, one.object, one.source): one.evidence[0].reference for one in graph.edges()}
    assert found == {
        ("lacks_phenotype", "HP:1", "orphanet"): "lacks_phenotype:orphanet",
        ("has_phenotype", "HP:1", "hpoa"): "has_phenotype:hpoa",
        ("lacks_phenotype", "HP:2", "hpoa"): "lacks_phenotype:hpoa",
        ("has_phenotype", "HP:2", "hpoa"): "has_phenotype:hpoa",
    }
    assert graph.meta.skipped == {"denial_of_what_the_source_states": 1}
    graph.verify()
