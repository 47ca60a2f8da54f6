"""Write a run folder shard by shard; after a kill at any moment the same call repairs it.

::

    RUN/.shards/build.json                     what is being built (`Identity`); written first
    RUN/.shards/00003.sft.train.parquet        a file of one shard, under its final bytes
    RUN/.shards/00003.json                     its funnel and hashes; written last: now the shard is finished
    RUN/data/sft/train-00003-of-00010.parquet  the same file after `finish`
    RUN/stats.json  README.md  manifest.json   written in this order; with the manifest the run is finished
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from kgpaths.config import BuildConfig
from kgpaths.corpus.dataset_card import card
from kgpaths.corpus.funnel import Funnel
from kgpaths.corpus.manifest import CARD, DATA, FORMAT, MANIFEST, SHARDS, STATS, FileEntry, Identity, Manifest
from kgpaths.corpus.rendering import Style, rendered
from kgpaths.corpus.row_schema import CONFIGS, Config
from kgpaths.corpus.shards import Shard, ShardFile, final_places, is_ours
from kgpaths.corpus.storage import parquet_bytes
from kgpaths.errors import CorpusError, UsageError
from kgpaths.files import FolderLock, disk_errors, flush_folder, sha256, sha256_of, write_whole
from kgpaths.language.layout import Layout
from kgpaths.records import Row, Split

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.sources import Source

_log = logging.getLogger(__name__)


class ModelWriting(NamedTuple):
    """How a model writes the chains of a run."""

    prompts: Mapping[str, str]
    """Hashes of the recipe and its prompts, by id: a changed prompt is another build."""
    layout: Layout
    """In which conversations print the chains."""
    replies: str
    """Name of the file beside the run that keeps what the model answered."""


class RunFolder:
    """The folder of one build, locked while open.

    ::

        with RunFolder(Path("runs/first"), config, source) as run:
            run.use_graph(graph)
            for number, rows in enumerate(shards):
                if not run.has_shard(number):
                    run.write_shard(number, rows)
            run.finish()

    Args:
        out: the folder; made if it is missing.
        config: what to build.
        source: where the questions come from.
        overwrite: discard what another build left in the folder.
        writing: how a model writes the chains, if one does.

    Raises:
        UsageError: on entering, the folder cannot be written, holds other things, or another build is writing to it.
    """

    def __init__(
        self,
        out: Path,
        config: BuildConfig,
        source: Source,
        *,
        overwrite: bool = False,
        writing: ModelWriting | None = None,
    ) -> None:
        if (writing is None) != (config.llm is None):
            raise ValueError("say how the model writes (`writing`) if, and only if, one does")
        self.out = out
        self.writing = writing
        self.config = config
        self.source = source
        self.overwrite = overwrite
        self.shards = out / SHARDS
        self._graph: KnowledgeGraph | None = None
        self._identity: Identity | None = None
        self._done: set[int] = set()
        self._finished = False
        self._made: list[Path] = []
        self._open = ExitStack()

    def __enter__(self) -> RunFolder:
        for place in (self.out, *self.out.parents):
            if place.exists():
                if not place.is_dir():
                    raise UsageError(f"{place} is a file, not a folder; choose another folder with --out")
                break
            self._made.append(place)
        with disk_errors(self.out):
            self.out.mkdir(parents=True, exist_ok=True)
            self._open.enter_context(FolderLock(self.out))
        try:
            self._refuse_foreign()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
        with suppress(OSError):  # a folder that was made in vain is removed, unless something is in it
            for place in self._made:
                place.rmdir()

    def use_graph(self, graph: KnowledgeGraph) -> None:
        """Say which graph the rows rest on; now it is clear whether the folder holds this build or another.

        Raises:
            UsageError: it holds another build and `overwrite` is false.
        """
        self._graph = graph
        prompts = self.writing.prompts if self.writing else None
        mine = Identity.of(self.config, self.source.name, self.source.fingerprint, graph.hash, prompts)
        self._identity = mine
        with disk_errors(self.out):
            if obstacle := self._obstacle(mine):
                if not self.overwrite:
                    raise UsageError(
                        f"{self.out}: {obstacle}. Type --overwrite to replace it, or choose another folder with --out"
                    )
                self._discard(mine)
            elif self.overwrite and self._model_failed():
                self._discard(mine)
            self._finished = (self.out / MANIFEST).exists()
            if self._finished:
                shutil.rmtree(self.shards, ignore_errors=True)
                return
            self.shards.mkdir(exist_ok=True)
            for torn in (*self.shards.glob("*.part"), *self.out.glob("*.part")):
                torn.unlink()
            if not (self.shards / "build.json").exists() or not self._holds_work():
                write_whole(self.shards / "build.json", mine.json_bytes())
            self._done = {shard.number for shard, sound in self._sound_shards() if sound}

    @property
    def identity_hash(self) -> str:
        """Hash of what decides every byte of the run."""
        return self._started()[0].hash

    @property
    def finished(self) -> bool:
        """True when there is nothing left to do."""
        return self._finished

    def finished_shards(self) -> tuple[int, ...]:
        """Return the numbers of the shards that need no more work."""
        return tuple(sorted(self._done))

    @property
    def accepted(self) -> int:
        """Accepted rows in the finished shards."""
        return sum(shard.funnel.accepted for shard, sound in self._sound_shards() if sound)

    def has_shard(self, number: int) -> bool:
        """Return whether a shard is finished."""
        return number in self._done

    def write_shard(self, number: int, rows: Sequence[Row]) -> None:
        """Write one shard: its Parquet files, then the record that makes it count.

        Raises:
            StorageFull: no space left; the shards before are kept.
            CorpusError: rows of another graph, or rows that do not add up.
        """
        identity, graph = self._started()
        if self._finished:
            raise CorpusError(f"{self.out} is finished; nothing can be added to it")
        if any(row.graph_hash != graph.hash for row in rows):
            raise CorpusError(f"shard {number} holds rows of another graph than {graph.hash[:16]}")
        funnel = Funnel.of(rows)
        funnel.check()
        with disk_errors(self.out):
            (self.shards / f"{number:05}.json").unlink(missing_ok=True)
            files = []
            for config, split, made in rendered(rows, graph.name, self._style):
                data = parquet_bytes(config, made)
                file = ShardFile(
                    name=f"{number:05}.{config}.{split}.parquet",
                    config=config,
                    split=split,
                    rows=len(made),
                    bytes=len(data),
                    sha256=sha256(data),
                )
                write_whole(self.shards / file.name, data)
                files.append(file)
            shard = Shard(number=number, identity=identity.hash, funnel=funnel, files=tuple(files))
            write_whole(self.shards / f"{number:05}.json", shard.json_bytes())
        self._done.add(number)
        _log.info("shard %d written: %d rows, %d accepted", number, funnel.items, funnel.accepted)

    def finish(self) -> Mapping[str, Any]:
        """Give the files their names, write funnel, card and manifest; return the funnel.

        Raises:
            CorpusError: a shard is missing.
            StorageFull: no space left; the same call continues.
        """
        identity, graph = self._started()
        if self._finished:
            return Funnel.model_validate_json((self.out / STATS).read_bytes()).model_dump()
        if not self._done or max(self._done) != len(self._done) - 1:
            raise CorpusError(f"{self.out} cannot be finished: of its shards only {sorted(self._done)} are there")
        with disk_errors(self.out):
            shards = [shard for shard, _ in self._sound_shards()]
            funnel = Funnel.total(shard.funnel for shard in shards)
            funnel.check()
            files = self._place(shards)
            manifest = self._manifest(identity, graph, funnel, files)
            write_whole(self.out / STATS, (funnel.model_dump_json(indent=2) + "\n").encode())
            write_whole(self.out / CARD, card(manifest, funnel).encode())
            write_whole(self.out / MANIFEST, manifest.json_bytes())
            self._finished = True
            shutil.rmtree(self.shards)
        _log.info("%s finished: %d files, %d rows accepted", self.out, len(files), funnel.accepted)
        return funnel.model_dump()

    @cached_property
    def _style(self) -> Style:
        """How conversations print chains: in the layout of the recipe, if a model writes them."""
        return Style(self.writing.layout if self.writing else None, self.config.cite_sources)

    def _started(self) -> tuple[Identity, KnowledgeGraph]:
        if self._identity is None or self._graph is None:
            raise RuntimeError("call use_graph first")
        return self._identity, self._graph

    def _refuse_foreign(self) -> None:
        """Never write among files that are not a run's: `--out .` must not replace somebody's README."""
        if (self.shards / "build.json").exists() or is_ours(self.out / MANIFEST):
            return
        foreign = [name for name in (MANIFEST, STATS, CARD, DATA) if (self.out / name).exists()]
        if any(path.suffix != ".part" for path in self.shards.glob("*")):  # a cut-off start leaves nothing else
            foreign.append(SHARDS)
        if foreign:
            raise UsageError(
                f"{self.out} holds {', '.join(foreign)} that no build of kgpaths made; choose another folder with --out"
            )

    def _obstacle(self, mine: Identity) -> str | None:
        """Say why the folder cannot be this build, continued or finished."""
        manifest: Manifest | None = None
        there: Identity | None = None
        try:
            if (self.out / MANIFEST).exists():
                manifest = Manifest.read(self.out / MANIFEST)
                there = manifest.identity
            elif (self.shards / "build.json").exists() and self._holds_work():
                there = Identity.read(self.shards / "build.json")
        except CorpusError as error:
            return str(error)
        if there is not None and there != mine:
            return f"it holds another build: {'; '.join(there.differences(mine))}"
        for entry in manifest.files if manifest else ():
            path = self.out / entry.path
            if not path.exists() or path.stat().st_size != entry.bytes:
                return f"the run was finished, but {entry.path} is {'damaged' if path.exists() else 'gone'}"
        if manifest and not (self.out / STATS).exists():
            return f"the run was finished, but {STATS} is gone"
        return None

    def _holds_work(self) -> bool:
        """Say whether an unfinished build left rows or replies: a wrong key, put right, is no other build."""
        asked = self.writing is not None and (self.out / self.writing.replies).exists()
        return asked or any(self.shards.glob("[0-9]*"))

    def _model_failed(self) -> bool:
        """Say whether this build was finished with rows that a model left unwritten: asked again, they may come out."""
        if self.config.llm is None or not (self.out / MANIFEST).exists():
            return False
        return int(json.loads((self.out / STATS).read_text(encoding="utf-8"))["failed"]) > 0

    def _discard(self, mine: Identity) -> None:
        """Remove another build; first its claim on the folder, so that a kill in between leaves ours."""
        self.shards.mkdir(exist_ok=True)
        write_whole(self.shards / "build.json", mine.json_bytes())
        for name in (MANIFEST, STATS, CARD):
            (self.out / name).unlink(missing_ok=True)
            flush_folder(self.out)
        for path in self.shards.iterdir():
            if path.name != "build.json":
                path.unlink()
        shutil.rmtree(self.out / DATA, ignore_errors=True)

    def _sound_shards(self) -> Iterator[tuple[Shard, bool]]:
        """Yield this build's shards in order, each with whether all of its files are there, moved or not yet moved."""
        identity, _ = self._started()
        paths = sorted(self.shards.glob("[0-9]*.json"), key=lambda path: int(path.stem))
        shards = [shard for shard in map(Shard.read, paths) if shard.identity == identity.hash]
        places = final_places(shards)
        for shard in shards:
            yield shard, all(self._is_there(file, places[file.name]) for file in shard.files)

    def _is_there(self, file: ShardFile, place: str) -> bool:
        waiting = self.shards / file.name
        if waiting.exists():
            return waiting.stat().st_size == file.bytes
        moved = self.out / place
        return moved.exists() and sha256_of(moved) == file.sha256

    def _place(self, shards: Sequence[Shard]) -> tuple[FileEntry, ...]:
        """Move the shards' files to their final names, in place of whatever lies there."""
        places = final_places(shards)
        entries = []
        for shard in shards:
            for file in shard.files:
                entries.append(FileEntry(path=places[file.name], **file.model_dump(exclude={"name"})))
                target = self.out / places[file.name]
                target.parent.mkdir(parents=True, exist_ok=True)
                if (self.shards / file.name).exists():
                    (self.shards / file.name).replace(target)
        for config in CONFIGS:
            if not any(entry.config == config for entry in entries):
                entries.append(self._empty(config))
        kept = {entry.path for entry in entries}
        for path in sorted((self.out / DATA).rglob("*")):
            if path.is_file() and path.relative_to(self.out).as_posix() not in kept:
                path.unlink()
        for folder in (self.out / DATA, *(self.out / DATA / config for config in CONFIGS)):
            flush_folder(folder)
        splits = get_args(Split)
        entries.sort(key=lambda entry: (CONFIGS.index(entry.config), splits.index(entry.split), entry.path))
        return tuple(entries)

    def _empty(self, config: Config) -> FileEntry:
        """Write a file without rows, so that the configuration loads with its columns."""
        path = f"{DATA}/{config}/train-00000-of-00001.parquet"
        data = parquet_bytes(config, [])
        (self.out / path).parent.mkdir(parents=True, exist_ok=True)
        write_whole(self.out / path, data)
        return FileEntry(path=path, config=config, split="train", rows=0, bytes=len(data), sha256=sha256(data))

    def _manifest(
        self, identity: Identity, graph: KnowledgeGraph, funnel: Funnel, files: tuple[FileEntry, ...]
    ) -> Manifest:
        import pyarrow as pa

        from kgpaths.graph.info import tier_counts
        from kgpaths.vocabulary.licences import licences, strictest

        ledger = licences()
        return Manifest(
            format=FORMAT,
            kgpaths=identity.kgpaths,
            pyarrow=pa.__version__,
            identity=identity,
            config=self.config,
            config_hash=identity.hash,
            layout=self._style.layout,
            source_name=self.source.name,
            source_licence=self.source.licence,
            source_url=self.source.url,
            source_revision=self.source.revision,
            source_fingerprint=self.source.fingerprint,
            graph_name=graph.meta.name,
            graph_hash=graph.hash,
            graph_tiers=tier_counts(graph),
            licence=strictest([self.source.licence, *funnel.licences]),
            licences={key: ledger[key].licence if key in ledger else "LicenseRef-unknown" for key in funnel.sources},
            files=files,
        )
