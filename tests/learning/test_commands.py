"""`kgpaths paths learn-ranker`, as typed, on small data."""

from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import patch

import pytest

from kgpaths import EntityLinker, KnowledgeGraph, PathFinder
from kgpaths.cli import main
from kgpaths.paths.features import FEATURES, Ranker
from kgpaths.records import QAItem
from kgpaths.sources import open_source


def kgpaths(*arguments: object) -> object:
    """Run a command in this process; return its exit code."""
    with patch("sys.argv", ["kgpaths", *map(str, arguments)]), pytest.raises(SystemExit) as left:
        main()
    return left.value.code or 0


ASKED = {
    "Amoxicillin": ("A man has fever, cough and chest pain.", "This is pneumonia."),
    "Salbutamol": ("A boy has wheezing and cough.", "This is asthma."),
    "Allopurinol": ("A man has arthralgia.", "Which one it is need not be said."),
}
"""Drug, what the question says of the patient, and what the expert says."""


def source(folder: Path, *, split: str = "train", words: int = 40) -> str:
    """Return the spec of a source whose explanations name the disease between findings and drug."""
    rows = [
        {"id": f"{number}-{drug}", "question": f"{stem} Which drug helps?", "answer_idx": "A", "split": split,
         "options": {"A": drug, "B": "surgery"}, "explanation": f"{said} " + "It is so. " * words}
        for number in range(4) for drug, (stem, said) in ASKED.items()
    ]  # fmt: skip
    path = folder / "explained.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return f"jsonl:{path}"


def test_learn_ranker_writes_weights_that_a_finder_reads(
    ward: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, out = source(tmp_path), tmp_path / "new" / "ranker.txt"
    assert kgpaths("paths", "learn-ranker", spec, "--graph", ward, "--out", out) == 0
    assert "12 questions" in capsys.readouterr().out
    learned = Ranker.read(out, FEATURES)
    assert learned.weight.any()
    assert "12 explanations" in out.read_text(encoding="utf-8")
    graph = KnowledgeGraph.open(ward)
    finder, linker = PathFinder(graph, ranker=learned), EntityLinker(graph)
    item = next(row for row in open_source(spec) if isinstance(row, QAItem))
    assert finder.find_item(item, linker.link_item(item)).paths[0].node_ids[1] == "DOID:552"
    assert kgpaths("paths", "learn-ranker", spec, "--graph", ward, "--out", tmp_path / "again.txt") == 0
    assert (tmp_path / "again.txt").read_bytes() == out.read_bytes()


@pytest.mark.parametrize(
    ("split", "words", "says"), [("test", 40, "test split"), ("train", 1, "nothing to learn from")]
)
def test_learn_ranker_refuses_tests_and_explanations_that_say_nothing(
    split: str, words: int, says: str, ward: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, out = source(tmp_path, split=split, words=words), tmp_path / "ranker.txt"
    assert kgpaths("paths", "learn-ranker", spec, "--graph", ward, "--out", out) == 2
    assert says in capsys.readouterr().err
    assert not out.exists()
