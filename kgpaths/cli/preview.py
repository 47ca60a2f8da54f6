"""`kgpaths preview`: what a build would make of the first questions, in the terminal; nothing is kept."""

from __future__ import annotations

from typing import Annotated

import typer

from kgpaths.cli import model_options, settings
from kgpaths.cli.build import Source
from kgpaths.cli.settings import MODEL, QUESTIONS, flag


def preview(
    source: Source = None,
    n: Annotated[int, typer.Option("-n", min=1, metavar="N", help="Show this many.", rich_help_panel=QUESTIONS)] = 3,
    accepted: Annotated[
        bool, flag("--accepted", help="Show only questions that are accepted.", panel=QUESTIONS)
    ] = False,
    graph: settings.BuildGraph = None,
    tiers: settings.BuildTiers = None,
    min_margin: settings.MinMargin = None,
    model: model_options.Model = None,
    base_url: model_options.BaseUrl = None,
    recipe: model_options.Recipe = None,
    samples: model_options.Samples = None,
    texts: model_options.Texts = None,
    judge: model_options.Judge = None,
    calls: Annotated[
        bool,
        flag("--calls", help="Print what the model was sent and what it replied.", panel=MODEL),
    ] = False,
    config: settings.ConfigFile = None,
    set_: settings.Settings = None,
) -> None:
    """Show what a build would make of the first questions: mentions, paths, evidence, chain and verdicts."""
    import tempfile
    from itertools import islice
    from pathlib import Path

    from kgpaths.cli import screen
    from kgpaths.cli.model_calls import calls_report
    from kgpaths.config import BuildConfig
    from kgpaths.errors import ConfigError
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.llm import REPLIES
    from kgpaths.pipeline import Pipeline, configured
    from kgpaths.sources import open_source
    from kgpaths.streaming import drafted_rows

    typed = settings.typed(
        source=source,
        graph=graph,
        tiers=tiers,
        validation={"min_margin": min_margin},
        llm=model_options.typed_model(model, base_url, recipe, samples, texts, judge),
    )
    options = settings.laid_over(settings.given_options(BuildConfig, config, set_, ("source", "graph", "tiers")), typed)
    model_options.complete_model(options)
    settings.chosen_source(options)
    wanted = configured(options)
    if calls and wanted.llm is None:
        raise ConfigError("--calls prints what a model was asked; name one with --model")
    reader = open_source(wanted.source)
    opened = KnowledgeGraph.open(wanted.graph, tiers=wanted.tiers)
    pipeline = Pipeline(opened, wanted)
    out = screen.console()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / REPLIES
        rows = pipeline.rows(reader) if wanted.llm is None else drafted_rows(pipeline, reader, store=store)
        for row in islice((row for row in rows if row.status == "accepted" or not accepted), n):
            out.print(screen.row_report(opened, row))
            if calls:
                out.print(calls_report(row, store))
            out.print()
