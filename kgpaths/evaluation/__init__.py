"""Evaluation tells whether a model knows more medicine than the one that it was trained from."""

from __future__ import annotations

from kgpaths.evaluation.evaluation import EvaluateConfig, EvaluateResult, evaluate

__all__ = ["EvaluateConfig", "EvaluateResult", "evaluate"]
