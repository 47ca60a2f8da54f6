"""Does a chain conclude something from what is not said?

A graph, a text and a prompt say some of what is true. That they do not tie a finding to a disease speaks neither for
nor against it, so no sentence may argue with it: "gout leaves the fever unaccounted for", "nothing ties it to gout".
A denial that a source makes ("gout does not show fever") and a finding that is absent ("no fever") are another thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgpaths.validation.registry import Case, Fault, check

_NOT = r"(?:(?:does|do|did|would|could|can|may|will|is|are|was|were)(?: not|n['’]t)|cannot|fails? to)"
_TIES = (
    r"(?:links?|ties?|connects?|joins?|relates?|supports?|accounts?|explains?|points?|leads?|speaks?|mentions?|bears?)"
)
_STATED = r"(?:statements?|edges?|paths?|links?|ties?|connections?|lines? of (?:evidence|reasoning)|citations?)"
_SOME = r"(?:such |direct |other |further |known )?"
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
        rf"\bno {_SOME}{_STATED} (?:here |above |at hand )?(?:that |which )?{_TIES}\b",
        rf"\bno {_SOME}{_STATED} (?:to|with|between|from|for) (?:it|this|that|these|those|the (?:findings?|case))\b",
        rf"\bno {_SOME}evidence (?:here |above |at hand )?(?:(?:that |which )?(?:links|ties|connects|joins|relates)"
        r"|(?:linking|tying|connecting|joining|relating))\b",
        rf"\bnothing (?:\w+ ){{0,4}}?(?:{_TIES[3:-1].replace('?', '')})\b",
        rf"\bnone of (?:the|these|those) (?:statements|edges|paths|links) (?:\w+ )?{_TIES}\b",
        r"\bnot (?:\w+ly )?supported by (?:any|a|the) (?:\w+ )?(?:statements?|evidence|edges?|links?)\b",
        r"(?:\bnot|n['’]t) (?:\w+ly |known to be |otherwise )?(?:linked|tied) (?:to|with)\b(?! the (?:x|y|same|sex)\b)",
        r"\blacks? (?:an?|any|such an?) (?:\w+ )?(?:link|tie|connection|statement|line of evidence)\b",
        r"\b(?:tied|linked|connected) (?:more|less) (?:strongly|closely|directly)\b",
        r"\b(?:more|less) (?:strongly|closely|directly) (?:tied|linked|connected)\b",
        r"\bnot (?:listed|cited) (?:here |above )?(?:as|among|for)\b",
    )
)
"""Phrasings that argue from a tie that is not stated."""
_QUOTED = re.compile(r"“[^”]*”")


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
