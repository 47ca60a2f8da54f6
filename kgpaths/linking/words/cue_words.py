"""The words of a text as cues are written: lower case, contractions undone, plus and minus signs as words.

"He doesn't have fever (-)" reads "he does not have fever -)". A sign that stands before its finding is "(+", "(-" or
"(?", one that stands behind it "+)", "-)" or "?)".
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

from kgpaths.language.denial import contractions
from kgpaths.language.words import APOSTROPHES
from kgpaths.linking.words.tokenizer import NONE, SENTENCE, SOFT, Tokens, gap_between

T = TypeVar("T")
JOIN = -1
"""Gap before a word that a slash or an ampersand joins to the one before it: "fever/chills"."""
_APOSTROPHE = re.compile(f"[{APOSTROPHES}]")
_BEFORE_T, _ONE_WORD = contractions()
_MINUS = "-−–‐‑"
_MARKS = ("+", "±", "−", "(-", "( -", "(–", "[-", "(?", " ?", "\n?", "-ve")
"""What a text with a sign contains; few texts do."""
# A pattern that begins with a character set is searched many times as fast; hence what looks behind its first sign.
_SIGN = re.compile(
    rf"[{_MINUS}+±?(\[{{]"
    rf"(?:(?<=[(\[{{])\s?(?P<inside>\+\s?/?\s?[{_MINUS}]|±|\+{{1,4}}|[{_MINUS}]{{1,2}}|\?{{1,2}})(?:\s?ve)?\s?[)\]}}]"
    rf"|(?<![(\[{{])(?:(?P<ve>(?<![\w±?].)\s?ve\b)"
    rf"|(?P<before>(?<![^\s(,;:/].)(?:/?[{_MINUS}])?\s?(?=[^\W\d_]{{2}}))"
    rf"|(?P<behind>(?:(?<=[^\W_].)|(?<=[^\W_]\s.)|(?<=[:=]\s.)|(?<=[:=].))(?<!\?)(?:(?<=\+)(?:/?[{_MINUS}]|\+{{0,3}}(?!/?[{_MINUS}]))|(?<!\+))"
    rf"(?=\s?(?:[,;.)\]/]|\n|$)|\s(?:and|but)\b))))"
)
_ION = re.compile(r"\b(?:Na|K|Cl|Ca2?|Mg2?|Li|H|OH|Fe[23]?|HCO3|NH4)$")
_DELIMITED_BEFORE = re.compile(r"(?:^|[,;:.\n•|/)\]]|\b(?:and|or|but))\s*$")
_DELIMITED_AFTER = re.compile(r"\s*(?:$|[,;.\n•|/)\]]|(?:and|or|but)\b)")
_INTRODUCING = re.compile(r"\b(?:reports?|has|had|have|with|of|endorses|for|ros|notes|shows?)\s*$", re.IGNORECASE)


class Wording(NamedTuple):
    """The words of one text, as parallel lists."""

    text: str
    words: list[str]
    starts: list[int]
    ends: list[int]
    gaps: list[int]
    """What stands before each word, as in `Tokens`, or JOIN."""
    is_token: list[bool]
    """Whether a word is one of the tokens, which come in the same order; signs are none."""

    def before(self, i: int) -> str:
        """Return what stands between word i and the one before it."""
        return self.text[self.ends[i - 1] if i else 0 : self.starts[i]]

    def sentences(self) -> Iterator[tuple[int, int]]:
        """Yield the first word of every sentence and the one after its last."""
        first, n = 0, len(self.gaps)
        while first < n:
            try:
                last = self.gaps.index(SENTENCE, first + 1)
            except ValueError:
                last = n
            yield first, last
            first = last

    def places(self, tokens: Sequence[int]) -> Sequence[int]:
        """Return the words that tokens are."""
        if len(self.words) == sum(self.is_token):
            return tokens
        words = [i for i, kept in enumerate(self.is_token) if kept]
        return [words[token] for token in tokens]

    def of_tokens(self, values: list[T]) -> list[T]:
        """Return those of values, one for each word, that belong to tokens."""
        if len(values) == sum(self.is_token):
            return values
        return [value for value, kept in zip(values, self.is_token, strict=True) if kept]


def wording(tokens: Tokens) -> Wording:
    """Return the words of a text as cues are written. O(characters).

    >>> from kgpaths.linking.words.tokenizer import tokenize
    >>> wording(tokenize("He doesn’t have fever. (+) cough, (−) chills")).words
    ['he', 'does', 'not', 'have', 'fever', '(+', 'cough', '(-', 'chills']
    >>> wording(tokenize("HBsAg (-), fever/chills +")).words
    ['hbsag', '-)', 'fever', 'chills', '+)']
    """
    text, starts, ends = tokens.text, tokens.starts, tokens.ends
    lowered = text.lower()
    if len(lowered) != len(text):  # a letter whose lower case is two
        lowered = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    if not lowered.isascii():
        lowered = _APOSTROPHE.sub("'", lowered)
    words = [lowered[start:end] for start, end in zip(starts, ends, strict=True)]
    gaps = list(tokens.gaps)
    for mark in ("/", "&"):
        at = text.find(mark)
        while at >= 0:
            i = bisect_left(starts, at)
            if 0 < i < len(gaps) and gaps[i] == SOFT and text[ends[i - 1] : starts[i]].strip() == mark:
                gaps[i] = JOIN
            at = text.find(mark, at + 1)
    if "'t" in lowered:
        _undo_contractions(lowered, words, starts, gaps)
    found = Wording(text, words, starts, ends, gaps, [True] * len(words))
    signs = _signs(text) if _may_have_signs(text) else []
    negated = not _ONE_WORD.keys().isdisjoint(words) or "n't" in lowered
    return _inserted(found, signs) if signs or negated else found


def _may_have_signs(text: str) -> bool:
    for mark in _MARKS:  # a loop, since it runs for every text, most of them short
        if mark in text:
            return True
    return text.startswith("?")


def _undo_contractions(lowered: str, words: list[str], starts: list[int], gaps: list[int]) -> None:
    """Turn "doesn" and "t" into "does" and "not", in place."""
    for i in range(1, len(words)):
        if words[i] == "t" and lowered[starts[i] - 1] == "'":
            if words[i - 1] in _BEFORE_T:
                words[i - 1], words[i], gaps[i] = _BEFORE_T[words[i - 1]], "not", NONE
            elif words[i - 1] == "n":  # "does n't"
                words[i - 1], words[i], gaps[i] = "not", "", NONE


def _signs(text: str) -> list[tuple[int, int, str]]:
    """Return the signs that say whether a finding is there: first and last character, and the word for it."""
    matches = list(_SIGN.finditer(text))
    plus = any("+" in match.group() for match in matches)
    found: list[tuple[int, int, str]] = []
    open_: list[int] = []
    """Signs between two words, of which neither is surely theirs."""
    for match in matches:
        start, end = match.span()
        sign = match["inside"] or match.group().removesuffix("ve").strip()
        kind = "?" if sign[0] in "±?" or (sign[0] == "+" and sign[-1] != "+") else "+" if sign[0] == "+" else "-"
        if match["before"] is not None:
            spaced = text[end - 1] == " "
            if spaced and kind == "+" and not _DELIMITED_BEFORE.search(text, max(0, start - 6), start):
                continue  # "fever + chills"
            if (kind == "-" and not plus) or (spaced and sign == "?" and text[end].isupper()):
                continue  # a dash or the mark of a list; the end of a question
            found.append((start, end, f"({kind}"))
        elif match["behind"] is not None:
            word = text[max(0, start - 5) : start].rstrip()
            if _ION.search(word) or (kind == "-" and sign != "−" and not plus):
                continue
            found.append((start, end, f"{kind})"))
        else:
            first = _DELIMITED_BEFORE.search(text, max(0, start - 6), start) or (found and found[-1][1] >= start - 1)
            last = _DELIMITED_AFTER.match(text, end)
            if not first and not last:
                open_.append(len(found))
            found.append((start, end, f"({kind}" if first and not last else f"{kind})"))
    if open_:
        sure = [word for i, (_, _, word) in enumerate(found) if i not in open_]
        at = found[open_[0]][0]
        before = sure[0].startswith("(") if sure else _INTRODUCING.search(text, max(0, at - 12), at) is not None
        for i in open_ if before else ():
            found[i] = (found[i][0], found[i][1], "(" + found[i][2][0])
    return found


def _inserted(found: Wording, signs: list[tuple[int, int, str]]) -> Wording:
    """Return the words with signs between them, and "cannot" as two words."""
    more = Wording(found.text, [], [], [], [], [])
    gaps: dict[str, int] = {}

    def add(word: str, start: int, end: int, gap: int, *, is_token: bool) -> None:
        more.words.append(word)
        more.starts.append(start)
        more.ends.append(end)
        more.gaps.append(gap)
        more.is_token.append(is_token)

    waiting = iter([*signs, (len(found.text) + 1, 0, "")])
    sign = next(waiting)
    for i, word in enumerate(found.words):
        gap = found.gaps[i]
        while sign[0] <= found.starts[i]:
            add(sign[2], sign[0], sign[1], _gap(more, sign[0], gaps), is_token=False)
            word, gap = ("", NONE) if found.starts[i] < sign[1] else (word, _gap(more, found.starts[i], gaps))
            sign = next(waiting)
        negated = _ONE_WORD.get(word.replace("'", ""))
        add(negated or word, found.starts[i], found.ends[i], gap, is_token=True)
        if negated:
            add("not", found.ends[i], found.ends[i], NONE, is_token=False)
    while sign[0] < len(found.text):
        add(sign[2], sign[0], sign[1], _gap(more, sign[0], gaps), is_token=False)
        sign = next(waiting)
    return more


def _gap(words: Wording, following: int, known: dict[str, int]) -> int:
    if not words.words:
        return SENTENCE
    return gap_between(words.text, words.starts[-1], words.ends[-1], following, known)
