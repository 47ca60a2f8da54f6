"""How records look in a terminal: marked mentions, paths with their phrases, chains, verdicts, the funnel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from kgpaths.graph import KnowledgeGraph
    from kgpaths.records import Edge, Mention, QAItem, ReasoningPath, Row

_STYLE = {
    "present": "bold green",
    "absent": "bold red strike",
    "historical": "cyan",
    "family": "magenta",
    "hypothetical": "yellow",
}
_OUTCOME = {"pass": "green", "fail": "bold red", "warn": "yellow", "error": "bold red", "skipped": "dim"}


def console(*, stderr: bool = False) -> Console:
    """Return the console that results (stdout) or messages (stderr) go to."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=False)


def marked(text: str, mentions: Iterable[Mention]) -> Text:
    """Return `text` with its mentions styled by assertion status; plain output brackets them instead.

    >>> from kgpaths.records import Mention
    >>> marked("No fever.", [Mention(start=3, end=8, text="fever", node_id="HP:0001945", score=1, tier="label",
    ...                              assertion="absent")]).plain
    'No [fever|absent].'
    """
    from rich.text import Text

    result, at = Text(), 0
    for mention in sorted(mentions, key=lambda m: (m.start, -m.end)):
        if mention.start < at:
            continue
        result.append(text[at : mention.start])
        status = "" if mention.assertion == "present" else f"|{mention.assertion}"
        result.append(f"[{mention.text}{status}]", style=_STYLE[mention.assertion])
        at = mention.end
    result.append(text[at:])
    return result


def arrow_line(graph: KnowledgeGraph, path: ReasoningPath) -> str:
    """Return one path as `a ─phrase→ b ─phrase→ c`, each hop read in walking direction."""
    from kgpaths.vocabulary.relations import relations

    line = graph.name(path.hops[0].start)
    for hop in path.hops:
        relation = relations()[hop.predicate]
        phrase = relation.phrase if hop.forward else relation.inverse_phrase
        line += f" ─{phrase}→ {graph.name(hop.end)}"
    return line


def edge_lines(graph: KnowledgeGraph, edge: Edge) -> list[str]:
    """Return one edge with what it rests on: its source, and below it the sentence where it was read in a text."""
    from kgpaths.vocabulary.relations import relations

    known = relations().get(edge.predicate)  # a graph of one's own may use words that the vocabulary lacks
    phrase = known.phrase if known else edge.predicate.replace("_", " ")
    where = [f"{edge.source} {edge.source_version}", edge.licence]
    if edge.tier != "curated":
        where.append(f"{edge.tier} {edge.strength:.2f}")
    best = edge.surest
    if best is None:
        where += dict.fromkeys(one.reference or one.url for one in edge.evidence if one.reference or one.url)
    subject, object_ = (f"{graph.name(node)} ({node})" for node in (edge.subject, edge.object))
    lines = [f"{edge.id}  {subject} {phrase} {object_}  [{', '.join(where)}]"]
    if best is not None:
        count = sum(bool(one.sentence) for one in edge.evidence) - 1
        place = [best.url or best.reference, best.section and f"section {best.section}", best.rule]
        others = f"; {count} more sentence{'s' if count > 1 else ''}" if count else ""
        lines.append(f"    “{best.quotation}” ({', '.join(filter(None, place))}{others})")
    return lines


def path_json(graph: KnowledgeGraph, path: ReasoningPath) -> str:
    """Return one path as a line of JSON, with its edges and all their evidence."""
    import json

    record = path.model_dump(include={"hops", "cost_millinats", "fallback_step"})
    edges = [graph.edge(edge).model_dump() for edge in path.edge_ids]
    return json.dumps({"text": arrow_line(graph, path), **record, "edges": edges}, ensure_ascii=False)


def question(item: QAItem, mentions: Sequence[Mention]) -> RenderableType:
    """Return the question and its options with all mentions marked; the right option is starred."""
    from rich.console import Group
    from rich.text import Text

    parts: list[RenderableType] = []
    for name, text in item.sections():
        line = marked(text, (m for m in mentions if m.section == name))
        if name.startswith("option:"):
            key = name.removeprefix("option:")
            line = Text(f"{'★' if key == item.answer_key else ' '} {key}. ") + line
        elif name != "question":
            line = Text(f"{name}: ") + line
        parts.append(line)
    return Group(*parts)


def row_report(graph: KnowledgeGraph, row: Row, *, links: bool = False) -> RenderableType:
    """Return one row as `preview` and `explain` show it."""
    from rich.console import Group
    from rich.rule import Rule
    from rich.text import Text

    parts: list[RenderableType] = [
        Rule(f"{row.id} · {row.status}{' · ' + ', '.join(row.reasons) if row.reasons else ''}")
    ]
    if row.item is None:
        return Group(*parts, Text(row.detail))
    parts += [question(row.item, row.mentions), Text()]
    if links:
        parts.append(Text("Mentions", style="bold"))
        for m in row.mentions:
            where, name = f"{m.section}[{m.start}:{m.end}]", graph.name(m.node_id)
            parts.append(Text(f"  {where} “{m.text}” → {name} ({m.node_id})  {m.tier} {m.score:.2f} {m.assertion}"))
        parts.append(Text())
    chosen = [path for path in row.path_set.paths if path.kind == "selected"]
    contrast = [path for path in row.path_set.paths if path.kind == "contrast"]
    parts.append(Text("Paths" if chosen else f"No path: {row.path_set.no_path}", style="bold"))
    parts += [Text(f"  {path.cost_millinats / 1000:6.2f}  {arrow_line(graph, path)}") for path in chosen]
    if contrast:
        parts.append(Text("To other options", style="bold"))
        parts += [
            Text(f"  {path.option_key}: {path.cost_millinats / 1000:5.2f}  {arrow_line(graph, path)}")
            for path in contrast
        ]
    scores = "  ".join(
        f"{e.key or 'answer'} {f'{e.score:.2f}' if e.node_ids else '–'}" for e in row.path_set.option_evidence
    )
    if scores:
        margin = "" if row.path_set.margin is None else f"   margin {row.path_set.margin:+.2f}"
        parts.append(Text(f"Evidence  {scores}{margin}"))
    if row.chain is not None:
        parts += [Text(), Text("Chain", style="bold")]
        edges = {edge.id: edge for edge in row.edges}
        for number, step in enumerate(row.chain.steps, 1):
            parts.append(Text(f"  {number}. {step.text}"))
            if links:
                for lines in (edge_lines(graph, edges.get(e) or graph.edge(e)) for e in step.edge_ids):
                    parts.append(Text(f"       rests on {lines[0]}", style="dim"))
                    parts += [Text(f"            {line}", style="dim") for line in lines[1:]]
                for one in step.sentences:
                    source = ", ".join(filter(None, (f"{one.source} {one.version}".strip(), one.licence, one.url)))
                    parts.append(Text(f"       rests on “{one.text}” ({source})", style="dim"))
                if step.knowledge:
                    parts.append(Text("       rests on the model's own knowledge", style="dim"))
                parts += [
                    Text(f"       quotes {q.section}[{q.start}:{q.end}] “{q.text}”", style="dim") for q in step.quotes
                ]
        parts.append(Text(f"  Answer: {row.chain.answer_key + '. ' if row.chain.answer_key else ''}{row.chain.answer}"))
    if row.verdicts:
        parts += [Text(), Text("Verdicts", style="bold")]
        for verdict in row.verdicts:
            if links or verdict.outcome not in ("pass", "skipped"):
                where = "" if verdict.where is None else f" (step {verdict.where + 1})"
                parts.append(
                    Text(
                        f"  {verdict.outcome:7} {verdict.check}{where} {verdict.detail}",
                        style=_OUTCOME[verdict.outcome],
                    )
                )
        passed = sum(v.outcome == "pass" for v in row.verdicts)
        parts.append(Text(f"  {passed} of {len(row.verdicts)} checks passed"))
    return Group(*parts)


def funnel_table(stats: Mapping[str, Any], *, title: str, seconds: float | None = None) -> RenderableType:
    """Return the funnel of a run as a table: questions, linked, with paths, accepted, rejected by reason."""
    from rich.table import Table

    total = max(1, int(stats["items"]))
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    table.add_column("")
    table.add_column("rows", justify="right")
    table.add_column("share", justify="right")

    def line(label: str, key: str) -> None:
        table.add_row(label, f"{stats[key]:,}", f"{100 * stats[key] / total:.1f} %")

    line("questions", "items")
    line("linked question", "linked_question")
    line("linked answer", "linked_answer")
    line("with paths", "with_paths")
    line("accepted", "accepted")
    ahead, compared = stats["answer_ahead"], stats["with_margin"]
    share = f"{100 * ahead / compared:.1f} %" if compared else ""
    table.add_row("  answer ahead", f"{ahead:,} of {compared:,}", share, style="dim")
    line("rejected", "rejected")
    for reason, count in sorted(stats["reasons"].items(), key=lambda pair: (-pair[1], pair[0])):
        table.add_row(f"  {reason}", f"{count:,}", f"{100 * count / total:.1f} %", style="dim")
    line("failed", "failed")
    for tier, count in sorted(stats["tiers"].items(), key=lambda pair: (-pair[1], pair[0])):
        share = 100 * count / max(1, sum(stats["tiers"].values()))
        table.add_row(f"cited edges, {tier}", f"{count:,}", f"{share:.1f} %", style="dim")
    for source, count in sorted(stats["texts"].items(), key=lambda pair: (-pair[1], pair[0])):
        table.add_row(f"  {source}", f"{count:,}", "", style="dim")
    for source, count in sorted(stats["sentences"].items(), key=lambda pair: (-pair[1], pair[0])):
        table.add_row(f"cited sentences, {source}", f"{count:,}", "", style="dim")
    if stats["knowledge_steps"]:  # a model wrote
        share = f"{100 * stats['grounded_steps'] / max(1, stats['claim_steps']):.1f} %"
        table.add_row("claim steps, grounded", f"{stats['grounded_steps']:,}", share)
        each = f"{stats['knowledge_steps'] / max(1, stats['accepted']):.2f} a chain"
        table.add_row("own knowledge, steps", f"{stats['knowledge_steps']:,}", each)
        table.add_row("  without edge or sentence", f"{stats['knowledge_alone']:,}", "", style="dim")
    if seconds is not None:
        table.add_row("seconds", f"{seconds:.1f}", "")
    return table
