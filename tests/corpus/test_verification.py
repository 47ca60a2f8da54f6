"""`verify` finds every kind of wrong, names it, and goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgpaths.config import BuildConfig
from kgpaths.corpus import Corpus, RunFolder, VerifyReport, verify
from kgpaths.corpus.row_checks import RowChecks
from kgpaths.errors import CorpusError
from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.tables import EdgeRecord, NodeRecord
from kgpaths.records import Row

Maker = Callable[..., Row]


@pytest.fixture
def run(source: Any, graph: KnowledgeGraph, ward: Path, make_row: Maker, fault_row: Row, tmp_path: Path) -> Path:
    """Return a sound run of two shards."""
    with RunFolder(tmp_path / "run", BuildConfig(source="demo", graph=str(ward)), source) as folder:
        folder.use_graph(graph)
        folder.write_shard(0, [make_row(0), fault_row, make_row(1, split="validation")])
        folder.write_shard(1, [make_row(2), make_row(3, status="rejected", chain=None)])
        folder.finish()
    return tmp_path / "run"


def tamper(run: Path, config: str, change: Callable[[list[dict[str, Any]]], object], *, number: int = 0) -> None:
    """Change the rows of one file, and make the manifest fit, as a careful forger would."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    manifest = json.loads((run / "manifest.json").read_text())
    entry = [entry for entry in manifest["files"] if entry["config"] == config][number]
    path = run / entry["path"]
    table = pq.read_table(path)
    rows = table.to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    data = path.read_bytes()
    entry.update(rows=len(rows), bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    (run / "manifest.json").write_text(json.dumps(manifest))


def messages(report: VerifyReport) -> str:
    return "\n".join(map(str, report.faults))


def test_a_sound_run(run: Path, graph: KnowledgeGraph) -> None:
    report = verify(run, graph)
    assert report.ok, messages(report)
    assert report.counts == {
        "files": 11, "rows": 5, "paths": 8, "edge citations": 15, "edges": 8, "sentences": 0, "mentions": 8,
        "quotes": 3, "steps": 9,
    }  # fmt: skip
    assert verify(str(run)).ok  # the graph is the one the manifest names
    assert verify(Corpus.open(run), graph).ok


def _edit(*path: Any, to: Any) -> Callable[[list[dict[str, Any]]], None]:
    def change(rows: list[dict[str, Any]]) -> None:
        value: Any = rows[0]
        for part in path[:-1]:
            value = value[part]
        value[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_edit("path_set", "paths", 0, "hops", 0, "edge_id", to="0123456789abcdef"), "is not in the graph"),
        (_edit("path_set", "paths", 0, "hops", 0, "edge_id", to="no edge id"), "edge no edge id is not in the graph"),
        (_edit("path_set", "paths", 0, "hops", 0, "predicate", to="cures"), "has predicate has_symptom in the graph"),
        (_edit("path_set", "paths", 0, "hops", 0, "licence", to="MIT"), "has licence CC0-1.0 in the graph, not MIT"),
        (_edit("path_set", "paths", 1, "hops", 1, "forward", to=True), "the one before ends at"),
        (_edit("path_set", "paths", 1, "hops", 1, "object", to="DOID:13189"), "path_set.paths.1: "),
        (_edit("chain", "steps", 0, "edge_ids", to=["ffffffffffffffff"]), "step 1: edge ffffffffffffffff"),
        (_edit("chain", "steps", 0, "node_ids", to=["DOID:0"]), "step 1: node DOID:0 is not in the graph"),
        (_edit("chain", "steps", 0, "quotes", 0, "text", to="feverish"), "the quote 'feverish' is not at question"),
        (_edit("chain", "steps", 0, "quotes", 0, "section", to="option:Z"), "that the question does not have"),
        (_edit("chain", "answer_node_ids", to=["DOID:0"]), "the answer: node DOID:0"),
        (_edit("chain", "answer_key", to="B"), "the chain answers ('B', 'Pneumonia')"),
        (_edit("mentions", 0, "start", to=0), "mention of HP:0001945: 'fever' is not at question 0:"),
        (_edit("mentions", 0, "node_id", to="HP:9"), "node HP:9 is not in the graph"),
        (_edit("licence", to="CC0-1.0"), "its licence is CC0-1.0, but what it rests on needs CC-BY-4.0"),
        (_edit("sources", to=["doid"]), "its sources lack drugcentral, medqa"),
        (_edit("graph_hash", to="00"), "rests on graph 00"),
        (_edit("status", to="rejected"), "has status rejected but stands in structured"),
        (_edit("reasons", to=["no_path"]), "accepted with reasons no_path"),
        (_edit("verdicts", 0, "outcome", to="fail"), "accepted although check edges says fail"),
        (_edit("chain", to=None), "accepted without a chain"),
        (_edit("item", "question", to="Something else entirely?"), "is not at question"),
        (_edit("item", "answer", to="Gout"), "item: "),
        (_edit("id", to="q2"), "a row with this id came before"),
        (_edit("id", to="q9"), "holds the question q0"),
        (_edit("item", "split", to="validation"), "is of split validation but stands in train"),
        (_edit("path_set", "paths", 1, "option_key", to="A"), "path 2 ends at DRUGBANK:DB01060, which option:A does"),
        (lambda rows: rows.pop(), "stats.json: says accepted 3, the rows say 2"),
        (lambda rows: rows.append(rows[0]), "a row with this id came before"),
    ],
)
def test_a_forged_row_is_found(run: Path, graph: KnowledgeGraph, change: Any, says: str) -> None:
    tamper(run, "structured", change)
    report = verify(run, graph)
    assert says in messages(report)
    assert report.counts["files"] == 11
    assert report.counts["rows"] >= 3  # it went on


@pytest.mark.parametrize(
    ("config", "change", "says"),
    [
        ("sft", _edit("answer_key", to="B"), "answer_key is not what structured says"),
        ("sft", _edit("messages", 1, "content", to="The answer is B. Gout"), "messages is not what structured says"),
        ("sft", lambda rows: rows.pop(), "q2: stands where structured has q0"),
        ("sft", lambda rows: rows.append(dict(rows[0])), "stands where structured has q2"),
        ("paths", _edit("node_names", to=["Fever", "gout"]), "node_names is not what structured says"),
        ("paths", lambda rows: rows.pop(), "stands where structured has q0/2"),
    ],
)
def test_what_is_rendered_must_be_what_the_rows_say(
    run: Path, graph: KnowledgeGraph, config: str, change: Any, says: str
) -> None:
    tamper(run, config, change)
    assert says in messages(verify(run, graph))


def test_rows_left_over_are_found(run: Path, graph: KnowledgeGraph) -> None:
    tamper(run, "sft", lambda rows: rows.append(dict(rows[0], id="q9")), number=1)
    assert "q9: is of no structured row" in messages(verify(run, graph))


def test_every_fault_is_reported_with_its_place(run: Path, graph: KnowledgeGraph) -> None:
    gone, torn, changed = (sorted((run / "data" / name).iterdir())[0] for name in ("sft", "paths", "rejected"))
    gone.unlink()
    torn.write_bytes(b"not parquet")
    changed.write_bytes(changed.read_bytes() + b"\0")
    (run / "data" / "sft" / "extra.parquet").write_bytes(b"")
    (run / "stats.json").write_text("{")
    found = {(fault.file, fault.row): fault.what for fault in verify(run, graph).faults}
    places = {path.name: path.relative_to(run).as_posix() for path in (gone, torn, changed)}
    assert {file for file, _ in found} >= {*places.values(), "data/sft/extra.parquet", "stats.json"}
    assert found["data/sft/extra.parquet", ""] == "is not in the manifest"


def test_flipped_bytes_are_found(run: Path, graph: KnowledgeGraph) -> None:
    for path in sorted((run / "data").rglob("*.parquet")):
        whole = path.read_bytes()
        for place in (10, len(whole) // 2, len(whole) - 20):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
            faults = verify(run, graph).faults
            assert path.relative_to(run).as_posix() in {fault.file for fault in faults}
        path.write_bytes(whole)
    assert verify(run, graph).ok


def test_another_graph(run: Path) -> None:
    other = KnowledgeGraph.from_records(
        [NodeRecord("DOID:1", "a", "disease", "doid"), NodeRecord("DOID:2", "b", "disease", "doid")],
        [EdgeRecord("DOID:1", "is_a", "DOID:2", "doid", "2025", "CC0-1.0")],
    )
    report = verify(run, other)
    assert messages(report).count("made with graph") == 1  # said once, not for every row
    assert "rests on graph" not in messages(report)
    assert "is not in the graph" in messages(report)


def test_a_forged_manifest(run: Path, graph: KnowledgeGraph) -> None:
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["identity"]["config"]["limit"] = 5
    (run / "manifest.json").write_text(json.dumps(manifest))
    assert "config_hash" in messages(verify(run, graph))
    (run / "manifest.json").write_text("{}")
    with pytest.raises(CorpusError, match="damaged"):
        verify(run, graph)


def test_a_rejected_row_may_have_what_it_was_rejected_for(graph: KnowledgeGraph, make_row: Maker) -> None:
    quote = make_row().mentions[0].span.model_copy(update={"text": "chills"})
    chain = make_row().chain
    assert chain is not None
    steps = (chain.steps[0].model_copy(update={"quotes": (quote,)}), *chain.steps[1:])
    misquoting = make_row(status="rejected", chain=chain.model_copy(update={"steps": steps}))
    checks = RowChecks(graph, graph.hash)
    assert any("the quote 'chills' is not at" in fault for fault in checks.faults(misquoting))
    assert not list(checks.faults(misquoting.model_copy(update={"reasons": ("quote_not_verbatim",)})))
