"""Learning what the evidence for an option is worth, from answered training questions."""

from __future__ import annotations

from collections.abc import Iterable

from kgpaths.errors import HeldOutSplit, UsageError
from kgpaths.learning.logit import fit_choices
from kgpaths.linking import EntityLinker
from kgpaths.paths.features import Ranker
from kgpaths.paths.opened import Opened
from kgpaths.paths.options import Weighing
from kgpaths.records import QAItem


def learn_options(opened: Opened, linker: EntityLinker, items: Iterable[QAItem]) -> tuple[Ranker, int]:
    """Fit the weights of options' features; return them with the number of questions learned from.

    Only questions with two linked options say anything.

    Raises:
        HeldOutSplit: a question is of a test split.
        UsageError: no question has two linked options.
    """
    choices, right = [], []
    for item in items:
        if item.split == "test":
            raise HeldOutSplit(f"{item.id} is of a test split: learn from others")
        weighing = Weighing(opened, item, linker.link_item(item))
        if sum(bool(option.nodes) for option in weighing.options) >= 2:
            choices.append(weighing.values)
            right.append(weighing.options.index(weighing.right))
    if not choices:
        raise UsageError("no question has two linked options: nothing to learn from")
    return fit_choices(choices, right), len(choices)
