"""Does a question ask for what holds, for the exception, for what must not be done, or for what harms?

Only the sentence that asks is read, and of it only the main clause: "which drug relieves pain that does not respond to
rest" asks for what holds. A clause ends where a relative pronoun or a conjunction begins another ("who", "if", "in a
patient"); a fragment ("Not a feature of gout is") is one clause. The lists of words are in
`ontologies/language/question.yaml`; the first that fits decides, the plainest form first.
"""

from __future__ import annotations

import re

from kgpaths.language.question_words import pattern
from kgpaths.records import QuestionPolarity

_ASKING_WORD = re.compile(
    r"(?P<begins>^|[,;:.] |\b(?:and|then) )?(?:(?:in|of|to|for|with|by|from|on|at) )?"
    r"\b(?P<word>which|what)\b(?P<these>(?: one)? (?:of|among) )?"
)
_AT_THE_END = re.compile(r"[\s,:.]*\b(?:except|but one|(?:is|are) (?:false|incorrect|wrong|not true))\W*$")
"""What turns a sentence around at its very end, whatever clause it ends with."""
_TOLD_FIRST = re.compile(
    r".*\b(?:is|are|was|were|has|have|had|presents?|comes?|develop(?:s|ed)|underwent)\b.*, "
    r"(?=(?:\S+ ){2,}\S*\s*(?:is|are|be|by|with|to|in|:)\W*$)"
)
"""What is told before the last comma of a sentence that the answer completes."""
_EXCEPT = re.compile(r"\bexcept(?:ing)?\b\W*(?:$|one\b|which\b|_)")


def polarity(asking: str) -> QuestionPolarity:
    """Return what the sentence that asks wants: see `kgpaths.records.Question.polarity`.

    >>> [polarity(text) for text in ("All are causes of clubbing but one", "Which drug is contraindicated in asthma?",
    ...                              "Which drug causes gingival hyperplasia?", "Which is a sign of gout?")]
    ['exception', 'not_to_do', 'harms', 'holds']
    >>> polarity("Which of these can be used when NSAIDs are contraindicated?")
    'holds'
    """
    text = pattern("another_sense").sub(" ", " ".join(asking.replace("’", "'").casefold().split()))
    clause = main_clause(text)
    if pattern("turned_twice").search(text):
        return "holds"
    if _EXCEPT.search(text) or _excepts(clause) or pattern("all_of_these").search(text):
        return "exception"
    reason = pattern("reason").search(text) is not None
    if pattern("not_to_do").search(clause) and not reason:
        if pattern("not_banned").search(clause):
            return "exception"
        if not pattern("ban_told").search(text):
            return "not_to_do"
    turned = any(pattern(name).search(clause) for name in ("denied", "lacking")) or pattern("denied_noun").search(text)
    if turned and not reason:
        return "exception"
    if pattern("harm_asked").search(clause):
        return "harms"
    if pattern("harms").search(clause) and not pattern("harm_told").search(clause):
        return "harms"
    return "holds"


def main_clause(text: str) -> str:
    """Return the clause that asks, of a sentence in small letters.

    >>> main_clause("which of the following explains pain that is not relieved by rest?")
    'which of the following explains pain'
    >>> main_clause("in a patient who does not respond, which drug is best?")
    'which drug is best?'
    """
    asking = text[_begin(text) :]
    cut = pattern("subordinate").search(asking, 6)
    if cut is None:
        return asking
    tail = _AT_THE_END.search(asking, cut.start())
    return asking[: cut.start()].rstrip(" ,;") + (tail.group() if tail else "")


def _begin(text: str) -> int:
    """Return where the main clause begins: at the asking word, or at 0 where no other clause opens the sentence."""
    words = list(_ASKING_WORD.finditer(text))
    chosen = [word for word in words if word["these"]] or [word for word in words if word["begins"] is not None]
    if not chosen:
        told = _TOLD_FIRST.match(text)
        return told.end() if told else 0
    at = chosen[0].start("word")
    return at if "," in text[:at] or pattern("subordinate").match(text) else 0


def _excepts(clause: str) -> bool:
    """Say whether a plain word for the exception stands in the main clause."""
    found = pattern("exception").search(clause)
    if found is None:
        return False
    if found.group().startswith("except") and re.match(r"\s+for\b", clause[found.end() :]):
        # "Normal except for a rash" tells of a finding; "all of these except for one" of the options.
        return re.search(r"\b(?:all|each|any|every|following|these|which)\b", clause[: found.start()]) is not None
    return True
