"""What a source spec names: bundled samples, files in a data set's own columns, the Hub; and what is refused."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgpaths.errors import HeldOutSplit, Interrupted, SourceError, UsageError
from kgpaths.records import QAItem
from kgpaths.sources import DATASETS, SourceFault, open_source, sources
from kgpaths.sources.pubmedqa import official_test_ids


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def items(spec: str, **options: Any) -> list[QAItem]:
    found = list(open_source(spec, **options))
    assert all(isinstance(item, QAItem) for item in found), found
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("entry", sources(), ids=lambda entry: entry.name)
def test_bundled_samples(entry: Any) -> None:
    source = open_source(entry.name)
    rows = items(entry.name)
    assert len(rows) == entry.rows == source.size
    assert {(item.split, item.dataset, item.licence) for item in rows} == {("train", entry.name, entry.name)}
    assert len({item.id for item in rows}) == len({item.question for item in rows}) == len(rows)
    assert all(bool(item.options) == DATASETS[entry.name].needs_options for item in rows)
    assert (source.name, source.licence) == (entry.name, entry.name)
    assert source.fingerprint.startswith("sha256:")
    assert [item.id for item in source] == [item.id for item in rows]  # it can be read again


def test_the_samples_come_with_their_licences() -> None:
    samples = resources.files("kgpaths.sources") / "samples"
    for name in DATASETS:
        assert len((samples / "LICENSES" / f"{name}.txt").read_text(encoding="utf-8")) > 500


def test_no_bundled_pubmedqa_row_is_of_the_official_test_half() -> None:
    assert not {item.id.removeprefix("pubmedqa-") for item in items("pubmedqa")} & official_test_ids()


def test_limit() -> None:
    assert [item.id for item in items("medqa", limit=3)] == [item.id for item in items("medqa")[:3]]
    assert open_source("medqa", limit=3).size == 3
    assert open_source("medqa", limit=5000).size == 1000
    with pytest.raises(UsageError, match="at least 1"):
        open_source("medqa", limit=0)


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("medqqa", "did you mean 'medqa'"),
        ("pubmedqa2:file", "did you mean 'pubmedqa'"),
        ("questions.jsonl", "type 'jsonl:questions.jsonl'"),
        ("medqa@hubb", "SOURCE@hub:REVISION"),
        ("jsonl@hub", "not understood"),
        ("jsonl", "needs a file: jsonl:FILE"),
        ("jsonl:", "names no file"),
        ("medqa:", "names no file"),
        ("hf", "needs a data set: hf:ORG/NAME"),
        ("hf:name", "write hf:ORG/NAME"),
        ("hf:../../etc", "write hf:ORG/NAME"),
        ("", "Known:"),
        ("x" * 5000, "Known:"),
    ],
)
def test_specs_that_name_nothing(spec: str, says: str) -> None:
    with pytest.raises(UsageError) as error:
        open_source(spec)
    assert says in str(error.value)


TEST_PMID, TRAIN_PMID = "21645374", "99999999"
OWN_COLUMNS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "medqa": (
        {"question": "Why?", "answer": "Gout", "options": {"A": "Flu", "B": "Gout"}, "answer_idx": "B"},
        {"answer_key": "B", "split": "train"},
    ),
    "medmcqa": (
        {
            "id": "u1", "question": "Why?", "opa": "Flu", "opb": "Gout", "opc": "Burn", "opd": "Cold", "cop": 4,
            "exp": "Because.", "subject_name": "ENT", "choice_type": "single",
        },
        {"id": "medmcqa-u1", "answer": "Cold", "explanation": "Because.", "subject": "ENT"},
    ),
    "pubmedqa": (
        {"id": TRAIN_PMID, "QUESTION": "Does it?", "CONTEXTS": ["One.", "Two."], "LONG_ANSWER": "It does.",
         "final_decision": "maybe"},
        {"id": f"pubmedqa-{TRAIN_PMID}", "answer": "maybe", "answer_key": "C", "context": "One.\nTwo."},
    ),
    "casimedicos": (
        {"id": 3, "full_question": "Why?", "options": {"1": "Flu", "2": "Gout", "5": None}, "correct_option": 2,
         "full_answer": "It is 2.", "type": "ENT"},
        {"id": "casimedicos-3", "answer": "Gout", "answer_key": "B", "subject": "ENT"},
    ),
    "medquad": (
        {"question_id": "1-1", "question": "What is gout?", "answer": "A disease.", "question_focus": "Gout",
         "document_url": "https://example.org"},
        {"answer": "A disease.", "answer_key": None, "subject": "Gout", "url": "https://example.org"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OWN_COLUMNS)
def test_files_in_the_data_sets_own_columns(name: str, tmp_path: Path) -> None:
    original, expected = OWN_COLUMNS[name]
    (item,) = items(f"{name}:{write(tmp_path / 'q.jsonl', original)}")
    assert item.model_dump() | expected == item.model_dump()
    assert (item.dataset, item.licence) == (name, name)


@pytest.mark.parametrize(
    ("positions", "answers"),
    [
        ([1, 4], ["a", "d"]),
        ([0, 3], ["a", "d"]),
        ([3, 2, 0], ["d", "c", "a"]),
        (["1.0", "4.0", 2.0], ["a", "d", "b"]),
        (["b", "C"], ["b", "c"]),
    ],
)
def test_medmcqa_counts_from_zero_on_the_hub_and_from_one_in_its_files(
    positions: list[Any], answers: list[str], tmp_path: Path
) -> None:
    rows = [
        {"id": str(n), "question": f"Q{n}?", "opa": "a", "opb": "b", "opc": "c", "opd": "d", "cop": cop}
        for n, cop in enumerate(positions)
    ]
    assert [item.answer for item in items(f"medmcqa:{write(tmp_path / 'q.jsonl', *rows)}")] == answers


def explained(cop: Any, said: str | None, **more: Any) -> dict[str, Any]:
    row = {"question": f"Q {cop} {said}?", "opa": "Gout", "opb": "Stroke", "opc": "Burn", "opd": "Asthma"}
    return row | {"cop": cop, "exp": said} | more


@pytest.mark.parametrize("file", ["q.jsonl", "q.parquet", "q.csv"])
@pytest.mark.parametrize(
    ("rows", "answers"),
    [
        ([(2, "Ans. is 'c' i.e., Burn"), (1, "Ans is (b) Stroke"), (1, None)], ["Burn", "Stroke", "Stroke"]),
        ([(2, "Answer: B. Stroke"), (1, "ANS-A: Gout"), (3, "")], ["Stroke", "Gout", "Burn"]),
        ([(2, "The correct option is C."), (2, "Strokes are rare.")], ["Burn", "Burn"]),
        ([(2, "Ans. ‘b’ Stroke"), (3, "Ans. A fracture")], ["Stroke", "Burn"]),
        ([(2, "C i.e. Burn"), (1, "A burn is no stroke.")], ["Burn", "Stroke"]),
    ],
)
def test_explanations_say_how_medmcqa_counts(rows: list[Any], answers: list[str], file: str, tmp_path: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame([explained(*row) for row in rows])
    path = tmp_path / file
    {".parquet": frame.to_parquet, ".csv": lambda place: frame.to_csv(place, index=False)}.get(
        path.suffix, lambda place: frame.to_json(place, orient="records", lines=True)
    )(path)
    assert [item.answer for item in items(f"medmcqa:{path}")] == answers


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([explained(2, None), explained(3, None)], "write the letter of the right option"),
        ([explained(1, "Gout is an old disease."), explained("2", "nan")], "nothing in q.jsonl says"),
        ([explained(2, "Ans. a, b and c"), explained(1, "Ans. is 'd'")], "nothing in q.jsonl says"),
        ([explained(0, None), explained(4, None)], "from 0 in 1 rows of q.jsonl and from 1 in 1"),
        ([explained(2, "Ans. is 'c'"), explained(2, "Ans. is 'b'")], "a file of its own"),
        ([explained(0, None), *(explained(3, f"Ans. (c) {n}") for n in range(5))], "from 0 in 1 rows"),
    ],
)
def test_medmcqa_files_that_leave_open_how_they_count(rows: list[Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=re.escape(says)):
        open_source(f"medmcqa:{write(tmp_path / 'q.jsonl', *rows)}", limit=1)


def test_an_answer_beside_it_says_how_medmcqa_counts(tmp_path: Path) -> None:
    for rows, answers in (
        ([explained(2, None, answer="Burn"), explained(1, None)], ["Burn", "Stroke"]),
        ([explained(2, None, answer="B"), explained(1, None, answer="gout.")], ["Stroke", "Gout"]),
    ):
        assert [item.answer for item in items(f"medmcqa:{write(tmp_path / 'q.jsonl', *rows)}")] == answers


def test_a_medmcqa_row_whose_explanation_names_another_option_is_a_fault(tmp_path: Path) -> None:
    rows = [explained(0, None), explained(2, "Ans. is 'd'"), explained(2, None, answer="Gout"), explained(3, None)]
    found = list(open_source(f"medmcqa:{write(tmp_path / 'q.jsonl', *rows)}"))
    assert [getattr(one, "reason", None) for one in found] == [None, *["answer_not_in_options"] * 2, None]


@pytest.mark.parametrize(
    ("correct", "key"),
    [(2, "B"), ("2", "B"), (2.0, "B"), ("2.0", "B"), ("B", "B"), (0, None), (6, None), ("nan", None)],
)
def test_casimedicos_always_counts_from_one(correct: Any, key: str | None, tmp_path: Path) -> None:
    row = OWN_COLUMNS["casimedicos"][0] | {"options": dict(zip("12345", ["a", "b", "c", "d", "nan"], strict=True))}
    (found,) = open_source(f"casimedicos:{write(tmp_path / 'q.jsonl', row | {'correct_option': correct})}")
    assert getattr(found, "answer_key", None) == key


def test_hidden_answers_are_faults(tmp_path: Path) -> None:
    rows = [
        {"id": str(n), "question": f"Q{n}?", "opa": "a", "opb": "b", "opc": "c", "opd": "d", "cop": cop}
        for n, cop in enumerate([4, -1, None, 9])
    ]
    found = list(open_source(f"medmcqa:{write(tmp_path / 'q.jsonl', *rows)}"))
    assert [x.reason for x in found if isinstance(x, SourceFault)] == [
        "no_answer",
        "no_answer",
        "answer_not_in_options",
    ]


@pytest.mark.parametrize(
    ("name", "row", "file"),
    [
        ("medqa", {"split": "test"}, "q.jsonl"),
        ("jsonl", {"split": "TEST"}, "q.jsonl"),
        ("medqa", {}, "test.jsonl"),
        ("medqa", {}, "phrases_no_exclude_test.jsonl"),
        ("medmcqa", {"split": "dev"}, "q.jsonl"),
        ("medmcqa", {}, "dev.json"),
        ("pubmedqa", {"id": f"pubmedqa-{TEST_PMID}"}, "q.jsonl"),
        ("pubmedqa", {"id": TEST_PMID, "QUESTION": "Q?", "CONTEXTS": ["C"], "final_decision": "yes"}, "ori.json"),
    ],
)
def test_held_out_rows_are_no_training_input(name: str, row: dict[str, Any], file: str, tmp_path: Path) -> None:
    good = {"question": "Why?", "options": {"A": "yes", "B": "no"}, "answer": "yes"}
    path = write(tmp_path / file, good | {"id": "first", "split": "train"}, good | row)
    with pytest.raises(HeldOutSplit, match=r"(?s)1 of 2 rows.*:2 is of the .* kgpaths evaluate"):
        open_source(f"{name}:{path}")
    found = items(f"{name}:{path}", training=False)
    assert [item.split == "train" for item in found] == [True, False]
    assert len(items(f"{name}:{path}", limit=1)) == 1  # the row is not among those asked for


def test_a_users_own_file_may_be_called_test(tmp_path: Path) -> None:
    path = write(tmp_path / "my_test.jsonl", {"question": "Why?", "answer": "So."})
    (item,) = items(f"jsonl:{path}")
    assert (item.split, item.dataset, item.licence) == ("train", "my-test", "local")


def test_an_id_given_twice_is_a_fault_the_second_time(tmp_path: Path) -> None:
    row = {"id": "x", "question": "Why?", "answer": "So."}
    path = write(tmp_path / "q.jsonl", row, {"id": "x", "question": ""}, row | {"id": "y"}, row)
    found = list(open_source(f"jsonl:{path}"))
    assert [getattr(x, "id", None) for x in found] == ["x", None, "y", None]
    assert found[1] == SourceFault("q.jsonl:2", "empty_question", "the question is empty")
    assert found[3] == SourceFault("q.jsonl:4", "malformed_input", "id 'x' was given before, at q.jsonl:1")


def test_the_fingerprint_follows_the_bytes(tmp_path: Path) -> None:
    path = write(tmp_path / "q.jsonl", {"question": "Why?", "answer": "So."})
    before = open_source(f"jsonl:{path}").fingerprint
    assert open_source(f"jsonl:{path}").fingerprint == before
    path.write_bytes(path.read_bytes() + b"\n")
    assert open_source(f"jsonl:{path}").fingerprint != before


# --- the Hub: its client is replaced at the network's edge, the rest is the real way ---


class Hub:
    """What the Hub would serve."""

    def __init__(self, rows: dict[str, list[dict[str, Any]]], *, breaks: bool = False) -> None:
        self.rows = rows
        self.breaks = breaks
        self.asked: list[tuple[Any, ...]] = []

    def dataset_info(self, repo: str, revision: str | None = None, **_: Any) -> Any:
        self.asked.append((repo, revision))
        return type("Info", (), {"sha": "c0ffee"})

    def load_dataset(self, repo: str, config: str | None, *, split: str, revision: str, streaming: bool) -> Any:
        from datasets import Dataset

        self.asked.append((repo, config, split, revision, streaming))
        stream = Dataset.from_list(self.rows[split]).to_iterable_dataset()
        return self._breaking(stream) if self.breaks else stream

    @staticmethod
    def _breaking(stream: Any) -> Iterator[dict[str, Any]]:
        yield from stream
        raise ConnectionResetError("Connection reset by peer")


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Any:
    def start(rows: dict[str, list[dict[str, Any]]], **options: Any) -> Hub:
        hub = Hub(rows, **options)
        monkeypatch.setattr(
            "huggingface_hub.HfApi.dataset_info", lambda _, *args, **kwargs: hub.dataset_info(*args, **kwargs)
        )
        monkeypatch.setattr("datasets.load_dataset", hub.load_dataset)
        return hub

    return start


def test_medmcqa_from_the_hub(serve: Any) -> None:
    row = {"id": "u", "question": "Why?", "opa": "a", "opb": "b", "opc": "c", "opd": "d", "cop": 2, "exp": None,
           "choice_type": "single", "subject_name": "ENT", "topic_name": None}  # fmt: skip
    hub = serve({"train": [row, row | {"id": "v", "cop": 3}], "validation": [row | {"id": "w"}]})
    source = open_source("medmcqa@hub:main")
    assert [(item.id, item.answer) for item in source if isinstance(item, QAItem)] == [
        ("medmcqa-u", "c"),
        ("medmcqa-v", "d"),
    ]
    assert hub.asked == [
        ("openlifescienceai/medmcqa", "main"),
        ("openlifescienceai/medmcqa", None, "train", "c0ffee", True),
    ]
    assert (source.revision, source.fingerprint) == ("c0ffee", "hub:openlifescienceai/medmcqa:default:train@c0ffee")
    (held_out,) = items("medmcqa@hub", training=False)
    assert (held_out.id, held_out.split) == ("medmcqa-w", "validation")


def test_pubmedqa_from_the_hub_is_read_as_the_half_that_is_asked_for(serve: Any) -> None:
    rows = [
        {"pubid": int(pmid), "question": "Does it?", "context": {"contexts": ["One."]}, "final_decision": "no"}
        for pmid in (TEST_PMID, TRAIN_PMID)
    ]  # fmt: skip
    serve({"train": rows})
    assert [item.id for item in items("pubmedqa@hub")] == [f"pubmedqa-{TRAIN_PMID}"]
    assert [item.split for item in items("pubmedqa@hub", training=False)] == ["test"]


def test_any_data_set_with_the_generic_columns(serve: Any) -> None:
    serve({"train": [{"question": "Why?", "answer": "So."}], "test": [{"question": "How?", "answer": "Thus."}]})
    (item,) = items("hf:org/name@v1")
    assert (item.dataset, item.licence, item.question) == ("org/name", "local", "Why?")
    assert items("hf:org/name", training=False)[0].split == "test"
    serve({"train": [{"text": "no questions here"}]})
    with pytest.raises(SourceError, match="no column 'question'; its columns: text"):
        open_source("hf:org/name")


def test_a_test_row_among_the_training_rows_of_the_hub(serve: Any) -> None:
    serve({"train": [{"question": "Why?", "answer": "So.", "split": "test"}]})
    with pytest.raises(HeldOutSplit, match="evaluate"):
        items("hf:org/name")


def test_a_connection_that_breaks_is_tried_again_later(serve: Any) -> None:
    serve({"train": [{"question": "Why?", "answer": "So."}]}, breaks=True)
    source = iter(open_source("hf:org/name"))
    assert isinstance(next(source), QAItem)
    with pytest.raises(Interrupted, match=r"broke off after row 1 .*type the same command again") as error:
        next(source)
    assert error.value.exit_code == 75


@pytest.mark.parametrize("spec", ["medqa@hub", "hf:org/name", "pubmedqa@hub:abc"])
def test_offline(spec: str) -> None:
    with pytest.raises(
        SourceError, match=r"could not be read from the Hugging Face Hub .*check the name and the network"
    ):
        open_source(spec)


def test_medquad_has_nothing_held_out() -> None:
    with pytest.raises(SourceError, match="no held-out split"):
        open_source("medquad@hub", training=False)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=4,
)
columns = sorted(
    {column for original, _ in OWN_COLUMNS.values() for column in original} | {"pubid", "context", "split"}
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(sorted(OWN_COLUMNS)), odd=st.dictionaries(st.sampled_from(columns), json_values, min_size=1)
)
def test_odd_values_in_any_column_are_faults_and_never_raise(name: str, odd: dict[str, Any], tmp_path: Path) -> None:
    path = write(tmp_path / "q.jsonl", OWN_COLUMNS[name][0] | odd, OWN_COLUMNS[name][0] | {"id": "good"})
    assert len(list(open_source(f"{name}:{path}", training=False))) == 2


def test_samples_are_compressed_the_same_way_every_time() -> None:
    for name in DATASETS:
        data = (resources.files("kgpaths.sources") / "samples" / f"{name}.jsonl.gz").read_bytes()
        assert data[4:8] == b"\0\0\0\0"  # no time in the header
        assert gzip.decompress(data).endswith(b"}\n")
