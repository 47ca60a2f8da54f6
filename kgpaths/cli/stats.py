"""`kgpaths stats`: the funnel of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgpaths.cli.settings import flag


def stats(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Look into this run folder.")],
    as_json: Annotated[bool, flag("--json", help="Print the numbers as JSON.")] = False,
) -> None:
    """Print how many questions came in, were linked, had paths, and were accepted or rejected for which reasons."""
    from kgpaths.cli import model_options, screen
    from kgpaths.corpus import Corpus
    from kgpaths.vocabulary.licences import licences

    corpus = Corpus.open(run)
    if as_json:
        import json

        typer.echo(json.dumps(corpus.stats, indent=2, sort_keys=True))
        return
    console = screen.console()
    console.print(screen.funnel_table(corpus.stats, title=str(run)))
    for source in corpus.stats["texts"]:
        terms = licences().get(source)
        console.print(
            f"{source}: {terms.attribution if terms else 'no attribution is known'}", style="dim", markup=False
        )
    if (usage := model_options.read_usage(run)) is not None:
        console.print(model_options.usage_table(usage, corpus.stats["accepted"]))
