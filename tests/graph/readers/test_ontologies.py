"""What ontologies note beside references and relations, obsolete terms, and lines that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.assembly import BuildReport, build_from_spec
from kgpaths.graph.tables import NodeName

HEADER = "format-version: 1.2\nontology: test\n\n"
OBO = "http://purl.obolibrary.org/obo/"
OIO = "http://www.geneontology.org/formats/oboInOwl#"


def obo(folder: Path, read: Any, *lines: str, term: str = "MONDO:0000001") -> Any:
    (folder / "x.obo").write_text(HEADER + "\n".join(["[Term]", f"id: {term}", "name: one", *lines]) + "\n")
    return read("obo", folder / "x.obo")


def obograph(folder: Path, read: Any, *nodes: dict[str, Any], edges: Any = ()) -> Any:
    (folder / "x.json").write_text(json.dumps({"graphs": [{"nodes": list(nodes), "edges": [{}, *edges]}]}))
    return read("obograph", folder / "x.json")


@pytest.mark.parametrize(
    "notes",
    [
        ["MONDO:relatedTo"],
        ["MONDO:superClassOf"],
        ["MONDO:subClassOf"],
        ["MONDO:directSiblingOf"],
        ["MONDO:mondoIsBroaderThanSource"],
        ["MONDO:mondoIsNarrowerThanSource"],
        ["MONDO:obsoleteEquivalent"],
        ["MONDO:equivalentObsolete"],
        ["MONDO:obsoleteEquivalentObsolete"],
        ["MONDO:otherHierarchy", "DOID:1"],
        ["DOID:1", "MONDO:relatedTo"],
        ["Orphanet:79/ntbt"],
        ["Orphanet:79", "Orphanet:79/e"],
        ["DOID:1"],
    ],
)
def test_a_reference_of_mondo_without_the_mark_is_no_equivalence(tmp_path: Path, read: Any, notes: list[str]) -> None:
    said = ", ".join(f'source="{note}"' for note in notes)
    found = obo(tmp_path, read, f"xref: OMIM:1 {{{said}}} ! why", f'xref: OMIM:2 "text" {{{said}}}')
    assert found.nodes["MONDO:0000001"].xrefs == ()
    ((told, count),) = found.faults.skipped.items()
    assert (told.startswith("cross-reference that is no equivalence: "), count) == (True, 2)

    values = [{"pred": f"{OIO}source", "val": note} for note in notes]
    node = {"id": f"{OBO}MONDO_0000001", "lbl": "one", "type": "CLASS"}
    node["meta"] = {
        "xrefs": [{"val": "OMIM:1", "meta": {"basicPropertyValues": values}}, {"val": "OMIM:2", "xrefs": notes}]
    }
    found = obograph(tmp_path, read, node)
    assert found.nodes["MONDO:0000001"].xrefs == ()
    assert found.faults.skipped == {told: 2}


@pytest.mark.parametrize(
    ("term", "notes"),
    [
        ("MONDO:0000001", ' {source="MONDO:equivalentTo"}'),
        ("MONDO:0000001", ' {source="DOID:1", source="MONDO:equivalentTo", source="MONDO:preferredExternal"}'),
        ("MONDO:0000001", ' {source="MONDO:equivalentTo", source="Orphanet:79/e"}'),
        ("MONDO:0000001", ""),
        ("DOID:1", ' {source="MONDO:equivalentTo"}'),
        ("UBERON:0000001", ' {source="FMA:1"}'),
        ("CL:0000001", ' {source="skos:exactMatch"}'),
    ],
)
def test_an_equivalence_stays(tmp_path: Path, read: Any, term: str, notes: str) -> None:
    assert obo(tmp_path, read, f"xref: OMIM:1{notes}", term=term).nodes[term].xrefs == ("OMIM:1",)


@pytest.mark.parametrize(
    ("term", "note"),
    [
        ("CL:0000001", 'source="skos:broadMatch"'),
        ("CL:0000001", 'source="skos:narrowMatch"'),
        ("HP:0000001", 'source="http://www.w3.org/2004/02/skos/core#closeMatch"'),
        ("ORPHA:1", 'ECO:0000218="NTBT (narrower term maps to a broader term)"'),
        ("ORPHA:1", 'ECO:0000218="- BTNT (broader term maps to a narrower term)"'),
    ],
)
def test_other_ontologies_say_it_in_their_words(tmp_path: Path, read: Any, term: str, note: str) -> None:
    found = obo(tmp_path, read, f"xref: OMIM:1 {{{note}}}", term=term)
    assert found.nodes[term].xrefs == ()
    assert len(found.faults.skipped) == 1


def test_a_reference_to_its_own_vocabulary_is_to_another_term(tmp_path: Path, read: Any) -> None:
    found = obo(tmp_path, read, "xref: MONDO:0000099", "alt_id: MONDO:0000098", "xref: MONDO:0000098", "xref: DOID:1")
    assert found.nodes["MONDO:0000001"].xrefs == ("DOID:1", "MONDO:0000098")
    assert found.faults.skipped == {"cross-reference to another term of its own vocabulary": 1}


def test_the_same_in_kgx_tables_and_networkx(tmp_path: Path, read: Any) -> None:
    import networkx as nx

    record = {"id": "MONDO:1", "category": ["biolink:Disease"], "name": "one", "xref": ["MONDO:9", "DOID:1"]}
    (tmp_path / "n.jsonl").write_text(json.dumps({**record, "same_as": ["MONDO:8", "OMIM:1"]}) + "\n")
    assert read("kgx", tmp_path / "n.jsonl").nodes["MONDO:1"].xrefs == ("DOID:1", "OMIM:1", "MONDO:8")
    (tmp_path / "n.csv").write_text("id,name,type,xrefs,alt_ids\nMONDO:1,one,disease,MONDO:9|DOID:1,MONDO:8\n")
    found = read("node_table", tmp_path / "n.csv")
    assert found.nodes["MONDO:1"].xrefs == ("DOID:1", "MONDO:8")
    assert found.faults.skipped == {"cross-reference to another term of its own vocabulary": 1}
    graph: Any = nx.DiGraph()
    graph.add_node("MONDO:1", name="one", xrefs=["MONDO:9", "DOID:1"], alt_ids=["MONDO:8"])
    assert read("networkx", graph).nodes["MONDO:1"].xrefs == ("DOID:1", "MONDO:8")


@pytest.mark.parametrize(
    ("notes", "kept"),
    [
        ('gci_relation="part_of", gci_filler="NCBITaxon:10090"', False),
        ('gci_relation="part_of", gci_filler="NCBITaxon:10090", source="A:1"', False),
        ('present_in_taxon="NCBITaxon:10090"', False),
        ('during="UBERON:0000068"', False),
        ('RO:0002162="NCBITaxon:10090"', False),
        ('all_only="true"', False),
        ('cardinality="0"', False),
        ('maxCardinality="0"', False),
        ('source="MONDO:Redundant", source="DOID:1"', True),
        ('is_inferred="true"', True),
        ('cardinality="2"', True),
        ('minCardinality="1", source="FMA"', True),
        ('comment="in mice, too"', True),
        ('IAO:0000116="checked"', True),
        ('http://purl.org/dc/terms/contributor="someone"', True),
    ],
)
def test_a_relation_that_is_not_always_true_is_told(tmp_path: Path, read: Any, notes: str, kept: bool) -> None:
    lines = [f"is_a: MONDO:0000002 {{{notes}}} ! two", f"relationship: part_of MONDO:0000003 {{{notes}}}"]
    found = obo(tmp_path, read, *lines)
    assert {edge.predicate for edge in found.edges} == ({"is_a", "part_of"} if kept else set())
    assert sum(found.faults.skipped.values()) == (0 if kept else 2)

    values = [
        dict(zip(("pred", "val"), note.strip('"').split('="'), strict=True))
        for note in notes.split(", ")
        if "=" in note
    ]
    edge = {"sub": "MONDO:1", "pred": "is_a", "obj": "MONDO:2", "meta": {"basicPropertyValues": values}}
    node = {"id": "MONDO:1", "lbl": "one", "type": "CLASS"}
    assert len(obograph(tmp_path, read, node, edges=[edge]).edges) == kept


def test_a_conditional_hierarchy_tells_no_type(tmp_path: Path, read: Any) -> None:
    note = '{gci_relation="part_of", gci_filler="NCBITaxon:10090"}'
    found = obo(tmp_path, read, f"is_a: HP:0000005 {note}", term="HP:0000100")
    assert found.nodes["HP:0000100"].type == "phenotype"


@pytest.mark.parametrize(
    "line",
    [
        "xref: http://wiki.example.org/Category\\:Early_body",
        "creation_date: 202z-09-29T15:45:36Z",
        'def: "never closed [A:1]',
        "synonym: unquoted EXACT []",
        "relationship: part_of",
        'is_a: MONDO:0000009 {source="x"',
        "xref: ",
        "a line without a tag",
        "unheard_of: value",
    ],
)
def test_a_bad_line_costs_no_more_than_itself(tmp_path: Path, read: Any, line: str) -> None:
    lines = ["! a remark", line, "is_a: MONDO:0000002", 'synonym: "uno" EXACT []', "alt_id: MONDO:0000098"]
    found = obo(tmp_path, read, *lines)
    node = found.nodes["MONDO:0000001"]
    assert (node.name, node.names, node.xrefs) == ("one", (NodeName("uno", "exact"),), ("MONDO:0000098",))
    assert found.triples == {("MONDO:0000001", "is_a", "MONDO:0000002")}
    assert found.wrong == [("8", "bad_value")]


def test_a_term_whose_id_cannot_be_read_is_left_out(tmp_path: Path, read: Any) -> None:
    frames = (
        "[Term]\nid: HP:0000001\nname: one\n\n[Term]\nid: no id\nname: two\n\n[Term]\nname: three\nid: HP:0000003\n"
    )
    (tmp_path / "x.obo").write_text(HEADER + frames + "\n! the end\n")
    found = read("obo", tmp_path / "x.obo")
    assert {node.id: node.name for node in found.nodes.values()} == {"HP:0000001": "one", "HP:0000003": "three"}
    assert found.wrong == [("9", "bad_value")]


def test_a_term_whose_end_cannot_be_read_is_not_taken_for_alive(tmp_path: Path, read: Any) -> None:
    found = obo(tmp_path, read, "is_obsolete: True")
    assert not found.nodes
    assert found.wrong == [("7", "bad_value")]


def test_relations_of_a_bad_typedef_are_learnt(tmp_path: Path, read: Any) -> None:
    typedef = "\n[Typedef]\nid: odd\nname: has symptom\ncreation_date: never\n"
    frames = "[Term]\nid: DOID:1\nname: one\nrelationship: odd SYMP:1\n"
    (tmp_path / "x.obo").write_text(HEADER + typedef.lstrip() + "\n" + frames)
    assert read("obo", tmp_path / "x.obo").triples == {("DOID:1", "has_symptom", "SYMP:1")}


def test_a_bad_value_of_an_obo_graph_costs_no_more_than_itself(tmp_path: Path, read: Any) -> None:
    meta = {
        "xrefs": [{"no": "val"}, {"val": "OMIM:1"}, "OMIM:2", {"val": None}],
        "synonyms": [
            {"pred": "hasExactSynonym", "val": "uno"},
            {"pred": "hasExactSynonym"},
            {"pred": 3, "val": "eins"},
        ],
        "basicPropertyValues": [{"val": "without pred"}, {"pred": f"{OIO}hasAlternativeId", "val": "MONDO:9"}, None, 7],
    }
    node = {"id": f"{OBO}MONDO_1", "lbl": "one", "type": "CLASS", "meta": meta}
    other = {"id": f"{OBO}MONDO_2", "lbl": False, "type": "CLASS", "meta": ["?"]}
    single = {"id": f"{OBO}MONDO_3", "lbl": 3, "type": "CLASS", "meta": {"xrefs": {"val": "OMIM:3"}}}
    found = obograph(tmp_path, read, node, other, single)
    one = found.nodes["MONDO:1"]
    assert (one.xrefs, one.names) == (("OMIM:1", "MONDO:9"), (NodeName("uno", "exact"), NodeName("eins", "related")))
    assert (found.nodes["MONDO:2"].name, found.nodes["MONDO:3"].name) == ("MONDO:2", "3")
    assert found.nodes["MONDO:3"].xrefs == ("OMIM:3",)
    assert found.faults.counts["bad_value"] == 3 + 1 + 1 + 2 + 1, "and the edge without ends"


def build(folder: Path, source: Any, *edges: str, more: Any = ()) -> tuple[BuildReport, list[tuple[str, str, str]]]:
    (folder / "n.csv").write_text("id,name,type\nHP:0000001,Sign one,phenotype\n")
    (folder / "e.csv").write_text("subject,predicate,object\n" + "".join(f"{edge}\n" for edge in edges))
    tables = [
        {"format": "node_table", "path": str(folder / "n.csv")},
        {"format": "edge_table", "path": str(folder / "e.csv"), "licence": "CC0-1.0"},
    ]
    report = build_from_spec({"name": "g", "sources": [source, *tables, *more]}, folder / "graph")
    graph = KnowledgeGraph.open(folder / "graph")
    return report, [(edge.subject, edge.predicate, edge.object) for edge in graph.edges()]


def frames(*terms: str) -> str:
    return HEADER + "\n".join(f"[Term]\n{term}\n" for term in terms)


ALIVE = "id: MONDO:2\nname: beta syndrome"


@pytest.mark.parametrize(
    "terms",
    [
        ["id: MONDO:4\nname: obsolete gamma\nis_obsolete: true\nreplaced_by: MONDO:2"],
        [
            "id: MONDO:4\nname: obsolete gamma\nis_obsolete: true\nreplaced_by: MONDO:5",
            "id: MONDO:5\nname: obsolete delta\nis_obsolete: true\nreplaced_by: MONDO:2\nconsider: MONDO:7",
        ],
        ["id: MONDO:4\nname: obsolete gamma\nis_obsolete: true\nproperty_value: IAO:0100001 MONDO:2"],
        [
            "id: MONDO:4\nname: obsolete gamma\nproperty_value: owl:deprecated \"true\" xsd:boolean\n"
            f"property_value: {OBO}IAO_0100001 {OBO}MONDO_2"
        ],
        ["id: MONDO:4\nname: obsolete gamma\nis_obsolete: true\nreplaced_by: MONDO:2\nreplaced_by: MONDO:2"],
        ["id: MONDO:4\nname: obsolete gamma\nis_obsolete: true\nreplaced_by: MONDO:6", f"{ALIVE}\nalt_id: MONDO:6"],
    ],
)  # fmt: skip
def test_edges_of_an_obsolete_term_go_to_what_replaced_it(tmp_path: Path, terms: list[str]) -> None:
    alive = [] if any("alt_id" in term for term in terms) else [ALIVE]
    (tmp_path / "x.obo").write_text(frames(*terms, *alive))
    report, edges = build(
        tmp_path, {"format": "obo", "path": str(tmp_path / "x.obo")}, "MONDO:4,has_phenotype,HP:0000001"
    )
    assert edges == [("MONDO:2", "has_phenotype", "HP:0000001")]
    assert report.faults == 0
    assert KnowledgeGraph.open(tmp_path / "graph").canonical("MONDO:4") == "MONDO:2"


def test_obo_graphs_say_it_as_a_property(tmp_path: Path) -> None:
    def node(number: int, **meta: Any) -> dict[str, Any]:
        return {"id": f"{OBO}MONDO_{number}", "lbl": f"term {number}", "type": "CLASS", "meta": meta}

    replaced = [{"pred": f"{OBO}IAO_0100001", "val": f"{OBO}MONDO_5"}]
    again = [{"pred": f"{OBO}IAO_0100001", "val": "MONDO:2"}]
    nodes = [
        node(4, deprecated=True, basicPropertyValues=replaced),
        node(5, deprecated=True, basicPropertyValues=again),
        node(2),
    ]
    (tmp_path / "x.json").write_text(json.dumps({"graphs": [{"nodes": nodes}]}))
    source = {"format": "obograph", "path": str(tmp_path / "x.json")}
    assert build(tmp_path, source, "MONDO:4,has_phenotype,HP:0000001")[1] == [
        ("MONDO:2", "has_phenotype", "HP:0000001")
    ]


@pytest.mark.parametrize(
    ("term", "why"),
    [
        ("is_obsolete: true\nconsider: MONDO:2", "MONDO:4 is obsolete; consider MONDO:2"),
        ("is_obsolete: true\nconsider: MONDO:2\nconsider: MONDO:3", "MONDO:4 is obsolete; consider MONDO:2, MONDO:3"),
        ("is_obsolete: true", "MONDO:4 is obsolete, and nothing replaced it"),
        (
            "is_obsolete: true\nreplaced_by: MONDO:8",
            "MONDO:4 is obsolete, and MONDO:8 that replaced it is a node of no",
        ),
        ("is_obsolete: true\nreplaced_by: MONDO:4", "MONDO:4 is obsolete, and MONDO:4 that replaced it"),
        (
            "is_obsolete: true\nreplaced_by: MONDO:2\nreplaced_by: MONDO:3",
            "MONDO:4 was given up for several: MONDO:2, MONDO:3",
        ),
    ],
)
def test_what_took_its_place_is_told_where_it_is_not_clear(tmp_path: Path, term: str, why: str) -> None:
    (tmp_path / "x.obo").write_text(frames(f"id: MONDO:4\nname: gone\n{term}", ALIVE, "id: MONDO:3\nname: other"))
    source = {"format": "obo", "path": str(tmp_path / "x.obo")}
    report, edges = build(tmp_path, source, "MONDO:4,has_phenotype,HP:0000001", "MONDO:2,has_phenotype,HP:0000001")
    assert edges == [("MONDO:2", "has_phenotype", "HP:0000001")]
    (fault,) = report.sources[2].first
    assert why in fault.message


def test_a_node_of_another_source_that_is_obsolete_is_what_replaced_it(tmp_path: Path) -> None:
    gone = "id: MONDO:4\nname: gone\nis_obsolete: true\nreplaced_by: MONDO:2"
    unclear = "id: MONDO:5\nname: unclear\nis_obsolete: true\nconsider: MONDO:2"
    (tmp_path / "x.obo").write_text(frames(ALIVE, gone, unclear))
    (tmp_path / "own.csv").write_text("id,name,type\nMONDO:4,gamma,disease\nMONDO:5,delta,disease\n")
    source = {"format": "obo", "path": str(tmp_path / "x.obo")}
    older = {"format": "node_table", "path": str(tmp_path / "own.csv")}
    rows = ("MONDO:4,has_phenotype,HP:0000001", "MONDO:5,has_phenotype,HP:0000001")
    report, edges = build(tmp_path, source, *rows, more=[older])
    assert edges == [(node, "has_phenotype", "HP:0000001") for node in ("MONDO:2", "MONDO:5")]
    assert report.meta.skipped == {"node_of_an_obsolete_id": 1}


def test_a_deprecated_node_of_kgx_is_no_node(tmp_path: Path) -> None:
    record = {"id": "MONDO:4", "category": "biolink:Disease", "name": "gone", "deprecated": "True"}
    (tmp_path / "k.jsonl").write_text(json.dumps(record) + "\n")
    source = {"format": "kgx", "path": str(tmp_path / "k.jsonl")}
    report, edges = build(tmp_path, source, "MONDO:4,has_phenotype,HP:0000001")
    assert (edges, report.sources[0].skipped) == ([], {"obsolete term": 1})
    assert "MONDO:4 is obsolete, and nothing replaced it" in report.sources[2].first[0].message


def test_an_edge_to_its_own_older_id_is_no_edge(tmp_path: Path) -> None:
    (tmp_path / "x.obo").write_text(frames(ALIVE, "id: MONDO:4\nname: gone\nis_obsolete: true\nreplaced_by: MONDO:2"))
    source = {"format": "obo", "path": str(tmp_path / "x.obo")}
    report, edges = build(tmp_path, source, "MONDO:4,is_a,MONDO:2", "MONDO:9,is_a,MONDO:2")
    assert edges == []
    assert report.sources[2].skipped == {"edge between a term and its own older id": 1}
    assert report.sources[2].faults == {"dangling_edge": 1}
