"""Memory of a whole build with a model, row after row: linking, paths, a call over a real socket, checks, Parquet.

    python benchmarks/llm_memory.py [--rows 200000]

No two questions are the same. The graph is a small one, so that what grows with the rows is not hidden by what a
large graph takes once; the server, in a process of its own, answers as an obedient model would.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import kgpaths as kg
from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.pipeline import Pipeline

FINDINGS = ("fever", "cough", "chest pain", "wheezing", "headache", "arthralgia", "dyspnea", "vomiting")
SHOWS = {"pneumonia": (0, 1, 2, 6), "gout": (5,), "asthma": (1, 3, 6), "migraine": (4, 7)}


def graph() -> KnowledgeGraph:
    """Return four diseases and eight findings."""
    nodes = [NodeRecord(f"DOID:{n}", name, "disease", "doid") for n, name in enumerate(SHOWS)]
    nodes += [NodeRecord(f"HP:{n}", name, "phenotype", "hpo") for n, name in enumerate(FINDINGS)]
    edges = [
        EdgeRecord(f"DOID:{disease}", "has_symptom", f"HP:{finding}", "doid", "1", "CC0-1.0")
        for disease, findings in enumerate(SHOWS.values())
        for finding in findings
    ]
    return KnowledgeGraph.from_records(nodes, edges)


def write_questions(path: Path, rows: int) -> None:
    """Write questions that the graph can answer, no two the same."""
    options = dict(zip("ABCD", SHOWS, strict=True))
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            key = "ABCD"[number % 4]
            signs = " and ".join(FINDINGS[finding] for finding in SHOWS[options[key]])
            asked = f"Patient {number} has {signs}. What is the most likely diagnosis?"
            file.write(
                json.dumps({"id": f"q{number}", "question": asked, "options": options, "answer_idx": key}) + "\n"
            )


@contextmanager
def server() -> Iterator[str]:
    """Run the server in a process of its own."""
    command = [sys.executable, "-m", "kgpaths.testing", "--rehearse"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def resident_mb() -> float:
    """Return the resident memory of this process (Linux)."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    rows = parser.parse_args().rows
    judge, done = Pipeline.best, 0

    def judged(pipeline: Pipeline, *given: Any) -> Any:
        nonlocal done
        done += 1
        if done in (1, rows // 100, rows // 20, rows // 10) or done % (rows // 5) == 0:
            print(f"{done:>8,} rows  {resident_mb():6.1f} MB", flush=True)
        return judge(pipeline, *given)

    Pipeline.best = judged  # type: ignore[method-assign]
    with server() as base_url, tempfile.TemporaryDirectory() as folder:
        write_questions(Path(folder) / "questions.jsonl", rows)
        llm = {"models": ("stand-in",), "base_url": base_url, "endpoint": {"concurrency": 64}}
        source = f"jsonl:{folder}/questions.jsonl"
        result = kg.build(source, out=Path(folder) / "run", graph=graph(), llm=llm)
        counts = ", ".join(f"{result.stats[status]:,} {status}" for status in ("accepted", "rejected", "failed"))
        print(f"written   {resident_mb():6.1f} MB  ({counts})")


if __name__ == "__main__":
    main()
