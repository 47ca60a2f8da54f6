"""`kgpaths paths learn-ranker` and `learn-priors`: what the path stage learns, as text files."""

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
    from kgpaths.linking import EntityLinker
    from kgpaths.paths import PathFinder
    from kgpaths.paths.learning import candidates, explained, learn_ranker
    from kgpaths.paths.ranker import blank_ranker
    from kgpaths.records import QAItem
    from kgpaths.sources import open_source

    opened = KnowledgeGraph.open(graph)
    read = [row for spec in sources for row in open_source(spec, training=False) if isinstance(row, QAItem)]
    finder = PathFinder(opened, ranker=blank_ranker())
    asked = explained(EntityLinker(opened), read)
    learned, questions, middles = learn_ranker(candidates(finder, one) for one in asked)
    names = ", ".join(dict.fromkeys(item.dataset for item in read))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(
        learned.text(
            [
                "Log-odds that an expert's explanation names a middle; made by `kgpaths paths learn-ranker`.",
                f"Learned from {questions} explanations with {middles} middles ({names}).",
                f"Graph {opened.hash[:16]}.",
            ]
        ),
        encoding="utf-8",
    )
    typer.echo(f"{out}: {questions} questions, {middles} middles")


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
    from kgpaths.linking import EntityLinker
    from kgpaths.paths import PathFinder
    from kgpaths.paths.option_learning import learn_options
    from kgpaths.records import QAItem
    from kgpaths.sources import open_source

    opened = KnowledgeGraph.open(graph)
    items = [row for spec in sources for row in open_source(spec) if isinstance(row, QAItem) and row.options]
    names = ", ".join(dict.fromkeys(item.dataset for item in items))
    learned, questions = learn_options(PathFinder(opened), EntityLinker(opened), items)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(
        learned.text(
            [
                "Log-odds that an option is right, against another; made by `kgpaths paths learn-options`.",
                f"Learned from {questions} training questions ({names}).",
                f"Graph {opened.hash[:16]}.",
            ]
        ),
        encoding="utf-8",
    )
    typer.echo(f"{out}: {questions} questions")


def learn_priors(
    run: Annotated[Path, typer.Argument(help="Learn from the accepted rows of this run folder.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Write the priors into this file.")] = Path("priors.yaml"),
) -> None:
    """Learn from the accepted rows of a run which relations a step of reasoning takes."""
    from kgpaths.corpus import Corpus
    from kgpaths.paths.priors import learn_priors, priors_text

    corpus = Corpus.open(run)
    accepted = (row for row in corpus.rows() if row.status == "accepted")
    paths = (path for row in accepted for path in row.path_set.paths if path.kind == "selected")
    priors = learn_priors(corpus.graph(), paths)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(priors_text(priors), encoding="utf-8")
    typer.echo(f"{out}: {len(priors)} relations")
