"""Where cues stand in a sentence, and which of their readings the words around them allow.

"No" answers in "Fever: no" and governs in "no fever"; "stopped" governs what follows it in "stopped smoking" and what
stands before it in "the bleeding stopped"; "not only" is no cue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from kgpaths.linking.assertion.cues import Cue, answers, cues, headings, words_of
from kgpaths.linking.assertion.persons import Told
from kgpaths.linking.words.cue_words import JOIN, Wording
from kgpaths.linking.words.tokenizer import NONE, SOFT

JOINERS = frozenset({"and", "or", "nor"})
BESIDE = re.compile(r"[:=(\[|\t?]|\.\.|\s[-–—]\s?")
"""What stands between a finding and its answer."""
_REACH_OF_POSSESSIVE = 3
"""Words after "her husband's"."""
_SHORT_ITEM = 5
"""Words of an item that may end with its answer: "Nitrites negative"."""
_GOES_ON = re.compile(r"[:=<>≤≥]")
"""What stands behind the heading or symbol that an answer only looks like: "(N < 5)"."""
_HYPHEN = re.compile(r"[-‐‑]")


class Found(NamedTuple):
    """A cue in a sentence; its words end before `after`."""

    cue: Cue
    after: int
    reach: int = 0
    """Words that it governs, where they are its own."""
    told: bool = False
    """Whether it tells of another person."""


class Head(NamedTuple):
    """The first word of phrases."""

    following: frozenset[str]
    """Words that may go on with a phrase."""
    alone: Cue | None
    """What it is by itself."""
    depends: bool
    """Whether what it is depends on the words around it."""
    answers: bool
    """Whether an answer or a heading begins with it."""


@cache
def heads_of_cues() -> Mapping[str, Head]:
    """Return the first words of all phrases."""
    heads: dict[str, Head] = {}
    for phrases in (cues(), answers(), headings()):
        for word, (cue, following) in phrases.heads().items():
            known = heads.get(word, Head(frozenset(), None, depends=False, answers=False))
            depends = cue is not None and cue.effect in ("answer", "heading", "transitive", "closing")
            answers_ = known.answers or phrases is not cues()
            heads[word] = Head(known.following | following, known.alone or cue, known.depends or depends, answers_)
    heads["free"] = heads["free"]._replace(depends=True)
    heads["not"] = heads["not"]._replace(depends=True)
    return heads


def of_person(told: Told) -> Found:
    """Return the cue that tells of another person."""
    reach = _REACH_OF_POSSESSIVE if told.where == "next" else 0
    return Found(Cue("backward" if told.where == "before" else "forward", "family"), told.after, reach, told=True)


def spot(read: Wording, i: int, first: int, last: int, head: Head) -> Found | None:
    """Return the cue that begins at word i, a head, of the sentence [first, last)."""
    words = read.words
    if head.answers:
        if (heading := headings().match(words, i, last)) and heading[1] < last and ":" in read.before(heading[1]):
            return Found(*heading)
        if (answer := answers().match(words, i, last)) and _is_answer(read, i, answer[1], first, last):
            return Found(*answer)
    if words[i] == "free" and _is_freedom(read, i, first, last):
        return Found(Cue("backward", "absent"), i + 1, 2)
    matched = cues().match(words, i, last)
    if matched is None:
        return None
    cue, after = matched
    for inside in range(i + 1, after):  # "has [not only]", "is [likely to have]"
        inner = cues().match(words, inside, last)
        if inner and inner[1] > after:
            if inner[0].effect == "pseudo":
                return Found(*inner)
            if cue.effect in ("backward", "closing") and inner[0].effect in ("forward", "transitive"):
                return None
    if cue.status == "absent" and "not" in words[i:after] and _asks(words, first, i):
        return Found(Cue("pseudo", "present"), after)
    if words[i] == "rule" and i > first and read.gaps[i] == NONE and words[i - 1] not in words_of("planning"):
        cue = Cue("forward", "absent")  # "these results rule out gout"
    follows = words[after] if after < last and read.gaps[after] == NONE else ""
    if cue.effect == "closing":
        closed = not follows or follows in words_of("reasons")
        return Found(Cue("backward", cue.status), after) if closed else None
    if cue.effect == "transitive":
        objected = follows and follows not in words_of("no_object")
        cue = Cue("forward" if objected else "backward", cue.status)
    return Found(cue, after)


def _is_answer(read: Wording, i: int, after: int, first: int, last: int) -> bool:
    """Tell whether the words [i, after) are all that is said of what stands before them."""
    words, gaps = read.words, read.gaps
    if words[i].endswith(")"):  # a sign
        return i > first
    between = read.before(i)
    beside = i > 0 and BESIDE.search(between) is not None
    if not ends_item(read, after, last) and not (
        beside and ":" in between and words[after] in words_of("no_object") - {"for"}
    ):
        # "Fever: no Cough: yes"
        new_line = "\n" in read.before(after) or read.text[read.starts[after]].isupper()
        labelled = any(":" in read.before(k) for k in range(after + 1, min(last, after + 4)))
        if not (beside and new_line and labelled):
            return False
    if beside:
        return i > first or "?" in between
    if i == first or (gaps[i] != NONE and between.strip() != ")"):
        return False
    start = i
    while start > first and (gaps[start] < SOFT or read.before(start).strip() in ("(", ")")):
        start -= 1
    return (
        i - start < _SHORT_ITEM
        and words_of("verbs").isdisjoint(words[start:i])
        and words[i - 1] not in words_of("determiners")
        and words[i - 1] not in JOINERS
        and not cues().match(words, i - 1, i)
    )


def ends_item(read: Wording, after: int, last: int) -> bool:
    """Tell whether nothing goes on with the words before word `after`."""
    if after == last or read.words[after] in ("but", "(+", "(-"):
        return True
    if read.gaps[after] == JOIN:
        return answers().match(read.words, after, last) is not None
    return read.gaps[after] >= SOFT and _GOES_ON.search(read.before(after)) is None


def _is_freedom(read: Wording, i: int, first: int, last: int) -> bool:
    """Tell "fever-free" and "pain free for a year" from "free air"."""
    if i == first:
        return False
    if _HYPHEN.fullmatch(read.before(i)):
        return True
    named = read.gaps[i] == NONE and read.words[i - 1] not in words_of("verbs") | words_of("determiners")
    return named and (i + 1 == last or read.gaps[i + 1] >= SOFT or read.words[i + 1] in words_of("no_object"))


def _asks(words: list[str], first: int, i: int) -> bool:
    """Tell whether a "not" at word i denies what is asked, and no finding: "which is not a sign of gout"."""
    asked = next((k for k in range(first, min(i, first + 2)) if words[k] in ("which", "what")), None)
    return asked is not None and words_of("subordinating").isdisjoint(words[asked + 1 : i])
