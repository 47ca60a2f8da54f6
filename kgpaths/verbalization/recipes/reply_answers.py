"""This module reads which answer a reply gives, and whether it declines to give one."""

from __future__ import annotations

import json
import re

from kgpaths.language.english import folded
from kgpaths.records import Option, QAItem
from kgpaths.verbalization.recipes.reply_parsing import ABSTAINS, Reading, spoken, without_thinking

_KEY = re.compile(
    r"^\W*(?:option\s+|choice\s+)?\(?([A-Za-z0-9]+)\)?(?:\s*[.):,\-–—]\s*|\s+(?=\()|\s*$)(.*)$", re.IGNORECASE
)


_DECLINES = re.compile(
    r"\A\W*(?:i['’]?m (?:very |really )?sorry\b|sorry\b|i apologi[sz]e\b|unfortunately,? i\b|"
    r"as an? (?:ai|language model)\b|"
    r"i (?:cannot|can['’]?t|can not|am unable|am not able|won['’]?t|will not|must decline)\b)",
    re.IGNORECASE,
)
_NONE = re.compile(r"\A\W*(?:NONE\b|(?i:none)\W*\Z)")
_NONE_LINE = re.compile(r"(?:^\W*(?:FINAL DIAGNOSIS\W+)?|\b(?i:answer(?: is)?)\W+)NONE\W*$", re.MULTILINE)
_NO_ARGUMENT = re.compile(
    r"\A\W*(?:none of (?:the|these|those) (?:\w+ )?(?:statements?|paths?|evidence)\b"
    r"|(?:i think |it seems |there is )?(?:that )?no honest argument\b)",
    re.IGNORECASE,
)
_HEADING = re.compile(r"^\s*#.*$", re.MULTILINE)
_NO = re.compile(r"\A\W*(?:no|none|false|empty|n/?a)?\W*\Z", re.IGNORECASE)
"""What a model writes into a member that is to stay empty."""
_ABSTAINED = "the model says that no honest argument can be made"
_TOLD = 300
"""Characters of the model's words that are kept."""
_FENCE = re.compile(r"^\s*```[\w-]*\s*$", re.MULTILINE)
_LONGEST_REFUSAL = 600
"""Characters; what is longer has something else to say as well."""


def resolve_answer(
    reading: Reading, item: QAItem, conclusion: str, answer_shown: bool
) -> tuple[str | None, str] | None:
    """Return key and text of the answer that a reply gives; None where it gives none, two, or one that is no option.

    Args:
        conclusion: where to look if no line announces an answer.
        answer_shown: the model was given the answer, so that an open one need not be repeated word for word.
    """
    if item.options:
        option = _stated(reading.answer, item) if reading.answer else _named(conclusion, item)
        return (option.key, option.text) if option else None
    said = reading.answer.strip().strip("*_`").strip()
    if not said:
        return (None, item.answer) if answer_shown and _holds(conclusion, item.answer) else None
    if folded(said) == folded(item.answer) or (answer_shown and _covers(said, item)):
        return None, item.answer
    return None, said


def _covers(said: str, item: QAItem) -> bool:
    """Say whether a shown answer is meant: named in other words of the same start, or "as given"."""
    ours, theirs = folded(item.answer), folded(said)
    return theirs in ("as given", "as stated") or (len(theirs) >= 4 and (_holds(ours, theirs) or _holds(theirs, ours)))


def _holds(text: str, words: str) -> bool:
    return bool(folded(words)) and f" {folded(words)} " in f" {folded(text)} "


def _stated(text: str, item: QAItem) -> Option | None:
    """Read an answer line: `B`, `(B)`, `B. Pneumonia`, `Pneumonia`; key and text may not contradict each other."""
    clean = re.sub(r"\*{1,3}|_{2,3}|`", "", text).strip()
    whole = [option for option in item.options if folded(option.text) == folded(clean) and folded(clean)]
    if len(whole) == 1:
        return whole[0]
    found = _KEY.match(clean)
    keys = {option.key.casefold(): option for option in item.options}
    if found and found.group(1).casefold() in keys:
        option = keys[found.group(1).casefold()]
        rest = found.group(2)
        others = [other for other in item.options if other.key != option.key and folded(other.text) == folded(rest)]
        if not folded(rest) or folded(rest) == folded(option.text):
            return option
        if others or (_named(rest, item) not in (option, None)):
            return None
        return option
    return _named(clean, item)


def _named(text: str, item: QAItem) -> Option | None:
    """Return the one option that a text names; an option whose text is part of another named one does not count."""
    hits = [option for option in item.options if _holds(text, option.text)]
    hits = [option for option in hits if not any(other != option and _holds(other.text, option.text) for other in hits)]
    return hits[0] if len(hits) == 1 else None


def is_refusal(text: str) -> bool:
    """Say whether a reply that holds no chain declines to write one.

    >>> is_refusal("I'm sorry, but I can't help with that."), is_refusal("1. Fever is a sign of influenza.")
    (True, False)
    """
    said = without_thinking(text)
    return len(said) <= _LONGEST_REFUSAL and _DECLINES.match(said) is not None


def abstention(text: str, reasoning: str = "", *, argued: bool = True) -> str:
    """Return what is told of a reply which says that no honest argument can be made; nothing where it argues.

    Args:
        text: the message's content.
        reasoning: what the server gave as thinking; read only where the content is empty but for thinking.
        argued: False where no argument could be read in the reply: then a line `NONE` at any place counts, and a
            sentence that says so.

    >>> abstention("NONE")
    'the model says that no honest argument can be made'
    >>> abstention("NONE. They are about mice.") == abstention('{"abstain": "They are about mice.", "steps": []}')
    True
    >>> abstention("None of the findings is new."), abstention("1. Fever fits.\\n\\nNONE")
    ('', '')
    >>> abstention("None of the statements is about eyes.", argued=False)
    'the model says that no honest argument can be made: None of the statements is about eyes'
    """
    said = _FENCE.sub("", spoken(text, reasoning)).strip()
    words = _abstains(said, argued)
    if words is None and _NONE.match(said):
        words = _NONE.sub("", said)
    if words is None and not argued and (_NONE_LINE.search(said) or _NO_ARGUMENT.match(said)):
        words = _HEADING.sub("", _NONE_LINE.sub("", said))
    if words is None:
        return ""
    words = " ".join(words.split()).strip("*_ .:;,–—-()")
    return f"{_ABSTAINED}: {words[:_TOLD]}" if words else _ABSTAINED


def _abstains(said: str, argued: bool) -> str | None:
    """Return why a reply in JSON abstains; None where it is no JSON or does not abstain.

    Steps count more than a reason to abstain, if an argument could be read in them.
    """
    start = said.find("{")
    if start < 0 or (start and argued):
        return None
    try:
        value, _ = json.JSONDecoder().raw_decode(said, start)
    except (json.JSONDecodeError, RecursionError):
        return None
    steps = isinstance(value, dict) and any(part for part in value.values() if isinstance(part, list | dict))
    if not isinstance(value, dict) or (steps and argued):
        return None
    why, answer = value.get(ABSTAINS), value.get("answer")
    if isinstance(why, str) and why.strip():
        return None if steps and _NO.match(why) else _NONE.sub("", why)
    return "" if why is True or (not steps and isinstance(answer, str) and _NONE.match(answer)) else None
