"""Find what a text is about: the node that a title or heading names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from kgpaths.extraction.rules import section_of
from kgpaths.graph.merge import normal_name
from kgpaths.language.words import LETTERS

if TYPE_CHECKING:
    from kgpaths.linking import EntityLinker
    from kgpaths.records import Mention

_ALSO = re.compile(r"\b(?:also|previously|formerly) (?:known as|called)\b|\bor\b|\baka\b", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_LEADS = re.compile(
    r"^(?:what i need to know about|your guide to|about|understanding|learning about|introduction to|overview of"
    r"|living with|what (?:is|are)(?: \(are\))?|facts about|parasites"
    r"|drugs (?:used )?(?:for|to treat|in the treatment of)|the)\s*[-–—:]?\s+",
    re.IGNORECASE,
)
_TAILS = re.compile(
    r"\s*(?:,? in (?:children|adults|infants|older adults|women|men|pregnancy|teens|adolescents|children and teens)"
    r"|\bdrugs|\bmedications?)$",
    re.IGNORECASE,
)
_AGES = re.compile(r"^(?:childhood|adult|pediatric)\s+", re.IGNORECASE)
_AND_OTHERS = re.compile(r",? (?:and|or) (?:other|related) .*$", re.IGNORECASE)
_SHORT = 4
"""Letters of words that tell nothing: "type", "with"."""
_ABBREVIATION = re.compile(r"[A-Z][A-Z0-9-]{1,7}")
_SPLIT = re.compile(r"\s+[-–—]\s+|:\s+|\s*/\s*")


class FocusFinder:
    """Finds the node of a title: as it stands, without brackets, by its other names, without what surrounds the name.

    >>> from kgpaths.graph import KnowledgeGraph
    >>> from kgpaths.graph.tables import NodeRecord
    >>> from kgpaths.linking import EntityLinker
    >>> graph = KnowledgeGraph.from_records([NodeRecord("DOID:8295", "scabies", "disease", "doid")], [])
    >>> find = FocusFinder(EntityLinker(graph)).find
    >>> find(["Parasites - Scabies"]), find(["What I need to know about Scabies (the itch)"]), find(["Lice"])
    ('DOID:8295', 'DOID:8295', None)
    """

    def __init__(self, linker: EntityLinker) -> None:
        self._linker = linker
        self._known: dict[str, str | None] = {}

    def find(self, titles: Sequence[str], types: Collection[str] = ()) -> str | None:
        """Return the node of the first title that names one; of one of these types, if any are given.

        A title that is an abbreviation must share a word with another: "AIS" has two long names.
        """
        words = {word for title in titles if not _ABBREVIATION.fullmatch(title) for word in _words(title)}
        for title in titles:
            node = self._of(title)
            if node is None or (types and self._linker.graph.type(node) not in types):
                continue
            if words and _ABBREVIATION.fullmatch(title) and not words & _words(self._linker.graph.name(node)):
                continue
            return node
        return None

    def learn(self, texts: Iterable[Sequence[str]]) -> None:
        """Look the titles of many texts up at once, several times as fast; `find` remembers them."""
        waiting = [titles for titles in texts if titles]
        while waiting:
            self._learn(titles[0] for titles in waiting)
            waiting = [titles[1:] for titles in waiting if len(titles) > 1 and self._known.get(titles[0]) is None]

    def _learn(self, titles: Iterable[str]) -> None:
        new = [title for title in dict.fromkeys(titles) if title and title not in self._known]
        read = [list(readings(title)) for title in new]
        linked = self._linker.link_strings(chain(*read), section="focus", role="question", near=False)
        for title, some in zip(new, read, strict=True):
            nodes = [_whole(text, next(linked)) for text in some]
            self._known[title] = next(filter(None, nodes), None) or self._with_lost_letters.get(normal_name(title))
            if self._known[title] is None and (whole := self._with_its_letters(title)) != title:
                self._known[title] = self._of(whole)

    def _of(self, title: str) -> str | None:
        if title not in self._known:
            self._learn([title])
        return self._known.get(title)

    def _with_its_letters(self, title: str) -> str:
        """Return a title with the words whole that lost a letter beyond ASCII: "Sjogren" for "Sjgren"."""
        return LETTERS.sub(lambda match: self._whole_words.get(match.group().casefold(), match.group()), title)

    @cached_property
    def _whole_words(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for _, name in self._linker.graph.names():
            for word in () if name.text.isascii() else LETTERS.findall(name.text.casefold()):
                lost = word.encode("ascii", "ignore").decode()
                if _SHORT < len(lost) < len(word):
                    found[lost] = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
        return found

    @cached_property
    def _with_lost_letters(self) -> dict[str, str]:
        """Names as texts write them that lost every letter beyond ASCII: "Sjgren syndrome"; sure ones only."""
        graph, found = self._linker.graph, dict[str, set[int]]()
        for node, name in graph.names():
            if not name.text.isascii() and name.scope in ("label", "exact"):
                left = normal_name(name.text.encode("ascii", "ignore").decode())
                found.setdefault(left, set()).add(node)
        return {name: graph.id(nodes.pop()) for name, nodes in found.items() if len(nodes) == 1}


def _whole(text: str, found: Sequence[Mention]) -> str | None:
    """Return the node that the mentions of a title name, if it is one, and they are most of the title."""
    nodes = {mention.node_id for mention in found}
    whole = len(nodes) == 1 and all(mention.tier not in ("partial", "fuzzy", "ngram") for mention in found)
    return nodes.pop() if whole and sum(m.end - m.start for m in found) * 10 >= len(text) * 7 else None


def _words(title: str) -> set[str]:
    return {word for word in LETTERS.findall(title.casefold()) if len(word) > _SHORT}


def readings(title: str) -> Iterator[str]:
    """Yield what a title may name, the surest first, each once.

    >>> list(readings("What I need to know about Gout (podagra)"))
    ['What I need to know about Gout (podagra)', 'What I need to know about Gout', 'Gout', 'podagra']
    """
    title = " ".join(title.split()).strip(" .:?")
    bare = _BRACKETS.sub("", title).strip()
    candidates = [title, bare, _LEADS.sub("", bare)]
    named = section_of(bare)
    if named is not None and named[1]:
        candidates.append(named[1])
    candidates += [_TAILS.sub("", candidates[-1]), *_ALSO.split(bare)[:1], _AGES.sub("", candidates[-1])]
    candidates += [*_BRACKETS.findall(title), _AND_OTHERS.sub("", bare)]
    if _SPLIT.search(bare) and "," not in bare:
        candidates += reversed(_SPLIT.split(bare))
    seen: set[str] = set()
    for candidate in candidates:
        candidate = candidate.strip(" ,.:;")
        if len(candidate) > 1 and candidate not in seen:
            seen.add(candidate)
            yield candidate
