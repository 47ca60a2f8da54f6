"""Make stable ids of edges: the same statement of the same source has the same id in every build."""

from __future__ import annotations

from hashlib import blake2b

from kgpaths.errors import GraphError

SEPARATOR = "\x1f"
"""Stands between the parts that are hashed; the builder refuses ids that hold a control character."""


def edge_id(subject: str, predicate: str, object: str, source: str) -> str:
    """Return the id of an edge: 16 lowercase hex digits, BLAKE2b-64 of its four parts.

    >>> edge_id("DOID:552", "has_symptom", "HP:0001945", "doid")
    '37a44ad5caf42883'
    >>> edge_id("a:1", "2is", "b:1", "s") == edge_id("a:12", "is", "b:1", "s")
    False
    """
    return _digest(subject, predicate, object, source).hex()


def edge_key(subject: str, predicate: str, object: str, source: str) -> int:
    """Return the id of an edge as an unsigned 64-bit integer: `int(edge_id(...), 16)`, without the detour.

    >>> f"{edge_key('a:1', 'is_a', 'a:2', 's'):016x}" == edge_id("a:1", "is_a", "a:2", "s")
    True
    """
    return int.from_bytes(_digest(subject, predicate, object, source), "big")


def name_key(text: str) -> int:
    """Return an unsigned 64-bit hash of a name that ignores case and spacing.

    >>> name_key("Heart  Failure") == name_key("heart failure")
    True
    """
    return int.from_bytes(blake2b(folded(text).encode(), digest_size=8).digest(), "big")


def folded(text: str) -> str:
    """Return a name with its case folded and its white space made single.

    >>> folded(" Crohn  Disease ")
    'crohn disease'
    """
    return " ".join(text.casefold().split())


def check_id(text: str, what: str) -> None:
    """Refuse what cannot be an id.

    Raises:
        GraphError: it is empty or holds a control or invisible character.

    >>> check_id("HP:0001945", "node id")
    """
    if not text or not text.isprintable():
        raise GraphError(f"{what} {text!r} is empty or holds a control or invisible character")


def _digest(subject: str, predicate: str, object: str, source: str) -> bytes:
    return blake2b(SEPARATOR.join((subject, predicate, object, source)).encode(), digest_size=8).digest()
