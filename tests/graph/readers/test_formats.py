"""Each format says what it says: ids, types, directions, names, licences."""

from __future__ import annotations

import bz2
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgpaths.errors import ConfigError, UsageError
from kgpaths.graph.readers import Settings, formats, open_reader
from kgpaths.graph.tables import NodeName

HEADER = "relation,display_relation,x_index,x_id,x_type,x_name,x_source,y_index,y_id,y_type,y_name,y_source\n"


def primekg(*rows: str) -> str:
    return HEADER + "".join(f"{row}\n" for row in rows)


ASTHMA, FEVER, HBB, DRUG = (
    "4979,disease,asthma,MONDO",
    "1945,effect/phenotype,Fever,HPO",
    "3043,gene/protein,HBB,NCBI",
    "DB00635,drug,Prednisone,DrugBank",
)


def test_primekg_directs_edges_and_joins_their_two_rows(tmp_path: Any, read: Any) -> None:
    file = tmp_path / "kg.csv"
    file.write_text(
        primekg(
            f"disease_phenotype_positive,phenotype present,2,{FEVER},1,{ASTHMA}",
            f"indication,indication,4,{DRUG},1,{ASTHMA}",
            f"disease_protein,associated with,3,{HBB},1,{ASTHMA}",
            f"anatomy_protein_absent,expression absent,3,{HBB},6,2048,anatomy,lung,UBERON",
            f"drug_protein,target,4,{DRUG},3,{HBB}",
            f"drug_protein,enzyme,3,{HBB},4,{DRUG}",
            "disease_disease,parent-child,5,5087_5088,disease,respiratory disease,MONDO_grouped,1," + ASTHMA,
            "anatomy_anatomy,parent-child,6,2048,anatomy,lung,UBERON,7,62,anatomy,organ,UBERON",
            # and all of them the other way round
            f"disease_phenotype_positive,phenotype present,1,{ASTHMA},2,{FEVER}",
            f"indication,indication,1,{ASTHMA},4,{DRUG}",
            f"disease_protein,associated with,1,{ASTHMA},3,{HBB}",
            f"anatomy_protein_absent,expression absent,6,2048,anatomy,lung,UBERON,3,{HBB}",
            f"drug_protein,target,3,{HBB},4,{DRUG}",
            f"drug_protein,enzyme,4,{DRUG},3,{HBB}",
            f"disease_disease,parent-child,1,{ASTHMA},5,5087_5088,disease,respiratory disease,MONDO_grouped",
            "anatomy_anatomy,parent-child,7,62,anatomy,organ,UBERON,6,2048,anatomy,lung,UBERON",
        )
    )
    found = read("primekg", file)
    assert found.triples == {
        ("MONDO:0004979", "has_phenotype", "HP:0001945"),
        ("DRUGBANK:DB00635", "indicated_for", "MONDO:0004979"),
        ("MONDO:0004979", "associated_with", "NCBIGene:3043"),
        ("NCBIGene:3043", "not_expressed_in", "UBERON:0002048"),
        ("DRUGBANK:DB00635", "targets", "NCBIGene:3043"),
        ("DRUGBANK:DB00635", "interacts_with", "NCBIGene:3043"),
        ("MONDO:0004979", "is_a", "MONDO_grouped:5087_5088"),
        ("UBERON:0002048", "is_a", "UBERON:0000062"),
    }
    assert len(found.edges) == 8
    assert not found.faults.total
    assert found.nodes["NCBIGene:3043"].type == "gene"
    assert found.nodes["HP:0001945"] == ("HP:0001945", "Fever", "phenotype", "primekg", (), ())


def test_primekg_loses_nothing_when_rows_stand_once(tmp_path: Any, read: Any) -> None:
    """In a part of the file a reversed row may be the only one that says so."""
    file = tmp_path / "kg.csv"
    file.write_text(
        primekg(
            f"indication,indication,1,{ASTHMA},4,{DRUG}",
            f"protein_protein,ppi,3,{HBB},12,7157,gene/protein,TP53,NCBI",
            f"protein_protein,ppi,11,672,gene/protein,BRCA1,NCBI,3,{HBB}",
        )
    )
    assert read("primekg", file).triples == {
        ("DRUGBANK:DB00635", "indicated_for", "MONDO:0004979"),
        ("NCBIGene:3043", "interacts_with", "NCBIGene:7157"),
        ("NCBIGene:3043", "interacts_with", "NCBIGene:672"),
    }


def test_optimuskg_keeps_every_source_of_an_edge(tmp_path: Any, read: Any) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    nodes = [
        ("MONDO_0004979", "DIS", {"name": "asthma", "exact_synonyms": ["bronchial asthma"], "xrefs": ["DOID:2841"]}),
        ("ENSG00000169194", "GEN", {"symbol": "IL13", "name": "interleukin 13"}),
        ("UBERON_0002048", "ANA", {"name": "lung"}),
        ("MONDO_0005087", "DIS", {"name": "respiratory disease"}),
    ]
    sources = {"sources": {"direct": ["OPEN_TARGETS", "DISGENET"], "indirect": ["CTD"]}, "evidence_score": 0.7}
    edges = [
        ("MONDO_0004979", "ENSG00000169194", "DIS-GEN", "ASSOCIATED_WITH", True, sources),
        ("UBERON_0002048", "ENSG00000169194", "ANA-GEN", "EXPRESSION_PRESENT", True, {"sources": {"direct": ["BGEE"]}}),
        ("MONDO_0005087", "MONDO_0004979", "DIS-DIS", "PARENT", False, {}),
    ]
    for name, columns, rows in (
        ("nodes", ("id", "label", "properties"), nodes),
        ("edges", ("from", "to", "label", "relation", "undirected", "properties"), edges),
    ):
        table = {column: list(values) for column, values in zip(columns, zip(*rows, strict=True), strict=True)}
        table["properties"] = [json.dumps(value) for value in table["properties"]]
        pq.write_table(pa.table(table), tmp_path / f"{name}.parquet")
    found = read("optimuskg", tmp_path, licences={"opentargets": "CC0 1.0"})
    assert found.triples == {
        ("MONDO:0004979", "associated_with", "ENSEMBL:ENSG00000169194"),
        ("ENSEMBL:ENSG00000169194", "expressed_in", "UBERON:0002048"),
        ("MONDO:0004979", "is_a", "MONDO:0005087"),
    }
    terms = {edge.source: edge.licence for edge in found.edges}
    assert terms["opentargets"] == "CC0-1.0"
    assert terms["disgenet"] not in ("CC0-1.0", "MIT"), "nobody said that this source is free"
    assert found.edges[0].evidence[0].score == 0.7
    node = found.nodes["ENSEMBL:ENSG00000169194"]
    assert (node.name, node.type, node.names) == ("IL13", "gene", (NodeName("interleukin 13", "exact"),))


def test_hetionet_reads_tables_and_sif(graphs: Any, read: Any) -> None:
    found = read("hetionet", graphs / "hetionet")
    assert found.triples == {
        ("DOID:2841", "has_symptom", "MESH:D003371"),
        ("DOID:10652", "has_symptom", "MESH:D000647"),
        ("NCBIGene:348", "expressed_in", "UBERON:0000955"),
        ("DOID:10652", "localizes_to", "UBERON:0000955"),
        ("DOID:2841", "localizes_to", "UBERON:0002048"),
        ("DRUGBANK:DB00635", "treats", "DOID:2841"),
        ("DRUGBANK:DB00989", "treats", "DOID:10652"),
    }
    assert all(edge.subject in found.nodes and edge.object in found.nodes for edge in found.edges)
    assert found.nodes["DRUGBANK:DB00635"].type == "drug"
    assert {edge.licence for edge in found.edges} == {"CC0-1.0"}


def test_hetionet_json_has_a_licence_at_each_edge(tmp_path: Any, read: Any) -> None:
    def edge(kind: str, target: list[Any], data: dict[str, Any]) -> dict[str, Any]:
        return {"source_id": ["Gene", 9021], "target_id": target, "kind": kind, "direction": "both", "data": data}

    graph = {
        "metanode_kinds": ["Gene", "Biological Process"],
        "nodes": [
            {"kind": "Gene", "identifier": 9021, "name": "SOCS3", "data": {"license": "CC0 1.0"}},
            {"kind": "Biological Process", "identifier": "GO:0071357", "name": "response to interferon", "data": {}},
            {"kind": "Gene", "identifier": 3717, "name": "JAK2", "data": {}},
        ],
        "edges": [
            edge(
                "participates", ["Biological Process", "GO:0071357"], {"source": "NCBI gene2go", "license": "CC BY 4.0"}
            ),
            edge("interacts", ["Gene", 3717], {"sources": ["hetio-dag"], "pubmed_ids": [7], "unbiased": False}),
        ],
    }
    file = tmp_path / "hetionet.json.bz2"
    file.write_bytes(bz2.compress(json.dumps(graph).encode()))
    found = read("hetionet", file)
    participates, interacts = found.edges
    assert participates[:3] == ("NCBIGene:9021", "participates_in", "GO:0071357")
    assert (participates.licence, participates.evidence[0].reference) == ("CC-BY-4.0", "NCBI gene2go")
    assert interacts.licence == "LicenseRef-unknown", "Hetionet gives none: https://doi.org/10.15363/thinklab.d107"
    assert [item.reference for item in interacts.evidence] == ["hetio-dag", "PMID:7"]


def test_obo_reads_terms_names_and_hierarchy(graphs: Any, read: Any) -> None:
    found = read("obo", graphs / "symp.obo")
    assert found.triples == {
        ("SYMP:0000459", "is_a", "SYMP:0000462"),
        ("SYMP:0019145", "is_a", "SYMP:0000459"),
        ("SYMP:0019147", "is_a", "SYMP:0019145"),
    }
    assert found.nodes["SYMP:0019145"].names == (NodeName("emesis", "exact"),)
    assert found.nodes["SYMP:0000459"].xrefs[1] == "UMLS:C0159058"
    assert found.faults.skipped == {"obsolete term": 1}
    assert (found.version, found.edges[0].licence, found.edges[0].source) == (
        "releases/2026-07-30/symp.obo",
        "CC0-1.0",
        "symp",
    )


OBO = """format-version: 1.2
ontology: hp

[Term]
id: HP:0000005
name: Mode of inheritance
is_a: HP:0000001

[Term]
id: HP:0000006
name: Autosomal dominant inheritance
alt_id: HP:0001415
synonym: "AD" EXACT abbreviation []
synonym: "ADI" EXACT OMO:0003000 []
synonym: "One copy is enough" EXACT layperson [ORCID:0000-0001]
synonym: "old name" EXACT obsolete_synonym []
is_a: HP:0000005

[Term]
id: HP:0001945
name: Fever
relationship: RO:0001025 UBERON:0000955 ! located in
relationship: odd_thing HP:0000006

[Typedef]
id: odd_thing
name: has symptom
"""


def test_obo_tells_branches_apart_and_learns_relations_from_the_file(tmp_path: Any, read: Any) -> None:
    (tmp_path / "hp.obo").write_text(OBO)
    found = read("obo", tmp_path / "hp.obo")
    assert {node.id: node.type for node in found.nodes.values()} == {
        "HP:0000005": "inheritance",
        "HP:0000006": "inheritance",
        "HP:0001945": "phenotype",
    }
    term = found.nodes["HP:0000006"]
    assert term.xrefs == ("HP:0001415",)
    assert set(term.names) == {
        NodeName("AD", "abbreviation"),
        NodeName("ADI", "abbreviation"),
        NodeName("One copy is enough", "lay"),
    }
    assert ("HP:0001945", "located_in", "UBERON:0000955") in found.triples
    assert ("HP:0001945", "has_symptom", "HP:0000006") in found.triples


def test_obograph_reads_the_same_things(graphs: Any, read: Any) -> None:
    found = read("obograph", graphs / "doid.json")
    assert ("DOID:2841", "is_a", "DOID:1176") in found.triples
    asthma = found.nodes["DOID:2841"]
    assert (asthma.name, asthma.type, asthma.source) == ("asthma", "disease", "doid")
    assert any(name.scope == "exact" for name in asthma.names)
    assert "DOID:8718" not in found.nodes, "it is obsolete"


HPOA = """#description: HPO annotations
#version: 2025-01-16
{header}
OMIM:1\tDisease one\t\tHP:0001945\tPMID:1\tPCS\t\t3/4\t\t\tP\tX
OMIM:1\tDisease one\tNOT\tHP:0002315\tPMID:1\tPCS\t\t\t\t\tP\tX
OMIM:1\tDisease one\t\tHP:0000006\tOMIM:1\tIEA\t\t\t\t\tI\tX
OMIM:1\tDisease one\t\tHP:0000822\tOMIM:1\tPCS\t\t0/7\t\t\tP\tX
OMIM:1\tDisease one\t\tHP:0003577\tOMIM:1\tTAS\t\t\t\t\tC\tX
OMIM:1\tDisease one\t\tHP:0003676\tOMIM:1\tTAS\t\t\t\t\tC\tX
OMIM:1\tDisease one\tNOT\tHP:0000007\tOMIM:1\tTAS\t\t\t\t\tI\tX
ORPHA:2\tDisease two\t\tHP:0001945\tORPHA:2\tTAS\t\tHP:0040281\t\t\tP\tX
"""
NEW = "database_id disease_name qualifier hpo_id reference evidence onset frequency sex modifier aspect biocuration"
OLD = "#DatabaseID DiseaseName Qualifier HPO_ID Reference Evidence Onset Frequency Sex Modifier Aspect Biocuration"


@pytest.mark.parametrize("header", [NEW, OLD])
def test_hpoa_keeps_negations_frequencies_and_aspects(tmp_path: Any, read: Any, header: str) -> None:
    file = tmp_path / "phenotype.hpoa"
    file.write_text(HPOA.format(header=header.replace(" ", "\t")))
    found = read("hpoa", file)
    said = {(edge.subject, edge.predicate, edge.object): edge.strength for edge in found.edges}
    assert said == {
        ("OMIM:1", "has_phenotype", "HP:0001945"): 0.75,
        ("OMIM:1", "lacks_phenotype", "HP:0002315"): 1.0,
        ("OMIM:1", "has_inheritance", "HP:0000006"): 1.0,
        ("OMIM:1", "lacks_phenotype", "HP:0000822"): 1.0,
        ("OMIM:1", "has_onset", "HP:0003577"): 1.0,
        ("OMIM:1", "has_clinical_course", "HP:0003676"): 1.0,
        ("ORPHA:2", "has_phenotype", "HP:0001945"): 0.9,
    }
    assert list(found.nodes) == ["OMIM:1", "ORPHA:2"]
    assert (found.version, found.edges[0].licence) == ("2025-01-16", "LicenseRef-HPO")
    assert found.faults.skipped == {"NOT of something that is no phenotype": 1}


def test_drugmechdb_reads_lines_and_lists(graphs: Any, tmp_path: Any, read: Any) -> None:
    import yaml

    lines = read("drugmechdb", graphs / "drugmechdb.jsonl")
    assert ("MESH:D000068800", "decreases_activity_of", "UniProt:P01375") in lines.triples
    assert lines.nodes["GO:0042730"].type == "biological_process"
    assert lines.edges[0].evidence[0].reference == "DB00005_MESH_D013167_1"
    paths = [json.loads(line) for line in (graphs / "drugmechdb.jsonl").read_text().splitlines()]
    (tmp_path / "paths.yaml").write_text(yaml.safe_dump(paths, sort_keys=False))
    listed = read("drugmechdb", tmp_path / "paths.yaml")
    assert (listed.nodes, listed.edges) == (lines.nodes, lines.edges)


def test_drugmechdb_says_what_the_drug_of_a_path_treats_when_asked(graphs: Any, read: Any) -> None:
    plain = read("drugmechdb", graphs / "drugmechdb.jsonl")
    found = read("drugmechdb", graphs / "drugmechdb.jsonl", options={"indications": True})
    more = [edge for edge in found.edges if edge not in plain.edges]
    assert ("DRUGBANK:DB00005", "treats", "MESH:D013167") in {edge[:3] for edge in more}
    assert {edge.predicate for edge in more} == {"treats"}
    assert found.nodes["DRUGBANK:DB00005"].type == "drug"
    assert more[0].evidence[0].reference == "DB00005_MESH_D013167_1"


def test_diagnostic_trees_have_narrower_diagnoses_and_premises(tmp_path: Any, read: Any) -> None:
    tree = {
        "diagnostic": {"Suspected Heart Failure": {"Heart Failure": {"HFrEF": [], "HFpEF": []}}},
        "knowledge": {
            "Suspected Heart Failure": {"Risk Factors": "CAD; hypertension", "Symptoms": "Dyspnea.", "Signs": "Edema"},
            "HFrEF": "LVEF≤40%",
            "HFpEF": "LVEF>40%",
        },
    }
    (tmp_path / "hf.json").write_text(json.dumps(tree))
    found = read("diagnostic_tree", tmp_path)
    assert ("DIRECT:hfref", "is_a", "DIRECT:heart-failure") in found.triples
    assert ("DIRECT:suspected-heart-failure", "has_risk_factor", "DIRECT:cad") in found.triples
    assert ("DIRECT:suspected-heart-failure", "has_symptom", "DIRECT:dyspnea") in found.triples
    assert ("DIRECT:hfref", "has_phenotype", "DIRECT:lvef-le-40-pct") in found.triples
    assert ("DIRECT:hfpef", "has_phenotype", "DIRECT:lvef-gt-40-pct") in found.triples
    assert found.nodes["DIRECT:lvef-le-40-pct"].name == "LVEF≤40%"
    assert found.nodes["DIRECT:dyspnea"].type == "symptom"
    assert not found.faults.total


KGX_NODES = [
    {
        "id": "MONDO:0004979",
        "category": ["biolink:NamedThing", "biolink:Disease"],
        "name": "asthma",
        "xref": ["DOID:2841"],
    },
    {
        "id": "HP:0002315",
        "category": ["biolink:PhenotypicFeature"],
        "name": "Headache",
        "synonym": ["Cephalgia", "Head pain"],
    },
    {"id": "UniProtKB:P01375", "category": ["biolink:Protein"], "name": "TNF"},
]
KGX_EDGES = [
    {
        "id": "1",
        "subject": "MONDO:0004979",
        "predicate": "biolink:has_phenotype",
        "object": "HP:0002315",
        "negated": "",
        "primary_knowledge_source": "infores:hpoa",
        "publications": ["PMID:1", "PMID:2"],
    },
    {
        "id": "2",
        "subject": "MONDO:0004979",
        "predicate": "biolink:has_phenotype",
        "object": "HP:0002315",
        "negated": "True",
        "primary_knowledge_source": "infores:orphanet",
        "publications": [],
    },
    {
        "id": "3",
        "subject": "MONDO:0004979",
        "predicate": "biolink:caused_by",
        "object": "UniProtKB:P01375",
        "negated": "",
        "primary_knowledge_source": "infores:somewhere",
        "publications": [],
    },
]


def write_kgx(folder: Any, suffix: str) -> None:
    for name, records in (("nodes", KGX_NODES), ("edges", KGX_EDGES)):
        if suffix == "jsonl":
            text = "".join(json.dumps(record) + "\n" for record in records)
        else:
            columns = list(dict.fromkeys(key for record in records for key in record))
            cells = [
                [
                    "|".join(value) if isinstance(value, list) else value
                    for value in (record.get(key, "") for key in columns)
                ]
                for record in records
            ]
            text = "".join("\t".join(row) + "\n" for row in [columns, *cells])
        (folder / f"graph_{name}.{suffix}").write_text(text)


@pytest.mark.parametrize("suffix", ["tsv", "jsonl"])
def test_kgx_reads_biolink(tmp_path: Any, read: Any, suffix: str) -> None:
    write_kgx(tmp_path, suffix)
    found = read("kgx", tmp_path)
    assert found.triples == {
        ("MONDO:0004979", "has_phenotype", "HP:0002315"),
        ("MONDO:0004979", "lacks_phenotype", "HP:0002315"),
        ("UniProt:P01375", "causes", "MONDO:0004979"),
    }
    assert {edge.source: edge.licence for edge in found.edges} == {
        "hpoa": "LicenseRef-HPO",
        "orphanet": "LicenseRef-unknown",
        "somewhere": "LicenseRef-unknown",
    }
    assert [item.reference for item in found.edges[0].evidence] == ["PMID:1", "PMID:2"]
    assert {node.id: node.type for node in found.nodes.values()} == {
        "MONDO:0004979": "disease",
        "HP:0002315": "phenotype",
        "UniProt:P01375": "protein",
    }
    assert found.nodes["HP:0002315"].names == (NodeName("Cephalgia", "exact"), NodeName("Head pain", "exact"))
    assert found.nodes["MONDO:0004979"].xrefs == ("DOID:2841",)


def test_sssom_takes_exact_matches_only(graphs: Any) -> None:
    reader = open_reader("sssom", graphs / "mondo.sssom.tsv")
    assert list(reader.xrefs()) == [("MONDO:0004975", "DOID:10652"), ("MONDO:0004979", "DOID:2841")]
    assert reader.faults.skipped == {"mapping by skos:broadMatch": 1}
    assert reader.licence == "CC0-1.0"
    broad = open_reader("sssom", graphs / "mondo.sssom.tsv", match=["skos:broadMatch"])
    assert list(broad.xrefs()) == [("MONDO:0004979", "DOID:1176")]


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet"])
def test_tables_of_any_columns(tmp_path: Any, read: Any, suffix: str) -> None:
    nodes = [["key", "label", "kind", "also"], ["2841", "asthma, bronchial", "Illness", "BA|bronchial asthma"]]
    edges = [
        ["drug", "verb", "illness", "weight", "paper", "terms"],
        ["DB00635", "cures", "2841", "0.5", "PMID:9", "CC BY 4.0"],
        ["DB00635", "symptom of", "2841", "", "", ""],
    ]
    for name, (header, *rows) in (("nodes", nodes), ("edges", edges)):
        file = tmp_path / f"{name}.{suffix}"
        if suffix == "parquet":
            pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
            columns = {key: [row[place] or None for row in rows] for place, key in enumerate(header)}
            pq.write_table(pa.table(columns), file)
        else:
            bar = "," if suffix == "csv" else "\t"
            quote = '"{}"'.format if suffix == "csv" else str
            file.write_text("".join(bar.join(map(quote, row)) + "\n" for row in [header, *rows]))
    node = read(
        "node_table",
        tmp_path / f"nodes.{suffix}",
        columns={"id": "key", "name": "label", "type": "kind", "synonyms": "also"},
        types={"Illness": "disease"},
        options={"prefix": "DOID"},
        source="colleague",
    ).nodes["DOID:2841"]
    assert (node.name, node.type, node.source) == ("asthma, bronchial", "disease", "colleague")
    assert node.names == (NodeName("BA", "exact"), NodeName("bronchial asthma", "exact"))
    found = read(
        "edge_table",
        tmp_path / f"edges.{suffix}",
        columns={
            "subject": "drug",
            "predicate": "verb",
            "object": "illness",
            "strength": "weight",
            "reference": "paper",
            "licence": "terms",
        },
        predicates={"cures": "treats"},
        options={"subject_prefix": "DRUGBANK", "object_prefix": "DOID"},
        source="colleague",
        version="3",
    )
    treats, symptom = found.edges
    assert treats[:7] == ("DRUGBANK:DB00635", "treats", "DOID:2841", "colleague", "3", "CC-BY-4.0", "curated")
    assert (treats.strength, treats.evidence[0].reference) == (0.5, "PMID:9")
    assert symptom[:6] == ("DOID:2841", "has_symptom", "DRUGBANK:DB00635", "colleague", "3", "LicenseRef-unknown")


def test_networkx_graphs_of_any_class_and_file(tmp_path: Any, read: Any) -> None:
    import networkx as nx

    graph: Any = nx.MultiDiGraph()
    graph.add_node("DOID:2841", name="asthma", type="disease", synonyms=["bronchial asthma"])
    graph.add_node("SYMP:0000614", name="cough")
    graph.add_node("DRUGBANK:DB00635", name="Prednisone", kind="Compound")
    graph.add_edge("DOID:2841", "SYMP:0000614", key="has_symptom", licence="CC0-1.0", source="doid", strength=0.5)
    graph.add_edge("DRUGBANK:DB00635", "DOID:2841", relation="treats")
    found = read("networkx", graph)
    expected = {("DOID:2841", "has_symptom", "SYMP:0000614"), ("DRUGBANK:DB00635", "treats", "DOID:2841")}
    assert found.triples == expected
    assert found.nodes["DRUGBANK:DB00635"].type == "drug"
    assert (found.edges[0].licence, found.edges[0].strength) == ("CC0-1.0", 0.5)

    plain: Any = nx.Graph([("DOID:2841", "DRUGBANK:DB00635", {"label": "treats"})])
    expected = {("DRUGBANK:DB00635", "treats", "DOID:2841")}
    assert read("networkx", plain).triples == expected, "the types of the ends tell the direction"
    nx.write_graphml(plain, tmp_path / "plain.graphml")
    assert read("networkx", tmp_path / "plain.graphml").triples == expected
    (tmp_path / "g.json").write_text(json.dumps(nx.node_link_data(plain, edges="edges")))
    assert read("networkx", tmp_path / "g.json").triples == expected

    unclear: Any = nx.Graph([("DOID:1", "DOID:2", {"label": "is_a"})])
    assert [reason for _, reason in read("networkx", unclear).wrong] == ["bad_value"]


def test_unknown_names_are_errors_that_name_the_nearest(tmp_path: Any) -> None:
    with pytest.raises(UsageError, match="did you mean 'hetionet'"):
        open_reader("hetionett", tmp_path)
    with pytest.raises(ConfigError, match="did you mean 'prefix'"):
        open_reader("node_table", tmp_path, prefx="DOID")
    with pytest.raises(ConfigError, match="did you mean 'predicate'"):
        open_reader("edge_table", tmp_path, settings=Settings(columns={"predicat": "verb"}))


def test_every_format_says_what_it_is() -> None:
    for name, reader in formats().items():
        assert (name, bool(reader.DESCRIPTION)) == (reader.FORMAT, True)
        assert all(reader.OPTIONS.values())


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_primekg_gives_the_same_edges_in_any_order_of_rows(tmp_path: Any, read: Any, data: st.DataObject) -> None:
    """Whether both rows of an edge are there, one, or some: each edge comes once or more, and none is lost."""
    genes = data.draw(st.sets(st.tuples(st.integers(1, 12), st.integers(1, 12)), max_size=12))
    drugs = data.draw(st.sets(st.tuples(st.integers(1, 12), st.integers(21, 24)), max_size=8))
    both = data.draw(st.booleans())

    def end(index: int) -> str:
        kind = "drug" if index > 20 else "gene/protein"
        return f"{index},{'DB' if index > 20 else ''}{index},{kind},n{index},{'DrugBank' if index > 20 else 'NCBI'}"

    rows = [("protein_protein,ppi", x, y) for x, y in genes if x != y] + [
        ("drug_protein,target", x, y) for x, y in drugs
    ]
    rows += [(relation, y, x) for relation, x, y in rows] if both else []
    rows = data.draw(st.permutations(rows))
    file = tmp_path / "kg.csv"
    file.write_text(primekg(*(f"{relation},{end(x)},{end(y)}" for relation, x, y in rows)))
    found = read("primekg", file)
    ends = [frozenset((edge.subject, edge.object)) for edge in found.edges if edge.predicate == "interacts_with"]
    assert set(ends) == {frozenset((f"NCBIGene:{x}", f"NCBIGene:{y}")) for x, y in genes if x != y}
    targets = [edge[:3] for edge in found.edges if edge.predicate == "targets"]
    assert set(targets) == {(f"DRUGBANK:DB{y}", "targets", f"NCBIGene:{x}") for x, y in drugs}
    if both:
        assert len(targets) == len(set(targets)), "the second rows are left out"
