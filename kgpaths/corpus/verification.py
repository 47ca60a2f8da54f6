"""Check a run against its graph and its own manifest: every hash, edge, span and licence, and list all faults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from kgpaths.corpus.funnel import Funnel
from kgpaths.corpus.manifest import DATA, MANIFEST, STATS, FileEntry
from kgpaths.corpus.reading import Corpus, read_file
from kgpaths.corpus.rendering import Style, path_rows, sft_row
from kgpaths.corpus.row_checks import RowChecks
from kgpaths.corpus.row_schema import schema
from kgpaths.corpus.sentence_checks import Passage, SentenceChecks
from kgpaths.errors import CorpusError, GraphError
from kgpaths.files import sha256_of
from kgpaths.records import Row

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

Lines = Iterator[tuple[str, dict[str, Any]]]
"""(file, row) in the order of a configuration's files."""


class VerifyFault(NamedTuple):
    """One thing that does not hold.

    >>> print(VerifyFault("data/sft/train-00000-of-00001.parquet", "", "is gone"))
    data/sft/train-00000-of-00001.parquet: is gone
    """

    file: str
    """Relative to the run folder."""
    row: str
    """Row id; empty when the file as a whole is meant."""
    what: str

    def __str__(self) -> str:
        return ": ".join(part for part in self if part)


@dataclass(frozen=True)
class VerifyReport:
    """What was checked and what was found."""

    faults: tuple[VerifyFault, ...]
    counts: Mapping[str, int] = field(default_factory=dict)
    """How many files, rows, paths, steps, edge citations, quotes and mentions were checked."""
    unread: Mapping[str, int] = field(default_factory=dict)
    """By source, how many sentences no text was given for; empty when no texts were given at all."""

    @property
    def ok(self) -> bool:
        """True when everything holds."""
        return not self.faults


def verify(
    run: str | Path | Corpus, graph: KnowledgeGraph | None = None, *, texts: Iterable[Passage] | None = None
) -> VerifyReport:
    """Check a run.

    Checked are: hash, length, rows and columns of every file, and that no other files lie among them; the funnel; that
    the graph is the one the run names; for every row what the validator checks of its grounding
    (`kgpaths.validation.grounding`: edges and nodes exist, paths and steps are connected, quotes and mentions are
    verbatim at their offsets), that the edges that stand in the row are the graph's to the last word of their
    evidence, that the answer is the question's, that the licence is at least as strict as that of anything the row
    rests on; and that `sft` and `paths` say exactly what `structured` says. Rejected rows may have the faults that
    they were rejected for.

    Args:
        run: run folder.
        graph: graph to check against; by default the one that the run names.
        texts: reference texts, such as `kgpaths.texts.passages`; then every sentence that an edge
            quotes is looked up in its text, at its offsets.

    Raises:
        CorpusError: there is no finished run.
        GraphError: the graph that the run names cannot be opened.
    """
    corpus = run if isinstance(run, Corpus) else Corpus.open(run)
    if graph is None:
        from kgpaths.graph import KnowledgeGraph

        graph = KnowledgeGraph.open(corpus.manifest.config.graph)
    graph = graph.only(corpus.manifest.config.tiers)
    verification = _Verification(corpus, graph)
    verification.check_manifest()
    verification.check_files()
    verification.check_rows()
    unread = {} if texts is None else verification.check_texts(texts)
    return VerifyReport(tuple(verification.faults), dict(verification.checks.counts), unread)


class _Verification:
    def __init__(self, corpus: Corpus, graph: KnowledgeGraph) -> None:
        self.corpus = corpus
        self.graph = graph
        self.checks = RowChecks(graph, corpus.manifest.graph_hash)
        self.faults: list[VerifyFault] = []
        self.sentences = SentenceChecks()
        self._ids: set[bytes] = set()

    def _fault(self, file: str, row: object, what: str) -> None:
        self.faults.append(VerifyFault(file, str(row or ""), what))

    def check_manifest(self) -> None:
        manifest = self.corpus.manifest
        if manifest.graph_hash != self.graph.hash:
            self._fault(
                MANIFEST, "", f"made with graph {manifest.graph_hash[:16]}, checked with {self.graph.hash[:16]}"
            )
        if manifest.identity.graph_hash != manifest.graph_hash:
            self._fault(MANIFEST, "", "names two graphs")
        if manifest.identity.hash != manifest.config_hash:
            self._fault(MANIFEST, "", "config_hash is not the hash of the configuration")

    def check_files(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        folder = self.corpus.folder
        for entry in self.corpus.manifest.files:
            self.checks.counts["files"] += 1
            path = folder / entry.path
            if not path.is_file():
                self._fault(entry.path, "", "is gone")
                continue
            if sha256_of(path) != entry.sha256:
                self._fault(entry.path, "", "its SHA-256 is not the manifest's")
            try:
                columns, rows = pq.read_schema(path), pq.read_metadata(path).num_rows
            except (OSError, pa.ArrowException) as error:
                self._fault(entry.path, "", f"is no Parquet file: {error}")
                continue
            if lacking := [name for name in schema(entry.config).names if name not in columns.names]:
                older = f"lacks {', '.join(lacking)}: an older kgpaths wrote it, so build the run again"
                self._fault(entry.path, "", older)
                self.checks.with_edges &= "edges" not in lacking
            elif not columns.equals(schema(entry.config)):
                self._fault(entry.path, "", f"its columns are not those of {entry.config}")
            if rows != entry.rows:
                self._fault(entry.path, "", f"holds {rows} rows, the manifest says {entry.rows}")
        listed = {entry.path for entry in self.corpus.manifest.files}
        for path in sorted((folder / DATA).rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and name not in listed:
                self._fault(name, "", "is not in the manifest")

    def check_rows(self) -> None:
        """Check every row, and the funnel against all of them together."""
        funnel = Funnel.of(self._checked_rows())
        try:
            stated = self.corpus.stats
        except CorpusError as error:
            self._fault(STATS, "", str(error))
            return
        for name, count in funnel.model_dump().items():
            if stated[name] != count:
                self._fault(STATS, "", f"says {name} {stated[name]}, the rows say {count}")

    def check_texts(self, texts: Iterable[Passage]) -> dict[str, int]:
        """Look every sentence up in its text; return, by source, how many have none among the texts."""
        for file, row, what in self.sentences.faults(texts):
            self._fault(file, row, what)
        self.checks.counts["sentences in their texts"] = self.sentences.found
        return dict(sorted(self.sentences.unread.items()))

    def _checked_rows(self) -> Iterator[Row]:
        for config in ("structured", "rejected"):
            for split in dict.fromkeys(entry.split for entry in self.corpus.files(config)):
                rendered = _Rendered(self, split) if config == "structured" else None
                for file, fields in self._lines(self.corpus.files(config, split)):
                    row = self._row(file, fields)
                    if rendered:
                        rendered.compare(row)
                    if row is None:
                        continue
                    if (row.status == "accepted") != (config == "structured"):
                        self._fault(file, row.id, f"has status {row.status} but stands in {config}")
                    if row.item is not None and row.item.split != split:
                        self._fault(file, row.id, f"is of split {row.item.split} but stands in {split}")
                    for what in self.checks.faults(row):
                        self._fault(file, row.id, what)
                    self.sentences.note(file, row)
                    yield row
                if rendered:
                    rendered.expect_end()

    def _row(self, file: str, fields: dict[str, Any]) -> Row | None:
        row_id = str(fields.get("id"))
        key = blake2b(row_id.encode(), digest_size=16).digest()
        if key in self._ids:
            self._fault(file, row_id, "a row with this id came before")
        self._ids.add(key)
        try:
            return Row.model_validate(fields)
        except ValidationError as error:
            for found in error.errors():
                place = ".".join(map(str, found["loc"]))
                self._fault(file, row_id, f"{place}: {found['msg']}" if place else found["msg"])
            return None

    def _lines(self, entries: Iterable[FileEntry]) -> Lines:
        for entry in entries:
            try:
                for fields in read_file(self.corpus.folder / entry.path):
                    yield entry.path, fields
            except CorpusError as error:
                self._fault(entry.path, "", str(error))


class _Rendered:
    """`sft` and `paths` of one split, read beside `structured`: they must be what its rows render to."""

    def __init__(self, verification: _Verification, split: str) -> None:
        self._verification = verification
        corpus = verification.corpus
        self._style = Style(corpus.manifest.layout, corpus.manifest.config.cite_sources)
        self._lines = {name: verification._lines(corpus.files(name, split)) for name in ("sft", "paths")}
        self._lost: set[str] = set()  # configurations whose rows no longer stand where they should

    def compare(self, row: Row | None) -> None:
        """Compare the lines of the next structured row; None is one that could not be read."""
        if row is None or row.item is None or row.chain is None:
            self._lost |= self._lines.keys()
            return
        self._compare("sft", [sft_row(row, self._style)])
        try:
            self._compare("paths", path_rows(row, self._verification.graph.name))
        except GraphError:
            self._lost.add("paths")  # a node that the graph lacks: the row's own checks say so

    def _compare(self, config: str, expected: list[dict[str, Any]]) -> None:
        if config in self._lost:
            return
        found = list(islice(self._lines[config], len(expected)))
        for line, wanted in zip(found, expected, strict=False):
            file, fields = line
            if fields.get("id") != wanted["id"]:
                self._verification._fault(file, fields.get("id"), f"stands where structured has {wanted['id']}")
                self._lost.add(config)
                return
            if fields != wanted:
                wrong = [name for name, value in wanted.items() if fields.get(name) != value]
                self._verification._fault(file, wanted["id"], f"{', '.join(wrong)} is not what structured says")
        if len(found) < len(expected):
            self._verification._fault(f"{DATA}/{config}", expected[len(found)]["id"], "is missing")
            self._lost.add(config)

    def expect_end(self) -> None:
        """Check that nothing is left over."""
        for config in self._lines.keys() - self._lost:
            extra = next(self._lines[config], None)
            if extra is not None:
                self._verification._fault(extra[0], extra[1].get("id"), "is of no structured row")
