"""This check finds sentences that conclude something from what is not stated.

A graph, a text and a prompt say some of what is true. That they do not tie a finding to a disease speaks neither for
nor against it, so no sentence may argue with it: "gout leaves the fever unaccounted for", "nothing ties it to gout".
A denial that a source makes ("gout does not show fever") and a finding that is absent ("no fever") are another thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgpaths.validation.registry import Case, Fault, check

_NOT = r"(?:(?:does|do|did|would|could|can|may|will)(?: not|n['’]t)|cannot|fails? to|failed to)"
_TIE = (
    r"(?:link|tie|connect|join|relate|support|account|explain|point|lead|speak|mention|bear|suggest|indicate|implicate)"
)
_TIED = r"(?:linked|tied|connected|related|associated)"
_TYING = r"(?:linking|tying|connecting|joining|relating)"
_STATED = r"(?:statements?|edges?|paths?|links?|ties?|connections?|lines? of (?:evidence|reasoning)|citations?)"
_SOME = r"(?:such |direct |other |further |known |documented |clear )?"
_HERE = r"(?:(?:here|above|else|at hand|given|stated|known|in (?:the |this |that |it)?\w*(?: above)?) )?"
_CASE = (
    r"(?:any|it|this|that|these|those|"
    r"the (?:other |remaining |rest of the )?(?:findings?|symptoms?|presentation|picture|case))"
)
SILENCE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bunaccounted[- ]for\b",
        r"\bleav(?:e|es|ing) [^.;]{1,100}? unexplained\b",
        rf"\b{_NOT} (?:\w+ly |by itself |on its own |alone )?(?:account for|explain)\b",
        r"\bnot (?:\w+ly )?accounted for\b",
        r"\bnot (?!better )(?:\w+ly )?explained by\b",
        r"\b(?:accounts? for|explains?) (?:only (?!when|if|after)|(?:fewer|less|none) of)",
        r"\bonly (?:accounts? for|explains?)\b",
        rf"\b(?:no|without) {_SOME}{_STATED} {_HERE}(?:that |which )?{_TIE}s?\b",
        rf"\b(?:no|without) {_SOME}(?:{_STATED}|associations?|relations?|support) "
        rf"(?:to|with|between|from|for) {_CASE}\b",
        rf"\bno {_SOME}evidence {_HERE}(?:(?:that |which )?(?:links|ties|connects|joins|relates)|{_TYING})\b",
        rf"\bnothing {_HERE}{_TIE}s\b",
        rf"\bnone of (?:the|these|those) (?:statements|edges|paths|links) (?:\w+ )?{_TIE}s?\b",
        rf"\bnone of (?:the|these|those) (?:findings|symptoms|features) (?:is|are) (?:{_TIED}|explained|supported)\b",
        r"\bnot (?:\w+ly )?supported by (?:any|a|the) (?:\w+ )?(?:statements?|evidence|edges?|links?)\b",
        r"(?:\bnot|n['’]t) (?:\w+ly |known to be |otherwise )?(?:linked|tied) (?:to|with)\b(?! the (?:x|y|same|sex)\b)",
        rf"(?:\bnot (?:\w+ly )?|n['’]t |\bun){_TIED} (?:to|with) (?!it\b){_CASE}\b",
        r"\blacks? (?:(?:such )?(?:an?|any) )?(?:\w+ )?(?:link|tie|connection|support|(?:line of )?evidence)\b",
        r"\b(?:tied|linked|connected) (?:more|less) (?:strongly|closely|directly)\b",
        r"\b(?:more|less) (?:strongly|closely|directly) (?:tied|linked|connected)\b",
        r"\bnot (?:listed|cited) (?:here |above )?(?:as|among|for)\b",
    )
)
"""Phrasings that argue from a tie that is not stated."""
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")


@check("no_argument_from_silence", "No sentence concludes anything from a tie that is merely not stated.")
def no_argument_from_silence(case: Case) -> Iterator[Fault]:
    """Search every step, without what it quotes of the question."""
    for number, step in enumerate(case.chain.steps):
        found = argument_from_silence(step.text)
        if found:
            yield Fault(f"{found!r} argues from what is not stated", "argues_from_silence", number)


def argument_from_silence(text: str) -> str:
    """Return the first piece of a text that argues from a tie that is not stated, or nothing.

    >>> argument_from_silence("Gout can present with arthralgia, but it leaves fever unaccounted for.")
    'unaccounted for'
    >>> argument_from_silence("There is no fever, and gout does not show it; the weight loss is unexplained.")
    ''
    """
    plain = " ".join(_QUOTED.sub("“”", text).split())
    hits = [match for pattern in SILENCE if (match := pattern.search(plain))]
    return min(hits, key=lambda match: match.start()).group() if hits else ""
