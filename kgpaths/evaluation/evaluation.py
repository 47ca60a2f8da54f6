"""Find out whether a training helped: tuned and base model get the same questions, in one report."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from kgpaths.config import _Config
from kgpaths.errors import UsageError
from kgpaths.evaluation.report import Report, TaskReport

if TYPE_CHECKING:
    from kgpaths.evaluation.benchmarks import Questions
    from kgpaths.evaluation.harness import Scored
    from kgpaths.evaluation.models import OpenModel


class EvaluateConfig(_Config):
    """How models are evaluated."""

    mode: Literal["loglikelihood", "generate"] = "loglikelihood"
    """`loglikelihood` takes the likeliest option, as in the published tables; `generate` takes what the model
    writes."""
    limit: int | None = Field(default=None, ge=1)
    """Only the first so many questions of each task are asked."""
    batch_size: int = Field(default=8, ge=1)
    """The model works on this many questions at a time."""
    max_tokens: int = Field(default=1024, ge=1)
    """A reply has at most this many tokens, reasoning included; a reply that is cut off holds no answer."""
    quantise: Literal["nf4", "none"] = "none"
    """The model is loaded as NF4 with double quantisation, or as it is."""


@dataclass(frozen=True)
class EvaluateResult:
    """A report, and what became of every question."""

    report: Report
    items: tuple[Mapping[str, Any], ...] = field(repr=False)
    """One mapping a question: task, id, gold, and for each model its choice and the log-likelihoods or the reply."""


def evaluate(
    model: str | Path,
    *,
    tasks: Sequence[str],
    against: str | Path | None = None,
    base_model: str | Path | None = None,
    out: str | Path | None = None,
    say: Callable[[str], None] | None = None,
    progress: bool = False,
    **options: Any,
) -> EvaluateResult:
    """Measure a model on medical multiple-choice questions, and compare it with its base.

    Args:
        model: folder of a training, an adapter, a whole model, or a name on the Hub. An adapter is not merged.
        tasks: names of benchmarks (read from the Hub) or ``NAME=FILE``, e.g. ``medqa5=test.jsonl``.
        against: the model to compare with; an adapter is compared with its own base by default.
        base_model: stands in for the base model that an adapter names.
        out: folder for `report.json`, `report.md` and `items.jsonl`.
        say: gets lines for people.
        progress: draw progress bars on stderr.
        options: keys of `EvaluateConfig`, e.g. ``mode="generate"`` or ``limit=100``.

    Raises:
        ConfigError: an unknown option.
        EvaluationError: a question that cannot be used, or a model that cannot be loaded.
        SourceError: a file or data set that cannot be read.
        UsageError: an unknown task, or a folder that cannot be written.
    """
    config = EvaluateConfig.parse(options)
    from kgpaths.training.training import require_packages

    require_packages(("lm_eval", "torch", "transformers", "peft"), "evaluate")
    from kgpaths.evaluation.benchmarks import read_questions
    from kgpaths.training.quiet import quiet_libraries

    if not tasks:
        raise UsageError("name at least one task, e.g. medqa4 or medqa5=FILE")
    questions = read_questions(tasks, limit=config.limit)
    folder = None if out is None else _folder(Path(out))
    with quiet_libraries():
        result = _compared(str(model), _text(against), _text(base_model), questions, config, say or _silent, progress)
    if folder is not None:
        _write(folder, result.report, result.items)
    return result


def _compared(
    model: str,
    against: str | None,
    base_model: str | None,
    questions: Sequence[Questions],
    config: EvaluateConfig,
    tell: Callable[[str], None],
    progress: bool,
) -> EvaluateResult:
    from kgpaths.evaluation.harness import longest_prompt
    from kgpaths.evaluation.models import open_model

    chat = config.mode == "generate"
    opened = open_model(model, base_model=base_model, quantise=config.quantise, chat_template=chat)
    tell(f"{model}: {sum(len(task.items) for task in questions):,} questions, {config.mode}")
    context = getattr(opened.network.config.get_text_config(), "max_position_embeddings", None)
    scored = {"model": _score(opened, questions, config, progress)}
    name = None
    if against is not None:
        name = against
        tell(f"{name}: the same questions")
        del opened
        other = open_model(name, quantise=config.quantise, chat_template=chat)
        scored["against"] = _score(other, questions, config, progress)
        opened = other
    elif opened.adapted:
        name = "its base model"
        tell("the same questions without the adapter")
        with opened.without_adapter():
            scored["against"] = _score(opened, questions, config, progress)
    longest = longest_prompt(opened, questions) + (config.max_tokens if chat else 0)
    made = Report.of(
        str(model),
        name,
        config.model_dump(),
        {
            task.benchmark.name: TaskReport.of(task, *(scored[key][task.benchmark.name] for key in scored))
            for task in questions
        },
        {
            key: {task: [one.correct for one in some] for task, some in by_task.items()}
            for key, by_task in scored.items()
        },
        cut=None
        if context is None or longest <= context
        else f"{longest} tokens may be needed, the model takes {context}",
    )
    return EvaluateResult(made, tuple(_items(questions, scored)))


def _score(
    model: OpenModel, questions: Sequence[Questions], config: EvaluateConfig, progress: bool
) -> dict[str, list[Scored]]:
    from kgpaths.evaluation.harness import score_options, score_replies

    if config.mode == "generate":
        return score_replies(
            model, questions, batch_size=config.batch_size, max_tokens=config.max_tokens, progress=progress
        )
    return score_options(model, questions, batch_size=config.batch_size, progress=progress)


def _items(questions: Sequence[Questions], scored: Mapping[str, Mapping[str, list[Scored]]]) -> list[dict[str, Any]]:
    lines = []
    for task in questions:
        name = task.benchmark.name
        for number, item in enumerate(task.items):
            line: dict[str, Any] = {"task": name, "id": item.id, "gold": item.answer_key}
            for key, by_task in scored.items():
                line[key] = {k: v for k, v in by_task[name][number]._asdict().items() if v not in ((), "")}
            lines.append(line)
    return lines


def _folder(out: Path) -> Path:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}; choose another folder with --out") from error
    return out


def _write(folder: Path, report: Report, items: Sequence[Mapping[str, Any]]) -> None:
    from kgpaths.files import disk_errors, write_whole

    with disk_errors(folder):
        lines = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)
        write_whole(folder / "items.jsonl", lines.encode())
        write_whole(folder / "report.md", report.markdown().encode())
        write_whole(folder / "report.json", (report.model_dump_json(indent=2) + "\n").encode())


def _text(value: str | Path | None) -> str | None:
    return None if value is None else str(value)


def _silent(line: str) -> None:
    """Take a line and say nothing."""
