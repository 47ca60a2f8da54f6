"""Read values as JSON, YAML and networkx give them: a single value for a list of one, or a truth value for a word."""

from __future__ import annotations

import math
from functools import cache
from typing import Any, ClassVar


def as_list(value: Any) -> list[Any]:
    """Return the items of a list without empty ones; a single value counts as a list of one.

    >>> as_list("https://example.org"), as_list(["a", None]), as_list(None)
    (['https://example.org'], ['a'], [])
    """
    items = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
    return [item for item in items if item is not None and item != ""]


def as_text(value: Any) -> str | None:
    """Return text, or a number as text; None for what is neither, as a truth value that was a word like NO.

    >>> as_text("NO"), as_text(9796.0), as_text(0), as_text(None), as_text(False)
    ('NO', '9796', '0', '', None)
    """
    if isinstance(value, str):
        return value
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(int(value)) if abs(value) < 2.0**53 and value == int(value) else str(value)


@cache
def _text_loader() -> Any:
    import yaml

    plain = {"tag:yaml.org,2002:null", "tag:yaml.org,2002:merge"}

    class TextLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        yaml_implicit_resolvers: ClassVar = {
            first: [(tag, pattern) for tag, pattern in resolvers if tag in plain]
            for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    return TextLoader


def load_yaml(text: str) -> Any:
    """Return what YAML holds, with every unquoted word as text but null.

    YAML 1.1 takes NO, on and yes for truth values, 12:30 and 0x1F for numbers, 2026-03-01 for a date; to a person who
    lists names they are names.

    Raises:
        yaml.YAMLError: it is no YAML.

    >>> load_yaml("{name: NO, alias: [on, 007, 1.10, 2026-03-01], other: null}")
    {'name': 'NO', 'alias': ['on', '007', '1.10', '2026-03-01'], 'other': None}
    """
    import yaml

    return yaml.load(text, Loader=_text_loader())
