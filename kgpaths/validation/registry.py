"""This module says what a check is given and what it yields, and holds the table of all checks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from kgpaths.config import ValidationConfig
from kgpaths.language.english import folded, in_sentence, natural_order, plain, singular
from kgpaths.language.spoken_names import Names
from kgpaths.linking.assertion.stated import Stated, stated
from kgpaths.records import Chain, Edge, Mention, Outcome, PathSet, QAItem, Reason, Step

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

SUPPORT = ("findings", "evidence", "link")
"""Kinds of steps that speak for the answer."""


@dataclass(frozen=True)
class Case:
    """One row as the checks see it."""

    graph: KnowledgeGraph
    config: ValidationConfig
    item: QAItem
    mentions: tuple[Mention, ...]
    path_set: PathSet
    chain: Chain

    @cached_property
    def stated(self) -> Stated:
        """What question and context say is present, absent, or neither."""
        return stated(self.mentions)

    @cached_property
    def node_ids(self) -> frozenset[str]:
        """Every node that a mention, a path or a step names."""
        return frozenset(
            {mention.node_id for mention in self.mentions}
            | {node for path in self.path_set.paths for node in path.node_ids}
            | {node for step in self.chain.steps for node in step.node_ids}
        )

    @cached_property
    def names(self) -> dict[str, frozenset[str]]:
        """All names of all nodes of the case, plain, with the nodes that each can mean.

        Catalogue names count in their spoken order only: "thromboembolism, pulmonary" in a text is two things.
        """
        found: dict[str, set[str]] = {}
        speaker = Names(self.graph)
        for node in self.node_ids:
            if node not in self.graph:
                continue
            record = self.graph.node(node)
            names = {natural_order(name) for name in (record.name, *(name.text for name in record.names))}
            shown = in_sentence(record.name, record.type)
            names |= {speaker.node(node), shown, singular(shown)}
            names |= {mention.text for mention in self.mentions if mention.node_id == node}
            for name in {way(name) for name in names for way in (plain, folded)} - {""}:
                found.setdefault(name, set()).add(node)
        return {name: frozenset(nodes) for name, nodes in found.items()}

    @cached_property
    def edges(self) -> Mapping[str, Edge]:
        """The edges that paths and steps cite, by id, as the graph has them; without those that it lacks."""
        cited = {edge for path in self.path_set.paths for edge in path.edge_ids}
        cited |= {edge for step in self.chain.steps for edge in step.edge_ids}
        return {edge: self.graph.edge(edge) for edge in cited if self.graph.has_edge(edge)}

    def edges_of(self, step: Step) -> list[Edge]:
        """Return the edges that a step cites, in its order, without those that the graph lacks."""
        return [self.edges[edge] for edge in step.edge_ids if edge in self.edges]

    @property
    def templated(self) -> bool:
        """True when every sentence comes from the template, whose wording is known."""
        return self.chain.verbalizer == "template"

    def linked(self, *roles: str) -> frozenset[str]:
        """Return the nodes that mentions of these roles link to."""
        return frozenset(mention.node_id for mention in self.mentions if mention.role in roles)

    def names_option(self, step: Step, nodes: Collection[str]) -> bool:
        """Return whether a step names one of these nodes by the text of an option that is linked to it."""
        words = f" {folded(step.text)} "
        return any(
            f" {folded(option.text)} " in words
            for option in self.item.options
            if any(one.node_id in nodes and one.section == f"option:{option.key}" for one in self.mentions)
        )

    def steps(self, *kinds: str) -> Iterator[tuple[int, Step]]:
        """Yield the steps of these kinds with their index."""
        return ((number, step) for number, step in enumerate(self.chain.steps) if step.kind in kinds)


class Fault(NamedTuple):
    """What a check has to say against a row, or beside it."""

    detail: str
    reason: Reason | None = None
    """Given when the outcome is `fail`."""
    where: int | None = None
    """Index of the step."""
    outcome: Outcome = "fail"
    score: float | None = None


Check = Callable[[Case], Iterator[Fault]]


class Registered(NamedTuple):
    """A check under its name."""

    description: str
    run: Check


_REGISTRY: dict[str, Registered] = {}


def check(name: str, description: str) -> Callable[[Check], Check]:
    """Register a check; a check yields a `Fault` for everything it finds and nothing when all is well.

    Raises:
        ValueError: the name is taken.
    """

    def register(function: Check) -> Check:
        if name in _REGISTRY:
            raise ValueError(f"there is a check named {name!r} already")
        _REGISTRY[name] = Registered(description, function)
        return function

    return register


def registered() -> Mapping[str, Registered]:
    """Return the checks that are registered so far, by name."""
    return dict(sorted(_REGISTRY.items()))
