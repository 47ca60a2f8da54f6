"""Read generic node and edge tables: CSV, TSV (compressed or not) and Parquet, with any column names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from kgpaths.errors import ConfigError, nearest
from kgpaths.graph.readers.faults import Faults
from kgpaths.graph.readers.names import BLANK, curie, undamaged
from kgpaths.graph.readers.parquet import ParquetTable
from kgpaths.graph.readers.reader import Reader, Settings
from kgpaths.graph.readers.text import Table, places
from kgpaths.graph.tables import SCOPES, TIERS, EdgeRecord, NodeName, NodeRecord
from kgpaths.records import Evidence

Row = Sequence[str]
Get = Callable[[Row], str]


class _TableReader(Reader):
    SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".pq")
    REQUIRED: tuple[str, ...] = ()
    OPTIONAL: tuple[str, ...] = ()

    def __init__(self, paths: Sequence[Path], settings: Settings, faults: Faults) -> None:
        super().__init__(paths, settings, faults)
        self._open: Table | ParquetTable | None = None
        for column in settings.columns:
            known = (*self.REQUIRED, *self.OPTIONAL)
            if column not in known:
                raise ConfigError(f"{self.FORMAT} has no column {column!r}; {nearest(column, known)}")

    @property
    def where(self) -> str:
        return self._open.where if self._open else str(self.paths[0])

    def _tables(self) -> Iterator[Table | ParquetTable]:
        for path in self.files():
            if path.suffix.lower() in (".parquet", ".pq"):
                self._open = ParquetTable(path)
            else:
                self._open = Table(path, self.faults, delimiter=self.option("separator", ""))
            yield self._open

    def _columns(self, table: Table | ParquetTable) -> dict[str, int]:
        """Return the places of the columns that are there: all required ones, and the named or plain optional ones."""
        wanted = [column for column in self.REQUIRED if column not in self.settings.options]
        wanted += [
            column
            for column in self.OPTIONAL
            if column in self.settings.columns or (column in table.header and column not in wanted)
        ]
        return places(table.header, wanted, Path(self.where.rpartition(":")[0] or self.where), self.settings.columns)

    def _getter(self, column: str, found: dict[str, int], default: str = "") -> Get:
        constant = str(self.option(column, default))
        if column not in found:
            return lambda _: constant
        place = found[column]
        return lambda row: row[place].strip() or constant

    def _id(self, found: dict[str, int], column: str, prefix: str) -> Get:
        place, prefix = found[column], self.option(prefix, "")
        if not prefix:
            return lambda row: undamaged(row[place].strip(BLANK))
        return lambda row: curie(row[place], prefix)


class NodeTable(_TableReader):
    """A table with one node a row."""

    FORMAT = "node_table"
    DESCRIPTION = "any table of nodes (CSV, TSV, Parquet); columns: id, name, type, xrefs, alt_ids, synonyms"
    REQUIRED = ("id", "name", "type")
    OPTIONAL = ("source", "xrefs", "alt_ids", "synonyms", "scope")
    OPTIONS: ClassVar[Mapping[str, str]] = {
        "type": "node type of all rows, where the table has no such column",
        "prefix": "put before ids that have no prefix",
        "list_separator": "between the values of `xrefs`, `alt_ids` and `synonyms`; | when not given",
        "scope": f"what all synonyms are; one of {', '.join(SCOPES)}; exact when not given",
        "separator": "between columns, where the file's name does not tell",
    }

    def nodes(self) -> Iterator[NodeRecord]:
        return self.once(self._nodes())

    def edges(self) -> Iterator[EdgeRecord]:
        return iter(())

    def _nodes(self) -> Iterator[NodeRecord]:
        bar = self.option("list_separator", "|")
        for table in self._tables():
            found = self._columns(table)
            id_of = self._id(found, "id", "prefix")
            name, kind, source, xrefs, earlier, synonyms, scope = (
                self._getter(column, found, default)
                for column, default in (
                    ("name", ""),
                    ("type", ""),
                    ("source", self.source),
                    ("xrefs", ""),
                    ("alt_ids", ""),
                    ("synonyms", ""),
                    ("scope", "exact"),
                )
            )
            for row in table:
                node_id, their_type = id_of(row), kind(row)
                ours = self.type_of(their_type, node_id)
                if not node_id:
                    self.fault("bad_value", "the id is empty")
                elif ours is not None:
                    texts = [text.strip() for text in synonyms(row).split(bar) if text.strip()]
                    ids = self.references(node_id, xrefs(row).split(bar), earlier(row).split(bar))
                    names = tuple(NodeName(text, scope(row)) for text in texts)
                    yield NodeRecord(node_id, self.named(node_id, name(row)), ours, source(row), ids, names)


class EdgeTable(_TableReader):
    """A table with one edge a row."""

    FORMAT = "edge_table"
    DESCRIPTION = (
        "any table of edges (CSV, TSV, Parquet); columns: subject, predicate, object, source, version, licence, "
        "tier, strength, reference, score, sentence, start, end, lead, url, section, rule"
    )
    REQUIRED = ("subject", "predicate", "object")
    EVIDENCE = ("reference", "score", "sentence", "start", "end", "lead", "url", "section", "rule")
    OPTIONAL = ("source", "version", "licence", "tier", "strength", *EVIDENCE)
    OPTIONS: ClassVar[Mapping[str, str]] = {
        "predicate": "predicate of all rows, where the table has no such column",
        "subject_prefix": "put before subjects that have no prefix",
        "object_prefix": "put before objects that have no prefix",
        "tier": f"tier of all rows; one of {', '.join(TIERS)}; curated when not given",
        "separator": "between columns, where the file's name does not tell",
    }

    def nodes(self) -> Iterator[NodeRecord]:
        return iter(())

    def edges(self) -> Iterator[EdgeRecord]:
        for table in self._tables():
            found = self._columns(table)
            subject_of = self._id(found, "subject", "subject_prefix")
            object_of = self._id(found, "object", "object_prefix")
            predicate = self._getter("predicate", found)
            source = self._getter("source", found, self.source)
            version = self._getter("version", found, self.version)
            licence = self._getter("licence", found)
            tier = self._getter("tier", found, "curated")
            plain = not found.keys() & {"tier", "strength", *self.EVIDENCE}
            terms: dict[tuple[str, str], str] = {}
            for row in table:
                known = self.predicate(predicate(row))
                if known is None:
                    continue
                ours, swapped = known
                subject, object_ = subject_of(row), object_of(row)
                if not subject or not object_:
                    self.fault("bad_value", "the subject or the object is empty")
                    continue
                if swapped:
                    subject, object_ = object_, subject
                given = (licence(row), source(row))
                terms_of = terms.get(given)
                if terms_of is None:
                    terms_of = self.licence_of(given[0]) if given[0] else self.licence_for(given[1])
                    terms[given] = terms_of
                if plain:
                    yield EdgeRecord(subject, ours, object_, given[1], version(row), terms_of, tier(row))
                    continue
                measured = self._measures(row, found)
                if measured is not None:
                    strength, evidence = measured
                    yield EdgeRecord(
                        subject, ours, object_, given[1], version(row), terms_of, tier(row), strength, evidence
                    )

    def _measures(self, row: Row, found: dict[str, int]) -> tuple[float, tuple[Evidence, ...]] | None:
        """Return strength and evidence of a row; None, and a fault, when a number is none or a tier is unknown."""
        text = {column: row[place].strip() for column, place in found.items()}
        if text.get("tier") and text["tier"] not in TIERS:
            self.fault("bad_value", f"unknown tier {text['tier']!r}; {nearest(text['tier'], TIERS)}")
            return None
        try:
            strength = float(text.get("strength") or 1.0)
            score = float(text["score"]) if text.get("score") else None
            start, end = (int(undamaged(text.get(column, "")) or 0) for column in ("start", "end"))
        except ValueError as error:
            self.fault("bad_value", f"not a number: {error}")
            return None
        if not 0.0 <= strength <= 1.0:
            self.fault("bad_value", f"strength {strength} is not between 0 and 1")
            return None
        words = ("reference", "sentence", "lead", "url", "section", "rule")
        fields = {column: text[column] for column in words if text.get(column)}
        if not fields and score is None:
            return strength, ()
        return strength, (Evidence(**fields, score=score, start=start, end=end),)
