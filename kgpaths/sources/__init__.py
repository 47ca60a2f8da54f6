"""Question sources give `QAItem`s in order, from bundled samples, local files or the Hugging Face Hub."""

from __future__ import annotations

from kgpaths.sources.catalogue import DATASETS, SourceEntry, open_source, sources
from kgpaths.sources.source import Source
from kgpaths.sources.source_faults import SourceFault

__all__ = ["DATASETS", "Source", "SourceEntry", "SourceFault", "open_source", "sources"]
