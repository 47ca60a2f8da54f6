"""Options that several commands share, and how a file, `--set` and the command line become one configuration."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kgpaths.cli import complete

if TYPE_CHECKING:
    from kgpaths.config import _Config


def flag(*names: str, help: str, panel: str | None = None) -> Any:
    """Return an option without a value."""
    return typer.Option(*names, metavar="", help=help, rich_help_panel=panel)


QUESTIONS, GRAPH, MODEL, BUDGET, OUTPUT = "Questions", "Graph and rows", "Model", "Budget", "Output"
"""Panels of a help page."""


def _graph(panel: str | None = None) -> Any:
    return typer.Option(
        metavar="GRAPH",
        help="Use this graph: `default`, a snapshot folder, or neo4j://host/database.",
        rich_help_panel=panel,
        autocompletion=complete.graphs,
    )


def _tiers(panel: str | None = None) -> Any:
    return typer.Option(
        metavar="TIERS",
        help="Use only edges of these tiers, for example curated,text.",
        rich_help_panel=panel,
        autocompletion=complete.tiers,
    )


Graph = Annotated[str, _graph()]
Tiers = Annotated[str | None, _tiers()]
BuildGraph = Annotated[str | None, _graph(GRAPH)]
"""For commands whose graph a configuration file may name."""
BuildTiers = Annotated[str | None, _tiers(GRAPH)]
MinMargin = Annotated[
    float | None,
    typer.Option(
        metavar="X",
        help="Accept a row only when its right option is ahead of the other options' evidence by this much.",
        rich_help_panel=GRAPH,
    ),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Read options from this YAML, TOML or JSON file; what is typed goes before it.",
        rich_help_panel=OUTPUT,
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Set any option, for example paths.max_hops=2; `kgpaths config` lists them all.",
        rich_help_panel=OUTPUT,
        autocompletion=complete.build_options,
    ),
]


def given_options(
    model: type[_Config], file: Path | None = None, settings: list[str] | None = None, flags: Collection[str] = ()
) -> dict[str, Any]:
    """Return the options of a configuration file with those of `--set` over them.

    Args:
        model: what the options belong to; an unknown one is told with its place and the nearest known one.
        flags: names that `--set` leaves to an option of the command.

    Raises:
        ConfigError: the file cannot be read, or an option is unknown or has a wrong value.
    """
    from kgpaths.errors import ConfigError

    options = {} if file is None else read_config(file)
    for name in options.keys() & set(flags) - model.model_fields.keys():
        raise ConfigError(f"{file}: option {name!r}: type --{name.replace('_', '-')} instead")
    model.check(options, str(file))
    typed = parse_settings(settings or [], flags)
    model.check(typed, "--set")
    return laid_over(options, typed)


def read_config(file: Path) -> dict[str, Any]:
    """Return the options that a YAML, TOML or JSON file holds.

    Raises:
        ConfigError: it cannot be read, or holds something else.
    """
    from kgpaths.errors import ConfigError, nearest

    readers = {".yaml": _yaml, ".yml": _yaml, ".toml": _toml, ".json": _json}
    if (reader := readers.get(file.suffix.lower())) is None:
        raise ConfigError(f"{file} is no configuration: its name has to end with {nearest(file.suffix, readers)}")
    try:
        read = reader(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ConfigError(f"{file} cannot be read: {' '.join(str(error).split())}") from None
    if not isinstance(read, dict):
        raise ConfigError(f"{file} must hold options as `key: value` lines")
    return read


def _yaml(text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _toml(text: str) -> Any:
    import tomllib

    return tomllib.loads(text)


def _json(text: str) -> Any:
    import json

    return json.loads(text)


def parse_settings(settings: list[str], flags: Collection[str] = ()) -> dict[str, Any]:
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
        if name in flags:
            raise ConfigError(f"--set {setting!r}: type --{name.replace('_', '-')} instead")
        for part in above:
            below = inner.setdefault(part, {})
            if not isinstance(below, dict):
                raise ConfigError(f"--set {setting!r}: {part!r} already has a plain value")
            inner = below
        try:
            inner[last] = yaml.safe_load(value)
        except yaml.YAMLError:
            raise ConfigError(f"--set {setting!r}: the value is no YAML") from None
    return result


def laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return options with others over them, group by group.

    >>> laid_over({"paths": {"k": 5, "selected": 3}}, {"paths": {"k": 9}, "limit": 2})
    {'paths': {'k': 9, 'selected': 3}, 'limit': 2}
    """
    merged = dict(below)
    for key, value in above.items():
        earlier = merged.get(key)
        merged[key] = laid_over(earlier, value) if isinstance(earlier, dict) and isinstance(value, dict) else value
    return merged


def typed(**options: Any) -> dict[str, Any]:
    """Return the options that were typed: those that are not None and not empty.

    >>> typed(limit=3, tiers=None, llm={"models": None, "samples": 2})
    {'limit': 3, 'llm': {'samples': 2}}
    """
    inner = {key: typed(**value) if isinstance(value, dict) else value for key, value in options.items()}
    return {key: value for key, value in inner.items() if value is not None and value != {}}


def chosen_source(options: Mapping[str, Any]) -> str:
    """Return the source that the command line or a file names.

    Raises:
        ConfigError: none does.
    """
    from kgpaths.errors import ConfigError

    if "source" not in options:
        raise ConfigError("no source of questions: type --source medqa, or write `source:` into the file of --config")
    return str(options["source"])


def chosen_tiers(text: str | None) -> tuple[str, ...]:
    """Return the tiers that `--tiers` names, surest first; none when it was not typed.

    >>> chosen_tiers("text, curated")
    ('curated', 'text')
    """
    from kgpaths.graph.part import known_tiers

    return known_tiers(name.strip() for name in text.split(",")) if text is not None else ()
