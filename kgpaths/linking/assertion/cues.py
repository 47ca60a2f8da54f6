"""The cue phrases of assertion status, from `ontologies/linking/assertion.yaml`."""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple, cast

from kgpaths.linking.words.phrase_tree import Phrases, Table
from kgpaths.records import Assertion

Effect = Literal[
    "forward", "backward", "transitive", "closing", "clause", "pseudo", "end", "end_absent", "answer", "heading"
]  # fmt: skip
_GOVERNING: tuple[Effect, ...] = ("forward", "transitive", "closing", "backward", "clause")
_EVERYWHERE = frozenset({
    "a", "an", "the", "in", "on", "of", "to", "for", "with", "by", "from", "at", "as", "that", "which", "who", "is",
    "are", "was", "were", "be", "been", "being", "has", "have", "had", "having", "do", "does", "did", "and", "or", "he",
    "she", "they", "it", "there", "his", "her", "their", "you", "than", "up", "about", "patient", "patient's", "during",
    "most",
})  # fmt: skip
_OFTEN = frozenset({
    "last", "first", "any", "show", "shows", "reports", "reveals", "signs", "test", "medical", "treatment", "diagnosis",
    "cause", "significant", "history", "likely", "over", "comes", "lower", "several", "appears", "other", "increased",
    "since", "would", "can", "will", "should", "before", "given", "your",
})  # fmt: skip
"""Words that tell little of a sentence: they are in most, or in many."""


class Cue(NamedTuple):
    """What a phrase says, and of which words."""

    effect: Effect
    status: Assertion


@cache
def table() -> Table:
    """Return the table; the class `person` holds the words of `persons`."""
    loaded = Table("assertion.yaml")
    loaded.classes["person"] = [word for group in loaded.rows["persons"].values() for word in group]
    return loaded


def words_of(name: str) -> frozenset[str]:
    """Return the single words of a list of the table, those of its classes too."""
    return table().words(name)


@cache
def cues() -> Phrases[Cue]:
    """Return the cues of running text."""
    found = Phrases[Cue](words_of("adverbs"))
    for effect in _GOVERNING:
        _add(found, effect, effect)
    for name, cue in (
        ("pseudo", Cue("pseudo", "present")),
        ("terminators", Cue("end", "present")),
        ("terminators_of_absent", Cue("end_absent", "absent")),
    ):
        for phrase in table().rows[name]:
            found.add(table().expand(phrase), cue)
    return found


@cache
def answers() -> Phrases[Cue]:
    """Return the phrases that stand for a whole predicate."""
    found = Phrases[Cue](words_of("adverbs"))
    _add(found, "answers", "answer")
    return found


@cache
def headings() -> Phrases[Cue]:
    """Return the phrases that govern what follows their colon."""
    found = Phrases[Cue](words_of("adverbs"))
    _add(found, "headings", "heading")
    return found


@cache
def key_words() -> frozenset[str]:
    """Return words of which one at least is in every phrase that may govern others; most sentences have none."""
    seldom = (
        dict.fromkeys(_OFTEN, 1)
        | dict.fromkeys(words_of("persons") | frozenset(table().classes["unit"]), 2)
        | {"family": 1}
    )
    seldom |= dict.fromkeys(_EVERYWHERE, 3)
    keys = {"free"}
    for name in (*_GOVERNING, "answers", "headings"):
        for _, phrases in table().phrases(name):
            keys.update(min(phrase, key=lambda word: seldom.get(word, 0)) for phrase in phrases)
    return frozenset(keys)


def _add(found: Phrases[Cue], name: str, effect: Effect) -> None:
    for status, phrases in table().phrases(name):
        found.add(phrases, Cue(effect, cast(Assertion, status)))
