"""Findings written as numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kgpaths.config import LinkingConfig
from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.tables import NodeRecord
from kgpaths.linking import EntityLinker
from kgpaths.linking.values.measurements import Measurement, measurements


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("Her temperature is 39.2°C (102.6°F).", "fever"),
        ("temperature 102.4 °F", "fever"),
        ("pulse is 124/min", "tachycardia"),
        ("respirations are 28/min", "tachypnea"),
        ("Hemoglobin concentration is 7.5 g/dL", "anemia"),
        ("leukocyte count of 18,000/mm3", "leukocytosis"),
        ("Platelet count 50,000/mm3", "thrombocytopenia"),
        ("Na+: 128 mEq/L", "hyponatremia"),
        ("serum calcium is 12.1 mg/dL", "hypercalcemia"),
        ("oxygen saturation is 84% on room air", "hypoxemia"),
        ("BMI is 34 kg/m2", "obesity"),
        ("creatinine 1.2 mg/dL (N = 0.4-0.9)", "elevated serum creatinine"),
        ("blood pressure is 178/104 mm Hg", "elevated blood pressure"),
        ("BP 84/50 mm Hg", "hypotension"),
    ],
)
def test_values_out_of_range_are_findings(text: str, finding: str) -> None:
    assert [measured.findings[0] for measured in measurements(text) if measured.findings] == [finding]


@pytest.mark.parametrize(
    "text",
    [
        "", "Her temperature is 37.0°C (98.6°F), blood pressure is 120/80 mm Hg, pulse is 80/min.", "Na+ 140 mEq/L",
        "hemoglobin A1c of 9%", "pulse is 150/min in a 3-month-old boy", "respirations 40/min. The newborn is well.",
        "creatinine 1.6 mg/dL (N = 0.4-1.8)", "Glucose 250 mL", "T4 12 mg", "a potassium of unknown level",
    ],
)  # fmt: skip
def test_values_within_range_or_of_children_are_none(text: str) -> None:
    assert not any(measured.findings for measured in measurements(text))


def test_a_value_is_linked_with_its_own_tier() -> None:
    nodes = [NodeRecord("HP:1", "Fever", "phenotype", "t"), NodeRecord("M:1", "Temperature", "test", "t")]
    linker = EntityLinker(KnowledgeGraph.from_records(nodes, []))
    text = "His temperature is 39.2°C (102.6°F); it is cold."
    (mention,) = linker.link(text)
    assert (mention.text, mention.node_id, mention.tier) == ("temperature is 39.2°C", "HP:1", "value")
    first, second = linker.values(text)
    assert mention.value == first
    assert (first.what, first.numbers, first.unit, first.direction, first.node_id) == (
        "temperature", (39.2,), "°C", "high", "HP:1",
    )  # fmt: skip
    assert (second.text, second.what, second.node_id) == ("102.6°F", "temperature", "")
    assert linker.link("His temperature is 36.9°C.") == []


def _one(text: str) -> Measurement:
    (measured,) = measurements(text)
    return measured


@pytest.mark.parametrize(
    ("text", "kind", "what", "numbers", "unit"),
    [
        ("a 45-year-old man", "age", "age", (45,), "year-old"),
        ("menarche at age 11.", "age", "age", (11,), ""),
        ("at 62 years of age", "age", "age", (62,), "years"),
        ("a 3-week history", "duration", "", (3,), "week"),
        ("born at 39 weeks' gestation", "duration", "gestational age", (39,), "weeks"),
        ("Hb 8 g/dL", "laboratory", "hemoglobin", (8,), "g/dL"),
        ("Na+ 128 mEq/L", "laboratory", "sodium", (128,), "mEq/L"),
        ("HCO3-: 22 mEq/L", "laboratory", "bicarbonate", (22,), "mEq/L"),
        ("platelets 50,000/mm3", "laboratory", "platelet count", (50_000,), "/mm3"),
        ("WBC 4.5 × 10^9/L", "laboratory", "leukocyte count", (4.5e9,), "/L"),
        ("RBC 1.2 million/mm3", "laboratory", "erythrocyte count", (1.2e6,), "/mm3"),
        ("an arterial pH of 7.21", "laboratory", "pH", (7.21,), ""),
        ("INR: 2.1", "laboratory", "INR", (2.1,), ""),
        ("prothrombin time is 18 seconds", "laboratory", "prothrombin time", (18,), "seconds"),
        ("hemoglobin A1c of 9%", "laboratory", "hemoglobin A1c", (9,), "%"),
        ("mean corpuscular volume (MCV) 85 fL", "laboratory", "mean corpuscular volume", (85,), "fL"),
        ("Bilirubin, total 1.3 mg/dL", "laboratory", "total bilirubin", (1.3,), "mg/dL"),
        ("Creatinine\n0.9 mg/dL", "laboratory", "creatinine", (0.9,), "mg/dL"),
        ("Urine\nSodium 70 mEq/L", "laboratory", "urine sodium", (70,), "mEq/L"),
        ("Cerebrospinal fluid shows a glucose of 30 mg/dL", "laboratory", "CSF glucose", (30,), "mg/dL"),
        ("85% segmented neutrophils", "laboratory", "neutrophils", (85,), "%"),
        ("Blasts 5%", "laboratory", "Blasts", (5,), "%"),
        ("BP 150/90 mm Hg", "vital_sign", "blood pressure", (150, 90), "mm Hg"),
        ("vitals: 120/80", "vital_sign", "blood pressure", (120, 80), ""),
        ("HR 110", "vital_sign", "heart rate", (110,), ""),
        ("90% on room air", "vital_sign", "oxygen saturation", (90,), "%"),
        ("5 ft 4 in tall", "vital_sign", "body height", (5, 4), "ft in"),
        ("weighs 70 kg", "vital_sign", "body weight", (70,), "kg"),
        ("a 3 x 4-cm mass", "quantity", "", (3, 4), "cm"),
    ],
)  # fmt: skip
def test_a_number_is_named_and_typed(text: str, kind: str, what: str, numbers: tuple[float, ...], unit: str) -> None:
    measured = _one(text)
    assert (measured.kind, measured.what, measured.quantity.numbers, measured.quantity.unit) == (
        kind, what, numbers, unit,
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "type 2 diabetes", "stage 4", "5/5 strength", "a 3/6 murmur", "vitamin B12", "CD4", "on day 3", "G2P1",
     "2+ edema", "10/12/2020", "COVID-19", "two of 10 patients", "20/20 vision"],
)  # fmt: skip
def test_other_numbers_are_no_values(text: str) -> None:
    assert measurements(text) == []


@pytest.mark.parametrize(
    ("text", "comparison", "direction", "judged_by"),
    [
        ("Hb 8 g/dL (normal 12–16)", "", "low", "text"),
        ("Hb 8 g/dL (N = 7-9)", "", "normal", "text"),
        ("calcitonin 300 ng/dL (Normal < 5 ng/dL)", "", "high", "text"),
        ("protein 100 mg/dL (<40 mg/dL)", "", "high", "text"),
        ("PO2 63 mm Hg (reference: 75–105 mm Hg)", "", "low", "text"),
        ("ferritin <9 ng/mL (15-300)", "<", "low", "text"),
        ("troponin > 2 ng/mL", ">", "high", "adult_range"),
        ("CD4 count less than 200/mm3", "<", "low", "adult_range"),
        ("platelets less than 200,000/mm3", "<", "", ""),
        ("Na+ 140 mEq/L", "", "normal", "adult_range"),
        ("Na+ 134 mEq/L", "", "low", "adult_range"),
        ("urine sodium 5 mEq/L", "", "", ""),
        ("pulse 140/min in a 3-month-old", "", "", ""),
    ],
)
def test_values_are_judged(text: str, comparison: str, direction: str, judged_by: str) -> None:
    measured = measurements(text)[0]
    assert (measured.quantity.comparison, measured.direction, measured.judged_by) == (comparison, direction, judged_by)


def test_columns_of_a_table_share_the_unit_behind_the_name() -> None:
    found = measurements("Day 2 Day 4\nPotassium (mEq/L) 3.5 2.7\nCalcium (mg/dL): 8.5")
    assert [(m.what, m.quantity.numbers, m.quantity.unit, m.direction) for m in found] == [
        ("potassium", (3.5,), "mEq/L", "normal"), ("potassium", (2.7,), "mEq/L", "low"),
        ("calcium", (8.5,), "mg/dL", "normal"),
    ]  # fmt: skip


def test_numbers_of_a_reference_range_are_no_values_of_their_own() -> None:
    assert _one("Hb 8 g/dL (normal 12-16 g/dL)").reference == (12, 16)


def test_a_value_of_the_same_kind_follows_without_a_name() -> None:
    whats = [m.what for m in measurements("Pulse is 80/min supine and 110/min standing; 2 mg of lorazepam.")]
    assert whats == ["heart rate", "heart rate", ""]


def test_a_finding_that_is_named_beside_its_value_is_linked_by_its_name() -> None:
    linker = EntityLinker(KnowledgeGraph.from_records([NodeRecord("HP:1", "Fever", "phenotype", "t")], []))
    (mention,) = linker.link("He had a fever of 39.2°C.")
    assert (mention.text, mention.tier, mention.value) == ("fever", "label", None)


def test_what_was_measured_is_never_absent() -> None:
    linker = EntityLinker(KnowledgeGraph.from_records([NodeRecord("HP:1", "Fever", "phenotype", "t")], []))
    denied, measured = linker.link("He denies fever; temperature 39.2°C.")
    assert (denied.assertion, measured.assertion, measured.tier) == ("absent", "present", "value")


def test_values_can_be_switched_off() -> None:
    graph = KnowledgeGraph.from_records([NodeRecord("HP:1", "Fever", "phenotype", "t")], [])
    linker = EntityLinker(graph, LinkingConfig(without=("values",)))
    assert linker.link("Temperature 39.2°C") == []
    assert [value.node_id for value in linker.values("Temperature 39.2°C")] == [""]


def test_the_values_of_stems_that_were_read_in_full() -> None:
    path = Path(__file__).parents[1] / "data" / "linking" / "values_stems.jsonl"
    gold = said = found = typed = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        stem = json.loads(line)
        values = measurements(stem["text"])
        gold, said = gold + len(stem["values"]), said + len(values)
        for start, number, what in stem["values"]:
            assert stem["text"].startswith(number, start)
            holding = [value for value in values if value.quantity.start <= start < value.end]
            found += bool(holding)
            typed += any(what in (value.what, value.kind) for value in holding)
    assert gold >= 300
    assert min(found, typed) >= 0.95 * max(gold, said)
