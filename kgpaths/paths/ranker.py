"""Which middles an expert would name: a linear model over `kgpaths.paths.features`, its weights in a text file.

The log-odds that an expert's explanation names a node are a weighted sum of its features (logistic regression; Cox
1958). Few weights keep it readable and keep it from learning the training questions by heart; a trial with boosted
trees was no better. ``kgpaths paths learn-ranker`` writes the file: one feature a line with its weight and its mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from kgpaths.errors import UsageError
from kgpaths.paths.features import FEATURES
from kgpaths.paths.option_features import OPTION_FEATURES
from kgpaths.resources import resource

_TOLD = 3
"""Features that an explanation names."""


class Ranker(NamedTuple):
    """Weights of features: of middles, or of options (`kgpaths.paths.option_features`).

    >>> ranker = shipped_ranker()
    >>> values = np.zeros((1, len(FEATURES)))
    >>> len(ranker.weight) == len(FEATURES), ranker.log_odds(values).shape
    (True, (1,))
    """

    features: tuple[str, ...]
    """Names of the features; F is their number."""
    bias: float
    weight: NDArray[np.float64]
    """Shape (F,), in nats per unit of the feature."""
    mean: NDArray[np.float64]
    """Shape (F,): the average middle; explanations say in what a node differs from it."""

    def log_odds(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the log-odds of every row of features in milli-nats, shape (M,)."""
        odds: NDArray[np.float64] = 1000 * (self.bias + (values * self.weight).sum(axis=1))
        return odds.round().astype(np.int64)

    def explain(self, row: NDArray[np.float64]) -> str:
        """Return the features that move a node's log-odds most against the average middle's, in nats."""
        share = self.weight * (row - self.mean)
        order = np.lexsort((np.arange(len(share)), -np.abs(share)))[:_TOLD]
        names = self.features
        return ", ".join(f"{names[place]} {share[place]:+.2f}" for place in order if round(share[place], 2))

    @classmethod
    def read(cls, path: Path, features: Iterable[str]) -> Self:
        """Read a weights file.

        Raises:
            UsageError: a line that is no feature with two numbers, or a feature that is missing.
        """
        names = tuple(features)
        found: dict[str, tuple[float, float]] = {}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            name, *rest = line.split("\t")
            if (name not in names and name != "bias") or len(rest) != 2:
                raise UsageError(f"{path.name}:{number}: {line!r} is no feature with its weight and its mean")
            try:
                found[name] = (float(rest[0]), float(rest[1]))
            except ValueError as error:
                raise UsageError(f"{path.name}:{number}: {error}") from error
        missing = [name for name in ("bias", *names) if name not in found]
        if missing:
            raise UsageError(f"{path.name} lacks {', '.join(missing)}; make it again with kgpaths paths learn-ranker")
        weight, mean = np.array([found[name] for name in names]).T
        return cls(names, found["bias"][0], weight, mean)

    def text(self, remarks: Sequence[str]) -> str:
        """Return the weights file's content, with remarks at its head."""
        lines = [f"# {remark}" for remark in remarks] + ["# feature\tweight\tmean", f"bias\t{self.bias:.4f}\t1.0000"]
        rows = zip(self.features, self.weight.tolist(), self.mean.tolist(), strict=True)
        return "\n".join(lines + [f"{name}\t{weight:.4f}\t{mean:.4f}" for name, weight, mean in rows]) + "\n"


@cache
def shipped_ranker() -> Ranker:
    """Return the ranker that comes with the library."""
    return Ranker.read(resource("ontologies", "paths", "ranker.txt"), FEATURES)


@cache
def shipped_option_ranker() -> Ranker:
    """Return the weights of an option's features that come with the library."""
    return Ranker.read(resource("ontologies", "paths", "options.txt"), OPTION_FEATURES)
