"""What the statements are worth: the same questions and plans, written without statements, with others', with ours.

    python benchmarks/guided_ablation.py RUN... --questions N --out FILE.jsonl

`RUN` are run folders of the recipe `guided`; their stored proposals are replayed, only the writing is asked anew, of
the model that the run names. In the condition `none` the writer is shown no path, statement or sentence; in `random`
those that were found for another question, claim by claim; in `ours` those of the run. At most eight steps may rest on
own knowledge in all three, so that the limit of the recipe decides nothing. What comes of it is written as JSON lines,
for readers who are told nothing of the condition, and counted: chains, own knowledge, citations.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kgpaths.corpus import Corpus
from kgpaths.graph import KnowledgeGraph
from kgpaths.llm import REPLIES, Endpoint
from kgpaths.pipeline import Pipeline
from kgpaths.records import Grounded, GroundedClaim, Mention, Row
from kgpaths.verbalization.recipes.guided import GuidedVerbalizer
from kgpaths.verbalization.recipes.guided.dossier import Dossier
from kgpaths.verbalization.recipes.guided.proposal import Proposal
from kgpaths.verbalization.recipes.guided.verbalizer import _Proposed

CONDITIONS = ("none", "random", "ours")
MOST_KNOWLEDGE = 8


class Ablated(GuidedVerbalizer):
    """Writes with what a condition shows, instead of what was found."""

    condition: str
    found: dict[str, Grounded]
    """What was found for each question."""
    donors: dict[str, str]

    def _grounded(self, dossier: Dossier, mentions: tuple[Mention, ...], proposal: Proposal) -> _Proposed:
        made = super()._grounded(dossier, mentions, proposal)
        self.found.setdefault(dossier.item.id, made.grounded)
        if self.condition == "ours":
            return made
        given = Grounded()
        if self.condition == "random":
            given = self.found[self.donors[dossier.item.id]]
        claims = []
        for number, one in enumerate(made.grounded.claims):
            donor = given.claims[number % len(given.claims)] if given.claims else GroundedClaim(claim=one.claim)
            claims.append(donor.model_copy(update={"claim": one.claim}))
        grounded = Grounded(claims=tuple(claims), sentences=given.sentences)
        # The verdict speaks of the paths, which are not shown; what is asked is whether the writer needs them.
        return _Proposed(proposal.model_copy(update={"paths": (), "verdict": "partial"}), grounded)


async def _written(
    pipeline: Pipeline, rows: Sequence[Row], store: Path, condition: str, found: dict[str, Grounded]
) -> list[Row]:
    drafter = pipeline.drafter()
    assert isinstance(drafter, GuidedVerbalizer)
    drafter.__class__ = Ablated
    assert isinstance(drafter, Ablated)
    drafter.condition, drafter.found, drafter._most_knowledge = condition, found, MOST_KNOWLEDGE
    drafter.donors = dict(zip((row.id for row in rows), [row.id for row in (*rows[1:], rows[0])], strict=True))
    llm = pipeline.config.llm
    assert llm is not None

    async def one(row: Row) -> Row:
        assert row.item is not None
        mentions, path_set = pipeline.find(row.item)
        draft = await drafter.draft(row.item, mentions, path_set, endpoint)
        return pipeline.best(row.item, mentions, path_set, [draft])

    async with Endpoint(llm.base_url, llm.endpoint, store=store) as endpoint:
        return list(await asyncio.gather(*(one(row) for row in rows)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--questions", type=int, default=20, help="in all, drawn from the rows with a chain")
    parser.add_argument("--seed", default="20261129-ablation")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    graph = KnowledgeGraph.open("default")
    lines: list[dict[str, Any]] = []
    for run in given.runs:
        corpus = Corpus.open(run)
        rows = [row for row in corpus.rows() if row.chain is not None and row.status == "accepted"]
        rows = random.Random(f"{given.seed}-{run.name}").sample(rows, given.questions // len(given.runs))
        config = corpus.manifest.config
        loose = config.validation.model_copy(update={"most_knowledge": MOST_KNOWLEDGE})
        pipeline = Pipeline(graph, config.model_copy(update={"validation": loose}))
        found: dict[str, Grounded] = {}
        with tempfile.TemporaryDirectory() as folder:
            store = Path(folder) / REPLIES
            shutil.copy(run / REPLIES, store)
            # `ours` first: it notes what was found for every question.
            for condition in reversed(CONDITIONS):
                for row in asyncio.run(_written(pipeline, rows, store, condition, found)):
                    lines.append({"condition": condition, "row": row.model_dump(mode="json")})
    given.out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    report(lines)


def report(lines: Sequence[dict[str, Any]]) -> None:
    """Print what can be counted without a reader."""
    print(
        f"{'condition':<10}{'questions':>10}{'accepted':>9}{'steps':>6}{'claims':>8}{'cited':>7}{'share':>7}{'own':>5}"
    )
    for condition in CONDITIONS:
        rows = [Row.model_validate(line["row"]) for line in lines if line["condition"] == condition]
        steps = [step for row in rows if row.chain for step in row.chain.steps]
        claims = [step for step in steps if step.claims]
        cited = sum(step.grounded for step in claims)
        accepted = sum(row.status == "accepted" for row in rows)
        print(
            f"{condition:<10}{len(rows):>10}{accepted:>9}{len(steps):>6}{len(claims):>8}{cited:>7}"
            f"{cited / max(1, len(claims)):>7.2f}{sum(step.knowledge for step in steps):>5}"
        )


if __name__ == "__main__":
    main()
