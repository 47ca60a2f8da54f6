"""Calls and input tokens for each kept row of the recipes with a layout, beside MedReason's 15 calls and 17,000 tokens.

    python benchmarks/llm_cost.py [ROWS]

Questions are MedQA's, prompts go over a real socket, and what answers is no model: it writes every statement as it
stands, and spoils one first reply in ten (a label that is not there), so that repairs are paid for. The table shows
what the prompts cost; what share of the rows a model gets through the checks depends on the model.

Tokens are counted twice: by four bytes a token, the rule for English, and by at most four letters a token with every
mark of punctuation for itself, which no tokenizer in use exceeds on such text.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import statistics
import sys
from collections import Counter
from collections.abc import Iterable
from typing import Any

from kgpaths.config import LLMConfig
from kgpaths.graph import KnowledgeGraph
from kgpaths.linking import EntityLinker
from kgpaths.llm import Endpoint
from kgpaths.paths import PathFinder
from kgpaths.paths.alike import finds_alike
from kgpaths.records import Mention, PathSet, QAItem
from kgpaths.sources import open_source
from kgpaths.testing import FaultServer
from kgpaths.validation import Validator, decide
from kgpaths.verbalization import LLMVerbalizer
from kgpaths.verbalization.recipes.recipe import recipes
from kgpaths.verbalization.recipes.rehearsal import rehearse

ANCESTOR_CALLS, ANCESTOR_TOKENS = 15, 17_000
SPOILED = 10
"""One in so many first replies has a fault."""

Case = tuple[QAItem, tuple[Mention, ...], PathSet]


def main(rows: int) -> None:
    graph = KnowledgeGraph.open("default")
    items = [item for item in open_source("medqa", limit=rows) if isinstance(item, QAItem)]
    cases = list(prepared(graph, items))
    print(f"{graph}: {len(items)} MedQA questions, {len(cases)} with a path (the others cost nothing)\n")
    print(
        f"{'recipe':<18}{'rows':>7}{'kept':>6}{'calls/kept':>12}{'tokens/kept':>13}{'at most':>9}{'most':>9}  not kept"
    )
    for name, recipe in recipes().items():
        if recipe.guide is None:  # where the model leads, what it proposes decides what is sent
            report(graph, name, cases)
    print(f"{'MedReason':<18}{'':>7}{'':>6}{ANCESTOR_CALLS:>12}{ANCESTOR_TOKENS:>13,}")


def prepared(graph: KnowledgeGraph, items: Iterable[QAItem]) -> Iterable[Case]:
    linker, finder = EntityLinker(graph), PathFinder(graph)
    for item in items:
        mentions = linker.link_item(item)
        path_set = finder.find_item(item, mentions)
        if path_set.no_path is None:
            yield item, mentions, path_set


def report(graph: KnowledgeGraph, name: str, cases: list[Case]) -> None:
    sent: list[tuple[int, int]] = []

    def reply(payload: Any) -> str:
        words = "\n".join(message["content"] for message in payload["messages"])
        sent.append((len(words.encode()) // 4, len(re.findall(r"[^\W\d_]{1,4}|\d{1,3}|[^\w\s]|_", words))))
        first = len([message for message in payload["messages"] if message["role"] == "assistant"]) == 0
        text = rehearse(next(message["content"] for message in payload["messages"] if message["role"] == "user"))
        spoiled = first and int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], "big") % SPOILED == 0
        return text.replace("[E1", "[E99") if spoiled else text

    with FaultServer(reply=reply) as server:
        kept, reasons = asyncio.run(written(graph, name, cases, server.base_url))
    rough, most = (sum(count[way] for count in sent) for way in (0, 1))
    why = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common(4))
    print(
        f"{name:<18}{len(cases):>7}{kept:>6}{len(sent) / kept:>12.2f}{rough / kept:>13,.0f}{most / kept:>9,.0f}"
        f"{max(count[1] for count in sent):>9,}  {why}"
    )
    print(f"{'':<18}median prompt {statistics.median(count[0] for count in sent):,.0f} tokens", file=sys.stderr)


async def written(graph: KnowledgeGraph, name: str, cases: list[Case], base_url: str) -> tuple[int, Counter[str]]:
    config = LLMConfig(models=("rehearsal",), base_url=base_url, recipe=name)
    verbalizer = LLMVerbalizer(graph, config, finds_alike(graph))
    validator = Validator(graph)
    kept, reasons = 0, Counter[str]()
    async with Endpoint(base_url) as endpoint:
        for item, mentions, path_set in cases:
            draft = await verbalizer.draft(item, mentions, path_set, endpoint)
            if draft.chain is None:
                reasons[str(draft.reason)] += 1
                continue
            status, found = decide(validator.validate(item, mentions, path_set, draft.chain))
            kept += status == "accepted"
            reasons.update(found)
    return kept, reasons


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
