"""Read the vocabulary from the tables in `ontologies/`: relations, node types and licences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from kgpaths.errors import UsageError, nearest
from kgpaths.records import Polarity
from kgpaths.resources import resource

Policy = Literal["open", "open+sa", "noncommercial", "internal"]
POLICIES: tuple[Policy, ...] = get_args(Policy)
"""What a release may carry, from freest to strictest; what is `internal` is never published."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NodeType(_Entry):
    """One kind of node."""

    type: str
    label: str
    """For people, singular: "disease"."""
    plural: str
    group: str
    """Only nodes of one group may be the same concept and are merged."""
    rank: int
    """Within a group: a merged node keeps the type of the smallest rank."""
    biolink: str
    linkable: bool
    """False for qualifiers such as modes of inheritance: no text is linked to them."""


class Relation(_Entry):
    """One predicate of the graph."""

    predicate: str
    subject_types: tuple[str, ...]
    object_types: tuple[str, ...]
    phrase: str
    """English from subject to object: ``"{subject} {phrase} {object}"``."""
    inverse_phrase: str
    """English from object to subject: ``"{object} {inverse_phrase} {subject}"``."""
    polarity: Polarity
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


class Licence(_Entry):
    """One source in the licence ledger."""

    key: str
    """What edges carry as `source` and items as `dataset`."""
    title: str
    version: str
    licence: str
    """SPDX id, or `LicenseRef-…` for terms that SPDX does not list."""
    url: str
    attribution: str
    """The sentence that a release must carry."""
    redistributable: bool = True
    commercial_use: bool = True
    alterable: bool = True
    share_alike: bool = False
    policy: Policy
    """The least permissive release that the source may be part of."""


@cache
def _table(name: str) -> Any:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(resource("ontologies", name).read_text(encoding="utf-8"), Loader=loader)


@cache
def node_types() -> Mapping[str, NodeType]:
    """Return all node types by name.

    >>> node_types()["symptom"].group
    'condition'
    """
    return MappingProxyType({key: NodeType(type=key, **row) for key, row in _table("node_types.yaml").items()})


@cache
def relations() -> Mapping[str, Relation]:
    """Return all relations by predicate; type groups of the table are spelled out.

    >>> relation = relations()["has_symptom"]
    >>> print("pneumonia", relation.phrase, "fever;", "fever", relation.inverse_phrase, "pneumonia")
    pneumonia can present with fever; fever can be a symptom of pneumonia
    >>> relation.object_types
    ('disease', 'symptom', 'phenotype', 'finding')
    """
    return MappingProxyType({key: _relation(key, row) for key, row in _table("relations.yaml").items()})


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


@cache
def licences() -> Mapping[str, Licence]:
    """Return the licence ledger by source key.

    >>> licences()["hpo"].alterable
    False
    """
    rows = _table("licences.yaml")["sources"]
    return MappingProxyType({key: Licence(key=key, **row) for key, row in rows.items()})


@cache
def licence_order() -> tuple[str, ...]:
    """Return the known licence ids from freest to strictest.

    >>> licence_order()[0], licence_order()[-1]
    ('CC0-1.0', 'LicenseRef-unknown')
    """
    return tuple(_table("licences.yaml")["order"])


def strictest(licences: Iterable[str]) -> str:
    """Return the most restrictive of some licences, by the order that `ontologies/licences.yaml` documents.

    Public domain < permissive < attribution < NLM terms < HPO licence < share-alike < non-commercial < unknown.
    Keys of the ledger stand for their licence. A licence that the order does not list counts as unknown.

    Raises:
        ValueError: no licence is given.

    >>> strictest(["MIT", "LicenseRef-HPO", "CC-BY-4.0"])
    'LicenseRef-HPO'
    >>> strictest(["mesh", "CC0-1.0"])
    'LicenseRef-NLM'
    >>> strictest(["CC-BY-NC-SA-4.0", "House rules"])
    'LicenseRef-unknown'
    """
    order = {licence: rank for rank, licence in enumerate(licence_order())}
    return max((_licence_id(name) for name in licences), key=order.__getitem__)


def policy_of(source: str, licence: str) -> Policy:
    """Return the least permissive release that a statement may be part of, by its licence and by its source's entry.

    A source without an entry is judged by the licence alone; a licence that the ledger does not list is unknown, and
    what is unknown stays internal.

    >>> policy_of("doid", "CC0-1.0"), policy_of("colleague", "CC-BY-SA-4.0"), policy_of("doid", "House rules")
    ('open', 'open+sa', 'internal')
    """
    order, limits = licence_order(), _table("licences.yaml")["policies"]
    rank = order.index(_licence_id(licence))
    by_licence = next(policy for policy in POLICIES if rank <= order.index(limits[policy]))
    by_source = licences()[source].policy if source in licences() else POLICIES[0]
    return max(by_licence, by_source, key=POLICIES.index)


def _licence_id(name: str) -> str:
    if name in licences():
        return licences()[name].licence
    return name if name in licence_order() else "LicenseRef-unknown"
