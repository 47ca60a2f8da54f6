"""Spans of text to nodes of the graph, with offsets, confidence, how they matched, and assertion status."""

from kgpaths.linking.linker import EntityLinker
from kgpaths.linking.match.choosing import Choice, Chooser, by_model

__all__ = ["Choice", "Chooser", "EntityLinker", "by_model"]
