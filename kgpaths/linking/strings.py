"""Whole strings: options, answers, entities that somebody proposes.

A string is read as a whole, without a bracket at its end, without wrappers ("Administer X", "X therapy"), as a list
of names, as a slip of the pen; and if nothing of this is a name, by the names inside it that matter.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache

from kgpaths.config import LinkingConfig
from kgpaths.linking.candidates import Anchor, Candidate, Candidates
from kgpaths.linking.fuzzy import CLEAR, NearNames
from kgpaths.linking.tokens import Tokens, content_words, tokenize
from kgpaths.linking.variants import loose_form
from kgpaths.resources import resource

_UNWRAPPED = 0.95
"""Factor of the score when a wrapper was taken off."""
_HEAD, _BESIDE, _GENERAL = 0.6, 0.45, 0.3
"""Scores of partial mentions: the one that matters most, its equals, and a general word where there is no other."""
_LONGEST = 400
"""Characters; a longer string is a text, and only the names inside it are looked for."""
_MOST_READINGS = 16
_ALIKE, _MOST_ALIKE = 85, 6
"""Least similarity to a name with like letters, and most words of such a string."""
_RUN_TOGETHER, _NEARLY = 0.9, 0.8
"""Scores of a name that differs in its blanks and hyphens alone, and of one with like letters; fewer are wrong."""
_MOST_PARTIAL = 3
_MOST_LISTED = 6
_LIST = re.compile(r"\s{0,3}(?:,\s*(?:and|or)\s|,|;|\+|&|/|\s(?:and|or|plus|combined with)\s)\s{0,3}", re.IGNORECASE)
_BRACKETED = re.compile(r"^(.*\S)\s*\(([^()]*)\)$", re.DOTALL)
_HEADS = ("nerve", "artery", "vein", "muscle", "gland")
_HEADS_OF_PHRASES = ("syndrome", "test")
"""Nouns that options leave out, after one word and after several."""
_ELLIPTIC, _LEAST_LETTERS = 0.75, 4
_COMBINED = re.compile(r"(?=..)a?b?c?d?e?", re.IGNORECASE)
_CLINICAL = frozenset({
    "symptom", "phenotype", "finding", "disease", "drug", "drug_class", "procedure", "test", "organism", "exposure",
    "device", "behaviour",
})  # fmt: skip
_IMPLIED = frozenset({"anatomy", "procedure", "test"})
Defined = Mapping[str, tuple[Candidate, ...]]
Part = tuple[int, int]


@cache
def _wrappers() -> tuple[re.Pattern[str], re.Pattern[str]]:
    import yaml

    table: dict[str, list[str]] = yaml.safe_load(resource("ontologies", "linking", "wrappers.yaml").read_text("utf-8"))
    before, after = ("|".join(sorted(table[side], key=lambda w: (-len(w), w))) for side in ("before", "after"))
    return (
        re.compile(rf"(?:{before})[\s:-]+(?=\S)", re.IGNORECASE),
        re.compile(rf"(?<=\S)[\s,-]{{1,3}}(?:{after})$", re.IGNORECASE),
    )


class StringMatcher:
    """Finds what a string names as a whole, or the names inside it that matter."""

    def __init__(self, candidates: Candidates, config: LinkingConfig) -> None:
        self._candidates = candidates
        self._near = NearNames(candidates.index)
        self._threshold = config.fuzzy_threshold
        self._alike_from = min(config.fuzzy_threshold, _ALIKE)

    def whole(self, text: str, defined: Defined, asked: Collection[str] = (), *, near: bool = True) -> list[Anchor]:
        """Return the anchors of a string that is a name, a wrapped name, a list of names or nearly a name; else [].

        Args:
            text: the string.
            defined: abbreviations that the text around it defines.
            asked: canonical words of the question; "Which nerve …?" makes "Radial" the radial nerve.
            near: look for names that are nearly written so, too.
        """
        readings = list(_readings(text)) if len(text) <= _LONGEST else []
        for start, end in readings:
            if found := self._exactly(text, start, end, defined):
                factor = 1.0 if (start, end) == readings[0] else _UNWRAPPED
                return [_anchor(text, start, end, _scaled(found, factor))]
        for start, end in readings:
            if listed := self._listed(text, start, end, defined, near):
                return listed
        for start, end in readings if near else ():
            if misspelt := self._misspelt(text[start:end]):
                return [_anchor(text, start, end, misspelt)]
        for start, end in readings:
            if elliptic := self._elliptic(text[start:end], asked):
                return [_anchor(text, start, end, elliptic)]
        for start, end in readings if near else ():
            if alike := self._alike(text[start:end]):
                return [_anchor(text, start, end, alike)]
        return []

    def partial(self, tokens: Tokens, anchors: Sequence[Anchor], *, general: bool = False) -> list[Anchor]:
        """Return the anchors that matter, as tier `partial`: clinical entities before others, long before short.

        Args:
            tokens: the words of the string.
            anchors: the names inside it.
            general: they are general words, linked for want of anything better.
        """
        graph = self._candidates.graph

        def clinical(anchor: Anchor) -> bool:
            return any(graph.type(candidate.node) in _CLINICAL for candidate in anchor.candidates)

        matter = [anchor for anchor in anchors if clinical(anchor)] or list(anchors)
        head = _head(tokens)
        ranked = sorted(matter, key=lambda a: (-_length(a), abs(a.words[1] - head), a.start))
        scores = [_GENERAL] if general else [_HEAD] + [_BESIDE] * (_MOST_PARTIAL - 1)
        return [
            anchor._replace(candidates=tuple(c._replace(tier="partial", score=score) for c in anchor.candidates))
            for score, anchor in zip(scores, ranked, strict=False)
        ]

    def implied(self, tokens: Tokens) -> list[Anchor]:
        """Return the anchor of the first word that implies a part of the body or a procedure: "rectal", "endoscopic".

        The last resort for a string that no name is in, with the lowest score.
        """
        index, graph = self._candidates.index, self._candidates.graph
        for i in tokens.content:
            form = loose_form(tokens.words[i], index.words)
            if form and form != tokens.words[i]:
                found = [c for c in self._candidates.of_string(form) if graph.type(c.node) in _IMPLIED]
                if found:
                    implied = tuple(c._replace(tier="partial", score=_GENERAL) for c in found)
                    return [Anchor(tokens.starts[i], tokens.ends[i], (i, i), implied)]
        return []

    def _exactly(self, text: str, start: int, end: int, defined: Defined) -> tuple[Candidate, ...]:
        string = text[start:end]
        if string in defined:
            return defined[string]
        known = self._candidates.abbreviations.get(string)
        if known is None and combines_options(string):
            return ()
        return self._candidates.of_string(string) if known is None else known

    def _listed(self, text: str, start: int, end: int, defined: Defined, near: bool) -> list[Anchor]:
        parts = list(_parts(text, start, end))
        if not 2 <= len(parts) <= _MOST_LISTED:
            return []
        anchors = []
        for first, last in parts:
            for begin, stop in _readings(text, first, last):
                if found := _scaled(self._exactly(text, begin, stop, defined), _UNWRAPPED):
                    anchors.append(_anchor(text, begin, stop, found))
                    break
                if near and (found := self._misspelt(text[begin:stop]) or self._alike(text[begin:stop])):
                    anchors.append(_anchor(text, begin, stop, found))
                    break
            else:
                return []
        return anchors

    def _misspelt(self, text: str) -> tuple[Candidate, ...]:
        words = content_words(text)
        best: dict[int, Candidate] = {}
        for row, similarity in self._near.near(words, self._threshold):
            for candidate in self._candidates.of_string(self._candidates.index.text(row)):
                score = round(min(0.72, 0.5 + max(0.0, similarity - 90) / 50), 4)
                best.setdefault(candidate.node, candidate._replace(tier="fuzzy", score=score))
        return tuple(best[node] for node in sorted(best))

    def _elliptic(self, text: str, asked: Collection[str]) -> tuple[Candidate, ...]:
        """Return the one node that the string names together with a noun it leaves out: "Trochlear", "Cat scratch".

        The noun of the question is tried first. No single letters and numbers, no general words.
        """
        words = content_words(text)
        if not 1 <= len(words) <= _MOST_ALIKE or not any(
            len(word) >= _LEAST_LETTERS and word.isalpha() for word in words
        ):
            return ()
        if self._candidates.is_general(words) or self._candidates.is_stopped(words):
            return ()
        if not all(word in self._candidates.index.words for word in words):
            return ()
        heads = _HEADS if len(words) == 1 else (*_HEADS, *_HEADS_OF_PHRASES)
        for some in ([head for head in heads if head in asked], heads):
            best: dict[int, Candidate] = {}
            for head in some:
                for candidate in self._candidates.of_words([*words, head]):
                    if candidate.tier in ("label", "exact", "normalised"):
                        best.setdefault(candidate.node, candidate)
            if len(best) == 1:
                return tuple(c._replace(tier="synonym", score=_ELLIPTIC) for c in best.values())
        return ()

    def _alike(self, text: str) -> tuple[Candidate, ...]:
        """Return the candidates of the name with like letters, if it leads those that mean something else."""
        words = content_words(text)
        if not words or len(words) > _MOST_ALIKE:
            return ()
        best: tuple[Candidate, ...] = ()
        nearest = 0.0
        for name, similarity in self._near.alike(words, self._alike_from):
            candidates = self._candidates.of_words(name)
            if not candidates:
                continue
            if best and nearest - similarity >= CLEAR:
                break
            if best and {c.node for c in candidates}.isdisjoint(c.node for c in best):
                return ()
            if not best:
                nearest = similarity
                score = _RUN_TOGETHER if "".join(name) == "".join(words) else _NEARLY
                best = tuple(c._replace(tier="ngram", score=score) for c in candidates)
        return best


def combines_options(text: str) -> bool:
    """Tell whether a string is letters of other options.

    >>> [combines_options(text) for text in ("bcd", " ACE ", "cab", "B")]
    [True, True, False, False]
    """
    return _COMBINED.fullmatch(text.strip()) is not None


def _readings(text: str, start: int = 0, end: int | None = None) -> Iterator[Part]:
    """Yield the spans that may be the name: the string, without its bracket, the bracket, without wrappers."""
    before, after = _wrappers()
    seen: set[Part] = set()
    queue = [_trim(text, start, len(text) if end is None else end)]
    while queue and len(seen) < _MOST_READINGS:
        first, last = queue.pop(0)
        if first >= last or (first, last) in seen:
            continue
        seen.add((first, last))
        yield first, last
        piece = text[first:last]
        if bracketed := _BRACKETED.match(piece):
            queue.append(_trim(text, first, first + bracketed.end(1)))
            queue.append(_trim(text, first + bracketed.start(2), first + bracketed.end(2)))
        if wrapped := before.match(piece):
            queue.append(_trim(text, first + wrapped.end(), last))
        if wrapped := after.search(piece):
            queue.append(_trim(text, first, first + wrapped.start()))


def _trim(text: str, start: int, end: int) -> Part:
    while start < end and text[start] in " \t\n.,;:\"“”'":
        start += 1
    while end > start and text[end - 1] in " \t\n.,;:\"“”'":
        end -= 1
    return start, end


def _parts(text: str, start: int, end: int) -> Iterator[Part]:
    at = start
    for separator in _LIST.finditer(text, start, end):
        if separator.start() > at:
            yield at, separator.start()
        at = separator.end()
    if at < end:
        yield at, end


def _scaled(candidates: tuple[Candidate, ...], factor: float) -> tuple[Candidate, ...]:
    if factor == 1.0:
        return candidates
    return tuple(c._replace(score=round(c.score * factor, 4)) for c in candidates)


def _anchor(text: str, start: int, end: int, candidates: tuple[Candidate, ...]) -> Anchor:
    words = tokenize(text)
    inside = [i for i, at in enumerate(words.starts) if start <= at < end] or [0]
    return Anchor(start, end, (inside[0], inside[-1]), candidates)


def _length(anchor: Anchor) -> int:
    return anchor.words[1] - anchor.words[0]


_PREPOSITIONS = frozenset({
    "of", "in", "with", "without", "to", "by", "from", "due", "for", "on", "at", "within", "between", "during", "after",
    "via",
})  # fmt: skip


def _head(tokens: Tokens) -> int:
    """Return the position of the phrase's head: the word before its first preposition, else the last."""
    for i, word in enumerate(tokens.words):
        if i and word in _PREPOSITIONS:
            return i - 1
    return len(tokens.words) - 1
