"""Read JSON in which every object gives a key once; `json` itself would keep the last of two values and say nothing."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any


class KeyTwice(ValueError):
    """An object gives the same key twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        key, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise KeyTwice(f"key {key!r} stands twice in one object; remove the value that is not meant")
    return found


DECODER = json.JSONDecoder(object_pairs_hook=_once)


def loads(text: str) -> Any:
    """Return the value of a JSON text.

    Raises:
        KeyTwice: an object in it gives the same key twice.
        json.JSONDecodeError: it is not JSON.

    >>> loads('{"A": "Gout", "A": "Flu"}')
    Traceback (most recent call last):
    ...
    kgpaths.sources.objects.KeyTwice: key 'A' stands twice in one object; remove the value that is not meant
    """
    return DECODER.decode(text)
