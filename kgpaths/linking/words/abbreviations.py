"""What abbreviations mean: always, by what stands beside them, or as the text itself defines them.

"Multiple myeloma (MM)", "MM (multiple myeloma)" and "MM = multiple myeloma" define one; a text's own meaning goes
before any other. A long form is found as Schwartz and Hearst do (2003, "A simple algorithm for identifying abbreviation
definitions in biomedical text"): the letters of the short form occur in it, in order. Where each of them begins a word,
that is the long form: theirs makes "multiple myeloma (MM)" "myeloma".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import NamedTuple

from kgpaths.language.words import WORD
from kgpaths.linking.words.normalisation import read_pairs
from kgpaths.linking.words.tokenizer import SENTENCE, Tokens
from kgpaths.resources import resource

_BESIDE = 60
"""Characters before an abbreviation that tell its meaning."""
_SHORT = r"[A-Za-z][\w/+-]{1,9}"
_ROUND, _SQUARE = re.compile(r"\(([^()\[\]]{2,120})\)"), re.compile(r"\[([^()\[\]]{2,120})\]")
_SHORT_INSIDE = re.compile(
    rf"(?:(?:abbreviated|abbr\.|hereafter|henceforth|herein|termed|called|also|known|now|or|i\.e\.)[,:]?\s"
    rf"(?:called\s|known\s)?(?:as\s|to\s)?)?\s?[\"“'‘]?({_SHORT})[\"”'’]?\s?(?:[;,=].*|for short)?"
)
_SHORT_BEFORE = re.compile(rf"(?<![\w/+-])({_SHORT})[\"”'’]?\s?$")
_LONG_INSIDE = re.compile(r"\s?(?:(?:i\.e\.|that is|or|=|short for|for),?\s)?((?:(?![;]|,\s(?:also|or)\b).)+)")
_SAID = re.compile(rf"(?<![\w/+-])({_SHORT})[\"”]?\s?(?:=|stands for)\s")
_CALLED = re.compile(
    r" (?:abbreviated(?: as| to)?|hereafter(?: called)?|(?:also )?known as)"
    rf"\s[\"“']?({_SHORT})(?![\w/+-])"
)
_OR = re.compile(rf" or [\"“']?(?=\w?[A-Z])({_SHORT})(?![\w/+-])")
_REACH = 160
"""Characters from a short form that its long form may lie in."""
_SKIPPED = frozenset({"of", "the", "and", "in", "with", "to", "for", "a", "an", "on", "by", "or", "at", "from"})
"""Words that a short form may leave out."""
_FEWEST = 3
"""Letters of a short form whose long form in brackets may have them anywhere."""


class Sense(NamedTuple):
    """A meaning of an abbreviation, with the cues that it needs; "" for one that no node has."""

    means: str
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    near: re.Pattern[str] | None


@cache
def clinical_abbreviations() -> dict[str, str]:
    """Return the abbreviations of clinical English with their long forms.

    >>> clinical_abbreviations()["COPD"]
    'chronic obstructive pulmonary disease'
    """
    return read_pairs("clinical_abbreviations.tsv")


def words_too() -> frozenset[str]:
    """Return the abbreviations that are English words too."""
    return _table()[0]


def abbreviation_senses() -> dict[str, tuple[Sense, ...]]:
    """Return the meanings of abbreviations that depend on what stands beside them."""
    return _table()[1]


def meaning(short: str, tokens: Tokens, word: int) -> str | None:
    """Return the long form that an abbreviation has where it stands; None if nothing beside it tells.

    Args:
        short: the abbreviation.
        tokens: the words of the text.
        word: its position.

    Returns:
        "" for a meaning that is not linked, such as room air.

    >>> from kgpaths.linking.words.tokenizer import tokenize
    >>> [meaning("RA", tokenize(text), 1) for text in ("96% RA", "An RA pressure", "Severe RA")]
    ['', 'right atrium', None]
    """
    senses = _table()[1].get(short)
    if senses is None:
        return None
    text, start, end = tokens.text, tokens.starts[word], tokens.ends[word]
    sentence = ""
    for sense in senses:
        if sense.before and not sense.before.search(text, max(0, start - _BESIDE), start):
            continue
        if sense.after and not sense.after.match(text, end):
            continue
        if sense.near:
            sentence = sentence or _sentence(tokens, word)
            if not sense.near.search(sentence):
                continue
        return sense.means
    return None


def _sentence(tokens: Tokens, word: int) -> str:
    """Return the sentence of a word without the word itself."""
    first, after, gaps = word, word + 1, tokens.gaps
    while gaps[first] != SENTENCE:
        first -= 1
    while after < len(gaps) and gaps[after] != SENTENCE:
        after += 1
    text = tokens.text
    return f"{text[tokens.starts[first] : tokens.starts[word]]}\n{text[tokens.ends[word] : tokens.ends[after - 1]]}"


@cache
def _table() -> tuple[frozenset[str], dict[str, tuple[Sense, ...]]]:
    import yaml

    table = yaml.safe_load(resource("ontologies", "linking", "abbreviation_senses.yaml").read_text("utf-8"))

    def cue(entry: dict[str, str], part: str, pattern: str) -> re.Pattern[str] | None:
        return re.compile(pattern.format(entry[part]), re.IGNORECASE) if part in entry else None

    senses = {
        short: tuple(
            Sense(
                entry["means"],
                cue(entry, "before", r"(?<!\w)(?:{})[\s(\[\"“'/-]*\Z"),
                cue(entry, "after", r"[\s)\]\"”'-]*(?:{})"),
                cue(entry, "near", r"(?<!\w)(?:{})"),
            )
            for entry in entries
        )
        for short, entries in table["senses"].items()
    }
    return frozenset(table["words"].split()), senses


class Definition(NamedTuple):
    """A short form and the span of its long form."""

    short: str
    start: int
    end: int


def definitions(text: str) -> Iterator[Definition]:
    """Yield the abbreviations that a text defines. O(characters).

    >>> text = "She has polycystic ovary syndrome (PCOS), MM (multiple myeloma) and takes nothing (yet)."
    >>> [(d.short, text[d.start:d.end]) for d in definitions(text)]
    [('PCOS', 'polycystic ovary syndrome'), ('MM', 'multiple myeloma')]
    >>> text = "Men with multiple myeloma (MM); AKI stands for acute kidney injury; no X, no Y (A)."
    >>> [(d.short, text[d.start:d.end]) for d in definitions(text)]
    [('MM', 'multiple myeloma'), ('AKI', 'acute kidney injury')]
    """
    brackets = chain(_ROUND.finditer(text) if "(" in text else (), _SQUARE.finditer(text) if "[" in text else ())
    for bracket in brackets:
        inside = _SHORT_INSIDE.fullmatch(bracket[1]) if _is_short(bracket[1]) else None
        if inside and _is_short(inside[1]):
            yield from _before(inside[1], text, bracket.start())
            continue
        before = text[max(0, bracket.start() - 14) : bracket.start()]
        if _is_short(before) and (short := _SHORT_BEFORE.search(before)) and _is_short(short[1]):
            long = _LONG_INSIDE.match(text, bracket.start(1), bracket.end(1))
            if long:
                yield from _within(short[1], text, *long.span(1))
    if "=" in text or " stands for " in text:
        for said in _SAID.finditer(text):
            if _is_short(said[1]):
                yield from _behind(said[1], text, said.end())
    if "abbreviated" in text or "known as " in text or "hereafter" in text:
        for called in _CALLED.finditer(text):
            if _is_short(called[1]):
                yield from _before(called[1], text, called.start())
    for other in _OR.finditer(text):
        yield from _before(other[1], text, other.start(), by_initials=True)


def _is_short(word: str) -> bool:
    return word.lower() != word


def _before(short: str, text: str, end: int, *, by_initials: bool = False) -> Iterator[Definition]:
    """Yield the definition of a short form whose long form ends at a place.

    Args:
        short: the short form.
        text: the text.
        end: the place.
        by_initials: letters inside words are not enough.
    """
    while end and (text[end - 1].isspace() or text[end - 1] in ',"“'):
        end -= 1
    low = max(0, end - _REACH)
    for form in _forms(short):
        start = _by_initials(form, text, low, end)
        words = list(re.finditer(r"\S+", text[low:end]))[-min(len(form) + 5, 2 * len(form)) :]
        if start is None and words and not by_initials:
            start = _by_letters(form, text, low + words[0].start(), end)
        if start is not None:
            yield Definition(form, start, end)
            return


def _within(short: str, text: str, start: int, end: int) -> Iterator[Definition]:
    """Yield the definition of a short form whose long form, if it is one, is [start, end)."""
    ends = [end, *(comma for comma in [text.find(",", start, end)] if comma > 0)]
    for stop in ends:
        while stop > start and text[stop - 1].isspace():
            stop -= 1
        for form in _forms(short):
            found = _by_initials(form, text, start, stop)
            if found is None and len(form) >= _FEWEST:
                found = _by_letters(form, text, start, stop)
            if found == start:
                yield Definition(form, start, stop)
                return


def _behind(short: str, text: str, start: int) -> Iterator[Definition]:
    """Yield the definition of a short form whose long form begins at a place and has its initials."""
    letters = [c.lower() for c in short if c.isalnum()]
    for word in WORD.finditer(text, start, start + _REACH):
        if word.group()[0].lower() == letters[0]:
            del letters[0]
        elif word.group().lower() not in _SKIPPED:
            return
        if not letters:
            yield Definition(short, start, word.end())
            return


def _forms(short: str) -> Iterator[str]:
    """Yield a short form, of "DVTs" first "DVT"."""
    if short[-1] == "s" and short[:-1].isupper() and len(short) > 2:
        yield short[:-1]
    yield short


def _by_initials(short: str, text: str, low: int, end: int) -> int | None:
    """Return where the words begin that have the short form's letters as their initials."""
    letters = [c.lower() for c in short if c.isalnum()]
    for word in reversed(list(WORD.finditer(text, low, end))):
        if word.group()[0].lower() == letters[-1]:
            letters.pop()
            if not letters:
                return word.start()
        elif word.group().lower() not in _SKIPPED:
            return None
    return None


def _by_letters(short: str, text: str, low: int, end: int) -> int | None:
    """Match the letters of the short form from the right; the first must begin a word."""
    at = end - 1
    for number in range(len(short) - 1, -1, -1):
        letter = short[number].lower()
        if not letter.isalnum():
            continue
        while at >= low and (text[at].lower() != letter or (number == 0 and at > low and text[at - 1].isalnum())):
            at -= 1
        if at < low:
            return None
        at -= 1
    start = at + 1
    return start if len(short) < end - start else None
