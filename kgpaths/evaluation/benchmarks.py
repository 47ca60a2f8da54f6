"""The benchmarks say where their questions lie, how columns are read, and what makes a file unusable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kgpaths.errors import EvaluationError, UsageError, nearest
from kgpaths.files import Row
from kgpaths.records import QAItem, Split
from kgpaths.sources import medmcqa, pubmedqa
from kgpaths.sources.source_faults import Record, SourceFault

TASKS = Path(__file__).parent / "tasks"
"""Folder of the harness's task files, one a benchmark."""


@dataclass(frozen=True)
class Benchmark:
    """One benchmark."""

    name: str
    title: str
    options: int | None
    """How many options every question has; None where it varies."""
    columns: Callable[[Record], Record]
    """Reads the published columns, and the generic ones of `kgpaths.sources`."""
    repo: str | None = None
    """Data set on the Hub; None where there is none in a plain format."""
    config: str | None = None
    split: str = "test"
    unmarked: Split = "test"
    """Split of rows that do not say; PubMedQA's test half is told by its ids, and the rest is for training."""


@dataclass(frozen=True)
class Questions:
    """The questions of one benchmark, all of them checked."""

    benchmark: Benchmark
    items: tuple[QAItem, ...]
    place: str
    """File or data set they come from."""
    sha256: str
    """Over questions, options and answers, in order."""


def _medqa(fields: Record) -> Record:
    """Read the original's columns, and those of the copies that the harness uses (sent1, ending0 …, label)."""
    if "sent1" not in fields:
        return fields
    endings = [fields[name] for name in sorted(fields) if name.startswith("ending")]
    return {"id": fields.get("id"), "question": fields["sent1"], "options": endings, "answer_key": fields.get("label")}


def _mmlu(fields: Record) -> Record:
    """Read the Hub's columns (question, choices, answer as a position)."""
    if "choices" not in fields:
        return fields
    return {"question": fields.get("question"), "options": fields["choices"], "answer_key": fields.get("answer")}


def _medxpertqa(fields: Record) -> Record:
    """Read the original's columns: the key is called `label`, and the options are repeated in the question."""
    if "label" not in fields:
        return fields
    question = fields.get("question")
    stem = question.partition("\nAnswer Choices:")[0] if isinstance(question, str) else question
    return {"id": fields.get("id"), "question": stem, "options": fields.get("options"), "answer_key": fields["label"]}


_SUBJECTS = (
    "anatomy", "clinical_knowledge", "college_biology", "college_medicine", "medical_genetics", "professional_medicine",
)  # fmt: skip

BENCHMARKS: Mapping[str, Benchmark] = MappingProxyType(
    {
        benchmark.name: benchmark
        for benchmark in (
            Benchmark("medqa4", "MedQA, 4 options", 4, _medqa, "GBaker/MedQA-USMLE-4-options"),
            Benchmark("medqa5", "MedQA, 5 options", 5, _medqa),
            Benchmark("medmcqa", "MedMCQA", 4, medmcqa.columns, "openlifescienceai/medmcqa", split="validation"),
            Benchmark("pubmedqa", "PubMedQA", 3, pubmedqa.columns, "qiaojin/PubMedQA", "pqa_labeled", "train", "train"),
            *(
                Benchmark(f"mmlu_{name}", f"MMLU, {name.replace('_', ' ')}", 4, _mmlu, "cais/mmlu", name)
                for name in _SUBJECTS
            ),
            Benchmark("medxpertqa", "MedXpertQA, text", 10, _medxpertqa, "TsinghuaC3I/MedXpertQA", "Text"),
        )
    }
)

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType({"mmlu_medical": tuple(f"mmlu_{name}" for name in _SUBJECTS)})
"""Names that stand for several benchmarks."""


def read_questions(tasks: Sequence[str], *, limit: int | None = None) -> list[Questions]:
    """Read and check the questions of some tasks, each ``NAME`` (from the Hub) or ``NAME=FILE``.

    Args:
        tasks: names of benchmarks or groups; a group's file is parted by the rows' own `dataset`.
        limit: take the first so many questions of each.

    Raises:
        EvaluationError: a row that cannot be used, with its line: an answer that is no option, the wrong number of
            options, no question.
        UsageError: an unknown task.
        SourceError: a file or data set that cannot be read.

    >>> read_questions(["medqa"])
    Traceback (most recent call last):
    ...
    kgpaths.errors.UsageError: unknown task 'medqa'; did you mean 'medqa5'? ...
    """
    found: list[Questions] = []
    for task in tasks:
        name, _, place = task.partition("=")
        if name not in {*BENCHMARKS, *GROUPS}:
            raise UsageError(f"unknown task {name!r}; {nearest(name, [*BENCHMARKS, *GROUPS])}")
        for member in GROUPS.get(name, (name,)):
            only = member if name in GROUPS and place else None
            found.append(_read(BENCHMARKS[member], place, limit, only))
    names = [questions.benchmark.name for questions in found]
    if len(set(names)) < len(names):
        raise UsageError(f"a task is named twice: {', '.join(names)}")
    return found


def _read(benchmark: Benchmark, place: str, limit: int | None, only: str | None) -> Questions:
    rows = _file(benchmark, place) if place else _hub(benchmark)
    items: list[QAItem] = []
    for row in rows:
        if only is not None and isinstance(row, Row) and row.fields.get("dataset") != only:
            continue
        item = _item(benchmark, row)
        # Training rows in the same file (PubMedQA publishes one file for all) are no part of the benchmark.
        if item.split != "train":
            items.append(item)
        if len(items) == limit:
            break
    if not items:
        of = f" with dataset={only!r}" if only else " outside its training split"
        raise EvaluationError(f"{place or benchmark.repo} holds no questions of {benchmark.name}{of}")
    content = [
        [item.question, item.context, *([o.key, o.text] for o in item.options), item.answer_key] for item in items
    ]
    digest = hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
    return Questions(benchmark, tuple(items), Path(place).name if place else f"hf:{benchmark.repo}", digest)


def _file(benchmark: Benchmark, place: str) -> Iterable[Row | SourceFault]:
    from kgpaths.sources import files

    path = Path(place)
    if benchmark.name != "medmcqa":
        return files.read_rows(path)
    # Whether `cop` counts from 0 or 1 shows only over the whole file.
    raw = [row for row in files.read_rows(path) if isinstance(row, Row)]
    columns = medmcqa.survey((row.fields for row in raw), path.name)
    return (
        Row(fields=columns(row.fields), where=row.where) if isinstance(row, Row) else row
        for row in files.read_rows(path)
    )


def _hub(benchmark: Benchmark) -> Iterator[Row | SourceFault]:
    from kgpaths.sources import hub

    if benchmark.repo is None:
        raise UsageError(f"{benchmark.name} has no copy on the Hub in a plain format; write {benchmark.name}=FILE")
    revision = hub.resolve_revision(benchmark.repo, None)
    stream = hub.open_stream(benchmark.repo, benchmark.config, benchmark.split, revision)
    yield from hub.rows(stream, f"{benchmark.repo}:{benchmark.split}")


def _item(benchmark: Benchmark, row: Row | SourceFault) -> QAItem:
    from kgpaths.sources.questions import to_item

    if isinstance(row, Row):
        made = to_item(
            benchmark.columns(row.fields),
            row.where,
            dataset=benchmark.name,
            licence="local",
            default_split=benchmark.unmarked,
            needs_options=True,
            as_published=True,
        )
    else:
        made = row
    if not isinstance(made, QAItem):
        raise EvaluationError(f"{made.where}: {made.message}")
    if benchmark.options is not None and len(made.options) != benchmark.options:
        others = [
            b.name for b in BENCHMARKS.values() if b.columns is benchmark.columns and b.options == len(made.options)
        ]
        hint = f"; that is {others[0]}" if others else ""
        raise EvaluationError(
            f"{row.where}: {len(made.options)} options, but a {benchmark.name} question has {benchmark.options}{hint}"
        )
    return made


def harness_row(item: QAItem) -> dict[str, Any]:
    """Return a question as the task files read it.

    >>> item = QAItem(id="q", dataset="d", split="test", question="?", answer="Gout", answer_key="B", licence="local",
    ...               options=({"key": "A", "text": "Asthma"}, {"key": "B", "text": "Gout"}))
    >>> harness_row(item)["letters"], harness_row(item)["gold"]
    (['A', 'B'], 1)
    """
    letters = [option.key for option in item.options]
    return {
        "id": item.id,
        "question": item.question,
        "context": item.context,
        "letters": letters,
        "options": [option.text for option in item.options],
        "gold": letters.index(str(item.answer_key)),
    }
