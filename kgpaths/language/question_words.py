"""The word lists of `ontologies/language/question.yaml` as compiled patterns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from kgpaths.language.denial import denied_verbs
from kgpaths.resources import resource


@cache
def pattern(name: str) -> re.Pattern[str]:
    r"""Return the pattern of a list: any of its expressions, between word boundaries.

    Raises:
        KeyError: there is no such list.

    >>> pattern("exception").findall("all of these, except one")
    ['except']
    """
    return re.compile(joined(tables()[name]))


@cache
def patterns(name: str) -> Mapping[str, re.Pattern[str]]:
    """Return the patterns of a table of lists, in the order of the file.

    >>> [kind for kind, words in patterns("kinds").items() if words.search("next step in management")]
    ['next_step']
    """
    return {key: re.compile(joined(expressions)) for key, expressions in tables()[name].items()}


def joined(expressions: list[str]) -> str:
    """Return one expression that matches any of a list, with the named words filled in."""
    text = "|".join(_filled(one) for one in expressions)
    return rf"(?<!\w)(?:{text})(?!\w)"


def _filled(expression: str) -> str:
    return re.sub(r"\{([a-z_]+)\}", lambda name: f"(?:{'|'.join(map(_filled, _words()[name[1]]))})", expression)


@cache
def tables() -> Mapping[str, Any]:
    """Return the file as it is."""
    import yaml

    read: Mapping[str, Any] = yaml.safe_load(resource("ontologies", "language", "question.yaml").read_text("utf-8"))
    return read


@cache
def _words() -> Mapping[str, list[str]]:
    return {**denied_verbs(), **tables()["words"]}
