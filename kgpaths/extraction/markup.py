"""Cut Markdown and HTML into texts: one for each stretch under a heading, with the title above as its focus.

Markdown is turned into HTML by markdown-it-py (CommonMark, with tables), HTML is read by selectolax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from kgpaths.extraction.rules import section_of
from kgpaths.extraction.texts import Cell, ReferenceText, TextFault
from kgpaths.files import Fault

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_TITLE = re.compile(r"<title[^>]*>", re.IGNORECASE)
_LEFT_OUT = ("script", "style", "nav", "footer", "header", "form", "noscript", "svg", "aside", "iframe", "template")


def markdown_texts(name: str, text: str, faults: Sequence[TextFault] = ()) -> Iterator[ReferenceText | TextFault]:
    """Yield the texts of a Markdown file.

    >>> for text in markdown_texts("gout", "# Gout\\n\\n## Symptoms\\n\\nThey include:\\n\\n- pain\\n- swelling\\n"):
    ...     print(text.focus, text.section, repr(text.text))
    ('Gout',) Symptoms 'They include:\\n- pain\\n- swelling'
    """
    from markdown_it import MarkdownIt

    yield from html_texts(name, MarkdownIt("commonmark").enable("table").render(text), faults)


def html_texts(name: str, html: str, faults: Sequence[TextFault] = ()) -> Iterator[ReferenceText | TextFault]:
    """Yield the texts of an HTML page: what stands under each heading; navigation and scripts are left out.

    The focus are the headings above and the page's title, the nearest first; a heading that names a section
    ("Symptoms", "Treatment") is the section instead.
    """
    from selectolax.lexbor import LexborHTMLParser

    yield from faults
    if _TITLE.search(html) and "</title" not in html.casefold():
        html = _TITLE.sub("<p>", html)  # a title that nothing closes takes in the whole page
    tree = LexborHTMLParser(html)
    for tag in _LEFT_OUT:
        for node in tree.css(tag):
            node.decompose()
    title = tree.css_first("title")
    path: list[tuple[int, str]] = [(0, title.text(strip=True))] if title and title.text(strip=True) else []
    blocks: list[str] = []
    number = 0

    def stretch() -> Iterator[ReferenceText]:
        text = "\n".join(blocks).strip()
        if text:
            yield _text(f"{name}#{number}", text, [heading for _, heading in reversed(path)])

    for node in tree.css("h1, h2, h3, h4, h5, h6, p, li, tr, dt, dd, pre, blockquote"):
        tag = node.tag or ""
        if tag in _HEADINGS:
            yield from stretch()
            blocks, number = [], number + 1
            path = [entry for entry in path if entry[0] < _HEADINGS[tag]]
            path.append((_HEADINGS[tag], _flat(node.text())))
        elif tag == "tr":
            row = [_flat(cell.text()) for cell in node.css("td")]
            heads = _column_heads(node)
            if row:
                number += 1
                yield _row(f"{name}#{number}", row, heads, [heading for _, heading in reversed(path)])
        elif not _holds_blocks(node):
            own = _flat(node.text())
            if own:
                blocks.append(f"- {own}" if tag == "li" or _inside_item(node) else own)
    yield from stretch()
    if not number and not blocks:
        body = _flat(tree.body.text(separator=" ")) if tree.body else ""
        yield (
            _text(f"{name}#0", body, [heading for _, heading in path])
            if body
            else Fault(name, "no_text", "the page holds no text")
        )


def _text(text_id: str, text: str, headings: Sequence[str]) -> ReferenceText:
    focus, section = _about(headings)
    return ReferenceText(text_id, text, focus, section)


def _row(text_id: str, row: Sequence[str], heads: Sequence[str], headings: Sequence[str]) -> ReferenceText:
    cells, at = [], 0
    for number, cell in enumerate(row):
        cells.append(Cell(heads[number] if number < len(heads) else "", at, at + len(cell)))
        at += len(cell) + 3
    focus, section = _about(headings)
    return ReferenceText(text_id, " | ".join(row), focus, section, kind="table_row", cells=tuple(cells))


def _about(headings: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Return the focus and the section that headings give, the nearest first."""
    sections = [heading for heading in headings if section_of(heading)]
    named = [section_of(heading) for heading in sections]
    focus = [what[1] for what in named if what and what[1]]
    focus += [heading for heading in headings if heading not in sections]
    return tuple(focus), sections[0] if sections else "information"


def _column_heads(row: Any) -> list[str]:
    node = row
    while node is not None and node.tag != "table":
        node = node.parent
    return [_flat(head.text()) for head in node.css("th")] if node is not None else []


def _holds_blocks(node: Any) -> bool:
    return any(inner != node for inner in node.css("p, li, dd, tr"))


def _inside_item(node: Any) -> bool:
    return node.parent is not None and node.parent.tag == "li"


def _flat(text: str) -> str:
    return " ".join(text.split())
