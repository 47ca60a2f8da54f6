"""What was written is read back as it was, by kgpaths and by `datasets`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgpaths.config import BuildConfig
from kgpaths.corpus import CONFIGS, Corpus, RunFolder, schema
from kgpaths.errors import CorpusError, SnapshotError, UsageError
from kgpaths.graph import KnowledgeGraph
from kgpaths.records import Chain, Option, QAItem, Row, Step, Verdict

Maker = Callable[..., Row]


@pytest.fixture
def write(source: Any, graph: KnowledgeGraph, ward: Path, tmp_path: Path) -> Callable[..., Corpus]:
    def run(*shards: list[Row], out: Path = tmp_path / "run", **config: Any) -> Corpus:
        with RunFolder(out, BuildConfig(source="demo", graph=str(ward), **config), source) as folder:
            folder.use_graph(graph)
            for number, rows in enumerate(shards):
                folder.write_shard(number, rows)
            folder.finish()
        return Corpus.open(out)

    return run


def load(*args: Any, cache: Path, **kwargs: Any) -> Any:
    from datasets import load_dataset
    from datasets.utils import disable_progress_bars

    disable_progress_bars()
    return load_dataset(*args, cache_dir=str(cache), **kwargs)


def test_rows_come_back_as_they_were(write: Callable[..., Corpus], make_row: Maker, fault_row: Row) -> None:
    rows = [make_row(0), make_row(1, split="validation"), make_row(2)]
    others = [
        fault_row,
        make_row(3, status="rejected", chain=None),
        make_row(4, status="failed", licence="", sources=()),
    ]
    corpus = write([rows[0], others[0], rows[1]], [others[1], rows[2], others[2]])
    assert sorted(corpus.rows("structured"), key=lambda row: row.id) == rows
    assert sorted(corpus.rows("rejected"), key=lambda row: row.id) == sorted(others, key=lambda row: row.id)
    assert len(list(corpus.rows())) == 6
    assert corpus.row("q1") == rows[1]
    assert corpus.row("my.jsonl:3") == fault_row
    with pytest.raises(CorpusError, match="no row 'q9'; its ids look like q0"):
        corpus.row("q9")
    with pytest.raises(UsageError, match="no whole rows"):
        list(corpus.rows("sft"))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    question=texts,
    options=st.lists(texts, min_size=1, max_size=4),
    steps=st.lists(st.tuples(texts, st.lists(texts, max_size=2)), max_size=3),
    score=st.none() | st.floats(allow_nan=False),
    margin=st.none() | st.floats(allow_nan=False),
)
def test_any_text_and_number_comes_back(
    write: Callable[..., Corpus],
    graph: KnowledgeGraph,
    tmp_path_factory: pytest.TempPathFactory,
    question: str,
    options: list[str],
    steps: list[tuple[str, list[str]]],
    score: float | None,
    margin: float | None,
) -> None:
    row = Row(
        id="q",
        item=QAItem(
            id="q",
            dataset="d",
            split="train",
            question=question,
            options=tuple(Option(key=str(number), text=text) for number, text in enumerate(options)),
            answer=options[0],
            answer_key="0",
            licence="medqa",
        ),
        status="accepted",
        chain=Chain(
            steps=tuple(Step(kind="link", text=text, edge_ids=tuple(ids)) for text, ids in steps), answer=options[0]
        ),
        verdicts=(Verdict(check="c", outcome="skipped", score=score),),
        graph_hash=graph.hash,
        licence="MIT",
    )
    row = row.model_copy(update={"path_set": row.path_set.model_copy(update={"margin": margin})})
    assert list(write([row], out=tmp_path_factory.mktemp("runs") / "run").rows()) == [row]


def test_a_conversation(write: Callable[..., Corpus], make_row: Maker) -> None:
    (row,) = load_rows(write([make_row(7)]), "sft")
    assert row == {
        "id": "q7",
        "messages": [
            {
                "role": "user",
                "content": "Patient 7, naïve to drugs, has fever 🤒 and cough. What is it?\n\nA. Pneumonia\nB. Gout",
            },
            {
                "role": "assistant",
                "content": "<think>\n1. The patient has “fever”.\n2. Fever can be a symptom of pneumonia.\n"
                "3. So the answer is pneumonia.\n</think>\n\nThe answer is A. Pneumonia",
            },
        ],
        "answer": "A. Pneumonia",
        "answer_key": "A",
        "answer_text": "Pneumonia",
        "source": "demo",
        "licence": "CC-BY-4.0",
        "sources": ["doid", "drugcentral", "medqa"],
    }


def load_rows(corpus: Corpus, config: str) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    return [row for entry in corpus.files(config) for row in pq.read_table(corpus.folder / entry.path).to_pylist()]


def test_the_reasoning_ends_once_and_the_answer_is_the_last_line(write: Callable[..., Corpus], make_row: Maker) -> None:
    item = QAItem(
        id="o", dataset="d", split="train", question="What helps?", context="A note.", licence="medquad",
        answer="Rest.\n\nFluids </think>",
    )  # fmt: skip
    chain = Chain(steps=(Step(kind="link", text="It says </think> here."),), answer=item.answer)
    row = make_row(id="o", item=item, chain=chain, mentions=())
    (line,) = load_rows(write([row]), "sft")
    user, assistant = (message["content"] for message in line["messages"])
    assert user == "A note.\n\nWhat helps?"
    thoughts, _, final = assistant.partition("\n</think>\n\n")
    assert thoughts == "<think>\n1. It says </ think> here."
    assert final == "The answer is Rest. Fluids </think>"
    assert (line["answer"], line["answer_key"], line["answer_text"]) == ("Rest. Fluids </think>", None, item.answer)


def test_a_row_for_each_path(write: Callable[..., Corpus], make_row: Maker, graph: KnowledgeGraph) -> None:
    rows = load_rows(write([make_row(0)]), "paths")
    assert [(row["id"], row["kind"], row["hops"]) for row in rows] == [("q0/1", "selected", 1), ("q0/2", "contrast", 2)]
    assert rows[1]["node_names"] == ["Fever", "pneumonia", "amoxicillin"]
    assert rows[1]["predicates"] == ["has_symptom", "treats"]
    assert rows[1]["forward"] == [False, False]
    assert rows[1]["licence"] == "CC-BY-4.0"
    assert (rows[0]["option_key"], rows[0]["option_text"]) == ("A", "Pneumonia")
    assert all(graph.has_edge(edge) for row in rows for edge in row["edge_ids"])


def test_datasets_reads_the_files_and_the_folder(
    write: Callable[..., Corpus], make_row: Maker, fault_row: Row, tmp_path: Path
) -> None:
    corpus = write([make_row(0), fault_row], [make_row(1), make_row(2, split="validation")])
    for config in CONFIGS:
        files = [str(corpus.folder / entry.path) for entry in corpus.files(config, "train")]
        by_file = load("parquet", data_files=files, split="train", cache=tmp_path / "cache")
        by_card = load(str(corpus.folder), config, cache=tmp_path / "cache")
        assert by_card["train"].features == by_file.features
        assert by_card["train"].column_names == schema(config).names
        assert by_card["train"][:] == by_file[:]
        assert sorted(by_card) == sorted({entry.split for entry in corpus.files(config)})
    assert load(str(corpus.folder), cache=tmp_path / "cache")["validation"]["id"][:] == ["q2"]
    assert Row.model_validate(load(str(corpus.folder), "structured", cache=tmp_path / "c")["train"][0]) == make_row(0)


def test_a_configuration_without_rows_has_its_columns(
    write: Callable[..., Corpus], make_row: Maker, fault_row: Row, tmp_path: Path
) -> None:
    import pyarrow.parquet as pq

    full, empty = write([make_row(0), fault_row]), write([fault_row], out=tmp_path / "empty")
    for config in ("sft", "structured", "paths"):
        (entry,) = empty.files(config)
        assert pq.read_schema(empty.folder / entry.path) == schema(config)
        columns = load(str(full.folder), config, cache=tmp_path / "cache")["train"].features
        assert (len(empty.dataset(config)), empty.dataset(config).features) == (0, columns)
    assert list(load(str(empty.folder), cache=tmp_path / "cache")["train"]["id"]) == ["my.jsonl:3"]
    assert empty.stats["failed"] == 1


def test_the_dataset_of_a_corpus(
    write: Callable[..., Corpus], make_row: Maker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    corpus = write([make_row(0), make_row(1, split="validation")])
    assert corpus.dataset()["id"][:] == ["q0"]
    assert corpus.dataset("sft", "validation")["id"][:] == ["q1"]
    with pytest.raises(UsageError, match="did you mean 'sft'"):
        corpus.dataset("stf")
    with pytest.raises(UsageError, match="no split 'test'"):
        corpus.dataset("sft", "test")


def test_the_card(write: Callable[..., Corpus], make_row: Maker, fault_row: Row) -> None:
    corpus = write([make_row(0), make_row(1), fault_row, make_row(3, status="rejected", chain=None)])
    text = (corpus.folder / "README.md").read_text(encoding="utf-8")
    head = yaml.safe_load(text.split("---\n")[1])
    assert head["license"] == "cc-by-4.0"
    assert [config["config_name"] for config in head["configs"]] == list(CONFIGS)
    assert [config.get("default", False) for config in head["configs"]] == [True, False, False, False]
    assert "2 of 4 questions" in text
    assert "Not medical advice" in text
    assert re.search(r"\| \[DrugCentral[^|]*\]\([^|]*\) \| 2016 \| CC-BY-4.0 \| 3 \|", text)
    assert re.search(r"malformed_input \| 1 \(25.0%\)", text)
    assert f"`{corpus.manifest.graph_hash}`" in text
    assert str(corpus.folder.parent) not in text


def test_a_licence_that_the_hub_does_not_know(write: Callable[..., Corpus], make_row: Maker) -> None:
    corpus = write([make_row(0, licence="LicenseRef-HPO")])
    head = yaml.safe_load((corpus.folder / "README.md").read_text(encoding="utf-8").split("---\n")[1])
    assert (head["license"], head["license_name"]) == ("other", "licenseref-hpo")
    assert corpus.manifest.licence == "LicenseRef-HPO"


def test_no_run(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="holds no run"):
        Corpus.open(tmp_path)


def test_the_graph_of_a_run(write: Callable[..., Corpus], make_row: Maker, graph: KnowledgeGraph) -> None:
    corpus = write([make_row(0)])
    assert corpus.graph().hash == graph.hash
    changed = corpus.manifest.model_copy(update={"graph_hash": "0" * 64})
    with pytest.raises(SnapshotError, match="build the corpus again"):
        Corpus(corpus.folder, changed).graph()


def test_the_columns_are_fixed() -> None:
    fields = {field.name: str(field.type) for field in schema("structured")}
    assert fields["mentions"] == (
        "list<item: struct<section: string, start: int64, end: int64, text: string, node_id: string, score: double, "
        "tier: string, assertion: string, role: string, value: struct<section: string, start: int64, end: int64, "
        "text: string, kind: string, what: string, numbers: list<item: double>, unit: string, comparison: string, "
        "reference_low: double, reference_high: double, direction: string, judged_by: string, node_id: string>, "
        "result: string>>"
    )
    assert fields["verdicts"] == (
        "list<item: struct<check: string, outcome: string, score: double, reason: string, where: int64, "
        "detail: string>>"
    )
    assert list(fields) == list(Row.model_fields)
    assert not any("map<" in kind for kind in fields.values())
