"""Learning what the evidence for an option is worth, from answered training questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kgpaths.errors import UsageError
from kgpaths.paths.option_features import OPTION_FEATURES, SIGNS
from kgpaths.paths.options import Weighing
from kgpaths.paths.ranker import Ranker

if TYPE_CHECKING:
    from kgpaths.linking import EntityLinker
    from kgpaths.paths.finder import PathFinder
    from kgpaths.records import QAItem

_NEWTON_STEPS = 100


def learn_options(finder: PathFinder, linker: EntityLinker, items: Iterable[QAItem]) -> tuple[Ranker, int]:
    """Fit the weights of options' features; return them with the number of questions learned from.

    Only questions with two linked options say anything.

    Raises:
        UsageError: no question has two linked options.
    """
    choices, right = [], []
    for item in items:
        weighing = Weighing(finder, item, linker.link_item(item))
        if sum(bool(option.nodes) for option in weighing.options) >= 2:
            choices.append(weighing.values)
            right.append(weighing.options.index(weighing.right))
    if not choices:
        raise UsageError("no question has two linked options: nothing to learn from")
    return fit_choices(choices, right), len(choices)


def fit_choices(choices: Sequence[NDArray[np.float64]], right: Sequence[int], *, penalty: float = 20.0) -> Ranker:
    """Fit option weights by the conditional logit: softmax over each question's options (McFadden 1974).

    What speaks for an option never counts against it, and the other way round: a feature whose weight comes out with
    the wrong sign (`SIGNS`) is left out and the others are fitted again, until no sign is wrong.

    Args:
        choices: for every question the features of its options, shape (options, F).
        right: which option is right.
        penalty: ridge penalty on the weights of the features, each scaled by its spread within questions.

    >>> rng = np.random.default_rng(0)
    >>> choices = [rng.normal(size=(4, len(OPTION_FEATURES))) for _ in range(300)]
    >>> found = fit_choices(choices, [int(options[:, 0].argmax()) for options in choices])
    >>> found.features[int(found.weight.argmax())]
    'direct'
    """
    centred = np.concatenate([options - options.mean(axis=0) for options in choices])
    spread = np.sqrt((centred**2).mean(axis=0))
    kept = spread > 1e-9
    scale = np.where(kept, spread, 1.0)
    starts = np.cumsum([0, *(len(options) for options in choices)])
    sign = np.array([SIGNS.get(name, 0) for name in OPTION_FEATURES])
    found = np.zeros(len(spread))
    while kept.any():
        found = np.zeros(len(spread))
        found[kept] = _conditional_logit(centred[:, kept] / scale[kept], starts, np.asarray(right), penalty)
        if (wrong := found * sign).min() >= 0:
            break
        kept[int(wrong.argmin())] = False
    return Ranker(tuple(OPTION_FEATURES), 0.0, found / scale, np.zeros(len(spread)))


def _conditional_logit(
    design: NDArray[np.float64], starts: NDArray[np.int64], right: NDArray[np.int64], penalty: float
) -> NDArray[np.float64]:
    """Return the weights, shape (C,), by Newton's method; the loss is convex, and the ridge keeps the steps short."""
    first, sizes = starts[:-1], np.diff(starts)
    weight = np.zeros(design.shape[1])
    target = design[first + right].sum(axis=0)
    for _ in range(_NEWTON_STEPS):
        score = design @ weight
        chance = np.exp(score - np.repeat(np.maximum.reduceat(score, first), sizes))
        chance /= np.repeat(np.add.reduceat(chance, first), sizes)
        expected = np.add.reduceat(design * chance[:, None], first)
        curvature = (design * chance[:, None]).T @ design - expected.T @ expected + penalty * np.eye(len(weight))
        step = np.linalg.solve(curvature, expected.sum(axis=0) - target + penalty * weight)
        weight = weight - step
        if np.abs(step).max() < 1e-8:
            break
    return weight
