"""Find the scope of words that deny, warn, stop, replace or compare; the sentence does not state what lies in it.

The kinds of words and how far each reaches are rules of `ontologies/extraction/scopes.yaml`; where clauses and what
they name end is found here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from kgpaths.extraction.patterns import Wording
from kgpaths.extraction.rules import Frame, ScopeRule, rules

_AUXILIARY = (
    r"(?:is|are|was|were|has|have|had|can|cannot|could|may|might|will|would|should|must|do|does|did|never|no longer"
    r"|(?:do|does|did|is|are|was|were|has|have|had|ca|could|wo|would|should)n't)\b"
)
_VERB = (
    rf"(?:{_AUXILIARY}|(?:caus|includ|reliev|reduc|improv|increas|requir|decreas|produc)e[sd]?\b"
    r"|(?:lead|result|treat|help|affect|occur|develop|prevent|tend|remain|appear)s?\b|becomes?\b)"
)
_VERBS = re.compile(rf"\b{_VERB}")
_BOUNDARY = re.compile(
    r"[;:\n]|[.!?](?=\s)"
    r"|,? ?\b(?:but|although|though|whereas|while|because|since|unless|until|even though|even if|if|when|whenever|once"
    r"|as long as|after|before|where|whether|which|who|whom|whose|that|yet|however)\b"
    r"|,? so (?=(?:that|your?|the|an?|it|they|we|people|patients)\b)| like (?=(?:you|it|they) )"
    rf"|,? (?:and|or|nor) (?=(?:\w+ly |then |also )?{_AUXILIARY})"
    r"|,? and (?=(?:it|they|this|these|he|she|there)\b)"
    rf"|(?P<joined>,? (?:and|or)) (?=(?:[\w'-]+ ){{1,4}}?{_VERB})"
)
"""Where another clause begins."""
_DEPENDENT = re.compile(
    r"\W*(?:although|though|because|since|unless|until|even though|even if|if|when|whenever|while|whereas|once|as long"
    r" as|after|before|where|whether|which|who|whom|whose|that|like)\b"
)
"""A clause that ends at its comma."""
_RELATIVE = re.compile(r"\W*(?:that|which|where|like)\b")
"""One that ends at its comma, whatever list goes on behind it."""
_OF_ITS_OWN = re.compile(rf"\W*(?:that|which)\b(?= (?:\w+ly |also |often )?{_VERB})")
"""One that does not go on with the sentence: "CFS can be as disabling as …" behind "studies show that" does."""
_ANOTHER_VERB = re.compile(
    rf"\b{_VERB}(?: [\w'-]+){{2,}}?(?<! and)(?<! or)(?P<end>)"
    r" (?:is|are|was|were|may|might|can|could|should|will|would|must)\b"
)
"""Behind a clause on what stands before it the sentence goes on: "those who cannot take aspirin | are given …"."""
_ON_THE_BEFORE = re.compile(r"\W*(?:who|that|which)\b")
_COORDINATED = re.compile(r",? (?:and|or|nor)\b")
_PHRASE_END = re.compile(
    rf"[;:]|\.(?=\s|$)|,? \b(?:for|{_VERB}|because|which|who|that|while|when|if|but|although|used|given|through|via"
    r"|along with|as well as|plus|followed by|together with|in addition|in order"
    r"|and (?:\w+ly|often|also|then|\w+ing|use|take|start|begin|give)"
    r"|to (?:help|treat|prevent|reduce|control|relieve|make|keep|manage|lower|improve|avoid|cure|ease))\b"
)
"""Where what is named ends."""
_LIST = re.compile(r"(?:, (?!and |or )[^,;:.]{1,60})*,? (?:and|or|nor) [^,;:.]{1,60}?(?=,|[.)]?$)")
_GOES_ON = re.compile(r",? (?:including|such as|like|for example|e\.g\.)")
_BRACKETS = re.compile(r"\([^()]*\)")


class Scope(NamedTuple):
    """A stretch of a text that some words govern."""

    rule: ScopeRule
    start: int
    end: int
    words: int
    """Where the words begin."""
    relative: bool
    """Whether they stand in a clause of their own on what stands before it: "which does not cause gout"."""

    @property
    def before(self) -> bool:
        """Whether it stands before the words."""
        return self.end <= self.words

    def holds(self, at: int) -> bool:
        """Tell whether a place is in it."""
        return self.start <= at < self.end

    def bars(self, at: int, node_type: str, frame: Frame, *, by_section: bool) -> bool:
        """Tell whether a mention at a place is no part of a statement of such a frame."""
        return (
            self.holds(at)
            and self.rule.bars(frame)
            and node_type not in self.rule.spares
            and (by_section or not self.before)
        )


class _Span(NamedTuple):
    """A clause."""

    start: int
    end: int
    whole: int
    """Where another clause begins behind it; farther than its end when that is at a comma."""
    relative: bool = False


def scopes_of(text: str, start: int, end: int) -> Sequence[Scope]:
    """Return what the words of a stretch of a lower-case text govern in it. O(characters).

    >>> text = "instead of aspirin or ibuprofen, albuterol is used."
    >>> [(scope.rule.name, text[scope.start:scope.end]) for scope in scopes_of(text, 0, len(text))]
    [('instead', ' aspirin or ibuprofen')]
    """
    kinds, wording = _kinds()
    piece = text[start:end]
    those = wording.of(piece)
    found = [
        (rule, match.span())
        for number, rule in enumerate(kinds)
        if those >> number & 1
        for match in rule.pattern.finditer(piece)
    ]
    if not found:
        return ()
    clauses = list(_clauses(piece))
    return [
        scope._replace(start=scope.start + start, end=scope.end + start, words=scope.words + start)
        for rule, (first, last) in found
        for scope in _governed(piece, rule, first, last, clauses)
    ]


def _governed(piece: str, rule: ScopeRule, first: int, last: int, clauses: Sequence[_Span]) -> Iterator[Scope]:
    clause = next((one for one in clauses if one.start <= first < one.end), _Span(0, len(piece), len(piece)))
    if rule.before:
        yield Scope(rule, clause.start, first, first, clause.relative)
    if rule.behind == "clause":
        # "Eyes that do not look in one direction (strabismus)": in brackets stands what all of it is called.
        named = piece.find("(", last, clause.end) if clause.relative else -1
        yield Scope(rule, last, clause.end if named < 0 else named, first, clause.relative)
    elif rule.behind:
        yield Scope(rule, last, _named(piece, rule, clause, last), first, clause.relative)


def _named(piece: str, rule: ScopeRule, clause: _Span, last: int) -> int:
    """Return where what is named behind some words ends."""
    limit = clause.end if _OF_ITS_OWN.match(piece, clause.start) else clause.whole
    stops = [_PHRASE_END.search(piece, last, limit), rule.until.search(piece, last, limit) if rule.until else None]
    end = min((stop.start() for stop in stops if stop), default=limit)
    if rule.behind == "name":
        bracket = piece.find("(", last + 2, end)
        end = bracket if bracket >= 0 else end
    return _comma(piece, last, end, lists=rule.behind == "phrase")


def _comma(piece: str, at: int, end: int, *, lists: bool) -> int:
    """Return where the comma stands that closes what begins at a place: behind the list that it is, if it is one."""
    piece = _without_brackets(piece)
    comma = piece.find(",", at, end)
    if comma < 0 or _GOES_ON.match(piece, comma, end):
        return end
    run = _LIST.match(piece, comma, end) if lists else None
    return run.end() if run and not _VERBS.search(run.group()) else comma


def _clauses(piece: str) -> Iterator[_Span]:
    """Yield the clauses; what stands in brackets first, each by itself."""
    for match in _BRACKETS.finditer(piece):
        yield _Span(match.start() + 1, match.end() - 1, match.end() - 1)
    plain = _without_brackets(piece)
    starts = [0]
    for match in _BOUNDARY.finditer(plain):
        # "Fever, chills, and a rash are common": no clause but a list, as no verb stands before.
        if not match["joined"] or _VERBS.search(plain, starts[-1], match.start()):
            starts.append(match.start())
    relative = False
    for start, end in zip(starts, [*starts[1:], len(plain)], strict=True):
        if not _DEPENDENT.match(plain, start, end):
            relative = relative and _COORDINATED.match(plain, start, end) is not None
            yield _Span(start, end, end, relative)
            continue
        relative = _RELATIVE.match(plain, start, end) is not None
        first = plain.find(",", start, start + 2) + 1 or start  # the comma before "which"
        closed = _comma(plain, first, end, lists=not relative)
        if _ON_THE_BEFORE.match(plain, start) and (more := _ANOTHER_VERB.search(plain, start, closed)):
            closed = more.start("end")
        yield _Span(start, closed, end, relative)
        if closed < end:
            relative = False
            yield _Span(closed, end, end)


def _without_brackets(piece: str) -> str:
    return _BRACKETS.sub(lambda match: " " * len(match.group()), piece)


@cache
def _kinds() -> tuple[Sequence[ScopeRule], Wording]:
    kinds = rules().scopes
    return kinds, Wording([rule.words for rule in kinds])
