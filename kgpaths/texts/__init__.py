"""Sentences of reference texts, found by the names that they hold."""

from kgpaths.texts.index import SentenceIndex

__all__ = ["SentenceIndex"]
