"""Names of genes and proteins: what makes two of them the same, and one a member of a family."""

from __future__ import annotations

from types import ModuleType

import pytest

from kgpaths.graph.readers.own import beside
from kgpaths.resources import resource


@pytest.fixture(scope="module")
def names() -> ModuleType:
    return beside(resource("ontologies"), "readers.gene_names")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("alpha-Synuclein", "synuclein alpha"),
        ("Receptor, Fibroblast Growth Factor, Type 3", "fibroblast growth factor receptor 3"),
        ("Carbamoyl-Phosphate Synthetase I", "carbamoyl-phosphate synthase 1"),
        ("Cytochrome P-450 2D6", "cytochrome P450 2D6"),
        ("β-catenin", "beta Catenins"),
    ],
)
def test_spelling_and_order_of_words_do_not_matter(names: ModuleType, one: str, other: str) -> None:
    assert names.key(one) == names.key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("interleukin 1 alpha", "interleukin 1 beta"),
        ("keratin 5", "keratin 14"),
        (
            "transporter 1, ATP binding cassette subfamily B member",
            "ATP Binding Cassette Transporter, Subfamily B, Member 1",
        ),
    ],
)
def test_designators_count_and_so_does_their_order(names: ModuleType, one: str, other: str) -> None:
    assert names.key(one) != names.key(other)


@pytest.mark.parametrize(
    ("gene", "heading", "is_one"),
    [
        ("cadherin 1", "Cadherins", True),
        ("glutamate metabotropic receptor 1", "Metabotropic Glutamate Receptors", True),
        ("aldolase, fructose-bisphosphate B", "Fructose-Bisphosphate Aldolase", True),
        ("collagen type I alpha 1 chain", "Collagen Type I", True),
        ("collagen type IV alpha 2 chain", "Collagen Type II", False),
        ("adaptor related protein complex 1 subunit sigma 3", "Adaptor Protein Complex 3", False),
        ("insulin receptor", "Insulin", False),
        ("insulin", "Insulin", False),  # the same, not one of several
    ],
)
def test_a_family_is_told_by_a_number_a_letter_or_a_part(
    names: ModuleType, gene: str, heading: str, is_one: bool
) -> None:
    assert names.designated(gene, heading) is is_one


def test_bare_symbols_are_no_names(names: ModuleType) -> None:
    assert not names.is_spoken("CPS1")  # old symbol of CYP21A2, official one of another gene
    assert names.is_spoken("desmin")
