"""Biolink's qualifiers: a direction becomes a predicate, a condition is told, the rest may go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

AFFECTS = {"subject": "CHEBI:1", "predicate": "biolink:affects", "object": "NCBIGene:1"}


def edges(folder: Path, read: Any, **fields: Any) -> Any:
    nodes = [
        {"id": "CHEBI:1", "category": "biolink:SmallMolecule", "name": "drug"},
        {"id": "NCBIGene:1", "category": "biolink:Gene", "name": "GENE"},
    ]
    (folder / "a.jsonl").write_text("".join(json.dumps(node) + "\n" for node in nodes))
    (folder / "b.jsonl").write_text(json.dumps({**AFFECTS, **fields}) + "\n")
    return read("kgx", folder)


def of(aspect: str, direction: str, **more: str) -> dict[str, str]:
    return {"object_aspect_qualifier": aspect, "object_direction_qualifier": direction, **more}


@pytest.mark.parametrize(
    ("fields", "predicate"),
    [
        ({}, "regulates"),
        (of("activity", "decreased", qualified_predicate="biolink:causes"), "decreases_activity_of"),
        (of("activity", "increased"), "increases_activity_of"),
        (of("abundance", "increased"), "increases_abundance_of"),
        (of("expression", "downregulated"), "decreases_abundance_of"),
        (of("degradation", "increased"), "decreases_abundance_of"),
        (of("activity_or_abundance", "decreased"), "negatively_regulates"),
        (of("activity or abundance", "increased"), "positively_regulates"),
        (of("", "upregulated", predicate="biolink:regulates"), "positively_regulates"),
        (of("", "decreased"), "negatively_regulates"),
        (of("activity", "decreased", predicate="biolink:causes"), "decreases_activity_of"),
        (of("activity", ""), "regulates"),
        (of("activity", "decreased", species_context_qualifier="NCBITaxon:9606"), "decreases_activity_of"),
        ({"causal_mechanism_qualifier": "inhibition"}, "regulates"),
        ({"predicate": "biolink:expressed_in", "stage_qualifier": "UBERON:0000066"}, "expressed_in"),
    ],
)
def test_a_direction_is_kept(tmp_path: Path, read: Any, fields: dict[str, str], predicate: str) -> None:
    found = edges(tmp_path, read, **fields)
    assert found.triples == {("CHEBI:1", predicate, "NCBIGene:1")}


def test_the_affected_may_be_the_subject(tmp_path: Path, read: Any) -> None:
    turned = {"subject": "NCBIGene:1", "predicate": "biolink:affected_by", "object": "CHEBI:1"}
    found = edges(
        tmp_path, read, **turned, subject_aspect_qualifier="activity", subject_direction_qualifier="decreased"
    )
    assert found.triples == {("CHEBI:1", "decreases_activity_of", "NCBIGene:1")}


@pytest.mark.parametrize(
    "fields",
    [
        of("methylation", "increased"),
        of("activity", "altered"),
        of("likelihood", ""),
        of("activity", "decreased", qualified_predicate="biolink:caused_by"),
        of("activity", "decreased", predicate="biolink:has_phenotype"),
        of("", "decreased", predicate="biolink:causes"),
        {"subject_direction_qualifier": "decreased"},
        {"subject_aspect_qualifier": "abundance", **of("activity", "increased")},
        {"subject_form_or_variant_qualifier": "loss_of_function_variant_form"},
        {"object_part_qualifier": "3_prime_utr"},
        {"species_context_qualifier": "NCBITaxon:10090"},
        {"disease_context_qualifier": "MONDO:0005148"},
        {"qualifiers": ["RO:0002573"]},
        {"predicate": "biolink:expressed_in", "negated": True, "stage_qualifier": "UBERON:0000066"},
        {"predicate": "biolink:contraindicated_in", "sex_qualifier": "PATO:0000383"},
    ],
)
def test_what_no_predicate_says_is_left_out_and_told(tmp_path: Path, read: Any, fields: dict[str, Any]) -> None:
    found = edges(tmp_path, read, **fields)
    assert not found.edges
    (told,) = found.faults.skipped
    assert told.startswith("statement with qualifiers that no predicate of ours says: ")


def test_a_qualifier_that_an_edge_has_no_place_for_is_told(tmp_path: Path, read: Any) -> None:
    found = edges(tmp_path, read, predicate="biolink:has_phenotype", onset_qualifier="HP:0003577")
    assert len(found.edges) == 1
    assert found.faults.skipped == {"onset_qualifier of a statement that is kept, and true without it": 1}
