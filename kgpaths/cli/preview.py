"""`kgpaths preview`: what a build would make of the first questions, in the terminal; nothing is kept."""

from __future__ import annotations

from typing import Annotated

import typer

from kgpaths.cli import model_options, settings


def preview(
    source: Annotated[str, typer.Option(help="Source spec, as for `build`.")],
    n: Annotated[int, typer.Option("-n", min=1, help="Questions to show.")] = 3,
    graph: Annotated[str, typer.Option(help="`default` or a snapshot folder.")] = "default",
    tiers: settings.Tiers = None,
    min_margin: settings.MinMargin = None,
    model: model_options.Model = None,
    base_url: model_options.BaseUrl = None,
    recipe: model_options.Recipe = None,
    samples: model_options.Samples = None,
    calls: Annotated[bool, typer.Option("--calls", help="Print what the model was sent and what it replied.")] = False,
    set_: settings.Settings = None,
    accepted: Annotated[bool, typer.Option(help="Show only rows that are accepted.")] = False,
) -> None:
    """Show questions with mentions marked, paths, the evidence of every option, the chain and the verdicts."""
    import tempfile
    from itertools import islice
    from pathlib import Path

    from kgpaths.cli import screen
    from kgpaths.cli.model_calls import calls_report
    from kgpaths.errors import ConfigError
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.llm import REPLIES
    from kgpaths.pipeline import Pipeline, configured
    from kgpaths.sources import open_source
    from kgpaths.streaming import drafted_rows

    options = settings.parse_settings(set_ or [])
    model_options.model_settings(options, model or [], base_url, {"recipe": recipe, "samples": samples}, {})
    settings.row_settings(options, tiers, min_margin)
    if calls and not model:
        raise ConfigError("--calls prints what a model was asked; name one with --model")
    config = configured({"source": source, "graph": graph, **options})
    reader = open_source(source)
    opened = KnowledgeGraph.open(graph, tiers=config.tiers)
    pipeline = Pipeline(opened, config)
    out = screen.console()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / REPLIES
        rows = pipeline.rows(reader) if config.llm is None else drafted_rows(pipeline, reader, store=store)
        for row in islice((row for row in rows if row.status == "accepted" or not accepted), n):
            out.print(screen.row_report(opened, row))
            if calls:
                out.print(calls_report(row, store))
            out.print()
