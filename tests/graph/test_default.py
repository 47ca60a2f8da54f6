"""The graph that comes with the library: built once, opened at once, and sound."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from kgpaths.errors import GraphError, UsageError
from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.table_folder import check_tables
from kgpaths.vocabulary.licences import licences
from kgpaths.vocabulary.node_types import node_types
from kgpaths.vocabulary.relations import relations


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph.open("default")


def test_it_holds_what_it_promises(graph: KnowledgeGraph) -> None:
    assert graph.n_nodes >= 80_000
    assert graph.n_edges >= 520_000
    assert graph.n_names >= 320_000
    assert graph.meta.skipped.get("duplicate_node", 0) == 0
    graph.verify()


def test_its_words_are_in_the_vocabulary(graph: KnowledgeGraph) -> None:
    assert set(graph.predicates) <= set(relations())
    assert set(graph.node_types) <= set(node_types())
    assert set(graph.sources) <= set(licences())
    assert set(graph.licences) == {
        licences()[source].licence for source in graph.sources if graph.info().edges_by_source.get(source)
    }


@pytest.mark.parametrize(
    ("name", "node_id"),
    [
        ("vomiting", "HP:0002013"),
        ("fever", "HP:0001945"),
        ("seizure", "HP:0001250"),
        ("heart failure", "DOID:6000"),
        ("myocardial infarction", "DOID:5844"),
        ("pneumonia", "DOID:552"),
        ("asthma", "DOID:2841"),
        ("aspirin", "DRUGBANK:DB00945"),
        ("liver", "UBERON:0002107"),
    ],
)
def test_common_concepts_exist_once(graph: KnowledgeGraph, name: str, node_id: str) -> None:
    assert graph.search(name) == [node_id]
    assert graph.degree(node_id) > 0


def test_old_ids_lead_to_the_concept(graph: KnowledgeGraph) -> None:
    assert graph.canonical("MESH:D014839") == graph.canonical("SYMP:0019145") == "HP:0002013"


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("alpha-Synuclein", "SNCA"),
        ("21-Hydroxylase", "CYP21A2"),
        ("Dihydrofolate Reductase", "DHFR"),
        ("fibroblast growth factor receptor 3", "FGFR3"),
        ("Aromatase", "CYP19A1"),
        ("mu Opioid Receptor", "OPRM1"),
    ],
)
def test_a_protein_is_the_gene_that_encodes_it(graph: KnowledgeGraph, name: str, symbol: str) -> None:
    (node,) = graph.search(name)
    assert (graph.name(node), graph.type(node)) == (symbol, "gene")


@pytest.mark.parametrize(
    ("gene", "predicate", "heading"),
    [
        ("NCBIGene:229", "is_a", "MESH:D005634"),  # ALDOB, fructose-bisphosphate aldolases
        ("NCBIGene:1277", "part_of", "MESH:D024042"),  # COL1A1, collagen type I
        ("NCBIGene:7157", "is_a", "MESH:D016158"),  # TP53, p53 genes
        ("NCBIGene:3630", "encodes", "MESH:D007328"),  # INS, insulin, a medicine too
        ("NCBIGene:613", "gene_associated_with", "ORPHA:521"),  # BCR, chronic myeloid leukaemia
    ],
)
def test_genes_are_tied_to_families_medicines_and_cancers(
    graph: KnowledgeGraph, gene: str, predicate: str, heading: str
) -> None:
    edges = graph.edges_between(graph.canonical(gene), graph.canonical(heading))
    assert predicate in {edge.predicate for edge in edges if edge.subject == gene}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("NCBIGene:55532", "MESH:D000075703"),  # SLC30A10 is not zinc transporter 8
        ("HP:0031853", "MESH:D007536"),  # isomerism of the heart and of molecules
    ],
)
def test_what_only_sounds_alike_stays_apart(graph: KnowledgeGraph, left: str, right: str) -> None:
    assert graph.canonical(left) != graph.canonical(right)


def test_no_two_ids_of_one_vocabulary_became_one(graph: KnowledgeGraph) -> None:
    assert graph.canonical("DOID:11832") != graph.canonical("HP:0001250")  # visual epilepsy is not any seizure


def test_opening_again_reads_neither_tables_nor_hpo(graph: KnowledgeGraph) -> None:
    code = (
        "import sys; from kgpaths.graph import KnowledgeGraph; graph = KnowledgeGraph.open(); print(graph.hash); "
        "print(*sorted({'pyhpo', 'yaml', 'lzma', 'tqdm', 'networkx', 'numba', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == graph.hash
    assert set(done.stdout.split("\n")[1].split()) <= {"lzma"}  # imported with the tables' module, not used
    assert done.stderr == ""


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KGPATHS_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(UsageError, match="set KGPATHS_CACHE"):
        KnowledgeGraph.open("default")


def test_damaged_tables_are_refused(tmp_path: Path) -> None:
    names = ("edges.tsv.xz", "nodes.tsv.xz", "text_edges.tsv.xz")
    for name in names:
        (tmp_path / name).write_bytes(b"whole")
    (tmp_path / "SHA256SUMS").write_text("".join(f"{hashlib.sha256(b'whole').hexdigest()}  {name}\n" for name in names))
    check_tables(tmp_path)
    (tmp_path / "nodes.tsv.xz").write_bytes(b"damaged")
    with pytest.raises(GraphError, match=r"nodes\.tsv\.xz is not the file"):
        check_tables(tmp_path)
