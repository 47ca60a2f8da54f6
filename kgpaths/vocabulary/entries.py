"""Reading the tables of `ontologies/`: one entry for each key."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict

from kgpaths.resources import resource


class Entry(BaseModel):
    """One row of a table; a field that is not declared is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@cache
def table(name: str) -> Any:
    """Return what a YAML file of `ontologies/` holds."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(resource("ontologies", name).read_text(encoding="utf-8"), Loader=loader)
