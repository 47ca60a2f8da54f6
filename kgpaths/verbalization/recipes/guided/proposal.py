"""What a model proposes before it writes: the findings that decide, the condition, the argument, and what it thinks of
the paths that the graph offers.

A reply is read leniently and part by part: what cannot be read is a flaw that names its part, so that one repair can
mend it, and what is readable is kept.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict

from kgpaths.records import Claim, Complaint, EdgeFault
from kgpaths.verbalization.recipes.guided.json_objects import json_object, member, text_of, texts_of

PathLabel = Literal[
    "pivotal", "supporting", "beside", "generic", "wrong_sense", "wrong_polarity", "false_edge", "wrong_aspect",
]  # fmt: skip
"""What a path is to the argument; `wrong_sense` and `false_edge` name the statement that is at fault."""
LABELS: tuple[PathLabel, ...] = get_args(PathLabel)
USED: frozenset[PathLabel] = frozenset({"pivotal", "supporting"})
"""Labels of paths whose statements may be written with."""
_FAULTS: tuple[EdgeFault, ...] = get_args(EdgeFault)
Coverage = Literal["enough", "partial", "none"]
"""How much of the argument the offered paths carry."""
Part = Literal["object", "key_findings", "condition", "concepts", "claims", "paths", "against", "missing", "verdict"]
_SHAPES: Mapping[Part, str] = {
    "object": "one JSON object",
    "key_findings": "a list of texts",
    "condition": "a text",
    "concepts": "a list of texts",
    "claims": 'a list of ["subject", "relation", "object"]',
    "paths": 'a list of {"path": "P1", "label": one of the labels, "statement": a label, or ""}',
    "against": 'a list of {"option": its letter, "because": a clause, "claim": [subject, relation, object]}',
    "missing": "a list of texts",
    "verdict": "enough, partial or none",
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class JudgedPath(_Part):
    """What the model says of one path."""

    path: str
    """Its label, P1 …"""
    label: PathLabel
    statement: str = ""
    """Label of the statement that is at fault."""


class Against(_Part):
    """What speaks against an option."""

    option: str
    because: str
    claim: Claim | None = None
    """The general knowledge behind it; None where the reply has none that can be read."""


class Proposal(_Part):
    """An argument before it is written."""

    key_findings: tuple[str, ...] = ()
    """Words of the case that decide, verbatim where the model obeys."""
    condition: str = ""
    """The condition or mechanism that the case is about."""
    concepts: tuple[str, ...] = ()
    """What else the explanation goes through."""
    claims: tuple[Claim, ...] = ()
    """The argument, in its order."""
    paths: tuple[JudgedPath, ...] = ()
    against: tuple[Against, ...] = ()
    missing: tuple[str, ...] = ()
    """Knowledge that decides and that the paths lack."""
    verdict: Coverage = "none"

    @property
    def used(self) -> frozenset[str]:
        """Labels of the paths that it argues with."""
        return frozenset(one.path for one in self.paths if one.label in USED)

    @property
    def all_claims(self) -> tuple[Claim, ...]:
        """The claims of the argument, then those that speak against options."""
        return (*self.claims, *(one.claim for one in self.against if one.claim))

    @property
    def faulty(self) -> frozenset[str]:
        """Labels of the statements that it calls wrong."""
        return frozenset(one.statement for one in self.paths if one.label in _FAULTS and one.statement)

    def complaints(self, edge_ids: Mapping[str, str]) -> tuple[Complaint, ...]:
        """Return the edges that it calls wrong, each with its first fault; `edge_ids` gives them by label."""
        found: dict[str, EdgeFault] = {}
        for one in self.paths:
            edge = edge_ids.get(one.statement)
            for fault in _FAULTS:
                if edge is not None and one.label == fault:
                    found.setdefault(edge, fault)
        return tuple(Complaint(edge_id=edge, fault=found[edge]) for edge in sorted(found))


class ProposalFlaw(NamedTuple):
    """A part of a proposal that could not be read."""

    part: Part
    found: str
    """The beginning of what stands there instead."""

    @property
    def message(self) -> str:
        """What is wrong, in words that a model can act on."""
        if self.part == "object":
            return "it is not one JSON object"
        return f"{self.part} should be {_SHAPES[self.part]}" + (f", not {self.found}" if self.found else "")


class Read(NamedTuple):
    """A proposal, as far as it can be read."""

    proposal: Proposal | None
    """None where there is no object at all, or nothing of an argument in it."""
    flaws: tuple[ProposalFlaw, ...]


class Bounds(NamedTuple):
    """How much a proposal may hold; what goes beyond is left out, from the end."""

    findings: int = 6
    concepts: int = 8
    claims: int = 8


def read_proposal(
    text: str,
    reasoning: str = "",
    *,
    paths: Collection[str] = (),
    statements: Collection[str] = (),
    bounds: Bounds | None = None,
) -> Read:
    """Read a reply to the first prompt.

    Args:
        text: the message's content.
        reasoning: what the server gave as thinking; read only where the content is empty.
        paths: labels of the paths that were offered; a verdict over any other is left out.
        statements: labels of the statements that were offered.
        bounds: how much is kept of each part.

    >>> said = read_proposal('Sure: {"condition": "gout", "claims": [["uric acid", "causes", "gout"],], "paths": "?"}')
    >>> str(said.proposal.claims[0]), [flaw.part for flaw in said.flaws]
    ('uric acid causes gout', ['key_findings', 'paths', 'verdict'])
    """
    value = json_object(text, reasoning)
    if value is None:
        return Read(None, (ProposalFlaw("object", ""),))
    return _Reader(value, frozenset(paths), frozenset(statements), bounds or Bounds()).read()


class _Reader:
    def __init__(
        self, value: Mapping[str, Any], paths: frozenset[str], statements: frozenset[str], bounds: Bounds
    ) -> None:
        self.value, self.offered, self.statements, self.bounds = value, paths, statements, bounds
        self.flaws: list[ProposalFlaw] = []

    def read(self) -> Read:
        condition = self._text("condition", "condition", "condition_or_mechanism", "mechanism")
        proposal = Proposal(
            key_findings=tuple(self._texts("key_findings", needed=True)[: self.bounds.findings]),
            condition=condition,
            concepts=tuple(self._texts("concepts")[: self.bounds.concepts]),
            claims=tuple(self._claims()[: self.bounds.claims]),
            paths=tuple(self._paths()),
            against=tuple(self._against()),
            missing=tuple(self._texts("missing")),
            verdict=self._verdict(),
        )
        said = proposal.claims or proposal.used or proposal.key_findings
        return Read(proposal if said else None, tuple(self.flaws))

    def _flaw(self, part: Part, found: Any = None) -> None:
        self.flaws.append(ProposalFlaw(part, "" if found is None else repr(found)[:80]))

    def _text(self, part: Part, *names: str) -> str:
        found = member(self.value, *names)
        if found is not None and not isinstance(found, str):
            self._flaw(part, found)
        return text_of(found)

    def _texts(self, part: Part, *, needed: bool = False) -> list[str]:
        found = member(self.value, part)
        texts = texts_of(found)
        if texts is None or (needed and found is None):
            self._flaw(part, found)
        return texts or []

    def _claims(self) -> list[Claim]:
        found = member(self.value, "claims")
        if not isinstance(found, list):
            self._flaw("claims", found)
            return []
        claims = []
        for one in found:
            if (claim := _claim(one)) is None:
                self._flaw("claims", one)
            else:
                claims.append(claim)
        return claims

    def _paths(self) -> list[JudgedPath]:
        found = member(self.value, "paths")
        if found is None and not self.offered:
            return []
        if isinstance(found, Mapping):
            found = [
                {"path": key, **inner} if isinstance(inner, Mapping) else [key, inner] for key, inner in found.items()
            ]
        if not isinstance(found, list):
            self._flaw("paths", found)
            return []
        judged: dict[str, JudgedPath] = {}
        for one in found:
            parts = one if isinstance(one, list) else []
            if isinstance(one, Mapping):
                parts = [member(one, "path"), member(one, "label"), member(one, "statement")]
            path, label, *rest = [text_of(part) for part in parts] + [""] * max(0, 2 - len(parts))
            name = re.sub(r"[\s-]+", "_", label.casefold())
            known = next((known for known in LABELS if known == name), None)
            if not path or known is None:
                self._flaw("paths", one)
                continue
            path = path.strip("[]")
            if path in self.offered:
                statement = next((said for said in self._named(rest) if said in self.statements), "")
                judged.setdefault(path, JudgedPath(path=path, label=known, statement=statement))
        return list(judged.values())

    @staticmethod
    def _named(texts: Sequence[str]) -> list[str]:
        return [label for text in texts for label in re.findall(r"[A-Za-z]+\d+", text)]

    def _against(self) -> list[Against]:
        found = member(self.value, "against")
        if isinstance(found, Mapping):
            found = [
                {"option": key, **inner} if isinstance(inner, Mapping) else [key, inner] for key, inner in found.items()
            ]
        if found is not None and not isinstance(found, list):
            self._flaw("against", found)
            return []
        said = []
        for one in found or ():
            parts = one if isinstance(one, list) else []
            if isinstance(one, Mapping):
                parts = [member(one, "option"), member(one, "because", "reason"), member(one, "claim")]
            words = [text_of(part) for part in parts[:2]]
            if len(words) != 2 or not all(words):
                self._flaw("against", one)
                continue
            said.append(Against(option=words[0], because=words[1], claim=_claim(parts[2]) if parts[2:] else None))
        return said

    def _verdict(self) -> Coverage:
        found = member(self.value, "verdict")
        first = re.match(r"\W*(\w*)", text_of(found).casefold())
        verdict = next((known for known in get_args(Coverage) if first and known == first[1]), None)
        if verdict is None:
            self._flaw("verdict", found)
        known: Coverage = verdict or "none"
        return known


def _claim(value: Any) -> Claim | None:
    parts = list(value) if isinstance(value, list) else []
    if isinstance(value, Mapping):
        parts = [member(value, "subject"), member(value, "relation", "predicate"), member(value, "object")]
    words = [text_of(part) for part in parts]
    return Claim(subject=words[0], relation=words[1], object=words[2]) if len(words) == 3 and all(words) else None


def proposal_schema(paths: Sequence[str]) -> dict[str, Any]:
    """Return the JSON schema of a proposal over these paths.

    >>> sorted(proposal_schema(["P1"])["properties"])[:3]
    ['against', 'claims', 'concepts']
    """
    text: dict[str, Any] = {"type": "string"}
    texts: dict[str, Any] = {"type": "array", "items": text}

    def record(**members: Any) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": members,
            "required": list(members),
            "additionalProperties": False,
        }

    path = {"type": "string", "enum": list(paths)} if paths else text
    claim = record(subject=text, relation=text, object=text)
    judged = record(path=path, label={"type": "string", "enum": list(LABELS)}, statement=text)
    return record(
        key_findings=texts,
        condition=text,
        concepts=texts,
        claims={"type": "array", "items": claim},
        paths={"type": "array", "items": judged},
        against={"type": "array", "items": record(option=text, because=text, claim=claim)},
        missing=texts,
        verdict={"type": "string", "enum": list(get_args(Coverage))},
    )
