"""`kgpaths explain`: one row of a run retraced from question to verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgpaths.cli.settings import flag


def explain(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Look into this run folder.")],
    row_id: Annotated[
        str, typer.Argument(metavar="ROW_ID", help="Show the row with this id, for example medqa_train_5opt-00000.")
    ],
    calls: Annotated[bool, typer.Option(metavar="", help="Print what a model was sent and what it replied.")] = True,
    thinking: Annotated[
        bool, flag("--thinking", help="Print all that a model thought, not only its beginning.")
    ] = False,
    as_json: Annotated[
        bool, flag("--json", help="Print the stored row and the calls of the model as one JSON object.")
    ] = False,
) -> None:
    """Retrace one row from question to verdicts: its links, what each step rests on, what a model said."""
    from kgpaths.cli import screen
    from kgpaths.cli.model_calls import calls_of, calls_report
    from kgpaths.corpus import Corpus
    from kgpaths.llm import REPLIES

    corpus = Corpus.open(run)
    row = corpus.row(row_id)
    store = run / REPLIES
    if as_json:
        import json

        asked = [call._asdict() | {"generation": call.generation.model_dump()} for call in calls_of(row, store)]
        typer.echo(json.dumps({**row.model_dump(), "calls": asked}, ensure_ascii=False, indent=2))
        return
    graph = corpus.graph()
    out = screen.console()
    out.print(screen.row_report(graph, row, links=True))
    if calls and any(made.reply_key for made in row.generation):
        out.print(calls_report(row, store, thinking=thinking))
        if row.drafts:
            out.print(f"\n{len(row.drafts)} more samples stand in the row's drafts")
    out.print(f"\ngraph {corpus.manifest.graph_name} {row.graph_hash[:16]} · licence {row.licence}")
    out.print(f"sources {', '.join(row.sources)}")
