"""Compute how sure a difference is: accuracies with bootstrap intervals, for both models on the same questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict

RESAMPLES, SEED = 10_000, 0


class Interval(BaseModel):
    """A value with its 95 % bootstrap interval."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{100 * self.value:.1f} ({100 * self.low:.1f} to {100 * self.high:.1f})"


def accuracy(correct: Mapping[str, Sequence[bool]]) -> Interval:
    """Return the mean of the tasks' accuracies; questions are drawn again within each task.

    >>> accuracy({"a": [True] * 50 + [False] * 50, "b": [True] * 30}).value
    0.75
    """
    return _interval([np.asarray(marks, dtype=float) for marks in correct.values()])


def difference(tuned: Mapping[str, Sequence[bool]], base: Mapping[str, Sequence[bool]]) -> Interval:
    """Return tuned minus base, paired: each question drawn is drawn for both (Efron & Tibshirani 1993, chapter 8).

    >>> difference({"a": [True, True, False]}, {"a": [True, True, False]})
    Interval(value=0.0, low=0.0, high=0.0)
    """
    return _interval([np.asarray(tuned[task], dtype=float) - np.asarray(base[task], dtype=float) for task in tuned])


def _interval(scores: Sequence[np.ndarray]) -> Interval:
    draw = np.random.default_rng(SEED)
    means = np.zeros(RESAMPLES)
    for values in scores:
        # Counts of each distinct score instead of single questions: the same distribution, and no large arrays.
        distinct, counts = np.unique(values, return_counts=True)
        drawn = draw.multinomial(len(values), counts / len(values), size=RESAMPLES)
        means += drawn @ distinct / len(values)
    low, high = np.quantile(means / len(scores), [0.025, 0.975])
    return Interval(value=float(np.mean([values.mean() for values in scores])), low=float(low), high=float(high))
