"""Spans of text to nodes of the graph, with offsets, confidence, how they matched, and assertion status."""

from kgpaths.linking.disambiguation import Choice, Chooser, by_model
from kgpaths.linking.linker import EntityLinker

__all__ = ["Choice", "Chooser", "EntityLinker", "by_model"]
