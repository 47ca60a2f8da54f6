"""Which gene encodes which protein: ties between genes, UniProt entries and the headings of MeSH, by their names.

Names of genes are those of Orphanet's genes (ORDO, CC BY 4.0), of the targets of DrugCentral (CC BY 4.0) and of the
proteins of DrugMechDB (CC0); numbers and official symbols are Entrez Gene's (public domain). A heading below the
proteins and enzymes of MeSH is tied to a gene in one of three ways:

- it has an exact name of one gene alone: both become one node, as in Hetionet and PrimeKG, where "gene" stands for
  the product too; where the heading is a medicine or stands above other headings, the gene *encodes* it or *is a* kind
  of it instead;
- one of its names is an official symbol of one gene ("FGFR3 Protein"): likewise, if a word of their names agrees;
- the gene's name is that of the heading and nothing more than a number, a letter or a part ("cadherin 1", "collagen
  type I alpha 1 chain"): the gene is one of the family, or encodes a part.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from kgpaths.graph.readers.own import Records
from kgpaths.graph.tables import NodeRecord
from readers import orphanet
from readers.gene_names import Gene, Key, aliases_of_one, content, designated, is_spoken, key, known_genes, words_of
from readers.records import node, statement, table

_PROTEINS = ("D08.811", "D12.644", "D12.776")
_OTHER_KINGDOMS = tuple(
    f"D12.776.{one}"
    for one in ("037", "045", "090", "093", "095", "097", "325", "354", "419", "765", "820", "831", "964")
)
"""Proteins of algae, amphibians, archaea, arthropods, birds, bacteria, fish, fungi, worms, plants and the like."""
_GENES = "G05.360.340.024.340"
_PART = re.compile(r"\bsubunit|\bcomponent|\bpolypeptide|(?<!short )(?<!medium )(?<!long )\bchain\b")
_SYMBOL = re.compile(r"([A-Z][A-Z0-9]{2,}[0-9][A-Z0-9]*|[A-Z]{4,}|[A-Z]+[0-9]+)(?: [Pp]rotein| [Gg]enes?)?")


def tie(data: Path, nodes: Iterable[NodeRecord], apart: Collection[frozenset[str]]) -> Records:
    """Return nodes to be read before the given ones, for they carry what ties them, and the edges of families.

    A heading that is the product of one gene becomes a protein, and the gene refers to it. Pairs that stand `apart`
    are not tied.
    """
    known = {one.id: one for one in nodes}
    genes = known_genes(data, known.values())
    headings, above = _headings(data, known)
    exact, families = _ties(genes, headings, apart)
    products = _products(genes, {one: some for one, some in exact.items() if one not in families}, headings)
    twins = _twins(known.values())
    products = {heading: gene for heading, gene in products.items() if heading not in above | twins}
    named_alike = _named_alike(known.values(), {one: headings[one] for one in headings if one not in products}, apart)
    named_alike = {
        heading: other
        for heading, other in named_alike.items()
        if heading not in twins and not (heading in above and known[other].type == "protein")
    }
    proteins = [known[heading]._replace(type="protein") for heading in sorted(products)]
    proteins += [known[heading]._replace(type=known[one].type) for heading, one in sorted(named_alike.items())]
    proteins += [
        known[one]._replace(xrefs=tuple(sorted({*known[one].xrefs, heading})))
        for heading, one in sorted(named_alike.items())
    ]
    edges = [
        statement(
            gene,
            _predicate(
                known[heading], genes[gene], heading in above or heading in families or len(exact.get(heading, ())) > 1
            ),
            heading,
            source,
        )
        for heading in sorted({*exact, *families} - {*products})
        for gene in sorted(exact.get(heading, set()) | families.get(heading, set()))
        for source in [genes[gene].source]
    ]
    taken = {name.casefold() for one in known.values() if one.id not in products for name in _names(one)}
    heading_of = {gene: heading for heading, gene in products.items()}
    tied = {*heading_of, *(edge.subject for edge in edges)}
    gene_nodes = [
        node(
            one.id,
            one.symbol,
            "gene",
            one.source,
            [(one.label, "exact")] if one.label.casefold() not in taken else (),
            [heading_of[one.id]] if one.id in heading_of else (),
        )
        for one in genes.values()
        if one.source == "ordo" or one.id in tied
    ]
    numbers = {one.symbol: one.id for one in genes.values()}
    return [*proteins, *gene_nodes, *_entries(data, known, genes)], edges + orphanet.gene_diseases(data, numbers)


def _named_alike(
    nodes: Iterable[NodeRecord], headings: Mapping[str, NodeRecord], apart: Collection[frozenset[str]]
) -> dict[str, str]:
    """Return heading → the family or protein without a gene that alone has its name."""
    alike: dict[Key, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for one in nodes:
        if one.type in ("protein", "gene_family") and not any(xref.startswith("NCBIGene:") for xref in one.xrefs):
            alike[key(one.name)][0].add(one.id)
    for heading, record in headings.items():
        if record.type == "chemical":
            alike[key(record.name)][1].add(heading)
    return {
        min(some): min(others)
        for words, (others, some) in alike.items()
        if content(words) and len(others) == len(some) == 1 and frozenset((min(others), min(some))) not in apart
    }


def _names(record: NodeRecord) -> list[str]:
    return [record.name, *(name.text for name in record.names if name.scope == "exact")]


def _products(
    genes: Mapping[str, Gene], exact: Mapping[str, set[str]], headings: Mapping[str, NodeRecord]
) -> dict[str, str]:
    """Return heading → gene where each is tied to the other alone, or the heading's own name is the gene's label."""
    claims: dict[str, set[str]] = defaultdict(set)
    for heading, some in exact.items():
        if len(some) == 1 and headings[heading].type == "chemical":
            claims[min(some)].add(heading)
    found = {}
    for gene, some in claims.items():
        named = {one for one in some if key(headings[one].name) == key(genes[gene].label)}
        if len(chosen := named or some) == 1:
            found[min(chosen)] = gene
    return found


def _predicate(heading: NodeRecord, gene: Gene, family: bool) -> str:
    if heading.type == "physiology":  # "p53 Genes", "Major Histocompatibility Complex"
        return "is_a" if heading.name.endswith("Genes") else "part_of"
    if heading.type == "drug" or not family:
        return "encodes"
    return "part_of" if _PART.search(gene.label) else "is_a"


def _headings(data: Path, known: Mapping[str, NodeRecord]) -> tuple[dict[str, NodeRecord], set[str]]:
    """Return the headings that are proteins of man or of no one in particular, or genes; and those above others."""
    trees: dict[str, list[str]] = defaultdict(list)
    for row in table(data / "ontology/mesh/trees.tsv.gz"):
        trees[row["id"]].append(row["tree_number"])
    found = {
        heading: known[heading]
        for heading, numbers in trees.items()
        if heading in known
        and known[heading].type in ("chemical", "drug", "physiology")
        and any(number.startswith(_PROTEINS) or number.startswith(_GENES) for number in numbers)
        and not any(number.startswith(_OTHER_KINGDOMS) for number in numbers)
    }
    inner = {number.rpartition(".")[0] for numbers in trees.values() for number in numbers}
    return found, {heading for heading in found if inner.intersection(trees[heading])}


def _ties(
    genes: Mapping[str, Gene], headings: Mapping[str, NodeRecord], apart: Collection[frozenset[str]]
) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return heading → genes with one of its exact names, and heading → genes of that family."""
    by_key: dict[Key, set[str]] = defaultdict(set)
    by_symbol = {gene.symbol: gene.id for gene in genes.values()}
    by_alias = aliases_of_one(genes.values())
    for gene in genes.values():
        for one in gene.keys:
            by_key[one].add(gene.id)
    keys = {heading: {key(text) for text in _spoken(record)} for heading, record in headings.items()}
    exact: dict[str, set[str]] = defaultdict(set)
    for heading, record in headings.items():
        for one in keys[heading]:
            exact[heading] |= by_key.get(one, set())
        for text in (name.text for name in record.names if name.scope in ("exact", "abbreviation")):
            if (match := _SYMBOL.fullmatch(text)) and (number := by_symbol.get(match[1])):
                words = {word for one in keys[heading] for word in one}
                if any(words & content(one) for one in genes[number].keys):
                    exact[heading].add(number)
            if text.endswith(" Gene") and (number := by_alias.get(text.removesuffix(" Gene").casefold())):
                exact[heading].add(number)
    exact = {
        heading: kept
        for heading, some in exact.items()
        if (kept := {gene for gene in some if frozenset((gene, heading)) not in apart})
    }
    tied = {gene for some in exact.values() for gene in some}
    return exact, _families([gene for gene in genes.values() if gene.id not in tied], headings, apart)


def _spoken(record: NodeRecord) -> list[str]:
    texts = [record.name, *(name.text for name in record.names if name.scope == "exact")]
    return [text for text in texts if is_spoken(text) and content(key(text))]


def _families(
    genes: Iterable[Gene], headings: Mapping[str, NodeRecord], apart: Collection[frozenset[str]]
) -> dict[str, set[str]]:
    """Return heading → genes whose label is a name of it with a designator; of several headings the closest."""
    by_word: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for heading, record in headings.items():
        for text in _spoken(record):
            if said := content(key(text)) - {"protein"}:
                by_word[min(said)].add((text, heading))
    found: dict[str, set[str]] = defaultdict(set)
    for gene in genes:
        fitting = {
            (len(words_of(text)), heading)
            for word in set(words_of(gene.label))
            for text, heading in by_word.get(word, ())
            if designated(gene.label, text) and frozenset((gene.id, heading)) not in apart
        }
        longest = max((length for length, _ in fitting), default=0)
        for length, heading in fitting:
            if length == longest:
                found[heading].add(gene.id)
    return found


def _twins(nodes: Iterable[NodeRecord]) -> set[str]:
    """Return the headings that another source has as a substance: the medicine is not the gene."""
    nodes = list(nodes)
    substances = [one for one in nodes if one.type in ("drug", "chemical", "drug_class")]
    elsewhere = {one.name.casefold() for one in substances if not one.id.startswith("MESH:")}
    return {xref for one in substances for xref in one.xrefs} | {
        one.id for one in substances if one.id.startswith("MESH:") and one.name.casefold() in elsewhere
    }


def _entries(data: Path, known: Mapping[str, NodeRecord], genes: Mapping[str, Gene]) -> list[NodeRecord]:
    """Return the UniProt entries of DrugMechDB with the gene that Orphanet gives them."""
    by_entry: dict[str, set[str]] = defaultdict(set)
    by_symbol = {gene.symbol: gene.id for gene in genes.values()}
    for one in orphanet.genes(data):
        for entry in one.entries:
            if one.symbol in by_symbol:
                by_entry[f"UniProt:{entry}"].add(by_symbol[one.symbol])
    return [
        known[entry]._replace(xrefs=tuple(sorted({*known[entry].xrefs, *some})))
        for entry, some in sorted(by_entry.items())
        if entry in known and len(some) == 1
    ]
