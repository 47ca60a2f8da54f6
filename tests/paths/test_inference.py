"""What does not follow from the case is no step of a path: signs nobody has, drugs nobody takes, genes in common."""

from __future__ import annotations

import pytest

from kgpaths import KnowledgeGraph, PathFinder, QAItem
from kgpaths.graph import EdgeRecord, NodeRecord
from kgpaths.linking import EntityLinker
from kgpaths.paths.inference import follows
from kgpaths.records import PathSet

TYPES = {
    "weakness": "symptom", "limb weakness": "symptom", "bone pain": "symptom", "neck pain": "symptom",
    "pain": "symptom", "vitamin D": "drug", "statins": "drug_class", "simvastatin": "drug", "aspirin": "drug",
    "muscle injury": "disease", "rickets": "disease", "myopathy": "disease", "gout": "disease",
    "cancer": "disease", "osteosarcoma": "disease", "TP53": "gene", "xanthine oxidase": "protein",
    "allopurinol": "drug", "skin rash": "symptom",
}  # fmt: skip
EDGES = [
    ("vitamin D", "has_side_effect", "weakness"), ("vitamin D", "has_side_effect", "bone pain"),
    ("rickets", "has_symptom", "bone pain"), ("limb weakness", "is_a", "weakness"), ("neck pain", "is_a", "pain"),
    ("myopathy", "has_symptom", "weakness"), ("myopathy", "has_symptom", "neck pain"),
    ("simvastatin", "is_a", "statins"), ("simvastatin", "has_side_effect", "muscle injury"),
    ("statins", "treats", "cancer"), ("statins", "has_side_effect", "bone pain"),
    ("osteosarcoma", "has_symptom", "bone pain"), ("osteosarcoma", "gene_associated_with", "TP53"),
    ("cancer", "gene_associated_with", "TP53"), ("gout", "has_symptom", "bone pain"),
    ("allopurinol", "treats", "gout"), ("allopurinol", "decreases_activity_of", "xanthine oxidase"),
    ("allopurinol", "has_side_effect", "skin rash"), ("allopurinol", "treats", "cancer"),
    ("gout", "has_symptom", "weakness"),
]  # fmt: skip


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    """Return a graph in which every step is true."""
    nodes = [NodeRecord(f"X:{name}", name, kind, "test") for name, kind in TYPES.items()]
    edges = [EdgeRecord(f"X:{a}", kind, f"X:{b}", "test", "1", "CC0-1.0") for a, kind, b in EDGES]
    return KnowledgeGraph.from_records(nodes, edges)


@pytest.mark.parametrize(
    ("path", "told", "fine"),
    [
        # a drug that nobody takes
        ("weakness, vitamin D, bone pain, rickets", "weakness", False),
        ("weakness, vitamin D, bone pain, rickets", "weakness, vitamin D, bone pain", True),
        ("weakness, vitamin D, bone pain", "weakness", False),
        ("weakness, vitamin D, bone pain", "weakness, vitamin D", True),
        ("bone pain, statins, cancer", "bone pain", False),
        # the answer's class, and a remedy of which the last step tells something else
        ("bone pain, statins, simvastatin", "bone pain", True),
        ("bone pain, gout, allopurinol, xanthine oxidase", "bone pain", True),
        ("bone pain, gout, allopurinol, skin rash", "bone pain", True),
        ("bone pain, gout, allopurinol, cancer", "bone pain", False),
        # a sign that nobody has, against one that is a class of what the case tells
        ("weakness, myopathy, neck pain", "weakness", True),
        ("pain, neck pain, myopathy", "pain", False),
        ("pain, neck pain, myopathy", "pain, neck pain", True),
        ("limb weakness, weakness, myopathy", "limb weakness", True),
        ("weakness, gout, bone pain, rickets", "weakness", False),
        # a gene in common
        ("bone pain, osteosarcoma, TP53, cancer", "bone pain", False),
        ("bone pain, osteosarcoma, TP53", "bone pain", True),
        ("bone pain, osteosarcoma, TP53, cancer", "bone pain, TP53", True),
    ],
)
def test_what_follows(graph: KnowledgeGraph, path: str, told: str, fine: bool) -> None:
    nodes = [graph.index(f"X:{name}") for name in path.split(", ")]
    known = frozenset(graph.index(f"X:{name}") for name in told.split(", "))
    assert follows(graph, nodes, known, graph.numbers_between) is fine


def _paths(graph: KnowledgeGraph, question: str, answer: str, other: str) -> PathSet:
    item = QAItem.model_validate(
        {
            "id": "1", "dataset": "t", "split": "train", "licence": "MIT", "question": question,
            "answer": answer, "answer_key": "A",
            "options": [{"key": "A", "text": answer}, {"key": "B", "text": other}],
        }
    )  # fmt: skip
    return PathFinder(graph).find_item(item, EntityLinker(graph).link_item(item))


def test_a_drug_is_a_reason_where_it_is_taken(graph: KnowledgeGraph) -> None:
    asks = "What is the most likely cause of the muscle injury?"
    taken = _paths(graph, f"A man who takes simvastatin has muscle injury. {asks}", "Statins", "Aspirin")
    assert [path.node_ids for path in taken.paths if path.kind == "selected"]
    nobody = _paths(graph, "A man has weakness. What is the most likely diagnosis?", "Rickets", "Gout")
    assert not nobody.paths
    assert nobody.no_path == "no_path"
