"""A model whose replies were recorded: it answers by question and stage, whatever the prompt around them says today.

A reply cites labels of the prompt that it answered, and a later version of a prompt gives other labels. So a recorded
reply keeps what each of its labels stood for; when it is given again, a label becomes the one that stands for the same
line in the prompt of today, and one that stands for nothing any more becomes a label that no prompt has.
"""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self

_LINE = re.compile(r"^(?:speaks against: )?\[([ESQ]+\d+)\] (.+)$", re.MULTILINE)
_PATH = re.compile(r"^(P+\d+): (.+)$", re.MULTILINE)
_PART = re.compile(r"\[(E+\d+)\](?: (.+?))?(?=; \[E+\d+\]|$)")
_LABEL = re.compile(r"\b([ESQP]+\d+)\b")
_LOST = 9000
"""Number of a label that stands for nothing any more."""


class Recorded(NamedTuple):
    """One reply of a model."""

    question: str
    """The question's id."""
    stage: str
    """`propose`, `write` or `judge`, with `mend ` before it for a repair."""
    reply: str
    labels: Mapping[str, str]
    """What the labels in the reply stood for: lines of its prompt."""


def stage_of(messages: Iterable[Mapping[str, str]]) -> str:
    """Return which stage a call is of, by what it asks for.

    >>> stage_of([{"role": "user", "content": 'Reply with {"key_findings": [...]}'}])
    'propose'
    """
    users = [message["content"] for message in messages if message["role"] == "user"]
    stage = "judge" if "<argument>" in users[0] else "propose" if '"key_findings"' in users[0] else "write"
    return stage if len(users) == 1 else f"mend {stage}"


def labels_of(prompt: str) -> dict[str, str]:
    """Return what the labels of a prompt stand for: a statement, a sentence, a finding; a path is its statements.

    >>> labels_of('[Q1] "fever"\\nP1: [E1] flu causes fever; [E2] flu is a virus disease\\nP2: [E1]')
    {'Q1': '"fever"', 'E1': 'flu causes fever', 'E2': 'flu is a virus disease', 'P1': 'flu causes fever; flu is a \
virus disease', 'P2': 'flu causes fever'}
    """
    found = {label: " ".join(line.split()) for label, line in _LINE.findall(prompt)}
    for label, line in _PATH.findall(prompt):
        parts = _PART.findall(line)
        found |= {edge: " ".join(said.split()) for edge, said in parts if said}
        found[label] = "; ".join(found.get(edge, edge) for edge, _ in parts)
    return found


def recorded(question: str, messages: list[dict[str, str]], reply: str) -> Recorded:
    """Return a reply with what its labels stand for."""
    known = labels_of("\n".join(message["content"] for message in messages if message["role"] == "user"))
    used = {label: known[label] for label in dict.fromkeys(_LABEL.findall(reply)) if label in known}
    return Recorded(question, stage_of(messages), reply, used)


class RecordedModel:
    """Gives recorded replies again; `reply` is what `FaultServer` takes.

    A repair that was not recorded is answered with the reply that is to be repaired. Any other stage that was not
    recorded is answered with NONE: the model has nothing to say.
    """

    def __init__(self, replies: Iterable[Recorded], questions: Mapping[str, str]) -> None:
        """Take replies, and the questions by id as prompts show them."""
        self._replies = {(one.question, one.stage): one for one in replies}
        self._questions = questions
        self.unknown: list[tuple[str, str]] = []
        """Question and stage of the calls for which nothing is recorded."""

    @classmethod
    def open(cls, path: Path, questions: Mapping[str, str]) -> Self:
        """Read what `write_recorded` wrote."""
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            return cls((Recorded(**json.loads(line)) for line in lines), questions)

    def reply(self, payload: Mapping[str, Any]) -> str:
        """Return the reply to a call, with the labels of its prompt."""
        messages = payload["messages"]
        prompt = "\n".join(message["content"] for message in messages if message["role"] == "user")
        stage = stage_of(messages)
        question = next((key for key, text in self._questions.items() if text in prompt), "")
        known = self._replies.get((question, stage))
        if known is None:
            self.unknown.append((question, stage))
            known = self._replies.get((question, stage.removeprefix("mend ")))
        if known is None:
            return "NONE"
        # A path of one statement has the words of that statement, so the letter counts too.
        now: dict[tuple[str, str], str] = {}
        for label, line in labels_of(prompt).items():
            now.setdefault((label[0], line), label)

        def renamed(match: re.Match[str]) -> str:
            line = known.labels.get(match[1])
            return match[1] if line is None else now.get((match[1][0], line), f"{match[1][0]}{_LOST}")

        return _LABEL.sub(renamed, known.reply)


def write_recorded(path: Path, replies: Iterable[Recorded]) -> None:
    """Write replies as compressed JSON lines."""
    lines = "".join(json.dumps(one._asdict(), ensure_ascii=False) + "\n" for one in replies)
    path.write_bytes(lzma.compress(lines.encode(), preset=9))
