"""Read a text into statements: what a sentence says of the focus, or of what it names itself.

>>> from kgpaths.extraction.texts import ReferenceText
>>> from kgpaths.graph import KnowledgeGraph
>>> from kgpaths.graph.tables import NodeRecord
>>> graph = KnowledgeGraph.from_records(
...     [NodeRecord("DOID:552", "pneumonia", "disease", "doid"), NodeRecord("HP:0001945", "Fever", "symptom", "hpo"),
...      NodeRecord("HP:0012735", "Cough", "symptom", "hpo")], [])
>>> text = ReferenceText("t", "Symptoms include cough. There is no fever.", focus=("Pneumonia",), section="symptoms")
>>> for s in next(RuleExtractor(graph).read([text])).statements:
...     print(s.subject, s.predicate, s.object, s.rule, text.text[s.start:s.end])
DOID:552 has_symptom HP:0012735 symptoms_include Symptoms include cough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from kgpaths.extraction.cutting import Cut, short_names
from kgpaths.extraction.focus import FocusFinder
from kgpaths.extraction.pages import Page
from kgpaths.extraction.patterns import lowered
from kgpaths.extraction.rules import SET_ASIDE, Section, rules, section_of
from kgpaths.extraction.sides import Focus, Near
from kgpaths.extraction.statement_finder import Passages
from kgpaths.extraction.text_statements import Reading
from kgpaths.extraction.texts import ReferenceText, TextFault
from kgpaths.files import Fault

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.records import Mention

_LONG = 1_000_000
"""A text longer than this is worth a word: it is read, but it is hardly one text."""
_MARKS, _MARKUP = 3, 200
"""Closing tags, and characters to each, from which a text looks like HTML."""
_AT_ONCE = 64
"""Texts that are linked at once."""
_SURE = 0.7
"""Least score of a mention: what is below was wrong in a quarter of the statements that were read."""
_SURE_OF_NAME = 0.64
"""The same for a name as it stands, which the linker doubts for its shortness alone: symbols of genes, above all."""
_AS_IT_STANDS = frozenset({"label", "exact", "normalised"})


class RuleExtractor:
    """Reads texts by the rules of `ontologies/extraction/`.

    Args:
        graph: whose nodes the text is linked to.
    """

    def __init__(self, graph: KnowledgeGraph) -> None:
        from kgpaths.linking import EntityLinker
        from kgpaths.linking.words.normalisation import normaliser_version

        self._graph = graph
        self._linker = EntityLinker(graph)
        self._focus = FocusFinder(self._linker)
        self._passages = Passages(graph)
        self._rules = rules()
        self._anchors = frozenset().union(*(frame.anchors for frame in self._rules.frames.values()))
        self._known: dict[str, tuple[str, bool]] = {}
        """Of nodes that were met: type, and whether it says nothing of anything."""
        self.version = f"rules-{self._rules.version}-{normaliser_version()}"

    def read(self, texts: Iterable[ReferenceText]) -> Iterator[Reading]:
        """Yield what each text states, and what its sentences name together; texts are taken as they come.

        O(characters); texts are linked many at once.
        """
        stream = iter(texts)
        while some := [Cut.of(text) for text in islice(stream, _AT_ONCE)]:
            self._focus.learn(titles for cut in some for titles in _titles(cut.text))
            linked = self._linker.link_batch(cut.text.text[start:end] for cut in some for start, end in cut.pieces)
            for cut in some:
                mentions = [near for start, _ in cut.pieces for near in self._near(next(linked), start)]
                yield self._read(cut, mentions)

    def _read(self, cut: Cut, mentions: Sequence[Near]) -> Reading:
        text, faults = cut.text, list[TextFault]()
        section, focus = self._heading(text, faults)
        reading = Reading([], [], faults, focus)
        topic = Focus(focus, self._graph.type(focus), self._names_of(focus, text)) if focus else None
        if len(text.text) > _LONG:
            faults.append(Fault(text.id, "long_text", f"{len(text.text):,} characters in one text"))
        if text.text.count("</") > _MARKS and text.text.count("</") * _MARKUP > len(text.text):
            faults.append(Fault(text.id, "markup_in_text", "looks like HTML; read it from a .html file"))
        if text.kind == "table_row" and text.cells:
            page = Page(text, mentions)
            self._together(page.mentions, None, reading)
            about = self._focus.find([_first_cell(text)], self._anchors)
            about = None if about and self._is_general(about) else about
            reading.statements.extend(self._passages.row(page, section, about, topic))
            return reading
        own = short_names(text.focus[:1] if text.strict_focus else ())
        if topic and own:
            # An abbreviation of the text's own, though not defined there, is not that of another disease.
            mentions = [
                near._replace(node=topic.node, type=topic.type) if text.text[near.start : near.end] in own else near
                for near in mentions
            ]
        page = Page(text, mentions)
        for segment in cut.segments:
            if segment.kind in ("heading", "question"):
                # A heading inside a fact sheet changes the section; one that names nothing we know keeps it.
                named = section_of(text.text[segment.start : segment.end])
                section = self._rules.sections[named[0]] if named else section
            inside = page.between(segment.start, segment.end)
            self._together(inside, focus, reading)
            if inside and segment.kind not in ("heading", "question") and section.name != SET_ASIDE:
                said = self._passages.read(page, segment, section, topic)
                reading.statements.extend(one.moved(-cut.shift) for one in said if one.start >= cut.shift)
        return reading

    def _heading(self, text: ReferenceText, faults: list[TextFault]) -> tuple[Section, str | None]:
        named = section_of(text.section) if text.section else None
        if named is None and text.section and text.strict_focus:
            faults.append(Fault(text.id, "unknown_section", f"section {text.section!r} is read for cues only"))
        section = self._rules.sections[named[0]] if named else Section(text.section.casefold() or "information")
        focus = self._focus.find(text.focus, self._anchors)
        if focus and self._is_general(focus):
            focus = None
        if focus is None and text.strict_focus:
            kept = "only what its sentences say by themselves is read"
            fault: TextFault = Fault(text.id, "no_focus", f"no focus is given; {kept}")
            if text.focus:
                fault = Fault(text.id, "unknown_focus", f"no node is named {text.focus[0]!r}; {kept}")
            faults.append(fault)
        return section, focus

    def _names_of(self, focus: str, text: ReferenceText) -> frozenset[str]:
        """Return the titles of a fact sheet, in lower case: other names of its focus, but for those of other nodes."""
        names = text.focus if text.strict_focus else ()
        return frozenset(lowered(name) for name in names if self._focus.find([name]) in (None, focus))

    def _near(self, mentions: Sequence[Mention], offset: int) -> Iterator[Near]:
        for mention in mentions:
            node = mention.node_id
            known = self._known.get(node)
            if known is None:
                known = self._known[node] = self._graph.type(node), self._is_general(node)
            kind, general = known
            least = _SURE_OF_NAME if mention.tier in _AS_IT_STANDS else _SURE
            if mention.score >= least and not general:
                yield Near(mention.start + offset, mention.end + offset, node, kind, mention.assertion)

    def _is_general(self, node: str) -> bool:
        return self._graph.name(node).casefold() in self._rules.guards.too_general

    def _together(self, inside: Sequence[Near], focus: str | None, reading: Reading) -> None:
        named = {near.node for near in inside if near.assertion != "absent"}
        if named:
            named |= {focus} if focus else set()
            reading.together.append(tuple(sorted(named)))


def _titles(text: ReferenceText) -> Iterator[Sequence[str]]:
    """Yield what may name the things that a text is about: itself, and a row of a table."""
    yield text.focus
    if text.kind == "table_row" and text.cells:
        yield [_first_cell(text)]


def _first_cell(text: ReferenceText) -> str:
    return text.text[text.cells[0].start : text.cells[0].end]
