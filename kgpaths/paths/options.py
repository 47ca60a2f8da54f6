"""An item's options: where they stand in the graph, and how strongly what the question says speaks for each.

The score of an option is a weighted sum of its features (`kgpaths.paths.option_features`), the weights learned from
answered training questions: log-odds in nats against the average linked option of the same question. So scores may
be negative, and say nothing across questions; an option that is not linked has 0, for nothing is known of it. The
*margin* is the right option's score minus the best other linked one's: above 0 the evidence is strongest for the right
option, and 0.7 means two to one. Where the question asks for what does not fit, evidence counts against an option.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kgpaths.language import read_question
from kgpaths.linking.assertion.stated import PRESENT
from kgpaths.paths.evidence import ItemEvidence
from kgpaths.paths.features import ItemFeatures
from kgpaths.paths.findings import findings_of, starting, stated
from kgpaths.paths.option_features import OF_THE_OPTION, OPTION_FEATURES, OptionTable
from kgpaths.paths.selection import OptionNodes, Selector
from kgpaths.records import Mention, QAItem

if TYPE_CHECKING:
    from kgpaths.paths.finder import PathFinder


class Weighing:
    """What one item's findings say of its options; the path stage goes on with the same parts."""

    def __init__(self, finder: PathFinder, item: QAItem, mentions: Sequence[Mention]) -> None:
        self.finder, self.item = finder, item
        self.options = options_of(finder, item, mentions)
        self.right = next(option for option in self.options if option.key == item.answer_key)
        model = finder.evidence_model
        self.question = read_question(item)
        said = stated(finder.graph, item, self.question, mentions)
        self.findings = findings_of(item, said, mentions)
        self.evidence = ItemEvidence(model, model.findings(starting(self.question, said)))
        told = {finder.graph.index(mention.node_id) for mention, _ in said if mention.assertion in PRESENT}
        self.selector = Selector(finder.kernel, finder.config, self.evidence, told)
        self.pivots = self.selector.pivots(self.options)
        stem = f"{item.question} {item.context}"
        self.features = ItemFeatures(
            finder.feature_model,
            self.evidence,
            stem,
            {node for option in self.options for node in option.nodes},
            degree_cap=finder.config.degree_cap,
        )

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """Features of every option as differences from the average linked one, shape (options, F).

        Evidence is turned around where the exception is asked for.
        """
        table = OptionTable(self.features, self.finder.passages, self.question.relations)
        values = np.zeros((len(self.options), len(OPTION_FEATURES)))
        linked = np.array([bool(option.nodes) for option in self.options])
        for place in np.flatnonzero(linked):
            option = self.options[place]
            text = self.item.section("answer" if option.key is None else f"option:{option.key}")
            values[place] = table.row(option, self.pivots[place], text)
        if linked.any():
            values[linked] -= values[linked].mean(axis=0)
        turned = np.array([1 if name in OF_THE_OPTION else -1 for name in OPTION_FEATURES])
        return values * (turned if self.question.polarity == "exception" else 1)

    @cached_property
    def scores(self) -> list[float]:
        """Evidence score of every option, in nats, see the module."""
        return [odds / 1000 for odds in self.finder.option_ranker.log_odds(self.values).tolist()]

    @property
    def margin(self) -> float | None:
        """Score of the right option minus the best other linked one's; None where nothing can be compared."""
        others = [
            score
            for option, score in zip(self.options, self.scores, strict=True)
            if option.nodes and option is not self.right
        ]
        if not self.right.nodes or not others:
            return None
        return round(self.scores[self.options.index(self.right)] - max(others), 6)


def options_of(finder: PathFinder, item: QAItem, mentions: Sequence[Mention]) -> list[OptionNodes]:
    """Where every option stands; the answer alone for an open question.

    What two options have in common says nothing of which is right: a node that both are linked to counts for neither,
    and a name that is linked in part of an option does not count where it stands in another one too.
    """
    texts = {option.key: option.text.casefold() for option in item.options}
    keys: list[str | None] = [option.key for option in item.options] or [None]
    linked: dict[str | None, dict[int, int]] = {key: {} for key in keys}
    for mention in mentions:
        if mention.role in ("option", "answer"):
            key = mention.section.removeprefix("option:") if mention.section != "answer" else item.answer_key
            name = mention.text.casefold() if mention.tier == "partial" else None
            if name and any(name in text for other, text in texts.items() if other != key):
                continue
            node = finder.graph.index(mention.node_id)
            doubt = round(-1000 * math.log(max(mention.score, 0.01)))
            linked[key][node] = min(doubt, linked[key].get(node, doubt))
    shared = Counter(node for nodes in linked.values() for node in nodes)
    options = []
    for key, nodes in linked.items():
        own = sorted(node for node in nodes if shared[node] == 1)
        options.append(OptionNodes(key, tuple(own), tuple(nodes[node] for node in own)))
    return options
