"""The names inside running text: dictionary, abbreviations, abnormal values, coordination, and which are kept."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Container, Sequence

from kgpaths.config import LinkingConfig
from kgpaths.linking.match.candidates import Anchor, Candidate, Candidates
from kgpaths.linking.match.coordination import coordinated
from kgpaths.linking.match.index import Hits, NameIndex
from kgpaths.linking.match.short_forms import Definitions, with_abbreviations
from kgpaths.linking.match.surroundings import narrows
from kgpaths.linking.values.measurements import Measurement, measurements
from kgpaths.linking.values.spans import find_values
from kgpaths.linking.words.capitals import written_in_capitals
from kgpaths.linking.words.plain_text import plain
from kgpaths.linking.words.tokenizer import NONE, Tokens
from kgpaths.linking.words.word_lists import function_words, turning_words

_VALUE = 0.85
"""Score of a finding that is written as a number."""
_MEANINGLESS, _DOUBTED, _DOUBT = 2, 3, 0.75
"""Letters of an undefined abbreviation that means nothing by itself, and that is doubted; raw score of the latter."""
_COMPARING = frozenset({"like", "colored", "shaped", "sized", "flavored", "scented"})
"""Words that make a likeness of any name before them; "like" behind a hyphen alone."""
_COMMA = re.compile(r",\s")
_KINDS = frozenset({"syndrome", "disease", "disorder"})
"""What a catalogue may begin a name with; a word before it makes it that one's."""
_REMEMBERED = 1 << 17
"""Windows whose meaning is kept; question stems repeat themselves."""
_Known = tuple[tuple[Candidate, ...], int]
_NAMED, _GENERAL, _STOPPED = range(3)


class Texts:
    """Some texts, cut into words in one pass, and the windows of them that are names."""

    def __init__(self, index: NameIndex, texts: Sequence[str]) -> None:
        self.plain = list(map(plain, texts))
        """The texts in plain characters."""
        batch = index.cut(written := [text for text, *_ in self.plain], find_values(written))
        self.strict, self.loose = index.find(batch), index.find_loosely(batch)
        self.tokens = list(batch.tokens())
        """The words of every text."""


class RunningText:
    """Finds the spans of running text that names of a graph match."""

    def __init__(self, candidates: Candidates, config: LinkingConfig) -> None:
        self._candidates = candidates
        self._config = config
        self._memo: dict[object, _Known] = {}
        self._findings: dict[tuple[str, ...], tuple[Candidate, ...]] = {}
        """Nodes of the findings that values amount to, by the names in the table of ranges."""

    def anchors(
        self,
        texts: Texts,
        number: int,
        tokens: Tokens,
        defined: Definitions,
        *,
        general: bool = False,
        whole: bool = False,
    ) -> list[Anchor]:
        """Return the spans of one text that match names, under the overlap policy.

        Args:
            texts: the batch.
            number: the text's place in it.
            tokens: the text's words.
            defined: abbreviations that the text may use; it gains those that the text defines.
            general: link names that are too general otherwise.
            whole: the text is one string that asks for something, an option or answer.
        """
        candidates = self._candidates
        in_capitals = written_in_capitals(tokens, candidates.abbreviations)
        anchors = self._dictionary(texts, number, tokens, in_capitals, general)
        if "defined_abbreviations" not in self._config.without:
            defined.learn(tokens.text, anchors, candidates)
        anchors = with_abbreviations(tokens, anchors, candidates, defined, in_capitals)
        measured = measurements(tokens.text) if "values" not in self._config.without else []
        anchors += self._abnormal(tokens, measured)
        kept = _nested(anchors) if self._config.overlap == "nested" else maximal(anchors, len(tokens.words))
        kept = _judged(kept, measured)
        linked = [
            anchor
            for anchor in kept
            if anchor.candidates and (whole or not self._turned(tokens, anchor)) and not _is_half(tokens.text, anchor)
        ]
        if "coordination" in self._config.without:
            return linked
        return [*linked, *maximal(list(coordinated(tokens, linked, candidates)), len(tokens.words))]

    def _turned(self, tokens: Tokens, anchor: Anchor) -> bool:
        """Tell whether the next word makes something else of a name: "tetanus booster", "honey-colored", "flu-like"."""
        after = anchor.words[1] + 1
        if "turning_words" in self._config.without or after >= len(tokens.words) or tokens.gaps[after] != NONE:
            return False
        word = tokens.words[after]
        if word in _COMPARING:
            return word != "like" or tokens.text[anchor.end] == "-"
        return word in turning_words() and self._candidates.are_conditions(anchor.candidates)

    def _dictionary(
        self, texts: Texts, number: int, tokens: Tokens, in_capitals: Container[int], general: bool
    ) -> list[Anchor]:
        """Return the windows that match names; those too general without candidates.

        They still take their place, so that "oxygen saturation" is not linked to oxygen. What stands in capitals
        because all around it does is read as if it did not.
        """
        anchors: list[Anchor] = []
        turned: set[Anchor] = set()
        """Those with a comma inside."""
        spans: set[tuple[int, int]] = set()
        text, starts, ends, memo = tokens.text, tokens.starts, tokens.ends, self._memo
        for loosely, hits in enumerate((texts.strict, texts.loose)):
            if loosely and "variants" in self._config.without:
                break
            for window in range(hits.bounds[number], hits.bounds[number + 1]):
                span = first, last = hits.first[window], hits.last[window]
                if loosely and span in spans:
                    continue
                start, end = starts[first], ends[last]
                surface = text[start:end]
                if in_capitals and first in in_capitals and last in in_capitals:
                    surface = surface.lower()
                fixed = hits.cut_short[window]
                verbatim = hits.crosses_comma[window]
                key = (surface, hits.key[window], loosely, verbatim, fixed)
                known = memo.get(key)
                if known is None:
                    known = memo[key] = self._decide(tokens, hits, window, bool(loosely), surface)
                    if len(memo) > _REMEMBERED:
                        memo.clear()
                candidates, level = known
                if level == _STOPPED or (level == _GENERAL and not (general or self._config.general_names)):
                    candidates = ()
                elif not candidates:
                    continue
                spans.add(span)
                anchors.append(Anchor(start, end, span, candidates))
                if verbatim and _COMMA.search(surface):
                    turned.add(anchors[-1])
        return _without_halves(tokens, anchors, turned) if turned else anchors

    def _decide(self, tokens: Tokens, hits: Hits, window: int, loosely: bool, surface: str) -> _Known:
        first, last = hits.first[window], hits.last[window]
        at = bisect_left(tokens.content, first)
        words = [tokens.words[i] for i in tokens.content[at : bisect_right(tokens.content, last, at)]]
        if self._candidates.is_stopped(words):
            return (), _STOPPED
        candidates = self._candidates.of_window(
            surface,
            words,
            hits.owners(window),
            verbatim=hits.crosses_comma[window],
            fixed=hits.cut_short[window],
            loosely=loosely,
        )
        if surface.isupper() and surface.isalpha():
            candidates = _doubted(candidates, len(surface))
        return candidates, _GENERAL if self._candidates.is_general(words) else _NAMED

    def finding(self, measurement: Measurement) -> tuple[Candidate, ...]:
        """Return the nodes that an abnormal value may mean; () where it is not abnormal or the graph has none."""
        names = measurement.findings
        if names not in self._findings:
            named = next(filter(None, map(self._candidates.of_string, names)), ())
            self._findings[names] = tuple(c._replace(tier="value", score=_VALUE) for c in named)
        return self._findings[names]

    def _abnormal(self, tokens: Tokens, measured: Sequence[Measurement]) -> list[Anchor]:
        """Return anchors of abnormal values, name and number together."""
        anchors = []
        for measurement in measured:
            if measurement.findings and (candidates := self.finding(measurement)):
                start, end = measurement.start, measurement.end
                first, last = bisect_left(tokens.starts, start), bisect_left(tokens.starts, end) - 1
                if first <= last:
                    anchors.append(Anchor(start, end, (first, last), candidates, measurement))
        return anchors


def _is_half(text: str, anchor: Anchor) -> bool:
    """Tell whether a name is cut out of "heel-to-toe walking"; degrees are joined so too: "mild-to-moderate asthma"."""
    start, end = anchor.start, anchor.end
    if text[end : end + 4].lower() == "-to-":
        return True
    return text[max(0, start - 4) : start].lower() == "-to-" and not narrows(text[start:end])


def _without_halves(tokens: Tokens, anchors: list[Anchor], turned: set[Anchor]) -> list[Anchor]:
    """Return the anchors but those with a comma that are halves of two names.

    A catalogue writes "Anemia, sickle cell" and a list "Turner syndrome, Guillain-Barré syndrome". In a list the first
    half ends a longer name, or the second begins one: "fatigue, muscle | weakness" goes on with a noun.
    """
    words, gaps, functions = tokens.words, tokens.gaps, function_words()
    halves = set()
    for anchor in turned:
        first, last = anchor.words
        goes_on = last + 1 < len(words) and gaps[last + 1] == NONE and words[last + 1] not in functions
        named_before = words[first] in _KINDS and gaps[first] == NONE and words[first - 1] not in functions
        if goes_on or named_before or any(_shares(other, anchor) for other in anchors if other not in turned):
            halves.add(anchor)
    return [anchor for anchor in anchors if anchor not in halves]


def _shares(anchor: Anchor, other: Anchor) -> bool:
    """Tell whether two anchors share words and each has some that the other lacks."""
    (first, last), (low, high) = anchor.words, other.words
    return first < low <= last < high or low < first <= high < last


def _judged(anchors: list[Anchor], measured: Sequence[Measurement]) -> list[Anchor]:
    """Return the anchors; those that name a number which is judged have the measurement."""
    names = [m for m in measured if m.direction and m.start < m.quantity.start]
    if not names:
        return anchors
    starts = [m.start for m in names]
    judged = []
    for anchor in anchors:
        at = bisect_right(starts, anchor.start) - 1
        if at >= 0 and anchor.end <= names[at].quantity.start and anchor.measurement is None:
            anchor = anchor._replace(measurement=names[at])
        judged.append(anchor)
    return judged


def _doubted(candidates: tuple[Candidate, ...], letters: int) -> tuple[Candidate, ...]:
    """Return the candidates of a word in capitals: two letters mean too much by themselves, three are doubted.

    What clinicians abbreviate without a doubt is in the table of clinical abbreviations.
    """
    if letters <= _MEANINGLESS:
        return ()
    if letters <= _DOUBTED:
        return tuple(c._replace(score=min(c.score, _DOUBT)) for c in candidates)
    return candidates


def maximal(anchors: Sequence[Anchor], n_words: int) -> list[Anchor]:
    """Return the longest anchors that do not overlap; of equally long ones those in word order, then the leftmost."""
    taken = bytearray(n_words)
    kept = []
    for anchor in sorted(anchors, key=lambda a: (a.words[0] - a.words[1], not a.in_order, a.start)):
        first, last = anchor.words
        if 1 not in taken[first : last + 1]:
            taken[first : last + 1] = b"\x01" * (last + 1 - first)
            kept.append(anchor)
    return kept


def _nested(anchors: Sequence[Anchor]) -> list[Anchor]:
    """Return all anchors, one for each span."""
    spans: dict[tuple[int, int], Anchor] = {}
    for anchor in anchors:
        other = spans.get((anchor.start, anchor.end))
        if other is None or (anchor.in_order and not other.in_order):
            spans[anchor.start, anchor.end] = anchor
    return list(spans.values())
