"""`kgpaths paths learn-ranker` and `learn-options`: what the path stage learns, as text files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def learn_ranker(
    sources: Annotated[
        list[str], typer.Argument(help="Question sources with explanations: casimedicos, medmcqa:FILE.")
    ],
    out: Annotated[Path, typer.Option(help="Weights file to write.")] = Path("ranker.txt"),
    graph: Annotated[str, typer.Option(help="`default` or a snapshot folder.")] = "default",
) -> None:
    """Learn from experts' explanations which nodes paths should lead over."""
    from kgpaths.errors import HeldOutSplit
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.learning.ranker import candidates, explained, learn_ranker
    from kgpaths.linking import EntityLinker
    from kgpaths.paths.opened import Opened
    from kgpaths.records import QAItem
    from kgpaths.sources import open_source

    loaded = KnowledgeGraph.open(graph)
    # Validation questions may be learned from here (no model is trained on them, a dozen weights are); tests never.
    read = [row for spec in sources for row in open_source(spec, training=False) if isinstance(row, QAItem)]
    if held_out := [item.id for item in read if item.split == "test"]:
        raise HeldOutSplit(f"{held_out[0]} and {len(held_out) - 1:,} more are of a test split: learn from others")
    asked = explained(EntityLinker(loaded), read)
    opened = Opened(loaded)
    learned, questions, nodes = learn_ranker(candidates(opened, one) for one in asked)
    names = ", ".join(dict.fromkeys(item.dataset for item in read))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(
        learned.text(
            [
                "Log-odds that an expert's explanation names an intermediate node; by `kgpaths paths learn-ranker`.",
                f"Learned from {questions} explanations with {nodes} intermediate nodes ({names}).",
                f"Graph {loaded.hash[:16]}.",
            ]
        ),
        encoding="utf-8",
    )
    typer.echo(f"{out}: {questions} questions, {nodes} intermediate nodes")


def learn_options(
    sources: Annotated[list[str], typer.Argument(help="Sources of training questions with options, as medqa.")],
    out: Annotated[Path, typer.Option(help="Weights file to write.")] = Path("options.txt"),
    graph: Annotated[str, typer.Option(help="`default` or a snapshot folder.")] = "default",
) -> None:
    """Learn from answered training questions what the evidence for an option is worth."""
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.learning.options import learn_options
    from kgpaths.linking import EntityLinker
    from kgpaths.paths.opened import Opened
    from kgpaths.records import QAItem
    from kgpaths.sources import open_source

    loaded = KnowledgeGraph.open(graph)
    items = [row for spec in sources for row in open_source(spec) if isinstance(row, QAItem) and row.options]
    names = ", ".join(dict.fromkeys(item.dataset for item in items))
    learned, questions = learn_options(Opened(loaded), EntityLinker(loaded), items)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(
        learned.text(
            [
                "Log-odds that an option is right, against another; made by `kgpaths paths learn-options`.",
                f"Learned from {questions} training questions ({names}).",
                f"Graph {loaded.hash[:16]}.",
            ]
        ),
        encoding="utf-8",
    )
    typer.echo(f"{out}: {questions} questions")
