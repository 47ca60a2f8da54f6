"""`kgpaths paths learn-ranker` and `learn-options`: what the path stage learns, as text files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgpaths.cli import complete
from kgpaths.cli.settings import Graph


def learn_ranker(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Learn from these sources of questions with explanations, for example casimedicos or medmcqa:FILE.",
            autocompletion=complete.sources,
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Write the weights into this file.")] = Path("ranker.txt"),
    graph: Graph = "default",
) -> None:
    """Learn from experts' explanations which nodes paths should lead over."""
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.learning.ranker import candidates, explained, learn_ranker
    from kgpaths.linking import EntityLinker
    from kgpaths.paths.opened import Opened
    from kgpaths.records import QAItem
    from kgpaths.sources import open_source

    loaded = KnowledgeGraph.open(graph)
    # Validation questions may be learned from here: no model is trained on them, a dozen weights are.
    read = [row for spec in sources for row in open_source(spec, training=False) if isinstance(row, QAItem)]
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
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Learn from these sources of training questions with options, for example medqa.",
            autocompletion=complete.sources,
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Write the weights into this file.")] = Path("options.txt"),
    graph: Graph = "default",
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
