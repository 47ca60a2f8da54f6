"""Question sources give `QAItem`s in order, from bundled samples, local files or the Hugging Face Hub."""

from __future__ import annotations

from kgpaths.sources.catalogue import DATASETS, SourceEntry, open_source, sources
from kgpaths.sources.faults import SourceFault
from kgpaths.sources.source import Source

__all__ = ["DATASETS", "Source", "SourceEntry", "SourceFault", "open_source", "sources"]
