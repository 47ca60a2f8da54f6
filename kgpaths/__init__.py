"""kgpaths: medical question-answer pairs into reasoning chains grounded in a knowledge graph.

Names are loaded on first use, so that ``import kgpaths`` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from kgpaths.config import BuildConfig as BuildConfig
    from kgpaths.config import EndpointConfig as EndpointConfig
    from kgpaths.config import LinkingConfig as LinkingConfig
    from kgpaths.config import LLMConfig as LLMConfig
    from kgpaths.config import PathConfig as PathConfig
    from kgpaths.config import ValidationConfig as ValidationConfig
    from kgpaths.corpus import Corpus as Corpus
    from kgpaths.corpus import verify as verify
    from kgpaths.errors import BatchPending as BatchPending
    from kgpaths.errors import BudgetSpent as BudgetSpent
    from kgpaths.errors import ConfigError as ConfigError
    from kgpaths.errors import CorpusError as CorpusError
    from kgpaths.errors import EndpointDown as EndpointDown
    from kgpaths.errors import EvaluationError as EvaluationError
    from kgpaths.errors import GraphError as GraphError
    from kgpaths.errors import HeldOutSplit as HeldOutSplit
    from kgpaths.errors import Interrupted as Interrupted
    from kgpaths.errors import KgpathsError as KgpathsError
    from kgpaths.errors import NotPublishable as NotPublishable
    from kgpaths.errors import ServiceUnavailable as ServiceUnavailable
    from kgpaths.errors import SnapshotError as SnapshotError
    from kgpaths.errors import SourceError as SourceError
    from kgpaths.errors import StorageFull as StorageFull
    from kgpaths.errors import TrainingError as TrainingError
    from kgpaths.errors import UnknownEdge as UnknownEdge
    from kgpaths.errors import UnknownNode as UnknownNode
    from kgpaths.errors import UsageError as UsageError
    from kgpaths.evaluation import evaluate as evaluate
    from kgpaths.graph import EdgeRecord as EdgeRecord
    from kgpaths.graph import KnowledgeGraph as KnowledgeGraph
    from kgpaths.graph import NodeRecord as NodeRecord
    from kgpaths.linking import EntityLinker as EntityLinker
    from kgpaths.paths import PathFinder as PathFinder
    from kgpaths.pipeline import BuildResult as BuildResult
    from kgpaths.pipeline import Pipeline as Pipeline
    from kgpaths.pipeline import build as build
    from kgpaths.records import Chain as Chain
    from kgpaths.records import Mention as Mention
    from kgpaths.records import Option as Option
    from kgpaths.records import PathSet as PathSet
    from kgpaths.records import QAItem as QAItem
    from kgpaths.records import Question as Question
    from kgpaths.records import ReasoningPath as ReasoningPath
    from kgpaths.records import Row as Row
    from kgpaths.records import Step as Step
    from kgpaths.records import Verdict as Verdict
    from kgpaths.shortcuts import link as link
    from kgpaths.sources import open_source as open_source
    from kgpaths.training import TrainConfig as TrainConfig
    from kgpaths.training import train as train
    from kgpaths.training.tiny import make_tiny_model as make_tiny_model
    from kgpaths.validation import Validator as Validator
    from kgpaths.validation import decide as decide
    from kgpaths.verbalization import LLMVerbalizer as LLMVerbalizer
    from kgpaths.verbalization import TemplateVerbalizer as TemplateVerbalizer

_ROOMS = {
    "config": "BuildConfig EndpointConfig LLMConfig LinkingConfig PathConfig ValidationConfig",
    "corpus": "Corpus verify",
    "errors": "BatchPending BudgetSpent ConfigError CorpusError EndpointDown EvaluationError GraphError HeldOutSplit "
    "Interrupted KgpathsError NotPublishable ServiceUnavailable SnapshotError SourceError StorageFull TrainingError "
    "UnknownEdge UnknownNode UsageError",
    "evaluation": "evaluate",
    "graph": "EdgeRecord KnowledgeGraph NodeRecord",
    "linking": "EntityLinker",
    "paths": "PathFinder",
    "pipeline": "BuildResult Pipeline build",
    "records": "Chain Mention Option PathSet QAItem Question ReasoningPath Row Step Verdict",
    "shortcuts": "link",
    "sources": "open_source",
    "training": "TrainConfig train",
    "training.tiny": "make_tiny_model",
    "validation": "Validator decide",
    "verbalization": "LLMVerbalizer TemplateVerbalizer",
}
_HOME = {name: f"kgpaths.{room}" for room, names in _ROOMS.items() for name in names.split()}

__all__ = ["__version__", "paths", *sorted(_HOME)]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    if name == "paths":  # a room that can be called
        return import_module("kgpaths.paths")
    import difflib

    near = difflib.get_close_matches(name, __all__, n=1)
    hint = f"; did you mean {near[0]!r}?" if near and not name.startswith("_") else ""
    raise AttributeError(f"module 'kgpaths' has no attribute {name!r}{hint}")


def __dir__() -> list[str]:
    return sorted(__all__)
