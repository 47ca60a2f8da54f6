"""Find which cues may speak in a sentence: by its words, what it names, its section, and the kind of text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from kgpaths.extraction.patterns import Wording
from kgpaths.extraction.rules import Cue, Section
from kgpaths.extraction.texts import Kind


class CueFinder:
    """Spares sentences the patterns of cues that cannot speak in them. Sets of cues are numbers, a bit for each cue.

    >>> from kgpaths.extraction.rules import rules
    >>> finder, section = CueFinder(rules().cues), rules().sections["treatment"]
    >>> found = finder.in_sentence("gout is treated with rest.", ["disease", "procedure"], section, "prose")
    >>> [cue.name for cue in found]
    ['treated_with', 'treats']
    """

    def __init__(self, cues: Sequence[Cue]) -> None:
        self._cues = cues
        self._wording = Wording([cue.words for cue in cues])
        self._introducing = self._those(lambda cue: cue.right == "filler" and not cue.only)
        self._sections = frozenset().union(*(cue.not_in | cue.in_sections for cue in cues))
        self._by_kind: dict[Kind, int] = {}
        self._by_section: dict[str, int] = {}
        self._by_type: dict[str, tuple[int, int]] = {}

    def in_sentence(self, text: str, types: Iterable[str], section: Section, kind: Kind) -> Iterator[Cue]:
        """Yield the cues that may match a lower-case sentence which names nodes of these types, in their order."""
        of_fillers = of_anchors = 0
        for node_type in types:
            as_filler, as_anchor = self._by_type.get(node_type) or self._of_type(node_type)
            of_fillers |= as_filler
            of_anchors |= as_anchor
        those = of_fillers & of_anchors & self._of_kind(kind) & self._in_section(section)
        return self._named(those & self._wording.of(text)) if those else iter(())

    def in_lead(self, text: str, section: Section) -> Iterator[Cue]:
        """Yield the cues that may match what introduces a list, in their order."""
        return self._named(self._introducing & self._in_section(section) & self._wording.of(text))

    def _named(self, those: int) -> Iterator[Cue]:
        while those:
            lowest = those & -those
            yield self._cues[lowest.bit_length() - 1]
            those ^= lowest

    def _those(self, fits: Callable[[Cue], bool]) -> int:
        return sum(1 << number for number, cue in enumerate(self._cues) if fits(cue))

    def _of_kind(self, kind: Kind) -> int:
        if kind not in self._by_kind:
            self._by_kind[kind] = self._those(lambda cue: cue.only in ("", kind))
        return self._by_kind[kind]

    def _in_section(self, section: Section) -> int:
        name = section.name if section.name in self._sections else ""  # any other is like the next
        known = self._by_section.get(name)
        if known is None:
            known = self._by_section[name] = self._those(lambda cue: cue.speaks_in(section))
        return known

    def _of_type(self, node_type: str) -> tuple[int, int]:
        """Return the cues that such a node can be a filler of, and those that need no other on their right."""
        as_filler = self._those(lambda cue: node_type in cue.frame.fillers)
        as_anchor = self._those(lambda cue: cue.right != "anchor" or node_type in cue.frame.anchors)
        self._by_type[node_type] = as_filler, as_anchor
        return as_filler, as_anchor
