"""Read HPO annotations of diseases, `phenotype.hpoa`, in the old and the new spelling of the header.

Format: https://obophenotype.github.io/human-phenotype-ontology/annotations/phenotype_hpoa/
"""

from __future__ import annotations

from collections.abc import Iterator

from kgpaths.graph.frequency import frequency
from kgpaths.graph.ids import folded
from kgpaths.graph.readers.names import curie
from kgpaths.graph.readers.reader import Reader
from kgpaths.graph.readers.text import Table, places
from kgpaths.graph.tables import EdgeRecord, NodeRecord
from kgpaths.records import Evidence

_OLD_NAMES = {"databaseid": "database_id", "diseasename": "disease_name", "dbname": "disease_name"}
_CONDITIONS = ("sex", "onset", "modifier")
"""Columns that narrow an annotation. "Can show" holds without them, "does not show" holds only under them."""
_ASPECTS = {  # the column says which branch of HPO the term is from
    "P": "has_phenotype",
    "I": "has_inheritance",
    "C": "has_clinical_course",
    "M": "has_modifier",
    "H": "has_phenotype",  # past medical history
}
# The branch of HP:0003674 (Onset), release 2025-01-16; the file counts it as clinical course.
# fmt: off
_ONSET = frozenset((
    "HP:0003577", "HP:0003581", "HP:0003584", "HP:0003593", "HP:0003596", "HP:0003621", "HP:0003623",
    "HP:0003674", "HP:0011460", "HP:0011461", "HP:0011462", "HP:0011463", "HP:0025708", "HP:0025709",
    "HP:0025710", "HP:0030674", "HP:0034197", "HP:0034198", "HP:0034199", "HP:0410280", "HP:4000040",
    "HP:6000314", "HP:6000315",
))
# fmt: on


class HpoAnnotations(Reader):
    """Reads diseases and their annotations; the terms themselves come from the ontology, another source.

    An annotation with the qualifier NOT, or found in none of the patients, becomes `lacks_phenotype`, unless it is
    about one sex, onset or modifier alone. The strength of the others is their frequency, 1.0 where none is given.
    """

    FORMAT = "hpoa"
    DESCRIPTION = "phenotype.hpoa: HPO's annotations of diseases, with NOT, frequencies and aspects"
    SUFFIXES = (".hpoa", ".tab")
    SOURCE = "hpoa"

    _open: Table | None = None

    @property
    def where(self) -> str:
        return self._open.where if self._open else str(self.paths[0])

    def _rows(self) -> Iterator[dict[str, str]]:
        for path in self.files():
            # the old header is itself a comment: `#DatabaseID ...`; it is the line that has tabs
            table = self._open = Table(path, self.faults, comment="#")
            header, first = table.header, None
            if table.comments and "\t" in table.comments[-1]:
                first, header = header, table.comments[-1].split("\t")
            names = [_OLD_NAMES.get(name.strip().lower(), name.strip().lower()) for name in header]
            wanted = places(
                names,
                ("database_id", "disease_name", "qualifier", "hpo_id", "reference", "frequency", "aspect"),
                path,
            )
            wanted |= {column: names.index(column) for column in _CONDITIONS if column in names}
            self._release(table.comments)
            if first is not None:
                yield {column: first[place] for column, place in wanted.items()}
            for row in table:
                yield {column: row[place] for column, place in wanted.items()}

    def _release(self, comments: list[str]) -> None:
        for comment in comments:
            key, _, value = comment.partition(":")
            if key.strip() in ("version", "date") and not self.settings.version:
                self.version = value.strip()

    def nodes(self) -> Iterator[NodeRecord]:
        names: dict[str, str] = {}
        told: set[tuple[str, str]] = set()
        for row in self._rows():
            disease, name = curie(row["database_id"]), folded(row["disease_name"])
            if not disease:
                self.fault("bad_value", "database_id is empty")
            elif disease not in names:
                names[disease] = row["disease_name"]
                yield NodeRecord(disease, self.named(disease, row["disease_name"]), "disease", self.source)
            elif folded(names[disease]) != name and (disease, name) not in told:
                told.add((disease, name))
                self.fault("duplicate_id", f"{disease} is {names[disease]!r} already, here {row['disease_name']!r}")

    def edges(self) -> Iterator[EdgeRecord]:
        for row in self._rows():
            disease, term = curie(row["database_id"]), curie(row["hpo_id"])
            if not disease or not term:
                self.fault("bad_value", "database_id or hpo_id is empty")
                continue
            predicate, denied = _ASPECTS.get(row["aspect"]), row["qualifier"].upper() == "NOT"
            if term in _ONSET:
                predicate = "has_onset"
            if predicate is None or row["qualifier"].upper() not in ("", "NOT"):
                self.fault("bad_value", f"unknown aspect {row['aspect']!r} or qualifier {row['qualifier']!r}")
                continue
            try:
                patients = frequency(row["frequency"])
            except ValueError as error:
                self.fault("bad_value", str(error))
                continue
            if predicate != "has_phenotype" and (denied or patients == 0.0):
                # "not inherited so", "has not this course": the vocabulary has no way to say it
                self.faults.skip("NOT of something that is no phenotype")
                continue
            conditions = [column for column in _CONDITIONS if row.get(column)]
            predicate = self.stated(predicate, denied=denied, patients=patients, only=conditions)
            if predicate is None:
                continue
            yield EdgeRecord(
                disease,
                predicate,
                term,
                self.source,
                self.version,
                self.licence,
                strength=patients or 1.0,
                evidence=(Evidence(reference=row["reference"], score=patients),),
            )
