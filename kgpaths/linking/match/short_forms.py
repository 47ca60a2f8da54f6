"""Abbreviations in running text: what the text defines goes first, then what stands beside them, then what is usual."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Iterator, Sequence

from kgpaths.linking.match.candidates import Anchor, Candidate, Candidates, as_abbreviation
from kgpaths.linking.words.abbreviations import definitions, words_too
from kgpaths.linking.words.tokenizer import Tokens, content_words

_ALIKE = 2 / 3
"""Share of a long form's words in a name, its first among them, by which the name is another wording of it."""


class Definitions(dict[str, tuple[Candidate, ...]]):
    """Abbreviations that a text defines, with the nodes that they mean there; () for one of what the graph lacks."""

    def __init__(self) -> None:
        super().__init__()
        self.long_forms: dict[str, str] = {}
        """Their long forms, as the text writes them."""

    def copy(self) -> Definitions:
        """Return a copy that may learn more."""
        other = Definitions()
        other |= self
        other.long_forms |= self.long_forms
        return other

    def learn(self, text: str, anchors: Sequence[Anchor], candidates: Candidates) -> None:
        """Take up what a text defines.

        An abbreviation of what the graph lacks means nothing else either, unless a name of what it usually means is
        another wording of its long form.

        Args:
            text: the text.
            anchors: its windows that match names.
            candidates: the names of the graph.
        """
        by_span: dict[tuple[int, int], list[Anchor]] = {}
        for short, start, end in definitions(text):
            if not by_span:
                for anchor in anchors:
                    by_span.setdefault((anchor.start, anchor.end), []).append(anchor)
            named = min(by_span.get((start, end), ()), key=lambda anchor: not anchor.in_order, default=None)
            meant = named.candidates if named else ()
            if not meant:
                words = content_words(text[start:end])
                usual = candidates.abbreviations.get(short) or candidates.of_string(short)
                meant = tuple(one for one in usual if is_named_like(words, one, candidates))
            self[short] = as_abbreviation(meant)
            self.long_forms[short] = text[start:end]


def with_abbreviations(
    tokens: Tokens, anchors: list[Anchor], candidates: Candidates, defined: Definitions, in_capitals: Container[int]
) -> list[Anchor]:
    """Return anchors and those of abbreviations, which replace what the dictionary has for the same word.

    "CT" is no gene even in a graph that lacks tomography.

    Args:
        tokens: the words of a text.
        anchors: its windows that match names.
        candidates: the names of the graph.
        defined: the abbreviations that the text defines.
        in_capitals: positions of words that stand in capitals because all around them do.
    """
    found: dict[tuple[int, int], Anchor] = {}
    known, redefined = candidates.known_short, list[tuple[int, str]]()
    for i in tokens.capital:
        start, end = tokens.starts[i], tokens.ends[i]
        short = tokens.text[start:end]
        if short[-1] == "s" and short not in known and short not in defined:
            short = _singular(short)
        if short not in known and short not in defined:
            continue
        if short in defined:
            meant: tuple[Candidate, ...] | None = defined[short]
            redefined.append((i, short))
        elif i in in_capitals and short in words_too():
            continue
        else:
            meant = candidates.of_abbreviation(short, tokens, i)
        if meant is not None and tokens.words[i]:
            found[start, end] = Anchor(start, end, (i, i), meant)
    for short, meant in defined.items():
        if meant and not short.isalnum():
            found |= {(anchor.start, anchor.end): anchor for anchor in _written(short, tokens, meant)}
    if not found:
        return anchors
    anchors = [anchor for anchor in anchors if (anchor.start, anchor.end) not in found]
    if redefined:
        anchors = [anchor for anchor in anchors if not _contradicts(anchor, tokens, redefined, candidates, defined)]
    return anchors + list(found.values())


def is_named_like(words: Sequence[str], candidate: Candidate, candidates: Candidates) -> bool:
    """Tell whether some name of a node is another wording of a long form."""
    record = candidates.graph.node(candidate.node)
    for name in (record.name, *(name.text for name in record.names)):
        known = set(content_words(name))
        if words and words[0] in known and len(known.intersection(words)) >= _ALIKE * len(words):
            return True
    return False


def _contradicts(
    anchor: Anchor, tokens: Tokens, redefined: Sequence[tuple[int, str]], candidates: Candidates, defined: Definitions
) -> bool:
    """Tell whether a name of several words has an abbreviation in another meaning than the text gives it.

    "AIDS dementia complex" has where AIDS is a company; "VLCAD deficiency" has not, since the long form in its place
    names the same.
    """
    first, last = anchor.words
    for i, short in redefined:
        if not first <= i <= last or first == last:
            continue
        usual = {candidate.node for candidate in candidates.abbreviations.get(short, ())}
        meant = {candidate.node for candidate in defined[short]}
        if meant and (not usual or not usual.isdisjoint(meant)):
            continue
        text = tokens.text
        spelled = text[anchor.start : tokens.starts[i]] + defined.long_forms[short] + text[tokens.ends[i] : anchor.end]
        same = {candidate.node for candidate in candidates.of_string(spelled)}
        if same.isdisjoint(candidate.node for candidate in anchor.candidates):
            return True
    return False


def _singular(short: str) -> str:
    """Return an abbreviation without its plural or possessive s: "DVTs", "COPD's"."""
    return short[:-2] if short[-2:] in ("'s", "’s") else short.removesuffix("s")


def _written(short: str, tokens: Tokens, meant: tuple[Candidate, ...]) -> Iterator[Anchor]:
    """Yield the places of an abbreviation that is cut into several words: "T-ALL", "NF-1"."""
    for match in re.finditer(rf"(?<!\w){re.escape(short)}(?!\w)", tokens.text):
        first, last = bisect_left(tokens.starts, match.start()), bisect_left(tokens.starts, match.end()) - 1
        if first <= last and tokens.words[first]:
            yield Anchor(match.start(), match.end(), (first, last), meant)
