"""What a finder opens: a graph under one configuration, and all that the search reads, each part when it is needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from kgpaths.config import PathConfig
from kgpaths.graph import KnowledgeGraph
from kgpaths.paths.evidence import EvidenceModel
from kgpaths.paths.features import FeatureModel, Ranker
from kgpaths.paths.kernel import Kernel
from kgpaths.paths.passages import Passages
from kgpaths.paths.views import View, barred, search_graph


@dataclass(frozen=True, eq=False)
class Opened:
    """A graph, what is sought in it, and what the search reads. Its parts are read-only: it serves many threads."""

    graph: KnowledgeGraph
    config: PathConfig = field(default_factory=PathConfig)
    ranker: Ranker | None = None
    """What ranks intermediate nodes, instead of the shipped weights."""
    option_ranker: Ranker | None = None
    """What weighs the evidence for options, instead of the shipped weights."""

    @cached_property
    def kernel(self) -> Kernel:
        """The search over the default view."""
        return self._kernel("default")

    @cached_property
    def full_kernel(self) -> Kernel:
        """The search over the full view; only a fallback step needs it."""
        return self._kernel("full")

    def _kernel(self, view: View) -> Kernel:
        return Kernel(search_graph(self.graph, self.config, view), barred=barred(self.graph, self.config))

    @cached_property
    def evidence(self) -> EvidenceModel:
        """How stated nodes speak for others."""
        return EvidenceModel(self.graph, self.kernel.graph, degree_cap=self.config.degree_cap)

    @cached_property
    def passages(self) -> Passages:
        """What is spoken of together in the reference texts that the graph has edges of."""
        return Passages.of(self.graph)

    @cached_property
    def features(self) -> FeatureModel:
        """What intermediate nodes look like."""
        return FeatureModel(self.kernel, self.evidence, self.passages)
