"""Spans of a text or item to nodes of the graph.

>>> from kgpaths.graph import KnowledgeGraph
>>> from kgpaths.graph.tables import NodeRecord
>>> graph = KnowledgeGraph.from_records(
...     [NodeRecord("HP:0001945", "Fever", "phenotype", "hpo"),
...      NodeRecord("HP:0100749", "Chest pain", "phenotype", "hpo")], [])
>>> for m in EntityLinker(graph).link("Pain in the chest for 3 days; denies fever."):
...     print(m.start, m.end, m.text, m.node_id, m.tier, m.assertion)
0 17 Pain in the chest HP:0100749 word_order present
37 42 fever HP:0001945 label absent
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from kgpaths.config import LinkingConfig
from kgpaths.errors import UsageError
from kgpaths.linking.assertion.stated import PRESENT
from kgpaths.linking.assertion.status import statuses
from kgpaths.linking.match.candidates import MEASURED_TIERS, Anchor, Candidate, Candidates, calibrated
from kgpaths.linking.match.choosing import Choice, Chooser
from kgpaths.linking.match.graph_names import names_of
from kgpaths.linking.match.index import NameIndex
from kgpaths.linking.match.short_forms import Definitions
from kgpaths.linking.running_text import RunningText, Texts
from kgpaths.linking.values.measurements import Measurement, measurements
from kgpaths.linking.values.results import is_measured, is_test, may_be_negative, results
from kgpaths.linking.whole_strings import StringMatcher, combines_options
from kgpaths.linking.words.cue_words import wording
from kgpaths.linking.words.normalisation import normaliser_version
from kgpaths.linking.words.plain_text import PlainText, plain
from kgpaths.linking.words.tokenizer import Tokens
from kgpaths.records import Assertion, Mention, QAItem, Result, Role, Value
from kgpaths.resources import cache_dir

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

_CACHED_FROM = 5_000
"""Names; the index of a smaller graph is made in milliseconds and not worth a file."""
_AT_ONCE = 256
"""Texts or items that are cut and searched in one pass: enough to be fast, few enough to stream."""


class _Section(NamedTuple):
    """One section of an item, under way."""

    name: str
    role: Role
    text: PlainText
    tokens: Tokens
    anchors: list[Anchor]


class EntityLinker:
    """Links text to one graph. Opening is fast once the graph's names have been indexed.

    Args:
        graph: the graph whose names are looked for.
        config: overlap policy, stop names, threshold of fuzzy whole-string matches.
        chooser: decides between nodes where no rule does: `by_model(ask)`, or any function of a `Choice`.

    Raises:
        UsageError: the cache folder, which keeps the index of the names, cannot be written; or the graph has no ids of
            a vocabulary that the configuration names.
        UnknownNode: the graph has no node of a root's id.
    """

    def __init__(
        self, graph: KnowledgeGraph, config: LinkingConfig | None = None, *, chooser: Chooser | None = None
    ) -> None:
        self._chooser = chooser
        self.graph = graph
        self.config = config or LinkingConfig()
        self.index = _open_index(graph)
        self._candidates = Candidates(graph, self.index, self.config)
        self._running = RunningText(self._candidates, self.config)
        self._strings = StringMatcher(self._candidates, self.config)

    def link(self, text: str, *, section: str = "question", role: Role = "question") -> list[Mention]:
        """Return the mentions of running text, in order of their offsets; [] for empty text. O(characters)."""
        return next(self.link_batch([text], section=section, role=role))

    def link_batch(
        self, texts: Iterable[str], *, section: str = "question", role: Role = "question"
    ) -> Iterator[list[Mention]]:
        """Yield what `link` returns, for many texts and several times as fast; texts are taken as they come."""
        stream = iter(texts)
        while some := list(islice(stream, _AT_ONCE)):
            found = Texts(self.index, some)
            for number, tokens in enumerate(found.tokens):
                anchors = self._running.anchors(found, number, tokens, Definitions())
                yield self._mentions(_Section(section, role, found.plain[number], tokens, anchors), _nodes(anchors))

    def link_string(
        self, text: str, *, section: str = "answer", role: Role = "answer", near: bool = True
    ) -> list[Mention]:
        """Return what a whole string names: an option, an answer, an entity somebody proposed.

        The whole string is tried first, then what is left of it when wrappers are taken off ("Administer X",
        "X therapy"), its parts when it is a list, near spellings that cannot change the meaning, and at last its head
        (tier `partial`), if nothing else of it decides what is meant: "acute X", "left X", never "X antibody".

        Args:
            text: the string.
            section: name of the string in the mentions.
            role: what it is to a question; it decides between types of nodes.
            near: look for near spellings too (tiers `fuzzy` and `ngram`). Who takes names as they are written only
                saves time without.

        >>> from kgpaths.graph import KnowledgeGraph
        >>> from kgpaths.graph.tables import NodeRecord
        >>> graph = KnowledgeGraph.from_records([NodeRecord("CHEBI:5778", "Hydrochlorothiazide", "drug", "chebi")], [])
        >>> linker = EntityLinker(graph)
        >>> [[m.tier for m in linker.link_string("Hydrochlorthiazide", near=near)] for near in (True, False)]
        [['fuzzy'], []]
        """
        return next(self.link_strings([text], section=section, role=role, near=near))

    def link_strings(
        self, texts: Iterable[str], *, section: str = "answer", role: Role = "answer", near: bool = True
    ) -> Iterator[list[Mention]]:
        """Yield what `link_string` returns, for many strings and several times as fast; they are taken as they come."""
        stream = iter(texts)
        while some := list(islice(stream, _AT_ONCE)):
            found = Texts(self.index, some)
            for number in range(len(some)):
                tokens, anchors = self._string(found, number, Definitions(), near=near)
                yield self._mentions(_Section(section, role, found.plain[number], tokens, anchors), _nodes(anchors))

    def id_of(self, found: Mention | Value) -> str | None:
        """Return the id of what was found in the vocabularies of `LinkingConfig.ids`; None if it has none in them.

        Without `ids`, the id in the vocabulary of the root it lies below; without roots too, `node_id`, the id that the
        graph knows it by. A value that amounts to no finding has none.

        >>> from kgpaths.graph import KnowledgeGraph, NodeRecord
        >>> graph = KnowledgeGraph.from_records(
        ...     [NodeRecord("DOID:674", "cleft palate", "disease", "doid", xrefs=("HP:0000175",))], [])
        >>> linker = EntityLinker(graph, LinkingConfig(ids=("HP", "DOID")))
        >>> [(mention.node_id, linker.id_of(mention)) for mention in linker.link("A cleft palate.")]
        [('DOID:674', 'HP:0000175')]
        """
        if not (self.config.roots or self.config.ids):
            return found.node_id or None
        return self._candidates.roots.id_of(found.node_id) if found.node_id else None

    def values(self, text: str, *, section: str = "question") -> list[Value]:
        """Return the numbers that a text gives, in order: ages, durations, vital signs, laboratory values.

        They are never linked as names. `node_id` is the finding that a clearly abnormal one amounts to; `link` returns
        the same as a mention of tier `value`. O(characters).

        >>> from kgpaths.graph import KnowledgeGraph
        >>> from kgpaths.graph.tables import NodeRecord
        >>> graph = KnowledgeGraph.from_records([NodeRecord("HP:0002153", "Hyperkalemia", "phenotype", "hpo")], [])
        >>> for v in EntityLinker(graph).values("A 60-year-old man; K+ 6.1 mEq/L (normal 3.5-5.0), pulse 88/min."):
        ...     print(v.text, v.what, v.numbers, v.unit, v.direction or "-", v.judged_by or "-", v.node_id or "-")
        60-year-old age (60.0,) year-old - - -
        K+ 6.1 mEq/L potassium (6.1,) mEq/L high text HP:0002153
        pulse 88/min heart rate (88.0,) /min normal adult_range -
        """
        found, written = [], plain(text)
        for measured in measurements(written.text):
            meant = self._running.finding(measured) if "values" not in self.config.without else ()
            node = self._candidates.choose(meant, "question", ()).node if meant else None
            found.append(_value(measured, written, section, "" if node is None else self.graph.id(node)))
        return found

    def link_item(self, item: QAItem) -> tuple[Mention, ...]:
        """Return the mentions of all sections of an item, in reading order.

        Question and context are running text, options and open answers whole strings. The right option's mentions have
        role `answer`, those of the others `option`. Ambiguous names are decided by what else the item mentions.
        """
        return next(self.link_items([item]))

    def link_items(self, items: Iterable[QAItem]) -> Iterator[tuple[Mention, ...]]:
        """Yield what `link_item` returns, for many items and faster; items are taken as they come."""
        stream = iter(items)
        while some := list(islice(stream, _AT_ONCE)):
            sections = [item.sections() for item in some]
            texts = Texts(self.index, [text for named in sections for _, text in named])
            number = 0
            for item, named in zip(some, sections, strict=True):
                defined = Definitions()
                asked: frozenset[str] = frozenset()
                found = []
                for name, _ in named:
                    found.append(self._section(item, name, texts, number, defined, asked))
                    if name == "question":
                        asked = frozenset(found[-1].tokens.words)
                    number += 1
                others = _nodes(anchor for section in found for anchor in section.anchors)
                yield tuple(mention for section in found for mention in self._mentions(section, others))

    def _section(
        self, item: QAItem, name: str, texts: Texts, number: int, defined: Definitions, asked: Collection[str]
    ) -> _Section:
        if name in ("question", "context"):
            tokens = texts.tokens[number]
            role: Role = "question" if name == "question" else "context"
            anchors = self._running.anchors(texts, number, tokens, defined)
        else:
            role = "answer" if name == item.answer_section else "option"
            tokens, anchors = self._string(texts, number, defined, asked)
        return _Section(name, role, texts.plain[number], tokens, anchors)

    def _string(
        self, texts: Texts, number: int, defined: Definitions, asked: Collection[str] = (), *, near: bool = True
    ) -> tuple[Tokens, list[Anchor]]:
        tokens = texts.tokens[number]
        anchors = self._strings.whole(tokens.text, defined, asked, near=near)
        if not anchors and combines_options(tokens.text):
            return tokens, []
        if not anchors:
            inside = self._running.anchors(texts, number, tokens, defined.copy(), whole=True)
            anchors = self._strings.partial(tokens, inside, asked)
        return tokens, anchors

    def _mentions(self, section: _Section, others: Collection[int]) -> list[Mention]:
        name, role, text, tokens, anchors = section
        if not anchors:
            return []
        anchors = sorted(anchors, key=lambda anchor: (anchor.start, -anchor.end))
        read = wording(tokens)
        places = read.places([anchor.words[0] for anchor in anchors])
        status = statuses(read)
        said = results(read, status)
        mentions = []
        for anchor, place in zip(anchors, places, strict=True):
            chosen = self._candidates.choose(anchor.candidates, role, others, self._decider(tokens, anchor))
            node_id = self.graph.id(chosen.node)
            measured = anchor.measurement if chosen.tier == "value" else None
            assertion: Assertion = status[place]
            result: Result = ""
            if measured:
                if assertion == "absent":
                    assertion = "present"  # "denies pain; K+ 6.1": what was measured is there
            elif (result := said[place] if said else "") or anchor.measurement:
                assertion, result = self._outcome(chosen.node, anchor, assertion, result)
            start, end = text.span(anchor.start, anchor.end)
            mentions.append(
                Mention(
                    section=name,
                    start=start,
                    end=end,
                    text=text.given[start:end],
                    node_id=node_id,
                    score=calibrated(chosen.score) if chosen.tier in MEASURED_TIERS else chosen.score,
                    tier=chosen.tier,
                    assertion=assertion,
                    role=role,
                    value=_value(measured, text, name, node_id) if measured else None,
                    result=result,
                )
            )
        return mentions

    def _outcome(self, node: int, anchor: Anchor, assertion: Assertion, said: Result) -> tuple[Assertion, Result]:
        """Return the status and the result of what may be a test, given what words say of it.

        A test that is normal is no finding, nor is anything that is negative; "serum sodium is normal" leaves sodium.
        """
        kind = self.graph.type(node)
        result: Result = said or (anchor.measurement.direction if anchor.measurement else "")
        tested = is_test(kind, self.graph.name(node))
        if tested:
            if result in ("normal", "negative"):
                assertion = "absent" if assertion in PRESENT else assertion
            elif result and assertion == "absent":
                assertion = "present"
        elif result == "negative" and may_be_negative(kind) and assertion in PRESENT:
            assertion = "absent"
        return assertion, result if tested or is_measured(kind) else ""

    def _decider(self, tokens: Tokens, anchor: Anchor) -> Callable[[Sequence[Candidate]], int | None] | None:
        if self._chooser is None:
            return None
        chooser, graph = self._chooser, self.graph

        def decide(tied: Sequence[Candidate]) -> int | None:
            nodes = [candidate.node for candidate in tied]
            names, types = tuple(map(graph.name, nodes)), tuple(map(graph.type, nodes))
            place = chooser(Choice(tokens.text, anchor.start, anchor.end, names, types))
            if place is not None and not 0 <= place < len(tied):
                raise UsageError(f"the chooser answered {place!r}, which is none of the {len(tied)} choices")
            return place

        return decide


def _value(measured: Measurement, text: PlainText, section: str, node_id: str) -> Value:
    """Return the record of a number, with its place in the text as it was given."""
    record = measured.record(text.text, section, node_id)
    start, end = text.span(record.start, record.end)
    return record.model_copy(update={"start": start, "end": end, "text": text.given[start:end]})


def _nodes(anchors: Iterable[Anchor]) -> frozenset[int]:
    """Return the nodes of spans that mean one thing only; they decide what the ambiguous ones mean."""
    return frozenset(anchor.candidates[0].node for anchor in anchors if len(anchor.candidates) == 1)


def _open_index(graph: KnowledgeGraph) -> NameIndex:
    if graph.n_names < _CACHED_FROM:
        return NameIndex.build(names_of(graph))
    folder = cache_dir() / "linking" / f"{graph.meta.content_hash}-{normaliser_version()}"
    if not folder.is_dir():
        from tqdm import tqdm

        named = tqdm(names_of(graph), "indexing names", graph.n_names, unit=" names", leave=False, delay=0.5)
        index = NameIndex.build(named)
        try:
            index.save(folder)
        except OSError as error:
            raise UsageError(
                f"the index of the graph's names cannot be written to {folder} ({error.strerror or error}); "
                "set KGPATHS_CACHE to a folder that can be written"
            ) from None
    return NameIndex.open(folder)
