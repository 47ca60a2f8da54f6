"""The predicates of the graph: `ontologies/relations.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field

from kgpaths.errors import UsageError, nearest
from kgpaths.records import Polarity
from kgpaths.vocabulary.entries import Entry, table
from kgpaths.vocabulary.node_types import node_types

Family = Literal[
    "hierarchy", "similarity", "attribute", "genetics", "manifestation", "etiology", "risk", "transmission",
    "diagnosis", "treatment", "harm", "location", "interaction", "regulation", "process", "composition", "association",
    "denial",
]  # fmt: skip
"""What a relation speaks of; each is explained at the head of `ontologies/relations.yaml`."""
Role = Literal[
    "class", "heading", "group", "whole", "sign", "complication", "cause", "outcome", "contraindication"
]  # fmt: skip
"""What the object of a relation is to its subject."""


class Relation(Entry):
    """One predicate of the graph."""

    predicate: str
    subject_types: tuple[str, ...]
    object_types: tuple[str, ...]
    phrase: str
    """English from subject to object: ``"{subject} {phrase} {object}"``."""
    inverse_phrase: str
    """English from object to subject: ``"{object} {inverse_phrase} {subject}"``."""
    said_from: Literal["subject", "object", ""] = ""
    """The only end that the statement reads well from; empty where both do."""
    polarity: Polarity
    family: Family
    role: Role | None = None
    """None in families of which all relations have the same."""
    symmetric: bool = False
    effect: Literal[-1, 0, 1] = 0
    """What the subject does to the object: 1 more or stronger, -1 less or weaker, 0 unknown."""
    biolink: str
    """Nearest predicate of the Biolink Model 4."""
    biolink_negated: bool = False
    """The statement denies the Biolink predicate."""
    cost_millinats: int = Field(ge=1)
    """Prior cost of one hop."""
    in_paths: bool = True
    """False for what is never a step of reasoning: inheritance, membership, taxon."""
    aliases: tuple[str, ...] = ()
    """Names that sources use for this predicate."""
    inverse_aliases: tuple[str, ...] = ()
    """Names that sources use for it with subject and object exchanged."""


@cache
def relations() -> Mapping[str, Relation]:
    """Return all relations by predicate; type groups of the table are spelled out.

    >>> relation = relations()["has_symptom"]
    >>> print("pneumonia", relation.phrase, "fever;", "fever", relation.inverse_phrase, "pneumonia")
    pneumonia can present with fever; fever can be a symptom of pneumonia
    >>> relation.object_types
    ('disease', 'symptom', 'phenotype', 'finding')
    """
    return MappingProxyType({key: _relation(key, row) for key, row in table("relations.yaml").items()})


def _relation(predicate: str, row: dict[str, Any]) -> Relation:
    row = dict(row)
    return Relation(
        predicate=predicate,
        subject_types=_spelled_out(row.pop("subject")),
        object_types=_spelled_out(row.pop("object")),
        inverse_phrase=row.pop("inverse"),
        cost_millinats=row.pop("cost"),
        **row,
    )


def _spelled_out(names: Iterable[str]) -> tuple[str, ...]:
    """Turn types and groups into types, in the order of the table of node types."""
    wanted = set(names)
    found = tuple(key for key, kind in node_types().items() if {"any", kind.group, key} & wanted)
    unknown = wanted - {"any"} - set(found) - {node_types()[key].group for key in found}
    if unknown:
        raise ValueError(f"relations.yaml names unknown node types {sorted(unknown)}")
    return found


@cache
def relations_of(*families: Family, role: Role | None = None) -> frozenset[str]:
    """Return the predicates of some families, all where none is named, or, with `role`, those of them that have it.

    Raises:
        KeyError: there are none.

    >>> sorted(relations_of("treatment"))
    ['indicated_for', 'palliates', 'prevents', 'treats']
    >>> sorted(relations_of(role="sign"))
    ['has_phenotype', 'has_symptom']
    """
    known = relations().items()
    found = frozenset(
        key for key, one in known if (not families or one.family in families) and role in (None, one.role)
    )
    if not found:
        raise KeyError(f"no relation of {families} with the role {role!r}")
    return found


@cache
def denials() -> Mapping[str, str]:
    """Return, by predicate, the one that denies it.

    >>> denials()["has_symptom"], denials()["expressed_in"], "is_a" in denials()
    ('lacks_phenotype', 'not_expressed_in', False)
    """
    denying = {relation.biolink: key for key, relation in relations().items() if relation.biolink_negated}
    return MappingProxyType(
        {
            key: denying[relation.biolink]
            for key, relation in relations().items()
            if relation.biolink in denying and not relation.biolink_negated
        }
    )


@cache
def _by_alias() -> Mapping[str, tuple[str, bool]]:
    names: dict[str, tuple[str, bool]] = {}
    for predicate, relation in relations().items():
        for alias in (predicate, predicate.replace("_", " "), *relation.aliases):
            names[alias] = (predicate, False)
        for alias in relation.inverse_aliases:
            names[alias] = (predicate, True)
    return names


def resolve_predicate(name: str) -> tuple[str, bool]:
    """Return the predicate that a source's own name stands for, and whether subject and object change places.

    Raises:
        UsageError: no relation has that name.

    >>> resolve_predicate("symptom of")
    ('has_symptom', True)
    >>> resolve_predicate("is a")
    ('is_a', False)
    """
    try:
        return _by_alias()[name]
    except KeyError:
        raise UsageError(f"unknown predicate {name!r}; {nearest(name, relations())}") from None
