"""In how many patients a finding was seen: none is a denial, a part is a strength, more than all is a fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

EDGE = {
    "subject": "MONDO:1",
    "predicate": "biolink:has_phenotype",
    "object": "HP:1",
    "primary_knowledge_source": "infores:hpo-annotations",
}


def kgx(folder: Path, read: Any, suffix: str = "jsonl", **fields: Any) -> Any:
    edge = {**EDGE, **fields}
    nodes = [
        {"id": "MONDO:1", "category": "biolink:Disease", "name": "one"},
        {"id": "HP:1", "category": "biolink:PhenotypicFeature", "name": "sign"},
    ]
    for name, records in (("a_nodes", nodes), ("b_edges", [edge])):
        if suffix == "jsonl":
            text = "".join(json.dumps(record) + "\n" for record in records)
        else:
            rows = [list(records[0]), *([str(value) for value in record.values()] for record in records)]
            text = "".join("\t".join(row) + "\n" for row in rows)
        (folder / f"{name}.{suffix}").write_text(text)
    return read("kgx", folder)


@pytest.mark.parametrize("suffix", ["tsv", "jsonl"])
@pytest.mark.parametrize(
    ("fields", "predicate", "strength"),
    [
        ({"has_count": 0, "has_total": 7}, "lacks_phenotype", 1.0),
        (
            {"has_count": "0.0", "has_total": "7.0", "has_quotient": "0.0", "has_percentage": "0.0"},
            "lacks_phenotype",
            1,
        ),
        ({"has_quotient": 0.0}, "lacks_phenotype", 1.0),
        ({"has_percentage": 0}, "lacks_phenotype", 1.0),
        ({"frequency_qualifier": "HP:0040285"}, "lacks_phenotype", 1.0),
        ({"frequency_qualifier": "0/12"}, "lacks_phenotype", 1.0),
        ({"negated": "True"}, "lacks_phenotype", 1.0),
        ({"negated": True}, "lacks_phenotype", 1.0),
        ({"negated": 1.0, "has_count": 0, "has_total": 3}, "lacks_phenotype", 1.0),
        ({"qualifier": "NOT"}, "lacks_phenotype", 1.0),
        ({"excluded": "true"}, "lacks_phenotype", 1.0),
        ({"has_count": 1, "has_total": 10, "has_quotient": 0.1, "has_percentage": 10.0}, "has_phenotype", 0.1),
        ({"has_count": 1, "has_total": 3, "has_percentage": 33}, "has_phenotype", 0.3333),
        ({"has_quotient": 0.25}, "has_phenotype", 0.25),
        ({"has_percentage": "45"}, "has_phenotype", 0.45),
        ({"frequency_qualifier": "HP:0040283"}, "has_phenotype", 0.17),
        ({"frequency_qualifier": "Very frequent"}, "has_phenotype", 0.9),
        ({"has_count": "", "has_total": "nan", "negated": "False"}, "has_phenotype", 1.0),
        ({"has_total": 7}, "has_phenotype", 1.0),
        ({}, "has_phenotype", 1.0),
    ],
)
def test_kgx_says_in_how_many(
    tmp_path: Path, read: Any, suffix: str, fields: dict[str, Any], predicate: str, strength: float
) -> None:
    found = kgx(tmp_path, read, suffix, **fields)
    assert [(edge.predicate, edge.strength) for edge in found.edges] == [(predicate, pytest.approx(strength))]
    assert not found.faults.total


@pytest.mark.parametrize(
    "fields",
    [
        {"has_count": 9, "has_total": 7},
        {"has_count": 0, "has_total": 0},
        {"has_count": 0},
        {"has_count": -1, "has_total": 7},
        {"has_quotient": 1.4},
        {"has_percentage": 140},
        {"has_percentage": "many"},
        {"frequency_qualifier": "9/7"},
        {"frequency_qualifier": "now and then"},
        {"has_count": 0, "has_total": 7, "has_quotient": 0.5},
        {"negated": True, "has_count": 3, "has_total": 7},
        {"negated": "perhaps"},
    ],
)
def test_kgx_tells_what_cannot_be(tmp_path: Path, read: Any, fields: dict[str, Any]) -> None:
    found = kgx(tmp_path, read, **fields)
    assert not found.edges
    assert found.faults.counts == {"bad_value": 1}


def test_kgx_keeps_the_share_beside_each_publication(tmp_path: Path, read: Any) -> None:
    found = kgx(tmp_path, read, has_count=1, has_total=4, publications=["PMID:1", "PMID:2"])
    assert [(item.reference, item.score) for item in found.edges[0].evidence] == [("PMID:1", 0.25), ("PMID:2", 0.25)]


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [("biolink:treats", "not_indicated_for"), ("biolink:expressed_in", "not_expressed_in"), ("biolink:causes", None)],
)
def test_kgx_negations_become_what_denies_the_predicate(
    tmp_path: Path, read: Any, predicate: str, expected: str | None
) -> None:
    found = kgx(tmp_path, read, predicate=predicate, negated=True)
    assert [edge.predicate for edge in found.edges] == ([expected] if expected else [])
    assert bool(found.faults.skipped) == (expected is None), "what is left out is told"


def test_kgx_leaves_out_what_is_deprecated(tmp_path: Path, read: Any) -> None:
    found = kgx(tmp_path, read, deprecated=True)
    assert (found.edges, found.faults.skipped) == ([], {"deprecated statement": 1})


COLUMNS = "database_id disease_name qualifier hpo_id reference evidence onset frequency sex modifier aspect biocuration"


def hpoa(folder: Path, read: Any, *rows: dict[str, str]) -> Any:
    plain = {"database_id": "OMIM:1", "disease_name": "ONE", "hpo_id": "HP:1", "reference": "PMID:1", "aspect": "P"}
    names = COLUMNS.split()
    lines = ["\t".join(({**plain, **row}).get(name, "") for name in names) for row in rows]
    (folder / "phenotype.hpoa").write_text("\n".join(["\t".join(names), *lines]) + "\n")
    return read("hpoa", folder / "phenotype.hpoa")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"frequency": "3/7"}, ("has_phenotype", 0.4286)),
        ({"frequency": "7/7"}, ("has_phenotype", 1.0)),
        ({"frequency": "12.5%"}, ("has_phenotype", 0.125)),
        ({"frequency": "HP:0040284"}, ("has_phenotype", 0.025)),
        ({"frequency": "0/7"}, ("lacks_phenotype", 1.0)),
        ({"frequency": "0%"}, ("lacks_phenotype", 1.0)),
        ({"frequency": "HP:0040285"}, ("lacks_phenotype", 1.0)),
        ({"qualifier": "NOT"}, ("lacks_phenotype", 1.0)),
        ({"qualifier": "NOT", "frequency": "0/7"}, ("lacks_phenotype", 1.0)),
        ({"sex": "FEMALE"}, ("has_phenotype", 1.0)),
    ],
)
def test_hpoa_says_in_how_many(tmp_path: Path, read: Any, row: dict[str, str], expected: tuple[str, float]) -> None:
    found = hpoa(tmp_path, read, row)
    assert [(edge.predicate, edge.strength) for edge in found.edges] == [expected]
    assert not found.faults.total


@pytest.mark.parametrize("frequency", ["9/7", "0/0", "3/0", "140%", "100.5%", "-1/7", "often"])
def test_hpoa_tells_a_frequency_that_cannot_be(tmp_path: Path, read: Any, frequency: str) -> None:
    found = hpoa(tmp_path, read, {"frequency": frequency}, {"hpo_id": "HP:2", "frequency": "3/7"})
    assert [(edge.object, edge.strength) for edge in found.edges] == [("HP:2", 0.4286)]
    (fault,) = found.faults
    assert frequency in fault.message


def test_hpoa_denies_nothing_that_it_cannot_deny(tmp_path: Path, read: Any) -> None:
    rows = [
        {"frequency": "0/9", "sex": "MALE"},
        {"qualifier": "NOT", "onset": "HP:0003577"},
        {"hpo_id": "HP:0000006", "frequency": "0/9", "aspect": "I"},
        {"qualifier": "NOT", "frequency": "3/7"},
    ]
    found = hpoa(tmp_path, read, *rows)
    assert not found.edges
    assert found.faults.counts == {"bad_value": 1}
    assert found.faults.skipped == {
        "negated statement that holds for one sex alone": 1,
        "negated statement that holds for one onset alone": 1,
        "NOT of something that is no phenotype": 1,
    }


@pytest.mark.parametrize(
    ("relation", "properties", "expected"),
    [
        ("PHENOTYPE_PRESENT", {"frequency": ["1/10"]}, ("has_phenotype", 0.1)),
        ("PHENOTYPE_PRESENT", {"frequency": ["HP_0040283"]}, ("has_phenotype", 0.17)),
        ("PHENOTYPE_PRESENT", {"frequency": ["0/7"], "qualifier_not": False}, ("lacks_phenotype", 1.0)),
        ("PHENOTYPE_PRESENT", {"frequency": "HP_0040285"}, ("lacks_phenotype", 1.0)),
        ("PHENOTYPE_PRESENT", {"frequency": ["0/7", "2/3"]}, ("has_phenotype", 0.2)),
        ("PHENOTYPE_PRESENT", {"sexes": ["FEMALE"]}, ("has_phenotype", 1.0)),
        ("PHENOTYPE_ABSENT", {"frequency": [], "qualifier_not": True}, ("lacks_phenotype", 1.0)),
        ("PHENOTYPE_ABSENT", {"sexes": ["FEMALE"]}, None),
        ("PHENOTYPE_ABSENT", {"relation_conflict": True}, None),
        ("PHENOTYPE_ABSENT", {"frequency": ["3/7"]}, None),
        ("PHENOTYPE_PRESENT", {"frequency": ["9/7"]}, None),
    ],
)
def test_optimuskg_says_in_how_many(
    tmp_path: Path, read: Any, relation: str, properties: dict[str, Any], expected: tuple[str, float] | None
) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table({"id": ["MONDO_1", "HP_1"], "label": ["DIS", "PHE"]}), tmp_path / "nodes.parquet")
    edge = {
        "from": "MONDO_1",
        "to": "HP_1",
        "label": "DIS-PHE",
        "relation": relation,
        "properties": json.dumps(properties),
    }
    pq.write_table(pa.table({key: [value] for key, value in edge.items()}), tmp_path / "edges.parquet")
    found = read("optimuskg", [tmp_path / "nodes.parquet", tmp_path / "edges.parquet"])
    assert [(edge.predicate, edge.strength) for edge in found.edges] == ([expected] if expected else [])
    told = found.faults.total + found.faults.skipped.total()
    assert told or expected, "what is left out is told"
