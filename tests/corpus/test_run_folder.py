"""The run folder: whole or repairable at any moment, the same bytes every time, nobody else's files touched."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kgpaths.config import BuildConfig
from kgpaths.corpus import Corpus, RunFolder
from kgpaths.errors import CorpusError, StorageFull, UsageError
from kgpaths.graph import KnowledgeGraph
from kgpaths.records import Row

Maker = Callable[..., Row]
Shards = Sequence[Sequence[Row]]


@pytest.fixture
def shards(make_row: Maker, fault_row: Row) -> Shards:
    rejected = make_row(3, status="rejected", chain=None)
    return [
        [make_row(0), fault_row, make_row(1, split="validation")],
        [rejected],
        [make_row(4), make_row(5)],
    ]


@pytest.fixture
def build(config: BuildConfig, source: Any, graph: KnowledgeGraph, shards: Shards) -> Callable[..., Any]:
    def run(out: Path, changed: BuildConfig = config, *, overwrite: bool = False) -> Any:
        with RunFolder(out, changed, source, overwrite=overwrite) as folder:
            folder.use_graph(graph)
            for number, rows in enumerate(shards):
                if not folder.finished and not folder.has_shard(number):
                    folder.write_shard(number, rows)
            return folder.finish()

    return run


def contents(out: Path) -> dict[str, str]:
    files = (path for path in out.rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_layout_and_the_funnel(build: Callable[..., Any], tmp_path: Path) -> None:
    stats = build(tmp_path / "run")
    assert sorted(contents(tmp_path / "run")) == [
        "README.md",
        "data/paths/train-00000-of-00002.parquet",
        "data/paths/train-00001-of-00002.parquet",
        "data/paths/validation-00000-of-00001.parquet",
        "data/rejected/train-00000-of-00002.parquet",
        "data/rejected/train-00001-of-00002.parquet",
        "data/sft/train-00000-of-00002.parquet",
        "data/sft/train-00001-of-00002.parquet",
        "data/sft/validation-00000-of-00001.parquet",
        "data/structured/train-00000-of-00002.parquet",
        "data/structured/train-00001-of-00002.parquet",
        "data/structured/validation-00000-of-00001.parquet",
        "manifest.json",
        "stats.json",
    ]
    assert not list((tmp_path / "run").glob(".*"))
    assert (stats["items"], stats["accepted"], stats["rejected"], stats["failed"]) == (6, 4, 1, 1)
    assert stats["rejected_by_reason"] == {"no_path": 1}
    assert stats["failed_by_reason"] == {"malformed_input": 1}
    assert stats["reasons"] == {"malformed_input": 1, "no_path": 1}
    assert (stats["linked_question"], stats["linked_answer"], stats["with_paths"]) == (5, 5, 5)
    assert stats == json.loads((tmp_path / "run" / "stats.json").read_text())


def test_the_same_rows_give_the_same_bytes(build: Callable[..., Any], tmp_path: Path) -> None:
    build(tmp_path / "one")
    build(tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


class Crash(BaseException):
    """The power is cut."""


def crash_after(steps: int, patch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """Let `steps` operations that change the disk through, then cut the power; return whether it came to that."""
    left = [steps]

    def counted(operation: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            if left[0] <= 0:
                left[0] = -1
                raise Crash
            left[0] -= 1
            return operation(*args, **kwargs)

        return step

    for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "mkdir"), (shutil, "rmtree")):
        patch.setattr(owner, name, counted(getattr(owner, name)))
    whole_unlink = Path.unlink

    def unlink(self: Path, missing_ok: bool = False) -> None:
        counted(whole_unlink)(self, missing_ok=missing_ok) if self.name != ".lock" else whole_unlink(self, missing_ok)

    patch.setattr(Path, "unlink", unlink)
    return lambda: left[0] == -1


def test_a_crash_after_any_step_is_repaired_by_the_same_call(build: Callable[..., Any], tmp_path: Path) -> None:
    build(tmp_path / "whole")
    whole = contents(tmp_path / "whole")
    steps, crashed = 0, True
    while crashed:
        out = tmp_path / f"run{steps}"
        with pytest.MonkeyPatch.context() as patch:
            did_crash = crash_after(steps, patch)
            with suppress(Crash):
                build(out)
            crashed = did_crash()
        build(out)
        assert contents(out) == whole, f"after {steps} steps"
        steps += 1
    assert steps > 50


def test_a_crash_while_another_build_is_replaced(
    build: Callable[..., Any], config: BuildConfig, tmp_path: Path
) -> None:
    other = config.model_copy(update={"limit": 5})
    build(tmp_path / "whole", other)
    whole = contents(tmp_path / "whole")
    for steps in range(0, 90, 3):
        out = tmp_path / f"run{steps}"
        build(out)
        with pytest.MonkeyPatch.context() as patch:
            crash_after(steps, patch)
            with suppress(Crash):
                build(out, other, overwrite=True)
        build(out, other, overwrite=True)
        assert contents(out) == whole, f"after {steps} steps"


def test_shards_of_another_build_are_never_taken_over(
    config: BuildConfig, source: Any, graph: KnowledgeGraph, shards: Shards, build: Callable[..., Any], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    with RunFolder(out, config, source) as folder:
        folder.use_graph(graph)
        folder.write_shard(0, shards[2])
    leftover = {path.name: path.read_bytes() for path in (out / ".shards").iterdir() if path.name != "build.json"}
    other = config.model_copy(update={"limit": 6})
    with RunFolder(out, other, source, overwrite=True) as folder:
        folder.use_graph(graph)
        for name, data in leftover.items():  # as a kill in the middle of replacing would leave them
            (out / ".shards" / name).write_bytes(data)
    with RunFolder(out, other, source) as folder:
        folder.use_graph(graph)
        assert folder.finished_shards() == ()
    build(out, other)
    build(tmp_path / "fresh", other)
    assert contents(out) == contents(tmp_path / "fresh")


def test_a_finished_run_is_not_done_again(
    build: Callable[..., Any], config: BuildConfig, source: Any, graph: KnowledgeGraph, tmp_path: Path
) -> None:
    stats = build(tmp_path / "run")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*")}
    with RunFolder(tmp_path / "run", config, source) as folder:
        folder.use_graph(graph)
        assert folder.finished
        assert folder.finish() == stats
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*")} == before


def test_another_configuration_is_refused_with_the_difference(
    build: Callable[..., Any], config: BuildConfig, source: Any, graph: KnowledgeGraph, shards: Shards, tmp_path: Path
) -> None:
    build(tmp_path / "run")
    before = contents(tmp_path / "run")
    with pytest.raises(UsageError, match=r"limit is null there and 7 here.*--overwrite.*--out"):
        build(tmp_path / "run", config.model_copy(update={"limit": 7}))
    source.fingerprint = "sha256:11"
    with pytest.raises(UsageError, match=r'source_fingerprint is "sha256:00" there and "sha256:11" here'):
        build(tmp_path / "run")
    assert contents(tmp_path / "run") == before
    with RunFolder(tmp_path / "cut", config, source) as folder:
        folder.use_graph(graph)
        folder.write_shard(0, shards[0])
    with pytest.raises(UsageError, match="shard_size is 3 there and 9 here"):
        build(tmp_path / "cut", config.model_copy(update={"shard_size": 9}))
    with RunFolder(tmp_path / "claimed", config, source) as folder:
        folder.use_graph(graph)
    build(
        tmp_path / "claimed", config.model_copy(update={"shard_size": 9})
    )  # nothing was made there that could be lost


def test_a_folder_with_nothing_but_replies_is_built_in(
    build: Callable[..., Any], config: BuildConfig, source: Any, graph: KnowledgeGraph, shards: Shards, tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run/replies.sqlite").write_bytes(b"")
    with RunFolder(tmp_path / "run", config, source) as folder:
        folder.use_graph(graph)
        assert (tmp_path / "run/.shards/build.json").exists()
        folder.write_shard(0, shards[0])
    build(tmp_path / "run")


def test_how_source_and_graph_were_named_makes_no_other_build(
    build: Callable[..., Any], config: BuildConfig, tmp_path: Path
) -> None:
    stats = build(tmp_path / "run")
    assert build(tmp_path / "run", config.model_copy(update={"source": "jsonl:./demo", "graph": "elsewhere"})) == stats


def test_an_option_that_changes_no_byte_makes_no_other_build(
    build: Callable[..., Any], config: BuildConfig, source: Any, graph: KnowledgeGraph, shards: Shards, tmp_path: Path
) -> None:
    other = config.model_copy(update={"paths": config.paths.model_copy(update={"k": config.paths.k + 3})})
    stats = build(tmp_path / "run")
    assert build(tmp_path / "run", other) == stats
    with RunFolder(tmp_path / "cut", config, source) as folder:
        folder.use_graph(graph)
        folder.write_shard(0, shards[0])
    assert build(tmp_path / "cut", other) == stats


def test_a_damaged_finished_run_is_named_and_replaced(build: Callable[..., Any], tmp_path: Path) -> None:
    build(tmp_path / "run")
    whole = contents(tmp_path / "run")
    (tmp_path / "run" / "data/sft/train-00000-of-00002.parquet").unlink()
    with pytest.raises(UsageError, match=r"data/sft/train-00000-of-00002.parquet is gone.*--overwrite"):
        build(tmp_path / "run")
    build(tmp_path / "run", overwrite=True)
    assert contents(tmp_path / "run") == whole
    (tmp_path / "run" / "manifest.json").write_text('{"format": "kgpaths-run/0"}')
    with pytest.raises(UsageError, match=r"another version.*--overwrite"):
        build(tmp_path / "run")
    build(tmp_path / "run", overwrite=True)
    assert contents(tmp_path / "run") == whole


@pytest.mark.parametrize("name", ["README.md", "manifest.json", "data"])
@pytest.mark.parametrize("overwrite", [False, True])
def test_files_of_others_are_never_replaced(
    build: Callable[..., Any], tmp_path: Path, name: str, overwrite: bool
) -> None:
    (tmp_path / name).write_text("mine")
    (tmp_path / "notes.txt").write_text("mine too")
    with pytest.raises(UsageError, match=f"holds {name}"):
        build(tmp_path, overwrite=overwrite)
    assert sorted(contents(tmp_path)) == sorted([name, "notes.txt"])
    assert (tmp_path / name).read_text() == "mine"


def test_unrelated_files_stay(build: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    build(tmp_path)
    build(tmp_path, overwrite=True)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_file_in_the_way(build: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    for out in (tmp_path / "run", tmp_path / "run" / "deeper" / "still"):
        with pytest.raises(UsageError, match="is a file, not a folder"):
            build(out)


def test_an_unwritable_folder(build: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(UsageError, match=r"cannot be written: Permission denied.*--out"):
        build(tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_full_disk_keeps_the_finished_shards(
    build: Callable[..., Any], config: BuildConfig, source: Any, graph: KnowledgeGraph, shards: Shards, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    with RunFolder(out, config, source) as folder, pytest.MonkeyPatch.context() as patch:
        folder.use_graph(graph)
        folder.write_shard(0, shards[0])

        def full(_: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageFull, match=r"no space left in .*run.*the same command continues"):
            folder.write_shard(1, shards[1])
    assert not list(out.rglob("*.part"))
    with RunFolder(out, config, source) as folder:
        folder.use_graph(graph)
        assert folder.finished_shards() == (0,)
    build(out)
    build(tmp_path / "whole")
    assert contents(out) == contents(tmp_path / "whole")


def test_two_builds_at_once(build: Callable[..., Any], tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from kgpaths.config import BuildConfig\n"
        "from kgpaths.corpus import RunFolder; from kgpaths.sources import open_source\n"
        "with RunFolder(Path(sys.argv[1]), BuildConfig(source='medqa'), open_source('medqa', limit=1)):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "run")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(UsageError, match=f"another build \\(process {other.pid}\\) is writing to"):
            build(tmp_path / "run")
        other.kill()
    assert build(tmp_path / "run")["items"] == 6  # a killed build holds no lock


def test_a_folder_made_for_nothing_is_removed(config: BuildConfig, source: Any, tmp_path: Path) -> None:
    with RunFolder(tmp_path / "runs" / "first", config, source):
        pass
    assert not (tmp_path / "runs").exists()


def test_a_run_without_all_of_its_shards_is_not_finished(
    config: BuildConfig, source: Any, graph: KnowledgeGraph, shards: Shards, tmp_path: Path
) -> None:
    with RunFolder(tmp_path / "run", config, source) as folder:
        folder.use_graph(graph)
        folder.write_shard(1, shards[1])
        with pytest.raises(CorpusError, match=r"only \[1\] are there"):
            folder.finish()
    with pytest.raises(CorpusError, match="not finished"):
        Corpus.open(tmp_path / "run")


def test_rows_of_another_graph_are_refused(
    config: BuildConfig, source: Any, graph: KnowledgeGraph, make_row: Maker, tmp_path: Path
) -> None:
    with RunFolder(tmp_path / "run", config, source) as folder:
        folder.use_graph(graph)
        with pytest.raises(CorpusError, match="another graph"):
            folder.write_shard(0, [make_row(graph_hash="0" * 64)])
