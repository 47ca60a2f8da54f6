"""Read what an ontology notes beside a cross-reference or relation: that it is no equivalence, or not always true.

OBO writes it as trailing modifiers, `{source="MONDO:relatedTo"}`; OBO graphs as property values of the axiom.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

Notes = Sequence[tuple[str, str]]
"""Pairs of key and value."""

_EQUIVALENT = frozenset({"equivalentto", "exactmatch", "sameas", "exact", "e"})
_NOT_EQUIVALENT = frozenset(
    (
        # of Mondo
        *("relatedto", "superclassof", "subclassof", "siblingof", "directsiblingof", "otherhierarchy"),
        *("mondoisbroaderthansource", "mondoisnarrowerthansource"),
        *("obsoleteequivalent", "equivalentobsolete", "obsoleteequivalentobsolete"),
        # of SKOS, which GO uses
        *("broadmatch", "narrowmatch", "closematch", "relatedmatch"),
        *("broad", "broader", "narrow", "narrower", "close", "related"),
        # of Orphanet: from its narrower term to a broader one, the other way round, and codes chosen for want of one
        *("ntbt", "btnt", "inclusion", "attributed"),
    )
)
_MARKED = {"MONDO": "equivalentto"}
"""Ontologies that mark each equivalence: a reference with a source and without the mark is none."""

_PROVENANCE = re.compile(
    r"sources?|evidence|references?|xrefs?|hasdbxref|database_cross_reference|pmid|seealso|isdefinedby|contributor|creator"
    r"|created(_by)?|creation_date|date|modified|cjs|orcid|comments?|description|title|label|status|order|id"
    r"|(\w+_)?notes?|curator\w*|editor\w*|provenance\w*|term_tracker\w*|axiom_lost\w*|external_ontology|(hasobo)?namespace"
    r"|ontology|(is_)?(inferred|asserted|implied)|inference|all_some"
)
_ANNOTATIONS = frozenset({"dc", "dce", "dcterms", "terms", "iao", "oboinowl", "owl", "pav", "prov", "rdfs", "skos"})
"""Prefixes whose properties say where a statement is from, never where it holds."""
_AT_LEAST_ONE = frozenset({"cardinality", "mincardinality"})
_IN_PROSE = re.compile(r"\b(?:NTBT|BTNT|[Ee]xact)\b")
_END = re.compile(r"[:/#]")
_NOTE = re.compile(r'([^\s{},="]+)="((?:[^"\\]|\\.)*)"')


def parse_notes(line: str) -> list[tuple[str, str]]:
    """Return the trailing modifiers of a line of OBO.

    >>> parse_notes('is_a: A:1 {source="B:2", is_inferred="true"} ! name')
    [('source', 'B:2'), ('is_inferred', 'true')]
    """
    return _NOTE.findall(line.partition("{")[2])


def unlike(term_id: str, notes: Notes) -> str:
    """Return what a cross-reference is instead of an equivalence; empty where it may be one.

    >>> unlike("MONDO:1", [("source", "MONDO:relatedTo")]), unlike("MONDO:1", [("source", "MONDO:equivalentTo")])
    ('relatedTo', '')
    >>> unlike("MONDO:1", [("source", "DOID:2")]), unlike("UBERON:1", [("source", "FMA:2")])
    ('not equivalentTo', '')
    """
    words = [
        word for _, value in notes for word in (_END.split(value)[-1], *re.findall(r"\b[BN]TBT\b|\bBTNT\b", value))
    ]
    mark = _MARKED.get(term_id.partition(":")[0])
    if any(word.lower() == mark if mark else word.lower() in _EQUIVALENT for word in words):
        return ""
    other = next((word for word in words if word.lower() in _NOT_EQUIVALENT), "")
    return other or ("not equivalentTo" if notes and mark else "")


def condition(notes: Notes) -> str:
    """Return the modifiers under which alone a relation holds; empty where it always does.

    >>> condition([("gci_relation", "part_of"), ("gci_filler", "NCBITaxon:10090")]), condition([("source", "A:1")])
    ('gci_filler, gci_relation', '')
    >>> condition([("cardinality", "2")]), condition([("maxCardinality", "0")])
    ('', 'maxCardinality')
    """
    return ", ".join(sorted({key for key, value in notes if not _is_harmless(key, value)}))


def _is_harmless(key: str, value: str) -> bool:
    *prefix, name = _END.split(key.lower())
    if name in _AT_LEAST_ONE:
        return value.isdigit() and int(value) > 0
    if name == "all_only":
        return value.lower() == "false"
    known = bool(prefix) and (prefix[-1] in _ANNOTATIONS or name.startswith("iao_"))
    return known or _PROVENANCE.fullmatch(name) is not None
