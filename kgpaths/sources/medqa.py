"""MedQA: questions of the United States Medical Licensing Examination (Jin et al., Applied Sciences 2021)."""

from __future__ import annotations

from kgpaths.sources.datasets import HubLocation, QADataset, as_they_are
from kgpaths.sources.gold_answers import survey

# The original's columns (question, options, answer, answer_idx) are the generic ones.
MEDQA = QADataset(
    name="medqa",
    title="MedQA (USMLE)",
    description="clinical vignettes of the US licensing examination, five options",
    sample="medqa.jsonl.gz",
    sample_rows=1000,
    hub=HubLocation("GBaker/MedQA-USMLE-4-options"),
    columns=as_they_are,
    survey=survey,
)
