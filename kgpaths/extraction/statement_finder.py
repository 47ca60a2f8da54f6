"""Read what a passage says: by cues, by its section, as a list, or as a row of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING

from kgpaths.extraction.cue_finder import CueFinder
from kgpaths.extraction.hierarchy import Hierarchy
from kgpaths.extraction.pages import Lead, Page
from kgpaths.extraction.patterns import lowered
from kgpaths.extraction.rules import Cue, Frame, Section, rules, section_of
from kgpaths.extraction.segments import Segment
from kgpaths.extraction.sides import Clause, Focus, Near
from kgpaths.extraction.text_statements import Statement
from kgpaths.extraction.texts import Cell

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph


_LINE = re.compile(r"[ ](?=[A-Z])")
_TWO_LINES = re.compile(r"[a-z] [A-Z][a-z]+$")
"""The end of one line of a cell with the beginning of the next: "Edema Cardiac"."""


class Passages:
    """Reads segments of texts whose mentions are known.

    Args:
        graph: whose nodes the mentions lead to.
    """

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self._hierarchy = Hierarchy(graph)
        self._rules = rules()
        self._cues = CueFinder(self._rules.cues)

    def read(self, page: Page, segment: Segment, section: Section, focus: Focus | None) -> Sequence[Statement]:
        """Return what a sentence, a lead or an item states.

        Args:
            page: what the segment is a part of.
            segment: the sentence, lead or item.
            section: where it stands.
            focus: what the text is about, if that is known.
        """
        if focus and not page.text.strict_focus and self._names_one_of(focus, page, segment.end):
            focus = None  # in a textbook "it" may be the gout that was spoken of, and not all of arthritis
        found = list(self._said(page, segment, section, focus))
        # Few sentences state anything, so what forbids the whole sentence is looked for last.
        return () if found and self._states_nothing(page, segment.start, segment.end) else found

    def _said(self, page: Page, segment: Segment, section: Section, focus: Focus | None) -> Iterator[Statement]:
        inside = page.between(segment.start, segment.end)
        strict = page.text.strict_focus
        found = False
        if segment.lead and segment.kind in ("item", "example"):
            for statement in self._listed(page, segment, segment.lead, inside, section, focus):
                found = True
                yield statement
        elif segment.kind == "item":
            yield from self._by_section(page, segment, inside, section, focus)
        if segment.kind == "item" and page.lower[segment.end - 1] != ".":
            return
        guards = self._rules.guards
        clause = Clause(page.lower, segment.start, segment.end, inside, guards, focus=focus, strict=strict)
        for statement in self._by_cues(page, clause, section, segment):
            found = True
            yield statement
        if not found and focus and strict and segment.kind in ("sentence", "example"):
            yield from self._loose(page, clause, segment, section, focus)

    def row(self, page: Page, section: Section, about: str | None, focus: Focus | None) -> Iterator[Statement]:
        """Yield what a table row states: the first cell is what it is about, the header of a cell what it says.

        Args:
            page: the row.
            section: where the table stands.
            about: node of the first cell; what the row itself says of it goes to the `focus`.
            focus: what the text is about, if that is known.
        """
        for number, cell in enumerate(page.text.cells):
            named = section_of(cell.header)
            kind = self._rules.sections[named[0]] if named else None
            anchor = about if number else focus and focus.node
            if kind is not None and kind.frame is not None and kind.item and anchor is not None:
                yield from self._cell(page, cell, kind, kind.frame, section, anchor)

    def _cell(
        self, page: Page, cell: Cell, kind: Section, frame: Frame, section: Section, anchor: str
    ) -> Iterator[Statement]:
        inside = page.between(cell.start, cell.end)
        inside = [near for near in inside if not _TWO_LINES.search(page.text.text[near.start : near.end])]
        # A cell's lines have run together; each begins with a capital.
        lines = lowered(_LINE.sub("\n", page.text.text[cell.start : cell.end]))
        text = page.lower[: cell.start] + lines + page.lower[cell.end :]
        clause = Clause(text, cell.start, cell.end, inside, self._rules.guards)
        segment = Segment(cell.start, cell.end, "item")
        fillers = clause.all_fillers(frame, listed=True)
        yield from self._state(
            frame, [anchor], fillers, f"table:{kind.name}", kind.item, section, segment, lead=cell.header
        )

    def _names_one_of(self, focus: Focus, page: Page, end: int) -> bool:
        """Tell whether a text names a kind of what it is about, or a drug of the class that it is about."""
        return any(
            self._hierarchy.is_kind(near.node, focus.node) or (near.type == "drug" and focus.type == "drug_class")
            for near in page.mentions
            if near.end <= end and near.node != focus.node
        )

    def _states_nothing(self, page: Page, start: int, end: int) -> bool:
        return self._rules.guards.sentences.search(page.lower[start:end]) is not None

    def _by_cues(self, page: Page, clause: Clause, section: Section, segment: Segment) -> Iterator[Statement]:
        types = {near.type for near in clause.named}
        words = page.lower[segment.start : segment.end]
        for cue in self._cues.in_sentence(words, types, section, page.text.kind):
            if cue.pattern.search(page.lower, segment.start, segment.end) is None:
                continue
            for match in cue.pattern.finditer(clause.text, segment.start, segment.end):
                if clause.denied(match.start()):
                    continue
                sides = clause.sides(cue, match)
                if sides is not None:
                    anchors, fillers = sides
                    if clause.denied_behind(cue, match, {*anchors, *(near.node for near in fillers)}):
                        continue
                    yield from self._state(
                        cue.frame, anchors, fillers, cue.name, cue.score, section, segment, clause=clause
                    )

    def _loose(
        self, page: Page, clause: Clause, segment: Segment, section: Section, focus: Focus
    ) -> Iterator[Statement]:
        """Yield what a sentence without a cue states by the section it stands in."""
        frame, guards = section.frame, self._rules.guards
        if frame is None or not section.sentence or (frame.of_conditions and clause.speaks_of_care(segment.end)):
            return
        if clause.denies_focus():
            return
        piece = page.lower[segment.start : segment.end]
        if (section.doubt or guards.doubt).search(piece) or (section.besides and section.besides.search(piece)):
            return
        if section.needs and not section.needs.search(piece):
            return
        anchor = focus.node
        another = clause.begins_with_another()
        if another is not None:
            if not frame.of_care or not self._hierarchy.is_kind(another, anchor):
                return
            anchor = another  # "If you have viral pneumonia, …" speaks of that kind of pneumonia
        if section.needs and clause.is_about_another(anchor):
            return
        names = ((near, self._graph.name(near.node).casefold()) for near in clause.all_fillers(frame))
        fillers = [near for near, name in names if name not in guards.means or not frame.of_treatment]
        rule = f"section:{section.name}"
        yield from self._state(frame, [anchor], fillers, rule, section.sentence, section, segment, clause=clause)

    def _listed(
        self,
        page: Page,
        segment: Segment,
        where: tuple[int, int],
        inside: Sequence[Near],
        section: Section,
        focus: Focus | None,
    ) -> Iterator[Statement]:
        """Yield what an item says under the lead of its list, or an example under the sentence before."""
        asked = (where, segment.kind, section.name, focus)
        lead = page.leads.get(asked)
        if lead is None:
            whole = segment.kind == "example"
            lead = page.leads[asked] = self._lead(page, where, section, focus, whole=whole)
        if lead.cue is not None:
            rule = f"{'list' if segment.kind == 'item' else 'example'}:{lead.cue.name}"
            frame = lead.cue.frame
            fillers = self._named(page, segment, inside).all_fillers(frame, listed=True)
            yield from self._state(frame, lead.anchors, fillers, rule, lead.cue.score, section, segment, lead=lead.text)
        elif lead.by_section:
            yield from self._by_section(page, segment, inside, section, focus, lead.text)

    def _lead(self, page: Page, where: tuple[int, int], section: Section, focus: Focus | None, *, whole: bool) -> Lead:
        """Return what introduces a list.

        Args:
            whole: the lead is a sentence of its own, and goes on behind its cue.
        """
        guards, (start, end) = self._rules.guards, where
        text, lower = page.text.text[start:end], page.lower[start:end]
        if guards.advice_that_lists.search(lower):
            return Lead(text, by_section=True)
        if self._states_nothing(page, start, end):
            return Lead(text)
        inside, strict = page.between(start, end), page.text.strict_focus
        lead = Clause(page.lower, start, end, inside, guards, focus=focus, strict=strict)
        for cue in self._cues.in_lead(lower, section):
            anchors = [] if lead.denies_list(cue.frame) else self._anchors(cue, lead, whole=whole)
            if anchors:
                return Lead(text, cue, anchors)
        if section.frame is None or lead.denies_list(section.frame) or guards.lead_doubt.search(lower):
            return Lead(text)
        if focus is None or lead.is_about_another(focus.node, leads_to=True):
            return Lead(text)
        return Lead(text, by_section=not whole and _about_section(text))

    def _anchors(self, cue: Cue, lead: Clause, *, whole: bool) -> list[str]:
        """Return what a lead speaks of by a cue; nothing when it does not speak by it, or not at its end."""
        for match in cue.pattern.finditer(lead.text, lead.start, lead.end):
            if not lead.denied(match.start()) and (whole or not lead.ends_after(match.end())):
                if whole and any(
                    near.start >= match.end() and near.type in cue.frame.fillers for near in lead.mentions
                ):
                    continue  # "syndromes characterized by cleft palate. These include …": those are syndromes
                anchors = lead.anchors_of(cue, match)
                if anchors:
                    return anchors
        return []

    def _by_section(
        self,
        page: Page,
        segment: Segment,
        inside: Sequence[Near],
        section: Section,
        focus: Focus | None,
        lead: str = "",
    ) -> Iterator[Statement]:
        if section.frame and section.item and focus and (page.text.strict_focus or segment.lead is not None):
            fillers = self._named(page, segment, inside).all_fillers(section.frame, listed=True)
            rule = f"item:{section.name}"
            yield from self._state(
                section.frame, [focus.node], fillers, rule, section.item, section, segment, lead=lead
            )

    def _named(self, page: Page, segment: Segment, inside: Sequence[Near]) -> Clause:
        """Return the part of an item that names things, without what explains them."""
        guards, start = self._rules.guards, segment.says_from or segment.start
        end = guards.item_end.search(page.lower, start, segment.end)
        return Clause(page.lower, start, end.start() if end else segment.end, inside, guards)

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
            if frame.of_diagnosis and not self._examines(filler):
                continue
            subject, object_ = (anchor, filler) if frame.anchor_is_subject else (filler, anchor)
            whole = clause is not None and clause.names(anchor)
            yield Statement(
                subject, frame.predicate, object_, rule, section.name, score,
                segment.start, segment.end, lead, places[filler], whole,
            )  # fmt: skip

    def _examines(self, node: str) -> bool:
        return self._graph.type(node) == "test" or self._graph.name(node).casefold() in self._rules.guards.examinations


def _about_section(lead: str) -> bool:
    """Tell whether a lead without a cue leaves the list to its section: short, or advice that lists."""
    return len(lead) < 60 or lead.rstrip(": ").endswith(("following", "these", "include"))
