"""Report what an evaluation found, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict

from kgpaths.evaluation.statistics import Interval, accuracy, difference

if TYPE_CHECKING:
    from kgpaths.evaluation.benchmarks import Questions
    from kgpaths.evaluation.harness import Scored


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TaskReport(_Document):
    """One benchmark."""

    title: str
    place: str
    """File or data set."""
    sha256: str
    """Of the questions as they were asked."""
    questions: int
    accuracy: Interval
    unanswered: int
    """Replies that no answer could be read from; they count as wrong."""
    against: Interval | None = None
    against_unanswered: int = 0
    difference: Interval | None = None
    """Accuracy minus that of the model compared with, paired."""
    gained: int = 0
    """Questions that only this model has right."""
    lost: int = 0
    """Questions that only the other has right."""

    @classmethod
    def of(cls, task: Questions, model: Sequence[Scored], against: Sequence[Scored] | None = None) -> Self:
        """Compare what two models made of the same questions."""
        right = [one.correct for one in model]
        compared: dict[str, Any] = {}
        if against is not None:
            there = [one.correct for one in against]
            compared = {
                "against": accuracy({"": there}),
                "against_unanswered": sum(one.choice is None for one in against),
                "difference": difference({"": right}, {"": there}),
                "gained": sum(here and not other for here, other in zip(right, there, strict=True)),
                "lost": sum(other and not here for here, other in zip(right, there, strict=True)),
            }
        return cls(
            title=task.benchmark.title,
            place=task.place,
            sha256=task.sha256,
            questions=len(right),
            accuracy=accuracy({"": right}),
            unanswered=sum(one.choice is None for one in model),
            **compared,
        )


class Report(_Document):
    """All benchmarks of one call."""

    kgpaths: str
    model: str
    against: str | None
    config: dict[str, Any]
    tasks: dict[str, TaskReport]
    average: Interval
    """Mean of the tasks' accuracies."""
    against_average: Interval | None = None
    difference: Interval | None = None
    cut: str | None = None
    """Set where a question is longer than the model takes, so that its beginning was not seen."""

    @classmethod
    def of(
        cls,
        model: str,
        against: str | None,
        config: dict[str, Any],
        tasks: dict[str, TaskReport],
        correct: Mapping[str, Mapping[str, Sequence[bool]]],
        *,
        cut: str | None,
    ) -> Self:
        """Add the averages."""
        from kgpaths import __version__

        compared = (
            {}
            if "against" not in correct
            else {
                "against_average": accuracy(correct["against"]),
                "difference": difference(correct["model"], correct["against"]),
            }
        )
        return cls(
            kgpaths=__version__,
            model=model,
            against=against,
            config=config,
            tasks=tasks,
            average=accuracy(correct["model"]),
            cut=cut,
            **compared,
        )

    def rows(self) -> list[tuple[str, ...]]:
        """Return the table, its head first: accuracies in per cent with 95 % intervals."""
        compared = self.against is not None
        head = ("task", "questions", "accuracy") + (("against", "difference", "gained", "lost") if compared else ())
        lines: list[tuple[str, ...]] = [head]
        for task in self.tasks.values():
            line = (task.title, f"{task.questions:,}", str(task.accuracy))
            lines.append(
                (*line, str(task.against), str(task.difference), str(task.gained), str(task.lost)) if compared else line
            )
        total = ("mean of tasks", f"{sum(task.questions for task in self.tasks.values()):,}", str(self.average))
        if len(self.tasks) > 1:
            lines.append((*total, str(self.against_average), str(self.difference), "", "") if compared else total)
        return lines

    def notes(self) -> list[str]:
        """Return what must be known to read the table."""
        told = ["Accuracies in per cent with 95 % bootstrap intervals; differences are paired."]
        for task in self.tasks.values():
            if task.unanswered or task.against_unanswered:
                other = "" if self.against is None else f", {task.against_unanswered} against"
                told.append(f"{task.title}: {task.unanswered} replies without an answer{other}, counted as wrong.")
        if self.cut:
            told.append(f"Warning: {self.cut}; the beginning of such questions was not seen.")
        return told

    def markdown(self) -> str:
        """Return the report as Markdown."""
        head, *lines = self.rows()
        table = [f"| {' | '.join(line)} |" for line in (head, ("---",) * len(head), *lines)]
        against = f", against {self.against}" if self.against else ""
        return "\n".join([f"# {self.model}{against}", "", *table, "", *self.notes(), ""])
