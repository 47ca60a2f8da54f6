"""`kgpaths build`: questions into a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgpaths.cli import complete, model_options, settings
from kgpaths.cli.settings import BUDGET, GRAPH, OUTPUT, QUESTIONS, flag

EXAMPLES = """\
[bold]Examples[/bold]

A first corpus needs no key, no network and no model:
  kgpaths build --source medqa --limit 200

Your own questions, and a file with options:
  kgpaths build --source jsonl:questions.jsonl --config build.yaml

A model writes the chains; first see what that would cost:
  kgpaths build --source medqa@hub --accept 5000 --recipe medreason
    --model qwen3-32b --base-url http://localhost:8000/v1 --dry-run
"""

Source = Annotated[
    str | None,
    typer.Option(
        metavar="SOURCE",
        help="Read questions from here: a name that `kgpaths sources` lists, NAME@hub, NAME:FILE, jsonl:FILE or "
        "hf:ORG/NAME.",
        rich_help_panel=QUESTIONS,
        autocompletion=complete.sources,
    ),
]
_FLAGS = ("source", "out", "limit", "graph", "overwrite", "accept", "tiers")


def build(
    source: Source = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Read at most this many questions.", rich_help_panel=QUESTIONS),
    ] = None,
    accept: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Stop at exactly this many accepted rows.", rich_help_panel=QUESTIONS),
    ] = None,
    graph: settings.BuildGraph = None,
    tiers: settings.BuildTiers = None,
    min_margin: settings.MinMargin = None,
    cite_sources: Annotated[
        bool,
        flag("--cite-sources", help="Print the sentences that text edges come from in the conversations.", panel=GRAPH),
    ] = False,
    model: model_options.Model = None,
    base_url: model_options.BaseUrl = None,
    recipe: model_options.Recipe = None,
    samples: model_options.Samples = None,
    texts: model_options.Texts = None,
    judge: model_options.Judge = None,
    concurrency: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Keep this many calls in flight.", rich_help_panel=settings.MODEL),
    ] = None,
    batch: model_options.Batch = False,
    dry_run: Annotated[
        bool,
        flag(
            "--dry-run", help="Print the rows, calls, tokens and price to expect; send and write nothing.", panel=BUDGET
        ),
    ] = False,
    price: Annotated[
        str | None,
        typer.Option(
            metavar="IN/OUT",
            help="Count costs by these dollars per million prompt and completion tokens, for example 2.5/10.",
            rich_help_panel=BUDGET,
        ),
    ] = None,
    max_cost: Annotated[
        float | None,
        typer.Option(
            metavar="DOLLARS", help="Stop when the run has cost this much, by --price.", rich_help_panel=BUDGET
        ),
    ] = None,
    max_tokens: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Stop when the run has used this many tokens.", rich_help_panel=BUDGET),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Write the run into this folder; without it, into a folder below runs/ that is named after the "
            "source.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    overwrite: Annotated[
        bool,
        flag("--overwrite", help="Discard what another build left in the folder.", panel=OUTPUT),
    ] = False,
    config: settings.ConfigFile = None,
    set_: settings.Settings = None,
    quiet: Annotated[bool, flag("--quiet", "-q", help="Show no progress bar.", panel=OUTPUT)] = False,
) -> None:
    """Build a corpus from questions; after an interruption, the same command continues."""
    from kgpaths.cli import screen
    from kgpaths.config import BuildConfig
    from kgpaths.errors import EXIT_CHECK_FAILED
    from kgpaths.pipeline import build as run_build

    typed = settings.typed(
        source=source,
        limit=limit,
        accept=accept,
        graph=graph,
        tiers=tiers,
        cite_sources=cite_sources or None,
        validation={"min_margin": min_margin},
        llm=model_options.typed_model(
            model,
            base_url,
            recipe,
            samples,
            texts,
            judge,
            concurrency=concurrency,
            batch=batch or None,
            max_cost=max_cost,
            max_tokens_total=max_tokens,
            prices=None if price is None else model_options.parse_price(price),
        ),
    )
    options = settings.laid_over(settings.given_options(BuildConfig, config, set_, _FLAGS), typed)
    model_options.complete_model(options)
    source = settings.chosen_source(options)
    out_console = screen.console()
    title = f"kgpaths build --source {source}"
    if dry_run:
        from kgpaths.forecast import forecast

        expected = forecast(out=out, **options)
        out_console.print(model_options.forecast_table(expected, f"{title} --dry-run"))
        print(f"from the first {expected.looked_at} questions; nothing was sent, nothing was written")
        if options.get("llm", {}).get("endpoint", {}).get("batch"):
            print(f"at least {expected.stages} batches, one after the other; --price takes what a batch costs")
        return
    result = run_build(out=out, overwrite=overwrite, progress=not quiet, **options)
    out_console.print(screen.funnel_table(result.stats, title=title, seconds=result.seconds))
    if (usage := model_options.read_usage(result.out)) is not None:
        out_console.print(model_options.usage_table(usage, result.accepted))
    if result.resumed_shards:
        out_console.print(f"{result.resumed_shards} shards were already there.")
    print(f"corpus: {result.out}")
    messages = screen.console(stderr=True)
    if (accept := options.get("accept")) is not None and result.accepted < accept:
        messages.print(f"the source ended before {accept} rows were accepted: there are {result.accepted}.")
    for fault in result.faults:
        messages.print(f"not usable: {fault}", markup=False)
    if result.failed:
        messages.print(f"{result.failed} rows failed; they are in the `rejected` configuration with their reasons.")
        if options.get("llm"):
            messages.print("With --overwrite they are asked again; all other replies are replayed.")
        raise typer.Exit(EXIT_CHECK_FAILED)
