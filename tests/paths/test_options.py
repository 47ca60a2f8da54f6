"""What an option's evidence is made of."""

from __future__ import annotations

import json
import lzma
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from kgpaths import EntityLinker, KnowledgeGraph, PathFinder
from kgpaths.cli import main
from kgpaths.errors import GraphError
from kgpaths.graph import EdgeRecord, NodeRecord
from kgpaths.learning.logit import SIGNS, fit_choices
from kgpaths.paths.features import Ranker
from kgpaths.paths.options import OPTION_FEATURES, shipped_option_ranker
from kgpaths.paths.passages import Passages, read_passages, write_passages
from kgpaths.records import QAItem
from kgpaths.resources import resource
from kgpaths.sources import open_source


def kgpaths(*arguments: object) -> object:
    """Run a command in this process; return its exit code."""
    with patch("sys.argv", ["kgpaths", *map(str, arguments)]), pytest.raises(SystemExit) as left:
        main()
    return left.value.code or 0


def test_weights_are_learned_from_choices_and_never_have_the_wrong_sign() -> None:
    rng = np.random.default_rng(0)
    names = list(OPTION_FEATURES)
    choices = list(rng.normal(size=(3000, 4, len(names))))
    right = [
        int((one[:, names.index("direct")] - one[:, names.index("intermediate_node")]).argmax()) for one in choices
    ]
    found = dict(zip(names, fit_choices(choices, right).weight, strict=True))
    assert found["direct"] > 0.5
    assert found["intermediate_node"] == 0.0  # as if what speaks for an option counted against it


def test_shipped_weights_have_the_signs_they_must() -> None:
    ranker = shipped_option_ranker()
    assert all(
        SIGNS.get(name, 0) * weight >= 0 for name, weight in zip(ranker.features, ranker.weight.tolist(), strict=True)
    )


PAGES = [["HP:fever", "DOID:flu"]] * 8 + [["HP:fever"]] * 2 + [["DOID:gout", "HP:toe"]] * 8 + [["DOID:rare"]]


def test_passages_speak_for_what_is_met_together_and_against_what_never_is(tmp_path: Path) -> None:
    names = sorted({name for page in PAGES for name in page})
    write_passages(tmp_path / "pages.tsv.xz", PAGES)
    assert read_passages(tmp_path / "pages.tsv.xz") == [sorted(page) for page in PAGES]
    passages = Passages(len(names) + 1, [[names.index(name) for name in page] for page in PAGES])
    fever, flu, gout, rare = (names.index(name) for name in ("HP:fever", "DOID:flu", "DOID:gout", "DOID:rare"))
    assert passages.ratio(flu, [fever])[0] > 0 > passages.ratio(rare, [fever])[0] > passages.ratio(gout, [fever])[0]
    nowhere = len(names)
    assert passages.ratio(flu, [nowhere]).tolist() == [0.0]
    assert passages.ratio(nowhere, [fever]).tolist() == [0.0]
    assert Passages(2, []).ratio(0, [1]).tolist() == [0.0]


def test_relevance_is_read_from_the_passages_that_name_most_of_what_is_asked() -> None:
    fever, neck, meningitis, flu, nowhere = range(5)
    passages = Passages(5, [[fever, neck, meningitis], [fever, flu], [fever, flu], [fever, flu], [flu]])
    both = passages.relevance({fever: 1.0, neck: 1.0})
    assert both[meningitis] > both[flu] > both[nowhere] == 0
    alone = passages.relevance({fever: 1.0})
    assert alone[flu] > alone[meningitis] > 0
    assert passages.relevance({fever: 1.0, neck: 0.0})[flu] == alone[flu]
    assert not passages.relevance({nowhere: 1.0}).any()
    assert not passages.relevance({}).any()
    assert not Passages(5, []).relevance({fever: 1.0}).any()


def test_a_damaged_file_of_passages_is_named(tmp_path: Path) -> None:
    for content in (b"none", lzma.compress(b"node\tgaps\n\t1\nHP:1\t7\n"), lzma.compress(b"other\n\t1\n")):
        (tmp_path / "pages.tsv.xz").write_bytes(content)
        with pytest.raises(GraphError, match=r"pages\.tsv\.xz"):
            read_passages(tmp_path / "pages.tsv.xz")


def test_a_graph_has_the_passages_of_its_own_sources() -> None:
    nodes = [
        NodeRecord("SYMP:0000613", "fever", "symptom", "hetionet"),
        NodeRecord("DOID:552", "pneumonia", "disease", "hetionet"),
    ]
    edge = EdgeRecord("DOID:552", "has_symptom", "SYMP:0000613", "hetionet", "2017", "CC0-1.0")
    assert PathFinder(KnowledgeGraph.from_records(nodes, [edge])).opened.passages.number == 0
    read = edge._replace(source="openstax", licence="CC-BY-4.0", tier="text")
    openstax = PathFinder(KnowledgeGraph.from_records(nodes, [edge, read])).opened.passages
    assert openstax.number == len(read_passages(resource("ontologies", "paths", "passages", "openstax.tsv.xz")))
    assert openstax.count.max() > 0


CASES = {
    "Pneumonia": "A man has fever, cough and chest pain.",
    "Gout": "A man has arthralgia.",
    "Asthma": "A boy has wheezing and cough.",
    "Migraine disorder": "A woman has headache.",
}


def test_learn_options_writes_weights_that_prefer_what_the_findings_speak_for(ward: Path, tmp_path: Path) -> None:
    keys = dict(zip(CASES, "ABCD", strict=True))
    rows = [
        {"id": f"{number}{name}", "question": f"{stem} What is the diagnosis?", "answer_idx": keys[name],
         "options": {key: other for other, key in keys.items()}, "split": "train"}
        for number in range(5) for name, stem in CASES.items()
    ]  # fmt: skip
    (tmp_path / "asked.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    source = f"jsonl:{tmp_path / 'asked.jsonl'}"
    assert kgpaths("paths", "learn-options", source, "--graph", ward, "--out", tmp_path / "options.txt") == 0
    learned = Ranker.read(tmp_path / "options.txt", OPTION_FEATURES)
    assert "Learned from 20 training questions" in (tmp_path / "options.txt").read_text(encoding="utf-8")
    assert dict(zip(learned.features, learned.weight, strict=True))["direct"] > 0
    graph = KnowledgeGraph.open(ward)
    finder, linker = PathFinder(graph, option_ranker=learned), EntityLinker(graph)
    items = [item for item in open_source(source) if isinstance(item, QAItem)][:4]
    found = [finder.find_item(item, linker.link_item(item)) for item in items]
    assert all(one.margin is not None and one.margin > 0 for one in found)


@pytest.mark.parametrize(("split", "says"), [("test", "test"), ("train", "two linked options")])
def test_learn_options_refuses_tests_and_questions_that_say_nothing(
    split: str, says: str, ward: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"id": "1", "question": "Who?", "options": {"A": "one", "B": "two"}, "answer_idx": "A", "split": split}
    (tmp_path / "asked.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert kgpaths("paths", "learn-options", f"jsonl:{tmp_path / 'asked.jsonl'}", "--graph", ward) == 2
    assert says in capsys.readouterr().err


def test_what_the_vocabulary_does_not_have_weighs_nothing(tmp_path: Path) -> None:
    """A user's graph may have predicates and node types of its own."""
    nodes = [
        NodeRecord("DOID:552", "pneumonia", "disease", "mine"),
        NodeRecord("DOID:13189", "gout", "disease", "mine"),
        NodeRecord("HP:0001945", "Fever", "phenotype", "mine"),
        NodeRecord("ROCK:1", "Granite", "mineral", "mine"),
    ]
    edges = [
        EdgeRecord("DOID:552", "has_symptom", "HP:0001945", "mine", "1", "CC0-1.0"),
        EdgeRecord("DOID:13189", "sings_to", "HP:0001945", "mine", "1", "CC0-1.0"),
        EdgeRecord("ROCK:1", "sings_to", "DOID:13189", "mine", "1", "CC0-1.0"),
    ]
    graph = KnowledgeGraph.from_records(nodes, edges)
    row = {"id": "1", "question": "Granite and fever. What is the diagnosis?", "answer_idx": "A", "split": "train",
           "options": {"A": "Pneumonia", "B": "Gout"}}  # fmt: skip
    (tmp_path / "asked.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    [item] = open_source(f"jsonl:{tmp_path / 'asked.jsonl'}")
    assert isinstance(item, QAItem)
    found = PathFinder(graph).find_item(item, EntityLinker(graph).link_item(item))
    assert {path.node_ids for path in found.paths} == {("HP:0001945", "DOID:552")}
    assert found.margin is not None
    assert found.margin > 0
