"""The funnel counts how many questions came in, and where each of them went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Self

from pydantic import BaseModel, ConfigDict

from kgpaths.errors import CorpusError
from kgpaths.records import Row


class Funnel(BaseModel):
    """Counts of one shard or of a whole run; what `stats.json` holds.

    A row with several reasons counts under its first, so that `reasons` adds up to `rejected` + `failed`.
    """

    model_config = ConfigDict(extra="forbid")

    items: int = 0
    """Source rows read."""
    linked_question: int = 0
    """Rows whose question or context has at least one mention."""
    linked_answer: int = 0
    """Rows whose right answer has at least one mention."""
    with_paths: int = 0
    """Rows with at least one path to the right answer."""
    accepted: int = 0
    rejected: int = 0
    failed: int = 0
    truncated: int = 0
    """Rows whose search the work budget cut."""
    with_margin: int = 0
    """Accepted rows with two linked options or more."""
    answer_ahead: int = 0
    """Those whose right answer has the strongest evidence, a margin above 0."""
    paths: int = 0
    """Paths of accepted rows."""
    steps: int = 0
    """Chain steps of accepted rows."""
    cited_edges: int = 0
    """Edge citations in the chains of accepted rows."""
    quoting: int = 0
    """Accepted rows with a step that rests on a sentence of a reference text."""
    claim_steps: int = 0
    """Steps of accepted rows that state something of medicine: more than what the case says, and than the answer."""
    grounded_steps: int = 0
    """Those that cite an edge or a sentence."""
    knowledge_steps: int = 0
    """Steps of accepted rows that are marked as a model's own knowledge, whatever they cite beside it."""
    knowledge_alone: int = 0
    """Those that cite no edge and no sentence beside it."""
    reasons: dict[str, int] = {}
    rejected_by_reason: dict[str, int] = {}
    failed_by_reason: dict[str, int] = {}
    splits: dict[str, int] = {}
    """Accepted rows by split."""
    licences: dict[str, int] = {}
    """Rows by licence, those without any content left out."""
    sources: dict[str, int] = {}
    """Rows by each ledger source they rest on."""
    tiers: dict[str, int] = {}
    """Edge citations in the chains of accepted rows by how the edge came to be; they add up to `cited_edges`."""
    texts: dict[str, int] = {}
    """Those of text edges, by the ledger source of the text."""
    sentences: dict[str, int] = {}
    """Citations of sentences in the chains of accepted rows, by the ledger source of the text."""

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Self:
        """Count rows.

        >>> row = Row(id="my.jsonl:3", status="failed", reasons=("malformed_input",), graph_hash="", licence="")
        >>> Funnel.of([row]).failed_by_reason
        {'malformed_input': 1}
        """
        plain: Counter[str] = Counter()
        named: dict[str, Counter[str]] = {name: Counter() for name in _NAMED}
        for row in rows:
            roles = {mention.role for mention in row.mentions}
            accepted = row.status == "accepted"
            chain = row.chain if accepted else None
            plain["items"] += 1
            plain[row.status] += 1
            plain["linked_question"] += bool(roles & {"question", "context"})
            plain["linked_answer"] += "answer" in roles
            plain["with_paths"] += any(path.kind == "selected" for path in row.path_set.paths)
            plain["truncated"] += row.path_set.truncated
            margin = row.path_set.margin if accepted else None
            plain["with_margin"] += margin is not None
            plain["answer_ahead"] += margin is not None and margin > 0
            plain["paths"] += len(row.path_set.paths) if accepted else 0
            plain["steps"] += len(chain.steps) if chain else 0
            edges = {edge.id: edge for edge in row.edges}
            cited = [edges[edge] for step in (chain.steps if chain else ()) for edge in step.edge_ids if edge in edges]
            plain["cited_edges"] += sum(len(step.edge_ids) for step in chain.steps) if chain else 0
            steps = chain.steps if chain else ()
            plain["quoting"] += any(edge.tier == "text" for edge in cited) or any(step.sentences for step in steps)
            plain["claim_steps"] += sum(step.claims for step in steps)
            plain["grounded_steps"] += sum(step.claims and step.grounded for step in steps)
            plain["knowledge_steps"] += sum(step.knowledge for step in steps)
            plain["knowledge_alone"] += sum(step.alone for step in steps)
            named["sentences"].update(one.source for step in steps for one in step.sentences)
            named["tiers"].update(edge.tier for edge in cited)
            named["texts"].update(edge.source for edge in cited if edge.tier == "text")
            if accepted:
                named["splits"][row.item.split if row.item else "train"] += 1
            else:
                reason = row.reasons[0] if row.reasons else "stage_error"
                named["reasons"][reason] += 1
                named[f"{row.status}_by_reason"][reason] += 1
            if row.licence:
                named["licences"][row.licence] += 1
            named["sources"].update(row.sources)
        return cls(**plain, **{name: dict(sorted(counter.items())) for name, counter in named.items()})

    @classmethod
    def total(cls, funnels: Iterable[Funnel]) -> Self:
        """Add up shards."""
        plain: Counter[str] = Counter()
        named: dict[str, Counter[str]] = {name: Counter() for name in _NAMED}
        for funnel in funnels:
            for name, value in funnel.model_dump().items():
                if isinstance(value, dict):
                    named[name].update(value)
                else:
                    plain[name] += value
        return cls(**plain, **{name: dict(sorted(counter.items())) for name, counter in named.items()})

    def check(self) -> None:
        """Check that no row was lost.

        Raises:
            CorpusError: rows in are not accepted + rejected + failed, or the reasons do not add up.
        """
        out = self.accepted + self.rejected + self.failed
        if out != self.items:
            raise CorpusError(f"{self.items} rows came in but {out} went out: a defect in kgpaths")
        for name, count in (("rejected", self.rejected), ("failed", self.failed)):
            reasons = sum(getattr(self, f"{name}_by_reason").values())
            if reasons != count:
                raise CorpusError(f"{count} rows {name} but reasons for {reasons}: a defect in kgpaths")


_NAMED = tuple(name for name, field in Funnel.model_fields.items() if field.annotation is not int)
