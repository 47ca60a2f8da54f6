"""The rehearsal stands in for a model: it answers the shipped prompts from their own text.

It writes what an obedient model of few words would: every statement as it stands, under the titles that are asked for,
and as its own knowledge that the findings are typical of the answer where there is no statement. Nothing in a build
uses it; tests and benchmarks put it behind a real server.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from kgpaths.language.english import capitalised
from kgpaths.verbalization.recipes.reply_parsing import ABSTAINS

_STATEMENT = re.compile(r"\[(E+\d+)\](?: ([^\[|;\n]*[^\[|;\s]))?")
_FINDING = re.compile(r"^\[(Q+\d+)\] (not there: )?\"(.*)\" = (.*?)(?: \(in the past\))?$", re.MULTILINE)
_TOLD = re.compile(r"^The [^\n]*? is (?:(?P<key>\w+)\. )?(?P<text>.+?)\. Argue ", re.MULTILINE | re.DOTALL)
_OPTION = re.compile(r"^(\w+)\. (.*?): (?=\[E|against it: |expected of it, )(.*)$", re.MULTILINE)
_OWN = re.compile(r"^- \[(K+)\] where ", re.MULTILINE)
_MARKS = re.compile(r" ?\[([EKQ][^\]]*)\]")


@dataclass(frozen=True)
class _Shown:
    support: tuple[tuple[str, ...], ...]
    rivals: tuple[tuple[str, str, tuple[str, ...]], ...]
    candidates: tuple[str, ...]
    statements: dict[str, str]
    present: dict[str, str]
    absent: dict[str, str]
    key: str | None
    answer: str
    knowledge: str


@cache
def _types() -> re.Pattern[str]:
    from kgpaths.vocabulary.node_types import node_types

    labels = "|".join(sorted((re.escape(kind.label) for kind in node_types().values()), key=len, reverse=True))
    return re.compile(rf" \((?:{labels})\)")


def rehearse(prompt: str, *, choice: str | None = None) -> str:
    """Return a reply to the text of a user message that one of the shipped prompts made.

    Where the prompt hides the answer, `choice` is argued for; without one, the option with the most statements, the
    first of equals. Where the prompt asks for JSON, the reply is that.
    """
    asked, shape, _ = prompt.partition("\n\nWrite the reply as one JSON object")
    said = _lines(asked, _read(asked, choice))
    return _as_json(said) if shape else "\n".join(said)


def _lines(prompt: str, shown: _Shown) -> list[str]:
    if "FINAL DIAGNOSIS" in prompt:
        return _final_first(shown)
    said = {
        "findings": _findings(shown),
        "absent": [f"There is no {words} [{label}]." for label, words in shown.absent.items()],
        "reasoning": list(_reasoning(shown)),
        "rivals": [f"{_said(shown, [label])}" for _, _, labels in shown.rivals for label in labels[:1]],
        "conclusion": [f"Therefore the answer is {shown.answer}."],
    }
    sections = {
        "Finding reasoning paths": said["findings"],
        "Findings": said["findings"],
        "Gather evidence": said["findings"] + said["absent"],
        "Exploration": said["rivals"],
        "Alternatives": said["rivals"],
        "Differential": [_said(shown, _differential(shown))],
        "Weigh for": said["reasoning"],
        "Weigh against": said["rivals"],
        "Reasoning process": said["reasoning"],
        "Reasoning": said["reasoning"],
        "Conclusion": said["conclusion"],
        "Diagnosis": said["conclusion"],
        "Self-check": [f"{capitalised(shown.answer)} accounts for the findings."],
    }
    lines: list[str] = []
    number = 0
    for title in re.findall(r"^## (.+)$", prompt, re.MULTILINE):
        lines.append(f"## {title}")
        for sentence in sections[title]:
            number += 1
            lines.append(f"{number}. {sentence}")
    return [*lines, f"Answer: {_answer(shown)}"]


def _as_json(lines: Iterable[str]) -> str:
    """Return a reply in lines as an object: labels, quotations and own knowledge stand in members of their own."""
    steps: list[dict[str, Any]] = []
    section = answer = ""
    for line in lines:
        head, _, rest = line.partition(" ")
        if head == "##":
            section = rest
        elif line.startswith("Supporting evidence: "):
            steps[-1]["quotes"].append(line.partition(": ")[2].strip('"'))
        elif found := re.match(r"(?:Answer|FINAL DIAGNOSIS): ", line):
            answer = line[found.end() :]
        elif line:
            text = re.sub(r"^(?:Step )?\d+[.:] ", "", line)
            labels = [label for group in _MARKS.findall(text) for label in group.split(", ")]
            cites = [label for label in labels if label.strip("K")]
            text = _MARKS.sub("", text).strip()
            step = {"section": section, "text": text, "cites": cites, "quotes": [], "knowledge": cites != labels}
            steps.append(step)
    return json.dumps({ABSTAINS: "", "steps": steps, "answer": answer}, ensure_ascii=False)


def _answer(shown: _Shown) -> str:
    return f"{shown.key}. {shown.answer}" if shown.key else shown.answer


def _findings(shown: _Shown) -> list[str]:
    return ["The findings are " + ", ".join(f"“{words}” [{label}]" for label, words in shown.present.items()) + "."]


def _reasoning(shown: _Shown) -> Iterable[str]:
    """Yield every statement of the support once, those that reach the answer last."""
    before = dict.fromkeys(label for path in shown.support for label in path[:-1])
    last = dict.fromkeys(path[-1] for path in shown.support)
    for label in [*(label for label in before if label not in last), *last]:
        yield _said(shown, [label])
    if not last:
        yield f"Together they are typical of {shown.answer} [{shown.knowledge}]."


def _differential(shown: _Shown) -> list[str]:
    """Return all statements: each ties something to the case."""
    return list(shown.statements)


def _said(shown: _Shown, labels: Iterable[str]) -> str:
    labels = list(labels)
    return f"{capitalised(', and '.join(shown.statements[label] for label in labels))} [{', '.join(labels)}]."


def _final_first(shown: _Shown) -> list[str]:
    lines = [f"FINAL DIAGNOSIS: {_answer(shown)}", ""]
    quotes = list(shown.present.values())
    for number, sentence in enumerate(_reasoning(shown), 1):
        lines.append(f"Step {number}: {sentence}")
        lines += [f'Supporting evidence: "{quotes[number - 1]}"'] if number <= len(quotes) else []
    return lines


def _read(prompt: str, choice: str | None) -> _Shown:
    rest = prompt.rpartition("</case>")[2]
    body = rest.partition("\nWrite these sections")[0].partition("\nWrite:")[0]
    statements = {
        label: re.sub(r", in [\d.]+%$", "", _types().sub("", text)) for label, text in _STATEMENT.findall(body) if text
    }
    rivals = tuple(
        (key, text, tuple(label for label, _ in _STATEMENT.findall(re.split("against it:|not there:", line)[0])))
        for key, text, line in _OPTION.findall(body)
    )
    found = {label: (bool(gone), words) for label, gone, words, _ in _FINDING.findall(body)}
    told = _TOLD.search(body)
    support = _part(body, "(many are beside the point):")
    key, answer = (told["key"], told["text"]) if told else (None, "")
    if told is None and rivals:
        key, answer, _ = max(rivals, key=lambda rival: (rival[0] == choice, len(rival[2])))
        lines = next(line for one, _, line in _OPTION.findall(body) if one == key)
        support = lines.split(" | ")
        rivals = tuple(rival for rival in rivals if rival[0] != key)
    candidates = tuple(
        label for line in _part(body, "share findings:") for label, _ in _STATEMENT.findall(line.partition(" | ")[0])
    )
    return _Shown(
        support=tuple(tuple(label for label, _ in _STATEMENT.findall(line)) for line in support if "[" in line),
        rivals=tuple(rival for rival in rivals if rival[2]),
        candidates=candidates,
        statements=statements,
        present={label: words for label, (gone, words) in found.items() if not gone},
        absent={label: words for label, (gone, words) in found.items() if gone},
        key=key,
        answer=answer,
        knowledge=own[1] if (own := _OWN.search(rest)) else "K",
    )


def _part(body: str, ending: str) -> list[str]:
    """Return the lines of the paragraph whose first line ends so."""
    for paragraph in body.split("\n\n"):
        first, _, rest = paragraph.strip().partition("\n")
        if first.endswith(ending):
            return rest.split("\n")
    return []
