"""A small graph of everyday medicine to link texts to."""

from __future__ import annotations

import pytest

from kgpaths.extraction import ReferenceText, RuleExtractor
from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.tables import EdgeRecord, NodeName, NodeRecord

NODES = [
    NodeRecord("DOID:552", "pneumonia", "disease", "doid"),
    NodeRecord("DOID:850", "lung disease", "disease", "doid"),
    NodeRecord("DOID:13189", "gout", "disease", "doid"),
    NodeRecord("DOID:9352", "type 2 diabetes mellitus", "disease", "doid", names=(NodeName("diabetes", "exact"),)),
    NodeRecord("DOID:8469", "influenza", "disease", "doid", names=(NodeName("flu", "exact"),)),
    NodeRecord("DOID:2571", "Langerhans-cell histiocytosis", "disease", "doid",
               names=(NodeName("Langerhans Cell Histiocytosis", "exact"),)),
    NodeRecord("OMIM:1", "lissencephaly", "disease", "doid", names=(NodeName("LCH", "abbreviation"),)),
    NodeRecord("HP:0001945", "Fever", "symptom", "hpo"),
    NodeRecord("HP:0012735", "Cough", "symptom", "hpo"),
    NodeRecord("HP:0002094", "Dyspnea", "symptom", "hpo", names=(NodeName("shortness of breath", "lay"),)),
    NodeRecord("HP:0002013", "Vomiting", "symptom", "hpo"),
    NodeRecord("HP:0004324", "weight gain", "symptom", "hpo", names=(NodeName("gain weight", "lay"),)),
    NodeRecord("DRUGBANK:1", "colchicine", "drug", "drugcentral"),
    NodeRecord("DRUGBANK:2", "penicillin", "drug", "drugcentral"),
    NodeRecord("MESH:1", "Antibiotics", "drug_class", "mesh"),
    NodeRecord("MESH:2", "Radiography, Thoracic", "test", "mesh", names=(NodeName("chest x-ray", "exact"),)),
    NodeRecord("MESH:4", "enema", "procedure", "mesh"),
    NodeRecord("MESH:5", "bronchoscopy", "procedure", "mesh"),
    NodeRecord("HP:0025435", "Fever cough", "symptom", "hpo"),
    NodeRecord("DOID:4", "disease", "disease", "doid"),
    NodeRecord("MESH:3", "Smoking", "behaviour", "mesh"),
    NodeRecord("NCBITaxon:1", "Streptococcus pneumoniae", "organism", "ncbitaxon"),
    NodeRecord("NCBIGene:1", "CFTR", "gene", "ncbigene"),
    NodeRecord("DOID:9849", "Ménière disease", "disease", "doid"),
    NodeRecord("DOID:1485", "cystic fibrosis", "disease", "doid"),
]  # fmt: skip


@pytest.fixture(scope="session")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph.from_records(NODES, [EdgeRecord("DOID:552", "is_a", "DOID:850", "doid", "1", "CC0-1.0")])


@pytest.fixture(scope="session")
def extractor(graph: KnowledgeGraph) -> RuleExtractor:
    return RuleExtractor(graph)


Triple = tuple[str, str, str]


@pytest.fixture(scope="session")
def said(graph: KnowledgeGraph, extractor: RuleExtractor):  # type: ignore[no-untyped-def]
    """Return what a text says, as names."""

    def read(text: str, focus: str = "Pneumonia", section: str = "information", **more: object) -> set[Triple]:
        one = ReferenceText("t", text, (focus,) if focus else (), section, licence="CC0-1.0", **more)  # type: ignore[arg-type]
        reading = next(extractor.read([one]))
        for statement in reading.statements:
            assert text[statement.start : statement.end].strip(), "evidence is a part of the text"
        return {(graph.name(s.subject), s.predicate, graph.name(s.object)) for s in reading.statements}

    return read
