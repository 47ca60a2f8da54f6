"""Every field of an accepted row is changed, one at a time: what `verify` notices although all hashes fit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError

from kgpaths.corpus import Corpus
from kgpaths.corpus.rendering import Style, path_rows, sft_row
from kgpaths.corpus.row_checks import RowChecks
from kgpaths.graph import KnowledgeGraph
from kgpaths.records import Record, Row

OF_THE_SOURCE = {"item.explanation", "item.split", "item.subject", "item.url"}
"""What only the question's source says; the split is held by the file that a row stands in."""
READ_AGAIN_BY_LINKING_AND_PATHS = {
    "mentions (one left out)", "mentions.assertion", "mentions.result", "mentions.role", "mentions.score",
    "mentions.tier", "path_set.detail", "path_set.findings (one left out)", "path_set.findings.kind",
    "path_set.findings.status", "path_set.margin", "path_set.no_path", "path_set.option_evidence (one left out)",
    "path_set.option_evidence.key", "path_set.option_evidence.node_ids (one left out)",
    "path_set.option_evidence.score", "path_set.paths.effect", "path_set.paths.explanation",
    "path_set.question.asks_for", "path_set.question.kind", "path_set.question.polarity",
    "path_set.question.relations", "path_set.question.relations (one left out)", "path_set.question.vignette",
    "path_set.truncated",
}  # fmt: skip
"""What was concluded from the question and the graph: to know better is to build the row again."""
JUDGED_BY_WORDS = {
    "chain.steps.kind", "chain.steps.node_ids (one left out)", "chain.steps.quotes (one left out)",
    "verdicts (one left out)", "verdicts.check", "verdicts.detail", "verdicts.outcome", "verdicts.reason",
    "verdicts.score",
}  # fmt: skip
"""Verdicts of checks that `verify` does not repeat, and the citations that only these look at."""
TOLD_BY_NOTHING_ELSE = {
    "chain.verbalizer", "detail", "generation (one left out)", "generation.completion_tokens", "generation.model",
    "generation.parameters", "generation.prompt_hash", "generation.prompt_id", "generation.prompt_tokens",
    "generation.reply_key", "generation.saw_gold_answer",
}  # fmt: skip
"""How a row came to be; the SHA-256 of its file is what holds these."""
UNNOTICED = OF_THE_SOURCE | READ_AGAIN_BY_LINKING_AND_PATHS | JUDGED_BY_WORDS | TOLD_BY_NOTHING_ELSE


def members(annotation: Any) -> Iterator[Any]:
    """Yield the members of all literals in a type."""
    for part in get_args(annotation):
        if get_origin(annotation) is Literal:
            yield part
        else:
            yield from members(part)


def others(value: object, annotation: Any) -> list[Any]:
    """Return values of the same type."""
    named = [other for other in members(annotation) if other != value]
    match value:
        case ():
            return [(other,) for other in named or ["x"]]
        case _ if named:
            return named
        case bool():
            return [not value]
        case int():
            return [value + 1]
        case float():
            return [value + 0.125, value - 0.125]
        case str():
            return [f"{value} x".strip(), value[:-1]]
        case _:
            return [0.125, "x"]  # for None; what the type does not admit counts as noticed


def mutations(record: Record) -> Iterator[tuple[str, Record]]:
    """Yield the record with one thing in it changed, and the name of what was changed."""
    for name, field in type(record).model_fields.items():
        for where, value in changed(getattr(record, name), field.annotation):
            yield f"{name}{where}", record.model_copy(update={name: value})


def changed(value: Any, annotation: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Record):
        yield from ((f".{name}", record) for name, record in mutations(value))
    elif isinstance(value, tuple) and value:
        for number, element in enumerate(value):
            before, after = value[:number], value[number + 1 :]
            yield " (one left out)", before + after
            yield from ((where, (*before, other, *after)) for where, other in changed(element, annotation))
    else:
        yield from (("", other) for other in others(value, annotation) if other != value)


def test_what_is_changed_is_noticed(quoting_run: Path) -> None:
    corpus = Corpus.open(quoting_run)
    graph = KnowledgeGraph.open(corpus.manifest.config.graph)
    (row,) = corpus.rows("structured")
    style = Style(corpus.manifest.layout, corpus.manifest.config.cite_sources)
    checks = RowChecks(graph, graph.hash)

    def rendered(row: Row) -> list[dict[str, Any]]:
        return [sft_row(row, style), *path_rows(row, graph.name)]

    def noticed(changed: Record) -> bool:
        try:
            forged = Row.model_validate(changed.model_dump(warnings=False))
        except ValidationError:
            return True
        return bool(list(checks.faults(forged))) or rendered(forged) != rendered(row)

    assert list(checks.faults(row)) == []
    found = [(name, noticed(changed)) for name, changed in mutations(row)]
    assert len(found) > 500
    assert {name for name, seen in found if not seen} == UNNOTICED
