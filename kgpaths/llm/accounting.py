"""Count what an endpoint did and what it cost, with the estimate beside it for comparison."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict

from kgpaths.config import Prices
from kgpaths.files import write_whole
from kgpaths.llm.limits import price
from kgpaths.llm.store import Totals

USAGE = "usage.json"
"""Name of the account in a run's folder."""


class Spent(BaseModel):
    """Counts of one run's calls; what `usage.json` holds of them."""

    model_config = ConfigDict(extra="forbid")

    calls: int = 0
    """Requests that were sent, retries not counted."""
    retries: int = 0
    """Times that a request was sent again because it failed on its way."""
    replayed: int = 0
    """Replies that came from the store."""
    prompt_tokens: int = 0
    """Of sent requests, as their replies' usage says."""
    completion_tokens: int = 0
    estimated_prompt_tokens: int = 0
    """Of the same requests, as `--dry-run` counts them before anything is known of the model's tokenizer."""
    faults: Counter[str] = Counter()
    """Replies, sent or replayed, that were no answer, by fault."""


class Usage(BaseModel):
    """What a run has used over all of its calls: `usage.json`. Unlike the corpus it tells how the run went."""

    model_config = ConfigDict(extra="forbid")

    replies: int
    """Replies that the store holds, each paid for once."""
    prompt_tokens: int
    completion_tokens: int
    prices: Prices
    cost: float
    """US dollars by `prices`."""
    estimated_prompt_tokens: int
    """What `--dry-run` predicts for the same prompts, before anything is known of the model's tokenizer."""
    estimate_error: float | None
    """Estimated over real prompt tokens, minus one; None when the server reports no usage."""
    no_answer: dict[str, int]
    """Replies that are no answer, by fault."""
    last_call: Spent
    """What the latest call of the command added."""

    @classmethod
    def of(cls, totals: Totals, spent: Spent, prices: Prices) -> Self:
        """Return the account of a store."""
        error = totals.estimated_tokens / totals.prompt_tokens - 1 if totals.prompt_tokens else None
        return cls(
            replies=totals.replies,
            prompt_tokens=totals.prompt_tokens,
            completion_tokens=totals.completion_tokens,
            prices=prices,
            cost=round(price(prices, totals.prompt_tokens, totals.completion_tokens), 6),
            estimated_prompt_tokens=totals.estimated_tokens,
            estimate_error=None if error is None else round(error, 4),
            no_answer=totals.faults,
            last_call=spent,
        )

    def write(self, path: Path) -> None:
        """Write the account, whole or not at all."""
        write_whole(path, (self.model_dump_json(indent=2) + "\n").encode())
