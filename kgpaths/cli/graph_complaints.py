"""What models say is wrong in the graph, and what it lacks: `kgpaths graph complaints`, `kgpaths graph gaps --from`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgpaths.cli.settings import flag


def complaints(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN", help="Read these run folders, whose chains a model wrote.")
    ],
    least: Annotated[
        int, typer.Option(min=1, metavar="N", help="List only edges that at least this many rows call wrong.")
    ] = 1,
    as_json: Annotated[bool, flag("--json", help="Print one JSON object a line for each edge.")] = False,
) -> None:
    """List edges by how many rows call them false or say that a word means something else; for a person to read."""
    import json
    from collections import Counter

    from kgpaths.cli import screen
    from kgpaths.corpus import Corpus

    console = screen.console()
    counts: Counter[str] = Counter()
    faults: dict[str, Counter[str]] = {}
    corpora = [Corpus.open(run) for run in runs]
    for corpus in corpora:
        for row in corpus.rows():
            said = {one.edge_id: one.fault for one in row.complaints}
            counts.update(said.keys())
            for edge, fault in said.items():
                faults.setdefault(edge, Counter())[fault] += 1
    graphs = {corpus.manifest.graph_hash: corpus.graph() for corpus in corpora}
    for edge, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        if count < least:
            break
        graph = next((graph for graph in graphs.values() if graph.has_edge(edge)), None)
        how = ", ".join(f"{fault} {number}" for fault, number in sorted(faults[edge].items()))
        if as_json:
            statement = graph.edge(edge).model_dump() if graph else {"id": edge}
            typer.echo(json.dumps({"rows": count, **faults[edge], "edge": statement}, ensure_ascii=False))
            continue
        lines = screen.edge_lines(graph, graph.edge(edge)) if graph else [f"{edge}  is in no graph of these runs"]
        for line in (f"{count:4}  {how}", *(f"      {one}" for one in lines)):
            console.print(line, markup=False, soft_wrap=True)


def print_ungrounded(runs: list[Path], top: int) -> None:
    """Print the claims that models proposed and nothing was found to say, those of most questions first."""
    from collections import Counter

    from kgpaths.cli import screen
    from kgpaths.corpus import Corpus
    from kgpaths.language.english import folded

    counts: Counter[str] = Counter()
    words: dict[str, str] = {}
    for run in runs:
        for row in Corpus.open(run).rows():
            for claim in {folded(str(one)): str(one) for one in row.ungrounded}.items():
                counts[claim[0]] += 1
                words.setdefault(*claim)
    console = screen.console()
    console.print(f"claims without an edge or a sentence {len(counts):,}")
    for key, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:top]:
        console.print(f"{count:4}  {words[key]}", markup=False, soft_wrap=True)
