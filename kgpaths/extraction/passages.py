"""What a passage says: by cues, by its section, as a list, as a row of a table."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING

from kgpaths.extraction.clauses import Clause, Near
from kgpaths.extraction.hierarchy import Hierarchy
from kgpaths.extraction.rules import Cue, Frame, Section, rules, section_of
from kgpaths.extraction.sentences import Segment
from kgpaths.extraction.statements import Statement
from kgpaths.extraction.texts import Cell, ReferenceText

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph


class Passages:
    """Reads segments of texts whose mentions are known.

    Args:
        graph: whose nodes the mentions lead to.
    """

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self._hierarchy = Hierarchy(graph)
        self._rules = rules()

    def read(
        self, text: ReferenceText, segment: Segment, mentions: Sequence[Near], section: Section, focus: str | None
    ) -> Iterator[Statement]:
        """Yield what a sentence, a lead or an item states.

        Args:
            text: what the segment is a part of.
            mentions: all of the text, by their place.
            section: where the segment stands.
            focus: what the text is about, if that is known.
        """
        guards = self._rules.guards
        if guards.sentences.search(text.text[segment.start : segment.end]):
            return
        inside = between(mentions, segment.start, segment.end)
        clause = Clause(text.text, segment.start, segment.end, inside, guards, strict=text.strict_focus)
        found = False
        if segment.lead and segment.kind in ("item", "example"):
            for statement in self._listed(text, segment, mentions, section, focus):
                found = True
                yield statement
        elif segment.kind == "item":
            yield from self._by_section(text, segment, inside, section, focus)
        if segment.kind == "item" and text.text[segment.end - 1] != ".":
            return
        for statement in self._by_cues(text, clause, section, focus, segment):
            found = True
            yield statement
        if not found and focus and text.strict_focus and segment.kind in ("sentence", "example"):
            yield from self._loose(clause, segment, section, focus)

    def row(
        self, text: ReferenceText, mentions: Sequence[Near], section: Section, about: str | None, focus: str | None
    ) -> Iterator[Statement]:
        """Yield what a table row states: the first cell is what it is about, the header of a cell what it says.

        Args:
            about: node of the first cell; what the row itself says of it goes to the `focus`.
        """
        for number, cell in enumerate(text.cells):
            named = section_of(cell.header)
            kind = self._rules.sections[named[0]] if named else None
            anchor = about if number else focus
            if kind is not None and kind.frame is not None and kind.item and anchor is not None:
                yield from self._cell(text, cell, mentions, kind, kind.frame, section, anchor)

    def _cell(
        self,
        text: ReferenceText,
        cell: Cell,
        mentions: Sequence[Near],
        kind: Section,
        frame: Frame,
        section: Section,
        anchor: str,
    ) -> Iterator[Statement]:
        inside = between(mentions, cell.start, cell.end)
        clause = Clause(text.text, cell.start, cell.end, inside, self._rules.guards)
        segment = Segment(cell.start, cell.end, "item")
        fillers = clause.all_fillers(frame, listed=True)
        yield from self._state(
            frame, [anchor], fillers, f"table:{kind.name}", kind.item, section, segment, lead=cell.header
        )

    def _by_cues(
        self, text: ReferenceText, clause: Clause, section: Section, focus: str | None, segment: Segment
    ) -> Iterator[Statement]:
        kinds = {near.type for near in clause.mentions}
        for cue in self._rules.cues_in(text.text[segment.start : segment.end]):
            if (cue.only and cue.only != text.kind) or not cue.speaks_in(section):
                continue
            if not cue.frame.fillers & kinds:
                continue
            if cue.right == "anchor" and not cue.frame.anchors & kinds:
                continue
            for match in cue.pattern.finditer(text.text, segment.start, segment.end):
                if clause.denied(match.start()):
                    continue
                sides = clause.sides(cue, match, focus)
                if sides is not None:
                    anchors, fillers = sides
                    yield from self._state(
                        cue.frame, anchors, fillers, cue.name, cue.score, section, segment, clause=clause
                    )

    def _loose(self, clause: Clause, segment: Segment, section: Section, focus: str) -> Iterator[Statement]:
        """Yield what a sentence without a cue states by the section it stands in."""
        frame, guards = section.frame, self._rules.guards
        if frame is None or not section.sentence or (frame.of_conditions and clause.speaks_of_care(segment.end)):
            return
        piece = clause.text[segment.start : segment.end]
        if (section.doubt or guards.doubt).search(piece) or (section.needs and not section.needs.search(piece)):
            return
        anchor = focus
        another = clause.begins_with_another(focus)
        if another is not None:
            if not frame.of_care or not self._hierarchy.is_kind(another, focus):
                return
            anchor = another  # "If you have viral pneumonia, …" speaks of that kind of pneumonia
        if section.needs and clause.is_about_another(anchor):
            return
        names = ((near, self._graph.name(near.node).casefold()) for near in clause.all_fillers(frame))
        fillers = [near for near, name in names if name not in guards.means or not frame.of_treatment]
        rule = f"section:{section.name}"
        yield from self._state(frame, [anchor], fillers, rule, section.sentence, section, segment, clause=clause)

    def _listed(
        self, text: ReferenceText, segment: Segment, mentions: Sequence[Near], section: Section, focus: str | None
    ) -> Iterator[Statement]:
        """Yield what an item says under the lead of its list, or an example under the sentence before."""
        guards, (first, last) = self._rules.guards, segment.lead or (0, 0)
        lead_text = text.text[first:last]
        advises = bool(guards.advice_that_lists.search(lead_text))
        inside = between(mentions, segment.start, segment.end)
        if not advises:
            if guards.sentences.search(lead_text):
                return
            near_lead = between(mentions, first, last)
            lead = Clause(text.text, first, last, near_lead, guards, strict=text.strict_focus)
            for cue in self._rules.cues_in(lead_text):
                found = self._anchors(cue, lead, section, focus, whole=segment.kind == "example")
                if found:
                    rule = f"{'list' if segment.kind == 'item' else 'example'}:{cue.name}"
                    fillers = self._named(text, segment, inside).all_fillers(cue.frame, listed=True)
                    yield from self._state(cue.frame, found, fillers, rule, cue.score, section, segment, lead=lead_text)
                    return
            if segment.kind == "example" or not _about_section(lead_text) or guards.lead_doubt.search(lead_text):
                return
        yield from self._by_section(text, segment, inside, section, focus, lead_text)

    def _anchors(self, cue: Cue, lead: Clause, section: Section, focus: str | None, *, whole: bool) -> list[str]:
        """Return what a lead speaks of by a cue; nothing when it does not speak by it, or not at its end.

        Args:
            whole: the lead is a sentence of its own, and goes on behind the cue.
        """
        if cue.right != "filler" or cue.only or not cue.speaks_in(section):
            return []
        for match in cue.pattern.finditer(lead.text, lead.start, lead.end):
            if not lead.denied(match.start()) and (whole or not lead.ends_after(match.end())):
                anchors = lead.anchors_of(cue, match, focus)
                if anchors:
                    return anchors
        return []

    def _by_section(
        self,
        text: ReferenceText,
        segment: Segment,
        inside: Sequence[Near],
        section: Section,
        focus: str | None,
        lead: str = "",
    ) -> Iterator[Statement]:
        if section.frame and section.item and focus and (text.strict_focus or segment.lead is not None):
            fillers = self._named(text, segment, inside).all_fillers(section.frame, listed=True)
            rule = f"item:{section.name}"
            yield from self._state(section.frame, [focus], fillers, rule, section.item, section, segment, lead=lead)

    def _named(self, text: ReferenceText, segment: Segment, inside: Sequence[Near]) -> Clause:
        """Return the part of an item that names things, without what explains them."""
        guards, start = self._rules.guards, segment.says_from or segment.start
        end = guards.item_end.search(text.text, start, segment.end)
        return Clause(text.text, start, end.start() if end else segment.end, inside, guards)

    def _state(
        self,
        frame: Frame,
        anchors: Sequence[str],
        fillers: Sequence[Near],
        rule: str,
        score: float,
        section: Section,
        segment: Segment,
        *,
        lead: str = "",
        clause: Clause | None = None,
    ) -> Iterator[Statement]:
        places = {near.node: (near.start, near.end) for near in reversed(fillers)}
        for anchor, filler in product(dict.fromkeys(anchors), dict.fromkeys(near.node for near in fillers)):
            if self._graph.type(anchor) not in frame.anchors or self._hierarchy.same_line(anchor, filler):
                continue
            subject, object_ = (anchor, filler) if frame.anchor_is_subject else (filler, anchor)
            whole = clause is not None and clause.names(anchor)
            yield Statement(
                subject, frame.predicate, object_, rule, section.name, score,
                segment.start, segment.end, lead, places[filler], whole,
            )  # fmt: skip


def between(mentions: Sequence[Near], start: int, end: int) -> Sequence[Near]:
    """Return the mentions that begin in a stretch. O(log mentions)."""
    first = bisect_left(mentions, start, key=lambda near: near.start)
    last = bisect_left(mentions, end, key=lambda near: near.start)
    return mentions[first:last]


def _about_section(lead: str) -> bool:
    """Tell whether a lead without a cue leaves the list to its section: short, or advice that lists."""
    return len(lead) < 60 or lead.rstrip(": ").endswith(("following", "these", "include"))
