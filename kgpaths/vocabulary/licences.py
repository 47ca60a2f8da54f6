"""The licence ledger, and what a release may carry: `ontologies/licences.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal, get_args

from kgpaths.vocabulary.entries import Entry, table

Policy = Literal["open", "open+sa", "noncommercial", "internal"]
POLICIES: tuple[Policy, ...] = get_args(Policy)
"""What a release may carry, from freest to strictest; what is `internal` is never published."""


class Licence(Entry):
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
def licences() -> Mapping[str, Licence]:
    """Return the licence ledger by source key.

    >>> licences()["hpo"].alterable
    False
    """
    rows = table("licences.yaml")["sources"]
    return MappingProxyType({key: Licence(key=key, **row) for key, row in rows.items()})


@cache
def licence_order() -> tuple[str, ...]:
    """Return the known licence ids from freest to strictest.

    >>> licence_order()[0], licence_order()[-1]
    ('CC0-1.0', 'LicenseRef-unknown')
    """
    return tuple(table("licences.yaml")["order"])


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
    order, limits = licence_order(), table("licences.yaml")["policies"]
    rank = order.index(_licence_id(licence))
    by_licence = next(policy for policy in POLICIES if rank <= order.index(limits[policy]))
    by_source = licences()[source].policy if source in licences() else POLICIES[0]
    return max(by_licence, by_source, key=POLICIES.index)


def _licence_id(name: str) -> str:
    if name in licences():
        return licences()[name].licence
    return name if name in licence_order() else "LicenseRef-unknown"
