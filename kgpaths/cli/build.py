"""`kgpaths build`: questions into a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgpaths.cli import model_options, settings


def build(
    source: Annotated[
        str,
        typer.Option(
            help="medqa, medmcqa, pubmedqa, casimedicos, medquad, SOURCE@hub, SOURCE:path, jsonl:path, hf:org/name."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="Run folder; by default one named after the source below runs/.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Read at most this many questions.")] = None,
    graph: Annotated[str, typer.Option(help="`default` or a snapshot folder.")] = "default",
    tiers: settings.Tiers = None,
    min_margin: settings.MinMargin = None,
    cite_sources: Annotated[
        bool, typer.Option("--cite-sources", help="Print in the conversations the sentences that text edges come from.")
    ] = False,
    model: model_options.Model = None,
    base_url: model_options.BaseUrl = None,
    recipe: model_options.Recipe = None,
    samples: model_options.Samples = None,
    accept: Annotated[
        int | None, typer.Option(min=1, help="Stop at exactly this many accepted rows; --limit bounds the candidates.")
    ] = None,
    concurrency: Annotated[int | None, typer.Option(min=1, help="Calls in flight.")] = None,
    max_cost: Annotated[float | None, typer.Option(help="Dollars that the run may cost in all, by --price.")] = None,
    max_tokens: Annotated[int | None, typer.Option(min=1, help="Tokens that the run may use in all.")] = None,
    price: Annotated[
        str | None, typer.Option(help="PROMPT/COMPLETION in dollars per million tokens, e.g. 2.5/10.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print rows, calls, tokens and price to expect; send and write nothing.")
    ] = False,
    set_: settings.Settings = None,
    overwrite: Annotated[bool, typer.Option(help="Discard what another build left in the folder.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Build a corpus, or continue a build that was cut off: the same command does both."""
    from kgpaths.cli import screen
    from kgpaths.errors import EXIT_CHECK_FAILED
    from kgpaths.pipeline import build as run_build

    options = settings.parse_settings(set_ or [])
    model_options.model_settings(
        options,
        model or [],
        base_url,
        {"recipe": recipe, "samples": samples},
        {
            "concurrency": concurrency,
            "max_cost": max_cost,
            "max_tokens_total": max_tokens,
            "prices": None if price is None else model_options.parse_price(price),
        },
    )
    if accept is not None:
        options["accept"] = accept
    if cite_sources:
        options["cite_sources"] = True
    settings.row_settings(options, tiers, min_margin)
    out_console = screen.console()
    title = f"kgpaths build --source {source}"
    if dry_run:
        from kgpaths.forecast import forecast

        expected = forecast(source, out=out, limit=limit, graph=graph, **options)
        out_console.print(model_options.forecast_table(expected, f"{title} --dry-run"))
        print(f"from the first {expected.looked_at} questions; nothing was sent, nothing was written")
        return
    result = run_build(
        source,
        out=out,
        limit=limit,
        graph=graph,
        overwrite=overwrite,
        progress=not quiet,
        **options,
    )
    out_console.print(screen.funnel_table(result.stats, title=title, seconds=result.seconds))
    if (usage := model_options.read_usage(result.out)) is not None:
        out_console.print(model_options.usage_table(usage, result.accepted))
    if result.resumed_shards:
        out_console.print(f"{result.resumed_shards} shards were already there.")
    print(f"corpus: {result.out}")
    messages = screen.console(stderr=True)
    if accept is not None and result.accepted < accept:
        messages.print(f"the source ended before {accept} rows were accepted: there are {result.accepted}.")
    for fault in result.faults:
        messages.print(f"not usable: {fault}", markup=False)
    if result.failed:
        messages.print(f"{result.failed} rows failed; they are in the `rejected` configuration with their reasons.")
        if model:
            messages.print("With --overwrite they are asked again; all other replies are replayed.")
        raise typer.Exit(EXIT_CHECK_FAILED)
