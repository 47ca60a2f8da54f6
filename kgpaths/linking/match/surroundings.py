"""What stands around the names in a string, and whether it decides what is meant.

A noun phrase means what its head means: "acute interstitial nephritis" is a nephritis, "Achilles tendon reflex" is no
tendon. So a name inside a string stands for the string where it is the head, and where nothing of the rest decides:
wrappers ("administer", "therapy"), words that narrow the head and leave it what it is ("acute", "left"), doses and
times, and a complement that the question names anyway. The words lie in `ontologies/linking/wrappers.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from kgpaths.linking.match.candidates import Anchor
from kgpaths.linking.match.look_alikes import turns
from kgpaths.linking.values.measurements import measurements
from kgpaths.linking.words.abbreviations import definitions
from kgpaths.linking.words.normalisation import canonical
from kgpaths.linking.words.tokenizer import Tokens
from kgpaths.resources import resource

_MOST_READINGS = 16
_BRACKETED = re.compile(r"^(.*\S)\s*\(([^()]*)\)$", re.DOTALL)
_ORDERED = re.compile(r"[<>=≤≥→±]")
"""Between two words: what is said is how they compare."""
_SEPARATING = re.compile(r"[,;:.?!/+&\n]|\s[-–]\s")
_COMING_WITH = re.compile(r".*with", re.IGNORECASE)
_DETERMINERS = frozenset({"a", "an", "the", "his", "her", "their"})
_OF = frozenset({"of", "in", "to", "at"})
Part = tuple[int, int]


class _Around(NamedTuple):
    before: re.Pattern[str]
    after: re.Pattern[str]
    """Wrappers; they may be taken off."""
    about: re.Pattern[str]
    """Those behind a thing that say what is done about it."""
    joining: re.Pattern[str]
    complement: re.Pattern[str]
    narrowing: frozenset[str]
    """Canonical words."""
    molecules: frozenset[str]
    """Canonical words."""
    narrowing_of: dict[str, frozenset[str]]
    """Canonical noun → canonical words that narrow it and leave it what it is."""


@cache
def _around() -> _Around:
    import yaml

    table = yaml.safe_load(resource("ontologies", "linking", "wrappers.yaml").read_text("utf-8"))
    table["after"] += table["about"]

    def words(of: str) -> frozenset[str]:
        return frozenset(canonical(word) for line in table[of] for word in line.split())

    before, after, about, joining, complement = (
        "|".join(sorted(table[side], key=lambda w: (-len(w), w)))
        for side in ("before", "after", "about", "joining", "complement")
    )
    return _Around(
        re.compile(rf"(?:{before})[\s:-]+(?=\S)", re.IGNORECASE),
        re.compile(rf"(?:{after})(?!\w)", re.IGNORECASE),
        re.compile(rf"[\s,-]{{1,3}}(?:{about})(?!\w)", re.IGNORECASE),
        re.compile(rf"(?:{joining})(?!\w)", re.IGNORECASE),
        re.compile(rf"(?:{complement})(?!\w)", re.IGNORECASE),
        words("narrowing"),
        words("molecules"),
        {
            canonical(noun): frozenset(map(canonical, words.split()))
            for nouns, words in table["narrowing_of"].items()
            for noun in nouns.split()
        },
    )


@cache
def _last_wrapper() -> re.Pattern[str]:
    return re.compile(rf"(?<=\S)[\s,-]{{1,3}}{_around().after.pattern}$", re.IGNORECASE)


def readings(text: str, start: int = 0, end: int | None = None) -> Iterator[Part]:
    """Yield the spans that may be the name: the string, without its bracket, without wrappers, an abbreviation.

    What stands in a bracket names the string only where it is short for it, or the words before are short for that.

    >>> text = "Start aspirin (low-dose) now"
    >>> [text[start:end] for start, end in readings(text)]  # doctest: +NORMALIZE_WHITESPACE
    ['Start aspirin (low-dose) now', 'aspirin (low-dose) now', 'Start aspirin (low-dose)', 'aspirin (low-dose)',
     'Start aspirin', 'aspirin']
    >>> text = "Renal cell carcinoma (RCC)"
    >>> [text[start:end] for start, end in readings(text)]
    ['Renal cell carcinoma (RCC)', 'Renal cell carcinoma', 'RCC']
    """
    before, after = _around().before, _last_wrapper()
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
            if _is_short_for(bracketed[1], bracketed[2]):
                queue.append(_trim(text, first + bracketed.start(2), first + bracketed.end(2)))
        if wrapped := before.match(piece):
            queue.append(_trim(text, first + wrapped.end(), last))
        if wrapped := after.search(piece):
            queue.append(_trim(text, first, first + wrapped.start()))


def _is_short_for(words: str, inside: str) -> bool:
    """Tell whether some words and what stands in a bracket behind them are a name and its abbreviation."""
    text = f"{words} ({inside})"
    return any(
        text[one.start : one.end] == (inside if one.start else words) and one.short in (words, inside)
        for one in definitions(text)
    )


def _trim(text: str, start: int, end: int) -> Part:
    while start < end and text[start] in " \t\n.,;:\"“”'":
        start += 1
    while end > start and text[end - 1] in " \t\n.,;:\"“”'":
        end -= 1
    return start, end


def narrows(text: str) -> bool:
    """Tell whether a text begins with a word that narrows what follows: "severe pain"."""
    return canonical(text.split(maxsplit=1)[0]) in _around().narrowing


def only_narrows(words: Sequence[str], name: Collection[str]) -> bool:
    """Tell whether canonical words are a name and words that narrow it, numbers or single letters.

    >>> only_narrows(["2", "d", "echocardiography"], ["echocardiography"])
    True
    >>> only_narrows(["tension", "pneumothorax"], ["pneumothorax"])
    False
    """
    rest = set(words).difference(name)
    return rest != set(words) and all(len(word) == 1 or word.isdigit() or word in _around().narrowing for word in rest)


def asks_of_molecules() -> frozenset[str]:
    """Return the canonical words of questions that a gene or a protein may answer."""
    return _around().molecules


def is_done_about(text: str, end: int) -> bool:
    """Tell whether a string goes on with what is done about the thing named before: no condition is its treatment.

    >>> [is_done_about("Tuberculosis prophylaxis", 12), is_done_about("HIV infection", 3)]
    [True, False]
    """
    return _around().about.match(text, end) is not None


def heads(
    tokens: Tokens, anchors: Sequence[Anchor], asked: Collection[str], conditions: Callable[[Anchor], bool]
) -> list[Anchor]:
    """Return the anchors that say what a string means, one for each thing it lists; [] if they leave out what decides.

    What a condition comes with, or what is done about it, decides: "dementia with Lewy bodies" is no "dementia".

    Args:
        tokens: the words of the string.
        anchors: the names inside it.
        asked: canonical words of the question.
        conditions: tells whether an anchor names a condition or an organism.
    """
    around, text = _around(), tokens.text
    if "" in tokens.words and _gives_a_result(text, anchors):
        return []
    longest = {anchor.words[0]: anchor for anchor in sorted(anchors, key=lambda anchor: anchor.words[1])}
    found: list[Anchor] = []
    head: Anchor | None = None
    joined = False
    i = 0
    while i < len(tokens.words):
        start = tokens.starts[i]
        if i and _ORDERED.search(text, tokens.ends[i - 1], start):
            return []
        if _separated(tokens, i):
            head = None
        if (anchor := longest.get(i)) and (head is None or _same(anchor, head)):
            if head is None:
                head = anchor
                found.append(anchor)
                joined = False
            i = anchor.words[1] + 1
            if conditions(anchor) and is_done_about(text, anchor.end):
                return []
        elif around_it := (around.before if head is None else around.after).match(text, start):
            i = _past(tokens, i, around_it.end())
        elif _says_little(tokens, i):
            i += 1
        elif head is None:
            return []
        elif end := _complement(tokens, i, asked):
            i = end
        elif joining := around.joining.match(text, start):
            if _COMING_WITH.match(joining.group()) and conditions(head):
                return []
            head, joined = None, True
            i = _past(tokens, i, joining.end())
        else:
            return []
    return [] if joined else found


def narrowed(tokens: Tokens) -> Part | None:
    """Return the noun of a string that says where or by which way only; None for most strings.

    >>> from kgpaths.linking.words.tokenizer import tokenize
    >>> texts = "Lumbosacral strain", "strain of the left calf", "Financial strain"
    >>> [(part := narrowed(tokenize(text))) and text[slice(*part)] for text in texts]
    ['strain', 'strain', None]
    """
    around, words = _around(), tokens.words
    nouns = [i for i, word in enumerate(words) if word in around.narrowing_of]
    if len(nouns) != 1:
        return None
    at = nouns[0]
    own = around.narrowing_of[words[at]]
    said = own | around.narrowing | _DETERMINERS
    others = [word for i, word in enumerate(words) if i != at and not (word in _OF and i > at)]
    if own.isdisjoint(others) or not said.issuperset(others):
        return None
    return tokens.starts[at], tokens.ends[at]


def _gives_a_result(text: str, anchors: Sequence[Anchor]) -> bool:
    """Tell whether a value stands in a text that is no finding itself: "amylase of 200 U/L" is more than amylase."""
    judged = {anchor.start for anchor in anchors if anchor.measurement}
    return any(m.kind in ("laboratory", "vital_sign") and m.start not in judged for m in measurements(text))


def _same(one: Anchor, other: Anchor) -> bool:
    """Tell whether a name repeats another: "parathyroid hormone (PTH)"."""
    return not {c.node for c in one.candidates}.isdisjoint(c.node for c in other.candidates)


def _separated(tokens: Tokens, i: int) -> bool:
    """Tell whether a word begins another part of a list; the digits of one number are one."""
    if not i or not (tokens.words[i - 1] or tokens.words[i]):
        return False
    return _SEPARATING.search(tokens.text, tokens.ends[i - 1], tokens.starts[i]) is not None


def _says_little(tokens: Tokens, i: int) -> bool:
    """Tell a number with its unit ("300 mg of"), a word that narrows, a determiner; not the "A" of "hepatitis A"."""
    word = tokens.words[i]
    measured = not word or (word == "of" and i > 0 and not tokens.words[i - 1])
    return measured or word in _around().narrowing or (word in _DETERMINERS and i not in tokens.content)


def _past(tokens: Tokens, i: int, end: int) -> int:
    while i < len(tokens.words) and tokens.starts[i] < end:
        i += 1
    return i


def _complement(tokens: Tokens, i: int, asked: Collection[str]) -> int:
    """Return where a complement ends that says nothing new: "in the elbow", "for 6 weeks"; 0 where none begins."""
    around = _around()
    preposition = around.complement.match(tokens.text, tokens.starts[i])
    if preposition is None:
        return 0
    last = _past(tokens, i, preposition.end())
    if last == len(tokens.words):
        return 0
    while last < len(tokens.words) and not _separated(tokens, last):
        if around.joining.match(tokens.text, tokens.starts[last]):
            break
        word = tokens.words[last]
        if not _says_little(tokens, last) and (word not in asked or turns(word)):
            return 0
        last += 1
    return last
