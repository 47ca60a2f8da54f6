"""How nodes and options are called."""

from __future__ import annotations

import pytest

from kgpaths.graph import KnowledgeGraph, NodeRecord
from kgpaths.language.spoken_names import Names
from kgpaths.records import Mention

NODES = [
    ("A:1", "heart", "anatomy", "the heart"),
    ("A:2", "Lungs", "anatomy", "lungs"),
    ("A:3", "cranial nerve II", "anatomy", "cranial nerve II"),
    ("C:1", "Erythrocyte", "cell", "erythrocytes"),
    ("D:1", "Vasoconstrictor Agent", "drug_class", "vasoconstrictor agents"),
    ("T:1", "Blood Coagulation Test", "test", "a blood coagulation test"),
    ("T:2", "Colonoscopy", "procedure", "colonoscopy"),
    ("T:3", "Electrocardiogram", "test", "an electrocardiogram"),
    ("S:1", "Guillain-Barré Syndrome", "disease", "Guillain-Barré syndrome"),
]


@pytest.fixture(scope="module")
def names() -> Names:
    graph = KnowledgeGraph.from_records([NodeRecord(node, name, kind, "s") for node, name, kind, _ in NODES], [])
    return Names(graph)


@pytest.mark.parametrize(("node", "wanted"), [(node, wanted) for node, _, _, wanted in NODES])
def test_names_inside_a_sentence(names: Names, node: str, wanted: str) -> None:
    assert names.node(node) == wanted


@pytest.mark.parametrize(
    ("words", "assertion", "wanted"),
    [
        ("erythrocytes", "present", "“erythrocytes”"),
        ("red cells", "present", "“red cells” (erythrocyte)"),
        ("red\ncells", "historical", "a history of “red cells” (erythrocyte)"),
    ],
)
def test_words_of_the_question(names: Names, words: str, assertion: str, wanted: str) -> None:
    mention = Mention.model_validate(
        {"start": 0, "end": len(words), "text": words, "node_id": "C:1", "score": 1, "tier": "exact"}
        | {"assertion": assertion}
    )
    assert names.quoted(mention) == wanted


def test_an_option_that_says_more_than_its_concept_is_quoted(names: Names) -> None:
    assert names.answer_text("Colonoscopy\n", ["T:2"]) == ("colonoscopy", True)
    assert names.answer_text("Colonoscopy in six months.", ["T:2"]) == ("“Colonoscopy in six months”", False)
