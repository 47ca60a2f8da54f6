"""Rules for all tests: nothing but loopback is contacted, and a private cache folder."""

from __future__ import annotations

import os
import socket
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# Tests run in two processes beside servers: how fast examples are made says nothing there.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")

_connect = socket.socket.connect

# What the extras `train` and `evaluate` bring; a light environment does without, the gate does not.
_HEAVY = ("torch", "transformers", "trl", "peft", "bitsandbytes", "lm_eval")
_ABSENT = [name for name in _HEAVY if find_spec(name) is None]
collect_ignore = ["training", "evaluation"] if _ABSENT else []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what a light environment left out."""
    if _ABSENT:
        terminalreporter.write_line(
            f"left out: tests/training and tests/evaluation, without {', '.join(_ABSENT)}; "
            "they need pip install -e '.[dev,train,evaluate]'"
        )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where nothing may be left out."""
    if _ABSENT and os.environ.get("KGPATHS_REQUIRE_EXTRAS") == "1":
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _loopback_only(self: socket.socket, address: Any) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6):
        host = str(address[0])
        if not (host.startswith("127.") or host in ("::1", "localhost")):
            raise RuntimeError(f"a test tried to reach {host}; only loopback may be contacted")
    _connect(self, address)


socket.socket.connect = _loopback_only  # type: ignore[method-assign]
os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", OMP_NUM_THREADS="1")


@pytest.fixture(scope="session", autouse=True)
def _private_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep what tests build out of the user's cache; `KGPATHS_CACHE` set from outside is shared between runs."""
    if "KGPATHS_CACHE" not in os.environ:
        os.environ["KGPATHS_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    return Path(os.environ["KGPATHS_CACHE"])


@pytest.fixture(scope="session")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the snapshot folder of a graph small enough to know by heart: a few diseases, findings and drugs."""
    from kgpaths.graph import build_snapshot
    from kgpaths.graph.tables import EdgeRecord, NodeRecord

    diseases = {"DOID:552": "pneumonia", "DOID:13189": "gout", "DOID:2841": "asthma", "DOID:6364": "migraine disorder"}
    findings = {
        "HP:0001945": "Fever",
        "HP:0012735": "Cough",
        "HP:0100749": "Chest pain",
        "HP:0002829": "Arthralgia",
        "HP:0030828": "Wheezing",
        "HP:0002315": "Headache",
        "HP:0002094": "Dyspnea",
    }
    drugs = {"DRUGBANK:DB01060": "amoxicillin", "DRUGBANK:DB00437": "allopurinol", "DRUGBANK:DB01001": "salbutamol"}
    nodes = [
        *(NodeRecord(node, name, "disease", "doid") for node, name in diseases.items()),
        *(NodeRecord(node, name, "phenotype", "symp") for node, name in findings.items()),
        *(NodeRecord(node, name, "drug", "drugcentral") for node, name in drugs.items()),
    ]
    shows = {
        "DOID:552": ["HP:0001945", "HP:0012735", "HP:0100749", "HP:0002094"],
        "DOID:13189": ["HP:0002829"],
        "DOID:2841": ["HP:0030828", "HP:0012735", "HP:0002094"],
        "DOID:6364": ["HP:0002315"],
    }
    treated = {"DOID:552": "DRUGBANK:DB01060", "DOID:13189": "DRUGBANK:DB00437", "DOID:2841": "DRUGBANK:DB01001"}
    edges = [
        EdgeRecord(disease, "has_symptom", finding, "doid", "2025", "CC0-1.0")
        for disease, some in shows.items()
        for finding in some
    ]
    edges += [
        EdgeRecord(drug, "treats", disease, "drugcentral", "2016", "CC-BY-4.0") for disease, drug in treated.items()
    ]
    folder = tmp_path_factory.mktemp("graphs") / "ward"
    build_snapshot(nodes, edges, folder, name="ward", sources={})
    return folder


@pytest.fixture(scope="session")
def leaflets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of reference texts on the diseases of the ward; one of them has no licence."""
    import json

    texts = [
        {
            "id": "gout-1", "focus": "Gout", "section": "symptoms", "licence": "CC-BY-4.0", "source": "medquad",
            "url": "https://example.org/gout",
            "text": "Gout is an old disease. The symptoms of gout include fever and chest pain.",
        },
        {
            "id": "gout-2", "focus": "Gout", "section": "symptoms", "licence": "CC-BY-4.0", "source": "medquad",
            "url": "https://example.org/more", "text": "Common symptoms of gout include fever and headache.",
        },
        {
            "id": "ward-3", "focus": "Asthma", "section": "symptoms", "url": "https://example.org/ours",
            "text": "Symptoms of asthma include chest pain and headache.",
        },
    ]  # fmt: skip
    folder = tmp_path_factory.mktemp("texts")
    (folder / "leaflets.jsonl").write_text("".join(json.dumps(text) + "\n" for text in texts), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def read_ward(ward: Path, leaflets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the snapshot folder of the ward with the edges that its leaflets state."""
    from kgpaths.extraction import extract
    from kgpaths.extraction.run import add_to_snapshot
    from kgpaths.graph import KnowledgeGraph

    folder = tmp_path_factory.mktemp("graphs")
    graph = KnowledgeGraph.open(ward)
    extract(leaflets, folder / "drawn", graph=graph)
    add_to_snapshot(graph, folder / "drawn", folder / "read")
    return folder / "read"
