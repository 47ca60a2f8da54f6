"""A build that is killed with `kill -9` at random moments: what it asks again, and whether the corpus is the same.

    python benchmarks/llm_kills.py [--kills 20] [--calls 2000] [--concurrency 32]

The command is `kgpaths build` itself, the questions are MedQA's, the graph is the default one, and a real server
answers as an obedient model would. A request counts as in flight at a kill if the server had got it and the killed
process had not stored its reply. Exits with 1 if, for any kill, anything else was asked again, or if a Parquet file
differs from those of an unbroken build.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from kgpaths.llm import REPLIES, ReplyStore
from kgpaths.testing import FaultServer
from kgpaths.verbalization.recipes.rehearsal import rehearse

SAMPLES = 4
CALLS_A_QUESTION = 2.2
"""About 55 of 100 MedQA questions have a path and are sent."""
COMMAND = [sys.executable, "-c", "from kgpaths.cli import main; main()", "build", "--source", "medqa", "--quiet"]


def reply(payload: Any) -> str:
    """Write what an obedient model of few words would."""
    return rehearse("\n".join(message["content"] for message in payload["messages"]))


def parquet(run: Path) -> dict[str, str]:
    """Return the hashes of a run's Parquet files."""
    files = sorted(run.rglob("*.parquet"))
    return {file.relative_to(run).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def stored(run: Path) -> set[bytes]:
    """Return the hashes of the requests whose replies a killed process left; works on a copy of its files."""
    with tempfile.TemporaryDirectory() as copy:
        for name in (REPLIES, f"{REPLIES}-wal"):
            if (run / name).exists():
                shutil.copy(run / name, Path(copy) / name)
        with ReplyStore(Path(copy) / REPLIES) as store:
            return {hashlib.sha256(entry.request.encode()).digest() for entry in store}


def killed(server: FaultServer, command: list[str], run: Path, moment: int) -> set[bytes]:
    """Kill a build once the server has seen `moment` requests; return the requests that were in flight."""
    before = server.seen.copy()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while len(server.seen) < moment:
        if process.poll() is not None:
            assert process.stderr is not None
            sys.exit(f"the build ended before it was killed: {process.stderr.read().decode()}")
        time.sleep(0.0005)
    process.kill()
    process.communicate()
    while server.connections:  # what it had written to them may still be read
        time.sleep(0.001)
    return set(server.seen - before) - stored(run)


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--seed", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, FaultServer(reply=reply, latency_s=0.05) as server:
        questions = round(options.calls / CALLS_A_QUESTION)
        command = [
            *COMMAND, "--limit", str(questions), "--model", "stand-in", "--base-url", server.base_url, "--samples",
            str(SAMPLES), "--concurrency", str(options.concurrency), "--set", "shard_size=50", "--out",
        ]  # fmt: skip
        whole, run = Path(folder) / "whole", Path(folder) / "run"
        subprocess.run([*command, str(whole)], check=True, stdout=subprocess.DEVNULL)
        calls = server.requests
        print(f"{questions} questions, {calls} calls in an unbroken build, {options.concurrency} in flight", flush=True)
        server.seen.clear()
        lost = Counter[bytes]()
        for moment in sorted(random.Random(options.seed).sample(range(1, calls), options.kills)):
            in_flight = killed(server, [*command, str(run)], run, moment)
            lost.update(in_flight)
            print(f"killed at call {moment:>5}: {len(in_flight):>3} in flight", flush=True)
            if len(in_flight) > options.concurrency:
                sys.exit("more than may be in flight")
        subprocess.run([*command, str(run)], check=True, stdout=subprocess.DEVNULL)
        repeated = {request: times - 1 for request, times in server.seen.items() if times > 1}
        stats = json.loads((run / "stats.json").read_text())
        files = parquet(run)
        print(f"{sum(repeated.values())} calls were asked again; those in flight and no others: {repeated == lost}")
        counts = ", ".join(f"{stats[status]} {status}" for status in ("accepted", "rejected", "failed"))
        print(f"{stats['items']} rows: {counts}")
        print(f"{len(files)} Parquet files, the same bytes as unbroken: {files == parquet(whole)}")
        if repeated != lost or files != parquet(whole) or len(server.seen) != calls:
            sys.exit(1)


if __name__ == "__main__":
    main()
