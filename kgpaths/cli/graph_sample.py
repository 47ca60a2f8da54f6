"""`kgpaths graph sample`: subgraphs for question synthesis."""

from __future__ import annotations

from typing import Annotated

import typer

from kgpaths.cli import complete, settings


def sample(
    shape: Annotated[
        str,
        typer.Argument(help="Draw subgraphs of this shape: walk, chain, star or pair.", autocompletion=complete.shapes),
    ] = "walk",
    count: Annotated[int, typer.Option("-n", "--count", min=1, metavar="N", help="Draw this many.")] = 10,
    hops: Annotated[
        int,
        typer.Option(min=1, max=10, metavar="N", help="Give walks and chains this length, and stars this many edges."),
    ] = 3,
    area: Annotated[
        str | None,
        typer.Option(
            metavar="AREA",
            help="Draw from this area of diseases, for example infections; without it, from all in turn.",
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(metavar="N", help="Start the draw here; the same seed draws the same samples."),
    ] = 0,
    graph: settings.Graph = "default",
) -> None:
    """Draw subgraphs from which questions can be written, and print them as JSON lines."""
    import json
    from typing import cast

    from kgpaths.graph import KnowledgeGraph
    from kgpaths.paths.samplers import Sampler, Shape

    opened = KnowledgeGraph.open(graph)
    for drawn in Sampler(opened, seed=seed).draw(cast(Shape, shape), count, hops=hops, area=area):
        names = [opened.name(node) for node in drawn.node_ids]
        typer.echo(json.dumps({"names": names, **drawn.model_dump()}, ensure_ascii=False))
