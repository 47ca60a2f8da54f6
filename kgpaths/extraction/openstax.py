"""Read OpenStax textbooks: paragraphs, items, table rows and glossary entries under a path of headings.

A textbook's headings say less than the title of a fact sheet: a paragraph under "Gout" may speak of anything that has
to do with it. Only lists, tables and glossary entries are taken to be about their heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from kgpaths.extraction.rules import SET_ASIDE, section_of
from kgpaths.extraction.texts import Cell, Kind, ReferenceText, TextFault
from kgpaths.language.sentences import sentences

_KINDS: dict[str, Kind] = {
    "item": "item",
    "definition_item": "item",
    "table_row": "table_row",
    "definition": "definition",
}
_INLINE = re.compile(
    r"(?:^|(?<=\s))(Drug Class|Mechanism of Action|Drug Dosage|Indications|Therapeutic Effects|Drug Interactions|"
    r"Food Interactions|Adverse Effects|Contraindications|Caution)(?=:?\s+[A-Z0-9])"
)
"""Headings inside the cells of the pharmacology book's drug tables."""
_TITLE_WORDS = 3


def openstax_texts(row: dict[str, Any], lead: dict[str, str]) -> Iterator[ReferenceText | TextFault]:
    """Yield the text of a row; `lead` carries what introduces a list from one row to the next."""
    text, headings = row["text"], [part.strip() for part in str(row.get("section") or "").split(">")]
    place = f"{row['module']} {row.get('section')}"
    kind = _KINDS.get(row["kind"], "prose")
    if kind != "item":
        lead.clear()
        if row["kind"] == "para" and text.rstrip().endswith(":"):
            lead[place] = text[slice(*list(sentences(text, lines=False))[-1])]
    titles = [*reversed([h for h in headings if h]), row["title"]]
    sections = [named[0] for title in titles if (named := section_of(title))]
    section = SET_ASIDE if SET_ASIDE in sections else next(iter(sections), "information")
    cells: tuple[Cell, ...] = ()
    focus = tuple(title for title in titles if len(title) > 2)
    if kind == "definition":
        term, colon, _ = text.partition(":")
        focus, section = (term,) if colon else focus, "information"
    elif kind == "table_row":
        cells = tuple(_cells(text))
    yield ReferenceText(
        row["id"],
        text,
        focus,
        section,
        row["url"],
        "openstax",
        "CC-BY-4.0",
        kind=kind,
        lead=lead.get(place, "") if kind == "item" else "",
        cells=cells,
        strict_focus=kind == "definition",
    )


def _cells(text: str) -> Iterator[Cell]:
    """Yield the cells of `Header: cell | Header: cell`.

    Where the first header is the title of the table, every other stands one cell too far right.

    >>> row = "Some Respiratory Diseases: Measles | Disease: Measles virus | Pathogen: MMR"
    >>> [(cell.header, row[cell.start:cell.end]) for cell in _cells(row)]
    [('Disease', 'Measles'), ('Pathogen', 'Measles virus'), ('', 'MMR')]
    """
    found: list[Cell] = []
    at = 0
    for part in text.split(" | "):
        header, colon, _ = part.partition(": ")
        inline = [match.span() for match in _INLINE.finditer(part)]
        if inline:
            ends = [*(start for start, _ in inline[1:]), len(part)]
            found += [
                Cell(part[start:stop], at + stop, at + end) for (start, stop), end in zip(inline, ends, strict=True)
            ]
        else:
            found.append(Cell(header if colon else "", at + (len(header) + 2 if colon else 0), at + len(part)))
        at += len(part) + 3
    if len(found) > 1 and _is_title(found):
        headers = [*(cell.header for cell in found[1:]), ""]
        found = [cell._replace(header=header) for cell, header in zip(found, headers, strict=True)]
    yield from found


def _is_title(cells: Sequence[Cell]) -> bool:
    first = cells[0].header
    return len(first.split()) >= _TITLE_WORDS and not section_of(first) and len(cells[1].header.split()) <= _TITLE_WORDS
