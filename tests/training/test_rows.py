"""What is learned: exactly the assistant's last message and its end; what does not fit is counted, never cut."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import kgpaths as kg
from kgpaths.errors import ConfigError, CorpusError, TrainingError, UsageError
from kgpaths.training.config import TrainConfig
from kgpaths.training.conversations import Conversation, read_conversations
from kgpaths.training.loop import dataset
from kgpaths.training.tokenisation import IGNORED, Tokenised, learned_text, tokenise, tokenise_all


@pytest.fixture(params=["qwen3", "llama"])
def tokenizer(request: pytest.FixtureRequest, tiny: Mapping[str, Path]) -> Any:
    from kgpaths.training.model import load_tokenizer

    return load_tokenizer(str(tiny[request.param]))


@pytest.fixture(scope="session")
def run(ward: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small finished run folder."""
    import json

    folder = tmp_path_factory.mktemp("run")
    findings = ("fever and cough", "fever", "chest pain and dyspnea")
    lines = [
        {
            "id": f"q{number}",
            "question": f"A {30 + number}-year-old man has {findings[number % 3]}. What is the diagnosis?",
            "options": {"A": "Pneumonia", "B": "Gout"},
            "answer_idx": "A",
            "split": "validation" if number == 11 else "train",
        }
        for number in range(12)
    ]
    (folder / "q.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return kg.build(f"jsonl:{folder / 'q.jsonl'}", out=folder / "run", graph=str(ward)).out


def test_the_loss_covers_the_answer_and_its_end_alone(tokenizer: Any, data: str) -> None:
    for row in read_conversations(data).train:
        made = tokenise(row, tokenizer)
        assert learned_text(made, tokenizer) == row.messages[-1]["content"] + tokenizer.eos_token
        asked = [token for token, label in zip(made.input_ids, made.labels, strict=True) if label == IGNORED]
        assert row.messages[0]["content"] in tokenizer.decode(asked)
        assert "symptom of" not in tokenizer.decode(asked)
        whole = tokenizer.apply_chat_template(list(row.messages), tokenize=False)
        assert tokenizer.decode(made.input_ids) == whole


def test_only_the_last_turn_is_learned(tokenizer: Any) -> None:
    turns = [("system", "Be brief."), ("user", "Hi"), ("assistant", "Hello"), ("user", "Bye"), ("assistant", "So long")]
    row = Conversation("x", tuple({"role": role, "content": text} for role, text in turns), "", (), None)
    assert learned_text(tokenise(row, tokenizer), tokenizer) == "So long" + tokenizer.eos_token


def test_reasoning_outside_the_loss_is_refused(tokenizer: Any, data: str) -> None:
    row = read_conversations(data).train[0]
    # How distilled models' templates treat earlier turns: the reasoning is dropped.
    tokenizer.chat_template = tokenizer.chat_template.replace(
        "message.content", "message.content.split('</think>')[-1]"
    )
    with pytest.raises(TrainingError, match="row q000: its reasoning is not inside the loss"):
        tokenise(row, tokenizer)


def test_a_template_that_cannot_be_split_is_refused(tokenizer: Any, data: str) -> None:
    tokenizer.chat_template = "{{ messages | length }}" + tokenizer.chat_template
    with pytest.raises(TrainingError, match="writes the prompt differently"):
        tokenise(read_conversations(data).train[0], tokenizer)


def test_an_end_is_learned_where_the_template_writes_none(tokenizer: Any, data: str) -> None:
    turns = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
    tokenizer.chat_template = turns + "{% if add_generation_prompt %}assistant: {% endif %}"
    row = read_conversations(data).train[0]
    assert learned_text(tokenise(row, tokenizer), tokenizer) == row.messages[-1]["content"] + tokenizer.eos_token


def test_rows_that_do_not_fit_are_counted_and_left_out_whole(tokenizer: Any, data: str) -> None:
    rows = list(read_conversations(data).train)
    long = rows[3]._replace(messages=(rows[3].messages[0], {"role": "assistant", "content": "fever " * 200}))
    rows[3] = long
    fits, lengths = tokenise_all(rows, tokenizer, max_length=150)
    assert [row.id for row in fits] == [row.id for row in rows if row.id != long.id]
    assert (lengths.too_long, lengths.first_too_long, lengths.rows) == (1, (long.id,), len(rows))
    assert lengths.tokens == sum(len(row.input_ids) for row in fits)
    assert "1 of 24 rows are longer than 150 tokens" in lengths.lines()[1]
    with pytest.raises(TrainingError, match=f"max_length={lengths.longest}"):
        tokenise_all(rows, tokenizer, max_length=150, too_long="refuse")
    with pytest.raises(TrainingError, match="none of 24 rows fits into 8 tokens"):
        tokenise_all(rows, tokenizer, max_length=8)


def test_packing_keeps_every_token_and_every_label() -> None:
    rows = [
        Tokenised(str(n), list(range(n, n + 5 + n % 7)), [IGNORED] * 4 + [n] * (1 + n % 7), n % 3) for n in range(40)
    ]
    packed = dataset(rows, TrainConfig(packing=True, max_length=16))
    assert max(map(len, packed["input_ids"])) <= 16
    assert len(packed) < len(rows)
    pieces = []
    for ids, labels, lengths in zip(packed["input_ids"], packed["labels"], packed["seq_lengths"], strict=True):
        assert sum(lengths) == len(ids)
        at = 0
        for length in lengths:
            pieces.append((ids[at : at + length], labels[at : at + length]))
            at += length
    assert sorted(pieces) == sorted((row.input_ids, row.labels) for row in rows)


@pytest.mark.parametrize("packing", [False, True])
def test_a_curriculum_goes_from_few_hops_to_many(packing: bool) -> None:
    rows = [Tokenised(str(n), [n % 3] * 6, [n % 3] * 6, n % 3) for n in range(30)]
    hops = [
        ids[0] for ids in dataset(rows, TrainConfig(curriculum="hops", packing=packing, max_length=16))["input_ids"]
    ]
    assert hops == sorted(hops)
    assert set(hops) == {0, 1, 2}


def test_a_run_folder_is_read_as_it_is(run: Path) -> None:
    data = read_conversations(str(run))
    corpus = kg.Corpus.open(run)
    assert len(data.train) == 11
    assert [row.id for row in data.evaluation] == ["q11"]
    hops = {
        row.id: max(len(p.hops) for p in row.path_set.paths if p.kind == "selected")
        for row in corpus.rows("structured")
    }
    assert {row.id: row.hops for row in (*data.train, *data.evaluation)} == hops
    assert data.provenance.graph_hash == corpus.manifest.graph_hash
    assert data.provenance.sources["doid"] == 12
    assert data.provenance.unlicensed == 0


def test_held_out_rows_depend_on_their_ids_alone(data: str, rows: list[Any], write: Callable[[list[Any]], str]) -> None:
    forth, back = (read_conversations(spec, eval_share=0.25) for spec in (data, write(rows[::-1])))
    assert {row.id for row in forth.evaluation} == {row.id for row in back.evaluation}
    assert len(forth.evaluation) == 6
    assert not {row.id for row in forth.evaluation} & {row.id for row in forth.train}
    other = read_conversations(data, eval_share=0.25, seed=1)
    assert {row.id for row in other.evaluation} != {row.id for row in forth.evaluation}


def test_a_run_without_accepted_rows_is_refused(ward: Path, tmp_path: Path, write: Callable[[list[Any]], str]) -> None:
    nothing = write([{"id": "q", "question": "Why is the sky blue?", "answer": "Rayleigh", "split": "train"}])
    empty = kg.build(f"jsonl:{nothing}", out=tmp_path / "run", graph=str(ward)).out
    with pytest.raises(TrainingError, match="no accepted rows to train on; `kgpaths stats"):
        read_conversations(str(empty))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"text": "hello"}, "row 1: `messages` must be a list"),
        ({"messages": [{"role": "user", "content": "hello"}]}, "row 1: `messages` must be a list"),
        ({"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": None}]}, "needs `content`"),
    ],
)
def test_rows_that_are_no_conversations_are_refused(
    row: dict[str, Any], message: str, write: Callable[[list[Any]], str]
) -> None:
    with pytest.raises(TrainingError, match=message):
        read_conversations(write([row]))


def test_wrong_places_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="neither a run folder nor a file"):
        read_conversations(str(tmp_path / "none"))
    with pytest.raises(CorpusError, match="holds no run"):
        read_conversations(str(tmp_path))
    (tmp_path / "torn.jsonl").write_text('{"messages": [')
    with pytest.raises(TrainingError, match=r"torn.jsonl:1: not JSON"):
        read_conversations(str(tmp_path / "torn.jsonl"))


def test_configurations_name_what_is_wrong() -> None:
    for values, message in (
        ({"learning_rat": 1}, "did you mean 'learning_rate'"),
        ({"stabilise": {"epoch": 1}}, "did you mean 'epochs'"),
        ({"batch_size": 3, "effective_batch": 8}, "no multiple of batch_size"),
    ):
        with pytest.raises(ConfigError, match=message):
            TrainConfig.parse(values)
    with pytest.raises(ConfigError, match="did you mean 'q3x1'"):
        TrainConfig.preset("q3x")
