"""The validator runs all checks on a row and decides by their verdicts whether it is accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kgpaths.config import ValidationConfig
from kgpaths.records import Chain, Mention, PathSet, QAItem, Reason, Status, Verdict
from kgpaths.validation import answer, discourse, evidence_polarity, faithfulness, grounding, question_polarity, silence
from kgpaths.validation.registry import Case, Registered, registered

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph


_FILES_OF_CHECKS = (answer, discourse, evidence_polarity, faithfulness, grounding, question_polarity, silence)
"""Importing a file registers its checks."""


class Validator:
    """Runs every check on a row; deterministic, without a model."""

    def __init__(self, graph: KnowledgeGraph, config: ValidationConfig | None = None) -> None:
        self._graph = graph
        self._config = config or ValidationConfig()
        self._checks = registered()

    def validate(
        self, item: QAItem, mentions: Sequence[Mention], path_set: PathSet, chain: Chain
    ) -> tuple[Verdict, ...]:
        """Return the verdicts of all checks in the order of their names: one `pass`, or one verdict for each fault.

        A check that breaks gives a verdict `error` with reason `stage_error`; it neither stops the others nor raises.
        """
        case = Case(self._graph, self._config, item, tuple(mentions), path_set, chain)
        return tuple(verdict for name, entry in self._checks.items() for verdict in _run(name, entry, case))


def _run(name: str, entry: Registered, case: Case) -> list[Verdict]:
    verdicts: list[Verdict] = []
    try:
        for fault in entry.run(case):
            verdicts.append(
                Verdict(
                    check=name,
                    outcome=fault.outcome,
                    score=fault.score,
                    reason=fault.reason,
                    where=fault.where,
                    detail=fault.detail,
                )
            )
    except Exception as error:  # whatever breaks in a check belongs into the row, with its message
        verdicts.append(
            Verdict(check=name, outcome="error", reason="stage_error", detail=f"{type(error).__name__}: {error}")
        )
    return verdicts or [Verdict(check=name, outcome="pass")]


def decide(verdicts: Iterable[Verdict]) -> tuple[Status, tuple[Reason, ...]]:
    """Return a row's status and the reasons for it, each once, in the order of the verdicts.

    An `error` makes the row failed, a `fail` rejected; `warn` and `skipped` reject nothing.

    >>> decide([Verdict(check="a", outcome="pass"), Verdict(check="b", outcome="warn")])
    ('accepted', ())
    >>> decide([Verdict(check="a", outcome="fail", reason="answer_mismatch")])
    ('rejected', ('answer_mismatch',))
    """
    bad = [verdict for verdict in verdicts if verdict.outcome in ("fail", "error")]
    reasons = tuple(dict.fromkeys(verdict.reason or "stage_error" for verdict in bad))
    if any(verdict.outcome == "error" for verdict in bad):
        return "failed", reasons
    return ("rejected", reasons) if bad else ("accepted", ())


def checks() -> Mapping[str, str]:
    """Return the one-line description of every check by name.

    >>> checks()["answer_is_gold"].startswith("The final answer is the gold answer")
    True
    """
    return {name: entry.description for name, entry in registered().items()}
