"""The corpus is a run folder: its rows are written as Parquet, read back and verified."""

from __future__ import annotations

from kgpaths.corpus.reading import Corpus
from kgpaths.corpus.row_schema import CONFIGS, schema
from kgpaths.corpus.run_folder import ModelWriting, RunFolder
from kgpaths.corpus.verification import VerifyFault, VerifyReport, verify

__all__ = ["CONFIGS", "Corpus", "ModelWriting", "RunFolder", "VerifyFault", "VerifyReport", "schema", "verify"]
