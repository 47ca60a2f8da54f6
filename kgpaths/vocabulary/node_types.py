"""The kinds of things that a node can be: `ontologies/node_types.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

from kgpaths.vocabulary.entries import Entry, table


class NodeType(Entry):
    """One kind of node."""

    type: str
    label: str
    """For people, singular: "disease"."""
    plural: str
    group: str
    """Only nodes of one group may be the same concept and are merged."""
    role: Literal["sign", ""] = ""
    """`sign`: what one finds in a patient, which speaks for a disease."""
    rank: int
    """Within a group: a merged node keeps the type of the smallest rank."""
    biolink: str
    linkable: bool
    """False for qualifiers such as modes of inheritance: no text is linked to them."""


@cache
def node_types() -> Mapping[str, NodeType]:
    """Return all node types by name.

    >>> node_types()["symptom"].group
    'condition'
    """
    return MappingProxyType({key: NodeType(type=key, **row) for key, row in table("node_types.yaml").items()})


@cache
def types_of(*groups: str, role: str = "") -> frozenset[str]:
    """Return the node types of some groups, all where none is named, or, with `role`, those of them that have it.

    Raises:
        KeyError: there are none.

    >>> sorted(types_of("care")), sorted(types_of(role="sign"))
    (['device', 'procedure', 'test'], ['finding', 'phenotype', 'symptom'])
    """
    among = [kind for kind in node_types().values() if not groups or kind.group in groups]
    found = frozenset(kind.type for kind in among if role in ("", kind.role))
    if not found:
        raise KeyError(f"no node type of {groups} with the role {role!r}")
    return found
