"""`kgpaths link`: the linking stage by itself."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal, TextIO

import typer

from kgpaths.cli import settings

_AT_ONCE = 256
"""Texts that are linked in one pass."""


def link(
    texts: Annotated[
        list[str] | None, typer.Argument(help="Link these texts; `-`, or none, reads one text a line from stdin.")
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(
            "--file", "-f", metavar="FILE", help="Read one text a line from this file; give it again for more."
        ),
    ] = None,
    graph: settings.Graph = "default",
    string: Annotated[
        bool, settings.flag("--string", help="Take each text as one whole string, such as an option or a name.")
    ] = False,
    nested: Annotated[bool, settings.flag("--nested", help="Keep mentions inside longer ones, too.")] = False,
    root: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="Link only this term and what lies below it in its vocabulary, for example HP:0000118, and print ids "
            "of that vocabulary; give it again for more.",
        ),
    ] = None,
    ids: Annotated[
        str,
        typer.Option(
            metavar="VOCABULARIES",
            help="Print the id that a concept has in the first of these vocabularies, for example HP,DOID; concepts "
            "that have none are left out and counted on stderr.",
        ),
    ] = "",
    min_score: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, metavar="X", help="Leave out mentions with a score below this."),
    ] = 0.0,
    values: Annotated[
        bool,
        settings.flag("--values", help="Print the numbers of each text too: ages, vital signs, laboratory values."),
    ] = False,
) -> None:
    """Link texts to the graph, and print one JSON line for each mention, with the number of its text."""
    import json

    from kgpaths.config import LinkingConfig
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.linking import EntityLinker

    read = _texts(texts or [], file or [])
    opened = KnowledgeGraph.open(graph)
    vocabularies = tuple(name for name in map(str.strip, ids.split(",")) if name)
    overlap: Literal["nested", "maximal"] = "nested" if nested else "maximal"
    linker = EntityLinker(opened, LinkingConfig(overlap=overlap, roots=tuple(root or ()), ids=vocabularies))
    translated = bool(root or vocabularies)
    left_out = 0
    batches = iter(lambda: list(islice(read, _AT_ONCE)), [])
    number = 0
    for batch in batches:
        found = map(linker.link_string, batch) if string else linker.link_batch(batch)
        for text, mentions in zip(batch, found, strict=True):
            for mention in mentions:
                node_id = linker.id_of(mention)
                left_out += node_id is None
                if mention.score >= min_score and node_id is not None:
                    without = {"section", "role"} | ({"value"} if mention.value is None else set())
                    record = mention.model_dump(exclude=without)
                    named = {"name": opened.name(mention.node_id), "type": opened.type(mention.node_id)}
                    if translated:
                        record |= {"node_id": node_id, "canonical_id": mention.node_id}
                        if mention.value is not None:
                            record["value"]["node_id"] = node_id
                    typer.echo(json.dumps({"text_number": number, **record, **named}, ensure_ascii=False))
            for value in linker.values(text) if values else ():
                record = value.model_dump(exclude={"section"})
                if translated:
                    record |= {"node_id": linker.id_of(value) or "", "canonical_id": value.node_id}
                typer.echo(json.dumps({"text_number": number, **record}, ensure_ascii=False))
            number += 1
    if left_out:
        wanted = ", ".join(vocabularies or dict.fromkeys(one.partition(":")[0] for one in root or ()))
        typer.echo(f"{left_out} mention{'s' * (left_out > 1)} left out: no id of {wanted}", err=True)


def _texts(texts: list[str], files: list[Path]) -> Iterator[str]:
    """Yield texts in the order they were given, then the lines of files; stdin's where there is neither."""
    import sys

    from kgpaths.errors import UsageError

    for text in texts or ([] if files else ["-"]):
        if text != "-":
            yield text
            continue
        nothing = True
        for line in _lines(sys.stdin, "stdin"):
            nothing = False
            yield line
        if nothing:
            raise UsageError("stdin is empty: give texts as arguments, files with --file, or one text a line on stdin")
    for path in files:
        try:
            with path.open(encoding="utf-8") as lines:
                yield from _lines(lines, str(path))
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None


def _lines(lines: TextIO, where: str) -> Iterator[str]:
    """Yield the lines of a text.

    Raises:
        UsageError: it is no text.
    """
    from kgpaths.errors import UsageError

    try:
        for number, line in enumerate(lines, 1):
            if "\0" in line:
                raise UsageError(f"{where}, line {number}: binary data; give plain text in UTF-8, one text a line")
            yield line.rstrip("\n")
    except UnicodeDecodeError:
        raise UsageError(f"{where} is not UTF-8 text; give plain text in UTF-8, one text a line") from None
