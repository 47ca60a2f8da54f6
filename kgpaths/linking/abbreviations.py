"""Abbreviations of clinical English: what they mean, always or by what stands beside them.

Those that a text defines itself are found by `definitions`; its own meaning goes before any other.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from kgpaths.linking.normalisation import read_pairs
from kgpaths.linking.tokens import SENTENCE, Tokens
from kgpaths.resources import resource

_BESIDE = 60
"""Characters before an abbreviation that tell its meaning."""


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

    >>> from kgpaths.linking.tokens import tokenize
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
