"""This module parses a reply into titled units of reasoning with the labels that they cite. It knows no medicine.

Replies come with or without thinking, as numbered steps, bullets, paragraphs, or JSON, in markdown or plain. What is
read does not depend on the question: labels are looked for by letters that the question holds nowhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kgpaths.language.english import folded
from kgpaths.verbalization.recipes.citations import Labels

# <think> and the like: of Mistral's, Kimi's, Seed's and Sky's models.
_THINKING = re.compile(
    r"\A.*(?:</(?:seed:)?think(?:ing)?>|</thought>|\[/THINK\]|◁/think▷|<\|end_of_thought\|>)", re.DOTALL | re.IGNORECASE
)
_OPEN_THINKING = re.compile(
    r"(?:<(?:seed:)?think(?:ing)?>|<thought>|\[THINK\]|◁think▷|<\|begin_of_thought\|>).*\Z", re.DOTALL | re.IGNORECASE
)
_FENCE = re.compile(r"^\s*```[\w-]*\s*$", re.MULTILINE)
_EMPHASIS = re.compile(r"\*{1,3}|_{2,3}|`")
_ITEM = re.compile(
    r"^\s*(?:[-*•‣]\s+)?(?:\*\*|__)?\s*(?:step\s*\d{1,2}\s*(?:\*\*|__)?\s*[.):\-–—]?|\d{1,2}\s*(?:\*\*|__)?\s*[.):])"
    r"(?:\*\*|__)?(?:\s+|$)",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^\s*[-*•‣]\s+")
_HEADING = re.compile(r"^\s*#{1,6}\s+(.+?)\s*#*\s*$")
_BOLD_LINE = re.compile(r"^\s*(?:\*\*|__)(.+?)(?:\*\*|__)\s*:?\s*$")
_EVIDENCE = re.compile(r"^\W*supporting evidence\W*?[:：]\s*(.*)$", re.IGNORECASE)
_ANSWER = re.compile(
    r"^\W*(?:(?:so|thus|hence|therefore),?\s+)?(?:the\s+)?(?:(?:final|correct|best|right)\s+)?"
    r"(?P<what>answer|final diagnosis)(?:\s+is)?\s*(?:\*\*|__)?\s*[:：]\s*(?P<answer>.+)$",
    re.IGNORECASE,
)
_ANSWER_SENTENCE = re.compile(r"\bthe (?:final |correct |best |right )?answer is:?\s+(?P<answer>.+)$", re.IGNORECASE)
_BOXED = re.compile(r"\$?\\boxed\{\s*(?:\\text\w*\{)?([^{}]+)\}{1,2}\$?")
_BOXED_APART = re.compile(rf"(?:\A|(?<=[.!?:]))\s*{_BOXED.pattern}\s*\.?")
_STEP_TEXT = ("text", "step", "statement", "reasoning", "content", "description", "rationale", "thought")
_STEP_TITLE = ("section", "phase", "title", "kind", "heading", "stage")
_STEP_EVIDENCE = ("supporting_evidence", "quote", "quotes", "span", "spans")
_STEP_CITES = ("cites", "cited", "citations", "labels", "marks", "rests_on")
_STEP_KNOWLEDGE = ("knowledge", "own_knowledge")
ABSTAINS = "abstain"
"""The member of a reply in JSON that says why no honest argument can be made."""
_ANSWER_KEYS = ("answer", "final answer", "final diagnosis", "answer key", "choice")


@dataclass(frozen=True)
class Unit:
    """One step or paragraph of a reply."""

    section: str
    """Title of the section as the layout has it; empty before the first."""
    text: str
    """Without markup, with its citations."""
    labels: tuple[str, ...] = ()
    """What it cites, in order, each once."""
    evidence: tuple[str, ...] = ()
    """What its lines `Supporting evidence:` say."""


@dataclass(frozen=True)
class Reading:
    """What a reply says."""

    units: tuple[Unit, ...]
    labels: Labels
    """What citations look like in it."""
    answer: str = ""
    """What stands behind `Answer:`; empty where no line says it."""


def read(
    text: str, reasoning: str, labels: Labels, titles: Mapping[str, str], labelled: Callable[[str], str] = str
) -> Reading:
    """Read a reply.

    Args:
        text: the message's content.
        reasoning: what the server gave as thinking; read only where the content is empty but for thinking.
        labels: what citations look like.
        titles: folded titles, and what else they may be called, to the titles of the layout.
        labelled: turns other marks in a text into labels (`Marks.labelled`).

    >>> titles = {"reasoning": "Reasoning"}
    >>> text = "<think>Hm.</think>**Reasoning:**\\n1. Fever fits [E1].\\n\\n**Answer:** B"
    >>> reading = read(text, "", Labels("E", "Q"), titles)
    >>> reading.units[0].section, reading.units[0].text, reading.units[0].labels, reading.answer
    ('Reasoning', 'Fever fits [E1].', ('E1',), 'B')
    """
    said = spoken(text, reasoning)
    in_brackets = labels.for_reply(said)
    structured = _json(said, in_brackets)
    if structured is not None:
        return _FromJson(in_brackets, titles, labelled).read(structured)
    said = _FENCE.sub("", said)
    if re.match(r"\s*(?:\{|\[\s*\{)", said):
        return Reading((), in_brackets)  # JSON that is cut or broken, whose lines are no steps
    said = labelled(said)
    return _from_lines(said, labels.for_reply(said), titles)


def spoken(text: str, reasoning: str) -> str:
    """Return what a reply says: its content without thinking, or else what the server gave as thinking."""
    return without_thinking(text) or without_thinking(reasoning)


def without_thinking(text: str) -> str:
    """Return what a reply says after its thinking; nothing where the thinking never ends.

    >>> without_thinking("<think>a</think> b"), without_thinking("a</think>b"), without_thinking("<think>a")
    ('b', 'b', '')
    """
    return _OPEN_THINKING.sub("", _THINKING.sub("", text)).strip()


def _plain(text: str) -> str:
    return " ".join(_EMPHASIS.sub("", text).split())


def _unit(section: str, text: str, labels: Labels, evidence: Sequence[str] = (), more: Iterable[str] = ()) -> Unit:
    said, lines = _plain(text), tuple(filter(None, map(_plain, evidence)))
    cited = (*labels.cited(said), *more, *(label for line in lines for label in labels.cited(line)))
    return Unit(section, said, tuple(dict.fromkeys(cited)), lines)


# Lines -------------------------------------------------------------------------------------------------------------


def _from_lines(text: str, labels: Labels, titles: Mapping[str, str]) -> Reading:
    section, answer = "", ""
    units: list[Unit] = []
    lines: list[str] = []
    evidence: list[str] = []
    numbered = any(_ITEM.match(line) or _BULLET.match(line) for line in text.splitlines())

    def finish() -> None:
        if _plain(" ".join(lines)) or evidence:
            units.append(_unit(section, " ".join(lines), labels, evidence))
        lines.clear()
        evidence.clear()

    for line in text.splitlines():
        if not line.strip():
            if not numbered:
                finish()
            continue
        title, rest = _title(line, titles)
        found = _ANSWER.match(_EMPHASIS.sub("", line))
        if found and (found["what"].lower() == "answer" or not answer):
            finish()
            answer = found["answer"].strip()
        elif supporting := _EVIDENCE.match(_EMPHASIS.sub("", line)):
            evidence.append(supporting.group(1).strip())
        elif title is not None:
            finish()
            section = title
            lines += [rest] if rest else []
        else:
            item = _ITEM.match(line) or _BULLET.match(line)
            if item:
                finish()
            lines.append(line[item.end() :] if item else line)
    finish()
    return _settled(units, answer, labels)


def _title(line: str, titles: Mapping[str, str]) -> tuple[str | None, str]:
    """Return the section that a line begins, and what stands behind the title on the same line.

    A line that is only a heading begins a section even where the layout does not know it.
    """
    heading = _HEADING.match(line) or _BOLD_LINE.match(line)
    bare = _EMPHASIS.sub("", heading.group(1) if heading else line)
    bare = _ITEM.sub("", bare).strip()
    head, colon, rest = bare.partition(":")
    known = titles.get(folded(head))
    if known is not None and (colon or heading or not rest):
        return known, rest.strip()
    known = titles.get(folded(bare))
    if known is not None:
        return known, ""
    return ("", "") if heading and _HEADING.match(line) else (None, "")


def _settled(units: Sequence[Unit], answer: str, labels: Labels) -> Reading:
    """Find an answer that no line announces, and leave out what surrounds the steps without citing anything."""
    if not answer and units:
        last = units[-1].text
        found = _BOXED.search(last) or _ANSWER_SENTENCE.search(last)
        if found:
            answer = _unboxed((found.groupdict().get("answer") or found.group(1)).strip())
    units = [replace(unit, text=_unboxed(unit.text)) for unit in units]
    titled = any(unit.section for unit in units)
    kept = [unit for unit in units if unit.text or unit.labels or unit.evidence]
    kept = [unit for unit in kept if unit.section or unit.labels or unit.evidence or not titled]
    while len(kept) > 1 and not (kept[0].section or kept[0].labels or kept[0].evidence):
        kept.pop(0)  # "Sure, here is the reasoning:"
    return Reading(tuple(kept), labels, answer)


def _unboxed(text: str) -> str:
    return _BOXED.sub(r"\1", _BOXED_APART.sub("", text)).strip() if "boxed" in text else text


# JSON --------------------------------------------------------------------------------------------------------------


def _json(text: str, labels: Labels) -> dict[str, Any] | None:
    """Return the first JSON object of a text that has reasoning in it; None where there is none.

    An object in the midst of text that cites labels is a quotation, not the reply.
    """
    decoder = json.JSONDecoder()
    bare = _FENCE.sub("", text)
    for start in (match.start() for match in re.finditer(r"\{", bare)):
        try:
            value, end = decoder.raw_decode(bare, start)
        except (json.JSONDecodeError, RecursionError):
            continue
        if labels.cited(bare[:start] + bare[end:]):
            continue
        if isinstance(value, dict) and any(isinstance(part, list | dict | str) for part in value.values()):
            return value
    return None


class _FromJson:
    """Reads an object: steps as texts or objects, under titles or in a list, with what they rest on in members."""

    def __init__(self, labels: Labels, titles: Mapping[str, str], labelled: Callable[[str], str]) -> None:
        self.labels, self.titles, self.labelled = labels, titles, labelled

    def read(self, value: Mapping[str, Any]) -> Reading:
        answer = ""
        units: list[Unit] = []
        for name, part in value.items():
            if folded(name.replace("_", " ")) in _ANSWER_KEYS and isinstance(part, str | Mapping):
                answer = part if isinstance(part, str) else _spoken(part, ("key", "text"))
            elif folded(name) != ABSTAINS:
                units += self._units(self._title(name, ""), part)
        reading = _settled(units, answer, self.labels)
        return replace(reading, answer=_plain(reading.answer))

    def _title(self, name: Any, known: str) -> str:
        return self.titles.get(folded(str(name).replace("_", " ")), known)

    def _units(self, section: str, part: Any) -> Iterator[Unit]:
        if isinstance(part, str):
            yield _unit(section, self.labelled(part), self.labels)
        elif isinstance(part, Sequence):
            for entry in part:
                yield from self._units(section, entry)
        elif isinstance(part, Mapping):
            text = _spoken(part, _STEP_TEXT)
            if text:
                yield self._step(section, text, part)
                return
            for name, inner in part.items():
                if isinstance(inner, list | dict):
                    yield from self._units(self._title(name, section), inner)

    def _step(self, section: str, text: str, part: Mapping[str, Any]) -> Unit:
        named = next((str(part[name]) for name in _STEP_TITLE if isinstance(part.get(name), str)), "")
        evidence = [words for name in _STEP_EVIDENCE for words in _quotations(part.get(name))]
        read = (*_STEP_TEXT, *_STEP_TITLE, *_STEP_EVIDENCE, *_STEP_CITES, *_STEP_KNOWLEDGE)
        cites = [one for name in _STEP_CITES for one in _strings(part.get(name))]
        marks = [self.labelled(f"[{one}]") for one in cites]
        marks += [self.labelled("[own knowledge]")] if any(_is_true(part.get(name)) for name in _STEP_KNOWLEDGE) else []
        marks += [json.dumps(inner) for name, inner in part.items() if name not in read]
        more = [label for one in marks for label in self.labels.named(one)]
        return _unit(self._title(named, section), self.labelled(text), self.labels, evidence, more)


def _quotations(part: Any) -> list[str]:
    """Return the quotations of a member: a string as it stands, the strings of a list each whole."""
    if isinstance(part, str):
        return [part]
    return [f"“{words.strip('“”').strip()}”" for words in _strings(part) if words.strip()]


def _strings(part: Any) -> list[str]:
    if isinstance(part, str):
        return [part]
    return [one for one in part if isinstance(one, str)] if isinstance(part, Sequence) else []


def _is_true(part: Any) -> bool:
    return part is True or (isinstance(part, str) and part.strip().casefold() in ("true", "yes"))


def _spoken(part: Mapping[str, Any], names: Sequence[str]) -> str:
    return ". ".join(str(part[name]) for name in names if isinstance(part.get(name), str | int) and part[name] != "")
