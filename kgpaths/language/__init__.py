"""What the words of a question say before any of them is linked."""

from __future__ import annotations

from kgpaths.language.question import read_question

__all__ = ["read_question"]
