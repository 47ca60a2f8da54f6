"""One sentence with its mentions: what stands on the sides of a cue, and how far the cue reaches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from kgpaths.extraction.rules import Cue, Frame, Guards

_CONDITIONS = frozenset({"disease", "finding"})
_CONTRIBUTES = 60
"""Characters before a cue without an anchor that may still speak of the focus."""


_TRAILING = 25
"""Characters behind the anchor inside a cue: "symptoms of gout in older people include"."""


_CONDITION = re.compile(r"\W*(?:if|when) ")
_FAR = 90
"""Characters between the members of a list, or before the first: what stands farther away is something else."""


class Near(NamedTuple):
    """A mention inside a text."""

    start: int
    end: int
    node: str
    type: str
    assertion: str


class Clause:
    """A stretch of a lower-case text with the mentions in it.

    >>> from kgpaths.extraction.rules import rules
    >>> text = "gout is treated with colchicine, but not cured."
    >>> near = [Near(0, 4, "DOID:13189", "disease", "present"), Near(21, 31, "D:1", "drug", "present")]
    >>> cue = next(cue for cue in rules().cues if cue.name == "treated_with")
    >>> Clause(text, 0, len(text), near, rules().guards).sides(cue, cue.pattern.search(text), None)
    (['DOID:13189'], [Near(start=21, end=31, node='D:1', type='drug', assertion='present')])
    """

    def __init__(
        self, text: str, start: int, end: int, mentions: Sequence[Near], guards: Guards, *, strict: bool = True
    ) -> None:
        self._strict = strict
        self.text, self.start, self.end = text, start, end
        self.mentions = [near for near in mentions if near.start >= start and near.end <= end]
        self._guards = guards

    def denied(self, at: int) -> bool:
        """Tell whether the cue at this place is denied by what stands before it."""
        return bool(self._guards.denied.search(self.text[max(self.start, at - 40) : at]))

    def ends_after(self, at: int) -> bool:
        """Tell whether a clause ends behind this place and before the end: the cue does not reach a list."""
        rest = self.text[at : self.end].rstrip(" :")
        return bool(self._guards.clause_end.search(rest) or self._guards.purpose.search(rest))

    def begins_with_another(self, focus: str) -> str | None:
        """Return another disease that the sentence begins by naming: then it is about that one."""
        first = next(iter(self.mentions), None)
        begins = (
            first is not None
            and first.start - self.start < 25
            and first.type in _CONDITIONS
            and first.node != focus
            and (
                "," not in self.text[first.end : first.end + 2] or _CONDITION.match(self.text, self.start, first.start)
            )
        )
        return first.node if first and begins else None

    def is_about_another(self, focus: str) -> bool:
        """Tell whether the sentence names what another disease is likely after: the focus is the risk then."""
        return any(
            near.type in _CONDITIONS
            and near.node != focus
            and self._guards.risk_of.search(self.text[max(self.start, near.start - 60) : near.start])
            for near in self.mentions
        )

    def sides(self, cue: Cue, match: re.Match[str], focus: str | None) -> tuple[list[str], list[Near]] | None:
        """Return anchors and fillers of a cue; None when one of them is missing."""
        anchors = self.anchors_of(cue, match, focus)
        if not anchors:
            return None
        if cue.left == "filler":
            fillers = self._chain_left(match.start(), cue.frame.fillers)
            if not fillers and cue.right == "anchor" and self._speaks_of_focus(match.start()):
                return None
        else:
            fillers = self._behind(match.end(), cue.frame, first=cue.first)
        floor = match.end() if cue.left != "filler" else self.start
        fillers = [near for near in fillers if self._fits(near, cue.frame, floor)]
        return (anchors, fillers) if fillers else None

    def anchors_of(self, cue: Cue, match: re.Match[str], focus: str | None) -> list[str]:
        """Return what a cue speaks of: what it names itself, what stands on the anchor's side, or the focus."""
        inside = [span for name, span in _groups(match) if name.startswith("anchor")]
        if inside:
            return self._named(*inside[0], cue.frame, focus)
        if cue.right == "anchor":
            chain = self._chain_right(match.end(), cue.frame.anchors)
            return [near.node for near in chain if self._is_anchor(near, match.end())]
        if cue.left == "anchor":
            chain = self._chain_left(match.start(), cue.frame.anchors)[:1]
            if chain:
                return self._of_which(chain[0], focus)
        at = match.start()
        if cue.strict and not self._strict:
            return []
        clear = self._speaks_of_focus(at) if cue.left == "anchor" else self._may_speak_of_focus(at, focus)
        if cue.frame.of_conditions and self.speaks_of_care(at):
            return []
        return [focus] if focus and clear else []

    def names(self, node: str) -> bool:
        """Tell whether the stretch names a node."""
        return any(near.node == node for near in self.mentions)

    def all_fillers(self, frame: Frame, *, listed: bool = False) -> list[Near]:
        """Return the mentions of the whole stretch that can be fillers.

        Args:
            listed: in a list, "if you have" before it does not make its items hypothetical.
        """
        return [near for near in self.mentions if self._fits(near, frame, self.start, listed=listed)]

    def _fits(self, near: Near, frame: Frame, floor: int, *, listed: bool = False) -> bool:
        perhaps = near.assertion == "hypothetical" and (listed or self._in_some(near))
        allowed = near.assertion in frame.allowed or perhaps
        if near.type not in frame.fillers or not allowed:
            return False
        if near.type != "gene" and self._guards.gene_after.match(self._rest(near)):
            return False
        if self._guards.explains.search(self.text[max(floor, near.start - 120) : near.start]):
            return False
        before = self.text[max(floor, near.start - 40) : near.start]
        if not frame.of_care and self._guards.toward.match(self._rest(near)):
            return False
        return not (self._guards.before_filler.search(before) or self._guards.after.match(self._rest(near)))

    def _in_some(self, near: Near) -> bool:
        """Tell whether "may have" says of people at large that some of them do, and nothing of one who is suspected."""
        before = self.text[self.start : near.start]
        return bool(self._guards.in_some.search(before)) and not self._guards.on_condition.search(before)

    def _is_anchor(self, near: Near, floor: int) -> bool:
        before = self.text[max(floor, near.start - 40) : near.start]
        if before.endswith(("/", "-")):  # the second half of another name
            return False
        rest = self._rest(near)
        return near.assertion != "absent" and not (
            self._guards.before.search(before) or self._guards.after.match(rest) or self._guards.toward.match(rest)
        )

    def _rest(self, near: Near) -> str:
        return self.text[near.end : min(self.end, near.end + 40)]

    def _of_which(self, near: Near, focus: str | None) -> list[str]:
        """Return the anchor that a mention names: "this blood disorder" is the focus."""
        if focus and self._is_demonstrative(near):
            return [focus]
        before = self.text[max(self.start, near.start - 40) : near.start]
        return [near.node] if self._is_anchor(near, self.start) and not self._guards.symptoms_of.search(before) else []

    def _is_demonstrative(self, near: Near) -> bool:
        return self.text[self.start : near.start].rstrip().endswith(("this", "these"))

    def _named(self, start: int, end: int, frame: Frame, focus: str | None) -> list[str]:
        inside = [near for near in self.mentions if start <= near.start and near.end <= end]
        fitting = [near for near in inside if near.type in frame.anchors and self._is_anchor(near, start)]
        if fitting and end - fitting[-1].end <= _TRAILING:
            # "causes of infections in patients with X" are no causes of X.
            aside = self._guards.aside.search(self.text[start : fitting[0].start])
            if aside:
                return []
            return [focus] if focus and self._is_demonstrative(fitting[0]) else [near.node for near in fitting]
        # "symptoms of this condition" speak of the focus; "symptoms of a clot in the lung" of something unknown.
        return [focus] if focus and not inside and self._guards.pronoun.match(self.text[start:end]) else []

    def _speaks_of_focus(self, at: int) -> bool:
        return bool(self._guards.pronoun.match(self.text[self.start : at]))

    def _may_speak_of_focus(self, at: int, focus: str | None) -> bool:
        others = [n for n in self.mentions if n.end <= at and n.node != focus and n.type in _CONDITIONS]
        return at - self.start < _CONTRIBUTES and not others

    def speaks_of_care(self, at: int) -> bool:
        """Tell whether the sentence speaks of treatment, tests or vaccines before a place."""
        return bool(self._guards.of_care.search(self.text[self.start : at]))

    def _behind(self, at: int, frame: Frame, *, first: bool) -> list[Near]:
        guards = self._guards
        ends = (guards.clause_end,) if frame.of_care else (guards.clause_end, guards.purpose)
        stops = (stop.start() for pattern in ends if (stop := pattern.search(self.text, at, self.end)))
        end = min(stops, default=self.end)
        if first:
            return self._chain_right(at, frame.fillers)[:1]
        found: list[Near] = []
        for near in self.mentions:
            if near.start >= at and near.end <= end:
                if near.start - (found[-1].end if found else at) > _FAR:
                    break
                found.append(near)
        return found

    def _chain_left(self, at: int, types: frozenset[str]) -> list[Near]:
        """Return the mentions right before a place, those that a list joins to them included, nearest first."""
        chain: list[Near] = []
        place, gap = at, self._guards.gap
        for near in reversed([near for near in self.mentions if near.end <= at]):
            if not gap.match(self.text[near.end : place]):
                break
            if near.type in types:
                chain.append(near)
            if self._guards.relative.search(self.text[near.end : place]):
                break
            place, gap = near.start, self._guards.link
        return chain

    def _chain_right(self, at: int, types: frozenset[str]) -> list[Near]:
        """Return the mentions right behind a place, and those that a list joins to them."""
        chain: list[Near] = []
        place, gap = at, self._guards.reach
        for near in self.mentions:
            if near.start < at:
                continue
            if not gap.match(self.text[place : near.start]):
                break
            if near.type in types:
                chain.append(near)
            place, gap = near.end, self._guards.link
        return chain


def _groups(match: re.Match[str]) -> list[tuple[str, tuple[int, int]]]:
    return [(name, match.span(name)) for name, text in match.groupdict().items() if text]
