"""Train an adapter on a base model with the rows of a run folder."""

from __future__ import annotations

from kgpaths.training.config import PRESETS, TrainConfig
from kgpaths.training.publishing import check_publishable, publish
from kgpaths.training.training import TrainResult, train

__all__ = ["PRESETS", "TrainConfig", "TrainResult", "check_publishable", "publish", "train"]
