"""OBO files and OBO graphs have this in common: terms with names, cross-references and relations."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from kgpaths.errors import UsageError
from kgpaths.graph.readers.annotations import Notes, condition, unlike
from kgpaths.graph.readers.names import curie, node_type
from kgpaths.graph.readers.reader import Obsolete, Reader
from kgpaths.graph.readers.values import as_list
from kgpaths.graph.tables import EdgeRecord, NodeName, NodeRecord
from kgpaths.vocabulary.licences import licences
from kgpaths.vocabulary.relations import resolve_predicate

_RELATIONS = {  # of the Relation Ontology and others: what files name by number
    "BFO:0000050": "part_of",
    "BFO:0000051": "has part",
    "BFO:0000066": "occurs_in",
    "RO:0000053": "has_modifier",
    "RO:0000056": "participates_in",
    "RO:0000057": "has participant",
    "RO:0001022": "triggered_by",  # has allergic trigger
    "RO:0001025": "located_in",
    "RO:0002162": "in_taxon",
    "RO:0002200": "has_phenotype",
    "RO:0002206": "expressed_in",
    "RO:0002211": "regulates",
    "RO:0002212": "negatively_regulates",
    "RO:0002213": "positively_regulates",
    "RO:0002215": "capable of",
    "RO:0002233": "has participant",
    "RO:0002234": "has output",
    "RO:0002327": "enables",
    "RO:0002331": "participates_in",
    "RO:0002434": "interacts_with",
    "RO:0002436": "interacts_with",
    "RO:0002451": "transmitted_by",
    "RO:0002452": "has_symptom",
    "RO:0002610": "associated_with",
    "RO:0003302": "causes",
    "RO:0003304": "contributes_to",
    "RO:0004022": "has_inheritance",
    "RO:0004024": "disrupts",
    "RO:0004026": "located_in",
    "RO:0004027": "located_in",
    "RO:0004028": "triggered_by",
    "RO:0009501": "triggered_by",
    "IDO:0000664": "caused by",
    "subClassOf": "is_a",
    # of the Orphanet ontology, by label
    "has_ageofonset": "has_onset",
    "disease-causing germline mutation(s) in": "causes",
    "disease-causing germline mutation(s) (loss of function) in": "causes",
    "disease-causing germline mutation(s) (gain of function) in": "causes",
    "disease-causing somatic mutation(s) in": "causes",
    "major susceptibility factor in": "contributes_to",
    "role in the phenotype of": "contributes_to",
    "modifying germline mutation in": "contributes_to",
    "part of a fusion gene in": "associated_with",
    "candidate gene tested in": "associated_with",
    "biomarker tested in": "associated_with",
}
_BRANCHES: Mapping[str, str | None] = {
    # ontologies whose terms are of several types: the nearest of these above a term decides; None leaves it out
    "HP:0000005": "inheritance",
    "HP:0012823": "modifier",
    "HP:0031797": "clinical_course",
    "HP:0003674": "onset",
    "HP:0032223": "finding",
    "HP:0032443": "finding",
    "HP:0040279": "modifier",  # frequency
    "ORPHA:C003": None,  # epidemiology
    "ORPHA:C005": "inheritance",
    "ORPHA:C009": None,  # geography
    "ORPHA:C010": "gene",
    "ORPHA:C023": "onset",
}
_LAST_PART = re.compile(r"[:/#]|IAO_")
_SOURCES = {"HP": "hpo", "ORPHA": "orphanet"}


@dataclass(slots=True)
class Term:
    """One term of an ontology, with ids as CURIEs."""

    id: str
    name: Any = ""
    namespace: str = ""
    obsolete: bool = False
    replaced_by: list[str] = field(default_factory=list)
    consider: list[str] = field(default_factory=list)
    """What an obsolete term may stand for, where nobody says that it is the same."""
    alternatives: list[str] = field(default_factory=list)
    """Ids that were given up for this one."""
    xrefs: list[tuple[str, Notes]] = field(default_factory=list)
    names: list[NodeName] = field(default_factory=list)
    relations: list[tuple[str, str, Notes]] = field(default_factory=list)

    def note(self, relation: str, value: str) -> None:
        """Take what a property of the term says, where it has a meaning for us."""
        name = _LAST_PART.split(relation)[-1].lower().replace("_", "")
        if name in ("0100001", "replacedby", "termreplacedby"):
            self.replaced_by.append(curie(value))
        elif name == "consider":
            self.consider.append(curie(value))
        elif name == "hasalternativeid":
            self.alternatives.append(curie(value))
        elif name == "hasobonamespace":
            self.namespace = value
        elif name == "deprecated":
            self.obsolete |= value.lower() in ("true", "1")


class OntologyReader(Reader):
    """Turns terms into nodes, and their relations into edges.

    The type of a node is that of its namespace (`types: {quality: finding}`) or of the prefix of its id; terms of HPO
    and of Orphanet are told apart by the branch they stand in. Obsolete terms, and terms of prefixes for which the
    settings say null, are left out. The source of a statement is the ontology of its subject (`DOID:…`: `doid`),
    unless the settings name one.
    """

    OPTIONS: ClassVar[Mapping[str, str]] = {
        "type": "node type of all terms",
        "prefixes": "list of id prefixes to take; all when not given",
    }
    PREDICATES: ClassVar[Mapping[str, str]] = _RELATIONS

    _own_licence = ""

    @abstractmethod
    def terms(self, path: Path) -> Iterator[Term]:
        """Yield all terms of a file, obsolete ones too, after `declare` and `released` where it says so."""

    def released(self, version: str) -> None:
        """Take the file's own version, unless the settings give one."""
        if version and not self.settings.version:
            self.version = version

    def licensed(self, terms: str) -> None:
        """Take the licence that the file itself names, unless the settings give one."""
        if terms and not self.settings.licence:
            self.licence = self._own_licence = self.licence_of(terms)

    def declare(self, names: Sequence[str]) -> None:
        """Learn that some names mean the same relation: an id, a label, a cross-reference."""
        given = next((name for name in names if name in self.settings.predicates), None)
        for name in names:
            label = next((other for other in names if other != name and not other.startswith("http")), "")
            if label:
                self.labels.setdefault(name, label)
            if given is not None:
                self._predicates[name] = self._find_predicate(given)
            elif name not in self._predicates:
                for other in names:
                    plain = other.lower()
                    try:
                        self._predicates[name] = resolve_predicate(
                            _RELATIONS.get(other) or _RELATIONS.get(plain) or plain.replace("_", " ")
                        )
                        break
                    except UsageError:
                        continue  # another of the names may be one that the vocabulary knows

    def nodes(self) -> Iterator[NodeRecord]:
        return self.once(self._nodes())

    def _nodes(self) -> Iterator[NodeRecord]:
        branches = self._branches()
        for term in self._taken():
            if self.option("type", ""):
                ours = self.type_of(self.option("type", ""), term.id)
            elif term.id in branches:
                ours = branches[term.id]
                if ours is None:
                    self.faults.skip("term of a branch that is left out")
            else:
                ours = self._type_of_term(term)
            if ours is not None:
                xrefs = self.references(term.id, self._equivalent(term), term.alternatives)
                name = self.named(term.id, term.name)
                yield NodeRecord(term.id, name, ours, self._source_of(term.id), xrefs, tuple(term.names))

    def _equivalent(self, term: Term) -> Iterator[str]:
        for xref, notes in term.xrefs:
            other = unlike(term.id, notes)
            if other:
                self.faults.skip(f"cross-reference that is no equivalence: {other}")
            else:
                yield xref

    def edges(self) -> Iterator[EdgeRecord]:
        for term in self._taken():
            for relation, other, notes in term.relations:
                edge = self.edge(term.id, relation, other, notes)
                if edge is not None:
                    yield edge

    def edge(self, subject: str, relation: str, object: str, notes: Notes) -> EdgeRecord | None:
        """Return the edge for one relation; None, and told, when it is not always true or its predicate is unknown."""
        narrowed = condition(notes)
        if narrowed:
            self.faults.skip(f"relation that holds only under a condition: {narrowed}")
            return None
        known = self.predicate(relation)
        if known is None:
            return None
        source = self._source_of(subject)
        if known[1]:
            subject, object = object, subject
        return EdgeRecord(subject, known[0], object, source, self.version, self._licence_for(source))

    def _taken(self) -> Iterator[Term]:
        prefixes = as_list(self.option("prefixes", None))
        for path in self.files():
            repeated = path in self.faults.read
            for term in self.terms(path):
                if term.obsolete:
                    self.obsolete[term.id] = Obsolete(tuple(term.replaced_by), tuple(term.consider))
                    self.faults.skip("obsolete term", not repeated)
                elif prefixes and term.id.partition(":")[0] not in prefixes:
                    self.faults.skip("term of another ontology", not repeated)
                else:
                    yield term

    def _type_of_term(self, term: Term) -> str | None:
        known = term.namespace in self.settings.types or node_type(term.namespace) is not None
        return self.type_of(term.namespace if known else "", term.id)

    def _source_of(self, term_id: str) -> str:
        prefix = term_id.partition(":")[0]
        return self.settings.source or _SOURCES.get(prefix, prefix.lower())

    def _licence_for(self, source: str) -> str:
        if self.settings.licence or self._own_licence:
            return self.licence
        return licences()[source].licence if source in licences() else self.licence

    @abstractmethod
    def hierarchy(self, path: Path) -> Iterator[tuple[str, str]]:
        """Yield (child, parent) of a file, at little cost."""

    def _branches(self) -> dict[str, str | None]:
        """Return the types of terms below the roots of branches; the nearest root counts."""
        roots = {**_BRANCHES, **self.option("branches", {})}
        prefixes = {root.partition(":")[0] for root in roots}
        parents: dict[str, list[str]] = {}
        for path in self.files():
            for child, parent in self.hierarchy(path):
                if child.partition(":")[0] in prefixes:
                    parents.setdefault(child, []).append(parent)
        nearest_root: dict[str, str] = {}

        def root_of(term_id: str) -> str:
            if term_id not in nearest_root:
                nearest_root[term_id] = term_id if term_id in roots else ""  # also ends a circle
                if not nearest_root[term_id]:
                    above = filter(None, map(root_of, parents.get(term_id, ())))
                    nearest_root[term_id] = next(above, "")
            return nearest_root[term_id]

        for term_id in sorted(parents):
            root_of(term_id)
        return {term_id: roots[root] for term_id, root in nearest_root.items() if root}
