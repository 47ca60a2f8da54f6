"""Read a finished run: its manifest, its funnel, and its rows one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgpaths.corpus.funnel import Funnel
from kgpaths.corpus.manifest import MANIFEST, SHARDS, STATS, FileEntry, Manifest
from kgpaths.corpus.row_schema import CONFIGS, schema
from kgpaths.errors import CorpusError, FileError, SnapshotError, UsageError, nearest
from kgpaths.files import Fault, ParquetFile
from kgpaths.records import Row

if TYPE_CHECKING:
    from datasets import Dataset

    from kgpaths.graph import KnowledgeGraph


class Corpus:
    """A finished run folder; open it with `Corpus.open`."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest

    @classmethod
    def open(cls, folder: str | Path) -> Corpus:
        """Open a run folder.

        Raises:
            CorpusError: there is no run, or it is not finished.
        """
        folder = Path(folder)
        if not (folder / MANIFEST).exists():
            if (folder / SHARDS).exists():
                raise CorpusError(f"the build in {folder} is not finished; type its `kgpaths build` command again")
            raise CorpusError(f"{folder} holds no run of kgpaths (no {MANIFEST})")
        return cls(folder, Manifest.read(folder / MANIFEST))

    @property
    def stats(self) -> Mapping[str, Any]:
        """The funnel, as in `stats.json`."""
        try:
            return Funnel.model_validate_json((self.folder / STATS).read_bytes()).model_dump()
        except (OSError, ValueError) as error:
            raise CorpusError(f"{self.folder / STATS} cannot be read: {error}") from error

    def files(self, config: str, split: str | None = None) -> tuple[FileEntry, ...]:
        """Return the files of one configuration, in order.

        Raises:
            UsageError: no configuration has that name.
        """
        if config not in CONFIGS:
            raise UsageError(f"no configuration {config!r}; {nearest(config, CONFIGS)}")
        return tuple(entry for entry in self.manifest.files if entry.config == config and split in (None, entry.split))

    def rows(self, config: str | None = None) -> Iterator[Row]:
        """Yield rows exactly as they were written, one batch in memory: one configuration, or accepted then rejected.

        Raises:
            UsageError: the configuration does not hold whole rows.
        """
        if config not in (None, "structured", "rejected"):
            raise UsageError(f"configuration {config!r} holds no whole rows; `structured` and `rejected` do")
        for name in ("structured", "rejected") if config is None else (config,):
            for entry in self.files(name):
                for fields in read_file(self.folder / entry.path):
                    yield Row.model_validate(fields)

    def row(self, row_id: str) -> Row:
        """Return one row, accepted or not.

        Raises:
            CorpusError: no row has that id.
        """
        some: list[str] = []
        for config in ("structured", "rejected"):
            for entry in self.files(config):
                ids = [fields["id"] for fields in read_file(self.folder / entry.path, ["id"])]
                if row_id in ids:
                    return next(
                        Row.model_validate(fields)
                        for fields in read_file(self.folder / entry.path)
                        if fields["id"] == row_id
                    )
                some += ids[: 3 - len(some)]
        raise CorpusError(
            f"{self.folder} has no row {row_id!r}; its ids look like {', '.join(some) or 'nothing: it is empty'}"
        )

    def graph(self) -> KnowledgeGraph:
        """Open the graph that the run rests on.

        Raises:
            SnapshotError: what lies there now is another graph.
        """
        from kgpaths.graph import KnowledgeGraph

        config = self.manifest.config
        graph = KnowledgeGraph.open(config.graph, tiers=config.tiers)
        if graph.hash != self.manifest.graph_hash:
            raise SnapshotError(
                f"the run was made with graph {self.manifest.graph_hash[:16]}, but {config.graph!r} "
                f"is now {graph.hash[:16]}; build the corpus again, or give the old snapshot with --graph"
            )
        return graph

    def dataset(self, config: str = "sft", split: str | None = None) -> Dataset:
        """Return one configuration as a `datasets.Dataset`; without `split` the first one it has, mostly `train`."""
        from datasets import Dataset, load_dataset

        entries = self.files(config)
        split = split or entries[0].split
        chosen = [str(self.folder / entry.path) for entry in entries if entry.split == split]
        if not chosen:
            splits = sorted({entry.split for entry in entries})
            raise UsageError(f"configuration {config!r} has no split {split!r}; {nearest(split, splits)}")
        if not any(entry.rows for entry in entries):  # `load_dataset` refuses data sets without rows
            return Dataset(schema(entries[0].config).empty_table())
        return load_dataset("parquet", data_files={split: chosen}, split=split)

    def __repr__(self) -> str:
        return f"<Corpus {self.folder}, {sum(entry.rows for entry in self.files('structured'))} accepted rows>"


def read_file(path: Path, columns: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """Yield the rows of one Parquet file, or some columns of them.

    Raises:
        CorpusError: the file is gone or damaged.
    """
    try:
        for row in ParquetFile(path, columns):
            if isinstance(row, Fault):
                raise CorpusError(f"{path} cannot be read: {row.message}")
            yield row
    except FileError as error:
        raise CorpusError(f"{path} cannot be read: {error}") from error
