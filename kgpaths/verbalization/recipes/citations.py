r"""This module finds the labels that a reply cites, and cuts them out of its text.

Models write a label as they please: `[E1]`, `[[E1]]`, `【E1】`, `\[E1\]`, `[E1, E3]`, `[E1][E3]`, `([E1]–[E3])`,
`[see E1]`, `[^E1]`, `[E1](#e1)`. A citation is taken out whole, with all that stands around it; where that leaves no
sentence, or where something that looks like a label stays behind, `remains` says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_OPEN, _CLOSE = r"\\*[\[【⟦［〔〖]", r"\\*[\]】⟧］〕〗]"
_AND = r"(?:,?\s*\b(?:and|or|to)\b|[,;&+/|:…−–—-]|\.\.+)"
# What may stand in brackets beside the labels.
_LEAD = (
    r"(?:(?:see|also|cf|per|refs?|references?|cites?|citing|evidence|statements?|facts?|edges?|labels?|sources?|from"
    r"|supported by|based on|according to)\b\.?:?\s*|[\^#†=:]\s*)*"
)
_TAIL = r"(?:\s*[†:=“\"–—-][^\[\]【】⟦⟧［］〔〕〖〗()]{0,160})?\s*[.,;:?!]?"
_LEFT, _RIGHT, _SPOT = "\ue000", "\ue001", "\ue002"
"""Around the labels of a citation that was found; where one was taken out. No text has these characters."""
_FOUND = rf"{_LEFT}([^{_LEFT}{_RIGHT}]*){_RIGHT}"
_AROUND = [
    (re.compile(rf"{_FOUND}(\s*{_AND}?\s*){_FOUND}", re.IGNORECASE), rf"{_LEFT}\1 \2 \3{_RIGHT}"),
    *(
        (re.compile(pattern, re.IGNORECASE), rf"{_LEFT}\1{_RIGHT}")
        for pattern in (
            rf"{_OPEN}\s*{_LEAD}{_FOUND}{_TAIL}\s*{_CLOSE}",
            rf"\(\s*{_LEAD}{_FOUND}\s*[.,;:?!]?\s*\)",
            rf"\{{\s*{_FOUND}\s*\}}",
            rf"<\s*{_FOUND}\s*>",
            rf"<(?:cite|sup|sub|ref)\b[^<>]*>\s*{_FOUND}\s*</(?:cite|sup|sub|ref)>",
            rf"[“\"'‘]\s*{_FOUND}\s*[”\"'’]",
            rf"\^\s*{_FOUND}\^?",
            rf"{_FOUND}\((?:#[^()\s]*|https?://[^()\s]*)?\)",
        )
    ),
]
_NOUNS = r"(?:statements?|labels?|edges?|facts?|evidence|sources?)"
_SAID = r"(?:stated|shown|noted|given|said|described|listed|seen|indicated|mentioned)"
_SAYS = r"(?:shows?|states?|says?|indicates?|supports?|suggests?|links?|tells?|confirms?|explains?)"
_REFERRING = (
    rf"(?:see|cf\.?|per|according to|in line with|based on|as (?:{_SAID} )?(?:in|by|per))\s+(?:also\s+)?"
    rf"(?:(?:the\s+)?{_NOUNS}\s+)?{_SPOT}"
)
_OPENING = re.compile(rf"(\A|[.!?]\s+){_REFERRING}\s*,\s*(\w)", re.IGNORECASE)
_BESIDE = re.compile(rf"\s*[,;–—]?\s*\b(?:{_REFERRING})(?=\s*(?:[.,;:!?)]|\Z))", re.IGNORECASE)
# "by [E1]." makes a label a word of the sentence; "he complains of [E1]." does not.
_AS_A_WORD = re.compile(
    rf"\b(?i:by|per|via|see|and|or|than|as|{_SAID} in|(?:because|view|light|basis|virtue|support) of"
    rf"|(?:due|owing|thanks) to|(?:follows?|known|evident|clear|inferred|taken) from)\s*{_SPOT}(?=\s*(?:[.,;:!?)]|\Z))"
    rf"|\b(?i:statements?|labels?|edges?)\s*{_SPOT}"
    rf"|(?:\A|[.!?,;:]\s+|\b(?i:because|since|as|while|that|where|whereas|and)\s+){_SPOT}\s+{_SAYS}\b",
)
_TIDY = [
    (re.compile(pattern), left)
    for pattern, left in (
        (rf"\A\s*{_SPOT}\s*[:.,;–—-]?\s*", ""),
        (rf"([.!?])\s*{_SPOT}\s*[.!?:,;]", r"\1"),
        (rf"[,;:]?\s*{_SPOT}\s*(?=[.!?;:)\]]|\Z)", ""),
        (rf",\s*{_SPOT}\s*,", ","),
        (rf"(?<=[^\W_])\s*{_SPOT}(?=[^\W_])", " "),
        (rf"\s*{_SPOT}", ""),
        (r"\s+([.,;:!?])", r"\1"),
        (r"\s+", " "),
    )
]
_ANY = r"[\[\](){}<>【】⟦⟧［］〔〕〖〗⟨⟩“”\"^†\\]"
_LEFTOVER = (
    r"[\[【⟦［〔〖({]\s*[,;&/|.:–—-]*\s*[\]】⟧］〕〗)}]|#{2,6}\s|“\s*”|\[\[|\]\]|\\[\[\]()]|\\(?:boxed|text)\b|&(?:#\d+|\w{2,6});"
    r"|\"\s*:\s*[\[{\"]|</?(?:answer|think|thinking|thought|reasoning|step|final|response|output|conclusion)\b[^<>]*>"
    r"|[\[【(]\s*(?:statement|evidence|edge|fact|label|source|ref(?:erence)?|citation|quote)s?\.?\s*#?\d"
)
_NUMBERS = re.compile(r"[\[【]\s*\d{1,2}(?:\s*[,;]\s*\d{1,2})*\s*[\]】]")


def free_letter(letter: str, texts: Iterable[str]) -> str:
    """Return the letter, repeated until no text holds a label that begins with it, or the letter in brackets.

    >>> free_letter("E", ["Fever and cough"]), free_letter("E", ["[E1] prostaglandin E2"]), free_letter("Q", ["Q10"])
    ('E', 'EE', 'QQ')
    >>> free_letter("K", ["potassium [K] 5.1 mEq/L"])
    'KK'
    """
    texts = tuple(texts)
    prefix = letter
    while any(re.search(rf"(?<![a-z0-9]){prefix}\s?\d|[\[【]{prefix}[\]】]", text, re.IGNORECASE) for text in texts):
        prefix += letter
    return prefix


class Labels:
    """The labels of one prompt, as they are written in replies.

    >>> labels = Labels("E", "Q")
    >>> labels.cited("Fever [[E1], [Q2]] and cough [E3-E5]; prostaglandin E2 [2] is none.")
    ('E1', 'Q2', 'E3', 'E4', 'E5')
    >>> labels.cut("Fever [[E1]] and cough [E2][Q1] fit, as stated in [E3].")
    'Fever and cough fit.'
    """

    def __init__(self, edge_letter: str, quote_letter: str, *, parentheses: bool = False) -> None:
        self._letters = edge_letter, quote_letter
        letter = rf"(?<![^\W_])(?:{edge_letter}|{quote_letter})"
        one, bare = rf"{letter}[\s_#.]?\d{{1,3}}(?!\d)", rf"{letter}\d{{1,3}}(?!\d)"
        several = rf"{one}(?:\s*{_AND}\s*(?:{one}|\d{{1,3}}(?!\d))|\s+{one})*"
        self._one = re.compile(rf"(?<![^\W_])({edge_letter}|{quote_letter})[\s_#.]?(\d{{1,3}})(?!\d)", re.IGNORECASE)
        self._range = re.compile(
            rf"(?<![^\W_])({edge_letter}|{quote_letter})\s?(\d{{1,3}})\s*(?:[−–—-]|\.\.+|…|\bto\b)\s*(?:\1)?\s?(\d{{1,3}})",
            re.IGNORECASE,
        )
        brackets = [(_OPEN, _CLOSE), (r"\{", r"\}"), ("[<⟨]", "[>⟩]"), *([(r"\(", r"\)")] if parentheses else [])]
        self._written = re.compile(
            "|".join(rf"{left}\s*{_LEAD}({several}){_TAIL}\s*{right}" for left, right in brackets), re.IGNORECASE
        )
        self._uncut = re.compile(
            rf"{_ANY}\s*({bare})|({bare})\s*{_ANY}|\b(?:statements?|labels?|edges?|see|per|cf\.?)\s+({bare})"
            rf"|({bare})\s+{_SAYS}\b|[\[【][^\[\]【】]*?((?-i:{edge_letter}|{quote_letter})\d{{1,3}})[^\[\]【】]*[\]】]"
            rf"|{_LEFTOVER}",
            re.IGNORECASE,
        )

    def for_reply(self, text: str) -> Labels:
        """Return labels that take parentheses for brackets too, where a reply has no brackets.

        Only there: "estradiol (E2)" cites nothing.

        >>> Labels("E", "Q").for_reply("Fever fits (E1).").cited("Fever fits (E1).")
        ('E1',)
        >>> Labels("E", "Q").for_reply("Estradiol (E2) falls [E1].").cited("Estradiol (E2) falls [E1].")
        ('E1',)
        """
        return self if self.cited(text) else Labels(*self._letters, parentheses=True)

    def cited(self, text: str) -> tuple[str, ...]:
        """Return the labels that a text cites."""
        found = (label for labels in re.findall(_FOUND, self._marked(text)) for label in self.named(labels))
        return tuple(dict.fromkeys(found))

    def named(self, text: str) -> list[str]:
        """Return all labels of a text, bracketed or not; ranges are spelled out."""

        def spelled(match: re.Match[str]) -> str:
            letter, low, high = match.group(1), int(match.group(2)), int(match.group(3))
            return " ".join(f"{letter}{number}" for number in range(low, min(high, low + 50) + 1))

        spread = self._range.sub(spelled, text)
        return [f"{letter.upper()}{int(number)}" for letter, number in self._one.findall(spread)]

    def cut(self, text: str, instead: Callable[[list[str]], str] = lambda _: "") -> str:
        """Return a text without its citations.

        Args:
            instead: what to write for the labels of a citation; nothing is the rule.
        """
        spotted = _OPENING.sub(lambda match: match[1] + match[2].upper(), self._spotted(text, instead))
        spotted = _BESIDE.sub("", spotted)
        for pattern, left in _TIDY:
            spotted = pattern.sub(left, spotted)
        return spotted.strip()

    def remains(self, text: str, known: Iterable[str], question: str = "") -> str:
        """Return what stays of citations when they are cut, or what loses its sense with them; empty where nothing.

        Args:
            known: labels that were given; others may be the names of things, but in square brackets: estetrol (E4).
            question: what it says in brackets itself is no citation.

        >>> labels = Labels("E", "Q")
        >>> labels.remains("Fever fits [E1].", ["E1"]), labels.remains("Fever fits [E1 and.", ["E1"])
        ('', '[E1')
        >>> labels.remains("This is shown by [E1].", ["E1"])
        'by [E1]'
        """
        marked = _BESIDE.sub("", _OPENING.sub(r"\1\2", self._spotted(text)))
        if word := _AS_A_WORD.search(marked):
            return word[0].strip().replace(_SPOT, f"[{next(iter(self.cited(text)))}]")
        left = self.cut(text)
        for found in self._uncut.finditer(left):
            label = next(filter(None, found.groups()), "")
            meant = not label or found[0][0] in "[【" or set(self.named(label)) & set(known)
            if meant and found[0] not in question:
                return found[0]
        odd = [
            opening
            for opening, right in ("[]", "【】")
            if left.count(opening) != left.count(right) and opening not in question
        ]
        return next((found[0] for found in _NUMBERS.finditer(left) if found[0] not in question), "".join(odd))

    def _marked(self, text: str) -> str:
        """Return a text with every citation between marks, from the labels outwards to all that belongs to it."""
        clean = " ".join(re.sub(f"[{_LEFT}{_RIGHT}{_SPOT}]", "", text).split())
        marked = self._written.sub(lambda match: f"{_LEFT}{next(filter(None, match.groups()))}{_RIGHT}", clean)
        before = ""
        while before != marked:
            before = marked
            for pattern, whole in _AROUND:
                marked = pattern.sub(whole, marked)
        return marked

    def _spotted(self, text: str, instead: Callable[[list[str]], str] = lambda _: "") -> str:
        return re.sub(_FOUND, lambda match: instead(self.named(match[1])) or _SPOT, self._marked(text))
