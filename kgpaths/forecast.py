"""What a build with a model would ask and cost: `--dry-run`. Nothing is sent and nothing is written."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kgpaths.config import LLMConfig, default_out
from kgpaths.errors import UsageError
from kgpaths.records import QAItem

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.pipeline import Pipeline

_SAMPLE = 200
"""Questions that are linked and searched for a forecast; the rest is taken to be like them."""
_USUAL_COMPLETION = (250, 1000)
"""Tokens of a completion, low and high, before any was seen."""


class Range(NamedTuple):
    """A number known within bounds."""

    low: float
    high: float


class Forecast(NamedTuple):
    """What a build would take."""

    questions: int
    """Questions it would read."""
    looked_at: int
    """Questions, the first ones, that the forecast rests on."""
    rows: int
    """Questions that would be asked: those with paths, or all where the model leads."""
    stages: int
    """Calls one after the other that a row takes at least: in a run by batches, so many batches."""
    calls: Range
    """Low: one for every stage of every sample. High: every one tried again or repaired once."""
    prompt_tokens: Range
    completion_tokens: Range
    """High: all cut at `max_tokens`, if that is below the usual."""
    cost: Range
    """US dollars by the configured prices."""
    stored: int
    """Rows whose first reply is in the run's store already and costs nothing."""
    prompt_tokens_per_call: int


def forecast(
    source: str,
    *,
    out: str | Path | None = None,
    limit: int | None = None,
    graph: str | KnowledgeGraph = "default",
    **options: Any,
) -> Forecast:
    """Return what `kgpaths.build` with the same arguments would ask of the model.

    Where the run's folder holds replies already, their usage corrects the rule of four bytes a token.

    Raises:
        UsageError: the configuration names no model; else as `build`.
    """
    from kgpaths.graph import KnowledgeGraph
    from kgpaths.pipeline import Pipeline, configured
    from kgpaths.sources import open_source

    spec = graph if isinstance(graph, str) else str(graph.folder)
    config = configured({"source": source, "limit": limit, "graph": spec, **options})
    if config.llm is None:
        raise UsageError("a build without --model asks no model: there is nothing to forecast")
    reader = open_source(source, limit=limit)
    folder = Path(out) if out is not None else default_out(source)
    opened = KnowledgeGraph.open(graph, tiers=config.tiers) if isinstance(graph, str) else graph.only(config.tiers)
    items = list(islice(reader, _SAMPLE))
    total = len(items) if len(items) < _SAMPLE else min(limit or reader.size or 0, reader.size or limit or 0)
    return _predicted(Pipeline(opened, config), config.llm, items, max(total, len(items)), folder)


def _predicted(pipeline: Pipeline, llm: LLMConfig, items: list[Any], total: int, folder: Path) -> Forecast:
    from kgpaths.llm import REPLIES, Endpoint, ReplyStore, TokenMeter
    from kgpaths.llm.limits import price
    from kgpaths.llm.tokens import rough_tokens

    drafter = pipeline.drafter()
    each = drafter.stages + (pipeline.model_judge() is not None)
    endpoint = Endpoint(llm.base_url, llm.endpoint)
    meter, usual = TokenMeter(), Range(*_USUAL_COMPLETION)
    rows = tokens = stored = 0
    with ReplyStore(folder / REPLIES) as store:
        totals = store.totals()
        meter.learn(estimated=totals.estimated_tokens, real=totals.prompt_tokens)
        if totals.replies and totals.completion_tokens:
            mean = totals.completion_tokens / totals.replies
            usual = Range(0.8 * mean, 1.2 * mean)
        for item in items:
            if not isinstance(item, QAItem):
                continue
            mentions, path_set = pipeline.find(item)
            if not drafter.serves(path_set):
                continue
            requests = [drafter.request(item, mentions, path_set, sample=sample) for sample in range(llm.samples)]
            rows += requests[0] is not None
            for sample, request in enumerate(requests):
                if request is None:  # rejected without a call
                    continue
                tokens += meter.corrected(rough_tokens(request))
                stored += not sample and store.get(endpoint.key(request, 100 * sample)) is not None
    scale = total / max(1, len(items))
    # What later stages are asked is not known before the first has answered; it is taken to be as long.
    calls = Range(round(rows * llm.samples * scale * each), round(rows * llm.samples * scale * each * 2))
    prompt = Range(round(tokens * scale * each), round(tokens * scale * each * 2))
    completion = Range(
        round(calls.low * min(usual.low, llm.max_tokens)), round(calls.high * min(usual.high, llm.max_tokens))
    )
    prices = llm.endpoint.prices
    cost = Range(*(price(prices, round(p), round(c)) for p, c in zip(prompt, completion, strict=True)))
    per_call = round(tokens / max(1, rows * llm.samples))
    return Forecast(
        questions=total,
        looked_at=len(items),
        rows=round(rows * scale),
        stages=each,
        calls=calls,
        prompt_tokens=prompt,
        completion_tokens=completion,
        cost=cost,
        stored=round(stored * scale),
        prompt_tokens_per_call=per_call,
    )
