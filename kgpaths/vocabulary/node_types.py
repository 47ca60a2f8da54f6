"""The kinds of things that a node can be: `ontologies/node_types.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from kgpaths.vocabulary.entries import Entry, table


class NodeType(Entry):
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


@cache
def node_types() -> Mapping[str, NodeType]:
    """Return all node types by name.

    >>> node_types()["symptom"].group
    'condition'
    """
    return MappingProxyType({key: NodeType(type=key, **row) for key, row in table("node_types.yaml").items()})
