"""What `build` and `preview` are told of a model: the `llm` part of the configuration; what a run used."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kgpaths.cli import complete
from kgpaths.cli.settings import MODEL, flag

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import RenderableType

    from kgpaths.forecast import Forecast, Range
    from kgpaths.llm.accounting import Usage

Model = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="Let this model write the chains; give it again for more models, which take turns with --samples.",
        rich_help_panel=MODEL,
    ),
]
BaseUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Send to the OpenAI-compatible API at this root; without it KGPATHS_BASE_URL or OPENAI_BASE_URL is read.",
        rich_help_panel=MODEL,
    ),
]
Recipe = Annotated[
    str | None,
    typer.Option(
        metavar="RECIPE",
        help="Ask the model as this recipe says; `kgpaths recipes` lists them.",
        rich_help_panel=MODEL,
        autocompletion=complete.recipes,
    ),
]
Samples = Annotated[
    int | None,
    typer.Option(
        min=1, metavar="N", help="Write this many chains for each question and keep the best.", rich_help_panel=MODEL
    ),
]
Texts = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE",
        help="Look sentences up for what the model says in this file or folder of texts; give it again for more, and "
        "as `default` for the texts that come along.",
        rich_help_panel=MODEL,
    ),
]
Batch = Annotated[
    bool,
    flag(
        "--batch",
        help="Send the calls through the provider's Batch API, for less money and within a day: the command ends with "
        "exit code 75, and is typed again to fetch the replies.",
        panel=MODEL,
    ),
]
Judge = Annotated[
    bool | None,
    flag(
        "--judge/--no-judge",
        help="Let a model read each chain that passed the checks (the default of recipes with a judge), or not.",
        panel=MODEL,
    ),
]
URL_VARIABLES = ("KGPATHS_BASE_URL", "OPENAI_BASE_URL")
"""Environment variables that stand in for `--base-url`, in this order."""


def parse_price(text: str) -> dict[str, float]:
    """Return prices from PROMPT/COMPLETION, US dollars per million tokens.

    >>> parse_price("2.5/10")
    {'prompt': 2.5, 'completion': 10.0}
    """
    from kgpaths.errors import ConfigError

    prompt, slash, completion = text.partition("/")
    try:
        return {"prompt": float(prompt), "completion": float(completion if slash else prompt)}
    except ValueError:
        raise ConfigError(
            f"--price takes PROMPT/COMPLETION in dollars per million tokens, e.g. 2.5/10; got {text!r}"
        ) from None


def typed_model(
    models: list[str] | None,
    base_url: str | None,
    recipe: str | None,
    samples: int | None,
    texts: list[str] | None,
    judge: bool | None,
    **endpoint: Any,
) -> dict[str, Any]:
    """Return what the command line says of a model, as the option `llm` takes it."""
    return {
        "models": models or None,
        "base_url": base_url,
        "recipe": recipe,
        "samples": samples,
        "texts": texts or None,
        "judge": judge,
        "endpoint": endpoint,
    }


def complete_model(options: dict[str, Any]) -> None:
    """Add the base URL of the environment to the options of a model, where nothing else names one.

    Raises:
        ConfigError: options of a model without its name, or no base URL anywhere.
    """
    from kgpaths.errors import ConfigError

    llm = options.get("llm")
    if llm is None:
        return
    if not llm.get("models"):
        raise ConfigError("a model is asked only with --model NAME; without it chains come from templates")
    if "base_url" not in llm:
        variable = next((name for name in URL_VARIABLES if os.environ.get(name)), None)
        if variable is None:
            raise ConfigError("--model needs --base-url, e.g. --base-url http://localhost:8000/v1")
        llm["base_url"] = os.environ[variable]


def read_usage(run: Path) -> Usage | None:
    """Return the account of a run, None for a run without a model."""
    from kgpaths.llm.accounting import USAGE, Usage

    path = run / USAGE
    return Usage.model_validate_json(path.read_bytes()) if path.exists() else None


def usage_table(usage: Usage, accepted: int) -> RenderableType:
    """Return what a run used: in all, and for each accepted row."""
    from rich.table import Table

    table = Table(title="model", title_justify="left", show_edge=False, pad_edge=False)
    table.add_column("")
    table.add_column("run", justify="right")
    table.add_column("an accepted row", justify="right")

    def line(name: str, value: float, form: str, each: str) -> None:
        table.add_row(name, form.format(value), each.format(value / accepted) if accepted else "")

    line("replies", usage.replies, "{:,}", "{:.2f}")
    for fault, count in usage.no_answer.items():
        table.add_row(f"  {fault}", f"{count:,}", "", style="dim")
    line("prompt tokens", usage.prompt_tokens, "{:,}", "{:,.0f}")
    line("completion tokens", usage.completion_tokens, "{:,}", "{:,.0f}")
    if usage.cost:
        line("cost", usage.cost, "${:,.4f}", "${:,.5f}")
    if usage.estimate_error is not None:
        table.add_row("error of the token estimate", f"{usage.estimate_error:+.1%}", "")
    last = usage.last_call
    table.add_row("latest command", f"{last.calls:,} sent", f"{last.replayed:,} replayed, {last.retries:,} retries")
    return table


def forecast_table(forecast: Forecast, title: str) -> RenderableType:
    """Return what a dry run found as a table."""
    from rich.table import Table

    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    table.add_column("")
    table.add_column("at least", justify="right")
    table.add_column("at most", justify="right")

    def line(name: str, value: Range, dollars: bool = False) -> None:
        table.add_row(name, *(f"${number:,.2f}" if dollars else f"{number:,.0f}" for number in value))

    table.add_row("questions", f"{forecast.questions:,}", "")
    table.add_row("rows with paths", f"{forecast.rows:,}", "")
    table.add_row("  replies there already", f"{forecast.stored:,}", "")
    line("calls", forecast.calls)
    line("prompt tokens", forecast.prompt_tokens)
    line("completion tokens", forecast.completion_tokens)
    line("cost", forecast.cost, dollars=True)
    return table
