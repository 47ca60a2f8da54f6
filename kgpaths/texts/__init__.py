"""Sentences of reference texts, found by the names that they hold."""

from kgpaths.texts.index import SentenceIndex
from kgpaths.texts.passages import SHIPPED, Passage, passages, texts_fingerprint

__all__ = ["SHIPPED", "Passage", "SentenceIndex", "passages", "texts_fingerprint"]
