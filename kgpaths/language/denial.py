"""The verbs by which English denies, from `ontologies/language/denial.yaml`, for every reader of denials."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from kgpaths.resources import resource


@cache
def denied_verbs() -> Mapping[str, list[str]]:
    """Return the verbs that "not" stands behind or is joined to, by class: be, do, have, modal.

    >>> denied_verbs()["do"]
    ['do', 'does', 'did']
    """
    return {name: _table()[name] for name in ("be", "do", "have", "modal")}


@cache
def contractions() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return what stands before "'t", and what is written in one word with "not", each with the verb that it denies.

    >>> before_t, one_word = contractions()
    >>> before_t["doesn"], before_t["won"], one_word["isnt"], one_word["cannot"]
    ('does', 'will', 'is', 'can')
    """
    verbs = [verb for verbs in denied_verbs().values() for verb in verbs]
    before_t = {f"{verb}n": verb for verb in verbs} | _table()["before_t"]
    return before_t, {f"{verb}nt": verb for verb in verbs} | _table()["one_word"]


@cache
def _table() -> Mapping[str, Any]:
    import yaml

    table: Mapping[str, Any] = yaml.safe_load(resource("ontologies", "language", "denial.yaml").read_text("utf-8"))
    return table
