"""`kgpaths graph build`: a snapshot from the sources of a specification."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, get_args

import typer

from kgpaths.cli.settings import flag

if TYPE_CHECKING:
    from rich.console import Console

    from kgpaths.graph.assembly import BuildReport, SourceReport
    from kgpaths.graph.merge import MergeReport


def build(
    spec: Annotated[Path, typer.Argument(help="Build what this YAML file says: sources, mappings of names, merging.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FOLDER",
            help="Write the snapshot into this folder; without it, into the one that `output:` in SPEC names.",
        ),
    ] = None,
    strict: Annotated[bool, flag("--strict", help="Stop at the first row that is wrong.")] = False,
    faults: Annotated[
        Path | None,
        typer.Option("--faults", metavar="FILE", help="Write every row that was left out to this file, one a line."),
    ] = None,
    merges: Annotated[
        Path | None,
        typer.Option(
            "--merges", metavar="FILE", help="Write all merged nodes and all pairs kept apart to this TSV file."
        ),
    ] = None,
) -> None:
    """Build a snapshot from several sources, and print what was read, left out and merged."""
    import sys
    from contextlib import ExitStack

    from tqdm import tqdm

    from kgpaths.cli import screen
    from kgpaths.graph.assembly import build_from_spec
    from kgpaths.graph.readers import FaultReason
    from kgpaths.graph.spec import GraphSpec

    wanted = GraphSpec.load(spec)
    with ExitStack() as stack:
        listener = None
        if faults is not None:
            log = stack.enter_context(_opened(faults))
            listener = lambda fault: log.write(f"{fault}\n")  # noqa: E731
        table = stack.enter_context(_opened(merges)) if merges is not None else None
        bar = stack.enter_context(
            tqdm(desc="Building the graph", unit=" records", file=sys.stderr, mininterval=0.5, disable=None)
        )
        report = build_from_spec(wanted, out, strict=strict, listener=listener, progress=bar.update)
        if table is not None:
            table.writelines(_merge_rows(report))
    console = screen.console()
    for source in report.sources:
        _print_source(console, source)
    if report.merge is not None:
        _print_merge(console, report.merge)
    meta = report.meta
    for what, count in meta.skipped.items():
        if what not in get_args(FaultReason):  # those are told with their sources
            console.print(f"joined or left out {count:,}: {what.replace('_', ' ')}", markup=False, soft_wrap=True)
    console.print(f"{meta.name}  {meta.content_hash[:16]}", style="bold")
    console.print(f"nodes {meta.nodes:,}   edges {meta.edges:,}   names {meta.names:,}   faults {report.faults:,}")
    console.print(f"in {report.folder}", markup=False, soft_wrap=True)


def _opened(file: Path) -> IO[str]:
    from kgpaths.errors import UsageError

    try:
        return file.open("w", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}; choose another file") from None


def _merge_rows(report: BuildReport) -> Iterator[str]:
    yield "what\tnode\tother\trule\twhy\n"
    yield from (f"merged\t{node}\t{concept}\t\t\n" for node, concept in report.merged.items())
    for conflict in report.merge.conflicts if report.merge else ():
        yield f"kept apart\t{conflict.left}\t{conflict.right}\t{conflict.rule}\t{conflict.why}\n"


def _print_source(console: Console, source: SourceReport) -> None:
    def line(text: str, style: str = "") -> None:
        console.print(text, style=style, markup=False, soft_wrap=True)

    line(f"{source.format}  {source.path}", "bold")
    line(f"  version {source.version}   sources {', '.join(source.sources) or 'none'}")
    line(f"  licences {', '.join(source.licences) or 'none'}")
    mappings = f"   mappings {source.xrefs:,}" if source.xrefs else ""
    line(f"  nodes {source.nodes:,}   edges {source.edges:,}{mappings}")
    for what, count in source.skipped.items():
        line(f"  left out {count:,}: {what}")
    for reason, count in sorted(source.faults.items(), key=lambda item: (-item[1], item[0])):
        line(f"  wrong {count:,}: {reason}", "yellow")
        for fault in source.first:
            if fault.reason == reason:
                line(f"    {fault.where}: {fault.message}", "dim")
    console.print()


def _print_merge(console: Console, merge: MergeReport) -> None:
    from collections import Counter

    console.print(f"merged {merge.merged:,} nodes into {merge.clusters:,} concepts")
    for rule, count in merge.by_rule.items():
        if count:
            console.print(f"  {count:,} by {rule}")
    kinds = Counter((conflict.rule, conflict.why) for conflict in merge.conflicts)
    if kinds:
        console.print(f"kept apart {len(merge.conflicts):,} pairs that a rule links")
    for (rule, why), count in sorted(kinds.items(), key=lambda item: (-item[1], item[0])):
        first = next(conflict for conflict in merge.conflicts if (conflict.rule, conflict.why) == (rule, why))
        console.print(f"  {count:,} by {rule}: {why}, for one {first.left} and {first.right}", soft_wrap=True)
    console.print()
