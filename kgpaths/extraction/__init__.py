"""Draw edges from reference texts; every edge keeps the sentence that states it."""

from kgpaths.extraction.extractor import RuleExtractor
from kgpaths.extraction.readers import read_texts
from kgpaths.extraction.run import ExtractReport, extract
from kgpaths.extraction.text_statements import Extractor, Reading, Statement
from kgpaths.extraction.texts import ReferenceText

__all__ = [
    "ExtractReport",
    "Extractor",
    "Reading",
    "ReferenceText",
    "RuleExtractor",
    "Statement",
    "extract",
    "read_texts",
]
