"""Which nodes a span may mean, how sure that is, and which of them is taken."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kgpaths.config import LinkingConfig, LinkingRule
from kgpaths.errors import ConfigError, nearest
from kgpaths.graph.merge import compatible
from kgpaths.graph.tables import SCOPES
from kgpaths.linking.match.graph_names import general_abnormalities
from kgpaths.linking.match.index import NameIndex
from kgpaths.linking.match.roots import Roots
from kgpaths.linking.match.windows import Owners
from kgpaths.linking.values.measurements import Measurement
from kgpaths.linking.words.abbreviations import abbreviation_senses, clinical_abbreviations, meaning
from kgpaths.linking.words.normalisation import singular, spelled
from kgpaths.linking.words.tokenizer import Tokens, content_words, tokenize
from kgpaths.linking.words.word_lists import function_words, listed_names, name_key
from kgpaths.records import MentionTier, Role
from kgpaths.resources import resource

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

_SCORES: dict[MentionTier, float] = {
    "label": 0.99, "exact": 0.98, "normalised": 0.96, "abbreviation": 0.9, "synonym": 0.9, "word_order": 0.88,
}  # fmt: skip
_WEAK, _WEAK_SCOPES = 0.08, frozenset({"narrow", "broad", "related"})
_ONE_WEAK_WORD = 0.82
"""Score of a single word that is a narrower, broader or related name: "sludge" of sewage, "aura" of epilepsy."""
_LOOSE = 0.8
"""Score of a name that agrees in its loose form only."""
_ORDER_MATTERS = frozenset({
    "and", "or", "with", "without", "by", "from", "due", "induced", "caused", "not", "no", "non", "after", "before",
    "versus", "than", "into", "over", "under",
})  # fmt: skip
_SHORT = 4
"""Letters of a string in capitals that is an abbreviation only."""
_FINDINGS = ("symptom", "phenotype", "finding", "disease")
_TURNED = frozenset({*_FINDINGS, "organism"})
_CARE = ("drug", "drug_class", "procedure", "test", "organism", "exposure", "device", "chemical")
_BODY = ("behaviour", "physiology", "biological_process", "anatomy", "cell", "cellular_component")
_MOLECULES = ("food", "protein", "gene_family", "molecular_activity", "pathway", "gene")
_PREFERENCE: dict[Role, tuple[str, ...]] = {
    "question": (*_FINDINGS, *_CARE, *_BODY, *_MOLECULES),
    "context": (*_FINDINGS, *_CARE, *_BODY, *_MOLECULES),
    "option": ("disease", *_FINDINGS[:3], *_CARE, *_BODY, *_MOLECULES),
    "answer": ("disease", *_FINDINGS[:3], *_CARE, *_BODY, *_MOLECULES),
}
"""Node types by how likely a span of that role means one; types not named come last."""


def _calibration() -> dict[float, float]:
    lines = resource("ontologies", "linking", "calibration.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {float(raw): float(share) for raw, share, *_ in rows}


CALIBRATED = _calibration()
"""Raw score -> share of right links on gold annotations, ascending."""
MEASURED_TIERS = frozenset({"label", "exact", "normalised", "word_order", "abbreviation", "synonym"})
"""Tiers whose scores are calibrated; whole strings and values have no gold."""


@cache
def calibrated(raw: float) -> float:
    """Return the share of links that are right at a raw score, straight between the scores that were measured.

    >>> calibrated(0.0), calibrated(0.7) < calibrated(0.88) <= calibrated(0.98) < calibrated(0.99)
    (0.0, True)
    """
    if not CALIBRATED:
        return raw
    return round(float(np.interp(raw, [0.0, *CALIBRATED, 1.0], [0.0, *CALIBRATED.values(), 1.0])), 3)


class Candidate(NamedTuple):
    """A node that a span may mean."""

    node: int
    tier: MentionTier
    score: float
    in_order: bool
    is_label: bool


class Anchor(NamedTuple):
    """A span that matches at least one name."""

    start: int
    end: int
    words: tuple[int, int]
    """First and last word position, for overlaps and for the assertion status."""
    candidates: tuple[Candidate, ...]
    measurement: Measurement | None = None
    """The number that the span is read from."""

    @property
    def in_order(self) -> bool:
        """Whether some candidate has the words in its own order."""
        first = self.candidates[:1]  # nearly always is, and this is asked of every anchor
        return bool(first) and (first[0].in_order or any(candidate.in_order for candidate in self.candidates))

    @property
    def loosely(self) -> bool:
        """Whether the words agree with names in their loose form only."""
        return any(candidate.tier == "synonym" and candidate.score <= _LOOSE for candidate in self.candidates)


class Candidates:
    """Names of a graph under the rules of the linker: case, word order, stop names, linkable types, preference."""

    def __init__(self, graph: KnowledgeGraph, index: NameIndex, config: LinkingConfig) -> None:
        from kgpaths.vocabulary.node_types import node_types

        types = node_types()
        self.graph = graph
        self.index = index
        linkable = [types[name].linkable if name in types else True for name in graph.node_types]
        if config.types:
            for name in sorted({*config.types} - {*graph.node_types, *types}):
                raise ConfigError(f"option 'linking.types': no node type {name!r}; {nearest(name, graph.node_types)}")
            linkable = [name in config.types for name in graph.node_types]
        self.roots = Roots(graph, config.roots, config.ids)
        self._linkable = np.array(linkable)[graph.node_type] & self.roots.linkable
        """Whether a node may be linked."""
        self._must_have_id = bool(config.ids)
        self._without = frozenset(config.without)
        self._rank = {
            role: [order.index(name) if name in order else len(order) for name in graph.node_types]
            for role, order in _PREFERENCE.items()
        }
        self._never = frozenset(name_key(name) for name in config.stop_names)
        listed = "stop_names" not in self._without
        self._stops = self._never | listed_names("stop_names.txt") if listed else self._never
        self._general = listed_names("general_names.txt") - self._stops if listed else frozenset()
        self._left_out = general_abnormalities(graph) if "general_abnormalities" in self._without else frozenset()
        self.abbreviations: dict[str, tuple[Candidate, ...]] = {}
        """What clinical abbreviations mean where nothing beside them says otherwise."""
        for short, long in () if "clinical_abbreviations" in self._without else clinical_abbreviations().items():
            if name_key(short) not in self._never:
                self.abbreviations[short] = as_abbreviation(self.of_string(long))
        senses = {} if "clinical_abbreviations" in self._without else abbreviation_senses()
        self._senses = {
            long: as_abbreviation(self.of_string(long)) if long else ()
            for long in {sense.means for some in senses.values() for sense in some}
        }
        self.known_short = {*self.abbreviations, *(short for short in senses if name_key(short) not in self._never)}
        """Clinical abbreviations, also those that mean something beside some words only."""

    def of_window(
        self,
        surface: str,
        words: Sequence[str],
        rows: Owners,
        *,
        verbatim: bool = False,
        fixed: bool = False,
        loosely: bool = False,
    ) -> tuple[Candidate, ...]:
        """Return the candidates of a window of running text.

        Args:
            surface: the window as the text writes it.
            words: its canonical words.
            rows: the names of these words.
            verbatim: a comma stands inside; the name must be written just so.
            fixed: the window is no whole phrase; the words must stand in the name's own order.
            loosely: the names agree in their loose form only.
        """
        if " ".join(words) in self._never or (loosely and (verbatim or fixed)):
            return ()
        if len(words) > 1 and (functions := function_words().intersection(words)):
            names = ((row, self.index.text(row[0])) for row in rows)
            rows = tuple(row for row, name in names if not _is_capital(functions, surface, name))
        if loosely:
            return self._admit_loosely(words, rows)
        return self._admit(surface, words, rows, verbatim=verbatim, fixed=fixed)

    def is_general(self, words: Sequence[str]) -> bool:
        """Tell whether canonical words are a name too general for running text."""
        return " ".join(words) in self._general

    def is_stopped(self, words: Sequence[str]) -> bool:
        """Tell whether canonical words are a name that is never linked inside a text."""
        return " ".join(words) in self._stops

    def are_conditions(self, candidates: Iterable[Candidate]) -> bool:
        """Tell whether all are findings, diseases, organisms or bodies that something may be about."""
        return all(self.graph.type(candidate.node) in _TURNED for candidate in candidates)

    def of_string(self, text: str) -> tuple[Candidate, ...]:
        """Return the candidates of a string as a whole; general names that running text never links are allowed."""
        words = content_words(text)
        if " ".join(words) in self._never:
            return ()
        rows = self.index.whole(words)
        return (
            self._admit(text, words, rows)
            or (self._admit(text.lower(), words, rows) if text.isupper() and len(text) > _SHORT else ())
            or self._admit_loosely(words, self.index.whole(words, loosely=True))
        )

    def of_abbreviation(self, short: str, tokens: Tokens, word: int) -> tuple[Candidate, ...] | None:
        """Return the candidates of a clinical abbreviation where it stands; None if it means nothing there."""
        sense = meaning(short, tokens, word)
        return self.abbreviations.get(short) if sense is None else self._senses[sense]

    def of_words(self, words: Sequence[str]) -> tuple[Candidate, ...]:
        """Return the candidates of a name given by its canonical words."""
        return () if " ".join(words) in self._never else self._admit(" ".join(words), words, self.index.whole(words))

    def _admit(
        self, surface: str, words: Sequence[str], rows: Owners, *, verbatim: bool = False, fixed: bool = False
    ) -> tuple[Candidate, ...]:
        free = not fixed and "word_order" not in self._without and _may_be_reordered(words)
        folded = " ".join(surface.casefold().split())
        best: dict[int, Candidate] = {}
        for row, in_order in rows:
            node = int(self.index.nodes[row])
            if not (in_order or free) or not self._linkable[node]:
                continue
            name = self.index.text(row)
            if self._left_out and (node, name) in self._left_out:
                continue
            same = name.casefold() == folded
            if self._without and not same and not self._without.isdisjoint(rules_between(surface, name)):
                continue
            if (
                (verbatim and not same)
                or (fixed and "," in name)
                or (len(words) == 1 and not _case_fits(surface, name))
            ):
                continue
            scope = SCOPES[self.index.scopes[row]]
            tier = _tier(scope, same, in_order)
            score = _SCORES[tier] - (_WEAK if tier == "word_order" and scope in _WEAK_SCOPES else 0)
            if tier == "synonym" and len(words) == 1:
                score = _ONE_WEAK_WORD
            candidate = Candidate(node, tier, round(score, 4), in_order, scope == "label")
            if node not in best or candidate.score > best[node].score:
                best[node] = candidate
        return tuple(best[node] for node in sorted(best))

    def _admit_loosely(self, words: Sequence[str], rows: Owners) -> tuple[Candidate, ...]:
        free = _may_be_reordered(words)
        strictly = {row for row, _ in self.index.whole(words)} if self._without else ()  # a rule is off that they need
        best: dict[int, float] = {}
        for row, in_order in rows:
            node = int(self.index.nodes[row])
            if (in_order or free) and self._linkable[node] and row not in strictly:
                if self._left_out and (node, self.index.text(row)) in self._left_out:
                    continue
                weak = SCOPES[self.index.scopes[row]] in _WEAK_SCOPES
                best[node] = max(best.get(node, 0.0), round(_LOOSE - _WEAK * weak, 4))
        return tuple(Candidate(node, "synonym", best[node], False, False) for node in sorted(best))

    def choose(
        self,
        candidates: Sequence[Candidate],
        role: Role,
        others: Collection[int],
        decide: Callable[[Sequence[Candidate]], int | None] | None = None,
    ) -> Candidate:
        """Return the candidate a span means.

        Names in their own order first, then strong scopes, findings and diseases (those that have it as their label
        before others), the types the role prefers, labels, closer matches, the node
        with more neighbours among `others`, the class of the others, `decide`, the lowest id. Where nothing but the
        last rule decides, the score is lowered. A namesake that has an id in the wanted vocabularies stands in for a
        node that has none, where their types may be one concept.
        """
        if len(candidates) == 1:
            return candidates[0]
        chosen = self._choose(candidates, role, others, decide)
        if self._must_have_id and self.roots.id_of(chosen.node) is None:
            namesakes = [one for one in candidates if self._is_namesake(one, chosen)]
            return self._choose(namesakes, role, others, decide) if namesakes else chosen
        return chosen

    def _is_namesake(self, one: Candidate, chosen: Candidate) -> bool:
        """Tell whether a candidate with an id in the wanted vocabularies may be the concept of one without."""
        return (
            one.in_order
            and compatible(self.graph.type(one.node), self.graph.type(chosen.node))
            and self.roots.id_of(one.node) is not None
        )

    def _choose(
        self,
        candidates: Sequence[Candidate],
        role: Role,
        others: Collection[int],
        decide: Callable[[Sequence[Candidate]], int | None] | None,
    ) -> Candidate:
        rank = self._rank[role]

        def preference(candidate: Candidate) -> tuple[bool, bool, bool, bool, int, bool, float]:
            type_rank = rank[self.graph.node_type[candidate.node]]
            finding = type_rank < len(_FINDINGS)
            weak = candidate.tier == "synonym"
            by_label = not candidate.is_label
            return (
                not candidate.in_order, weak, not finding, finding and by_label, type_rank, by_label, -candidate.score
            )  # fmt: skip

        first = min(map(preference, candidates))
        tied = [candidate for candidate in candidates if preference(candidate) == first]
        if len(tied) > 1:
            support = [self._support(candidate.node, others) for candidate in tied]
            best = max(support)
            tied = [c for c, s in zip(tied, support, strict=True) if s == best]
        if len(tied) > 1:
            classes = [one for one in tied if all(one is c or self._is_a(c.node, one.node) for c in tied)]
            tied = classes or tied
        if len(tied) > 1 and decide is not None:
            place = decide(tied)
            tied = tied if place is None else [tied[place]]
        chosen = tied[0]
        return chosen._replace(score=round(chosen.score / len(tied) ** 0.5, 4))

    def _is_a(self, node: int, other: int) -> bool:
        """Tell whether a node is directly below another."""
        graph = self.graph
        if "is_a" not in graph.predicates:
            return False
        edges = graph.arcs[graph.indptr[node] : graph.indptr[node + 1]]
        is_a = graph.predicate[edges] == graph.predicates.index("is_a")
        return bool(((graph.subject[edges] == node) & (graph.object[edges] == other) & is_a).any())

    def _support(self, node: int, others: Collection[int]) -> int:
        graph = self.graph
        edges = graph.arcs[graph.indptr[node] : graph.indptr[node + 1]]
        near = set(graph.subject[edges].tolist()) | set(graph.object[edges].tolist())
        return len(near.intersection(others) - {node})


def rules_between(surface: str, name: str) -> set[LinkingRule]:
    """Return the rules of normalisation that make a surface and a name the same.

    >>> sorted(rules_between("oedemas of the hand", "Hand edema"))
    ['plural', 'spelling', 'stop_words']
    """
    rules: set[LinkingRule] = set()
    one, other = tokenize(surface), tokenize(name)
    if sorted(set(one.words) - set(_content(one))) != sorted(set(other.words) - set(_content(other))):
        rules.add("stop_words")
    if _formed(one, spelled) != _formed(other, spelled):
        rules.add("plural")
    if _formed(one, singular) != _formed(other, singular):
        rules.add("spelling")
    return rules


def _formed(tokens: Tokens, form: Callable[[str], str]) -> list[str]:
    return sorted(form(tokens.text[tokens.starts[i] : tokens.ends[i]].lower()) for i in tokens.content)


def _content(tokens: Tokens) -> list[str]:
    return [tokens.words[i] for i in tokens.content]


def as_abbreviation(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return the candidates of a long form as those of its short form."""
    return tuple(c._replace(tier="abbreviation", score=_SCORES["abbreviation"]) for c in candidates)


def _may_be_reordered(words: Sequence[str]) -> bool:
    return 2 <= len(words) <= 6 and _ORDER_MATTERS.isdisjoint(words)


def _tier(scope: str, same: bool, in_order: bool) -> MentionTier:
    if not in_order:
        return "word_order"
    if scope in _WEAK_SCOPES:
        return "synonym"
    if scope == "abbreviation":
        return "abbreviation"
    if not same:
        return "normalised"
    return "label" if scope == "label" else "exact"


def _is_capital(words: Collection[str], surface: str, name: str) -> bool:
    """Tell whether a name has a word in capitals that the surface has not: "AS syndrome" is no "syndrome as"."""
    here, there = surface.split(), name.split()
    return any(word.upper() in there and word.upper() not in here for word in words if len(word) > 1)


def _case_fits(surface: str, name: str) -> bool:
    """Tell "ALL" from "all" and "CAT" from "cat": short names keep their case.

    A name with two capitals and no digit is a symbol or acronym; it must be written as it is, save a plural s.
    """
    if surface in (name, name + "s"):
        return True
    letters = [c for c in name if c.isalpha()]
    if not any(c.isdigit() for c in name) and len(letters) <= 6 and sum(c.isupper() for c in letters) >= 2:
        return False
    if len(name) <= 3:
        return surface.lower() in (name.lower(), name.lower() + "s") and (not surface.isupper() or name.isupper())
    return not (surface.isupper() and len(surface) <= 5 and not name.isupper())
