"""How a chain is set: titled sections, numbered steps. Recipes write in a layout, and a corpus prints in it."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kgpaths.records import Chain, StepKind


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Section(_Table):
    """One titled part of a chain."""

    title: str
    """As the reply is asked to head it and as the chain is printed; empty prints the steps without a title."""
    holds: tuple[StepKind, ...] = Field(min_length=1)
    """Kinds of the steps that stand under it."""
    also_called: tuple[str, ...] = ()
    """Other titles that mean it in a reply."""


class Layout(_Table):
    """How a chain is written and printed."""

    sections: tuple[Section, ...] = Field(min_length=1)
    """In printing order; steps of kinds that no section holds are not printed."""
    collect_findings: bool = False
    """True: the reply has no step of findings; it is made of the quotations that its steps cite."""
    supporting_evidence: bool = False
    """True: each step is followed by a line `Supporting evidence:` with the words of the question that it rests on."""
    numbering: str = Field(default="{number}. ", pattern=r"^[^{}]*\{number\}[^{}]*$")
    """What a step begins with in print."""
    least_candidates: int = Field(default=0, ge=0)
    """Conditions that a differential names at least; fewer where the graph offers fewer."""

    def text(self, chain: Chain) -> str:
        """Return a chain in this layout: titled sections, steps numbered through, without the final answer."""
        parts = []
        number = 0
        for section in self.sections:
            steps = [step for step in chain.steps if step.kind in section.holds]
            if not steps:
                continue
            lines = [f"## {section.title}"] if section.title else []
            for step in steps:
                if section.holds == ("conclusion",) and self.collect_findings:
                    lines.append(step.text)  # the headline of an answer-first layout is no step
                else:
                    number += 1
                    lines.append(self.numbering.format(number=number) + step.text)
            parts.append("\n".join(lines))
        return "\n\n".join(parts)

    @model_validator(mode="after")
    def _kinds_once(self) -> Self:
        kinds = [kind for section in self.sections for kind in section.holds]
        twice = sorted({kind for kind in kinds if kinds.count(kind) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} is held by two sections")
        if "conclusion" not in kinds:
            raise ValueError("no section holds the conclusion")
        return self
