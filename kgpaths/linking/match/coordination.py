"""Names that share a word: "cervical and axillary lymphadenopathy", "swelling of the hands and feet".

Strict: the words must be a name with each of the coordinated words, so nothing is invented ("malformation and renal").
The mention of the part that stands apart covers that part alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from kgpaths.linking.match.candidates import Anchor, Candidates
from kgpaths.linking.words.tokenizer import COLON, NONE, SOFT, Tokens

_JOINERS = frozenset({"and", "or"})
_MOST_PARTS = 5


def coordinated(tokens: Tokens, anchors: Sequence[Anchor], candidates: Candidates) -> Iterator[Anchor]:
    """Yield anchors of words that are names together with the rest of a neighbouring name. O(anchors)."""
    taken = {i for anchor in anchors for i in range(anchor.words[0], anchor.words[1] + 1)}
    content = set(tokens.content)
    for anchor in anchors:
        first, last = anchor.words
        words = [tokens.words[i] for i in range(first, last + 1) if i in content]
        if not (anchor.in_order or anchor.loosely) or len(words) < 2:
            continue
        for i in _parts_before(tokens, first, taken):
            parts = _longer(tokens, i, taken, content)
            yield from islice((a for span in parts for a in _shared(tokens, span, words[1:], True, candidates)), 1)
        if tokens.words[last - 1] in ("of", "the", "in"):  # "swelling of the hands and feet"
            for i in _parts_after(tokens, last, taken):
                yield from _shared(tokens, (i, i), words[:-1], False, candidates)


def _longer(tokens: Tokens, i: int, taken: Collection[int], content: Collection[int]) -> Iterator[tuple[int, int]]:
    """Yield the spans of one to three words that end at word i, the longest first: "posterior subcapsular or"."""
    first = i
    while first > max(0, i - 2) and tokens.gaps[first] == NONE and first - 1 in content and first - 1 not in taken:
        first -= 1
    for start in range(first, i + 1):
        yield start, i


def _shared(
    tokens: Tokens, span: tuple[int, int], rest: Sequence[str], before: bool, candidates: Candidates
) -> Iterator[Anchor]:
    """Yield the anchor of a span that is a name together with the rest of another, before or after it."""
    first, last = span
    own = tokens.words[first : last + 1]
    words = [*own, *rest] if before else [*rest, *own]
    if candidates.is_stopped(words):
        return
    start, end = tokens.starts[first], tokens.ends[last]
    for loosely in (False, True):
        rows = candidates.index.whole(words, loosely=loosely)
        found = candidates.of_window(tokens.text[start:end], words, rows, fixed=not loosely, loosely=loosely)
        if found:
            lowered = tuple(c._replace(tier="word_order", score=min(c.score, 0.88), in_order=False) for c in found)
            yield Anchor(start, end, span, lowered)
            return


def _parts_before(tokens: Tokens, first: int, taken: Collection[int]) -> Iterator[int]:
    """Yield the single words of a list that ends before word `first`: "a, b, and | c d"."""
    i, joined = first, False
    for _ in range(_MOST_PARTS):
        joint = False
        if i > 0 and tokens.gaps[i] <= SOFT and tokens.words[i - 1] in _JOINERS:
            joint = joined = True
            i -= 1
        if tokens.gaps[i] >= COLON or i == 0 or not (joint or (joined and tokens.gaps[i] == SOFT)) or i - 1 in taken:
            return
        i -= 1
        yield i


def _parts_after(tokens: Tokens, last: int, taken: Collection[int]) -> Iterator[int]:
    """Yield the word after "and": "c of the a | and b"."""
    i = last + 1
    if i + 1 < len(tokens.words) and tokens.words[i] in _JOINERS and tokens.gaps[i] == NONE == tokens.gaps[i + 1]:
        i += 1
        if tokens.words[i] == "the" and i + 1 < len(tokens.words):
            i += 1
        if i not in taken:
            yield i
