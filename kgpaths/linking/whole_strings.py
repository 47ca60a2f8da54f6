"""Whole strings: options, answers, entities that somebody proposes.

A string is read as a whole, without a bracket at its end, without wrappers ("Administer X", "X therapy"), as a list
of names, as a slip of the pen; and if nothing of this is a name, by its head (`kgpaths.linking.match.surroundings`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

from kgpaths.config import LinkingConfig
from kgpaths.graph.tables import SCOPES
from kgpaths.linking.match.candidates import Anchor, Candidate, Candidates
from kgpaths.linking.match.examinations import names_of_test, says_test
from kgpaths.linking.match.fuzzy import CLEAR, NearNames
from kgpaths.linking.match.short_forms import is_named_like
from kgpaths.linking.match.surroundings import (
    Part,
    asks_of_molecules,
    heads,
    is_done_about,
    narrowed,
    only_narrows,
    readings,
)
from kgpaths.linking.values.what_is_measured import examines_fluid
from kgpaths.linking.words.tokenizer import Tokens, content_words, tokenize
from kgpaths.records import MentionTier
from kgpaths.vocabulary.node_types import node_types

_UNWRAPPED = 0.95
"""Factor of the score when a wrapper was taken off."""
_HEAD = 0.6
"""Score of a name that is the head of its string."""
_LEAST: dict[MentionTier, float] = {"word_order": 0.88, "synonym": 0.8}
"""Scores of such a name before that; one with less is a narrower or related name, and in other words at that."""
_LONGEST = 400
"""Characters; a longer string is a text, and only the names inside it are looked for."""
_ALIKE, _MOST_ALIKE = 85, 6
"""Least similarity to a name with like letters, and most words of such a string."""
_RUN_TOGETHER, _NEARLY = 0.9, 0.8
"""Scores of a name that differs in its blanks and hyphens alone, and of one with like letters; fewer are wrong."""
_MOST_LISTED = 6
_NOT_EQUAL = frozenset({"narrow", "broad", "related"})
_SAME_SUBSTANCE = "drug"
_SYMBOL = 6
"""Characters of the longest symbol."""
_LIST = re.compile(r"\s{0,3}(?:,\s*(?:and|or)\s|,|;|\+|&|/|\s(?:and|or|plus|combined with)\s)\s{0,3}", re.IGNORECASE)
_HEADS = ("nerve", "artery", "vein", "muscle", "gland")
_HEADS_OF_PHRASES = ("syndrome", "test")
"""Nouns that options leave out, after one word and after several."""
_ELLIPTIC, _LEAST_LETTERS = 0.75, 4
_TESTS = ("test", "procedure")
_COMBINED = re.compile(r"(?=..)a?b?c?d?e?", re.IGNORECASE)
Defined = Mapping[str, tuple[Candidate, ...]]


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
        spans = list(readings(text)) if len(text) <= _LONGEST else []
        for start, end in spans:
            if found := self._exactly(text, start, end, defined, asked):
                factor = 1.0 if (start, end) == spans[0] else _UNWRAPPED
                if factor < 1 and narrowed(tokenize(text)):
                    return []  # the fracture of a nose, not one by way of it
                return [_anchor(text, start, end, _scaled(found, factor))]
            if self._names_another(text[start:end], defined, asked):
                return []
        for start, end in spans:
            if test := self._test(text[start:end], defined):
                return [_anchor(text, start, end, test)]
        for start, end in spans:
            if listed := self._listed(text, start, end, defined, asked, near=near):
                return listed
        elliptic = partial(self._elliptic, asked=asked)
        for nearly in (self._misspelt, elliptic, self._alike) if near else (elliptic,):
            for start, end in spans:
                found = nearly(text[start:end])
                if found and not self._is_treated(text, end, found):
                    return [_anchor(text, start, end, found)]
        return []

    def partial(self, tokens: Tokens, anchors: Sequence[Anchor], asked: Collection[str] = ()) -> list[Anchor]:
        """Return the anchors that stand for a string of more words, as tier `partial`; [] for most strings.

        Args:
            tokens: the words of the string.
            anchors: the names inside it.
            asked: canonical words of the question.
        """
        if span := narrowed(tokens):
            noun = self._candidates.of_string(tokens.text[slice(*span)])
            return [_anchor(tokens.text, *span, _in_part(noun))] if noun else []
        sure = [a for a in anchors if any(c.score >= _LEAST.get(c.tier, 0.0) for c in a.candidates)]
        named = [
            anchor._replace(candidates=self._meant(tokens.text[anchor.start : anchor.end], anchor.candidates, asked))
            for anchor in sure
        ]
        found = heads(
            tokens, [a for a in named if a.candidates], asked, lambda a: self._candidates.are_conditions(a.candidates)
        )
        if self._is_torn(found) or (examines_fluid(asked) and any(map(_is_of_blood, found))):
            return []
        return [
            anchor if anchor.measurement else anchor._replace(candidates=_in_part(anchor.candidates))
            for anchor in found
        ]

    def _exactly(
        self, text: str, start: int, end: int, defined: Defined, asked: Collection[str]
    ) -> tuple[Candidate, ...]:
        """Return what the string [start, end) of a text is a name of; nothing wider, narrower or related.

        An abbreviation in brackets means what the words before it say.
        """
        string = text[start:end]
        if string in defined:
            return defined[string]
        found = self._candidates.abbreviations.get(string)
        if found is None and combines_options(string):
            return ()
        if found is None:
            found = self._meant(string, self._candidates.of_string(string), asked)
        if before := text[: start - 1].strip() if text[start - 1 : start] == "(" else "":
            words = content_words(before)
            found = tuple(one for one in found if is_named_like(words, one, self._candidates))
        return () if self._is_treated(text, end, found) else found

    def _test(self, text: str, defined: Defined) -> tuple[Candidate, ...]:
        """Return the candidates of a test under another name: "electromyographic study"."""
        graph = self._candidates.graph
        for name, sure in names_of_test(text):
            found = tuple(
                candidate
                for candidate in self._exactly(name, 0, len(name), defined, ())
                if (kind := graph.type(candidate.node)) in _TESTS
                and (sure or (kind == "test" and says_test(graph.name(candidate.node))))
            )
            if found:
                return _scaled(found, _UNWRAPPED)
        return ()

    def _is_treated(self, text: str, end: int, found: Sequence[Candidate]) -> bool:
        """Tell whether a string tells what is done about the condition that it names up to a place."""
        return is_done_about(text, end) and self._candidates.are_conditions(found)

    def _names_another(self, string: str, defined: Defined, asked: Collection[str]) -> bool:
        """Tell whether a string is a name, but only of what it does not mean."""
        if string in defined or string in self._candidates.abbreviations or combines_options(string):
            return False
        found = self._candidates.of_string(string)
        return bool(found) and not self._meant(string, found, asked)

    def _meant(self, string: str, found: tuple[Candidate, ...], asked: Collection[str]) -> tuple[Candidate, ...]:
        """Return the candidates of a name that an option may mean by it."""
        return () if self._is_symbol(string, found, asked) else self._equal(string, found)

    def _equal(self, string: str, found: tuple[Candidate, ...], *, brands: bool = True) -> tuple[Candidate, ...]:
        """Return the candidates that the string is a name of as a catalogue's own: no narrower, broader or related one.

        A catalogue lists "adhesive capsulitis" with bursitis, as something narrower. Salts and brands are the drug, and
        words that narrow leave what they narrow.
        """
        index, words = self._candidates.index, content_words(string)
        rows = [*index.whole(words), *index.whole(words, loosely=True)]
        scopes: dict[int, set[str]] = {}
        for row, _ in rows:
            scopes.setdefault(int(index.nodes[row]), set()).add(SCOPES[index.scopes[row]])
        return tuple(
            one
            for one in found
            if not _NOT_EQUAL.issuperset(scopes.get(one.node, {""}))
            or (brands and self._candidates.graph.type(one.node) == _SAME_SUBSTANCE)
            or only_narrows(words, content_words(self._candidates.graph.name(one.node)))
        )

    def _is_symbol(self, string: str, found: Sequence[Candidate], asked: Collection[str]) -> bool:
        """Tell whether a string is no more than the symbol of a gene, of which the question asks nothing.

        Among "SSPE, GSS, Kuru" GSS is a disease that the graph has under its long name alone.
        """
        if not asked or not found or not string.isupper() or len(string) > _SYMBOL:
            return False
        return self._group(found) == {"gene_product"} and asks_of_molecules().isdisjoint(asked)

    def _listed(
        self, text: str, start: int, end: int, defined: Defined, asked: Collection[str], *, near: bool
    ) -> list[Anchor]:
        """Return the anchors of a list of names; [] if something in it is none, or belongs to what stands before."""
        parts = list(_parts(text, start, end))
        if not 2 <= len(parts) <= _MOST_LISTED:
            return []
        anchors = []
        for first, last in parts:
            for begin, stop in readings(text, first, last):
                if found := _scaled(self._exactly(text, begin, stop, defined, asked), _UNWRAPPED):
                    anchors.append(_anchor(text, begin, stop, found))
                    break
                if near and (found := self._misspelt(text[begin:stop]) or self._alike(text[begin:stop])):
                    anchors.append(_anchor(text, begin, stop, found))
                    break
            else:
                return []
        return [] if self._is_torn(anchors) else anchors

    def _is_torn(self, anchors: Sequence[Anchor]) -> bool:
        """Tell whether a list goes on with a part of the body, as "CT of abdomen and pelvis"."""
        structures = [self._group(anchor.candidates) == {"structure"} for anchor in anchors]
        return any(structures) and not structures[0]

    def _group(self, found: Sequence[Candidate]) -> set[str]:
        types = node_types()
        return {types[kind].group for one in found if (kind := self._candidates.graph.type(one.node)) in types}

    def _misspelt(self, text: str) -> tuple[Candidate, ...]:
        words = content_words(text)
        best: dict[int, Candidate] = {}
        for row, similarity in self._near.near(words, self._threshold):
            if SCOPES[self._candidates.index.scopes[row]] in _NOT_EQUAL:
                continue
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
            named = self._candidates.of_words(name)
            if not named:
                continue
            candidates = self._equal(" ".join(name), named, brands=False)
            if not candidates:
                return best
            if best and nearest - similarity >= CLEAR:
                break
            if best and {c.node for c in candidates}.isdisjoint(c.node for c in best):
                return ()
            if not best:
                nearest = similarity
                score = _RUN_TOGETHER if "".join(name) == "".join(words) else _NEARLY
                best = tuple(c._replace(tier="ngram", score=score) for c in candidates)
        return best


def _is_of_blood(anchor: Anchor) -> bool:
    """Tell whether a value is judged as one of blood, as it is where no specimen is named beside it."""
    return anchor.measurement is not None and anchor.measurement.kind == "laboratory"


def combines_options(text: str) -> bool:
    """Tell whether a string is letters of other options.

    >>> [combines_options(text) for text in ("bcd", " ACE ", "cab", "B")]
    [True, True, False, False]
    """
    return _COMBINED.fullmatch(text.strip()) is not None


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


def _in_part(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    return tuple(c._replace(tier="partial", score=_HEAD) for c in candidates)


def _anchor(text: str, start: int, end: int, candidates: tuple[Candidate, ...]) -> Anchor:
    words = tokenize(text)
    inside = [i for i, at in enumerate(words.starts) if start <= at < end] or [0]
    return Anchor(start, end, (inside[0], inside[-1]), candidates)
