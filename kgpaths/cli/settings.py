"""Options that several verbs share, and how they become configuration."""

from __future__ import annotations

from typing import Annotated, Any

import typer

MinMargin = Annotated[
    float | None, typer.Option(help="Accept only rows whose right option beats the others' evidence by this.")
]
Tiers = Annotated[
    str | None, typer.Option(help="Use edges of these tiers only, of curated, text, associated_in_text: curated,text.")
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", help="Any other option as KEY=VALUE, e.g. paths.max_hops=2.")
]

_FLAGS = {"source", "out", "limit", "graph", "overwrite", "accept", "tiers"}


def parse_settings(settings: list[str]) -> dict[str, Any]:
    """Return `a.b=value` settings as nested values; values are read as YAML scalars.

    >>> parse_settings(["paths.max_hops=2", "shard_size=50"])
    {'paths': {'max_hops': 2}, 'shard_size': 50}
    """
    import yaml

    from kgpaths.errors import ConfigError

    result: dict[str, Any] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise ConfigError(f"--set takes KEY=VALUE, e.g. --set paths.max_hops=2; got {setting!r}")
        inner = result
        *above, last = name.split(".")
        if name in _FLAGS:
            raise ConfigError(f"--set {setting!r}: type --{name} instead")
        for part in above:
            below = inner.setdefault(part, {})
            if not isinstance(below, dict):
                raise ConfigError(f"--set {setting!r}: {part!r} already has a plain value")
            inner = below
        try:
            inner[last] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise ConfigError(f"--set {setting!r}: the value is no YAML ({error})") from None
    return result


def chosen_tiers(text: str | None) -> tuple[str, ...]:
    """Return the tiers that `--tiers` names, surest first; none when it was not typed.

    >>> chosen_tiers("text, curated")
    ('curated', 'text')
    """
    from kgpaths.graph.part import known_tiers

    return known_tiers(name.strip() for name in text.split(",")) if text is not None else ()


def row_settings(options: dict[str, Any], tiers: str | None, min_margin: float | None) -> None:
    """Add to the configuration what the flags say of rows, whoever writes them."""
    if tiers is not None:
        options["tiers"] = chosen_tiers(tiers)
    if min_margin is not None:
        options.setdefault("validation", {})["min_margin"] = min_margin
