"""What text to bring: concepts that stand in the way of a question, and no others."""

from __future__ import annotations

from pathlib import Path

from kgpaths.extraction.gaps import find_gaps
from kgpaths.graph import KnowledgeGraph
from kgpaths.records import Option, QAItem


def item(number: int, question: str, answer: str) -> QAItem:
    options = (Option(key="A", text=answer), Option(key="B", text="Rest"))
    return QAItem(
        id=f"q{number}", dataset="d", split="train", question=question, options=options, answer=answer, answer_key="A",
        licence="local",
    )  # fmt: skip


def test_a_concept_counts_where_it_stands_in_the_way(ward: Path) -> None:
    items = [
        item(
            1, "Fever and cough, and joint pain?", "Pneumonia"
        ),  # all is known but the joint pain, which is not needed
        item(2, "Joint pain, what is it?", "Gout"),  # both are blind
        item(3, "Fever, what is it?", "Gout"),
        item(4, "Headache and joint pain?", "Pneumonia"),
    ]
    report = find_gaps(KnowledgeGraph.open(ward), items, fewest=2)
    opens = {gap.name: (gap.as_answer, gap.as_finding) for gap in report.gaps}
    assert opens.pop("Arthralgia") == (0, 2)
    assert opens.pop("Headache") == (0, 1)
    assert "Cough" not in opens
    assert (report.questions, report.linked_answer, report.mute) == (4, 4, 3)
    assert [gap.opens for gap in report.gaps] == sorted((gap.opens for gap in report.gaps), reverse=True)
    assert find_gaps(KnowledgeGraph.open(ward), items, fewest=1).gaps == ()
