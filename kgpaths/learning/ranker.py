"""Learning the ranker's weights from explanations that experts wrote."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kgpaths.errors import HeldOutSplit, UsageError
from kgpaths.language import read_question
from kgpaths.learning.agreement import SHORTEST_EXPLANATION, expert
from kgpaths.learning.logit import fit
from kgpaths.linking import EntityLinker
from kgpaths.paths.choosing import PathChooser
from kgpaths.paths.evidence import ItemEvidence
from kgpaths.paths.features import FEATURES, ItemFeatures, Ranker
from kgpaths.paths.findings import starting, stated
from kgpaths.paths.opened import Opened
from kgpaths.paths.options import options_of
from kgpaths.paths.selection import Selector
from kgpaths.records import Mention, QAItem

_BLANK = Ranker(tuple(FEATURES), 0.0, np.zeros(len(FEATURES)), np.zeros(len(FEATURES)))
"""A ranker that knows nothing, so that what is learned does not depend on what was learned before."""


class Explained(NamedTuple):
    """A question, its mentions, and what its explanation names."""

    item: QAItem
    mentions: tuple[Mention, ...]
    explanation: tuple[Mention, ...]


class Candidates(NamedTuple):
    """Intermediate nodes of one question that some path leads over."""

    nodes: NDArray[np.int64]
    """Shape (M,); a node is there once for every node of the right option that it leads to."""
    values: NDArray[np.float64]
    """Shape (M, F), columns as in `kgpaths.paths.features.FEATURES`."""
    named: NDArray[np.bool_]
    """Shape (M,): what the expert names, see `kgpaths.learning.agreement`."""


def fold_of(item_id: str, folds: int = 5) -> int:
    """Return the fold of a question for cross-validation, by a hash of its id.

    >>> [fold_of(name) for name in ("a", "b", "c", "d")]
    [0, 1, 0, 4]
    """
    return int.from_bytes(hashlib.sha256(item_id.encode()).digest()[:8], "big") % folds


def explained(linker: EntityLinker, items: Iterable[QAItem]) -> list[Explained]:
    """Link questions whose explanation is long enough to name more than the answer.

    Raises:
        HeldOutSplit: a question is of a test split.
    """
    asked = list(items)
    if held_out := [item.id for item in asked if item.split == "test"]:
        raise HeldOutSplit(f"{held_out[0]} and {len(held_out) - 1:,} more are of a test split: learn from others")
    return [
        Explained(item, linker.link_item(item), tuple(linker.link(item.explanation, section="explanation")))
        for item in asked
        if len(item.explanation) >= SHORTEST_EXPLANATION
    ]


def candidates(opened: Opened, question: Explained) -> Candidates:
    """Return the intermediate nodes of a question that some path leads over, their features, and which the expert
    names."""
    # What is worth little is what there is to learn from.
    config, model = opened.config.model_copy(update={"min_worth": None}), opened.evidence
    options = options_of(opened.graph, question.item, question.mentions)
    right = next(option for option in options if option.key == question.item.answer_key)
    asked = read_question(question.item)
    said = stated(opened.graph, question.item, asked, question.mentions)
    evidence = ItemEvidence(model, model.findings(starting(asked, said)))
    stem = f"{question.item.question} {question.item.context}"
    everything = {node for option in options for node in option.nodes}
    features = ItemFeatures(opened.features, evidence, stem, everything, degree_cap=config.degree_cap)
    closed = everything | evidence.findings.absent
    chooser = PathChooser(Selector(opened.kernel, config, evidence, to_say=False), features, _BLANK, asked)
    offers = chooser.offers(right, closed - set(right.nodes), most=opened.graph.n_nodes)
    walked = {(node, offer.found.nodes[-1]) for offer in offers for node in offer.found.nodes[1:-1]}
    rows = [
        (n, row)
        for answer, (_, table) in chooser.intermediate_nodes(right, closed).items()
        for n, row in sorted(table.items())
        if (n, answer) in walked
    ]
    who = expert(opened.graph, question.mentions, question.explanation)
    rows = [(node, row) for node, row in rows if node not in who.question]
    nodes = np.array([node for node, _ in rows], dtype=np.int64)
    values = np.array([row for _, row in rows]).reshape(len(rows), len(FEATURES))
    return Candidates(nodes, values, np.isin(nodes, sorted(who.named)))


def learn_ranker(tables: Iterable[Candidates]) -> tuple[Ranker, int, int]:
    """Fit the ranker; return it with the number of questions and of intermediate nodes it learned from.

    A question's intermediate nodes count together as the square root of their number, so that a question with a
    thousand of them does not outweigh thirty others.

    Raises:
        UsageError: no question has a candidate intermediate node.
    """
    full = [table for table in tables if len(table.named)]
    if not full:
        raise UsageError(
            "no question has a candidate intermediate node and a long enough explanation: nothing to learn from"
        )
    weight = np.concatenate([np.full(len(table.named), len(table.named) ** -0.5) for table in full])
    labels = np.concatenate([table.named for table in full])
    return fit(np.concatenate([table.values for table in full]), labels, weight), len(full), len(labels)
