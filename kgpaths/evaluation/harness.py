"""Connect lm-evaluation-harness: its task files read our checked rows, and its model wrapper holds our model."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from kgpaths.evaluation.answers import INSTRUCTION, extract_answer
from kgpaths.evaluation.benchmarks import TASKS, Questions, harness_row
from kgpaths.evaluation.models import OpenModel


class Scored(NamedTuple):
    """What a model made of one question."""

    choice: str | None
    """Key of the option it chose; None where no answer could be read."""
    correct: bool
    loglikelihoods: tuple[float, ...] = ()
    """Of the options in their order, in nats."""
    output: str = ""
    """What it wrote, where it was asked to write."""


def score_options(
    model: OpenModel, tasks: Sequence[Questions], *, batch_size: int, progress: bool = False
) -> dict[str, list[Scored]]:
    """Return, for each task, which option the model finds likeliest: zero-shot, without sampling.

    The prompts and the scored continuations are those of the published tables (see the task files).
    """
    import yaml
    from lm_eval.evaluator import evaluate
    from lm_eval.tasks import TaskManager

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for questions in tasks:
            name = questions.benchmark.name
            rows = folder / f"{name}.jsonl"
            rows.write_text("".join(json.dumps(harness_row(item)) + "\n" for item in questions.items), encoding="utf-8")
            task = yaml.safe_load((TASKS / f"{name}.yaml").read_text(encoding="utf-8"))
            task["dataset_kwargs"] = {"data_files": {"test": str(rows)}, "cache_dir": str(folder / "cache")}
            (folder / f"{name}.yaml").write_text(yaml.safe_dump(task, sort_keys=False), encoding="utf-8")
        manager = TaskManager(include_path=str(folder), include_defaults=False)
        with _bars(progress):
            results = evaluate(
                lm=_wrapped(model, batch_size, progress),
                task_dict=manager.load([f"kgpaths_{questions.benchmark.name}" for questions in tasks]),
                log_samples=True,
                bootstrap_iters=0,
            )
    assert results is not None
    scored: dict[str, list[Scored]] = {}
    for questions in tasks:
        samples = sorted(results["samples"][f"kgpaths_{questions.benchmark.name}"], key=lambda s: int(s["doc_id"]))
        scored[questions.benchmark.name] = [_chosen(sample) for sample in samples]
    return scored


def _chosen(sample: dict[str, Any]) -> Scored:
    values = tuple(float(reply[0]) for reply in sample["filtered_resps"])
    best = max(range(len(values)), key=lambda position: values[position])  # the first of equals, as the harness has it
    return Scored(sample["doc"]["letters"][best], bool(sample["acc"]), values)


def score_replies(
    model: OpenModel, tasks: Sequence[Questions], *, batch_size: int, max_tokens: int, progress: bool = False
) -> dict[str, list[Scored]]:
    """Return, for each task, what the model answers when it may write: greedily, up to `max_tokens`."""
    from lm_eval.api.instance import Instance

    from kgpaths.corpus.rendering import prompt

    wrapped = _wrapped(model, batch_size, progress)
    scored: dict[str, list[Scored]] = {}
    for questions in tasks:
        asked = [
            model.tokenizer.apply_chat_template(
                [{"role": "user", "content": f"{prompt(item)}\n\n{INSTRUCTION}"}],
                tokenize=False,
                add_generation_prompt=True,
            )
            for item in questions.items
        ]
        options = {"until": [model.tokenizer.eos_token], "max_gen_toks": max_tokens, "do_sample": False}
        calls = [
            Instance(request_type="generate_until", doc={}, arguments=(text, dict(options)), idx=number)
            for number, text in enumerate(asked)
        ]
        replies = wrapped.generate_until(calls, disable_tqdm=not progress)
        scored[questions.benchmark.name] = [
            _answered(item.answer_key, [option.key for option in item.options], text, reply)
            for item, text, reply in zip(questions.items, asked, replies, strict=True)
        ]
    return scored


def _answered(gold: str | None, letters: list[str], asked: str, reply: str) -> Scored:
    choice = extract_answer(reply, letters, in_thought=asked.rstrip().endswith("<think>"))
    return Scored(choice, choice is not None and choice == gold, output=reply)


def longest_prompt(model: OpenModel, tasks: Sequence[Questions]) -> int:
    """Return about how many tokens the longest question has, options and passage included."""
    from kgpaths.corpus.rendering import prompt

    return max(len(model.tokenizer(prompt(item))["input_ids"]) for task in tasks for item in task.items)


@contextmanager
def _bars(progress: bool) -> Iterator[None]:
    """Keep the harness from drawing a bar while it makes its requests, which it has no option for."""
    from lm_eval.api import task

    drawn = task.tqdm
    if not progress:
        task.tqdm = partial(drawn, disable=True)
    try:
        yield
    finally:
        task.tqdm = drawn


def _wrapped(model: OpenModel, batch_size: int, progress: bool) -> Any:
    from lm_eval.models.huggingface import HFLM

    class Wrapped(HFLM):  # type: ignore[misc]
        def loglikelihood(self, requests: Any, disable_tqdm: bool = False) -> Any:
            return super().loglikelihood(requests, disable_tqdm=disable_tqdm or not progress)

    return Wrapped(
        pretrained=model.network,
        tokenizer=model.tokenizer,
        batch_size=batch_size,
        device=str(model.network.device),
    )
