"""What a text says came out of a test: "CBC is unremarkable", "a positive Coombs test", "ECG: normal".

A test that is merely named, ordered or pending has no result. The words lie in `ontologies/linking/results.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal, NamedTuple, cast

from kgpaths.linking.assertion.cues import words_of
from kgpaths.linking.assertion.spotting import BESIDE, JOINERS, ends_item
from kgpaths.linking.words.cue_words import Wording
from kgpaths.linking.words.phrase_tree import Phrases, Table
from kgpaths.records import Assertion, Result

_ORDER: tuple[Result, ...] = ("abnormal", "positive", "high", "low", "negative", "normal", "")
"""Which result a word keeps of several."""
_DENIED: dict[Result, Result] = {"abnormal": "normal", "positive": "negative", "high": "normal", "low": "normal"}
"""What "no abnormal CBC" says."""
_SUBJECT = 24
"""Words of the longest subject: "Laboratory studies, including electrolytes and creatinine, are"."""
_NOUN = 24
"""Words of the longest list of nouns behind an adjective."""
_ITEM = 4
"""Words of an item of such a list."""
_ENDS = re.compile(r"[:;\n]")
_HYPHEN = re.compile(r"[-‐‑]")
_CLAUSES = frozenset({"but", "while", "whereas", "although", "and"})
_LEADING = frozenset({"on", "in", "at", "upon", "during", "after", "before"})
_TAKING_UP = frozenset({"which", "that", "it", "they", "and", "these", "those"})
"""What takes up a subject: "an ECG was done, which was normal"."""
_WHERE = frozenset({"of", "from", "in", "on"})
_EMPTY = frozenset({"there", "it", "he", "she", "they", "his", "her", "the"})


class _Said(NamedTuple):
    form: Literal["adjective", "noun"]
    result: Result


@cache
def _table() -> Table:
    return Table("results.yaml")


@cache
def _phrases() -> Phrases[_Said]:
    found = Phrases[_Said](_table().words("adverbs"))
    for name, form in (("adjectives", "adjective"), ("nouns", "noun")):
        for result, phrases in _table().phrases(name):
            found.add(phrases, _Said(cast(Literal["adjective", "noun"], form), cast(Result, result)))
    return found


@cache
def _heads() -> tuple[frozenset[str], frozenset[str]]:
    """Return the first and the last words of the phrases."""
    phrases = [phrase for name in ("adjectives", "nouns") for _, some in _table().phrases(name) for phrase in some]
    return frozenset(phrase[0] for phrase in phrases), frozenset(phrase[-1] for phrase in phrases)


@cache
def _verbs() -> frozenset[str]:
    return words_of("verbs") | _table().words("showing") - {"with", "reported"}


@cache
def _before_item() -> frozenset[str]:
    return words_of("verbs") | words_of("determiners") | _table().words("stops")


@cache
def _between() -> frozenset[str]:
    """Return what may stand between a verb and its result."""
    return _table().words("adverbs") | _table().words("linking")


def is_test(type_: str, name: str) -> bool:
    """Tell whether a node of some type and name is a test: its result, not its being done, is a finding.

    >>> is_test("test", "Coombs Test"), is_test("procedure", "colonoscopy"), is_test("procedure", "appendectomy")
    (True, True, False)
    """
    if type_ == "procedure":
        return name.lower().endswith(tuple(_table().rows["procedures"]))
    return type_ in _table().words("tests")


def may_be_negative(type_: str) -> bool:
    """Tell whether "negative" says of a node of some type that it is not there: "HIV negative"."""
    return type_ in _table().words("negative_types")


def is_measured(type_: str) -> bool:
    """Tell whether nodes of a type are measured, so that their mentions have results as those of tests have."""
    return type_ in _table().words("measured")


def results(read: Wording, status: Sequence[Assertion]) -> list[Result]:
    """Return the result that is said of every word; [] where a text says none. O(words).

    Args:
        read: the text.
        status: assertion status of its words.

    >>> from kgpaths.linking.words.tokenizer import tokenize
    >>> from kgpaths.linking.words.cue_words import wording
    >>> read = wording(tokenize("CBC and ECG are normal, but a Coombs test is positive. An MRI is ordered."))
    >>> found = results(read, ["present"] * len(read.words))
    >>> [(word, result) for word, result in zip(read.words, found) if word in {"cbc", "ecg", "coombs", "mri"}]
    [('cbc', 'normal'), ('ecg', 'normal'), ('coombs', 'positive'), ('mri', '')]
    """
    heads, keys = _heads()
    if keys.isdisjoint(read.words):
        return []
    found: list[Result] = [""] * len(read.words)
    places = [i for i, word in enumerate(read.words) if word in heads]
    sentences, after = read.sentences(), 0
    first = last = 0
    for i in places:
        while i >= last:
            first, last = next(sentences)
            sentence = _Sentence(read, status, first, last)
        if i >= after and (one := _phrases().match(read.words, i, last)):
            said, after = one
            low, high, result = sentence.said_of(i, after, said)
            for j in sentence.heads(low, high):
                found[j] = min(found[j], result, key=_ORDER.index)
            sentence.barrier = after
    return found


class _Sentence:
    """One sentence, and of which of its words a result is said."""

    def __init__(self, read: Wording, status: Sequence[Assertion], first: int, last: int) -> None:
        self.read, self.words, self.status, self.first, self.last = read, read.words, status, first, last
        self.barrier = first
        """A subject begins no earlier than this."""

    def said_of(self, i: int, after: int, said: _Said) -> tuple[int, int, Result]:
        """Return the words [low, high) that the phrase [i, after) speaks of, and what it says of them."""
        words, table = self.words, _table()
        nothing: tuple[int, int, Result] = (i, i, "")
        follows = words[after] if after < self.last else ""
        if (i > self.first and words[i - 1] in table.words("before")) or (
            said.result in ("normal", "negative") and follows in table.words("exceptions")
        ):
            return nothing
        verb = i - 1
        while verb > self.first and words[verb] in _between():
            verb -= 1
        verbs = table.words("copulas" if said.form == "adjective" else "showing")
        seen_on = said.form == "noun" and follows in table.words("carriers") | table.words("seen")
        if verb >= self.first and words[verb] in verbs and not (seen_on and words[verb] in ("with", "had", "has")):
            low = self._subject(verb)
            if not _EMPTY.issuperset(words[low:verb]):
                return low, verb, said.result
        if said.form == "noun":
            while after < self.last and words[after] in table.words("seen"):
                after += 1
            if after < self.last and words[after] in table.words("carriers"):
                return after + 1, self._noun(after + 1), said.result
        elif i > self.first and _HYPHEN.fullmatch(self.read.before(i)):
            return self._item(i), i, said.result
        closed = ends_item(self.read, after, self.last) or follows == "for" or words[i].endswith(")")
        if i > self.first and closed and not self._comma(i):
            return self._item(i), i, said.result
        if said.form == "noun" or after == self.last or words[i].endswith(")"):
            return nothing
        denied = self.status[i] == "absent" and words[i] != "(-"
        return after, self._noun(after), _DENIED.get(said.result, "") if denied else said.result

    def heads(self, low: int, high: int) -> Iterator[int]:
        """Yield the words [low, high) without what only says where: "MRI [of the brain]", "results of a CBC"."""
        aside = False
        for j in range(low, high):
            if self.words[j] in JOINERS or self._comma(j):
                aside = False
            elif self.words[j] in _WHERE and j > low:
                aside = self.words[j - 1] not in _table().words("transparent")
            if not aside:
                yield j

    def _subject(self, verb: int) -> int:
        """Return where the subject of a verb begins."""
        words, verbs, performing = self.words, _verbs(), _table().words("performing")
        at = verb
        while at > self.first and words[at - 1] in _TAKING_UP:
            at -= 1
        low = at
        while low > max(self.barrier, verb - _SUBJECT) and not (low < at and _ENDS.search(self.read.before(low))):
            earlier = words[low - 1]
            if earlier in verbs and performing.isdisjoint(words[low : low + 3]):
                if words[verb] == "be":  # "reveals potassium and sodium to be normal"
                    return low
                return next((j for j in range(low, at) if self._opens_clause(j)), low)
            low -= 1
        if words[low] in _LEADING and low == self.first:
            low = next((j for j in range(low, at) if self._comma(j)), low)
        return low

    def _opens_clause(self, j: int) -> bool:
        return self._comma(j) or self.words[j] in _CLAUSES

    def _comma(self, j: int) -> bool:
        return "," in self.read.before(j)

    def _item(self, i: int) -> int:
        """Return where the item begins that ends with a result: "ESR high, CBC and ECG normal"."""
        between = self.read.before(i)
        beside = BESIDE.search(between) is not None
        listed = beside and "(" not in between
        low = i
        while low > self.barrier and not (
            low < i and (_ENDS.search(self.read.before(low)) or (self._comma(low) and not listed))
        ):
            earlier = self.words[low - 1]
            if not beside and earlier in _before_item():
                break
            low -= 1
        return low

    def _noun(self, start: int) -> int:
        """Return where the nouns end that begin at word `start`: "normal [CBC, ECG, and chest x-ray] without"."""
        words, table = self.words, _table()
        if start == self.last or words[start] in table.words("after") or self._ends_noun(start, start):
            return start
        end = start + 1
        while end < min(self.last, start + _NOUN) and not self._ends_noun(start, end):
            if self._comma(end) and not self._list_goes_on(end):
                break
            end += 1
        if end < self.last and words[end] in ("with", "showing"):  # "normal CBC and [x-ray] with"
            end = next((j for j in range(start + 1, end) if words[j] in JOINERS), end)
        return end

    def _ends_noun(self, start: int, j: int) -> bool:
        word, table = self.words[j], _table()
        if word == "of":
            return self.words[j - 1] not in table.words("levels")
        return (
            _ENDS.search(self.read.before(j)) is not None
            or word in table.words("stops")
            or word in words_of("verbs")
            or word[:1].isdigit()
            or (j > start and word in words_of("determiners"))
            or _phrases().match(self.words, j, self.last) is not None
        )

    def _list_goes_on(self, j: int) -> bool:
        """Tell whether nouns alone stand between a comma before word j and the "and" that closes the list."""
        item = j
        for at in range(j, self.last):
            if self.words[at] in JOINERS:
                return True
            item = at if self._comma(at) else item
            if at - item >= _ITEM or self._ends_noun(item, at):
                return False
        return False
