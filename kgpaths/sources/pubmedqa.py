"""PubMedQA: yes/no/maybe questions about abstracts (Jin et al., EMNLP 2019), expert-labelled half-and-half split."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import Any

from kgpaths.sources.datasets import HubLocation, QADataset
from kgpaths.sources.source_faults import Record

_OPTIONS = {"A": "yes", "B": "no", "C": "maybe"}
_TEST_IDS = Path(__file__).parent / "samples" / "pubmedqa_test_pmids.txt.gz"


@cache
def official_test_ids() -> frozenset[str]:
    """Return the PubMed ids of the official test half of the labelled set.

    >>> len(official_test_ids())
    500
    """
    with gzip.open(_TEST_IDS, "rt", encoding="ascii") as handle:
        return frozenset(handle.read().split())


def columns(fields: Record) -> Record:
    """Read the original's upper-case columns and the Hub's; the official test half is marked `test`.

    >>> row = {"pubid": 21645374, "question": "Q?", "context": {"contexts": ["One.", "Two."]}, "final_decision": "no"}
    >>> read = columns(row)
    >>> read["answer_key"], read["context"], read["split"]
    ('B', 'One.\\nTwo.', 'test')
    """
    if not ({"final_decision", "CONTEXTS", "QUESTION"} & fields.keys()):
        pmid = str(fields.get("id") or "").removeprefix("pubmedqa-")
        return {**fields, "split": "test"} if pmid in official_test_ids() else fields
    pmid = str(fields.get("pubid") or fields.get("id") or "")
    context = fields.get("context")
    contexts: Any = fields.get("CONTEXTS") or (context.get("contexts") if isinstance(context, dict) else context)
    decision = fields.get("final_decision")
    key = next((key for key, text in _OPTIONS.items() if text == decision), None)
    return {
        "id": f"pubmedqa-{pmid}" if pmid else None,
        "question": fields.get("QUESTION") or fields.get("question"),
        "options": _OPTIONS,
        "answer_key": key,
        "answer": decision,
        "context": "\n".join(map(str, contexts)) if isinstance(contexts, list) else contexts,
        "explanation": fields.get("LONG_ANSWER") or fields.get("long_answer"),
        "url": f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else None,
        "split": "test" if pmid in official_test_ids() else fields.get("split"),
    }


PUBMEDQA = QADataset(
    name="pubmedqa",
    title="PubMedQA",
    description="yes/no/maybe questions with the abstract they are about; train half only",
    sample="pubmedqa.jsonl.gz",
    sample_rows=300,
    # One split on the Hub; the official test half is told by its PubMed ids.
    hub=HubLocation("qiaojin/PubMedQA", config="pqa_labeled", held_out_split="train"),
    columns=columns,
)
