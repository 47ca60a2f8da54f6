"""The flow: a question is linked, paths are found, a chain is written, checked, and becomes a row.

`Pipeline` is the flow alone, for use inside somebody else's program; `build` puts a source in front of it and a run
folder behind it.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgpaths.config import BuildConfig, default_out
from kgpaths.errors import StageBroken
from kgpaths.records import CitedSentence, Draft, Edge, Generation, Mention, PathSet, QAItem, Reason, Row, Verdict

if TYPE_CHECKING:
    from datasets import Dataset

    from kgpaths.corpus import Corpus, ModelWriting, RunFolder
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.sources import SourceFault
    from kgpaths.verbalization.recipes.guided import GuidedVerbalizer, Judge
    from kgpaths.verbalization.recipes.llm_verbalizer import LLMVerbalizer

_log = logging.getLogger(__name__)

MOST_EQUAL_ERRORS = 20
"""Questions in a row that one error, raised at one place, may break before the run stops."""


class Pipeline:
    """Questions in, rows out; the same row for the same question, graph and configuration.

    >>> from kgpaths.graph import KnowledgeGraph
    >>> from kgpaths.graph.tables import EdgeRecord, NodeRecord
    >>> from kgpaths.records import Option
    >>> nodes = [NodeRecord("HP:0001945", "Fever", "phenotype", "hpo"),
    ...          NodeRecord("DOID:552", "pneumonia", "disease", "doid"),
    ...          NodeRecord("DOID:13189", "gout", "disease", "doid")]
    >>> edges = [EdgeRecord("DOID:552", "has_symptom", "HP:0001945", "doid", "2025", "CC0-1.0")]
    >>> item = QAItem(id="q1", dataset="demo", split="train", question="What causes fever here?",
    ...               options=(Option(key="A", text="Pneumonia"), Option(key="B", text="Gout")),
    ...               answer="Pneumonia", answer_key="A", licence="local")
    >>> row = Pipeline(KnowledgeGraph.from_records(nodes, edges)).row(item)
    >>> row.status, row.path_set.paths[0].node_ids
    ('accepted', ('HP:0001945', 'DOID:552'))
    """

    def __init__(self, graph: KnowledgeGraph, config: BuildConfig | None = None) -> None:
        from kgpaths.linking import EntityLinker
        from kgpaths.paths import PathFinder
        from kgpaths.validation import Validator
        from kgpaths.verbalization import TemplateVerbalizer

        self.config = config or BuildConfig(source="")
        self.graph = graph
        self.linker = EntityLinker(graph, self.config.linking)
        self.finder = PathFinder(graph, self.config.paths)
        self.verbalizer = TemplateVerbalizer(graph)
        self.validator = Validator(graph, self.config.validation)
        self._broken: Counter[tuple[object, ...]] = Counter()

    def drafter(self) -> LLMVerbalizer | GuidedVerbalizer:
        """Return what writes chains with the configured model.

        Raises:
            UsageError: no such recipe or prompt.
        """
        from kgpaths.grounding import ClaimSearch
        from kgpaths.paths.alike import paths_alike
        from kgpaths.texts import SentenceIndex
        from kgpaths.verbalization.recipes.guided import GuidedVerbalizer
        from kgpaths.verbalization.recipes.llm_verbalizer import LLMVerbalizer
        from kgpaths.verbalization.recipes.recipe import recipe_of

        assert self.config.llm is not None
        if recipe_of(self.config.llm)[0].guide is not None:
            texts = SentenceIndex.open(self.config.llm.texts)
            return GuidedVerbalizer(self.graph, self.config.llm, ClaimSearch(self.graph, self.linker, texts))
        return LLMVerbalizer(self.graph, self.config.llm, partial(paths_alike, self.finder.opened))

    def model_judge(self) -> Judge | None:
        """Return what lets a model judge accepted chains; None where the recipe or the configuration wants no judge.

        Raises:
            UsageError: no such recipe or prompt.
        """
        from kgpaths.verbalization.recipes.guided import Judge
        from kgpaths.verbalization.recipes.recipe import recipe_of

        assert self.config.llm is not None
        wanted = self.config.llm.judge and recipe_of(self.config.llm)[0].judge
        return Judge(self.graph, self.config.llm) if wanted else None

    def rows(self, items: Iterable[QAItem | SourceFault]) -> Iterator[Row]:
        """Yield one row for every item or fault, in order.

        A stage that breaks on an item makes that one row `failed` (`stage_error`, the traceback in the log at level
        debug), so that a single odd question never costs the run.

        Raises:
            StageBroken: the same error came `MOST_EQUAL_ERRORS` times in a row.
        """
        for item in items:
            if not isinstance(item, QAItem):
                yield self.fault_row(item)
                continue
            try:
                row = self.row(item)
            except Exception as error:
                row = self.broken_row(item, error)
            else:
                self.watch(row)
            yield row

    def row(self, item: QAItem) -> Row:
        """Return what becomes of one question, with a chain from the templates."""
        mentions, path_set = self.find(item)
        if path_set.no_path is not None:
            return self.without_path(item, mentions, path_set)
        chain, generation = self.verbalizer.verbalize(item, mentions, path_set)
        return self.best(item, mentions, path_set, [Draft(chain=chain, generation=generation)])

    def find(self, item: QAItem) -> tuple[tuple[Mention, ...], PathSet]:
        """Return what a chain can be written from: mentions and paths."""
        mentions = self.linker.link_item(item)
        return mentions, self.finder.find_item(item, mentions)

    def without_path(self, item: QAItem, mentions: tuple[Mention, ...], path_set: PathSet) -> Row:
        """Return the row of a question that the graph does not reach."""
        assert path_set.no_path is not None
        made = {"status": "rejected", "reasons": (path_set.no_path,), "detail": path_set.detail}
        return self._row(item, mentions, path_set, **made)

    def best(self, item: QAItem, mentions: tuple[Mention, ...], path_set: PathSet, drafts: Sequence[Draft]) -> Row:
        """Return the row with the best of the drafts: accepted before rejected before none, then by the verdicts."""
        from kgpaths.validation import decide

        judged: list[tuple[tuple[int, int, int], dict[str, Any], Draft]] = []
        for number, draft in enumerate(drafts):
            chosen = path_set if draft.paths is None else path_set.model_copy(update={"paths": draft.paths})
            made: dict[str, Any] = {
                "generation": draft.generation,
                "path_set": chosen,
                "complaints": draft.complaints,
                "ungrounded": draft.ungrounded,
            }
            if draft.chain is None:
                rank = 2
                why: Reason = draft.reason or "stage_error"
                # What the model or its server did badly is a failure; what the question or the graph lacks is not.
                status = "failed" if why.startswith("llm_") or why == "stage_error" else "rejected"
                made |= {"status": status, "reasons": (why,), "detail": draft.detail}
            else:
                verdicts = self.validator.validate(item, mentions, chosen, draft.chain)
                status, reasons = decide(verdicts)
                rank = ("accepted", "rejected", "failed").index(status)
                made |= {"chain": draft.chain, "verdicts": verdicts, "status": status, "reasons": reasons}
            flaws = sum(verdict.outcome not in ("pass", "skipped") for verdict in made.get("verdicts", ()))
            reason = made["reasons"][0] if made["reasons"] else None
            judged.append(((rank, flaws, number), made, draft.model_copy(update={"reason": reason, "paths": None})))
        judged.sort(key=lambda entry: entry[0])
        others = sorted(judged[1:], key=lambda entry: entry[0][2])
        return self._row(item, mentions, **judged[0][1], drafts=tuple(draft for _, _, draft in others))

    @staticmethod
    def judged(row: Row, verdicts: Sequence[Verdict], generation: Sequence[Generation]) -> Row:
        """Return an accepted row with what a model says of its chain: accepted still, or rejected, or failed."""
        from kgpaths.validation import decide

        status, reasons = decide(verdicts)
        detail = next((one.detail for one in verdicts if one.outcome in ("fail", "error")), row.detail)
        return row.model_copy(
            update={
                "status": status,
                "reasons": reasons,
                "detail": detail,
                "verdicts": (*row.verdicts, *verdicts),
                "generation": (*row.generation, *generation),
            }
        )

    def _row(self, item: QAItem, mentions: tuple[Mention, ...], path_set: PathSet, **made: Any) -> Row:
        from kgpaths.vocabulary.licences import licences, strictest

        ledger = licences()
        question_licence = ledger[item.licence].licence if item.licence in ledger else item.licence
        row = Row(
            id=item.id,
            item=item,
            mentions=mentions,
            path_set=path_set,
            graph_hash=self.graph.hash,
            licence=question_licence,
            **made,
        )
        edges = tuple(self.graph.edge(edge) for edge in sorted(row.cited))
        cited: list[Edge | CitedSentence] = [*edges, *row.cited_sentences]
        return row.model_copy(
            update={
                "edges": edges,
                "sources": tuple(sorted({item.licence, *(one.source for one in cited)})),
                "licence": strictest([question_licence, *(one.licence for one in cited)]),
            }
        )

    def broken_row(self, item: QAItem, error: Exception) -> Row:
        """Return the row of a question on which a stage broke.

        Raises:
            StageBroken: the same error came `MOST_EQUAL_ERRORS` times in a row.
        """
        said = f"{type(error).__name__}: {error}"
        _log.error("%s: a stage broke on this item: %s", item.id, said)
        _log.debug("%s: a stage broke on this item", item.id, exc_info=error)
        place = traceback.extract_tb(error.__traceback__)[-1:]
        self._broke((type(error), *((one.filename, one.lineno) for one in place)), said)
        return Row(
            id=item.id,
            item=item,
            status="failed",
            reasons=("stage_error",),
            graph_hash=self.graph.hash,
            licence="",
            detail=said,
        )

    def watch(self, row: Row) -> None:
        """Note that a question went through all stages, or that a check broke on it.

        Raises:
            StageBroken: the same check broke on `MOST_EQUAL_ERRORS` questions in a row.
        """
        broken = [one for one in row.verdicts if one.reason == "stage_error"]
        if not broken:
            self._broken.clear()
        for one in broken:
            self._broke((one.check, one.detail.partition(":")[0]), f"check {one.check}: {one.detail}")

    def _broke(self, what: tuple[object, ...], said: str) -> None:
        self._broken[what] += 1
        if self._broken[what] >= MOST_EQUAL_ERRORS:
            raise StageBroken(f"{MOST_EQUAL_ERRORS} questions in a row broke with the same error: {said}")

    def fault_row(self, fault: SourceFault) -> Row:
        """Return the row of a source row that is no question."""
        return Row(
            id=fault.item_id or fault.where,
            status="failed" if fault.reason == "malformed_input" else "rejected",
            reasons=(fault.reason,),
            graph_hash=self.graph.hash,
            licence="",
            detail=f"{fault.where}: {fault.message}",
        )


@dataclass(frozen=True)
class BuildResult:
    """What a build did and where its corpus is."""

    out: Path
    stats: Mapping[str, Any]
    """The funnel, as in `stats.json`."""
    seconds: float
    """Wall time of this call; not part of the run."""
    resumed_shards: int = 0
    """Shards that an earlier call had finished."""
    faults: tuple[str, ...] = field(default=())
    """The first source rows that could not be used, for people."""

    @property
    def accepted(self) -> int:
        """Rows whose chain passed every check."""
        return int(self.stats["accepted"])

    @property
    def rejected(self) -> int:
        """Rows kept in the `rejected` configuration with their reasons."""
        return int(self.stats["rejected"])

    @property
    def failed(self) -> int:
        """Source rows that could not be read, or rows on which a stage broke."""
        return int(self.stats["failed"])

    @property
    def corpus(self) -> Corpus:
        """The run folder, opened."""
        from kgpaths.corpus import Corpus

        return Corpus.open(self.out)

    def dataset(self, config: str = "sft") -> Dataset:
        """Return one configuration of the corpus as a `datasets.Dataset`."""
        return self.corpus.dataset(config)


def configured(values: dict[str, Any]) -> BuildConfig:
    """Return the configuration of a build, with the knobs that its recipe sets and the caller does not.

    Raises:
        ConfigError: an unknown key or a value of the wrong kind.
        UsageError: no such recipe.
    """
    config = BuildConfig.parse(values)
    if config.llm is None:
        return config
    from kgpaths.verbalization.recipes.recipe import recipe_of

    stages = recipe_of(config.llm)[0].stages().items()
    return config.model_copy(
        update={
            stage: type(mine).parse(knobs | mine.model_dump(exclude_unset=True))
            for stage, knobs, mine in ((stage, knobs, getattr(config, stage)) for stage, knobs in stages)
        }
    )


def _writing(config: BuildConfig) -> ModelWriting | None:
    """Return how a model writes the chains of a build, None where templates do."""
    if config.llm is None:
        return None
    from kgpaths.corpus import ModelWriting
    from kgpaths.llm import REPLIES
    from kgpaths.texts import texts_fingerprint
    from kgpaths.verbalization.recipes.recipe import prompt_hashes, recipe_of

    recipe, hashes = recipe_of(config.llm)[0], prompt_hashes(config.llm)
    if recipe.guide is not None:
        hashes |= {"texts": texts_fingerprint(config.llm.texts)}
    return ModelWriting(hashes, recipe.layout, REPLIES)


def build(
    source: str,
    *,
    out: str | Path | None = None,
    limit: int | None = None,
    graph: str | KnowledgeGraph = "default",
    overwrite: bool = False,
    progress: bool = False,
    **options: Any,
) -> BuildResult:
    """Build a corpus in a run folder, or continue a build that was cut off.

    Args:
        source: source spec, e.g. ``medqa``, ``jsonl:questions.jsonl``.
        out: run folder; by default one named after the source below ``runs/``.
        limit: read at most this many items.
        graph: graph spec, or an open graph.
        overwrite: discard what an earlier build with another configuration left in `out`.
        progress: show a bar on stderr.
        options: further keys of `BuildConfig`, e.g. ``shard_size=50`` or ``paths={"max_hops": 2}``.

    Raises:
        UsageError: unknown source or option, unwritable folder, folder of another build.
        SourceError: a source that cannot be read at all, or a test split.
        StorageFull: no space left; call again to continue.
        EndpointDown, BudgetSpent, BatchPending: likewise, when a model writes the chains.
        KeyboardInterrupt: after the first Ctrl-C, once what was in flight is finished.
    """
    from kgpaths.corpus import RunFolder
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.sources import open_source

    started = time.perf_counter()
    spec = graph if isinstance(graph, str) else str(graph.folder)
    if not isinstance(graph, str) and graph.only_tiers:
        options.setdefault("tiers", graph.only_tiers)
    config = configured({"source": source, "limit": limit, "graph": spec, **options})
    reader = open_source(source, limit=limit)
    folder = Path(out) if out is not None else default_out(source)
    _log.info("building %s", folder)
    resumed: list[int] = []
    faults: list[str] = []
    with RunFolder(folder, config, reader, overwrite=overwrite, writing=_writing(config)) as run:
        opened = KnowledgeGraph.open(graph, tiers=config.tiers) if isinstance(graph, str) else graph.only(config.tiers)
        run.use_graph(opened)
        if not run.finished:
            pipeline = Pipeline(opened, config)
            with _bar(progress, total=limit or reader.size, unit=" questions") as bar:
                shards = _open_shards(run, iter(reader), bar, resumed, faults)
                if config.accept is not None and run.accepted >= config.accept:
                    pass
                elif config.llm is not None:
                    from kgpaths.streaming import write_shards

                    write_shards(pipeline, run, shards, lambda: bar.update())
                else:
                    _write_shards(pipeline, run, shards, bar)
        stats = run.finish()
    return BuildResult(folder, stats, time.perf_counter() - started, len(resumed), tuple(faults))


def _open_shards(
    run: RunFolder, items: Iterator[QAItem | SourceFault], bar: Any, resumed: list[int], faults: list[str]
) -> Iterator[tuple[int, list[QAItem | SourceFault]]]:
    """Yield the shards that are not finished; note the others, and what the source could not read."""
    from kgpaths.sources import SourceFault

    for number in count():
        shard = list(islice(items, run.config.shard_size))
        if not shard:
            return
        unread = [f"{item.where}: {item.message}" for item in shard if isinstance(item, SourceFault)]
        faults += unread[: 10 - len(faults)]
        if run.has_shard(number):
            resumed.append(number)
            _log.debug("shard %d was there", number)
            bar.update(len(shard))
        else:
            yield number, shard


def _write_shards(
    pipeline: Pipeline, run: RunFolder, shards: Iterable[tuple[int, list[QAItem | SourceFault]]], bar: Any
) -> None:
    """Make rows one by one, with chains from the templates."""
    wanted = None if run.config.accept is None else run.config.accept - run.accepted
    for number, shard in shards:
        rows: list[Row] = []
        for row in pipeline.rows(shard):
            rows.append(row)
            bar.update()
            if wanted is not None and row.status == "accepted":
                wanted -= 1
                if not wanted:
                    run.write_shard(number, rows)
                    return
        run.write_shard(number, rows)


def _bar(show: bool, **options: Any) -> Any:
    from tqdm import tqdm

    return tqdm(disable=None if show else True, smoothing=0.1, **options)
