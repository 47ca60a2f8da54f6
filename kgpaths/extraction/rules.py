"""Load the rules of `ontologies/extraction/`: sections, frames, cues, and what is not read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, NamedTuple

from kgpaths.extraction.patterns import pattern
from kgpaths.language.denial import denied_verbs
from kgpaths.resources import resource
from kgpaths.vocabulary.node_types import node_types

Side = Literal["anchor", "filler"]
_TABLES = ("sections.yaml", "frames.yaml", "cues.yaml", "guards.yaml", "scopes.yaml")
_CARE = frozenset({"drug", "drug_class", "procedure", "test"})
_NAMES = ("too_general", "means", "examinations")
SET_ASIDE = "set aside"
"""The section of parts that speak of patients, pupils or nurses."""


class Frame(NamedTuple):
    """What a statement joins: an anchor and what is said of it."""

    name: str
    predicate: str
    anchor_is_subject: bool
    anchors: frozenset[str]
    """Node types of the anchor."""
    fillers: frozenset[str]
    allowed: frozenset[str]
    """Assertion statuses of a filler."""

    @property
    def of_care(self) -> bool:
        """Whether its fillers are care and nothing else: what it is for does not end a list of them."""
        return self.fillers <= _CARE

    @property
    def of_treatment(self) -> bool:
        """Whether its fillers are care that changes something, not care that only looks."""
        return self.of_care and "test" not in self.fillers

    @property
    def of_diagnosis(self) -> bool:
        """Whether its fillers are what a diagnosis rests on."""
        return "test" in self.fillers

    @property
    def of_conditions(self) -> bool:
        """Whether it joins conditions, and says nothing of care."""
        return not (self.anchors | self.fillers) & _CARE


class Cue(NamedTuple):
    """Words that say how what stands before them relates to what stands behind them."""

    name: str
    frame: Frame
    pattern: re.Pattern[str]
    left: Side | None
    right: Side | None
    score: float
    first: bool
    """Take only the mention next to the cue on the right."""
    only: str
    """Kind of text the cue is for; "" for all."""
    not_in: frozenset[str]
    """Sections in which the words mean something else."""
    in_sections: frozenset[str]
    """The only sections in which they mean this; empty for all."""
    strict: bool
    """Speaks of the focus only where the whole text is about it."""
    words: tuple[str, ...]
    """Lower-case parts of words, one of which every match holds; empty when any sentence may match."""

    def speaks_in(self, section: Section) -> bool:
        """Tell whether its words mean this in a section."""
        return section.name not in self.not_in and (not self.in_sections or section.name in self.in_sections)


class Section(NamedTuple):
    """What a section states when no cue says otherwise."""

    name: str
    frame: Frame | None = None
    sentence: float = 0.0
    """Score of a sentence without a cue; 0 when such a sentence states nothing."""
    item: float = 0.0
    needs: re.Pattern[str] | None = None
    """What a sentence without a cue must say to state what the section is for."""
    doubt: re.Pattern[str] | None = None
    """What it must not say, where this differs from the doubts of all sections."""
    besides: re.Pattern[str] | None = None
    """What it must not say in addition."""


class ScopeRule(NamedTuple):
    """A kind of words that take what they govern out of what a sentence states."""

    name: str
    words: tuple[str, ...]
    """Lower-case parts of words, one of which every match holds."""
    pattern: re.Pattern[str]
    behind: Literal["", "clause", "phrase", "item", "name"]
    until: re.Pattern[str] | None
    """What ends a name as well."""
    before: Literal["", "clause", "section"]
    only: frozenset[str]
    """Names of the frames that it bars; empty for all."""
    but: frozenset[str]
    """Names of frames that it does not bar."""
    spares: frozenset[str]
    """Node types that it does not bar."""
    unsaid: bool
    """Whether the rest is read as if what is governed were not there."""
    subjects: bool
    """Whether it bars what a sentence is about, before its cue, as well."""

    def bars(self, frame: Frame) -> bool:
        """Tell whether statements of a frame fall with what it governs."""
        return frame.name not in self.but and (not self.only or frame.name in self.only)


class Guards(NamedTuple):
    """What is not read as a statement, and where a statement ends."""

    sentences: re.Pattern[str]
    doubt: re.Pattern[str]
    advice_that_lists: re.Pattern[str]
    lead_doubt: re.Pattern[str]
    denied: re.Pattern[str]
    clause_end: re.Pattern[str]
    purpose: re.Pattern[str]
    item_end: re.Pattern[str]
    before: re.Pattern[str]
    before_filler: re.Pattern[str]
    after: re.Pattern[str]
    toward: re.Pattern[str]
    gene_after: re.Pattern[str]
    explains: re.Pattern[str]
    in_some: re.Pattern[str]
    on_condition: re.Pattern[str]
    gap: re.Pattern[str]
    pronoun: re.Pattern[str]
    of_organisms: re.Pattern[str]
    of_drugs: re.Pattern[str]
    of_one: re.Pattern[str]
    longer_name: re.Pattern[str]
    link: re.Pattern[str]
    reach: re.Pattern[str]
    aside: re.Pattern[str]
    of_care: re.Pattern[str]
    leads_to: re.Pattern[str]
    relative: re.Pattern[str]
    in_relative: re.Pattern[str]
    symptoms_of: re.Pattern[str]
    risk_of: re.Pattern[str]
    too_general: frozenset[str]
    """Names in lower case."""
    means: frozenset[str]
    examinations: frozenset[str]
    """Names of procedures that only look or give, in lower case."""


class Rules(NamedTuple):
    """All rules."""

    frames: Mapping[str, Frame]
    cues: tuple[Cue, ...]
    sections: Mapping[str, Section]
    guards: Guards
    scopes: tuple[ScopeRule, ...]
    version: str
    """Changes with the tables."""


@cache
def rules() -> Rules:
    """Return the rules, read once.

    >>> rules().frames["symptom"].predicate, rules().sections["symptoms"].frame is rules().frames["symptom"]
    ('has_symptom', True)
    """
    import yaml

    tables: dict[str, Any] = {}
    digest = hashlib.sha256()
    for name in _TABLES:
        text = resource("ontologies", "extraction", name).read_text("utf-8")
        digest.update(text.encode())
        tables[name] = yaml.safe_load(text)
    frames = {name: _frame(name, row) for name, row in tables["frames.yaml"].items()}
    sections = {name: _section(name, row, frames) for name, row in tables["sections.yaml"].items()}
    cues = tuple(_cue(name, row, frames, tables["cues.yaml"]) for name, row in tables["cues.yaml"]["cues"].items())
    digest.update(repr(denied_verbs()).encode())
    macros = tables["scopes.yaml"]["macros"] | {
        name: f"(?:{'|'.join(verbs)})" for name, verbs in denied_verbs().items()
    }
    scopes = tuple(_scope(name, row, frames, macros) for name, row in tables["scopes.yaml"]["scopes"].items())
    return Rules(frames, cues, sections, _guards(tables["guards.yaml"]), scopes, digest.hexdigest()[:12])


@cache
def _headings() -> tuple[tuple[str, re.Pattern[str]], ...]:
    import yaml

    table = yaml.safe_load(resource("ontologies", "extraction", "sections.yaml").read_text("utf-8"))
    return tuple(
        (section, re.compile(name.replace("(", "(?:").replace("{x}", "(.{2,60}?)"), re.IGNORECASE))
        for section, row in table.items()
        for name in row["names"]
    )


@cache
def section_of(heading: str) -> tuple[str, str] | None:
    """Return the section that a heading names and what it says the section is about; None for any other heading.

    >>> section_of("Clinical Manifestations"), section_of("Pharmacologic Treatment of Heart Failure")
    (('symptoms', ''), ('treatment', 'Heart Failure'))
    >>> section_of("The Bacterial Cell") is None
    True
    """
    heading = " ".join(heading.split()).strip(" .:?")
    known = rules().sections
    if heading.casefold() in known:
        return heading.casefold(), ""
    for section, name in _headings():
        match = name.fullmatch(heading)
        if match:
            return section, next(filter(None, match.groups()), "")
    return None


def _section(name: str, row: Mapping[str, Any], frames: Mapping[str, Frame]) -> Section:
    needs, doubt, besides = (pattern(row[key]) if key in row else None for key in ("needs", "doubt", "besides"))
    frame = frames.get(row.get("frame", ""))
    return Section(name, frame, row.get("sentence", 0.0), row.get("item", 0.0), needs, doubt, besides)


def _frame(name: str, row: Mapping[str, Any]) -> Frame:
    for kind in (*row["anchors"], *row["fillers"]):
        node_types()[kind]  # a misspelt type is an error, not a rule that never fires
    return Frame(
        name,
        row["predicate"],
        row["anchor"] == "subject",
        frozenset(row["anchors"]),
        frozenset(row["fillers"]),
        frozenset(row["allowed"]),
    )


def _cue(name: str, row: Mapping[str, Any], frames: Mapping[str, Frame], table: Mapping[str, Any]) -> Cue:
    words = row["pattern"]
    for macro, text in {**table["macros_of_nouns"], **table["macros"]}.items():
        words = words.replace(f"{{{macro}}}", text)
    return Cue(
        name,
        frames[row["frame"]],
        pattern(words),
        row.get("left"),
        row.get("right"),
        row["score"],
        row.get("first", False),
        row.get("only", ""),
        frozenset(row.get("not_in", ())),
        frozenset(row.get("in_sections", ())),
        row.get("strict", False),
        tuple(row.get("words", ())),
    )


def _scope(name: str, row: Mapping[str, Any], frames: Mapping[str, Frame], macros: Mapping[str, str]) -> ScopeRule:
    words = row["pattern"]
    for macro, text in macros.items():
        words = words.replace(f"{{{macro}}}", text)
    for frame in (*row.get("only", ()), *row.get("but", ())):
        frames[frame]  # a misspelt frame is an error, not a rule that never holds
    for kind in row.get("spares", ()):
        node_types()[kind]
    return ScopeRule(
        name,
        tuple(row["words"]),
        pattern(words),
        row.get("behind", ""),
        pattern(row["until"]) if "until" in row else None,
        row.get("before", ""),
        frozenset(row.get("only", ())),
        frozenset(row.get("but", ())),
        frozenset(row.get("spares", ())),
        row.get("unsaid", False),
        row.get("subjects", True),
    )


def _guards(table: Mapping[str, Any]) -> Guards:
    fields: dict[str, Any] = {
        key: pattern("|".join(text) if isinstance(text, list) else text)
        for key, text in table.items()
        if key not in _NAMES
    }
    fields |= {key: frozenset(name.casefold() for name in table[key]) for key in _NAMES}
    return Guards(**fields)
