"""A clause is one sentence with its mentions: what stands on the sides of a cue, and how far the cue reaches."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import NamedTuple

from kgpaths.extraction.rules import Cue, Frame, Guards
from kgpaths.extraction.scopes import Scope, scopes_of
from kgpaths.vocabulary.node_types import types_of

_CONDITIONS = frozenset({"disease", "finding"})
_DRUGS = frozenset({"drug", "drug_class"})
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


class Focus(NamedTuple):
    """What a text is about."""

    node: str
    type: str
    titles: frozenset[str]
    """What the text calls it, in lower case."""


class Clause:
    """A stretch of a lower-case text with the mentions in it.

    >>> from kgpaths.extraction.rules import rules
    >>> text = "gout is treated with colchicine, but not cured."
    >>> near = [Near(0, 4, "DOID:13189", "disease", "present"), Near(21, 31, "D:1", "drug", "present")]
    >>> cue = next(cue for cue in rules().cues if cue.name == "treated_with")
    >>> Clause(text, 0, len(text), near, rules().guards).sides(cue, cue.pattern.search(text))
    (['DOID:13189'], [Near(start=21, end=31, node='D:1', type='drug', assertion='present')])
    """

    def __init__(
        self,
        text: str,
        start: int,
        end: int,
        mentions: Sequence[Near],
        guards: Guards,
        *,
        focus: Focus | None = None,
        strict: bool = True,
    ) -> None:
        self._focus, self._strict = focus, strict
        self.start, self.end = start, end
        self._said = text
        self.named = [near for near in mentions if near.start >= start and near.end <= end]
        """What it names, whatever it says of it."""
        self._guards = guards

    @cached_property
    def text(self) -> str:
        """The text without what is said to be something else: "albuterol, rather than aspirin, …"."""
        text = self._said
        for scope in self._unsaid:
            text = text[: scope.words] + " " * (scope.end - scope.words) + text[scope.end :]
        return text

    @cached_property
    def mentions(self) -> Sequence[Near]:
        """What it names and does not say to be something else."""
        return [near for near in self.named if not any(one.words <= near.start < one.end for one in self._unsaid)]

    @cached_property
    def _scopes(self) -> Sequence[Scope]:
        # Few sentences state anything, so scopes are found only when one does.
        return scopes_of(self._said, self.start, self.end)

    @cached_property
    def _unsaid(self) -> Sequence[Scope]:
        return [scope for scope in self._scopes if scope.rule.unsaid]

    def denied(self, at: int) -> bool:
        """Tell whether the cue at this place is denied by what stands before it."""
        return bool(self._guards.denied.search(self.text[max(self.start, at - 40) : at]))

    def denied_behind(self, cue: Cue, match: re.Match[str], nodes: Collection[str]) -> bool:
        """Tell whether what a cue states of some nodes is denied or warned of by what stands behind them."""
        for scope in self._scopes:
            if (
                scope.before
                and scope.rule.before == "clause"
                and scope.rule.bars(cue.frame)
                and scope.start <= match.start()
                and match.end() <= scope.end
            ):
                ends = (near.end for near in self.mentions if near.node in nodes and near.end <= scope.end)
                # "Aspirin, used to treat gout, is contraindicated in asthma": what commas enclose is said still.
                if "," not in self.text[max([match.end(), *ends]) : scope.end]:
                    return True
        return False

    def denies_focus(self) -> bool:
        """Tell whether the stretch names what the text is about only to say that it does not speak of it."""
        named = [near.start for near in self.named if self._is_focus(near.node)]
        aside = [
            scope
            for scope in self._scopes
            if scope.rule.unsaid or (scope.relative and scope.rule.behind == "clause" and not scope.before)
        ]
        return bool(named) and all(any(scope.holds(at) for scope in aside) for at in named)

    def denies_list(self, frame: Frame) -> bool:
        """Tell whether the stretch introduces a list of what it denies, avoids or lacks."""
        end = self.start + len(self._said[self.start : self.end].rstrip(" :"))
        return any(
            scope.end >= end and not scope.before and not scope.relative and scope.rule.bars(frame)
            for scope in self._scopes
        )

    def ends_after(self, at: int) -> bool:
        """Tell whether a clause ends behind this place and before the end: the cue does not reach a list."""
        rest = self._said[at : self.end].rstrip(" :")
        return bool(self._guards.clause_end.search(rest) or self._guards.purpose.search(rest))

    def begins_with_another(self) -> str | None:
        """Return a disease other than the focus that the sentence begins by naming: then it is about that one."""
        first = next(iter(self.mentions), None)
        begins = (
            first is not None
            and first.start - self.start < 25
            and first.type in _CONDITIONS
            and not self._is_focus(first.node)
            and (
                "," not in self.text[first.end : first.end + 2] or _CONDITION.match(self.text, self.start, first.start)
            )
        )
        return first.node if first and begins else None

    def is_about_another(self, than: str, *, leads_to: bool = False) -> bool:
        """Tell whether the sentence names what another condition is likely after: the focus is the risk then.

        Args:
            leads_to: or what another condition follows from.
        """
        guard = self._guards.leads_to if leads_to else self._guards.risk_of
        return any(
            near.type in (types_of("condition") if leads_to else _CONDITIONS)
            and near.node != than
            and guard.search(self.text[max(self.start, near.start - 60) : near.start])
            for near in self.mentions
        )

    def sides(self, cue: Cue, match: re.Match[str]) -> tuple[list[str], list[Near]] | None:
        """Return anchors and fillers of a cue; None when one of them is missing."""
        anchors = self.anchors_of(cue, match)
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

    def _barred(self, near: Near, frame: Frame, *, by_section: bool = False, subject: bool = False) -> bool:
        return any(
            scope.bars(near.start, near.type, frame, by_section=by_section)
            for scope in self._scopes
            if scope.rule.subjects or not subject
        )

    def anchors_of(self, cue: Cue, match: re.Match[str]) -> list[str]:
        """Return what a cue speaks of: what it names itself, what stands on the anchor's side, or the focus."""
        inside = [span for name, span in _groups(match) if name.startswith("anchor")]
        if inside:
            return self._named(*inside[0], cue.frame)
        if cue.right == "anchor":
            chain = self._chain_right(match.end(), cue.frame.anchors)
            return [near.node for near in chain if self._is_anchor(near, match.end(), cue.frame)]
        if cue.left == "anchor":
            chain = self._chain_left(match.start(), cue.frame.anchors)[:1]
            if chain:
                return self._of_which(chain[0], cue.frame)
        at = match.start()
        if cue.strict and not self._strict:
            return []
        clear = self._speaks_of_focus(at) if cue.left == "anchor" else self._may_speak_of_focus(at)
        if cue.frame.of_conditions and self.speaks_of_care(at):
            return []
        return self._of_focus() if clear and not self.denies_focus() else []

    def names(self, node: str) -> bool:
        """Tell whether the stretch names a node."""
        return any(near.node == node for near in self.mentions)

    def all_fillers(self, frame: Frame, *, listed: bool = False) -> list[Near]:
        """Return the mentions of the whole stretch that can be fillers because their section says so.

        Args:
            listed: in a list, "if you have" before it does not make its items hypothetical.
        """
        return [
            near
            for near in self.mentions
            if self._fits(near, frame, self.start, listed=listed) and not self._barred(near, frame, by_section=True)
        ]

    def _fits(self, near: Near, frame: Frame, floor: int, *, listed: bool = False) -> bool:
        perhaps = near.assertion == "hypothetical" and (listed or self._in_some(near))
        allowed = near.assertion in frame.allowed or perhaps
        if near.type not in frame.fillers or not allowed or self._barred(near, frame):
            return False
        if near.type not in types_of(role="sign") and self._is_demonstrative(near):
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

    def _is_anchor(self, near: Near, floor: int, frame: Frame, *, subject: bool = False) -> bool:
        before = self.text[max(floor, near.start - 40) : near.start]
        if before.endswith(("/", "-")):  # the second half of another name
            return False
        rest = self._rest(near)
        return not (near.assertion == "absent" or self._barred(near, frame, subject=subject)) and not (
            self._guards.before.search(before) or self._guards.after.match(rest) or self._guards.toward.match(rest)
        )

    def _rest(self, near: Near) -> str:
        return self.text[near.end : min(self.end, near.end + 40)]

    def _of_which(self, near: Near, frame: Frame) -> list[str]:
        """Return the anchor that a mention names: "this blood disorder" is the focus."""
        if self._focus and self._is_demonstrative(near) and near.type not in types_of(role="sign"):
            return self._of_focus()
        if self._focus and self.text[self.start : near.end].strip().removeprefix("the ") in self._focus.titles:
            return self._of_focus()  # "Deafness with gout is characterized by …" is not about gout
        before = self.text[max(self.start, near.start - 40) : near.start]
        aside = self._guards.symptoms_of.search(before)
        return [near.node] if self._is_anchor(near, self.start, frame, subject=True) and not aside else []

    def _is_demonstrative(self, near: Near) -> bool:
        return self.text[self.start : near.start].rstrip().endswith(("this", "these"))

    def _named(self, start: int, end: int, frame: Frame) -> list[str]:
        if self._focus and self.text[start:end].removeprefix("the ") in self._focus.titles:
            return self._of_focus()
        inside = [near for near in self.mentions if start <= near.start and near.end <= end]
        fitting = [near for near in inside if near.type in frame.anchors and self._is_anchor(near, start, frame)]
        trailing = self.text[fitting[-1].end : end] if fitting else ""
        if any(self._guards.longer_name.match(self.text[near.end : end]) for near in fitting):
            return []
        if fitting and (len(trailing) <= _TRAILING or self._guards.aside.match(trailing.lstrip())):
            # "causes of infections in patients with X" are no causes of X.
            if self._guards.aside.search(self.text[start : fitting[0].start]):
                return []
            return self._of_focus() if self._is_demonstrative(fitting[0]) else [near.node for near in fitting]
        # "symptoms of this condition" speak of the focus; "symptoms of a clot in the lung" of something unknown.
        return self._of_focus() if not inside and self._stands_for_focus(start, end) else []

    def _of_focus(self) -> list[str]:
        return [self._focus.node] if self._focus else []

    def _is_focus(self, node: str) -> bool:
        return self._focus is not None and node == self._focus.node

    def _speaks_of_focus(self, at: int) -> bool:
        return self._stands_for_focus(self.start, at)

    def _stands_for_focus(self, start: int, end: int) -> bool:
        words, guards = self.text[start:end], self._guards
        if not guards.pronoun.match(words):
            return False
        if self._focus is None:
            return True
        kind = self._focus.type
        if guards.of_drugs.search(words) and kind not in _DRUGS:
            return False
        if guards.of_organisms.search(words) and kind not in ("organism", "disease"):
            return False
        # In a textbook "it" is the drug that was spoken of last.
        return not (kind == "drug_class" and not self._strict and guards.of_one.match(words))

    def _may_speak_of_focus(self, at: int) -> bool:
        others = [n for n in self.mentions if n.end <= at and not self._is_focus(n.node) and n.type in _CONDITIONS]
        return at - self.start < _CONTRIBUTES and not others

    def speaks_of_care(self, at: int) -> bool:
        """Tell whether the sentence speaks of treatment, tests or vaccines before a place."""
        return bool(self._guards.of_care.search(self.text[self.start : at]))

    def _behind(self, at: int, frame: Frame, *, first: bool) -> list[Near]:
        guards = self._guards
        ends = (guards.clause_end,) if frame.of_care else (guards.clause_end, guards.purpose)
        stops = (stop.start() for pattern in ends if (stop := pattern.search(self._said, at, self.end)))
        opened, closed = self._said.count("(", self.start, at), self._said.count(")", self.start, at)
        bracket = self._said.find(")", at, self.end) if opened > closed else -1
        end = min([*stops, bracket if bracket >= 0 else self.end])
        if first:
            return self._chain_right(at, frame.fillers)[:1]
        found: list[Near] = []
        for near in self.mentions:
            if near.start >= at and near.end <= end:
                if near.start - (found[-1].end if found else at) > _FAR:
                    break
                if len(found) == 1 and self._goes_on(at, found[0], near):
                    break
                found.append(near)
        return found

    def _goes_on(self, at: int, first: Near, second: Near) -> bool:
        """Tell whether a relative clause ends between two mentions: "gout, which leads to pain, and diabetes"."""
        return (
            bool(self._guards.in_relative.search(self._said[max(self.start, at - 40) : at]))
            and "," not in self._said[at : first.start]
            and self._said[first.end : second.start].startswith((", and ", ", or "))
        )

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
