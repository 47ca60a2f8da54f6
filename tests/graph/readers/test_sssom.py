"""Mappings: what their prefixes stand for, and which of them make two ids one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.assembly import build_from_spec
from kgpaths.graph.readers import Reader, open_reader

OBO = "http://purl.obolibrary.org/obo/"
COLUMNS = "subject_id\tpredicate_id\tobject_id\tmapping_justification\n"


def mappings(folder: Path, header: str, *rows: tuple[str, str, str], **options: Any) -> tuple[list[Any], Reader]:
    text = header + COLUMNS + "".join("\t".join((*row, "semapv:Manual")) + "\n" for row in rows)
    (folder / "m.sssom.tsv").write_text(text)
    reader = open_reader("sssom", folder / "m.sssom.tsv", **options)
    return list(reader.xrefs()), reader


@pytest.mark.parametrize(
    "header",
    [
        f"#curie_map:\n#  D: {OBO}DOID_\n#  M: {OBO}MONDO_\n",
        f"# curie_map:\n#   D: {OBO}DOID_\n#   M: '{OBO}MONDO_'\n",
        f"#curie_map: {{D: {OBO}DOID_, M: \"{OBO}MONDO_\"}}\n",
        f"#title: a: b: c\n#a remark\n#curie_map:\t\t\n#  D: {OBO}DOID_\t\t\n#  M: {OBO}MONDO_\n#license: x\n",
    ],
)  # fmt: skip
def test_prefixes_stand_for_what_the_header_says(tmp_path: Path, header: str) -> None:
    found, reader = mappings(tmp_path, header, ("M:0000002", "skos:exactMatch", "D:0000002"))
    assert found == [("MONDO:0000002", "DOID:0000002")]
    assert not reader.faults.total


@pytest.mark.parametrize(
    ("prefix", "iri", "local", "expected"),
    [
        ("D", f"{OBO}DOID_", "8718", "DOID:8718"),
        ("X", f"{OBO}XAO_", "1", "XAO:1"),
        ("MSH", "http://id.nlm.nih.gov/mesh/", "D003371", "MESH:D003371"),
        ("M", "http://identifiers.org/mesh/", "D003371", "MESH:D003371"),
        ("G", "https://identifiers.org/ncbigene:", "1", "NCBIGene:1"),
        ("O", "https://omim.org/entry/", "100100", "OMIM:100100"),
        ("OR", "http://www.orpha.net/ORDO/Orphanet_", "79", "ORPHA:79"),
        ("S", "http://snomed.info/id/", "22298006", "SCTID:22298006"),
        ("U", "http://linkedlifedata.com/resource/umls/id/", "C0011849", "UMLS:C0011849"),
        ("P", "https://bioregistry.io/uniprot:", "P01375", "UniProt:P01375"),
        ("I", "http://purl.bioontology.org/ontology/RXNORM/", "5640", "RXNORM:5640"),
        ("DOID", f"{OBO}DOID_", "8718", "DOID:8718"),
        # what nobody knows stays what it is
        ("LAB", "https://lab.example.org/item_", "7", "LAB:7"),
        ("OMIMPS", "https://omim.org/phenotypicSeries/PS", "100", "OMIMPS:100"),
    ],
)
def test_namespaces_are_known_by_their_iris(tmp_path: Path, prefix: str, iri: str, local: str, expected: str) -> None:
    header = f"#curie_map:\n#  {prefix}: '{iri}'\n"
    assert mappings(tmp_path, header, ("A:1", "skos:exactMatch", f"{prefix}:{local}"))[0] == [("A:1", expected)]


def test_whole_iris_are_ids_too(tmp_path: Path) -> None:
    row = (f"{OBO}MONDO_0000002", "http://www.w3.org/2004/02/skos/core#exactMatch", "http://id.nlm.nih.gov/mesh/D1")
    assert mappings(tmp_path, "", row)[0] == [("MONDO:0000002", "MESH:D1")]


def test_only_exact_matches_join(tmp_path: Path) -> None:
    header = "#curie_map:\n#  s: http://www.w3.org/2004/02/skos/core#\n"
    predicates = ["s:exactMatch", "skos:exactMatch", "s:closeMatch", "skos:broadMatch", "oboInOwl:hasDbXref"]
    rows = [(f"A:{number}", predicate, f"B:{number}") for number, predicate in enumerate(predicates)]
    found, reader = mappings(tmp_path, header, *rows, ("A:9", "skos:exactMatch", "sssom:NoTermFound"))
    assert found == [("A:0", "B:0"), ("A:1", "B:1")]
    assert reader.faults.skipped == {
        "mapping by s:closeMatch": 1,
        "mapping by skos:broadMatch": 1,
        "mapping by oboInOwl:hasDbXref": 1,
        "mapping that says that there is no term": 1,
    }
    assert mappings(tmp_path, header, rows[2], match=["skos:closeMatch"])[0] == [("A:2", "B:2")]


def test_a_header_that_is_no_yaml_is_told(tmp_path: Path) -> None:
    found, reader = mappings(tmp_path, "#curie_map: {D: [\n", ("A:1", "skos:exactMatch", "B:1"))
    assert found == [("A:1", "B:1")]
    assert reader.faults.counts == {"bad_value": 1}
    assert mappings(tmp_path, "#curie_map: 3\n", ("A:1", "skos:exactMatch", "B:1"))[1].faults.counts == {"bad_value": 1}


def test_mappings_by_prefixes_that_nobody_knows_are_told(tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text("id,name,type\nMONDO:2,second,disease\nLAB:2,zweite,disease\n")
    rows = [
        ("MONDO:2", "skos:exactMatch", "LAB:2"),
        ("M:3", "skos:exactMatch", "LAB:2"),
        ("MONDO:2", "skos:exactMatch", "UMLS:C2"),
    ]
    mappings(tmp_path, "", *rows)
    sources = [{"format": "node_table", "path": "n.csv"}, {"format": "sssom", "path": "m.sssom.tsv"}]
    report = build_from_spec(
        {"name": "g", "sources": [{**source, "path": str(tmp_path / source["path"])} for source in sources]},
        tmp_path / "graph",
    )
    assert report.sources[1].skipped == {"id of a mapping with the prefix 'M', which no node has; see its curie_map": 1}
    assert KnowledgeGraph.open(tmp_path / "graph").n_nodes == 1, "the ids of the lab are joined"
