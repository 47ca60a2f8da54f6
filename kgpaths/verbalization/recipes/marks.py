"""The marks of a step say what it rests on: labels that were given, quoted words of the case, own knowledge.

A model writes `[E1]` and `[Q1]` for what has a label, `["words of the case"]` for any words of the case, and `[K]` for
what it knows itself. Quotations and `[K]` are turned into labels first, so that one reader knows them all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from kgpaths.language.control_tokens import leaked
from kgpaths.language.english import folded
from kgpaths.linking.assertion.stated import PRESENT
from kgpaths.records import Mention, QAItem, Span
from kgpaths.verbalization.recipes.citations import Labels
from kgpaths.verbalization.recipes.flaws import Flaw, misquoted
from kgpaths.verbalization.recipes.quotations import locate, quoted_parts

_GROUP = re.compile(r"[\[【]([^\[\]【】]+)[\]】]")
_QUOTED = re.compile(r"[\"“«]([^\"”»“«]+)[\"”»]")
_JOINED = re.compile(r"[,;&+]|\band\b")
_FIRST_QUOTATION = 500
"""Number of the label that the first quotation of a reply gets: no case has so many findings."""
_OWN = frozenset({"k", "own knowledge", "knowledge"})


class Marks:
    """The marks of one reply.

    Args:
        item: what is quoted.
        mentions: the item's; of several places of the same words, one that is linked is meant.
        cited: the letters of all labels but those of quotations.
        quote: the letter of the labels of quotations.
        knowledge: the letter of the mark of own knowledge.

    >>> item = QAItem(id="q", dataset="d", split="train", question="A man has ptosis.", answer="x", licence="local")
    >>> marks = Marks(item, (), cited=("E",), quote="Q", knowledge="K")
    >>> marks.labelled('He has a lid lag ["ptosis"], a sign of fatigue [E1, K].')
    'He has a lid lag [Q500], a sign of fatigue [E1, K1].'
    >>> marks.quotations
    {'Q500': 'ptosis'}
    """

    def __init__(
        self, item: QAItem, mentions: Iterable[Mention], *, cited: Sequence[str], quote: str, knowledge: str
    ) -> None:
        self.item = item
        self.present = tuple(mention for mention in mentions if mention.assertion in PRESENT)
        self.labels = Labels("|".join((*cited, knowledge)), quote)
        self.own = f"{knowledge}1"
        """The label of own knowledge."""
        self.quotations: dict[str, str] = {}
        """Words that are said to be the case's, by the label that stands for them."""
        self._cited, self._quote, self._knowledge = "|".join(cited), quote, knowledge
        self._said = f"{item.question}\n{item.context}"

    def labelled(self, text: str) -> str:
        """Return a text in which quotations and marks of own knowledge are labels too.

        What stands in brackets in the case itself is none. Words behind a label that the case does not say are taken
        for what the label stands for: `[E1 "a symptom of gout"]`.
        """
        return _GROUP.sub(self._marks, text)

    def _marks(self, match: re.Match[str]) -> str:
        inner = match[1]
        if match[0] in self._said:
            return match[0]
        quoted = [
            self._label(words)
            for found in _QUOTED.finditer(inner)
            if (words := found[1].strip(" *_`\\")) and not self._tells(inner[: found.start()], words)
        ]
        parts = [part.strip(" \t\n\\*_`") for part in _JOINED.split(_QUOTED.sub(",", inner))]
        own = [part for part in parts if self._is_own(part)]
        others = [part for part in parts if part and part not in own]
        if not quoted and not own:
            bare = inner.strip(" '‘’`")
            return f"[{self._label(bare)}]" if others and locate(self.item, bare) is not None else match[0]
        return f"[{', '.join([*others, *quoted, *([self.own] if own else [])])}]"

    def _label(self, words: str) -> str:
        known = next((one for one, other in self.quotations.items() if other == words), None)
        label = known or f"{self._quote}{_FIRST_QUOTATION + len(self.quotations)}"
        self.quotations[label] = words
        return label

    def _tells(self, before: str, words: str) -> bool:
        """Say whether words only tell what the label before them stands for."""
        behind = re.search(rf"(?:{self._cited}|{self._quote})\s?\d{{1,3}}[\s:=–—-]*\Z", before, re.IGNORECASE)
        return behind is not None and locate(self.item, words) is None

    def _is_own(self, part: str) -> bool:
        return part.casefold() in _OWN or re.fullmatch(rf"{self._knowledge}\d{{0,2}}", part, re.I) is not None

    def spans(self, number: int, words: str) -> tuple[list[Span], list[Flaw]]:
        """Return the places of quoted words in the case; what is said to be the case's has to be there.

        Args:
            number: of the step that quotes, for what is told of words that the case does not say.
            words: a quotation; "…" in it stands for words that are left out.
        """
        spans, flaws = [], []
        for piece in quoted_parts(words):
            span = locate(self.item, piece, self.present, options=True)
            if span is None:
                flaws.append(misquoted(number, piece))
            else:
                spans.append(span)
        return spans, flaws

    def remains(self, text: str, labels: Labels, known: Collection[str]) -> str:
        """Return what stays of a step's marks when they are cut; no text that is trained on may hold any of it."""
        return labels.remains(text, known, self._said) or leaked(labels.cut(text))

    def echoes(self, text: str) -> bool:
        """Say whether a text only repeats the case: what the question says is nobody's reasoning."""
        return locate(self.item, text) is not None


def names_rival(item: QAItem, text: str, key: str | None) -> bool:
    """Say whether a text names other options, and not the one with this key."""
    words = f" {folded(text)} "
    named = {one.key for one in item.options if folded(one.text) and f" {folded(one.text)} " in words}
    return bool(named) and key not in named
