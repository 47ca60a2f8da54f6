"""`kgpaths graph build`: a snapshot from the sources of a specification."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, get_args

import typer

from kgpaths.cli.settings import flag

if TYPE_CHECKING:
    from rich.console import Console

    from kgpaths.graph.assembly import BuildReport, TablesReport
    from kgpaths.graph.merge import MergeReport
    from kgpaths.graph.source import SourceReport


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
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="FOLDER", help="Look for the files of the sources in this folder, not beside SPEC."
        ),
    ] = None,
    tables: Annotated[
        Path | None,
        typer.Option(
            "--tables",
            metavar="FOLDER",
            help="Write no snapshot, but compressed tables of what the sources give, unmerged, into this folder.",
        ),
    ] = None,
    check: Annotated[
        bool, flag("--check", help="With --tables, compare with the tables that are there, and write nothing.")
    ] = False,
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
    """Build a snapshot from several sources, and print what was read, left out and merged.

    With --check, the exit code is 1 where the tables differ from what the sources give.
    """
    import sys
    from contextlib import ExitStack
    from tempfile import TemporaryDirectory

    from tqdm import tqdm

    from kgpaths.cli import screen
    from kgpaths.errors import UsageError
    from kgpaths.graph.assembly import build_from_spec, build_tables
    from kgpaths.graph.spec import GraphSpec

    if tables is not None and (out is not None or merges is not None):
        raise UsageError("--tables writes no snapshot and merges nothing; leave out --out and --merges")
    if check and tables is None:
        raise UsageError("--check compares tables; name their folder with --tables")
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
        if tables is not None:
            folder = Path(stack.enter_context(TemporaryDirectory())) if check else tables
            written = build_tables(wanted, folder, data=data, strict=strict, listener=listener, progress=bar.update)
            bar.close()
            _print_tables(written, folder, tables)
            return
        report = build_from_spec(wanted, out, data=data, strict=strict, listener=listener, progress=bar.update)
        if table is not None:
            table.writelines(_merge_rows(report))
    console = screen.console()
    for source in report.sources:
        _print_source(console, source)
    if report.merge is not None:
        _print_merge(console, report.merge)
    meta = report.meta
    _print_skipped(console, meta.skipped)
    console.print(f"{meta.name}  {meta.content_hash[:16]}", style="bold")
    console.print(f"nodes {meta.nodes:,}   edges {meta.edges:,}   names {meta.names:,}   faults {report.faults:,}")
    console.print(f"in {report.folder}", markup=False, soft_wrap=True)


def _print_tables(report: TablesReport, folder: Path, kept: Path) -> None:
    from kgpaths.cli import screen
    from kgpaths.errors import EXIT_CHECK_FAILED
    from kgpaths.graph.table_folder import differing

    console = screen.console()
    for source in report.sources:
        _print_source(console, source)
    _print_skipped(console, report.skipped)
    changed = differing(folder, kept)
    for name in changed:
        typer.echo(f"{kept / name} differs from what the sources give", err=True)
    if changed:
        raise typer.Exit(EXIT_CHECK_FAILED)


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


def _print_skipped(console: Console, skipped: Mapping[str, int]) -> None:
    from kgpaths.graph.readers import FaultReason

    for what, count in skipped.items():
        if what not in get_args(FaultReason):  # those are told with their sources
            console.print(f"joined or left out {count:,}: {what.replace('_', ' ')}", markup=False, soft_wrap=True)


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
