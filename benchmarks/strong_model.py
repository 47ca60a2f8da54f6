"""Replies of a strong model, kept and given again, so that a change of the flow is measured without asking anew.

    python benchmarks/strong_model.py keep RUN... --out FOLDER     from run folders with their reply stores
    python benchmarks/strong_model.py replay FOLDER [--out RUNS]   builds from them; prints what comes out

`FOLDER` (`tests/data/strong_model`) holds the questions and, for each recipe, the replies by question and stage. What
kind of model answered, and how, is said in its README. Prompts are rebuilt; a reply's labels are translated by what
they stood for (`kgpaths.testing.recorded_model`). A prompt that shows more than the model saw is answered as it was
answered then: what is measured is the flow around the model, its reading, its checks, and not the model.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import kgpaths as kg
from kgpaths.cli.model_calls import calls_of
from kgpaths.corpus import Corpus
from kgpaths.llm import REPLIES
from kgpaths.records import Row
from kgpaths.testing import FaultServer
from kgpaths.testing.recorded_model import Recorded, RecordedModel, recorded, write_recorded

QUESTIONS = "questions.jsonl.gz"


def keep(runs: Iterable[Path], out: Path) -> None:
    """Write the questions and replies of some runs, in the order of ids; rows of all statuses count."""
    questions: dict[str, dict[str, object]] = {}
    replies: dict[str, list[Recorded]] = {}
    for run in runs:
        corpus = Corpus.open(run)
        assert corpus.manifest.config.llm is not None
        recipe = Path(corpus.manifest.config.llm.recipe).stem
        for row in corpus.rows():
            assert row.item is not None
            questions[row.id] = _question(row)
            last: dict[str, Recorded] = {}
            for call in calls_of(row, run / REPLIES):
                if call.messages and not call.fault:
                    one = recorded(row.id, call.messages, call.text)
                    last[one.stage] = one
            replies.setdefault(recipe, []).extend(last.values())
    out.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(questions[key], ensure_ascii=False) + "\n" for key in sorted(questions)]
    (out / QUESTIONS).write_bytes(gzip.compress("".join(lines).encode(), mtime=0))
    for recipe, found in replies.items():
        write_recorded(out / f"{recipe}.jsonl.xz", sorted(found, key=lambda one: (one.question, one.stage)))
        print(f"{recipe}: {len(found):,} replies to {len({one.question for one in found})} questions")


def _question(row: Row) -> dict[str, object]:
    assert row.item is not None
    item = row.item
    options = {option.key: option.text for option in item.options}
    return {"id": item.id, "dataset": item.dataset, "split": item.split, "question": item.question,
            "options": options, "answer_idx": item.answer_key, "answer": item.answer}  # fmt: skip


def replay(folder: Path, recipe: str, out: Path, **options: object) -> kg.BuildResult:
    """Build from the recorded replies of a recipe."""
    out.mkdir(parents=True, exist_ok=True)
    source = out / "questions.jsonl"
    source.write_bytes(gzip.decompress((folder / QUESTIONS).read_bytes()))
    texts = {row["id"]: row["question"] for row in map(json.loads, source.read_text("utf-8").splitlines())}
    model = RecordedModel.open(folder / f"{recipe}.jsonl.xz", texts)
    with FaultServer(reply=model.reply) as server:
        llm = {"models": ("recorded",), "base_url": server.base_url, "recipe": recipe, "endpoint": {"concurrency": 8}}
        result = kg.build(f"jsonl:{source}", out=out / recipe, llm=llm, **options)
    if model.unknown:
        print(f"{recipe}: {len(model.unknown)} calls that were not recorded: {sorted(model.unknown)}")
    return result


def report(rows: Iterable[Row]) -> Iterator[str]:
    """Yield what the rows hold, a line each."""
    made = list(rows)
    kept = [row for row in made if row.status == "accepted"]
    steps = [step for row in kept if row.chain for step in row.chain.steps]
    claims = [step for step in steps if step.claims]
    calls = sum(len(row.generation) for row in made)
    tokens = sum(one.prompt_tokens or 0 for row in made for one in row.generation)
    doubted = {
        (row.id, verdict.where)
        for row in kept
        for verdict in row.verdicts
        if verdict.check == "judge" and verdict.detail.startswith("not entailed")
    }
    cited = sum(step.grounded for step in claims)
    held = sum(
        step.claims and step.grounded and (row.id, number) not in doubted
        for row in kept
        if row.chain
        for number, step in enumerate(row.chain.steps)
    )
    n = max(1, len(kept))
    with_path = sum(row.path_set is not None and not row.path_set.no_path for row in made)
    yield f"questions {len(made)}, with a path {with_path}"
    yield f"kept {len(kept)} ({len(kept) / max(1, len(made)):.2f})"
    yield f"not kept: {dict(Counter(row.reasons[0] for row in made if row.status != 'accepted' and row.reasons))}"
    yield f"calls a kept row {calls / n:.2f}, input tokens a kept row {tokens / n:,.0f}"
    yield f"steps that claim {len(claims)}, with an edge or a sentence {cited} ({cited / max(1, len(claims)):.2f})"
    yield f"  and a judge does not say that the citation fails to carry them: {held / max(1, len(claims)):.2f}"
    yield f"steps marked as own knowledge, a chain {sum(step.knowledge for step in steps) / n:.2f}"
    yield f"  without an edge or a sentence, a chain {sum(step.alone for step in steps) / n:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("keep", "replay", "report"))
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    if given.what == "keep":
        keep(given.folders, given.out)
    elif given.what == "report":
        print(*report(row for run in given.folders for row in Corpus.open(run).rows()), sep="\n")
    else:
        with tempfile.TemporaryDirectory() as folder:
            for file in sorted(given.folders[0].glob("*.jsonl.xz")):
                recipe = file.name.partition(".")[0]
                result = replay(given.folders[0], recipe, given.out or Path(folder))
                print(f"\n{recipe}", *report(result.corpus.rows()), sep="\n")


if __name__ == "__main__":
    main()
