"""A reference text is a passage with what is known of it before it is read for statements."""

from __future__ import annotations

from typing import Literal, NamedTuple

from kgpaths.files import Fault

TextFaultReason = Literal[
    "unreadable_row",
    "no_text",
    "no_focus",
    "unknown_focus",
    "unknown_section",
    "missing_licence",
    "unknown_licence",
    "mixed_encoding",
    "markup_in_text",
    "long_text",
]
"""What may be wrong with a text. Only the first two leave it out; of the others it says what it costs."""

Kind = Literal["prose", "item", "table_row", "definition"]


class Cell(NamedTuple):
    """A cell of a table row."""

    header: str
    start: int
    """First character, in the row's text."""
    end: int


class ReferenceText(NamedTuple):
    """A passage about one thing.

    >>> ReferenceText("a-1", "Fever and cough are common.", focus=("Pneumonia",), section="symptoms").source
    'local'
    """

    id: str
    """Unique within its source; evidence refers to it."""
    text: str
    """The passage, unchanged: offsets count in it."""
    focus: tuple[str, ...] = ()
    """What it is about, most specific first; other names of the same thing behind the first."""
    section: str = ""
    """The heading it stands under, or the kind of text the source says it is."""
    url: str = ""
    source: str = "local"
    """Key of the licence ledger."""
    licence: str = ""
    """SPDX or ledger id; empty when nobody says."""
    version: str = ""
    kind: Kind = "prose"
    lead: str = ""
    """For an item of a list that is a text of its own: what introduces the list."""
    cells: tuple[Cell, ...] = ()
    """For table rows."""
    strict_focus: bool = True
    """Whether the whole text is about the focus; headings of a textbook say less than the title of a fact sheet."""


TextFault = Fault[TextFaultReason]
"""Something wrong with a text, or with the place where one should be; `where` is file and line, or the text's id."""
