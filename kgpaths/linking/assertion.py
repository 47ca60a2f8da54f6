"""What a text says of a finding: present, absent, hypothetical, of the family, or of the past.

Cue phrases govern the words after or before them within a sentence (ConText, Harkema et al. 2009,
doi:10.1016/j.jbi.2009.05.002). One pass over the words; the cues lie in `ontologies/linking/assertion.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

from kgpaths.linking.tokens import COLON, NONE, SENTENCE, SOFT, Tokens
from kgpaths.records import Assertion
from kgpaths.resources import resource

_Effect = Literal["forward", "backward", "after_colon", "clause", "pseudo", "end", "end_absent"]
_GOVERNING = ("forward", "backward", "after_colon", "clause")
_ORDER: tuple[Assertion, ...] = ("absent", "family", "hypothetical", "historical")
"""Which statement wins where several govern a word."""
_REACH = 9
"""Words that a cue governs; in a list it counts anew after every comma, "and" or "or"."""
_LONG_REACH: dict[Assertion, int] = {"historical": 30, "family": 30}
"""A history runs on to the end of its sentence, or to what ends it."""
_REACH_BACK = 7
_SHORT_REACH_BACK = dict.fromkeys(("screening", "prophylaxis", "prevention", "post", "vaccine", "vaccination",
                                   "vaccines", "immunization", "booster", "boosters"), 3)  # fmt: skip
_SHORT_REACH = {"absent": 2, "lack": 4, "absence": 4, "prior": 5, "previous": 5, "former": 3, "childhood": 3,
                "remote": 3, "which": 5, "possible": 4, "possibly": 4, "probable": 4, "suspected": 4,
                "presumed": 4}  # fmt: skip
"""Words that a cue before a noun governs; its list does not run on."""
_SHORT_ROW = 5
"""Words of a line that may end with its result: "Nitrites negative"."""
_OF_TIME = frozenset({"few", "several", "couple", "two", "three", "four", "five", "six"})
"""What makes a span of time that reaches to now of "in the past"."""
_ARRIVED = frozenset({"presented", "complained", "came", "brought"})
"""What somebody did then; not the end of what is told of then."""
_LEADING = 2
"""Words that may stand before a span of time which opens its sentence."""
_NEW_CLAUSE = frozenset({"he", "she", "they", "it", "his", "her", "has", "have", "is", "are"})
_POSSESSIVES = frozenset({"his", "her"})
_JOINERS = frozenset({"and", "or", "nor"})
_CLOSED_LISTS = frozenset({"denies", "denied", "denying", "deny", "negative", "family", "history"})
"""First words of cues whose list runs on after a comma; the list of any other needs an "or" or "and" to come."""


class _Cue(NamedTuple):
    effect: _Effect
    status: Assertion
    length: int


class _Node:
    """A word of a cue phrase: the words that may follow, and the cue that ends here."""

    __slots__ = ("cue", "following")

    def __init__(self) -> None:
        self.following: dict[str, _Node] = {}
        self.cue: _Cue | None = None


@cache
def _table() -> dict[str, Any]:
    import yaml

    table: dict[str, Any] = yaml.safe_load(resource("ontologies", "linking", "assertion.yaml").read_text("utf-8"))
    return table


@cache
def _clause_words() -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of an onset, and those that end a clause."""
    return frozenset(_table()["onsets"]), frozenset(_table()["clause_breaks"])


@cache
def _cues() -> dict[str, _Node]:
    """Return the cue phrases as a tree of words."""
    table = _table()
    classes: dict[str, list[str]] = {f"<{name}>": words for name, words in table["classes"].items()}
    root = _Node()

    def add(phrases: Sequence[str], effect: _Effect, status: Assertion) -> None:
        for phrase in phrases:
            words = phrase.replace("-", " ").replace("/", " ").split()
            nodes = [root]
            for word in words:
                nodes = [node.following.setdefault(w, _Node()) for node in nodes for w in classes.get(word, [word])]
            for node in nodes:
                node.cue = node.cue or _Cue(effect, status, len(words))

    governing: tuple[_Effect, ...] = ("forward", "backward", "after_colon", "clause")
    for effect in governing:
        for status, phrases in table[effect].items():
            add(phrases, effect, status)
    add(table["pseudo"], "pseudo", "present")
    add(table["terminators"], "end", "present")
    add(table["terminators_of_absent"], "end_absent", "absent")
    return root.following


def assertions(tokens: Tokens) -> list[Assertion]:
    """Return the assertion status of every word of a text. O(words).

    >>> from kgpaths.linking.tokens import tokenize
    >>> tokens = tokenize("He denies fever, chills, and cough but has dyspnea. HBsAg: negative. 2-day history of rash.")
    >>> status = assertions(tokens)
    >>> [(w, s) for w, s in zip(tokens.words, status) if w in {"fever", "cough", "dyspnea", "hbsag", "rash"}]
    [('fever', 'absent'), ('cough', 'absent'), ('dyspnea', 'present'), ('hbsag', 'absent'), ('rash', 'present')]
    """
    status: list[Assertion] = ["present"] * len(tokens.words)
    lowered = tokens.text.lower()
    if "’" in lowered:
        lowered = lowered.replace("’", "'")
    if len(lowered) == len(tokens.text):
        surface = [lowered[s:e] for s, e in zip(tokens.starts, tokens.ends, strict=True)]
    else:  # a letter whose lower case is two
        surface = [tokens.text[s:e].lower().replace("’", "'") for s, e in zip(tokens.starts, tokens.ends, strict=True)]
    heads = _cues()
    places = [i for i, word in enumerate(surface) if word in heads]
    at = 0
    for first, last in _sentences(tokens):
        cues: dict[int, _Cue] = {}
        while at < len(places) and (place := places[at]) < last:
            head = heads[surface[place]]
            longer = place + 1 < last and surface[place + 1] in head.following
            if cue := _match(surface, place, last) if longer else head.cue:
                cues[place] = cue
            at += 1
        if any(cue.effect in _GOVERNING for cue in cues.values()):
            _sentence(tokens, surface, cues, first, last, status)
    return status


def _sentences(tokens: Tokens) -> Iterator[tuple[int, int]]:
    first = 0
    for i in range(1, len(tokens.gaps)):
        if tokens.gaps[i] == SENTENCE:
            yield first, i
            first = i
    if tokens.gaps:
        yield first, len(tokens.gaps)


def _sentence(
    tokens: Tokens, surface: list[str], cues: Mapping[int, _Cue], first: int, last: int, status: list[Assertion]
) -> None:
    governed: dict[Assertion, int] = {}
    """Status -> words it still governs."""
    open_list: dict[Assertion, bool] = {}
    brief: set[Assertion] = set()
    """Statuses whose cue governs one noun, not a list."""
    clauses: list[tuple[int, _Cue]] = []
    barrier = first
    """Backward cues reach no further than this."""
    i = first
    while i < last:
        if tokens.gaps[i] >= SOFT or surface[i] in _JOINERS:
            for kind in list(governed):
                if kind in brief:
                    del governed[kind]
                elif open_list[kind] or surface[i] in _JOINERS or _list_goes_on(surface, i, last):
                    governed[kind] = _LONG_REACH.get(kind, _REACH)
                else:
                    del governed[kind]
        cue = cues.get(i)
        void = cue is not None and (
            cue.effect == "clause"
            or (cue.effect == "after_colon" and not _is_result(tokens, i, first, last))
            or (surface[i] in _POSSESSIVES and open_list.get("absent", False))
        )
        if cue is not None and cue.effect == "clause":
            clauses.append((i, cue))
        if cue is None or void:
            for kind in list(governed):
                status[i] = _stronger(status[i], kind)
                governed[kind] -= 1
                if governed[kind] <= 0:
                    del governed[kind]
            i += 1
            continue
        after = i + cue.length
        if cue.effect == "forward":
            outer = [s for s in governed if _ORDER.index(s) < _ORDER.index(cue.status)]
            reach = _LONG_REACH.get(cue.status, _REACH)
            short = surface[i] in _SHORT_REACH and governed.get(cue.status, 0) < _SHORT_REACH[surface[i]]
            left = max(governed.get(cue.status, 0), _SHORT_REACH.get(surface[i], reach))
            governed = dict.fromkeys(outer, _REACH) | {cue.status: left}
            brief = {cue.status} if short else set()
            open_list[cue.status] = surface[i] in _CLOSED_LISTS or cue.status != "absent"
            barrier = after
        elif cue.effect in ("backward", "after_colon"):
            for j in range(max(barrier, i - _SHORT_REACH_BACK.get(surface[i], _REACH_BACK)), i):
                status[j] = _stronger(status[j], cue.status)
            governed.clear()
            barrier = after
        elif cue.effect == "end_absent":
            governed.pop("absent", None)
        elif cue.effect == "end":
            governed.clear()
            if not _is_verb_of_list(surface[i]):
                barrier = after
        else:
            governed = {s: reach for s, reach in governed.items() if s == "absent"}
        i = after
    for place, cue in clauses:
        _clause(tokens, surface, place, cue, first, last, status)


def _clause(
    tokens: Tokens, surface: list[str], place: int, cue: _Cue, first: int, last: int, status: list[Assertion]
) -> None:
    """Give the words of a clause the status of its cue, unless it tells of an onset: what began then goes on."""
    onsets, breaks = _clause_words()
    after = place + cue.length
    if surface[place : place + 3] == ["in", "the", "past"] and after < last and tokens.gaps[after] == NONE:
        following = surface[after]
        if following in _OF_TIME or following[0].isdigit() or following in _table()["classes"]["unit"]:
            return
    low = place
    while low > first and surface[low - 1] not in breaks and not (tokens.gaps[low] >= COLON):
        low -= 1
        if tokens.gaps[low] >= SOFT and surface[low] in _JOINERS:
            break
    high, leading = after, place - first <= _LEADING
    if leading:
        breaks -= _ARRIVED
    while high < last and surface[high] not in breaks and (tokens.gaps[high] < SOFT or leading):
        if (
            leading
            and high > after
            and surface[high] in _JOINERS
            and surface[high + 1 : high + 2] != []
            and (surface[high + 1] in _NEW_CLAUSE)
        ):
            break
        high += 1
    if onsets.isdisjoint(surface[low:high]):
        for i in range(low, high):
            status[i] = _stronger(status[i], cue.status)


def _match(surface: list[str], i: int, last: int) -> _Cue | None:
    """Return the longest cue that begins at word i."""
    best, following = None, _cues()
    while i < last and (node := following.get(surface[i])):
        best, following = node.cue or best, node.following
        i += 1
    return best


def _is_verb_of_list(word: str) -> bool:
    return word in {"is", "are", "was", "were", "has", "have", "had"}  # "pulses are absent": not cut off from its cue


def _is_result(tokens: Tokens, i: int, first: int, last: int) -> bool:
    """Tell whether word i is a test's result: behind a colon, or the last word of a short line."""
    if i == last - 1 and last - first <= _SHORT_ROW:
        return True
    return ":" in tokens.text[tokens.ends[i - 1] : tokens.starts[i]] if i else False


def _list_goes_on(surface: list[str], i: int, last: int) -> bool:
    """Tell whether an "or", "nor" or "and" closes the list that a comma before word i continues."""
    for j in range(i, min(last, i + 12)):
        if surface[j] in _JOINERS:
            return True
        alone = _cues().get(surface[j])
        if alone is not None and alone.cue is not None and alone.cue.effect in ("end", "forward"):
            return False
    return False


def _stronger(one: Assertion, other: Assertion) -> Assertion:
    if one == "present":
        return other
    return _ORDER[min(_ORDER.index(one), _ORDER.index(other))]
