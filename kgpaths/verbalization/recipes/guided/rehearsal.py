"""A stand-in for a model that leads: answers the prompts of the guided recipe from what they say.

It proposes what the paths say, writes every statement as it stands, and finds everything true. Nothing in a build uses
it; tests and benchmarks put it behind a real server.
"""

from __future__ import annotations

import json
import re

from kgpaths.language.english import capitalised

_TOLD = re.compile(r"^The [^\n]*? is (?:(?P<key>\w+)\. )?(?P<text>[^\n]+?)\.(?: |$)", re.MULTILINE)
_FINDING = re.compile(r'^\[(Q+\d+)\] "([^"\n]*)"([^\n]*)$', re.MULTILINE)
_STATEMENT = re.compile(r"^\[(E+\d+)\] ([^\n(]+?)(?: \(a text says: [^\n]*)?$", re.MULTILINE)
_PATH = re.compile(r"^(P+\d+): ", re.MULTILINE)


def rehearse_guided(prompt: str) -> str:
    """Return a reply to the user message of one of the guided recipe's prompts."""
    if "<argument>" in prompt:
        return _judgement(prompt)
    if '"key_findings"' in prompt:
        return _proposal(prompt)
    return _argument(prompt)


def _findings(prompt: str) -> list[str]:
    """Return the words of the findings that are there."""
    return [words for _, words, notes in _FINDING.findall(prompt) if "not there" not in notes and "of a" not in notes]


def _answer(prompt: str) -> tuple[str, str]:
    told = _TOLD.search(prompt.rpartition("</case>")[2])
    assert told is not None, "the prompt does not say the answer"
    return told["key"] or "", told["text"]


def _proposal(prompt: str) -> str:
    _, answer = _answer(prompt)
    found = _findings(prompt)
    offered = prompt.partition("to the right answer,")[2].partition("\nPaths to other options:")[0]
    right = set(_PATH.findall(offered))
    labels = list(dict.fromkeys(_PATH.findall(prompt)))
    return json.dumps({
        "key_findings": found[:6],
        "condition": answer,
        "concepts": [answer],
        "claims": [[answer, "can present with", words] for words in found[:8]],
        "paths": [
            {"path": label, "label": "supporting" if label in right else "beside", "statement": ""} for label in labels
        ],
        "against": [],
        "missing": [],
        "verdict": "partial" if right else "none",
    })  # fmt: skip


def _argument(prompt: str) -> str:
    key, answer = _answer(prompt)
    found = _findings(prompt)
    marks = " ".join(f'["{words}"]' for words in found)
    lines = [f"The case tells of {', '.join(found)}. {marks}"] if found else []
    lines += [f"{capitalised(text)}. [{label}]" for label, text in _STATEMENT.findall(prompt)]
    if len(lines) <= bool(found):
        lines.append(f"Together they are typical of {answer}. [K]")
    lines.append(f"Therefore the answer is {answer}.")
    steps = [f"{number}. {line}" for number, line in enumerate(lines, 1)]
    return "\n".join([*steps, f"Answer: {key}. {answer}" if key else f"Answer: {answer}"])


def _judgement(prompt: str) -> str:
    argument = prompt.partition("<argument>")[2].partition("</argument>")[0]
    numbers = re.findall(r"^(\d+)\. ", argument, re.MULTILINE)
    steps = [{"step": int(number), "verdict": "true", "entailed": "yes", "reason": ""} for number in numbers]
    return json.dumps({"steps": steps, "decisive": "yes"})
