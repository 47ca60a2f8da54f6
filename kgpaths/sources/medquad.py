"""MedQuAD: patients' questions with answers from NIH web sites (Ben Abacha and Demner-Fushman 2019); open answers."""

from __future__ import annotations

import hashlib

from kgpaths.sources.datasets import HubLocation, QADataset
from kgpaths.sources.source_faults import Record


def columns(fields: Record) -> Record:
    """Read the question, answer and page; the original's pair ids repeat, so part of a hash makes them unique.

    >>> columns({"question_id": "1-1", "question": "What is gout?", "answer": "…", "document_url": "u"})["id"]
    'medquad-1-1-9e49c479'
    """
    url = fields.get("url") or fields.get("document_url")
    pair = fields.get("id") or fields.get("question_id")
    place = f"{fields.get('collection') or fields.get('document_source')}\n{fields.get('question')}\n{url}"
    name = str(pair or "pair").removeprefix("medquad-")
    return {
        "id": f"medquad-{name}-{hashlib.sha256(place.encode('utf-8', 'replace')).hexdigest()[:8]}",
        "question": fields.get("question"),
        "answer": fields.get("answer"),
        "subject": fields.get("focus") or fields.get("question_focus"),
        "url": url,
        "split": fields.get("split"),
    }


MEDQUAD = QADataset(
    name="medquad",
    title="MedQuAD",
    description="patients' questions with open answers from NIH web sites",
    sample="medquad.jsonl.gz",
    sample_rows=300,
    hub=HubLocation("lavita/MedQuAD", held_out_split=None),
    columns=columns,
    needs_options=False,
)
