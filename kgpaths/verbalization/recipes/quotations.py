"""This module finds the words that a reply quotes in the question."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kgpaths.records import Mention, QAItem, Span
from kgpaths.verbalization.recipes.prompt_files import as_data

_MARKS = "\"'“”‘’«»`"
_GAP = re.compile(r"\s*(?:\.\.\.|…|\[\.\.\.\]|\[…\])\s*")


def quoted_parts(text: str) -> list[str]:
    """Return the quotations of a line: what stands in quotation marks, or else the line, cut where it leaves words out.

    >>> quoted_parts("“high fever”; “cough … at night”"), quoted_parts("chest pain."), quoted_parts("none")
    (['high fever', 'cough', 'at night'], ['chest pain'], [])
    """
    marked = re.findall(r"“([^”]+)”|\"([^\"]+)\"|«([^»]+)»", text)
    lines = [next(filter(None, groups)) for groups in marked] or [text]
    parts = [part.strip().strip(_MARKS).strip().rstrip(".;,") for line in lines for part in _GAP.split(line)]
    return [part for part in parts if part and part.lower() not in ("none", "n/a", "-", "—")]


def locate(item: QAItem, words: str, mentions: Iterable[Mention] = (), *, options: bool = False) -> Span | None:
    """Return where question, context, or if asked an option say these words, in this order.

    Case, spaces and the look of quotation marks do not count. Of several places in question and context, the first that
    holds one of the mentions; without one, the first.

    >>> from kgpaths.records import Option
    >>> item = QAItem(id="q", dataset="d", split="train", question="A high\\n fever.", answer="x", licence="local")
    >>> locate(item, "High fever")
    Span(section='question', start=2, end=13, text='high\\n fever')
    >>> locate(item, "low fever") is None
    True
    >>> asked = item.model_copy(update={"options": (Option(key="A", text="Low fever"),)})
    >>> locate(asked, "low fever"), locate(asked, "low fever", options=True).section
    (None, 'option:A')
    """
    if not words.strip():
        return None
    pattern = r"\s+".join(_loose(word) for word in as_data(words).split())
    wanted = ("question", "context", "option") if options else ("question", "context")
    sections = [(name, text) for name, text in item.sections() if name.partition(":")[0] in wanted]
    places = [(one.section, one.start, one.end) for one in mentions]
    for flags in (0, re.IGNORECASE):
        spans = [
            Span(section=name, start=found.start(), end=found.end(), text=found.group())
            for name, text in sections
            for found in re.finditer(rf"(?<!\w){pattern}(?!\w)", text, flags)
        ]
        for span in spans:
            if any(span.section == name and span.start <= start and end <= span.end for name, start, end in places):
                return span
        if spans:
            return spans[0]
    return None


def _loose(word: str) -> str:
    pieces = []
    for char in word:
        if char in "'‘’`":
            pieces.append("['‘’`]")
        elif char in '"“”':
            pieces.append('["“”]')
        elif char in "-–—−":
            pieces.append("[-–—−]")
        elif char in "‹<":
            pieces.append("[‹<]")
        else:
            pieces.append(re.escape(char))
    return "".join(pieces)
