"""Fitting weights: the logistic regression of the ranker, and the conditional logit of the options' weights.

Both are convex and small, and are solved by Newton's method with a ridge penalty on standardised features.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kgpaths.paths.features import FEATURES, Ranker
from kgpaths.paths.options import OPTION_FEATURES

_FOR = ("direct", "intermediate_node", "text_share", "passages", "diagnosis", "asked_relation", "any_relation")
SIGNS: dict[str, int] = dict.fromkeys(_FOR, 1) | dict.fromkeys(("contradicted", "denied"), -1)
"""Features that can only speak for an option, 1, or only against it, -1; the others are free."""
_NEWTON_STEPS = 100


def fit(
    values: NDArray[np.float64], labels: NDArray[np.bool_], weight: NDArray[np.float64], *, penalty: float = 10.0
) -> Ranker:
    """Fit the weights by Newton's method on the penalised log-likelihood; columns that never vary get weight 0.

    Args:
        values: shape (M, F).
        labels: shape (M,): named by the expert.
        weight: shape (M,): how much a row counts; rows of one question together should not outweigh another's.
        penalty: ridge penalty on the weights of the standardised features.

    >>> rng = np.random.default_rng(0)
    >>> values = np.zeros((200, len(FEATURES)))
    >>> values[:, 0] = rng.normal(size=200)
    >>> ranker = fit(values, values[:, 0] > rng.normal(size=200), np.ones(200))
    >>> bool(ranker.weight[0] > 0.5), bool(ranker.weight[1:].any())
    (True, False)
    """
    mean, spread = values.mean(axis=0), values.std(axis=0)
    varies = spread > 1e-9
    columns = (values[:, varies] - mean[varies]) / spread[varies]
    design = np.column_stack([np.ones(len(values)), columns])
    scale = weight * len(weight) / weight.sum()
    ridge = np.diag([0.0, *[penalty] * columns.shape[1]])
    solution = _logistic(design, labels.astype(np.float64), scale, ridge)
    found = np.zeros(len(mean))
    found[varies] = solution[1:] / spread[varies]
    return Ranker(tuple(FEATURES), float(solution[0] - (found * mean).sum()), found, mean)


def _logistic(
    design: NDArray[np.float64], target: NDArray[np.float64], scale: NDArray[np.float64], ridge: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the coefficients of a ridge-penalised logistic regression, shape (C,), by damped Newton steps."""
    solution = np.zeros(design.shape[1])

    def loss(at: NDArray[np.float64]) -> float:
        logits = design @ at
        return float((scale * (np.logaddexp(0.0, logits) - target * logits)).sum() + at @ ridge @ at / 2)

    current = loss(solution)
    for _ in range(100):
        chance = 1 / (1 + np.exp(-np.clip(design @ solution, -30, 30)))
        gradient = design.T @ (scale * (chance - target)) + ridge @ solution
        curvature = (design * (scale * chance * (1 - chance))[:, None]).T @ design + ridge
        step = np.linalg.solve(curvature + 1e-9 * np.eye(len(solution)), gradient)
        size = 1.0
        while size > 1e-6 and loss(solution - size * step) > current:
            size /= 2
        solution = solution - size * step
        before, current = current, loss(solution)
        if before - current < 1e-9 * max(1.0, before):
            break
    return solution


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
