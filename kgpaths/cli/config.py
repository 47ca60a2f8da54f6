"""`kgpaths config`: every option of a build, with its type, its default and what it does."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, get_args, get_origin

import typer

from kgpaths.cli import complete
from kgpaths.cli.settings import flag

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

_PAGE = """\
# Options of a build

`kgpaths config --markdown` prints this page; change the docstrings in `kgpaths/config.py` and print it again.

An option is set with `--set KEY=VALUE`, in a YAML, TOML or JSON file that `--config` names, or as a keyword of
`kgpaths.build`. What is typed goes before `--set`, `--set` before the file, the file before a recipe's own settings,
and those before the defaults. `kgpaths config --yaml` prints a file with all defaults.
"""
_FILE = """\
# Options of a build, for kgpaths build --config FILE. Every value is the default; delete what you do not change,
# for what stands here goes before the settings of a recipe.
"""
_WIDTH = 116
_LIMITS = {"ge": "at least", "gt": "more than", "le": "at most"}
"""Limits of a number as pydantic names them, and in words."""


class Option(NamedTuple):
    """One option or group of options, for people."""

    key: str
    """The dotted name, as `--set` takes it."""
    type: str
    """What its value may be; empty for a group that is always there."""
    default: str
    """The default, as YAML; empty for a group, `required` where there is none."""
    meaning: str
    is_group: bool

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rpartition(".")[2]


def config(
    key: Annotated[
        str | None,
        typer.Argument(help="Show only this option or group, for example paths.", autocompletion=complete.build_keys),
    ] = None,
    as_yaml: Annotated[
        bool, flag("--yaml", help="Print a file for --config that holds all defaults and explains them.")
    ] = False,
    as_markdown: Annotated[
        bool, flag("--markdown", help="Print the page docs/options.md of the documentation.")
    ] = False,
) -> None:
    """List every option of a build, with its type, its default and what it does."""
    from kgpaths.errors import UsageError

    shown = options(key)
    if (as_yaml or as_markdown) and (key is not None or as_yaml == as_markdown):
        raise UsageError("--yaml and --markdown print all options; type one of them, without a key")
    if as_yaml:
        typer.echo(_FILE + "".join(f"{line}\n" for line in yaml_lines(shown)), nl=False)
    elif as_markdown:
        typer.echo(_PAGE + "".join(markdown_tables(shown)), nl=False)
    else:
        _print(shown)


def options(key: str | None = None) -> list[Option]:
    """Return the options of a build: all, or one with what is in it.

    Raises:
        ConfigError: there is no such option; the nearest is named.

    >>> options("paths.k")[0][:3]
    ('paths.k', 'integer, 1 to 1000', '10')
    """
    from kgpaths.config import BuildConfig
    from kgpaths.errors import ConfigError

    every = [_option(name, field) for name, field in BuildConfig.options()]
    found = [option for option in every if key is None or f"{option.key}.".startswith(f"{key}.")]
    if not found:
        raise ConfigError(f"no option {key!r}; {BuildConfig.nearest_option(str(key))}")
    return found


def _option(key: str, field: FieldInfo) -> Option:
    from kgpaths.config import group_of

    group = group_of(field)
    if field.is_required():
        default = "required"
    elif field.default is not None and group is not None:
        default = ""
    else:
        default = _yaml(field.default)
    limits = {name: getattr(limit, name) for limit in field.metadata for name in _LIMITS if hasattr(limit, name)}
    return Option(
        key, _type(field.annotation, limits), default, " ".join((field.description or "").split()), group is not None
    )


def _type(annotation: Any, limits: Mapping[str, float] = MappingProxyType({})) -> str:
    """Return what a value may be, in words.

    >>> from typing import Literal
    >>> _type(tuple[str, ...]), _type(float | None, {"gt": 0, "le": 1}), _type(Literal["dwpc", "idf"])
    ('list of string', 'number, more than 0, at most 1, or null', 'dwpc or idf')
    """
    names = {int: "integer", float: "number", str: "string", bool: "true or false", type(None): "null"}
    if get_origin(annotation) is Literal:
        *others, last = get_args(annotation)
        return f"{', '.join(others)} or {last}"
    if get_origin(annotation) is tuple:
        return f"list of {_type(get_args(annotation)[0])}"
    if kinds := get_args(annotation):
        return (", or " if limits else " or ").join(
            _type(kind, limits if kind in (int, float) else {}) for kind in kinds
        )
    if {"ge", "le"} <= limits.keys():
        return f"{names[annotation]}, {limits['ge']:g} to {limits['le']:g}"
    within = [f"{words} {limits[name]:g}" for name, words in _LIMITS.items() if name in limits]
    return ", ".join([names.get(annotation, "group"), *within])


def _yaml(value: Any) -> str:
    """Return a default on one line; JSON is YAML, and a plain word needs no quotation marks."""
    return value if isinstance(value, str) and value.isidentifier() else json.dumps(value)


def yaml_lines(shown: Sequence[Option]) -> Iterator[str]:
    """Yield the lines of a configuration file; a group that is off by default is a comment as a whole."""
    off = ""
    for option in shown:
        off = off if off and option.key.startswith(off) else ""
        if option.is_group and option.default == "null":
            off = f"{option.key}."
        pad = "# " * bool(off) + "  " * option.key.count(".")
        yield ""
        yield from (f"{pad}# {line}" for line in textwrap.wrap(option.meaning, _WIDTH - len(pad)))
        if option.is_group:
            yield f"{pad}{option.name}:"
        elif option.default == "required":
            yield f"{pad if off else '# '}{option.name}:  # required; {option.type}"
        else:
            yield f"{pad}{option.name}: {option.default}  # {option.type}"


def markdown_tables(shown: Sequence[Option]) -> Iterator[str]:
    """Yield a section with a table for every group of options."""
    groups = {"": Option("", "", "", "", True)} | {option.key: option for option in shown if option.is_group}
    for key, group in groups.items():
        members = [option for option in shown if option.key.rpartition(".")[0] == key and not option.is_group]
        yield f"\n## `{key}`\n\n{group.meaning}\n" if key else ""
        yield "\n| option | type | default | what it does |\n|---|---|---|---|\n"
        for option in members:
            default = f"`{option.default}`" if option.default != "required" else "required"
            yield f"| `{option.key}` | {option.type} | {default} | {option.meaning} |\n"


def _print(shown: Sequence[Option]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from kgpaths.cli import screen

    out = screen.console()
    for option in shown:
        head = Text(option.key, style="bold")
        head.append(f"  {option.type}", style="dim")
        if option.default == "required":
            head.append("  required", style="yellow")
        elif option.default:
            head.append(f"  [default: {option.default}]", style="dim")
        out.print(head)
        out.print(Padding(Text(option.meaning), (0, 0, 0, 4)))
