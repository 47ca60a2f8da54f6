"""This module writes the text of a step: a unit's sentence without labels, with the cited words of the question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kgpaths.language.english import folded
from kgpaths.records import Edge, Mention, Span, StepKind
from kgpaths.verbalization.recipes.citations import Labels
from kgpaths.verbalization.recipes.reply_parsing import Unit


@dataclass
class Part:
    """A unit with what its labels mean."""

    number: int
    unit: Unit
    kind: StepKind
    edges: list[Edge]
    mentions: list[Mention]
    spans: list[Span] = field(default_factory=list)
    """What it quotes, beside the words of its mentions."""
    knowledge: bool = False

    @property
    def rests(self) -> bool:
        """True when it is marked with anything that it rests on."""
        return bool(self.edges or self.mentions or self.spans or self.knowledge)


def sentence(part: Part, labels: Labels, findings: Mapping[str, Mention], *, inline: bool) -> tuple[str, list[Span]]:
    """Return a unit's sentence, and the spans that it quotes.

    Args:
        findings: mentions by label.
        inline: a finding that the sentence names in other words is followed by the question's own, in parentheses;
            otherwise the words stand in a line of their own.
    """
    text = part.unit.text
    spans: list[Span] = []
    missing: dict[str, Mention] = {}
    for label, mention in ((label, findings.get(label)) for label in part.unit.labels):
        if mention is None or not inline:
            continue
        words = _words(mention)
        whole = rf"(?<!\w){re.escape(words)}(?!\w)"
        if part.kind == "findings" and not re.search(whole, text):
            text = re.sub(whole, f"“{words}”".replace("\\", r"\\"), text, count=1, flags=re.IGNORECASE)
        named = part.kind != "findings" and f" {folded(words)} " in f" {folded(labels.cut(text))} "
        if named or re.search(whole, text):
            spans.append(mention.span)
        else:
            missing[label] = mention
    text = _unlabelled(text, labels, missing)
    spans += [mention.span for mention in missing.values()]
    if not inline:
        spans += [mention.span for mention in part.mentions if mention.assertion != "absent"]
    return text, spans


def _unlabelled(text: str, labels: Labels, missing: Mapping[str, Mention]) -> str:
    """Take the labels out of a text; those of `missing` leave the question's words behind."""
    left = dict(missing)

    def words(cited: list[str]) -> str:
        here = [left.pop(label) for label in cited if label in left]
        return f" (“{'”, “'.join(map(_words, here))}”)" if here else ""

    text = labels.cut(text, words)
    text += "".join(f" (“{_words(mention)}”)" for mention in left.values())  # cited beside the sentence, as JSON does
    return re.sub(r"^(.*[^.!?])([.!?]) (\(“[^”]*”\))$", r"\1 \3\2", text).strip()


def _words(mention: Mention) -> str:
    return " ".join(mention.text.split())
