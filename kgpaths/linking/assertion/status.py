"""What a text says of a finding: present, absent, hypothetical, of another person, or of the past.

Cue phrases govern the words after or before them within a sentence (ConText, Harkema et al. 2009,
doi:10.1016/j.jbi.2009.05.002). One pass over the words; the cues lie in `ontologies/linking/assertion.yaml`.
A finding of another person has the status `family`, of kin or not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from kgpaths.linking.assertion.cues import Cue, key_words, table, words_of
from kgpaths.linking.assertion.persons import Told, persons
from kgpaths.linking.assertion.spotting import BESIDE, JOINERS, Found, heads_of_cues, of_person, spot
from kgpaths.linking.words.cue_words import JOIN, Wording, wording
from kgpaths.linking.words.tokenizer import COLON, NONE, SOFT, Tokens
from kgpaths.records import Assertion

_ORDER: tuple[Assertion, ...] = ("absent", "family", "hypothetical", "historical")
"""Which statement wins where several govern a word."""
_REACH = 9
"""Words that a cue governs; in a list it counts anew after every comma, "and" or "or"."""
_LONG_REACH: dict[Assertion, int] = {"historical": 30, "family": 30}
"""A history runs on to the end of its sentence, or to what ends it."""
_REACH_BACK = 7
_LABEL = 12
"""Words of the longest label: "Fever, chills, night sweats: no"."""
_BARE_ITEM = 4
"""Words of an item of a bare list: "no fever, chills, night sweats"."""
_CLAUSE = 9
"""Words in which a clause shows its verb."""
_OF_TIME = frozenset({"few", "several", "couple", "two", "three", "four", "five", "six"})
"""What makes a span of time that reaches to now of "in the past"."""
_ARRIVED = frozenset({"presented", "complained", "came", "brought"})
"""What somebody did then; not the end of what is told of then."""
_LEADING = 2
"""Words that may stand before a span of time which opens its sentence."""
_NEW_CLAUSE = frozenset({"he", "she", "they", "it", "his", "her", "has", "have", "is", "are"})
_RELATIVES = frozenset({"who", "whom", "whose", "which"})
_PLACES = frozenset({"in", "on", "over", "at", "around", "upon"})
"""What follows one of them, behind a word that is denied, is where that is looked for: "no pain on movement"."""
_TAKING = frozenset({"taking", "taken", "take", "using", "used", "use"})
_POSSESSIVES = frozenset({"his", "her"})
_CLOSED_LISTS = frozenset({"denies", "denied", "denying", "deny", "negative", "family", "history"})
"""First words of cues whose list runs on after a comma; the list of any other needs an "or" or "and" to come."""
_LABEL_ENDS = re.compile(r"[:;|•=\n?]")
_VERBS_OF_LIST = frozenset({"is", "are", "was", "were", "has", "have", "had"})
"""They do not cut a list off from the cue behind it: "pulses are absent"."""
_ENDING = frozenset({"pseudo", "end", "end_absent"})
"""Effects of cues that govern nothing."""
_SHARED = frozenset({"has", "had", "have", "takes", "took", "smokes", "drinks", "developed", "underwent"})
"""Verbs behind "and" or a comma that tell more of the same person."""


@dataclass(slots=True)
class _Open:
    """What governs the words to come: how many, from which cue, and how its list goes on."""

    left: int
    at: int
    runs_on: bool = True
    brief: bool = False
    """Whether it governs one noun, not a list."""
    spoken: bool = False
    """Whether it has governed a word since its cue or the last comma."""
    aside: bool = False
    """Whether a place follows, to which a denial does not extend."""
    taking: bool = False
    """Whether it tells of what is taken."""


def assertions(tokens: Tokens) -> list[Assertion]:
    """Return the assertion status of every word of a text. O(words).

    >>> from kgpaths.linking.words.tokenizer import tokenize
    >>> tokens = tokenize("He denies fever, chills, and cough but has dyspnea. HBsAg: negative. 2-day history of rash.")
    >>> status = assertions(tokens)
    >>> [(w, s) for w, s in zip(tokens.words, status) if w in {"fever", "cough", "dyspnea", "hbsag", "rash"}]
    [('fever', 'absent'), ('cough', 'absent'), ('dyspnea', 'present'), ('hbsag', 'absent'), ('rash', 'present')]
    """
    read = wording(tokens)
    status = statuses(read)
    return read.of_tokens(status)


def statuses(read: Wording) -> list[Assertion]:
    """Return the assertion status of every word that cues see."""
    words, keys, told = read.words, key_words(), persons(read)
    status: list[Assertion] = ["present"] * len(words)
    before = 0
    for first, last in read.sentences():
        if not keys.isdisjoint(words[first:last]) or (told and not told.keys().isdisjoint(range(first, last))):
            found = _cues(read, first, last, told)
            if first in found and found[first].cue.effect == "answer" and found[first].after == last:
                for i in range(before, first):  # "Fever? No."
                    status[i] = _stronger(status[i], found[first].cue.status)
            elif any(one.cue.effect not in _ENDING for one in found.values()):
                _Sentence(read, found, first, last, status).settle()
        before = first
    return status


def _cues(read: Wording, first: int, last: int, told: Mapping[int, Told]) -> dict[int, Found]:
    """Return the cues of the sentence [first, last) by their first word."""
    words, heads = read.words, heads_of_cues()
    found: dict[int, Found] = {}
    for i in range(first, last):
        if i in told:
            found[i] = of_person(told[i])
        elif (head := heads.get(words[i])) is not None:
            if head.depends or (i + 1 < last and words[i + 1] in head.following):
                if one := spot(read, i, first, last, head):
                    found[i] = one
            elif head.alone:
                found[i] = Found(head.alone, i + 1)
    return found


@cache
def _openings() -> frozenset[str]:
    """Return first words of an item that is not of a bare list."""
    return words_of("determiners") | words_of("degrees")


class _Sentence:
    """One sentence, its cues, and the statuses that are given to its words."""

    def __init__(
        self, read: Wording, found: Mapping[int, Found], first: int, last: int, status: list[Assertion]
    ) -> None:
        self.words, self.gaps, self.read = read.words, read.gaps, read
        self.found, self.first, self.last, self.status = found, first, last, status
        self.barrier = first
        """Backward cues reach no further than this."""
        self.open: dict[Assertion, _Open] = {}

    def settle(self) -> None:
        """Give every word its status."""
        clauses = []
        words, gaps, found = self.words, self.gaps, self.found
        i = self.first
        while i < self.last:
            if not self.open:
                if (following := next((place for place in found if place >= i), None)) is None:
                    break
                i = following
            elif gaps[i] or words[i] in JOINERS:
                self._pass_boundary(i)
            one = found.get(i)
            if one is not None and one.cue.effect == "clause":
                clauses.append((i, one))
            if one is None or self._is_void(i, one):
                self._govern(i)
                i += 1
            else:
                self._apply(i, one)
                i = one.after
        for place, one in clauses:
            self._clause(place, one)

    def _is_void(self, i: int, one: Found) -> bool:
        if one.cue.effect == "clause":
            return True
        if self.words[i] not in _POSSESSIVES or one.told:
            return False
        absent = self.open.get("absent")
        return (
            (absent is not None and absent.runs_on)  # "denies his use of"
            or any(not governing.spoken for governing in self.open.values())  # "to prevent his hair loss"
            or not words_of("persons").isdisjoint(self.words[i + 1 : i + 3])  # "gout in her aunt, her brother"
        )

    def _govern(self, i: int) -> None:
        for kind, governing in list(self.open.items()):
            if governing.taking and self.words[i] == "for":  # "not taking aspirin for gout"
                del self.open[kind]
                continue
            if kind == "absent" and governing.spoken and self.words[i] in _PLACES:
                governing.aside = True
            if not governing.aside:
                self.status[i] = _stronger(self.status[i], kind)
            governing.spoken = True
            governing.left -= 1
            if governing.left <= 0:
                del self.open[kind]

    def _apply(self, i: int, one: Found) -> None:
        cue, after, reach, _ = one
        if cue.effect == "forward":
            self._open_forward(i, one)
            for kind in (*self.open,) if one.told else [kind for kind in self.open if kind != cue.status]:
                for j in range(i, after):  # "no [history of] gout"; "her husband [smokes]"
                    self.status[j] = _stronger(self.status[j], kind)
            self.barrier = after
        elif cue.effect == "heading":
            kind = cue.status
            self.open = {} if kind == "present" else {kind: _Open(_LONG_REACH.get(kind, _REACH), i)}
            self.barrier = after
        elif cue.effect == "answer":
            for j in range(self._label(i), i):
                if cue.status != "present":
                    self.status[j] = _stronger(self.status[j], cue.status)
                elif self.status[j] == "absent":
                    self.status[j] = "present"
            self.open.clear()
            self.barrier = after
        elif cue.effect == "backward":
            for j in range(max(self.barrier, i - reach) if reach else self._subject(i), i):
                self.status[j] = _stronger(self.status[j], cue.status)
            self.open.clear()
            self.barrier = after
        elif cue.effect == "end_absent":
            self.open = {kind: one for kind, one in self.open.items() if kind != "absent"}
        elif cue.effect == "end":
            shared = self.words[i] in _SHARED and (self.gaps[i] >= SOFT or self.words[i - 1] in JOINERS)
            self.open = {kind: one for kind, one in self.open.items() if shared and kind == "family"}
            if self.words[i] not in _VERBS_OF_LIST:
                self.barrier = after
        else:
            self.open = {kind: one for kind, one in self.open.items() if kind == "absent"}

    def _open_forward(self, i: int, one: Found) -> None:
        kind, word = one.cue.status, self.words[i]
        short = one.reach or table().rows["short"].get(word, 0)
        already = self.open[kind].left if kind in self.open else 0
        outer = [k for k in self.open if _ORDER.index(k) < _ORDER.index(kind)]
        self.open = {k: _Open(_REACH, i) for k in outer}
        self.open[kind] = _Open(
            max(already, short or _LONG_REACH.get(kind, _REACH)),
            i,
            runs_on=kind != "absent" or word in _CLOSED_LISTS,
            brief=already < short,
            taking=not _TAKING.isdisjoint(self.words[i : one.after]),
        )

    def _pass_boundary(self, i: int) -> None:
        """Decide what a comma, a slash, an "and" or an "or" before word i leaves governed."""
        joins = self.gaps[i] == JOIN
        if not joins and self.open and self._opens_clause(i):
            self.open.clear()
            if self.gaps[i] >= SOFT:
                self.barrier = i
        for kind, governing in list(self.open.items()):
            if joins and governing.brief:
                continue
            runs_on = governing.runs_on or joins or self.words[i] in JOINERS
            if not governing.brief and (runs_on or self._list_goes_on(i, governing.at)):
                governing.left = _LONG_REACH.get(kind, _REACH)
                governing.spoken = governing.aside = False
            else:
                del self.open[kind]

    def _opens_clause(self, i: int) -> bool:
        """Tell whether a new subject and its verb follow a comma or an "and" before word i."""
        words, gaps, verbs = self.words, self.gaps, words_of("verbs")
        if words[i] in ("or", "nor"):
            return False
        start = i + (words[i] in JOINERS)
        if not _RELATIVES.isdisjoint(words[start : min(start + 2, self.last)]):
            return True  # "without heartburn, and in whom"
        determined = start < self.last and words[start] in words_of("determiners")
        terse = any(one.at == self.first for one in self.open.values())
        if not determined and (gaps[i] < SOFT or (not terse and verbs.isdisjoint(words[self.first : i]))):
            return False  # "no nausea and vomiting were noted"; "a man with a history of gout, asthma, and hernia has"
        for j in range(start, min(self.last, start + _CLAUSE)):
            one = self.found.get(j)
            if one and one.cue == Cue("answer", "present"):
                return True
            if j > start and (gaps[j] >= SOFT or words[j] in words_of("subordinating")):
                return False
            if words[j] in verbs:
                return j > start and words[j - 1] not in JOINERS
        return False

    def _list_goes_on(self, i: int, cue: int) -> bool:
        """Tell whether a comma before word i continues the list of the cue at word `cue`.

        An "or", "nor" or "and" closes it further on, or it is bare: "no fever, chills, night sweats".
        """
        for j in range(i, min(self.last, i + 12)):
            if j > i and self.gaps[j] > SOFT:
                break
            if self.words[j] in JOINERS:
                return True
            if (one := self.found.get(j)) and one.cue.effect in ("end", "forward", "heading", "answer"):
                return False
        items, start = 0, i
        for j in range(i, self.last + 1):
            ends = j == self.last or (j > i and self.gaps[j] > SOFT)
            if ends or (j > start and self.gaps[j] == SOFT):
                states = self.words[j - 1] in words_of("states")  # "no edema, lungs clear"
                if states or j - start > _BARE_ITEM or self.words[start] in _openings():
                    return False
                items, start = items + 1, j
            if ends:
                break
            if j in self.found or self.words[j][0:1].isdigit():
                return False
        return items > 1 or cue == self.first or self.gaps[cue] >= SOFT

    def _label(self, i: int) -> int:
        """Return where the name begins that word i answers: "Fever, chills: no"."""
        j = i
        while j > max(self.barrier, i - _LABEL) and not (j < i and _LABEL_ENDS.search(self.read.before(j))):
            if self.words[j - 1] in words_of("verbs") or j - 1 in self.found:
                beside = False
                break
            j -= 1
        else:
            beside = BESIDE.search(self.read.before(i)) is not None
        if not beside:
            j = next((k for k in range(i - 1, j, -1) if self.gaps[k] >= SOFT and "(" not in self.read.before(k)), j)
        return j

    def _subject(self, i: int) -> int:
        """Return where the subject begins of a predicate at word i: behind the last clause that has a verb itself."""
        words, gaps, verbs = self.words, self.gaps, words_of("verbs")
        reach: int = table().rows["short_before"].get(words[i], _REACH_BACK)
        low = max(self.barrier, i - reach)
        verb = next((j for j in range(i - 1, low - 1, -1) if words[j] in verbs), None)
        if verb is not None:
            low = next((j for j in range(verb + 1, i) if gaps[j] >= SOFT), low)
        return low

    def _clause(self, place: int, one: Found) -> None:
        """Give a clause the status of its cue, unless it tells of an onset: what began then goes on."""
        words, gaps = self.words, self.gaps
        breaks, after = words_of("clause_breaks"), one.after
        if words[place : place + 3] == ["in", "the", "past"] and after < self.last and gaps[after] == NONE:
            following = words[after]
            if following in _OF_TIME or following[0].isdigit() or following in table().classes["unit"]:
                return
        low = place
        while low > self.first and words[low - 1] not in breaks and not (gaps[low] >= COLON):
            low -= 1
            if gaps[low] >= SOFT and words[low] in JOINERS:
                break
        high, leading = after, place - self.first <= _LEADING
        if leading:
            breaks -= _ARRIVED
        while high < self.last and words[high] not in breaks and (gaps[high] < SOFT or leading):
            opens = high + 1 < self.last and words[high + 1] in _NEW_CLAUSE
            if leading and high > after and words[high] in JOINERS and opens:
                break
            high += 1
        if words_of("onsets").isdisjoint(words[low:high]):
            for i in range(low, high):
                self.status[i] = _stronger(self.status[i], one.cue.status)


def _stronger(one: Assertion, other: Assertion) -> Assertion:
    if "present" in (one, other):
        return other if one == "present" else one
    return _ORDER[min(_ORDER.index(one), _ORDER.index(other))]
