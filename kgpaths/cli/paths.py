"""`kgpaths paths`: the path stage by itself, and what it learns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kgpaths.cli.paths_learn import learn_options, learn_ranker
from kgpaths.cli.settings import Tiers, chosen_tiers

if TYPE_CHECKING:
    from kgpaths.config import PathConfig

app = typer.Typer(help="Find the best paths between nodes; learn what ranks them.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def paths(
    context: typer.Context,
    from_: Annotated[list[str] | None, typer.Option("--from", help="Node id or name to start at; repeatable.")] = None,
    to: Annotated[list[str] | None, typer.Option("--to", help="Node id or name to reach; repeatable.")] = None,
    k: Annotated[int | None, typer.Option("-k", min=1, help="Best paths a pair; else of --config, else 10.")] = None,
    max_hops: Annotated[
        int | None, typer.Option(min=1, max=6, help="Longest path, in edges; else of --config, else 4.")
    ] = None,
    graph: Annotated[str, typer.Option(help="`default` or a snapshot folder.")] = "default",
    tiers: Tiers = None,
    config: Annotated[Path | None, typer.Option(help="YAML file with keys of PathConfig: costs, caps, quotas.")] = None,
) -> None:
    """Find the best paths between nodes; JSON lines out, one a path, its edges whole."""
    if context.invoked_subcommand:
        return
    from kgpaths.cli.screen import path_json
    from kgpaths.errors import UsageError
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.graph.lookup import resolve
    from kgpaths.paths import PathFinder

    if not from_ or not to:
        raise UsageError("say where paths start and end: kgpaths paths --from ID --to ID")
    opened = KnowledgeGraph.open(graph, tiers=chosen_tiers(tiers))
    starts, ends = ([resolve(opened, name) for name in names] for names in (from_, to))
    finder = PathFinder(opened, path_config(config) if config else None)
    for path in finder.find(question=starts, answer=ends, k=k, max_hops=max_hops):
        typer.echo(path_json(opened, path))


app.command("learn-ranker")(learn_ranker)
app.command("learn-options")(learn_options)


def path_config(file: Path) -> PathConfig:
    """Return the configuration that a YAML file states.

    Raises:
        ConfigError: it cannot be read, or a key or value is none of `PathConfig`.
    """
    import yaml

    from kgpaths.config import PathConfig
    from kgpaths.errors import ConfigError

    try:
        stated = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from error
    if not isinstance(stated, dict):
        raise ConfigError(f"{file} holds no keys of PathConfig")
    return PathConfig.parse(stated)
