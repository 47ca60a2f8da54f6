"""Decide between two statements when a page says that its own symptom causes what the page is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

Key = TypeVar("Key", bound=tuple[str, ...])
_URL, _REFERENCE, _RULE = 6, 0, 8
"""Places in the row of a sentence, as `kgpaths.extraction.edge_tables.best_evidence` takes them."""
_SIGN_TYPES = frozenset({"symptom"})
_SIGN_VOCABULARY = "SYMP:"
"""The Symptom Ontology: what is in it is a symptom, whatever disease of the same name another source has."""


class Said(NamedTuple):
    """A statement on a page."""

    page: str
    subject: str
    predicate: str
    object: str


def wrong_way_round(said: Iterable[tuple[Said, str]], is_sign: Callable[[str], bool]) -> set[Said]:
    """Return the statements that another on the same page shows to be the wrong way round.

    "Gout causes a rash" and "a rash is a symptom of gout" go together; "a rash causes gout" on the same page does not.
    What a cue states stands against what a section alone states; where both stand alike, a symptom is no cause.
    Both stay where a cue states either of something that is no symptom: hyperuricemia, of gout.

    Args:
        said: statements with the rules that they come from.
        is_sign: tells whether a node is a symptom.

    >>> page = [(Said("p", "gout", "has_symptom", "rash"), "symptoms_include"),
    ...         (Said("p", "rash", "causes", "gout"), "causes_include")]
    >>> wrong_way_round(page, lambda node: node == "rash")
    {Said(page='p', subject='rash', predicate='causes', object='gout')}
    """
    cued: dict[Said, bool] = defaultdict(bool)
    for one, rule in said:
        cued[one] |= not rule.startswith(("section:", "item:", "table:"))
    wrong: set[Said] = set()
    for cause, by_cue in cued.items():
        shown = Said(cause.page, cause.object, "has_symptom", cause.subject)
        if cause.predicate != "causes" or shown not in cued:
            continue
        if cued[shown] == by_cue:
            if is_sign(cause.subject):
                wrong.add(cause)
            elif not by_cue:
                wrong.add(shown)
        else:
            wrong.add(shown if by_cue else cause)
    return wrong


def right_way_round(
    edges: Mapping[Key, Iterable[tuple[Any, ...]]], graph: KnowledgeGraph
) -> dict[Key, list[tuple[Any, ...]]]:
    """Return edges without the sentences that their own page shows to be the wrong way round.

    Args:
        edges: (subject, predicate, object, …) to the rows of their sentences.
        graph: whose nodes they join.
    """

    def said(key: Key, row: tuple[Any, ...]) -> Said:
        return Said(row[_URL] or row[_REFERENCE], *key[:3])

    rules = ((said(key, row), row[_RULE]) for key, rows in edges.items() for row in rows)
    wrong = wrong_way_round(rules, partial(is_symptom, graph))
    kept = {key: [row for row in rows if said(key, row) not in wrong] for key, rows in edges.items()}
    return {key: rows for key, rows in kept.items() if rows}


def is_symptom(graph: KnowledgeGraph, node: str) -> bool:
    """Tell whether a node is a symptom by its type or by the vocabularies that it is in."""
    record = graph.node(node)
    return record.type in _SIGN_TYPES or any(xref.startswith(_SIGN_VOCABULARY) for xref in record.xrefs)
